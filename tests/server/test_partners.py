"""Who gives, who distributes, and other targets than households, kept by the office's commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.support.centre import TestPostgres
from tests.support.commands import Run, commands_of
from tests.support.pages import GAMBIR, NOW, Town

TARGET = ("add-target", "Panti Asuhan Harapan", "--kind", "orphanage", "--region", GAMBIR,
          "--persons", "42")  # fmt: skip


@pytest.fixture
def town(engine: Engine) -> Town:
    made = Town(engine)
    made.furnish()
    return made


@pytest.fixture
def run(
    postgres: TestPostgres, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    return commands_of(postgres, engine, tmp_path, capsys)


def log(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT action FROM audit_log ORDER BY id")))


def test_a_target_is_listed_with_what_it_needs_in_a_stage(town: Town, run: Run) -> None:
    assert run(*TARGET)[0] == 0
    need = ("target-need", "panti asuhan harapan", "--stage", "Tahap 1", "--package", "1")
    assert run(*need, "--pieces", "60")[0] == 0
    assert run(*need, "--pieces", "50")[0] == 0, "what it needs now, in place of before"
    (target,) = json.loads(run("targets", "--stage", "1", "--json")[1])
    assert (target["name"], target["kind"], target["region"], target["persons"]) == (
        "Panti Asuhan Harapan", "orphanage", GAMBIR, 42,
    )  # fmt: skip
    assert [(one["package"], one["pieces"], one["allocated"]) for one in target["needs"]] == [
        ("Paket sembako", 50, 0)
    ]
    for language, kind in (("id", "panti asuhan"), ("en", "orphanage")):
        assert kind in run("targets", "--stage", "1", "--lang", language)[1]
    assert run("close-target", "1")[0] == 0
    assert json.loads(run("targets", "--json")[1])[0]["closed"]
    assert log(town.engine) == ["target.added", "target.need_set", "target.need_set",
                                "target.closed"]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        (*TARGET[:-1], "0"),
        (*TARGET[:-1], "200000"),
        ("add-target", "123", *TARGET[2:]),
        (*TARGET[:5], "Tidak Ada", *TARGET[6:]),
        (*TARGET, "--agregator", "Siapa"),
    ],
)
def test_a_target_that_can_not_be_is_refused_and_nothing_kept(
    town: Town, run: Run, wrong: tuple[str, ...]
) -> None:
    code, _, said = run(*wrong)
    assert code != 0 and said
    assert json.loads(run("targets", "--json")[1]) == []
    assert log(town.engine) == []


def test_an_agregator_is_suspended_and_goes_on(town: Town, run: Run) -> None:
    assert run("add-kolaborator", "PT Sumber Rejeki")[0] == 0
    assert run("add-agregator", "Yayasan Peduli")[0] == 0
    assert run("add-agregator", "yayasan  peduli")[0] != 0, "a name is used once"
    assert "ditangguhkan" not in run("catalogue")[1]
    assert run("suspend-agregator", "yayasan peduli", "--why", "Laporan kurang.")[0] == 0
    assert "ditangguhkan" in run("catalogue")[1]
    assert run("suspend-agregator", "1", "--resume")[0] == 0
    assert "ditangguhkan" not in run("catalogue")[1]
    assert log(town.engine) == ["kolaborator.added", "agregator.added", "agregator.suspended",
                                "agregator.resumed"]  # fmt: skip


def test_what_the_households_of_an_rw_need_is_counted_by_package_and_point(town: Town) -> None:
    town.settle(range(7), GAMBIR)
    with town.engine.connect() as connection:
        needs = connection.execute(text("SELECT * FROM package_need")).all()
    assert [tuple(row) for row in needs] == [(1, 1, 1, GAMBIR, 0, 7, 7)]
    assert town.now == NOW
