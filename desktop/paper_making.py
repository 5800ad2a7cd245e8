"""One paper or export out of the ledger: what it tells is gathered, set and filed.

As ``paper_desk``: on a connection that only reads, on any thread but the GUI's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection

from desktop.paper_figures import code_of, figures, rounds, tally_of
from desktop.paper_rows import danom_rows, export_rows
from desktop.papers.bast import write_bast
from desktop.papers.content import SIGNERS, Bast, Figures, Head, Recap, Signer
from desktop.papers.danom import write_danom
from desktop.papers.filing import file_name, whole_file
from desktop.papers.recap import write_recap
from desktop.papers.spreadsheet import write_csv, write_xlsx
from desktop.papers.tables import TABLES
from desktop.papers.wording import Speech, local
from desktop.presenters.names import Names
from models.errors import NothingRecorded
from models.field.day_book import Scope, Sitting, scope_around, sittings
from models.field.device import load_identity
from models.field.ledger import Ledger
from models.field.roster import Roster
from models.field.sign_off import count_listed, listed, open_stages
from models.paper import PaperKind, encode_paper, to_text
from models.tally import Tally
from models.texts import Language

Report = Callable[[int, int], None]
"""(done, of how many); may raise to stop the work."""


class Paper(Enum):
    """What can be made; words under ``papers.page``."""

    BAST = "bast"
    DANOM = "danom"
    RECAP = "recap"
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class About:
    """What a paper can be about: a day at a point, or (``sitting``) one session."""

    point: int
    point_name: str
    day: date
    sitting: Sitting | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One paper to be made. ``whole_kk``: an export shows KK numbers in clear."""

    paper: Paper
    about: About
    folder: Path
    language: Language = "id"
    whole_kk: bool = False
    receiving: str = ""
    witness: str = ""
    signatures: tuple[bytes | None, ...] = ()
    """PNGs of those who signed on the screen: officer, receiver, witness."""


class Making:
    """One order on one connection."""

    def __init__(self, connection: Connection, ledger: Ledger, scope: Scope, order: Order) -> None:
        self._connection = connection
        self._ledger = ledger
        self._scope = scope
        self._order = order
        self._speech = Speech(order.language)
        self._roster = Roster(connection)
        self._names = Names.read(self._roster)
        identity = load_identity(connection)
        assert identity is not None, "papers are made by an enrolled device"
        self._identity = identity
        self._now = ledger.clock().now

    def danom(self, report: Report) -> tuple[Path, ...]:
        """The sign-off list; before anything was handed over it is the list to be signed."""
        stages = open_stages(self._connection, self._scope)
        count = count_listed(self._connection, self._scope, stages)
        if not count:
            raise NothingRecorded()
        tally = tally_of(self._connection, self._scope, self._speech)
        rows = danom_rows(listed(self._connection, self._scope, stages), self._names)
        head = self._head(PaperKind.DANOM, tally)
        path = self._path("danom", "pdf")
        with whole_file(path) as target:
            language = self._order.language
            write_danom(target, head, rows, count, language, lambda done: report(done, count))
        return (path,)

    def bast(self, report: Report) -> tuple[Path, ...]:
        """The hand-over minutes."""
        tally = self._tally(report)
        order = self._order
        names = (self._opener(), order.receiving, order.witness)
        pictures = order.signatures or (None,) * len(SIGNERS)
        bast = Bast(
            self._head(PaperKind.BAST, tally),
            self._figures(tally),
            rounds(self._connection, self._scope, self._names, self._identity),
            tuple(map(Signer, SIGNERS, names, pictures)),
        )
        path = self._path("bast", "pdf")
        with whole_file(path) as target:
            write_bast(target, bast, order.language)
        return (path,)

    def recap(self, report: Report) -> tuple[Path, ...]:
        """The day in figures and plots."""
        tally = self._tally(report)
        recap = Recap(self._head(PaperKind.RECAP, tally), self._figures(tally))
        path = self._path("rekap" if self._order.language == "id" else "recap", "pdf")
        with whole_file(path) as target:
            write_recap(target, recap, self._order.language)
        return (path,)

    def export(self, report: Report) -> tuple[Path, ...]:
        """Every table in one workbook, or each in a CSV of its own."""
        total = sum(part.last - part.first + 1 for part in self._scope.parts)
        if not total:
            raise NothingRecorded()
        language = self._order.language
        rows = export_rows(
            self._connection, self._scope, self._names, self._speech, self._order.whole_kk
        )

        def told(done: int) -> None:
            report(min(done, total), total)

        if self._order.paper is Paper.XLSX:
            path = self._path("ekspor" if language == "id" else "export", "xlsx")
            with whole_file(path) as target:
                write_xlsx(target, rows, language, told)
            return (path,)
        paths = {
            table.leaf: self._path(file_name(self._speech.say(f"table.{table.leaf}")), "csv")
            for table in TABLES
        }
        with ExitStack() as files:
            targets = {leaf: files.enter_context(whole_file(path)) for leaf, path in paths.items()}
            write_csv(targets, rows, language, told)
        return tuple(paths.values())

    # --- parts -------------------------------------------------------------------------------

    def _tally(self, report: Report) -> Tally:
        tally = tally_of(self._connection, self._scope, self._speech, report)
        if not tally.records:
            raise NothingRecorded()
        return tally

    def _figures(self, tally: Tally) -> Figures:
        stages = open_stages(self._connection, self._scope)
        count = count_listed(self._connection, self._scope, stages)
        around = scope_around(self._connection, self._scope)
        pile = None
        if around.devices > self._scope.devices:
            # They hand out of one pile: what one laptop recorded of it doesn't add up.
            pile = tally_of(self._connection, around, self._speech)
        return figures(tally, count, self._names, self._speech, pile)

    def _head(self, kind: PaperKind, tally: Tally) -> Head:
        point = next((one for one in self._roster.points() if one.id == self._scope.point), None)
        code = code_of(kind, self._scope, tally, self._now)
        signed = encode_paper(code, self._identity.signer)
        return Head(
            kind=kind,
            point=self._names.point(self._scope.point),
            address=point.address if point is not None else "",
            period=self._period(),
            device=self._identity.name,
            made_at=self._now,
            laptops=max(1, self._scope.devices),
            unsafe=self._ledger.safety().unsafe,
            code=to_text(signed, self._identity.centre),
        )

    def _period(self) -> str:
        first, last = self._scope.days
        speech, sitting = self._speech, self._order.about.sitting
        if sitting is None:
            return speech.weekday(first)
        begins = speech.clock(self._scope.begins)
        if sitting.closed_at is None:
            return speech.say("session_open", day=speech.weekday(first), begins=begins)
        ends = speech.clock(sitting.closed_at)
        if first == last:
            return speech.say("session", day=speech.weekday(first), begins=begins, ends=ends)
        return speech.say(
            "session_days",
            first=speech.day(first),
            begins=begins,
            last=speech.day(last),
            ends=ends,
        )

    def _opener(self) -> str:
        """Who opened the session, or the day's first one."""
        parts = {(part.feed, part.first) for part in self._scope.parts}
        found = [one for one in sittings(self._connection) if parts & set(one.places)]
        if not found:
            return ""
        first = min(found, key=lambda one: one.opened_at)
        return self._names.volunteers.get(first.opened_by, "")

    def _path(self, what: str, ending: str) -> Path:
        point = file_name(self._names.point(self._scope.point))
        day, made = self._scope.days[0], local(self._now)
        return self._order.folder / f"{what}-{point}-{day:%Y%m%d}-{made:%H%M%S}.{ending}"
