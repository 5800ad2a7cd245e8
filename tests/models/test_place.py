"""Places as people type them and as they are recorded."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.place import Place, PlaceError, PlaceProblem, parse_place, place_at

MONAS = "geo:-6.1754,106.8272"


@pytest.mark.parametrize(
    "typed",
    [
        "-6.1754, 106.8272",
        "-6.1754,106.8272",
        "-6.1754 106.8272",
        " -6.1754 ; 106.8272 ",
        "-6,1754; 106,8272",
        "-6,1754 106,8272",
        "\N{MINUS SIGN}6.1754, 106.8272",
        "-6.1754°, 106.8272°",
        "geo:-6.1754,106.8272",
        "GEO:-6.17540,106.82720,12;crs=wgs84",
    ],
)
def test_a_place_is_read_in_every_way_that_people_write_it(typed: str) -> None:
    assert parse_place(typed).uri == MONAS


def test_how_far_off_it_may_be_is_kept() -> None:
    assert parse_place("geo:-6.1754,106.8272;u=35").uri == MONAS + ";u=35"
    assert place_at(-6.175412345, 106.8272, 12.4).uri == "geo:-6.17541,106.8272;u=12"
    assert place_at(0, -0.000001, 1e9).uri == "geo:0,0"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", PlaceProblem.FORM),
        ("Monas", PlaceProblem.FORM),
        ("-6.1754", PlaceProblem.FORM),
        ("-6.1754, 106.8272, 12, 4", PlaceProblem.FORM),
        ("-6.1754, 106.82x", PlaceProblem.FORM),
        ("geo:-6.1754", PlaceProblem.FORM),
        ("-6,1754,106,8272", PlaceProblem.FORM),
        ("106.8272, -6.1754", PlaceProblem.SWAPPED),
        ("-6.1754, 206.8", PlaceProblem.RANGE),
        ("-96.1, 200", PlaceProblem.RANGE),
        ("nan, inf", PlaceProblem.FORM),
        ("1" * 5_000, PlaceProblem.FORM),
    ],
)
def test_what_is_no_place_says_why(typed: str, problem: PlaceProblem) -> None:
    with pytest.raises(PlaceError) as refused:
        parse_place(typed)
    assert refused.value.problem is problem


def test_outside_jakarta_is_known_and_no_error() -> None:
    assert parse_place("-6.1754, 106.8272").in_jakarta
    assert parse_place("-5.6125, 106.5711").in_jakarta, "its islands too"
    assert not parse_place("-6.9175, 107.6191").in_jakarta
    assert not parse_place("6.1754, 106.8272").in_jakarta, "the sign that is forgotten"


@given(st.floats(-90, 90), st.floats(-180, 180), st.none() | st.floats(0, 100_000))
def test_what_is_recorded_is_read_as_the_same_place(
    lat: float, lon: float, uncertain: float | None
) -> None:
    place = place_at(lat, lon, uncertain)
    assert re.fullmatch(r"geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?(;u=\d+)?", place.uri)
    again = parse_place(place.uri)
    assert again.uri == place.uri
    assert isinstance(again, Place)
