"""A kelurahan is found by its Kemendagri code or its name, and never guessed."""

from __future__ import annotations

import pytest

from models.numbers import KKWarning, kk_warnings
from models.regions import Level, Region, RegionError, RegionProblem, Regions, regions


def test_the_list_holds_the_whole_of_jakarta() -> None:
    counts = {level: len(regions().all(level)) for level in Level}
    assert counts == {
        Level.PROVINCE: 1,
        Level.CITY: 6,
        Level.DISTRICT: 44,
        Level.VILLAGE: 267,
    }
    assert all(village.lat and village.lon for village in regions().all(Level.VILLAGE))
    assert all(region.name == region.name.strip() for region in regions().inside("31"))


@pytest.mark.parametrize(
    "written",
    [
        "31.71.01.1001",
        "3171011001",
        "Gambir",
        " GAMBIR ",
        "Kel. Gambir",
        "kelurahan gambir",
        "Kel Gambir",
    ],
)
def test_a_kelurahan_goes_by_its_code_and_by_its_name(written: str) -> None:
    assert regions().village(written).code == "31.71.01.1001"


def test_spaces_inside_a_name_do_not_matter() -> None:
    assert regions().village("Rawa Mangun").name == "Rawamangun"
    assert regions().village("Durensawit").name == "Duren Sawit"


@pytest.mark.parametrize("written", ["Atlantis", "31.71.01", "3171010001", "31.71.01.9999"])
def test_what_is_not_a_kelurahan_is_said_to_be_unknown(written: str) -> None:
    with pytest.raises(RegionError) as caught:
        regions().village(written)
    assert caught.value.problem is RegionProblem.UNKNOWN


def test_a_kelurahan_in_another_kecamatan_is_not_taken_for_it() -> None:
    assert regions().village("Gambir", "Kec. Gambir").code == "31.71.01.1001"
    assert regions().village("Gambir", "31.71.01").code == "31.71.01.1001"
    with pytest.raises(RegionError) as caught:
        regions().village("Gambir", "Koja")
    assert caught.value.problem is RegionProblem.AMBIGUOUS
    assert [region.code for region in caught.value.candidates] == ["31.71.01.1001"]


def test_two_kelurahan_of_one_name_need_their_kecamatan() -> None:
    two = Regions(
        [
            Region("99.01.01", Level.DISTRICT, "Utara"),
            Region("99.01.01.1001", Level.VILLAGE, "Mekar"),
            Region("99.01.02", Level.DISTRICT, "Selatan"),
            Region("99.01.02.1001", Level.VILLAGE, "Mekar"),
        ]
    )
    assert two.village("Mekar", "Selatan").code == "99.01.02.1001"
    with pytest.raises(RegionError) as caught:
        two.village("Mekar")
    assert caught.value.problem is RegionProblem.AMBIGUOUS
    assert len(caught.value.candidates) == 2


def test_a_region_names_what_it_lies_in() -> None:
    above = regions().above("31.72.02.1001")
    assert [region.level for region in above] == [Level.DISTRICT, Level.CITY, Level.PROVINCE]
    assert above[1].name == "Kota Administrasi Jakarta Utara"


def test_kk_numbers_issued_in_jakarta_raise_no_warning_and_others_only_one() -> None:
    assert kk_warnings(3171010101200005, regions().kk_prefixes) == ()
    assert kk_warnings(3201010101200005, regions().kk_prefixes) == (KKWarning.REGION,)
