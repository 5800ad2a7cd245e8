"""A round from door to door: its list of houses, which lasts as long as the shift, and the way from
a house's verdict on the scan screen back to the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.papers.listing import write_listing
from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.presenters.names import card
from desktop.presenters.scanning import Phase, Scanning
from desktop.theme.look import Look
from desktop.threads import Cancel, Threads
from desktop.views.door_page import DoorState, HouseLine, Kept, house_row
from desktop.views.parts.table_model import Content, Row
from desktop.views.state import Goods, Notice
from models.errors import Cancelled
from models.facts import Line
from models.field.houses import BEGINNING, House, Seam, houses, houses_after
from models.field.other_ways import household_of
from models.verdict import Tone


class Round(QObject):
    """Lives as long as the shift; ``begin`` reads the list, as often as the page is opened."""

    changed = Signal(object)
    returned = Signal()
    """The house that was chosen is settled, one way or another: back to the list."""

    def __init__(
        self, threads: Threads, look: Look, now: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._look = look
        self._now = now
        self._reading = Cancel()
        self._lines: dict[int, HouseLine] = {}
        self._before: set[int] | None = None
        """Who had received before the round began; None until the list was read once."""
        self._rows: tuple[Row, ...] = ()
        self._followed: Scanning | None = None
        self._desk: Desk | None = None
        self._household = 0
        self.kept = Kept()
        self.returning = False
        """Whether the page comes back to a list that it knows already."""
        self.state = DoorState(now=now())

    # --- the list ----------------------------------------------------------------------------

    def begin(self, desk: Desk) -> None:
        """Reads the list anew; what is known of it is shown until then."""
        self._reading.set()
        reading = self._reading = Cancel()
        found: dict[int, HouseLine] = {}

        def work(after: Seam) -> tuple[list[HouseLine], Seam | None]:
            reading.check()
            some, onwards = houses_after(desk.station, after)
            return _lines(desk, some), onwards

        def read(result: tuple[list[HouseLine], Seam | None]) -> None:
            if reading.is_set():
                return
            some, onwards = result
            found.update((line.household, line) for line in some)
            if onwards is not None:
                self._show(reading=len(found))
                go_on(onwards)
            else:
                self._lines = found
                if self._before is None:
                    self._before = {of for of, line in found.items() if line.handed}
                self.reword()

        def failed(error: BaseException) -> None:
            if not reading.is_set() and not isinstance(error, Cancelled):
                self._show(reading=None, notices=(notice(error),))

        def go_on(after: Seam) -> None:
            self._threads.submit_db(lambda: work(after), read, failed)

        self._show(reading=0, notices=())
        go_on(BEGINNING)

    def reword(self) -> None:
        """Makes the rows anew, beside the GUI: there may be many, and language has changed."""
        lines, look, reading = self._lines, self._look, self._reading

        def work() -> tuple[Row, ...]:
            ordered = sorted(lines.values(), key=lambda line: line.place)
            return tuple(house_row(look, line, at) for at, line in enumerate(ordered))

        def worded(rows: tuple[Row, ...]) -> None:
            if reading is self._reading and lines is self._lines:
                self._rows = rows
                self._show(reading=None)

        self._threads.submit_net(work, worded, self._unless_over, reading)

    def _unless_over(self, error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            self._show(reading=None, notices=(notice(error),))

    def show_everything(self, everything: bool) -> None:
        """Whether those who had received before are on the list."""
        self._show(everything=everything)

    def export(self, content: Content, file: Path) -> None:
        """What is shown, as a CSV; said where it lies."""
        language = self._look.language

        def written(path: Path) -> None:
            parts = {"file": path.name, "folder": str(path.parent)}
            self._show(notices=(Notice("search.exported", Tone.GO, parts),))

        self._threads.submit_net(
            lambda: write_listing(file, content.titles, content.rows, language),
            written,
            self._unless_over,
        )

    def dismiss(self, key: str) -> None:
        """Puts a notice away."""
        self._show(notices=tuple(one for one in self.state.notices if one.key != key))

    def forget(self) -> None:
        """Another session: a new round."""
        self.end()
        self._lines, self._rows, self._before, self.kept = {}, (), None, Kept()
        self._show(reading=None, everything=False, notices=())

    def end(self) -> None:
        """The session or the shift is over."""
        self._reading.set()
        self._let_go()

    # --- a house -----------------------------------------------------------------------------

    def follow(
        self,
        desk: Desk,
        scanning: Scanning,
        household: int,
        kept: Kept,
        location: str | None = None,
    ) -> None:
        """Looks on what becomes of a house on the scan screen, and shows its verdict there;
        ``location``: where the volunteer stands, as a geo URI."""
        self._let_go()
        self._desk, self._household, self.kept = desk, household, kept
        self._followed = scanning
        scanning.found(household, location)
        scanning.changed.connect(self._look_on)
        self._look_on()

    def _look_on(self) -> None:
        assert self._followed is not None
        scan = self._followed.state
        if scan.phase in (Phase.LOOKING, Phase.CAPTURING, Phase.RECORDING):
            return
        if scan.phase is Phase.SHOWN:
            if scan.seen is not None and household_of(scan.seen.look) != self._household:
                self._let_go()  # somebody else was scanned: the round waits
            return
        self._let_go()
        if scan.phase is Phase.READY and scan.notices:
            return  # what it says has to be read there
        self._look_again()

    def _let_go(self) -> None:
        followed, self._followed = self._followed, None
        if followed is not None:
            followed.changed.disconnect(self._look_on)

    def _look_again(self) -> None:
        """What became of the house, before its row is seen again."""
        desk, of = self._desk, self._household
        assert desk is not None

        def work() -> list[HouseLine]:
            return _lines(desk, houses(desk.station, [of]))

        def read(some: list[HouseLine]) -> None:
            if of in self._lines:
                self._lines.update((line.household, line) for line in some)
                self._rows = tuple(self._worded(self._rows, some))
            self._show()
            self.returning = True
            self.returned.emit()
            self.returning = False

        self._threads.submit_db(work, read, lambda error: self._show(notices=(notice(error),)))

    def _worded(self, rows: Iterable[Row], changed: list[HouseLine]) -> Iterable[Row]:
        anew = {line.household: line for line in changed}
        for at, row in enumerate(rows):
            line = anew.get(row.key) if isinstance(row.key, int) else None
            yield house_row(self._look, line, at) if line is not None else row

    # --- inner -------------------------------------------------------------------------------

    def _show(self, **changes: Any) -> None:
        everything = changes.get("everything", self.state.everything)
        before = set() if everything else self._before or set()
        rows = self._rows
        if before:
            rows = tuple(row for row in rows if row.key not in before)
        lines = self._lines.items()
        self.state = replace(
            self.state,
            rows=rows,
            open=frozenset(of for of, line in lines if line.open),
            handed=frozenset(of for of, line in lines if line.handed),
            now=self._now(),
            **changes,
        )
        self.changed.emit(self.state)


def _lines(desk: Desk, some: list[House]) -> list[HouseLine]:
    """Houses with their names, on the database thread; what many are due alike is kept once."""
    goods: dict[tuple[Line, ...], tuple[Goods, ...]] = {}
    for house in some:
        if house.due not in goods:
            goods[house.due] = desk.names.goods(house.due)
    return [
        HouseLine(
            house.household.id,
            card(house.household),
            goods[house.due],
            house.verdict,
            house.outcome,
            house.place,
        )
        for house in some
    ]
