"""A short form that Enter walks through: each field says in place what is wrong with it, and the
last Enter gives all answers at once."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.ways_state import Asked, Kind, Problem, problem_of


class Field(View):
    """Caption, one answer, and what is wrong with it."""

    def __init__(self, look: Look, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.asked = asked
        self._problem: Problem | None = None
        self._caption = Words("strong")
        self._said = Words("small", ink="stop")
        self._hint = Words("small", ink="muted")

    @property
    def answer(self) -> str:
        """What stands in it."""
        raise NotImplementedError

    @property
    def entry(self) -> QWidget:
        """What takes the keyboard."""
        raise NotImplementedError

    def check(self) -> bool:
        """Whether the answer can be taken; says why where it can't."""
        self.show_problem(problem_of(self.asked, self.answer))
        return self._problem is None

    def show_problem(self, problem: Problem | None) -> None:
        """Say this, or nothing any more."""
        if problem != self._problem:
            self._problem = problem
            self.draw()

    def say_hint(self, words: str) -> None:
        """Words below it that help and are no problem."""
        self._hint.say(words)

    def dress(self) -> None:
        goods, say = self.asked.goods, self.look.any_text
        if goods is None:
            self._caption.say(say(f"handover.ask.{self.asked.name}"))
        else:
            parts = {"name": goods.name, "stage": goods.stage, "due": goods.quantity}
            self._caption.say(say("handover.part.caption", **parts))

    def draw(self) -> None:
        problem = self._problem
        words = self.look.any_text(problem.key, **problem.parts) if problem is not None else ""
        self._said.say(words)
        self.entry.setAccessibleDescription(words)


class LineField(Field):
    """Words, a KK number or a count."""

    def __init__(self, look: Look, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(look, asked, parent)
        self.line = QLineEdit()
        self.line.setMaxLength(asked.longest)
        self.line.textEdited.connect(lambda: self.show_problem(None))
        self._caption.setBuddy(self.line)
        inside = column(self._caption, self.line, self._hint, self._said)
        inside.setSpacing(4)
        self.setLayout(inside)
        self.setFocusProxy(self.line)
        self.restyle()

    @property
    def answer(self) -> str:
        return self.line.text()

    @property
    def entry(self) -> QWidget:
        return self.line

    def dress(self) -> None:
        super().dress()
        self.line.setAccessibleName(self._caption.text())


class ChoiceField(Field):
    """One of a few, each with its figure."""

    chosen = Signal()

    def __init__(self, look: Look, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(look, asked, parent)
        self._group = QButtonGroup(self)
        self.buttons = [
            Button(look, "choice", hint=str(place), align_left=True, compact=True)
            for place in range(1, len(asked.choices) + 1)
        ]
        for place, button in enumerate(self.buttons):
            self._group.addButton(button, place)
        self._group.idToggled.connect(lambda *_: self.show_problem(None))
        # Two beside each other: the whole form is to be seen at once.
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, button in enumerate(self.buttons):
            may_shrink(button)
            grid.addWidget(button, place // 2, place % 2)
        inside = column(self._caption, grid, self._hint, self._said)
        inside.setSpacing(4)
        self.setLayout(inside)
        self.setFocusProxy(self.buttons[0])
        self.restyle()

    @property
    def answer(self) -> str:
        place = self._group.checkedId()
        return self.asked.choices[place] if place >= 0 else ""

    @property
    def entry(self) -> QWidget:
        return self._group.checkedButton() or self.buttons[0]

    def choose(self, place: int) -> bool:
        """Choose by figure; False where there is no such choice."""
        if not 0 <= place < len(self.buttons):
            return False
        self.buttons[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.buttons[place].setChecked(True)
        return True

    def dress(self) -> None:
        super().dress()
        caption = self._caption.text()
        for name, button in zip(self.asked.choices, self.buttons, strict=True):
            words = self.look.any_text(f"handover.choice.{name}")
            button.say(words, name=f"{caption}: {words}")


class StepForm(QWidget):
    """The fields under one another."""

    done = Signal(object)
    """name → answer: all of them can be taken."""
    passed = Signal(str, str)
    """(name, answer): Enter went on from this field."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.fields: list[Field] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)

    def show_form(self, asked: tuple[Asked, ...]) -> None:
        """Ask this; another form than before begins empty."""
        if asked == tuple(one.asked for one in self.fields):
            return
        clear(self._layout)
        self.fields = [
            ChoiceField(self._look, one) if one.kind is Kind.CHOICE else LineField(self._look, one)
            for one in asked
        ]
        for one in self.fields:
            self._layout.addWidget(one)
        for one, following in zip(self.fields, self.fields[1:], strict=False):
            self.setTabOrder(_last_entry(one), following.entry)

    def take_focus(self) -> None:
        """Put the keyboard into the first field."""
        if self.fields:
            self._enter(self.fields[0])

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((one for one in self.fields if one.asked.name == name), None)

    def suggest(self, name: str, answer: str) -> None:
        """Fill in what is known, where nothing was typed yet."""
        found = self.field(name)
        if isinstance(found, LineField) and not found.answer.strip():
            found.line.setText(answer)

    def step(self) -> None:
        """Enter: on to the next field, or all answers where this was the last."""
        here = next((one for one in self.fields if one.isAncestorOf(_focused(self))), None)
        if here is None:
            self.finish()
            return
        if not here.check():
            self._enter(here)  # everything marked, to be typed over
            return
        self.passed.emit(here.asked.name, here.answer.strip())
        place = self.fields.index(here)
        if place + 1 < len(self.fields):
            self._enter(self.fields[place + 1])
        else:
            self.finish()

    def finish(self) -> None:
        """Give all answers, or go to the first that can't be taken."""
        wrong = [one for one in self.fields if not one.check()]
        if wrong:
            self._enter(wrong[0])
            return
        answers: Mapping[str, str] = {one.asked.name: one.answer.strip() for one in self.fields}
        self.done.emit(dict(answers))

    def choose(self, place: int) -> bool:
        """A figure was pressed: chooses where the keyboard is on choices."""
        here = next((one for one in self.fields if one.isAncestorOf(_focused(self))), None)
        return isinstance(here, ChoiceField) and here.choose(place)

    def _enter(self, one: Field) -> None:
        one.entry.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(one, LineField):
            one.line.selectAll()


def _last_entry(one: Field) -> QWidget:
    return one.buttons[-1] if isinstance(one, ChoiceField) else one.entry


def _focused(form: QWidget) -> QWidget:
    return form.focusWidget() or form
