"""Packages allocated to the households of an area by need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.decide import HouseholdStatus
from models.facts import Line
from server.allocating.ground import read_ground
from server.allocating.households import Share, choose, entitle
from server.catalogue import Desk
from server.errors import ProposalStale
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.commands import Run, commands_of
from tests.support.pages import (
    FIRST_STAGE,
    GAMBIR,
    HERE,
    MEALS,
    NOW,
    SECOND_STAGE,
    SEMBAKO,
    THERE,
    Town,
    household_id,
)

SHARE = Share(SECOND_STAGE, SEMBAKO, HERE, GAMBIR)


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    """Ten families of Gambir, the first of one person and the tenth of ten, of whom the last two
    were owed something in the first stage; and one that moved away."""
    empty(reused)
    made = Town(reused)
    made.furnish()
    made.settle(range(8), GAMBIR, ())
    made.settle((8, 9), GAMBIR, (Line(FIRST_STAGE, MEALS, 1),))
    made.settle((10,), GAMBIR, (), HouseholdStatus.MOVED)
    with reused.begin() as connection:
        for number in range(11):
            connection.execute(
                text("UPDATE household SET members = :members, rw = :rw WHERE id = :id"),
                {"members": number + 1, "rw": number % 2, "id": household_id(number)},
            )
    return made


def owed(town: Town) -> set[int]:
    """The running numbers of those that are owed sembako in the second stage."""
    with town.engine.connect() as connection:
        found = set(
            connection.scalars(
                text("SELECT household FROM entitlement WHERE stage = 2 AND package = 1")
            )
        )
    return {number for number in range(11) if household_id(number) in found}


def given(town: Town, share: Share) -> None:
    with town.engine.begin() as connection:
        entitle(Desk(connection, NOW, "test"), share, choose(connection, share).mark)


def test_those_owed_least_come_first_and_of_these_the_largest(town: Town) -> None:
    given(town, Share(SECOND_STAGE, SEMBAKO, HERE, GAMBIR, most=3))
    assert owed(town) == {5, 6, 7}, "eight and nine were owed something before"
    given(town, SHARE)
    assert owed(town) == set(range(10)), "who moved away needs nothing here"
    with town.engine.connect() as connection:
        assert choose(connection, SHARE).households == 0
        (cell,) = [
            cell for cell in read_ground(connection, SECOND_STAGE).cells if cell.area.rw == 1
        ]
    assert (cell.need, cell.point) == (5, HERE), "it is needed from now on"


def test_nothing_is_written_by_looking_nor_by_an_old_mark(town: Town) -> None:
    with town.engine.connect() as connection:
        mark = choose(connection, SHARE).mark
    assert owed(town) == set()
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE household SET status = 2 WHERE members = 3"))
    with town.engine.begin() as connection, pytest.raises(ProposalStale):
        entitle(Desk(connection, NOW, "test"), SHARE, mark)
    assert owed(town) == set()


def test_the_points_laptops_learn_of_it(town: Town) -> None:
    given(town, Share(SECOND_STAGE, SEMBAKO, THERE, GAMBIR, rw=1, most=2, pieces=2))
    assert owed(town) == {5, 7}
    with town.engine.connect() as connection:
        told = connection.execute(
            text("SELECT point, household FROM point_change WHERE kind = 1 ORDER BY n")
        ).all()
        pieces = set(connection.scalars(text("SELECT quantity FROM entitlement WHERE stage = 2")))
    assert {tuple(row) for row in told} == {(THERE, household_id(5)), (THERE, household_id(7))}
    assert pieces == {2}


def test_by_command_it_is_shown_and_then_accepted(
    town: Town, postgres: TestPostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Run = commands_of(postgres, town.engine, tmp_path, capsys)
    what = ("allocate-households", "--stage", "Tahap 2", "--package", "Paket sembako",
            "--point", "1", "--region", "Gambir", "--most", "4")  # fmt: skip
    shown: dict[str, Any] = json.loads(run(*what, "--json")[1])
    assert (shown["households"], shown["persons"], shown["could"]) == (4, 8 + 7 + 6 + 5, 10)
    assert "4 keluarga" in run(*what)[1] and "4 households" in run(*what, "--lang", "en")[1]
    assert run(*what, "--accept", shown["mark"])[0] == 0
    assert run(*what, "--accept", shown["mark"])[0] != 0
    assert owed(town) == {4, 5, 6, 7}
    with town.engine.begin() as connection:
        connection.execute(text("INSERT INTO agregator (name, suspended_at) VALUES ('X', 1)"))
        connection.execute(text("UPDATE point SET agregator = 1"))
    code, _, said = run(*what)
    assert code != 0 and "ditangguhkan" in said
