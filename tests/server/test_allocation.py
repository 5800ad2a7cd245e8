"""Pledged packages allocated by need: proposed, looked at, accepted, sent, handed over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from server.allocating.desk import accept, allocations, what_if
from server.allocating.ground import ALL
from server.catalogue import Desk
from server.errors import ProposalStale
from server.giving.pledges import Progress
from server.tables import PointFigure, table
from tests.support.allotted import pledge, settle_needs
from tests.support.centre import TestPostgres
from tests.support.commands import Run, commands_of
from tests.support.pages import CIDENG, FIRST_STAGE, GAMBIR, HERE, NOW, SEMBAKO, SENEN, Town

STAGE = ("--stage", "Tahap 1")


@pytest.fixture
def town(engine: Engine) -> Town:
    made = Town(engine)
    settle_needs(made)
    return made


@pytest.fixture
def run(
    postgres: TestPostgres, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    return commands_of(postgres, town.engine, tmp_path, capsys)


def proposed(run: Run, *more: str) -> dict[str, Any]:
    code, out, said = run("allocate", *STAGE, *more, "--json")
    assert code == 0, said
    found: dict[str, Any] = json.loads(out)
    return found


def shares(proposal: dict[str, Any]) -> dict[str | int, int]:
    """Pieces by kelurahan (a target: its number)."""
    found: dict[str | int, int] = {}
    for line in proposal["lines"]:
        place = line["target"] or line["region"]
        found[place] = found.get(place, 0) + line["pieces"]
    return found


def accepted(run: Run, *more: str) -> dict[str, Any]:
    return proposed(run, *more, "--accept", proposed(run, *more)["mark"])


def listed(run: Run, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("allocations", *more, "--json")[1])
    return found


def test_nothing_is_written_before_a_proposal_is_accepted(town: Town, run: Run) -> None:
    pledge(town, 65)
    shown = proposed(run)
    # 65 of 130: everybody gets half.
    assert shares(shown) == {GAMBIR: 30, CIDENG: 15, SENEN: 20}
    figures = {one["region"]: (one["need"], one["before"], one["after"]) for one in shown["areas"]}
    assert figures == {GAMBIR: (60, 0, 30), CIDENG: (30, 0, 15), SENEN: (40, 0, 20)}
    assert listed(run) == []
    for language in ("id", "en"):
        said = run("allocate", *STAGE, "--lang", language)[1]
        assert shown["mark"] in said and "60" in said and "GAMBIR" in said.upper()
    assert shares(accepted(run)) == shares(shown)
    assert sum(one["pieces"] for one in listed(run)) == 65
    assert {one["state"] for one in listed(run)} == {"allocated"}
    code, _, said = run("allocate", *STAGE, "--accept", shown["mark"])
    assert code != 0 and "berubah" in said, "a mark is good once"
    assert sum(one["pieces"] for one in listed(run)) == 65
    with town.engine.connect() as connection:
        actions = connection.scalars(text("SELECT action FROM audit_log")).all()
    assert actions.count("allocation.accepted") == 1


def test_no_more_is_given_than_is_needed_and_the_rest_stays_free(town: Town, run: Run) -> None:
    number = pledge(town, 1000)
    assert shares(accepted(run)) == {GAMBIR: 60, CIDENG: 30, SENEN: 40}
    again = proposed(run)
    assert again["lines"] == [] and again["left"] == {number: 870}


def test_the_wish_of_a_giver_and_the_reach_of_an_agregator_are_kept(town: Town, run: Run) -> None:
    pledge(town, 500, region=CIDENG)
    pledge(town, 50, agregator=2)
    assert shares(proposed(run)) == {CIDENG: 30, SENEN: 40}


def test_what_an_area_has_is_reckoned_before_it_is_given_more(town: Town, run: Run) -> None:
    """Handed over without a pledge: then the others come first."""
    with town.engine.begin() as connection:
        connection.execute(
            insert(table(PointFigure)),
            {"point": HERE, "stage": FIRST_STAGE, "package": SEMBAKO, "region": GAMBIR, "rw": 3,
             "handed": 60, "quantity": 60},
        )  # fmt: skip
    pledge(town, 35)
    assert shares(proposed(run)) == {CIDENG: 15, SENEN: 20}


def test_a_suspended_agregator_is_given_nothing(town: Town, run: Run) -> None:
    pledge(town, 65)
    assert run("suspend-agregator", "Dua")[0] == 0
    shown = proposed(run)
    assert SENEN not in shares(shown) and sum(shares(shown).values()) == 65
    assert run("suspend-agregator", "Satu")[0] == 0
    assert proposed(run)["lines"] == []
    assert run("allocate", *STAGE, "--accept", shown["mark"])[0] != 0
    assert listed(run) == []


def test_a_target_is_given_to_as_an_area_is(town: Town, run: Run) -> None:
    assert run("add-target", "Panti Harapan", "--kind", "orphanage", "--region", GAMBIR,
               "--persons", "42")[0] == 0  # fmt: skip
    assert run("target-need", "1", *STAGE, "--package", "1", "--pieces", "20")[0] == 0
    pledge(town, 75)
    assert shares(proposed(run)) == {GAMBIR: 30, CIDENG: 15, SENEN: 20, 1: 10}
    wished = pledge(town, 500, target=1)
    assert shares(proposed(run, "--pledge", wished)) == {1: 20}
    assert run("close-target", "1")[0] == 0
    assert proposed(run, "--pledge", wished)["lines"] == []


def test_by_hand_it_goes_where_it_is_said_and_not_beyond_the_need(town: Town, run: Run) -> None:
    number = pledge(town, 500)
    here = ("--pledge", number, "--packages", "25", "--region", "Cideng", "--rw", "3")
    assert shares(accepted(run, *here)) == {CIDENG: 25}
    assert shares(accepted(run, *here)) == {CIDENG: 5}
    assert shares(proposed(run, "--point", "Kantor Kelurahan Senen")) == {SENEN: 40}


def test_of_two_that_accept_at_once_one_is_refused(town: Town) -> None:
    pledge(town, 65)
    with town.engine.connect() as connection:
        mark = what_if(connection, FIRST_STAGE).mark
    together = Barrier(2)

    def accept_it(name: str) -> str:
        with town.engine.begin() as connection:
            together.wait(60)
            try:
                accept(Desk(connection, NOW, name), FIRST_STAGE, ALL, mark)
            except ProposalStale:
                return "stale"
        return "accepted"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(accept_it, ("sari", "tono"))) == ["accepted", "stale"]
    with town.engine.connect() as connection:
        assert sum(one.pieces for one in allocations(connection)) == 65


@pytest.mark.parametrize(
    "change",
    [
        ("advance-pledge", "{}", "--as", "declined"),
        ("advance-pledge", "{}", "--as", "arrived", "--packages", "40"),
        ("suspend-agregator", "Dua"),
        ("allocate", *STAGE, "--region", "Cideng", "--accept", "{mark}"),
    ],
)
def test_a_proposal_is_refused_when_what_it_stood_on_changed(
    town: Town, run: Run, change: Sequence[str]
) -> None:
    number = pledge(town, 65)
    shown = proposed(run)["mark"]
    other = proposed(run, "--region", "Cideng")["mark"]
    assert run(*(part.format(number, mark=other) for part in change))[0] == 0
    before = listed(run)
    assert run("allocate", *STAGE, "--accept", shown)[0] != 0
    assert listed(run) == before


def test_packages_go_from_the_pledge_to_the_point_step_by_step(town: Town, run: Run) -> None:
    number = pledge(town, 40)
    accepted(run)
    ids = [str(one["id"]) for one in listed(run)]
    code, _, said = run("advance-allocation", *ids, "--as", "sent")
    assert code != 0 and "belum tiba" in said
    assert run("advance-pledge", number, "--as", "arrived", "--packages", "39")[0] == 0
    assert run("advance-allocation", *ids, "--as", "sent")[0] != 0, "more than came"
    assert {one["state"] for one in listed(run)} == {"allocated"}, "all or none"
    assert run("advance-pledge", number, "--as", "arrived")[0] == 0
    assert run("advance-allocation", ids[0], "--as", "sent")[0] == 0
    assert run("advance-allocation", ids[0], "--as", "cancelled")[0] != 0
    assert run("advance-allocation", ids[0], "--as", "handed")[0] != 0, "that is in the facts"
    assert run("advance-allocation", *ids[1:], "--as", "sent")[0] == 0
    (told,) = json.loads(run("pledges", "--json")[1])
    assert told["state"] == "sent", "nothing is left to send"
    assert listed(run, "--point", "1") == [one for one in listed(run) if one["point"] == 1]


def test_what_was_sent_to_nobody_is_free_again_when_called_off(town: Town, run: Run) -> None:
    number = pledge(town, 40, (Progress.CONFIRMED, Progress.ARRIVED))
    accepted(run)
    first, *others = listed(run)
    assert run("advance-allocation", str(first["id"]), "--as", "cancelled")[0] == 0
    assert proposed(run)["pieces"] == first["pieces"]
    assert run("advance-allocation", str(others[0]["id"]), "--as", "sent")[0] == 0
    assert run("advance-pledge", number, "--as", "declined")[0] == 0
    assert [one["state"] for one in listed(run)] == [
        "cancelled", "sent", *["cancelled"] * (len(others) - 1)
    ]  # fmt: skip
    assert run("tie-pledge", number, "--package", "2")[0] != 0, "some of it is on its way"
