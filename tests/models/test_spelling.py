"""Names that sound the same are one word; others stay apart unless a finger slipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.addresses import walking_order
from models.spelling import fold, folded_words, is_near, near_keys, slips, words_of

_LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


@pytest.mark.parametrize(
    "alike",
    [
        "Muhammad Mohammad Mohamad Muhamad Mochamad Muchammad Mochammad Moh. Muh. Mohd Mhd Mohamed",
        "Siti Sitti SITI St.",
        "Djoko Joko Djuko",
        "Soekarno Sukarno",
        "Tjokro Cokro",
        "Yusuf Yusup",
        "Fitri Pitri Vitri",
        "Aisyah Aisya Aisah",
        "Rizki Rizky Rizqi Riski",
        "Achmad Ahmad Akhmad Ahmed",
        "Zainal Zaenal Sainal",
        "Fathimah Fatimah Patima",
        "Abdullah Abdulah",
        "Mukhtar Muchtar Mohtar",
        "Nur'aini Nuraini",
        "José Jose",
    ],
)
def test_spellings_of_one_name_are_one_word(alike: str) -> None:
    folded = {word.folded for name in alike.split() for word in words_of(name)}
    assert len(folded) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Siti", "Sari"), ("Budi", "Rudi"), ("Joko", "Eko"), ("Agus", "Bagus"), ("Rina", "Rani")],
)
def test_other_names_are_other_words(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stii", "siti"),
        ("rahaiu", "raaiu"),
        ("hidaiat", "hidaiiat"),
        ("kurniawan", "kurnaiwan"),
        ("simanjuntak", "simanjutnk"),
        ("wulandari", "wulandri"),
    ],
)
def test_a_slip_of_the_finger_is_found_by_a_key_in_common(typed: str, meant: str) -> None:
    assert is_near(typed, meant) and near_keys(typed) & near_keys(meant)


@given(_LETTERS, st.data())
def test_words_that_are_one_slip_apart_have_a_key_in_common(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcxyz"))
    typed = data.draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place:],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1 :] if len(word) > 4 else word,
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )
    )
    assert slips(word, typed) <= 1
    assert is_near(word, typed)
    assert near_keys(word) & near_keys(typed)


@given(st.text(max_size=30))
def test_a_word_of_an_index_is_made_of_letters_and_figures_alone(name: str) -> None:
    assert folded_words(name) == tuple(dict.fromkeys(word.folded for word in words_of(name)))
    for word in words_of(name):
        assert word.folded and all(sign.isalnum() for sign in word.folded)
        assert 0 <= word.begin < word.end <= len(name)


def test_short_words_are_near_nothing() -> None:
    assert not is_near("eko", "eka") and not is_near("sri", "sr") and not near_keys("ab")


def test_addresses_come_in_walking_order() -> None:
    walked = [
        "Gang Mawar No. 2",
        "Gg. Mawar no 10",
        "Gg. Mawar No. 10 A",
        "Jl. Melati Blok A 9",
        "Jalan Melati Blok A/10",
        "Jl. Melati Blok B 1",
    ]
    assert sorted(reversed(walked), key=walking_order) == walked
