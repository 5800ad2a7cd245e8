"""The stock at the point: what is there of each package against what is still owed, a form for what
comes and goes, and every movement of the session, which can be taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.stock_form import StockForm
from desktop.views.parts.words import Words, set_tone
from desktop.views.stock_state import MoveLine, StockLine, StockState
from desktop.views.view import View
from desktop.views.wording import clock, number

_TWO_COLUMNS = 760


class StockPage(View):
    """Shows a StockState."""

    confirmed = Signal(object)
    """A ``Wanted``."""
    void_asked = Signal(object)
    """A ``MoveLine``, or None: it shall stay."""
    void_confirmed = Signal(int, str)
    """(place, why)"""
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = StockState()
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._sheet, self._no_packages = column(gap=2), Words("body", ink="muted")
        self._said = Words("strong", ink="go")
        self.form = StockForm(look)
        self.form.confirmed.connect(self.confirmed)
        self._void = self._build_void()
        self._moves_title, self._no_moves = Words("strong"), Words("body", ink="muted")
        self._moves = column(gap=1)
        what = column(self._no_packages, self._sheet, gap=1, margin=2)
        moves = column(self._moves_title, self._no_moves, self._moves, gap=1, margin=2)
        writing = column(self._said, self.form, self._void, gap=1, margin=2)
        self._halves = row(
            column(frame("card", what), frame("card", moves), 1, gap=2),
            column(frame("card", writing), 1),
            gap=2,
        )
        for half in (0, 1):
            self._halves.setStretch(half, 1)
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
        self.back.clicked.connect(self._escape)
        self.record = Button(look, "primary", icon="check", hint="Enter")
        self.record.clicked.connect(self._press_record)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1, self.record))
        self.setLayout(whole)
        self.restyle()

    def _build_void(self) -> QWidget:
        self._void_title, self._void_what = Words("heading"), Words("body")
        self.why = EntryField(self.look, "stock.void.why", "stock.void.why_empty")
        self._void_kept = Words("small", ink="muted")
        holder = QWidget()
        holder.setLayout(
            column(self._void_title, self._void_what, self.why, self._void_kept, gap=1)
        )
        return holder

    # --- state -------------------------------------------------------------------------------

    def show_stock(self, state: StockState) -> None:
        """Show this. What was recorded empties the form; what is typed otherwise stays."""
        before, self._state = self._state, state
        self.form.show_packages(
            tuple((line.package, line.name, line.left) for line in state.lines), state.busy
        )
        self.draw()
        if state.recorded != before.recorded:
            self.form.forget()
            self.why.line.clear()
            self.take_focus()
        elif (state.voiding is None) != (before.voiding is None):
            self.take_focus()

    def take_focus(self) -> None:
        """Figures choose at once."""
        if self._state.voiding is not None:
            self.why.line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.take_focus()

    def dress(self) -> None:
        say = self._say
        self._title.say(say("page.title"))
        self._lead.say(say("page.lead"))
        self._no_packages.say(say("page.no_packages"))
        self._moves_title.say(say("page.moves"))
        self._no_moves.say(say("page.no_moves"))
        self._void_title.say(say("void.title"))
        self._void_kept.say(say("void.kept"))
        self.back.say(say("page.back"))
        self._make_room()

    def draw(self) -> None:
        state, say = self._state, self._say
        self._notices.show_notices(state.notices, state.now)
        self._draw_sheet()
        self._draw_moves()
        voiding = state.voiding
        self.form.setVisible(voiding is None)
        self._void.setVisible(voiding is not None)
        self._void_what.say(self._move_words(voiding) if voiding is not None else "")
        last = state.last
        self._said.say(say("page.recorded", what=self._move_words(last)) if last else "")
        self._said.setVisible(last is not None and voiding is None)
        if state.busy:
            self.record.say(say("page.recording"))
        else:
            self.record.say(say("page.record" if voiding is None else "void.confirm"))
        self.record.dress(kind="primary" if voiding is None else "danger")
        self.record.setEnabled(not state.busy)

    def _draw_sheet(self) -> None:
        clear(self._sheet)
        self._no_packages.setVisible(not self._state.lines)
        for line in self._state.lines:
            self._sheet.addLayout(self._line(line))

    def _line(self, line: StockLine) -> QBoxLayout:
        look, say = self.look, self._say
        name, figure = Words("strong"), Words("figure", wrap=False)
        head = row(name, figure, gap=1)
        head.setStretch(0, 1)
        parts, owed = Words("small", ink="muted"), Words("body")
        box = frame("tint", column(owed, margin=1), tone="check" if line.missing else "go")
        made = column(head, parts, box, gap=0)
        name.say(line.name)
        known = line.left is not None
        figure.say(number(look, line.left) if line.left is not None else say("page.uncounted"))
        figure.set_role("figure" if known else "body")
        opening = number(look, line.opening) if line.opening is not None else "?"
        words = [say("page.opening", n=opening)]
        words += [
            say(f"sum.{movement.name.lower()}", n=number(look, pieces))
            for movement, pieces in line.moved
            if pieces
        ]
        words.append(say("sum.handed", n=number(look, line.handed)))
        if line.found:
            sign = "+" if line.found > 0 else "−"
            words.append(say("sum.found", n=f"{sign}{number(look, abs(line.found))}"))
        parts.say(" · ".join(words))
        due = number(look, line.owed)
        if line.missing:
            owed.say(say("page.missing", owed=due, n=number(look, line.missing)))
            owed.set_ink("check")
        elif known:
            owed.say(say("page.enough", owed=due))
            owed.set_ink("go")
        else:
            owed.say(say("page.owed", owed=due))
            set_tone(box, "info")
        return made

    def _draw_moves(self) -> None:
        clear(self._moves)
        self._no_moves.setVisible(not self._state.moves)
        for move in self._state.moves:
            words = Words("body", ink="muted" if move.voided else "", figures=True)
            line = row(words, gap=1)
            line.setStretch(0, 1)
            said = f"{clock(self.look, move.at)}  {self._move_words(move)}"
            if move.voided:
                said = f"{said} · {self._say('page.voided')}"
            elif move.place is None:
                said = f"{said} · {self._say('page.elsewhere')}"
            else:
                void = Button(self.look, "quiet", icon="undo-2", compact=True)
                void.say(self._say("page.void"), name=f"{self._say('page.void')}: {said}")
                may_shrink(void)
                void.clicked.connect(lambda _=False, one=move: self.void_asked.emit(one))
                line.addWidget(void)
            self._moves.addLayout(line)
            words.say(said)

    def _move_words(self, move: MoveLine) -> str:
        what = self._say(
            "page.move",
            movement=self._say(f"movement.{move.movement.name.lower()}"),
            n=number(self.look, move.quantity),
            name=move.name,
        )
        more = (move.reference, move.other_point, move.note)
        return " · ".join((what, *(part for part in more if part)))

    def _say(self, leaf: str, **parts: object) -> str:
        return self.look.any_text(f"stock.{leaf}", **parts)

    # --- what the person does ----------------------------------------------------------------

    def _press_record(self) -> None:
        if self._state.busy:
            return
        voiding = self._state.voiding
        if voiding is None:
            self.form.confirm()
        elif not self.why.text.strip():
            self.why.refuse("stock.void.why_missing")
        elif voiding.place is not None:
            self.void_confirmed.emit(voiding.place, self.why.text.strip())

    def _escape(self) -> None:
        if self._state.voiding is not None:
            self.void_asked.emit(None)
        else:
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1-8 choose what happened, Enter goes on and records, Esc leaves."""
        focused = self.focusWidget()
        in_form = focused is not None and (
            self.form.isAncestorOf(focused) or self.why.isAncestorOf(focused)
        )
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                if in_form:
                    self._press_record()
                else:
                    press_focused(self)
        elif self._state.voiding is None and self.form.choose(event.key()):
            pass
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)

    # --- room --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is there beside the form where there is room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(across if self.width() >= self.look.px(_TWO_COLUMNS) else down)
