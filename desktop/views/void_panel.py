"""Taking a hand-over back, in place: what it was, why, confirm; number keys choose the reason."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, fill, frame
from desktop.views.parts.button import Button
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.step_form import StepForm
from desktop.views.parts.words import Words
from desktop.views.state import Goods, Notice
from desktop.views.view import View
from desktop.views.ways_state import Asked, Kind
from desktop.views.wording import goods_words, moment
from models.facts import Outcome, VoidReason

REASONS: tuple[tuple[VoidReason, str], ...] = (
    (VoidReason.WRONG_HOUSEHOLD, "wrong_household"),
    (VoidReason.GOODS_NOT_TAKEN, "goods_not_taken"),
    (VoidReason.WRONG_QUANTITY, "wrong_quantity"),
    (VoidReason.OTHER, "other"),
)
"""The reasons in the order of the number keys 1 to 4."""


@dataclass(frozen=True, slots=True)
class VoidPanelState:
    """The hand-over in question; ``seq`` is its place in the ledger."""

    seq: int
    name: str = ""
    goods: tuple[Goods, ...] = ()
    at: int = 0
    now: int = 0
    outcome: Outcome | None = None
    correctable: tuple[Goods, ...] = ()
    """How much of each package it can have been."""
    busy: bool = False
    notices: tuple[Notice, ...] = ()


class VoidPanel(View):
    """Shows a VoidPanelState. The chosen reason and words live here until they are confirmed."""

    confirmed = Signal(int, object, str)
    """(seq, VoidReason, words)"""
    corrected = Signal(int, object)
    """(seq, what really went out of each package of ``correctable``)"""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = VoidPanelState(0)
        self._title = Words("heading")
        self._name = Words("strong")
        self._goods = Words("body")
        self._at = Words("small", ink="muted")
        self._notices = NoticeBar(look)
        self._why = Words("strong")
        self._group = QButtonGroup(self)
        self._choices: list[Button] = []
        for i in range(len(REASONS) + 1):
            choice = Button(look, "choice", hint=str(i + 1), align_left=True, compact=True)
            self._group.addButton(choice, i)
            self._choices.append(choice)
        self._group.idToggled.connect(self._reason_changed)
        self._words = QLineEdit()
        self._words.setMaxLength(200)
        self._words.textChanged.connect(self._allow)
        self._correct = self._choices[-1]
        self.form = StepForm(look)
        self.form.done.connect(self._put_right)
        self._confirm_button = Button(look, "danger", hint="Enter")
        self._confirm_button.clicked.connect(self._confirm)
        self._keep = Button(look, "secondary", hint="Esc")
        self._keep.clicked.connect(self.left)
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
            self._state = state
            self.draw()

    def _forget(self) -> None:
        self._group.setExclusive(False)
        for choice in self._choices:
            choice.setChecked(False)
        self._group.setExclusive(True)
        self._words.clear()

    def take_focus(self) -> None:
        """Put the keyboard here; number keys work at once."""
        self._choices[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("void.title"))
        self._why.say(say("void.why"))
        for choice, (_, key) in zip(self._choices, REASONS, strict=False):
            choice.say(say(f"void.{key}"))
        self._correct.say(self.look.any_text("handover.correct.choice"))
        self._words.setPlaceholderText(say("void.words"))
        self._words.setAccessibleName(say("void.words"))
        self._kept.say(say("void.kept"))
        self._keep.say(say("void.keep"))

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
        # What went wrong with nothing else than the number is put right without a second scan.
        self._correct.setVisible(any(one.quantity > 1 for one in state.correctable))
        self.form.show_form(tuple(map(_count, range(99), state.correctable)))
        self._reason_changed()

    def _reason(self) -> VoidReason | None:
        chosen = self._group.checkedId()
        return REASONS[chosen][0] if 0 <= chosen < len(REASONS) else None

    @property
    def _correcting(self) -> bool:
        return self._correct.isChecked()

    def _reason_changed(self, *_: object) -> None:
        other = self._reason() is VoidReason.OTHER
        self._words.setVisible(other)
        correcting = self._correcting
        self.form.setVisible(correcting)
        if correcting and self._correct.hasFocus():
            self.form.take_focus()
        key = "handover.correct.confirm" if correcting else "field.void.confirm"
        self._confirm_button.say(self.look.any_text(key))
        if other and self._choices[len(REASONS) - 1].hasFocus():
            self._words.setFocus(Qt.FocusReason.OtherFocusReason)
        self._allow()

    def _allow(self) -> None:
        self._confirm_button.setEnabled(self._complete() and not self._state.busy)

    def _complete(self) -> bool:
        if self._correcting:
            return True  # the form says itself what is missing
        reason = self._reason()
        return reason is not None and (
            reason is not VoidReason.OTHER or bool(self._words.text().strip())
        )

    def _confirm(self) -> None:
        if self._correcting and not self._state.busy:
            self.form.step()
        elif self._complete() and not self._state.busy:
            reason = self._reason()
            words = self._words.text().strip() if reason is VoidReason.OTHER else ""
            self.confirmed.emit(self._state.seq, reason, words)

    def _put_right(self, answers: object) -> None:
        if isinstance(answers, dict):
            self.corrected.emit(self._state.seq, tuple(map(int, answers.values())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1-5 choose, Enter confirms, Esc leaves everything as it was."""
        place = event.key() - int(Qt.Key.Key_1)
        chosen = self._choices[place] if 0 <= place < len(self._choices) else None
        if chosen is not None and chosen.isVisible() and not self._words.hasFocus():
            self._choices[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._choices[place].setChecked(True)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)


def _count(place: int, goods: Goods) -> Asked:
    return Asked(f"line_{place}", Kind.COUNT, goods=goods, most=goods.quantity, longest=6)
