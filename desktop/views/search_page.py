"""Search without a slip: one line to type into, and under it whom it may mean."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.result_list import ResultList
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.search_line import SearchLine
from desktop.views.parts.words import Words
from desktop.views.search_state import SearchState
from desktop.views.view import View
from desktop.views.wording import number

_WAYS = ("name", "rw", "kk", "both")
_LOW = 460
"""Height at 100 % text size under which the title is left out."""


class SearchPage(View):
    """Shows a SearchState."""

    typed = Signal(str)
    """What stands in the line now."""
    chosen = Signal(object)
    """The household of a row (int), or None while none is marked."""
    number_asked = Signal()
    """A KK number shall be typed on the scan screen."""
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = SearchState()
        self._title = Words("name")
        self.line = SearchLine()
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._count = Words("small", ink="muted")
        self.list = ResultList(look)
        self._empty_title, self._empty = Words("heading"), Words("body", ink="muted")
        self._ways = [(Words("strong"), Words("body", ink="muted")) for _ in _WAYS]
        self.type_number = Button(look, "secondary", icon="keyboard")
        self.type_number.clicked.connect(self.number_asked)
        may_shrink(self.type_number)
        ways = column(gap=1)
        for example, what in self._ways:
            ways.addLayout(column(example, what, gap=0))
        offer = row(self.type_number, 1)
        self._hints = scrolling(
            column(self._empty_title, self._empty, offer, ways, 1, gap=2, margin=3)
        )
        # The list's own rows have an edge; the card round both has none.
        self._card = frame("card", column(self._count, self.list, self._hints, gap=1, margin=1))
        top = column(self._title, self.line, self._notices, gap=1, margin=(3, 2, 3, 1))
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.choose = Button(look, "primary", icon="check", hint="Enter")
        self.choose.clicked.connect(self._choose)
        whole = column(gap=0)
        whole.addLayout(top)
        middle = column(self._card, margin=(3, 0, 3, 1))
        middle.setStretch(0, 1)
        whole.addLayout(middle, 1)
        whole.addLayout(foot(self.back, 1, self.choose))
        self.setLayout(whole)
        self.line.textChanged.connect(self.typed)
        self.line.stepped.connect(self.list.step)
        self.line.turned.connect(lambda pages: self.list.step(pages * self.list.page()))
        self.line.entered.connect(self._choose)
        self.list.household_chosen.connect(self.chosen)
        self.list.typed.connect(self.line.type_on)
        self.setFocusProxy(self.line)
        self.setTabOrder(self.line, self.list)
        self.setTabOrder(self.list, self.type_number)
        self.setTabOrder(self.type_number, self.back)
        self.setTabOrder(self.back, self.choose)
        self.restyle()

    def show_search(self, state: SearchState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def take_focus(self) -> None:
        """Put the keyboard into the line."""
        if not self.behind:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("search.title"))
        self.line.setPlaceholderText(say("search.line_empty"))
        self.line.setAccessibleName(say("search.line_name"))
        for key, (example, what) in zip(_WAYS, self._ways, strict=True):
            example.say(say(f"search.way.{key}"))
            what.say(say(f"search.way.{key}_what"))
        self.type_number.say(say("search.type_number"))
        self.back.say(say("search.back"))
        self.choose.say(say("search.choose"))

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        self._notices.show_notices(state.notices, state.now)
        self.list.show_rows(state.rows)
        found = bool(state.rows)
        self.list.setVisible(found)
        self._hints.setVisible(not found)
        self.choose.setEnabled(found)
        n = number(self.look, len(state.rows))
        key = "many" if state.more else "one" if len(state.rows) == 1 else "some"
        self._count.say(say(f"search.{key}", n=n) if found else "")
        none = state.asks and not found and not state.busy
        self._empty_title.say(say("search.none_title" if none else "search.empty_title"))
        self._empty.say(say("search.none") if none else say("search.empty"))
        self.type_number.setVisible(none)
        self._make_room()

    def _choose(self) -> None:
        self.chosen.emit(self.list.marked())

    def _make_room(self) -> None:
        self._title.setVisible(self.height() >= self.look.px(_LOW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Without its title where height is short."""
        super().resizeEvent(event)
        self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves; Enter presses what has the keyboard."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            press_focused(self)
        elif not self._hints.turned(event.key()):
            super().keyPressEvent(event)
