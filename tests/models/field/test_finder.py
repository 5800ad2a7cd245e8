"""Every household is found by what is known of it, and by what somebody mistypes of that."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.asked import read_asked
from models.errors import Cancelled
from models.field.finder import CANDIDATES, Finder, Found
from models.numbers import format_slip_number
from models.page import Page, Row
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, HERE, OTHER_REGION, REGION, family, roster_page

NAMES = (
    "Siti Rahayu", "Muhammad Yusuf", "Moh. Hidayat", "Nur Hidayah", "Nurhasanah", "Djoko Santoso",
    "Sri Wulandari", "H. Ahmad Kurniawan", "Tjahjono Simanjuntak", "Nur'aini", "Budi Hartono",
    "Abdul Rahman", "Sitti Aminah", "Yuliana", "Rudi", "Supriyadi",
)  # fmt: skip
_FIRST = 3171010101200001


def _row(number: int, name: str, rw: int = 4, rt: int = 2, address: str = "Jl. A 1") -> Row:
    return (_FIRST + number, (1 << 60) + number, name, rw, rt, REGION, 1, 3, address)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page([family(9_000)])) as made:
        _take(made, [_row(i, name, i % 3 + 1, i % 4 + 1) for i, name in enumerate(NAMES)])
        yield made


def _take(device: FieldDevice, rows: list[Row], gone: tuple[int, ...] = ()) -> None:
    sections = {"households": sorted(rows), "gone": [(of,) for of in gone]}
    device.pull(Page(HERE, 3, 4, 0, AT, sections))


def _find(device: FieldDevice, typed: str, most: int = 50) -> Found:
    return Finder(device.connection).find(read_asked(typed), most)


def _names(device: FieldDevice, typed: str) -> list[str]:
    return [hit.household.name for hit in _find(device, typed).hits]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("siti rahayu", "Siti Rahayu"),
        ("rahayu siti", "Siti Rahayu"),
        ("sitti rahaju", "Siti Rahayu"),
        ("stii rahayu", "Siti Rahayu"),
        ("sitirahayu", "Siti Rahayu"),
        ("sitiraha", "Siti Rahayu"),
        ("si rah", "Siti Rahayu"),
        ("mohamad yusup", "Muhammad Yusuf"),
        ("moh yusuf", "Muhammad Yusuf"),
        ("muhammad hidayat", "Moh. Hidayat"),
        ("nurhidayah", "Nur Hidayah"),
        ("nur hasanah", "Nurhasanah"),
        ("joko santosa", "Djoko Santoso"),
        ("sri wulandri", "Sri Wulandari"),
        ("wulnadari", "Sri Wulandari"),
        ("ahmad kurniawan", "H. Ahmad Kurniawan"),
        ("haji achmad kurniawan", "H. Ahmad Kurniawan"),
        ("cahyono simanjutak", "Tjahjono Simanjuntak"),
        ("nuraini", "Nur'aini"),
        ("nur aini", "Nur'aini"),
        ("abdurahman", "Abdul Rahman"),
        ("abd rahman", "Abdul Rahman"),
        ("siti aminah", "Sitti Aminah"),
        ("julianna", "Yuliana"),
        ("supriadi", "Supriyadi"),
        ("supryiadi", "Supriyadi"),
    ],
)
def test_a_mistyped_name_is_found_first(device: FieldDevice, typed: str, meant: str) -> None:
    assert _names(device, typed)[0] == meant


def test_who_is_called_just_that_comes_first_and_is_marked(device: FieldDevice) -> None:
    found = _find(device, "siti").hits
    assert [hit.household.name for hit in found] == ["Siti Rahayu", "Sitti Aminah"]
    assert found[0].marks == ((0, 4),) and found[1].marks == ((0, 5),)
    (hit,) = _find(device, "raha").hits[:1]
    assert hit.marks == ((5, 9),)


def test_rw_and_rt_narrow_it_down(device: FieldDevice) -> None:
    for number, name in enumerate(NAMES):
        rw, rt = number % 3 + 1, number % 4 + 1
        assert name in _names(device, f"rw {rw} rt {rt} {name.split()[-1]}")
        assert name not in _names(device, f"rw {rw % 3 + 1} {name}")
    assert all(hit.household.rw == 2 for hit in _find(device, "rw 2").hits)


def test_digits_are_a_beginning_or_an_end(device: FieldDevice) -> None:
    whole = f"{_FIRST + 3:016d}"
    for count in range(4, 16):
        assert NAMES[3] in _names(device, whole[-count:])
        assert NAMES[3] in _names(device, whole[:count])
    assert _names(device, f"{whole[-4:]} nur") == [NAMES[3]]
    assert _names(device, whole) == [NAMES[3]]
    assert _names(device, "9999 9999") == []


def test_a_list_by_rw_alone_is_in_walking_order(device: FieldDevice) -> None:
    rows = [_row(100 + n, f"Warga {n}", 9, 1, f"Gg. Mawar No. {n}") for n in (10, 2, 1)]
    _take(device, rows)
    assert _names(device, "rw 9") == ["Warga 1", "Warga 2", "Warga 10"]


def test_what_changes_or_goes_is_found_no_more_as_it_was(device: FieldDevice) -> None:
    _take(device, [_row(14, "Rudiyanto", 3, 3)])
    assert _names(device, "rudiyanto") == ["Rudiyanto"] and "Rudi" not in _names(device, "rudi")
    _take(device, [(_FIRST + 500, (1 << 60) + 14, "Rudiyanto", 3, 3, REGION, 1, 1, "")])
    assert [hit.household.kk for hit in _find(device, "rudiyanto").hits] == [_FIRST + 500]
    assert _names(device, f"{_FIRST + 14}") == []
    _take(device, [], gone=((1 << 60) + 14,))
    assert _names(device, "rudiyanto") == []
    words = device.connection.exec_driver_sql("SELECT word FROM roster.name_word").scalars().all()
    near = device.connection.exec_driver_sql("SELECT word FROM roster.name_near").scalars().all()
    assert "rudiiantu" not in words and "rudi" not in {*words, *near}


def test_two_that_swap_their_numbers_are_both_found(device: FieldDevice) -> None:
    one, other = _row(0, NAMES[1]), _row(1, NAMES[0])
    _take(device, [(one[0], other[1], *one[2:]), (other[0], one[1], *other[2:])])
    assert [hit.household.kk for hit in _find(device, NAMES[0]).hits] == [other[0]]
    assert [hit.household.kk for hit in _find(device, NAMES[1]).hits] == [one[0]]


def test_more_than_can_be_shown_is_said(device: FieldDevice) -> None:
    _take(device, [_row(1_000 + n, "Wati") for n in range(CANDIDATES + 50)])
    found = _find(device, "wati", 50)
    assert len(found.hits) == 50 and found.more
    assert not _find(device, "wati 1100", 50).more


def test_a_search_that_nobody_waits_for_ends(device: FieldDevice) -> None:
    asked = read_asked("siti")
    with pytest.raises(Cancelled):
        Finder(device.connection).find(asked, 50, lambda: True)
    calls = itertools.count()
    with pytest.raises(Cancelled):
        Finder(device.connection).find(asked, 50, lambda: next(calls) > 1)
    assert _names(device, "siti")  # the connection serves on


_WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFé'", min_size=1, max_size=12).filter(
    lambda word: word.strip("'") != "" and word.lower() not in ("rt", "rw")
)
_HOUSEHOLDS = st.lists(
    st.tuples(
        st.lists(_WORDS, min_size=1, max_size=4).map(" ".join),
        st.integers(1, 20),
        st.integers(1, 20),
        st.integers(1, 10**16 - 1),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda one: one[3],
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_HOUSEHOLDS)
def test_every_household_is_found_by_its_name_its_number_and_its_rw(
    tmp_path_factory: pytest.TempPathFactory, households: list[tuple[str, int, int, int]]
) -> None:
    rows: list[Any] = [
        (kk, (1 << 60) + n, name, rw, rt, REGION, 1, 3, "")
        for n, (name, rw, rt, kk) in enumerate(households)
    ]
    with device_in(tmp_path_factory.mktemp("found"), page=roster_page([])) as device:
        _take(device, rows)
        for kk, of, name, rw, rt, *_ in rows:
            for typed in (
                name,
                f"{kk:016d}",
                f"{kk:016d}"[-6:],
                f"rw {rw} rt {rt}",
                f"{name} rt {rt} rw {rw}",
            ):
                found = {hit.household.id for hit in _find(device, typed, CANDIDATES).hits}
                assert of in found, typed


def test_whom_a_page_tells_of_twice_is_known_as_it_was_told_last(device: FieldDevice) -> None:
    one, other = _row(200, "Warga Lama"), _row(200, "Warga Baru")
    device.pull(Page(HERE, 3, 4, 0, AT, {"households": [one, other]}))
    assert _names(device, "warga") == ["Warga Baru"]
    moved = (_FIRST + 201, other[1], *other[2:])
    device.pull(Page(HERE, 4, 5, 0, AT, {"households": [other, moved]}))
    assert [hit.household.kk for hit in _find(device, "warga baru").hits] == [_FIRST + 201]


# --- kelurahan and slips -------------------------------------------------------------------------


def test_a_kelurahan_narrows_a_name_down_in_any_order_and_while_it_is_typed(
    device: FieldDevice,
) -> None:
    rows = [
        (_FIRST + 100 + n, (1 << 60) + 100 + n, name, 4, 2, region, 1, 3, "Jl. A 1")
        for n, (name, region) in enumerate(
            (
                ("Siti Rahayu", OTHER_REGION),
                ("Budi Cideng", OTHER_REGION),
                ("Joko Susilo", "31.71.07.1006"),  # Kebon Kacang
            )
        )
    ]
    _take(device, rows)
    cideng = [hit.household.region for hit in _find(device, "siti rahayu cideng").hits]
    assert cideng == [REGION], "not her namesake in another one"
    for typed in ("gambir siti rahayu", "siti rahayu kel. gambir", "rw 4 gambir siti rahayu"):
        (found, *_) = _find(device, typed).hits
        assert found.household.region == OTHER_REGION, typed
        assert [found.household.name[a:b] for a, b in found.marks] == ["Siti", "Rahayu"]
    for typed in ("joko kebon kacang", "joko kebonkacang", "joko kebon kac"):
        assert _names(device, typed)[:1] == ["Joko Susilo"], typed
    assert len(_find(device, "cideng").hits) == len(NAMES) + 2, "all of them, and who is called so"
    assert "Budi Cideng" in _names(device, "budi cideng")
    _take(device, [], gone=tuple(row[1] for row in rows))
    assert {hit.household.region for hit in _find(device, "gambir").hits} == set()


def test_a_slip_is_found_by_its_number_however_it_is_grouped(device: FieldDevice) -> None:
    holder = family(9_000)
    grouped = format_slip_number(holder.slip_number)
    for typed in (grouped, grouped.replace(" ", ""), f"  {grouped} "):
        assert [hit.household.id for hit in _find(device, typed).hits] == [holder.id]
    wrong = f"{holder.slip_number + 1:011d}"
    assert _find(device, wrong).hits == ()
