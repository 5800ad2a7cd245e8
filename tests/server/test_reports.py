"""The office's reports: their figures are the public's, and one pledge is followed to the
households."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtGui import QGuiApplication
from sqlalchemy import Engine, text

from models.numbers import parse_slip_number
from models.texts import LANGUAGES, Language
from models.texts import text as words
from server.figures.daily import Figures
from server.figures.monitoring import Flow, Monitoring, Side
from server.giving.pledges import Progress
from server.giving.supply import Amounts, read_flows, sums
from server.named import names_of
from server.reports.content import ReportKind, Wanted, make_report
from server.tables import Agregator
from tests.support.allotted import GIVER, allocate, pledge, send, settle_needs
from tests.support.centre import TestPostgres
from tests.support.commands import Run, commands_of
from tests.support.pages import CIDENG, GAMBIR, HERE, NOW, SENEN, THERE, TODAY, Town, kk_of
from tests.support.pdf import Pdf

THERE_ALREADY = (Progress.CONFIRMED, Progress.ARRIVED)


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


def allocate_and_send(town: Town) -> None:
    """All that is free, and on its way."""
    allocate(town)
    send(town)


def rows(town: Town, kind: ReportKind, **more: Any) -> list[dict[str, Any]]:
    """The rows of a report, by the keys of their columns."""
    with town.engine.connect() as connection:
        found = make_report(connection, Wanted(kind, **more), NOW, "id")
    names = {words("id", f"reports.column.{key}"): key for key in _COLUMNS}
    keys = [names[column] for column in found.columns]
    return [dict(zip(keys, row, strict=True)) for row in found.rows]


_COLUMNS = ("stage", "package", "agregator", "city", "district", "village", "rw", "place", "point",
            "sent_on", "households", "households_got", "need", "pledged", "allocated", "arrived",
            "sent", "handed", "hand_overs", "in_review", "gap")  # fmt: skip


def test_every_report_comes_to_what_the_public_is_told(town: Town) -> None:
    pledge(town, 65, THERE_ALREADY)
    allocate_and_send(town)
    here, there = town.laptop(HERE), town.laptop(THERE)
    town.hand_over(here, range(10))
    town.hand_over(here, range(60, 64))
    town.hand_over(there, [*range(90, 97), 90])  # one of them twice
    told = Figures(town.engine, 1).day(date.fromisoformat(TODAY), NOW)
    assert (told.total.lines.at_least, told.in_review.at_least) == (21, 1)
    for by in (ReportKind.STAGE, ReportKind.AGREGATOR, ReportKind.AREA):
        found = rows(town, by)
        for key, whole in (("handed", 21), ("hand_overs", 21), ("in_review", 1), ("sent", 65)):
            assert sum(row[key] for row in found) == whole, (by, key)
    (stage,) = rows(town, ReportKind.STAGE)
    assert (stage["households"], stage["need"], stage["gap"]) == (130, 130, 109)
    by_village = {v.name: v.total.pieces.at_least for s in told.stages for d in s.districts
                  for v in d.villages}  # fmt: skip
    assert {row["village"]: row["handed"] for row in rows(town, ReportKind.AREA)} == by_village


def test_the_flows_come_to_what_the_public_watches(town: Town) -> None:
    pledge(town, 65, THERE_ALREADY, agregator=1)
    allocate_and_send(town)
    pledge(town, 30, THERE_ALREADY, agregator=2, region=SENEN)
    pledge(town, 12, (Progress.CONFIRMED, Progress.SENT), agregator=2)  # without any allocation
    pledge(town, 9, (Progress.CONFIRMED,), agregator=1)
    allocate(town)
    here, there = town.laptop(HERE), town.laptop(THERE)
    town.hand_over(here, range(10))
    town.hand_over(there, [*range(90, 97), 90])
    watched = Monitoring(town.engine, 1).watch(NOW)
    with town.engine.connect() as connection:
        flows = read_flows(connection)
        names = names_of(connection, Agregator)
    of_all = sum((flow.amounts for flow in flows), Amounts())
    assert _as_watched(of_all) == _watched(watched.total)
    by_agregator = sums(flows, lambda flow: names.get(flow.agregator, ""))
    assert {name: _as_watched(of) for name, of in by_agregator.items()} == {
        flow.name: _watched(flow) for flow in watched.sides[Side.AGREGATOR]
    }


def _as_watched(of: Amounts) -> tuple[int, ...]:
    return of.pledged, of.arrived, of.sent, of.handed, of.hand_overs, of.in_review


def _watched(flow: Flow) -> tuple[int, ...]:
    given = flow.pledged or 0, flow.arrived or 0, flow.sent or 0
    told = flow.handed.pieces.at_least, flow.handed.lines.at_least, flow.in_review.at_least
    return *given, *told


def test_a_part_of_an_agregator_is_its_own_alone(town: Town) -> None:
    pledge(town, 65, THERE_ALREADY)
    allocate_and_send(town)
    (stage,) = rows(town, ReportKind.STAGE, agregator=2)
    assert (stage["need"], stage["allocated"]) == (40, 20)
    assert [row["village"] for row in rows(town, ReportKind.AREA, agregator=2)] == ["Senen"]
    assert [row["agregator"] for row in rows(town, ReportKind.AGREGATOR, agregator=2)] == ["Dua"]


def test_a_pledge_is_followed_to_the_households_by_their_number_alone(town: Town, run: Run) -> None:
    first = pledge(town, 20, THERE_ALREADY, region=GAMBIR)
    allocate_and_send(town)
    second = pledge(town, 500, THERE_ALREADY, region=GAMBIR)
    allocate_and_send(town)
    town.hand_over(town.laptop(HERE), range(25))
    for number, handed, allocated in ((first, 20, 20), (second, 5, 40)):
        (row,) = rows(town, ReportKind.PLEDGE, pledge=parse_slip_number(number))
        assert (row["handed"], row["households_got"], row["allocated"]) == (
            handed, handed, allocated
        )  # fmt: skip
        assert row["place"] == "Gambir RW 03"
    code, out, _ = run("report", "--pledge", second)
    assert code == 0 and GIVER in out and "460" in out, "what is free is said"
    for private in ("Rahasia", str(kk_of(1)), "budi"):
        assert private not in out
    assert run("report", "--pledge", "0000 000 0000")[0] != 0


def test_what_came_of_no_pledge_has_no_giver(town: Town) -> None:
    pledge(town, 5, THERE_ALREADY, region=CIDENG)
    allocate_and_send(town)
    town.hand_over(town.laptop(HERE), range(60, 68))
    with town.engine.connect() as connection:
        by_giver = sums(read_flows(connection), lambda flow: flow.kolaborator)
    assert by_giver == {
        1: Amounts(pledged=5, arrived=5, allocated=5, sent=5, handed=5, hand_overs=5),
        0: Amounts(handed=3, hand_overs=3),
    }


def test_what_was_meant_for_one_rw_and_handed_in_another_is_still_the_givers(
    town: Town,
) -> None:
    pledge(town, 5, THERE_ALREADY, region=CIDENG)
    allocate_and_send(town)
    town.hand_over(town.laptop(HERE), range(8))
    with town.engine.connect() as connection:
        flows = read_flows(connection)
    assert sums(flows, lambda flow: flow.kolaborator)[1].handed == 5
    assert sums(flows, lambda flow: (flow.city, flow.district, flow.region, flow.rw))[
        "31.71", "31.71.01", GAMBIR, 3
    ].handed == 8  # fmt: skip


def test_every_flow_is_counted_once_whatever_it_is_summed_by(town: Town) -> None:
    pledge(town, 65, THERE_ALREADY)
    pledge(town, 30, agregator=2, region=SENEN)
    pledge(town, 12, (), region=CIDENG)  # nobody has agreed to it yet
    allocate(town)
    town.hand_over(town.laptop(HERE), range(7))
    with town.engine.connect() as connection:
        flows = read_flows(connection)
    whole = sum((flow.amounts for flow in flows), Amounts())
    assert (whole.pledged, whole.arrived, whole.handed) == (95, 65, 7)
    for name in ("kolaborator", "agregator", "programme", "package", "stage", "city", "rw"):
        by = sums(flows, lambda flow: getattr(flow, name))  # noqa: B023
        assert sum(by.values(), Amounts()) == whole, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("by", ["stage", "agregator", "area", "pledge"])
def test_a_report_is_a_workbook_and_a_paper(
    town: Town, run: Run, tmp_path: Path, qapp: QGuiApplication, by: str, language: Language
) -> None:
    number = pledge(town, 1065, THERE_ALREADY)
    allocate_and_send(town)
    town.hand_over(town.laptop(HERE), range(10))
    which = ("--pledge", number) if by == "pledge" else ("--by", by)
    book, paper = tmp_path / "laporan.xlsx", tmp_path / "laporan.pdf"
    assert run("report", *which, "--xlsx", str(book), "--pdf", str(paper), "--lang", language)[
        0] == 0  # fmt: skip
    title = words(language, f"reports.{by}.title")
    sheet = load_workbook(book).active
    assert sheet is not None and sheet.title == title[:31]
    cells = list(sheet.iter_rows(values_only=True))
    total = next(row for row in cells if row[0] == words(language, "reports.total"))
    assert 130 in total and 10 in total, "figures are figures"
    read = Pdf(paper)
    printed = " ".join(read.words(page) for page in range(read.pages))
    assert title in printed and "130" in printed
    assert read.size() == (297, 210)


def test_a_report_of_nothing_says_so(town: Town, run: Run, tmp_path: Path) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("DELETE FROM package_need"))
    paper = tmp_path / "kosong.pdf"
    assert run("report", "--by", "area", "--pdf", str(paper))[0] == 0
    assert paper.stat().st_size > 1000
    assert rows(town, ReportKind.AREA) == []
