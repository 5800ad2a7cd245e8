"""Door to door: the houses in the order in which one walks past them, ticked off one by one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.table import TablePanel
from desktop.views.parts.table_model import Cell, Column, Row, area_words, row_of
from desktop.views.parts.words import Words
from desktop.views.state import Goods, HouseholdCard, Notice
from desktop.views.view import View
from desktop.views.wording import goods_words, masked_kk, number
from models.facts import Outcome
from models.verdict import Tone, Verdict

COLUMNS = (
    Column("search.round.column_status"),
    Column("search.round.column_rw"),
    Column("search.round.column_address", wide=True),
    Column("search.round.column_name", wide=True),
    Column("search.round.column_goods"),
    Column("search.round.column_kk"),
)
_ICONS = {Tone.GO: ("circle", "text"), Tone.CHECK: ("triangle-alert", "check_ink")}


@dataclass(frozen=True, slots=True)
class HouseLine:
    """A house as the list shows it; ``place`` is where it comes as one walks."""

    household: int
    card: HouseholdCard
    goods: tuple[Goods, ...]
    verdict: Verdict
    outcome: Outcome | None = None
    place: str = ""

    @property
    def handed(self) -> bool:
        """Whether it has all that is due."""
        return self.verdict is Verdict.ALREADY_COLLECTED

    @property
    def open(self) -> bool:
        """Whether somebody should still go there."""
        return not self.handed and self.outcome is None


@dataclass(frozen=True, slots=True)
class DoorState:
    """``rows`` are the houses of this round as table rows, in walking order; ``open`` those that
    somebody still has to go to. ``reading`` counts while the list is read, None when it is whole.
    ``everything``: those that had received before the round began are among them."""

    rows: tuple[Row, ...] = ()
    open: frozenset[int] = frozenset()
    handed: frozenset[int] = frozenset()
    reading: int | None = None
    everything: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the page while a house is on the scan screen: what was typed, how it was
    sorted, which house was chosen."""

    typed: str = ""
    sorted_by: tuple[int | None, bool] = (None, False)
    chosen: int | None = None


def house_row(look: Look, house: HouseLine, at: int) -> Row:
    """A house as a row, the ``at``-th in walking order; in whichever thread."""
    card = house.card
    rt_rw = f"{card.rt or 0:03d}/{card.rw or 0:03d}"
    return row_of(
        house.household,
        _status(look, house),
        Cell(rt_rw, (card.rw or 0, card.rt or 0, at)),
        Cell(card.address, at),
        Cell(card.name),
        Cell(goods_words(look, house.goods)),
        Cell(masked_kk(card.kk) if card.kk is not None else ""),
        also=f"{area_words(card.rw, card.rt)} {card.kelurahan}",
    )


def _status(look: Look, house: HouseLine) -> Cell:
    say = look.any_text
    if house.handed:
        return Cell(say("search.house.handed"), 3, "check", "go_ink")
    if house.outcome is not None:
        words = say(f"handover.choice.{house.outcome.name.lower()}")
        return Cell(words, 2, "ban", "check_ink")
    tone = house.verdict.tone
    if tone is Tone.GO:
        return Cell(say("search.house.due"), 0, "circle", "text")
    icon, ink = _ICONS.get(tone, ("x", "stop_ink"))
    return Cell(say(f"search.status.{house.verdict.key}"), 1, icon, ink)


class DoorPage(View):
    """Shows a DoorState."""

    chosen = Signal(object, object)
    """(the household's id, what is Kept of the page)"""
    everything_asked = Signal(bool)
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = DoorState()
        self._title = Words("name")
        self._progress = Words("heading", wrap=False, figures=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self.table = TablePanel(look, COLUMNS, "search.round")
        self.everything = Button(look, "choice")
        self.everything.clicked.connect(self.everything_asked)
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.open = Button(look, "primary", icon="check", hint="Enter")
        self.open.clicked.connect(lambda: self._choose(self.table.current()))
        self.table.chosen.connect(self._choose)
        head = row(self._title, 1, self._progress, gap=2)
        whole = column(gap=0)
        whole.addLayout(column(head, self._bar, self._notices, gap=1, margin=(3, 2, 3, 1)))
        middle = column(self.table, margin=(3, 0, 3, 1))
        middle.setStretch(0, 1)
        whole.addLayout(middle, 1)
        whole.addLayout(foot(self.back, 1, self.everything, self.open))
        self.setLayout(whole)
        self.setFocusProxy(self.table)
        self.table.model.modelReset.connect(self._count)
        self.restyle()

    def show_door(self, state: DoorState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def restore(self, kept: Kept) -> None:
        """Go on where the page was left: behind the house that was chosen, at the next open one."""
        self.table.model.arrange_by(*kept.sorted_by)
        self.table.line.setText(kept.typed)
        if kept.chosen is not None:
            self.table.mark(self._next_after(kept.chosen))

    def _next_after(self, house: int) -> Hashable:
        shown = [item.key for item in self.table.model.shown]
        if house not in shown:
            return house
        place = shown.index(house)
        ahead = (key for key in (*shown[place:], *shown[:place]) if key in self._state.open)
        return next(ahead, house)

    def take_focus(self) -> None:
        """Put the keyboard into the line above the list."""
        self.table.take_focus()

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("search.round.title"))
        self.everything.say(say("search.round.all"))
        self.back.say(say("search.round.back"))
        self.open.say(say("search.round.open"))

    def draw(self) -> None:
        state = self._state
        self._notices.show_notices(state.notices, state.now)
        self.everything.setChecked(state.everything)
        self.table.show_rows(state.rows)
        self._count()

    def _count(self) -> None:
        """How many of the houses shown have received: of those filtered, which is this walk's."""
        look, state = self.look, self._state
        shown = self.table.model.shown
        done = sum(item.key in state.handed for item in shown)
        if state.reading is not None:
            self.table.empty.say("")
        self.open.setEnabled(bool(shown))
        self._bar.setVisible(bool(shown))
        self._bar.setRange(0, max(len(shown), 1))
        self._bar.setValue(done)
        n, total = number(look, done), number(look, len(shown))
        words = look.any_text("search.round.progress", done=n, total=total)
        if state.reading is not None:
            words = look.any_text("search.round.reading", n=number(look, state.reading))
        self._progress.say(words)
        self._bar.setAccessibleName(words)

    def _choose(self, household: object) -> None:
        if isinstance(household, int):
            table = self.table
            kept = Kept(table.line.text(), table.model.sorted_by, household)
            self.chosen.emit(household, kept)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes away what was typed, then leaves; Enter presses what has the keyboard."""
        if event.key() == Qt.Key.Key_Escape:
            if self.table.line.text():
                self.table.line.clear()
            else:
                self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            press_focused(self)
        else:
            super().keyPressEvent(event)
