"""The areas that need help: what is due, what was handed over, and what small counts hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import Engine, text

from models.decide import HouseholdStatus
from models.facts import Line
from models.regions import Level, regions
from server.cli import main
from server.figures.areas import KEPT_MS, Areas
from server.figures.needs import recount
from server.figures.telling import Count
from server.web.area_map import WIDTH, area_map
from tests.support.centre import TestPostgres
from tests.support.pages import (
    CIDENG,
    FIRST_STAGE,
    GAMBIR,
    MEALS,
    NOW,
    SECOND_STAGE,
    SEMBAKO,
    SENEN,
    THERE,
    Town,
)
from tests.support.roster import HEADER, household, xlsx
from tests.support.serving import visiting

BOTH = (Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2))


@pytest.fixture
def town(engine: Engine) -> Town:
    """Sixty households in Gambir, twenty in Senen, one stage."""
    made = Town(engine)
    made.furnish()
    made.settle(range(60), GAMBIR, BOTH)
    made.settle(range(70, 90), SENEN)
    return made


def asked(town: Town, path: str) -> Response:
    """What the centre answers."""
    with visiting(town.app()) as client:
        return client.get(path)


def words(town: Town, path: str) -> str:
    """What a page says, without its marks."""
    answer = asked(town, path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_largest_gap_stands_first_and_shrinks_as_laptops_sync(town: Town) -> None:
    areas = Areas(town.engine, 5)
    (first,) = areas.stages(NOW)
    before = areas.of(first, NOW)
    assert [one.total.name for one in before.districts] == ["Gambir", "Senen"]
    assert (before.total.households, before.total.due) == (Count(80), Count(200))
    assert (before.total.gap, before.total.share) == (200, 0)
    town.hand_over(town.laptop(), range(60), *BOTH)
    assert areas.of(first, NOW) is before, "kept for a moment"
    after = areas.of(first, NOW + KEPT_MS)
    assert [one.total.name for one in after.districts] == ["Senen", "Gambir"]
    gambir = after.villages[GAMBIR]
    assert (gambir.due, gambir.handed, gambir.gap, gambir.share) == (Count(180), Count(180), 0, 100)
    said = words(town, "/wilayah")
    assert "20 paket masih kurang" in said
    assert "Terpenuhi 90%" in said


def test_a_hundred_percent_means_that_nothing_is_left(town: Town) -> None:
    town.hand_over(town.laptop(), range(59), *BOTH)
    found = Areas(town.engine, 5)
    assert found.of(found.stages(NOW)[0], NOW).villages[GAMBIR].share == 98


def test_who_moved_or_died_needs_nothing_there(town: Town) -> None:
    town.settle(range(100, 110), CIDENG, BOTH, HouseholdStatus.MOVED)
    town.settle(range(110, 120), CIDENG, BOTH, HouseholdStatus.DECEASED)
    found = Areas(town.engine, 5)
    assert CIDENG not in found.of(found.stages(NOW)[0], NOW).villages


def test_an_rw_of_few_households_is_not_told_and_no_sum_gives_it_back(town: Town) -> None:
    def told(few: int) -> str:
        with town.engine.begin() as connection:
            connection.execute(text("UPDATE household SET rw = 1"))
            connection.execute(
                text(
                    "UPDATE household SET rw = 2 WHERE id IN"
                    " (SELECT id FROM household WHERE region = :region ORDER BY id LIMIT :few)"
                ),
                {"region": GAMBIR, "few": few},
            )
            # So many more in the first RW that only the second one differs.
            connection.execute(
                text("DELETE FROM need"),
            )
            recount(connection, [FIRST_STAGE])
            connection.execute(
                text("UPDATE need SET households = 50, pieces = 150 WHERE rw = 1 AND region = :r"),
                {"r": GAMBIR},
            )
        return words(town, "/wilayah") + words(town, f"/wilayah/{GAMBIR}")

    one, four = told(1), told(4)
    assert one == four
    assert "RW 02 &lt;5" in one
    assert "50+" not in one and "51+" in one


def test_the_list_of_a_point_that_is_loaded_is_counted_at_once(
    postgres: TestPostgres, engine: Engine, tmp_path: Path
) -> None:
    Town(engine).furnish()
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    settings = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }

    def load(count: int, **other: object) -> None:
        rows = [household(number, **other) for number in range(1, count + 1)]
        file = xlsx(tmp_path / "roster.xlsx", [HEADER, *rows])
        command = ["import-roster", str(file), "--point", "1", "--stage", "1", "--package", "1"]
        assert main(command, settings) == 0

    def need() -> list[tuple[int, int, int]]:
        with engine.connect() as connection:
            statement = "SELECT rw, households, pieces FROM need ORDER BY stage, region, rw"
            return [tuple(row) for row in connection.execute(text(statement))]

    load(12)
    assert need() == [(7, 12, 12)]
    load(12)
    assert need() == [(7, 12, 12)], "the same list twice is one need"
    load(5, RW=9)
    assert need() == [(7, 7, 7), (9, 5, 5)], "a household that moved counts where it lives"


@pytest.mark.parametrize("path", ["/wilayah", "/en/wilayah", f"/wilayah/{GAMBIR}"])
def test_a_centre_without_a_roster_says_what_will_be_here(engine: Engine, path: str) -> None:
    town = Town(engine)
    said = words(town, path)
    assert any(one in said for one in ("Belum ada daftar penerima", "No roster yet", "Tidak ada"))


@pytest.mark.parametrize(
    "path",
    ["/wilayah/31.71.01", "/wilayah/Gambir", "/wilayah/31.71.01.9999", "/wilayah?tahap=99",
     "/wilayah?tahap=x", f"/wilayah/{GAMBIR}?tahap=-1"],
)  # fmt: skip
def test_what_there_is_not_is_no_page(town: Town, path: str) -> None:
    answer = asked(town, path)
    assert answer.status_code == 404
    assert "<html" in answer.text


def test_a_stage_is_chosen_and_kept_from_page_to_page(town: Town) -> None:
    town.settle(range(200, 206), CIDENG, (Line(SECOND_STAGE, SEMBAKO, 3),))
    town.hand_over(town.laptop(THERE), range(70, 80))
    assert "18 paket masih kurang" in words(town, f"/wilayah?tahap={SECOND_STAGE}")
    page = asked(town, f"/wilayah?tahap={SECOND_STAGE}").text
    assert f"/wilayah/{CIDENG}?tahap={SECOND_STAGE}" in page
    assert f"/en/wilayah?tahap={SECOND_STAGE}" in page
    assert f"/wilayah/{GAMBIR}" not in page


def test_every_kelurahan_of_the_mainland_is_on_the_map_and_inside_it(town: Town) -> None:
    areas = Areas(town.engine, 5)
    drawn = area_map(areas.of(areas.stages(NOW)[0], NOW).villages)
    mainland = [one for one in regions().all(Level.VILLAGE) if not one.code.startswith("31.01")]
    assert len(drawn.dots) == len(mainland)
    for dot in drawn.dots:
        assert dot.radius <= dot.x <= WIDTH - dot.radius
        assert dot.radius <= dot.y <= drawn.box[3] - dot.radius
        assert dot.filled <= dot.radius
    assert [dot.area.name for dot in drawn.dots if dot.area] == ["Gambir", "Senen"]
