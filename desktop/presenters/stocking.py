"""The stock page's flow: what is there and owed, read and recorded on the database thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.threads import Threads
from desktop.views.parts.stock_form import Wanted
from desktop.views.stock_state import MoveLine, StockLine, StockState
from models.facts import Movement, Stock, VoidReason
from models.field.owed import OwedReader
from models.field.stock_sheet import Entry, read_entries, read_sheets
from models.regions import plain_name

_SOON_MS = 500


@dataclass(frozen=True, slots=True)
class Read:
    """What the database says."""

    lines: tuple[StockLine, ...]
    moves: tuple[MoveLine, ...]


class Stocking(QObject):
    """One stock page, from when it is opened until it is left."""

    changed = Signal(object)

    def __init__(
        self,
        threads: Threads,
        desk: Desk,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._now = now
        self._over = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.begin)
        self.state = StockState()

    def begin(self) -> None:
        """Reads what is there."""
        self._threads.submit_db(lambda: read(self._desk), self._read, self._failed)

    def others_wrote(self) -> None:
        """Another laptop's records came: read anew in a moment, as they come in bursts."""
        if not self._soon.isActive():
            self._soon.start()

    def end(self) -> None:
        """The page is left: nothing reaches it any more. What was given is still recorded."""
        self._over = True
        self._soon.stop()

    def dismiss(self, key: str) -> None:
        """Puts a notice away."""
        self._show(notices=tuple(one for one in self.state.notices if one.key != key))

    def record(self, wanted: Wanted) -> None:
        """Records a movement."""
        if self.state.busy:
            return
        desk = self._desk

        def work() -> tuple[Read, MoveLine]:
            body = _body(desk, wanted)
            made = desk.station.record(desk.volunteer, body)
            line = _move_line(desk, Entry(made.place, made.at, body, voided=False))
            return read(desk), line

        self._show(busy=True, notices=())
        self._threads.submit_db(work, self._recorded, self._failed)

    def ask_void(self, move: MoveLine | None) -> None:
        """Opens the question why a movement is taken back, or leaves it."""
        self._show(voiding=move, last=None)

    def void(self, place: int, why: str) -> None:
        """Takes a movement back."""
        if self.state.busy:
            return
        desk = self._desk

        def work() -> Read:
            desk.station.void(place, desk.volunteer, VoidReason.OTHER, why)
            return read(desk)

        self._show(busy=True, notices=())
        self._threads.submit_db(work, self._voided, self._failed)

    def _read(self, found: Read) -> None:
        self._show(lines=found.lines, moves=found.moves)

    def _recorded(self, result: tuple[Read, MoveLine]) -> None:
        found, last = result
        self._show(
            busy=False,
            lines=found.lines,
            moves=found.moves,
            last=last,
            recorded=self.state.recorded + 1,
        )

    def _voided(self, found: Read) -> None:
        self._show(
            busy=False,
            lines=found.lines,
            moves=found.moves,
            voiding=None,
            last=None,
            recorded=self.state.recorded + 1,
        )

    def _failed(self, error: BaseException) -> None:
        self._show(busy=False, notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, now=self._now(), **changes)
        if not self._over:
            self.changed.emit(self.state)


def read(desk: Desk) -> Read:
    """Every package and movement; on the database thread."""
    station = desk.station
    session = station.session
    if session is None:
        return Read((), ())
    owed = OwedReader(station.ledger.connection).owed(session.point, station.open_stages())
    lines = tuple(
        StockLine(
            sheet.package,
            desk.names.packages.get(sheet.package, f"#{sheet.package}"),
            sheet.opening,
            tuple((movement, pieces) for movement, pieces in sheet.moved.items() if pieces),
            sheet.handed,
            sheet.found,
            sheet.left,
            owed.pieces.get(sheet.package, 0),
        )
        for sheet in read_sheets(station)
    )
    moves = tuple(_move_line(desk, entry) for entry in reversed(read_entries(station)))
    return Read(lines, moves)


def _move_line(desk: Desk, entry: Entry) -> MoveLine:
    body = entry.body
    return MoveLine(
        entry.place,
        entry.at,
        body.movement,
        desk.names.packages.get(body.package, f"#{body.package}"),
        body.quantity,
        body.reference or "",
        body.note or "",
        desk.names.point(body.other_point),
        entry.voided,
    )


def _body(desk: Desk, wanted: Wanted) -> Stock:
    """The fact; a point whose name is not known here stays in words."""
    other, note = None, wanted.note
    if wanted.other_point:
        other = _point(desk, wanted.other_point)
        if other is None:
            note = f"{wanted.other_point}. {note}" if note else wanted.other_point
    return Stock(
        Movement(wanted.movement),
        wanted.package,
        wanted.quantity,
        wanted.reference or None,
        note or None,
        other,
    )


def _point(desk: Desk, typed: str) -> int | None:
    """The one point whose name holds what was typed."""
    wanted = plain_name(typed)
    names = {point: plain_name(name) for point, name in desk.names.points.items()}
    same = [point for point, name in names.items() if name == wanted]
    found = same or [point for point, name in names.items() if wanted in name]
    return found[0] if len(found) == 1 else None
