"""KK and slip numbers: what is let through, what is told of the rest, how they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.numbers import (
    KKWarning,
    NumberError,
    NumberProblem,
    format_kk,
    format_slip_number,
    kk_warnings,
    mask_kk,
    parse_kk,
    parse_slip_number,
    slip_number,
)

KK = 3171010101200005
TEN_DIGITS = st.integers(0, 10**10 - 1)


@pytest.mark.parametrize(
    "typed",
    ["3171010101200005", "3171 0101 0120 0005", " 3171.0101.0120.0005 ", "3171-0101-0120-0005",
     "'3171010101200005", "’3171010101200005", "3171\u00a00101\t0120\n0005"],
)  # fmt: skip
def test_a_kk_number_is_read_however_it_is_grouped(typed: str) -> None:
    assert parse_kk(typed) == KK


@pytest.mark.parametrize(
    ("typed", "problem", "found"),
    [
        ("", NumberProblem.EMPTY, 0),
        (" .'- ", NumberProblem.EMPTY, 0),
        ("317101010120000", NumberProblem.LENGTH, 15),
        ("31710101012000055", NumberProblem.LENGTH, 17),
        ("3.17102E+15", NumberProblem.NOT_DIGITS, 10),
        ("317101010120000O", NumberProblem.NOT_DIGITS, 16),
        ("３１７１０１０１０１２００００５", NumberProblem.NOT_DIGITS, 16),
        ("٣١٧١٠١٠١٠١٢٠٠٠٠٥", NumberProblem.NOT_DIGITS, 16),
    ],
)
def test_anything_else_is_told_why_without_repeating_it(
    typed: str, problem: NumberProblem, found: int
) -> None:
    with pytest.raises(NumberError) as caught:
        parse_kk(typed)
    assert (caught.value.problem, caught.value.found) == (problem, found)
    assert not typed.strip() or typed not in str(caught.value)


def test_a_kk_number_keeps_its_leading_zeros() -> None:
    assert parse_kk("0071010101200005") == 71010101200005
    assert format_kk(71010101200005) == "0071 0101 0120 0005"


def test_a_kk_number_is_shown_in_fours_or_masked() -> None:
    assert format_kk(KK) == "3171 0101 0120 0005"
    assert format_kk(KK, "") == "3171010101200005"
    assert mask_kk(KK) == "3171********0005"
    assert mask_kk(5) == "0000********0005"


@pytest.mark.parametrize(
    ("kk", "odd"),
    [
        ("3171010101200005", ()),
        ("3171012902200005", ()),
        ("3171012902210005", (KKWarning.DATE,)),
        ("3171013101200000", (KKWarning.SERIAL,)),
        ("0071013113200005", (KKWarning.REGION, KKWarning.DATE)),
        ("3273010101200005", (KKWarning.REGION,)),
    ],
)
def test_an_odd_kk_number_is_a_warning_and_never_a_block(
    kk: str, odd: tuple[KKWarning, ...]
) -> None:
    assert kk_warnings(parse_kk(kk), frozenset({"317101"})) == odd


def test_without_a_list_of_regions_another_province_is_not_odd() -> None:
    assert kk_warnings(3273010101200005) == ()


@given(st.integers(0, 10**16 - 1))
def test_every_sixteen_digit_number_survives_being_shown(kk: int) -> None:
    assert parse_kk(format_kk(kk)) == kk
    kk_warnings(kk)
    assert len(mask_kk(kk)) == 16


@given(TEN_DIGITS)
def test_a_slip_number_survives_being_printed_and_typed(ten: int) -> None:
    number = slip_number(ten)
    printed = format_slip_number(number)
    assert len(printed) == 13
    assert parse_slip_number(printed) == number
    assert number // 10 == ten


@given(TEN_DIGITS, st.integers(0, 10), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_slip_number_is_found(ten: int, at: int, by: int) -> None:
    digits = [int(digit) for digit in f"{slip_number(ten):011d}"]
    digits[at] = (digits[at] + by) % 10
    with pytest.raises(NumberError) as caught:
        parse_slip_number("".join(map(str, digits)))
    assert caught.value.problem is NumberProblem.CHECK_DIGIT


@given(TEN_DIGITS, st.integers(0, 9))
def test_every_swap_of_two_neighbours_in_a_slip_number_is_found(ten: int, at: int) -> None:
    digits = f"{slip_number(ten):011d}"
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if swapped == digits:
        assert parse_slip_number(swapped) == slip_number(ten)
    else:
        with pytest.raises(NumberError):
            parse_slip_number(swapped)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("4821 093 774", NumberProblem.LENGTH),
        ("4821 093 77A5", NumberProblem.NOT_DIGITS),
        ("3171010101200005", NumberProblem.LENGTH),
        ("", NumberProblem.EMPTY),
    ],
)
def test_what_is_no_slip_number_is_told_why(typed: str, problem: NumberProblem) -> None:
    with pytest.raises(NumberError) as caught:
        parse_slip_number(typed)
    assert caught.value.problem is problem
