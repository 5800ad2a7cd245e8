"""Lists of households at the office: brought, columns named, tried, looked through, loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath
from urllib.parse import quote

from sqlalchemy import Connection, Engine, select
from starlette.responses import Response

from models.errors import KsbbError
from models.texts import text
from server.errors import RosterHeader
from server.office.accounts import Role
from server.personal import Personal
from server.roster.export import Wanted, export_roster
from server.roster.uploads import MOST_BYTES, Held, State, Uploads
from server.roster_import import (
    Choice,
    Column,
    RosterFile,
    RosterReport,
    import_roster,
    write_bad_rows,
)
from server.roster_import.handing_back import as_written
from server.roster_import.header import Header, closest_header, find_header, first_rows, fit
from server.roster_import.reading import Cell, Sheet, open_roster
from server.roster_import.remembering import remembered
from server.tables import Package, Point, Stage, table
from server.web.office.declared import OfficePage
from server.web.office.visit import Visit
from server.web.rendering import NO_STORE

PATH = "/kantor/daftar"
_EXPORT = f"{PATH}/unduh"
LISTERS = frozenset({Role.ADMINISTRATOR, Role.AGREGATOR})
"""Who brings lists; nobody else sees names in them."""
_UNPROCESSABLE = 422
_PREVIEW, _WIDEST = 8, 40
_SHOWN = 100
"""Remarks on one page; all of the bad rows stand in the file to hand back."""
_LONGEST_CELL = 40
_POINT = table(Point)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RosterPages:
    """``/kantor/daftar`` and ``/kantor/daftar/{unggahan}``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def declared(self) -> list[OfficePage]:
        """Bringing a list, and the steps of one."""
        return [
            OfficePage(PATH, self._start, LISTERS, LISTERS, entry="roster", upload=MOST_BYTES),
            OfficePage(_EXPORT, self._export, LISTERS, LISTERS),
            OfficePage(f"{PATH}/{{unggahan}}", self._step, LISTERS, LISTERS),
        ]

    # --- bringing a list ------------------------------------------------------------------------

    def _start(self, visit: Visit) -> Response:
        if not visit.posted:
            return self._start_page(visit)
        if visit.file is None or not visit.file.data:
            return self._start_page(visit, nothing=True)
        state = State(
            PurePath(visit.file.name.replace("\\", "/")).name[:120] or "daftar",
            visit.field("titik"),
            visit.field("tahap"),
            tuple(filter(None, visit.fields("paket"))),
        )
        with self._engine.begin() as connection:
            number = self._uploads(connection, visit).put(visit.file.data, state, visit.now)
            held = self._uploads(connection, visit).get(number.hex())
        self._try(visit, held, state)
        return visit.see(f"{PATH}/{number.hex()}")

    def _start_page(self, visit: Visit, *, nothing: bool = False) -> Response:
        with self._engine.connect() as connection:
            columns = table(Stage).c
            stages = connection.execute(select(columns.id, columns.name).order_by(columns.id))
            columns = table(Package).c
            packages = connection.execute(select(columns.id, columns.name).order_by(columns.id))
            return visit.page(
                "office/roster.html",
                _UNPROCESSABLE if nothing else 200,
                nothing=nothing,
                points=points_of(connection, visit.agregator),
                stages=[(row.id, row.name) for row in stages],
                packages=[(row.id, row.name) for row in packages],
                uploads=self._uploads(connection, visit).all(visit.now),
                megabytes=MOST_BYTES // (1024 * 1024),
            )

    def _export(self, visit: Visit) -> Response:
        """The roster as a file: of one point, or of all that the account may see."""
        if not visit.posted:
            return visit.see(PATH)
        with self._engine.begin() as connection:
            mine = [number for number, _ in points_of(connection, visit.agregator)]
            chosen = visit.field("titik")
            points = [number for number in mine if str(number) == chosen] if chosen else mine
            everything = visit.agregator is None and not chosen
            form = "csv" if visit.field("bentuk") == "csv" else "xlsx"
            wanted = Wanted(None if everything else points, form)
            file = export_roster(visit.desk(connection), self._personal, wanted, visit.language)
        return _download(file)

    # --- the steps ------------------------------------------------------------------------------

    def _step(self, visit: Visit) -> Response:
        with self._engine.connect() as connection:
            held = self._uploads(connection, visit).get(str(visit.request.path_params["unggahan"]))
        path, what = f"{PATH}/{held.id.hex()}", visit.field("apa")
        if not visit.posted:
            return self._shown(visit, held)
        if what == "buang":
            with self._engine.begin() as connection:
                self._uploads(connection, visit).drop(held.id)
            return visit.see(PATH, "roster.dropped")
        if what == "perbaiki" and held.state.report is not None:
            return _handed_back(visit, held, held.state.report)
        if what == "kolom" and not held.state.loaded:
            self._try(visit, held, replace(held.state, choice=_choice_in(visit)))
        elif what == "muat" and held.state.report is not None and not held.state.loaded:
            self._run(visit, held, held.state, dry=False)
            return visit.see(path, "roster.loaded")
        return visit.see(path)

    def _try(self, visit: Visit, held: Held, state: State) -> None:
        """Looks at all of it without loading; what is wrong with the list is said on its page."""
        try:
            self._run(visit, held, state, dry=True)
        except KsbbError as error:
            problem = error.title(visit.language), error.what_to_do(visit.language)
            self._say(visit, held, replace(state, report=None, problem=problem))

    def _run(self, visit: Visit, held: Held, state: State, *, dry: bool) -> None:
        with self._engine.connect() as connection:
            only = points_of(connection, visit.agregator)
        report = import_roster(
            self._engine,
            self._personal,
            held.file,
            now=visit.now,
            actor=visit.account.name,
            point=state.point or None,
            stage=state.stage or None,
            packages=state.packages,
            choice=state.choice,
            agregator=visit.agregator,
            only_points=None if visit.agregator is None else [number for number, _ in only],
            dry=dry,
        )
        self._say(visit, held, replace(state, report=report, problem=None))

    def _say(self, visit: Visit, held: Held, state: State) -> None:
        with self._engine.begin() as connection:
            self._uploads(connection, visit).say(held.id, state)

    def _uploads(self, connection: Connection, visit: Visit) -> Uploads:
        return Uploads(connection, self._personal, visit.account.id)

    # --- showing it -----------------------------------------------------------------------------

    def _shown(self, visit: Visit, held: Held) -> Response:
        state, report = held.state, held.state.report
        try:
            sheets = open_roster(held.file, fit)
        except KsbbError:
            sheets = []  # the page says so by the state's problem
        asked = visit.asked("lembar") or (state.choice.sheet if state.choice else "") or ""
        sheet = next((one for one in sheets if one.name == asked), sheets[0] if sheets else None)
        return visit.page(
            "office/roster_upload.html",
            held=held,
            path=f"{PATH}/{held.id.hex()}",
            report=report,
            problem=state.problem,
            sheets=[one.name for one in sheets] if len(sheets) > 1 else [],
            table=self._table(visit, sheet, state) if sheet and not state.loaded else None,
            bad=_remarks(visit, report, bad=True) if report else [],
            odd=_remarks(visit, report, bad=False) if report else [],
            counted=_counted(visit, report) if report else [],
        )

    def _table(self, visit: Visit, sheet: Sheet, state: State) -> dict[str, object]:
        """The first rows, and for each column what it is taken for."""
        rows = first_rows(sheet)
        header = self._header(visit, sheet, state)
        at = next((place for place, (number, _) in enumerate(rows) if number == header.row), 0)
        start = max(0, at - 2)
        wide = min(_WIDEST, max((len(cells) for _, cells in rows), default=0))
        taken = {place: column.value for column, place in header.columns.items()}
        return {
            "sheet": sheet.name,
            "row": header.row,
            "columns": [(place, _letters(place), taken.get(place, "")) for place in range(wide)],
            "rows": [
                (number, [_cell(cells, place) for place in range(wide)])
                for number, cells in islice(rows, start, start + _PREVIEW)
            ],
            "choices": [
                ("", text(visit.language, "office.roster.not_used")),
                *((one.value, _named(visit, one)) for one in Column),
            ],
        }

    def _header(self, visit: Visit, sheet: Sheet, state: State) -> Header:
        with self._engine.connect() as connection:
            before = remembered(connection, visit.agregator or 0)
        choice = state.choice
        if choice is not None and choice.sheet == sheet.name:
            return Header(choice.row, dict(choice.columns), ())
        try:
            return find_header(sheet, region_known=True, remembered=before)
        except RosterHeader:
            return closest_header(sheet)


def points_of(connection: Connection, agregator: int | None) -> list[tuple[int, str]]:
    """Number and name of each point of an aggregator, or of all."""
    found = select(_POINT.c.id, _POINT.c.name).order_by(_POINT.c.name)
    if agregator is not None:
        found = found.where(_POINT.c.agregator == agregator)
    return [(row.id, row.name) for row in connection.execute(found)]


def _choice_in(visit: Visit) -> Choice:
    """What was chosen for each column; of two that are taken for the same the first."""
    columns: dict[Column, int] = {}
    for place in range(_WIDEST):
        chosen = visit.field(f"kolom-{place}")
        if chosen in set(Column):
            columns.setdefault(Column(chosen), place)
    row = visit.field("baris")
    return Choice(visit.field("lembar"), int(row) if row.isdecimal() else 0, columns)


def _handed_back(visit: Visit, held: Held, report: RosterReport) -> Response:
    return _download(write_bad_rows(held.file, report, visit.language))


def _download(back: RosterFile) -> Response:
    kind = _XLSX if back.name.endswith(".xlsx") else "text/csv; charset=utf-8"
    headers = {
        **NO_STORE,
        "content-disposition": f"attachment; filename*=UTF-8''{quote(back.name)}",
    }
    return Response(back.content, media_type=kind, headers=headers)


def _remarks(visit: Visit, report: RosterReport, *, bad: bool) -> Sequence[tuple[str, str, str]]:
    """(where, column, why) of the first ones."""
    found = (one for one in report.findings if one.bad == bad)
    return [
        (
            one.place(visit.language),
            _named(visit, one.column),
            one.words(visit.language),
        )
        for one in islice(found, _SHOWN)
    ]


def _named(visit: Visit, column: Column) -> str:
    return text(visit.language, f"centre.roster.column.{column}")


def _counted(visit: Visit, report: RosterReport) -> list[tuple[str, int]]:
    """How often each kind of remark on loaded rows was made."""
    odd = Counter(one.reason for one in report.findings if not one.bad)
    return [
        (text(visit.language, f"centre.roster.odd.{reason}"), count)
        for reason, count in odd.most_common()
    ]


def _letters(place: int) -> str:
    """A spreadsheet's name of a column: A … Z, AA …"""
    first, last = divmod(place, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _cell(cells: Sequence[Cell], place: int) -> str:
    words = " ".join(as_written(cells[place]).split()) if place < len(cells) else ""
    return words if len(words) <= _LONGEST_CELL else words[: _LONGEST_CELL - 1] + "…"
