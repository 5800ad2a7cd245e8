"""Taking a hand-over back, in place: what it was, why, or what would be right; number keys choose,
Enter confirms."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, fill, frame
from desktop.views.parts.button import Button
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.step_form import LineField, StepForm
from desktop.views.parts.words import Words
from desktop.views.state import Goods
from desktop.views.view import View
from desktop.views.void_state import RightHousehold, VoidPanelState
from desktop.views.ways_state import Asked, Kind, Problem
from desktop.views.wording import goods_words, moment
from models.facts import VoidReason
from models.numbers import format_kk, format_slip_number

REASONS: tuple[tuple[VoidReason, str], ...] = (
    (VoidReason.WRONG_HOUSEHOLD, "wrong_household"),
    (VoidReason.GOODS_NOT_TAKEN, "goods_not_taken"),
    (VoidReason.WRONG_QUANTITY, "wrong_quantity"),
    (VoidReason.OTHER, "other"),
)
"""The reasons in the order of the number keys 1 to 4."""


_MOVE, _CORRECT = len(REASONS), len(REASONS) + 1
"""The places of what puts right behind the reasons: 5 whose it was, 6 how much."""
_WHOSE = (Asked("whose", longest=2000),)
"""A scanner may type a whole code there."""


class VoidPanel(View):
    """Shows a VoidPanelState. The chosen reason and words live here until they are confirmed."""

    confirmed = Signal(int, object, str)
    """(seq, VoidReason, words)"""
    corrected = Signal(int, object)
    """(seq, what really went out of each package of ``correctable``)"""
    whose_wanted = Signal(bool)
    """Whether it is asked whose it was: what is scanned or found answers that."""
    whose_typed = Signal(int, str)
    """(seq, a slip's text, its number, or a KK number)"""
    moved = Signal(int)
    """It is to be put on the household of ``right``."""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = VoidPanelState(0)
        self._title = Words("heading")
        self._name = Words("strong")
        self._goods = Words("body")
        self._at = Words("small", ink="muted")
        self._notices = NoticeBar(look)
        self._found_for = ""
        self._why = Words("strong")
        self._group = QButtonGroup(self)
        self._choices: list[Button] = []
        for i in range(_CORRECT + 1):
            choice = Button(look, "choice", hint=str(i + 1), align_left=True, compact=True)
            self._group.addButton(choice, i)
            self._choices.append(choice)
        self._group.idToggled.connect(self._reason_changed)
        self._words = QLineEdit()
        self._words.setMaxLength(200)
        self._words.textChanged.connect(self._allow)
        self._correct = self._choices[_CORRECT]
        self._move = self._choices[_MOVE]
        self.form = StepForm(look)
        self.form.done.connect(self._put_right)
        self.whose = StepForm(look)
        self.whose.done.connect(self._answer_whose)
        self.whose.show_form(_WHOSE)
        self.whose.hide()
        self._line().textEdited.connect(self._reason_changed)
        self._confirm_button = Button(look, "danger", hint="Enter")
        self._confirm_button.clicked.connect(self._confirm)
        self._keep = Button(look, "secondary", hint="Esc")
        self._keep.clicked.connect(self._go_back)
        self._kept = Words("small", ink="muted")
        what = frame("inset", column(self._name, self._goods, self._at, gap=0, margin=(2, 1, 2, 1)))
        upper = column(
            self._title,
            what,
            self._notices,
            self._why,
            *self._choices,
            self._words,
            self.form,
            self.whose,
            self._kept,
            1,
            gap=1,
            margin=(2, 2, 2, 0),
        )
        self._scroll = scrolling(upper)
        body = column(self._scroll, gap=1)
        body.addLayout(column(self._confirm_button, self._keep, gap=1, margin=(2, 1, 2, 2)))
        fill(self, "card", body)
        self.restyle()

    def show_void(self, state: VoidPanelState) -> None:
        """Show this; another hand-over than before starts with no reason chosen."""
        if state.seq != self._state.seq:
            self._forget()
        if state != self._state:
            old, self._state = self._state, state
            self.draw()
            if state.right is not None and state.right != old.right:
                self._show_whose(state.right)
            elif old.busy and not state.busy and self._moving:
                self.whose.take_focus()  # everything marked, to be typed over

    def _forget(self) -> None:
        self._group.setExclusive(False)
        for choice in self._choices:
            choice.setChecked(False)
        self._group.setExclusive(True)
        self._words.clear()
        self._line().clear()

    def _line(self) -> QLineEdit:
        field = self.whose.fields[0]
        assert isinstance(field, LineField)
        return field.line

    def _show_whose(self, right: RightHousehold) -> None:
        """The number stands in the line, whatever way it came; typed over it is looked up anew."""
        card = right.card
        if card is not None:
            kk = format_kk(card.kk) if card.kk is not None else ""
            self._line().setText(kk if card.slip is None else format_slip_number(card.slip))
        self._found_for = self._line().text()
        self._move.setChecked(True)
        field = self.whose.fields[0]
        where = Problem(f"handover.whose.{right.problem}") if right.problem else None
        field.show_problem(where)
        self._line().setFocus(Qt.FocusReason.OtherFocusReason)
        self._line().selectAll()
        self._reason_changed()

    def take_focus(self) -> None:
        """Put the keyboard here; number keys work at once."""
        self._choices[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dress(self) -> None:
        say = self.look.text
        self._why.say(say("void.why"))
        for choice, (_, key) in zip(self._choices, REASONS, strict=False):
            choice.say(say(f"void.{key}"))
        self._move.say(self.look.any_text("handover.whose.choice"))
        self._correct.say(self.look.any_text("handover.correct.choice"))
        self._words.setPlaceholderText(say("void.words"))
        self._words.setAccessibleName(say("void.words"))
        self._kept.say(say("void.kept"))

    def draw(self) -> None:
        state, look = self._state, self.look
        self._name.say(state.name)
        self._goods.say(
            goods_words(look, state.goods)
            if state.outcome is None
            else look.any_text(f"handover.choice.{state.outcome.name.lower()}")
        )
        self._at.say(moment(look, state.at, state.now) if state.at else "")
        self._notices.show_notices(state.notices, state.now)
        self.form.show_form(tuple(map(_count, range(99), state.correctable)))
        self._reason_changed()

    def _reason(self) -> VoidReason | None:
        chosen = self._group.checkedId()
        return REASONS[chosen][0] if 0 <= chosen < len(REASONS) else None

    @property
    def _correcting(self) -> bool:
        return self._correct.isChecked()

    @property
    def _moving(self) -> bool:
        return self._move.isChecked()

    @property
    def _known(self) -> RightHousehold | None:
        """Whose it was, where what stands in the line is that household's."""
        right = self._state.right
        return right if right is not None and self._line().text() == self._found_for else None

    def _reason_changed(self, *_: object) -> None:
        self._show_choices()
        other = self._reason() is VoidReason.OTHER
        self._words.setVisible(other)
        correcting = self._correcting
        if correcting == self.form.isHidden():
            self.form.setVisible(correcting)
            if correcting:
                self.form.take_focus()
        self._follow_whose()
        self._confirm_button.say(self._confirm_words())
        if other and self._choices[len(REASONS) - 1].hasFocus():
            self._words.setFocus(Qt.FocusReason.OtherFocusReason)
        self._allow()

    def _show_choices(self) -> None:
        """All of them, or in their place the form of what would be right: Esc goes back."""
        goods, form = self._state.correctable, self._moving or self._correcting
        self._why.setVisible(not form)
        for choice in self._choices:
            choice.setVisible(not form)
        # What went wrong with nothing else than the number is put right without a second scan.
        self._correct.setVisible(not form and any(one.quantity > 1 for one in goods))
        self._move.setVisible(not form and bool(goods))
        title = "handover.whose.title" if self._moving else "handover.correct.title"
        self._title.say(self.look.any_text(title if form else "field.void.title"))
        back = "handover.way.back" if form else "field.void.keep"
        self._keep.say(self.look.any_text(back))
        self._confirm_button.dress(kind="primary" if form else "danger")

    def _go_back(self) -> None:
        if self._moving or self._correcting:
            self._forget()
            self.take_focus()
        else:
            self.left.emit()

    def _follow_whose(self) -> None:
        moving = self._moving
        if moving == self.whose.isHidden():
            self.whose.setVisible(moving)
            if moving:
                self.whose.take_focus()
            self.whose_wanted.emit(moving)
        self.whose.fields[0].say_hint(self._whose_hint())

    def _whose_hint(self) -> str:
        say, right = self.look.any_text, self._known
        if right is None or right.problem or right.card is None:
            return say("handover.whose.how") if right is None else ""
        card = right.card
        where = self.look.text(
            "scan.address_bare", rt=f"{card.rt or 0:02}", rw=f"{card.rw or 0:02}"
        )
        return say("handover.whose.found", name=card.name, where=where)

    def _confirm_words(self) -> str:
        if self._moving:
            right = self._known
            found = right is not None and not right.problem
            return self.look.any_text(f"handover.whose.{'confirm' if found else 'look'}")
        key = "handover.correct.confirm" if self._correcting else "field.void.confirm"
        return self.look.any_text(key)

    def _allow(self) -> None:
        self._confirm_button.setEnabled(self._complete() and not self._state.busy)

    def _complete(self) -> bool:
        if self._correcting or self._moving:
            return True  # the form says itself what is missing
        reason = self._reason()
        return reason is not None and (
            reason is not VoidReason.OTHER or bool(self._words.text().strip())
        )

    def _confirm(self) -> None:
        if self._correcting and not self._state.busy:
            self.form.step()
        elif self._moving and not self._state.busy:
            self.whose.step()
        elif self._complete() and not self._state.busy:
            reason = self._reason()
            words = self._words.text().strip() if reason is VoidReason.OTHER else ""
            self.confirmed.emit(self._state.seq, reason, words)

    def _put_right(self, answers: object) -> None:
        if isinstance(answers, dict):
            self.corrected.emit(self._state.seq, tuple(map(int, answers.values())))

    def _answer_whose(self, answers: object) -> None:
        right = self._known
        if right is not None and not right.problem:
            self.moved.emit(self._state.seq)
        elif isinstance(answers, dict):
            self.whose_typed.emit(self._state.seq, answers["whose"])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1-6 choose, Enter confirms, Esc leaves everything as it was."""
        place = event.key() - int(Qt.Key.Key_1)
        chosen = self._choices[place] if 0 <= place < len(self._choices) else None
        if chosen is not None and chosen.isVisible() and not self._words.hasFocus():
            self._choices[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._choices[place].setChecked(True)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self._go_back()
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)


def _count(place: int, goods: Goods) -> Asked:
    return Asked(f"line_{place}", Kind.COUNT, goods=goods, most=goods.quantity, longest=6)
