"""What is typed to find a household, in whatever order, comes apart into what it says."""

from __future__ import annotations

import pytest

from models.asked import Asked, read_asked


def _told(asked: Asked) -> tuple[str, int | None, int | None, str]:
    return " ".join(word.plain for word in asked.words), asked.rw, asked.rt, asked.digits


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("siti rahayu", ("siti rahayu", None, None, "")),
        ("rw 4 rt 2 siti", ("siti", 4, 2, "")),
        ("Siti RT02/RW04", ("siti", 4, 2, "")),
        ("RT/RW 002/004 siti", ("siti", 4, 2, "")),
        ("siti 002/004", ("siti", 4, 2, "")),
        ("rw.04 0005", ("", 4, None, "0005")),
        ("rw4 siti", ("siti", 4, None, "")),
        ("3171 0101 0120 0005", ("", None, None, "3171010101200005")),
        ("3171-0101.0120", ("", None, None, "317101010120")),
        ("siti 12", ("siti", None, None, "")),
        ("siti rw", ("siti", None, None, "")),
        ("rt/rw", ("", None, None, "")),
        ("haji siti", ("siti", None, None, "")),
        ("H. Muhidin bin Saleh", ("muhidin saleh", None, None, "")),
        ("haji", ("haji", None, None, "")),
        ("nur'aini", ("nuraini", None, None, "")),
        ("irwan 0005", ("irwan", None, None, "0005")),
        ("31710101012000051", ("", None, None, "")),
        ("  ", ("", None, None, "")),
    ],
)
def test_what_is_typed_comes_apart(
    typed: str, told: tuple[str, int | None, int | None, str]
) -> None:
    assert _told(read_asked(typed)) == told


@pytest.mark.parametrize(
    ("typed", "is_open"),
    [("siti ra", True), ("siti ra ", False), ("ra rw 4", False), ("rw 4 ra", True), ("h", True)],
)
def test_only_what_is_typed_last_may_go_on(typed: str, is_open: bool) -> None:
    assert read_asked(typed).open is is_open


def test_sixteen_digits_are_a_kk_number() -> None:
    assert read_asked("3171 0101 0120 0005").kk == 3171010101200005
    assert read_asked("317101010120000").kk is None


def test_nothing_asked_is_empty() -> None:
    assert read_asked("").empty and read_asked("rw").empty and not read_asked("rw 1").empty
