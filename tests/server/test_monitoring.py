"""The watch on the collaboration: every side of it, and no small count given away."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from httpx import Client
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from models.clock import DAY
from models.facts import Line, Void, VoidReason
from server.figures.monitoring import Monitoring, Side
from server.figures.needs import recount
from server.figures.telling import withheld
from server.giving.pledges import Offer, PledgeDesk, Progress, Ties, advance, tie
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.pages import (
    CIDENG,
    FIRST_STAGE,
    GAMBIR,
    MEALS,
    NOW,
    SEMBAKO,
    SENEN,
    THERE,
    Town,
)
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused_engine: Engine) -> Town:
    empty(reused_engine)
    town = Town(reused_engine)
    town.furnish()
    due = (Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2))
    town.settle(range(20), GAMBIR, due)
    town.settle(range(20, 30), CIDENG, due)
    town.settle(range(30, 50), SENEN, due)
    with reused_engine.begin() as connection:
        for statement in (
            "INSERT INTO agregator (name) VALUES ('Rumah Zakat'), ('PMI DKI')",
            "INSERT INTO kolaborator (name) VALUES ('PT Maju')",
            "UPDATE point SET agregator = id",
            "UPDATE package SET kolaborator = 1 WHERE id = 1",
        ):
            connection.execute(text(statement))
    return town


def pledge(town: Town, packages: int, region: str, *states: Progress, ties: Ties) -> int:
    offer = Offer("Ibu Rahasia", "0812", "sembako", packages, region, date.min, date.max)
    number = PledgeDesk(town.engine, town.personal).take(offer, NOW)
    with town.engine.begin() as connection:
        tie(connection, number, ties, NOW, actor="dewi")
        for state in states:
            advance(connection, number, state, "", NOW, actor="dewi")
    return number


def measures(town: Town, side: Side, smallest: int = 5) -> dict[str, tuple[object, ...]]:
    flows = Monitoring(town.engine, smallest).watch(NOW).sides[side]
    return {
        one.name: (one.pledged, one.arrived, one.sent, one.handed.pieces.at_least) for one in flows
    }


def test_a_pledge_is_seen_on_its_way_from_every_side(town: Town) -> None:
    all_ties = Ties(kolaborator=1, package=SEMBAKO, agregator=2)
    pledge(town, 100, GAMBIR, Progress.CONFIRMED, ties=all_ties)
    pledge(town, 40, SENEN, Progress.CONFIRMED, Progress.ARRIVED, ties=all_ties)
    pledge(town, 7, "", Progress.CONFIRMED, Progress.SENT, ties=Ties())
    pledge(town, 9_000, GAMBIR, ties=all_ties)  # nobody has agreed on it yet
    pledge(town, 9_000, GAMBIR, Progress.CONFIRMED, Progress.DECLINED, ties=all_ties)
    town.hand_over(town.laptop(THERE), range(10))
    total = Monitoring(town.engine, 5).watch(NOW).total
    assert (total.pledged, total.arrived, total.sent) == (147, 47, 7)
    assert measures(town, Side.KOLABORATOR) == {"PT Maju": (140, 40, 0, 10), "": (7, 7, 7, 0)}
    assert measures(town, Side.PACKAGE) == {"Paket sembako": (140, 40, 0, 10), "": (7, 7, 7, 0)}
    assert measures(town, Side.PROGRAMME)["KSBB Pangan 2026"] == (140, 40, 0, 10)
    assert measures(town, Side.AGREGATOR)["PMI DKI"] == (140, 40, 0, 10)
    assert measures(town, Side.CITY)["Jakarta Pusat"] == (140, 40, 0, 10)
    assert measures(town, Side.DISTRICT)["Gambir"] == (100, 0, 0, 10)
    assert measures(town, Side.VILLAGE)["Senen"] == (40, 40, 0, 0)


def test_what_is_in_review_stands_apart_and_what_was_voided_nowhere(town: Town) -> None:
    laptop = town.laptop()
    town.hand_over(laptop, range(10))
    town.hand_over(town.laptop(THERE), range(6))  # once more: for a person to look at
    before = Monitoring(town.engine, 5).watch(NOW)
    assert (before.total.handed.pieces.told, before.total.in_review.told) == (10, 6)
    town.push(laptop, [(NOW, Void(9, VoidReason.GOODS_NOT_TAKEN))])
    after = Monitoring(town.engine, 5).watch(NOW)
    assert after.total.handed.pieces.told == 9


def test_days_stages_and_kelurahan_add_up_to_the_same(town: Town) -> None:
    laptop = town.laptop()
    town.hand_over(laptop, range(12), at=NOW - DAY)
    town.hand_over(laptop, range(20, 28), Line(FIRST_STAGE, MEALS, 2))
    watch = Monitoring(town.engine, 5).watch(NOW)
    assert [(one.day.day, one.handed.pieces.told) for one in watch.days] == [(23, 12), (24, 16)]
    for side in (Side.STAGE, Side.PACKAGE, Side.CITY, Side.DISTRICT, Side.VILLAGE):
        assert sum(one.handed.pieces.told for one in watch.sides[side]) == 28, side


def test_small_counts_are_withheld_with_a_second_one_so_that_no_difference_tells_them(
    town: Town,
) -> None:
    # By day and kelurahan eleven are told; one of them was PMI's, which must not be what is left.
    town.hand_over(town.laptop(), range(10))
    town.hand_over(town.laptop(THERE), [10])
    watch = Monitoring(town.engine, 5).watch(NOW)
    assert watch.total.handed.pieces.told == 11
    for one in watch.sides[Side.AGREGATOR]:
        assert one.hidden == {"handed"} and one.handed.pieces.at_least == 0
    with visiting(town.app()) as client:
        page = client.get("/en/pemantauan").text
        area = client.get(f"/wilayah/{GAMBIR}").text
    assert page.count("not shown</span>") == 2
    assert "not shown" not in area and "tidak ditampilkan</span>" not in area


def test_by_rw_a_small_count_is_not_what_is_left_either(town: Town) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE household SET rw = CASE WHEN id % 2 = 0 THEN 1 ELSE 2 END"))
        recount(connection, [FIRST_STAGE])
    even = [n for n in range(20) if n % 2 == 0]
    odd = [n for n in range(20) if n % 2]
    town.hand_over(town.laptop(), [*even[:8], *odd[:2]])
    with visiting(town.app()) as client:
        assert client.get(f"/wilayah/{GAMBIR}").text.count("tidak ditampilkan</span>") == 2
    town.hand_over(town.laptop(), odd[2:8])
    with visiting(town.app()) as client:
        area = client.get(f"/wilayah/{GAMBIR}").text
    assert "tidak ditampilkan</span>" not in area
    assert len(re.findall(r'data-label="Sudah diserahkan">8<', area)) == 2


@given(st.lists(st.integers(0, 12), max_size=8), st.integers(1, 6))
def test_whoever_knows_the_sum_and_what_is_told_finds_no_small_count(
    values: Sequence[int], smallest: int
) -> None:
    hidden = withheld(values, smallest)
    assert {at for at, value in enumerate(values) if 0 < value < smallest} <= hidden
    assert not any(values[at] == 0 for at in hidden)
    told = {at for at, value in enumerate(values) if value and at not in hidden}
    if hidden and told:
        assert len(hidden) > 1 and sum(values[at] for at in hidden) >= smallest
    if not hidden:
        assert all(value == 0 or value >= smallest for value in values)


def test_the_tables_hold_the_same_with_tags_and_as_of_when(town: Town) -> None:
    laptop = town.laptop()
    town.hand_over(laptop, range(12))
    town.hello(laptop)
    pledge(town, 100, GAMBIR, Progress.CONFIRMED, ties=Ties(package=SEMBAKO))
    with visiting(town.app()) as client:
        rows = list(csv.reader(io.StringIO(client.get("/data/pemantauan.csv").text[1:])))
        told = json.loads(client.get("/data/pemantauan.json").content)
        assert client.get("/data/pemantauan.xlsx").content[:2] == b"PK"
        assert client.get("/data/pemantauan.xml").status_code == 404
    assert rows[1][0] == "#indicator+type" and rows[1][-2] == "#date+updated"
    names = rows[0]
    total = dict(zip(names, rows[2], strict=True))
    assert (total["pledged"], total["handed_over"], total["at_least"]) == ("100", "12", "0")
    assert total["as_of"].startswith("2026-11-24T") and total["silent_points"] == "0"
    (stage,) = [one for one in told["rows"] if one["side"] == "stage"]
    assert (stage["name"], stage["pledged"], stage["handed_over"]) == ("Tahap 1", "", 12)
    assert {one["side"] for one in told["rows"]} == {"total", "day", *(one.value for one in Side)}


def test_the_page_says_as_of_when_and_who_has_not_synced_in_both_languages(town: Town) -> None:
    laptop = town.laptop()
    town.laptop(THERE)
    town.hand_over(laptop, range(12))
    town.hello(laptop)
    with visiting(town.app()) as client:
        page, english = (heard(client, path) for path in ("/pemantauan", "/en/pemantauan"))
    assert "1 dari 2 laptop, di 1 titik penyaluran, belum tersinkron" in page
    assert "1 of 2 laptops" in english and "By aggregator" in english
    assert "Paling banyak 24 November 2026: 12 paket." in page


def test_an_empty_centre_has_a_page_too(reused_engine: Engine) -> None:
    empty(reused_engine)
    with visiting(Town(reused_engine).app()) as client:
        assert client.get("/pemantauan").status_code == 200
        assert client.get("/data/pemantauan.csv").status_code == 200


def heard(client: Client, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(path).text).split())
