"""A complaint from the recipient's mouth: one figure for what it is about, a few words, Enter; then
the number to follow it by, large and as a code."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QGridLayout, QWidget

from desktop.theme.look import Look
from desktop.views.complaint_state import CATEGORIES, OTHER, ComplaintState
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import foot
from desktop.views.parts.code_picture import CodePicture
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import clock, masked_kk
from models.numbers import format_slip_number

_TWO_COLUMNS = 760
_SIDE = 220


class ComplaintPage(View):
    """Shows a ComplaintState. What was chosen and typed lives here until it is recorded."""

    confirmed = Signal(int, str, str)
    """(category, words, KK number as typed)"""
    household_dropped = Signal()
    """It is not about the household on the scan screen."""
    another_asked = Signal()
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = ComplaintState()
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._form = self._build_form()
        self._made = self._build_made()
        self._list_title, self._empty = Words("strong"), Words("body", ink="muted")
        self._list = column(gap=1)
        listed = column(self._list_title, self._empty, self._list, 1, gap=1, margin=2)
        self._halves = row(column(self._form, self._made, 1), column(frame("card", listed), 1))
        self._halves.setSpacing(16)
        self._halves.setStretch(0, 3)
        self._halves.setStretch(1, 2)
        self._scroll = scrolling(
            column(
                column(self._title, self._lead, gap=0),
                self._notices,
                self._halves,
                1,
                gap=2,
                margin=(3, 2, 3, 1),
            )
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.another = Button(look, "secondary", icon="plus")
        self.another.clicked.connect(self.another_asked)
        self.record = Button(look, "primary", icon="check", hint="Enter")
        self.record.clicked.connect(self._confirm)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1, self.another, self.record))
        self.setLayout(whole)
        self.restyle()

    def _build_form(self) -> QWidget:
        look = self.look
        self._ask = Words("strong")
        self._group = QButtonGroup(self)
        self.choices: list[Button] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        for place, category in enumerate(CATEGORIES):
            choice = Button(look, "choice", align_left=True, compact=True)
            may_shrink(choice)
            self._group.addButton(choice, category)
            self._grid.addWidget(choice, place // 2, place % 2)
            self.choices.append(choice)
        for half in (0, 1):
            self._grid.setColumnStretch(half, 1)
        self._group.idToggled.connect(self._chosen)
        self._missing = Words("small", ink="stop")
        self.words = EntryField(
            look, "complaint.page.words", "complaint.page.words_empty", longest=500
        )
        self._household_title, self._household = Words("strong"), Words("body")
        self.drop = Button(look, "quiet", icon="x", compact=True)
        self.drop.clicked.connect(self.household_dropped)
        may_shrink(self.drop)
        about = row(column(self._household_title, self._household, gap=0), self.drop, gap=1)
        about.setStretch(0, 1)
        self._about = frame("inset", about)
        about.setContentsMargins(16, 8, 8, 8)
        self.kk = EntryField(look, "complaint.page.kk", "complaint.page.kk_empty", longest=40)
        inside = column(
            *(self._ask, self._grid, self._missing, self.words, self._about, self.kk),
            gap=1,
            margin=2,
        )
        return frame("card", inside)

    def _build_made(self) -> QWidget:
        self._said, self._number = Words("strong", ink="go"), Words("verdict", figures=True)
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note, self._what_for = Words("heading"), Words("body", ink="muted")
        self.picture = CodePicture()
        inside = column(
            *(self._said, self._note, self._number, row(self.picture, 1), self._what_for),
            gap=2,
            margin=3,
        )
        return frame("card", inside)

    # --- state -------------------------------------------------------------------------------

    def show_complaint(self, state: ComplaintState) -> None:
        """Show this. A complaint that was recorded empties the form."""
        before, self._state = self._state, state
        self.draw()
        if state.made != before.made:
            self._forget()
            self.take_focus()
            self._scroll.verticalScrollBar().setValue(0)
        elif state.refused != before.refused:
            self.kk.refuse(state.problem)

    def _forget(self) -> None:
        self._group.setExclusive(False)
        for choice in self.choices:
            choice.setChecked(False)
        self._group.setExclusive(True)
        self._missing.say("")
        for field in (self.words, self.kk):
            field.line.clear()
            field.set_problem("")

    def take_focus(self) -> None:
        """Figures choose at once; after it is recorded Enter goes back to scanning."""
        first = self.back if self._state.made is not None else self.choices[0]
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self._say
        self._ask.say(say("page.category"))
        for category, choice in zip(CATEGORIES, self.choices, strict=True):
            # The figure in the words: a keycap would go where they wrap.
            choice.say(f"{category}  {say(f'category.{category}')}")
        self._household_title.say(say("page.household"))
        self.drop.say(say("page.other_household"))
        self._said.say(say("made.title"))
        self._note.say(say("made.note"))
        self._what_for.say(say("made.what_for"))
        self.another.say(say("made.another"))
        self._list_title.say(say("page.listed"))
        self._empty.say(say("page.listed_empty"))
        self.picture.set_side(self.look.px(_SIDE) if self.look.sizes.scale < 200 else 330)
        self._make_room()

    def draw(self) -> None:
        state, say = self._state, self._say
        made = state.made is not None
        self._title.say(say("made.title" if made else "page.title"))
        self._lead.say("" if made else say("page.lead"))
        self._notices.show_notices(state.notices, state.now)
        self._form.setVisible(not made)
        self._made.setVisible(made)
        self._said.setVisible(False)
        if state.made is not None:
            number = format_slip_number(state.made)
            self._number.say(number)
            self.picture.show_code(
                say("made.code", number=number), say("made.code_name", number=number)
            )
            self.setAccessibleName(f"{self._title.text()}. {self._note.text()}: {number}")
        else:
            self.setAccessibleName(self._title.text())
        self._draw_household()
        self._draw_list()
        self.back.say(say("made.done" if made else "page.back"))
        self.back.dress(kind="primary" if made else "secondary")
        self.another.setVisible(made)
        self.record.setVisible(not made)
        self.record.say(say("page.recording" if state.busy else "page.record"))
        self.record.setEnabled(not state.busy)

    def _draw_household(self) -> None:
        card = self._state.household
        self._about.setVisible(card is not None)
        self.kk.setVisible(card is None)
        if card is not None:
            number = masked_kk(card.kk) if card.kk is not None else ""
            self._household.say(" · ".join(part for part in (card.name, number) if part))

    def _draw_list(self) -> None:
        clear(self._list)
        self._empty.setVisible(not self._state.listed)
        for one in self._state.listed:
            head, said = Words("body", figures=True), Words("small", ink="muted")
            self._list.addLayout(column(head, said, gap=0))
            number = format_slip_number(one.number) if one.number is not None else ""
            category = one.category if one.category in CATEGORIES else OTHER
            head.say(
                self._say(
                    "page.line",
                    number=number or self._say("list.no_number"),
                    when=clock(self.look, one.at),
                    category=self._say(f"category.{category}"),
                )
            )
            said.say(one.words)

    def _say(self, leaf: str, **parts: object) -> str:
        return self.look.any_text(f"complaint.{leaf}", **parts)

    # --- what the person does ----------------------------------------------------------------

    def _chosen(self, _category: int, down: bool) -> None:
        if down:
            self._missing.say("")

    def _confirm(self) -> None:
        if self._state.busy or self._state.made is not None:
            return
        category, words = self._group.checkedId(), self.words.text.strip()
        if category not in CATEGORIES:
            self._missing.say(self._say("page.category_missing"))
            self.choices[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif category == OTHER and not words:
            self.words.refuse("complaint.page.words_missing")
        else:
            kk = "" if self._state.household is not None else self.kk.text.strip()
            self.confirmed.emit(category, words, kk)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1-8 choose and go on to the words, Enter records, Esc leaves."""
        category = event.key() - int(Qt.Key.Key_0)
        typing = self.words.line.hasFocus() or self.kk.line.hasFocus()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.isAutoRepeat():
                return
            if self._state.made is None and (typing or self.focusWidget() in self.choices):
                self._confirm()
            else:
                press_focused(self)
        elif category in CATEGORIES and not typing and self._state.made is None:
            self.choices[category - 1].setChecked(True)
            self.words.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)

    # --- room --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The session's complaints beside the form where there is room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        beside = self.width() >= self.look.px(_TWO_COLUMNS)
        self._halves.setDirection(across if beside else down)
