"""What came, went or was counted: one figure for what happened, the package, how many, and whatever
belongs to it; Enter goes to what is still missing, then records."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.choice_row import ChoiceRow
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import number
from models.facts import Movement

_MOST = 99_999
_WITH_POINT = (Movement.LENT, Movement.BORROWED, Movement.GOT_BACK, Movement.GIVEN_BACK)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be recorded; ``other_point`` as it was typed."""

    movement: Movement
    package: int
    quantity: int
    reference: str
    note: str
    other_point: str


class StockForm(View):
    """The form. What is chosen and typed lives here until it is recorded."""

    confirmed = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._packages: tuple[tuple[int, str, int | None], ...] = ()
        self._package = 0
        self._busy = False
        self._ask = Words("strong")
        self._group = QButtonGroup(self)
        self.choices: list[Button] = []
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, movement in enumerate(Movement):
            choice = Button(look, "choice", align_left=True, compact=True)
            may_shrink(choice)
            self._group.addButton(choice, int(movement))
            grid.addWidget(choice, place // 2, place % 2)
            self.choices.append(choice)
        for half in (0, 1):
            grid.setColumnStretch(half, 1)
        self._group.idToggled.connect(self._chosen)
        self._missing = Words("small", ink="stop")
        self.packages = ChoiceRow(look, stacked=True)
        self.packages.chosen.connect(self._choose_package)
        self.quantity = EntryField(look, "stock.form.quantity", "stock.form.quantity_empty")
        self.quantity.line.setValidator(QIntValidator(0, _MOST, self.quantity.line))
        self.reference = EntryField(look, "stock.form.reference", "stock.form.reference_empty")
        self.other = EntryField(look, "stock.form.other", "stock.form.other_empty")
        self.note = EntryField(look, "stock.form.note", "stock.form.note_empty", longest=300)
        self._difference = Words("strong", ink="check")
        self.quantity.line.textChanged.connect(self._draw_difference)
        self.setLayout(
            column(
                *(self._ask, grid, self._missing, self.packages, self.quantity, self._difference),
                *(self.reference, self.other, self.note),
                gap=1,
            )
        )
        self.restyle()

    # --- state -------------------------------------------------------------------------------

    def show_packages(self, packages: tuple[tuple[int, str, int | None], ...], busy: bool) -> None:
        """What can be chosen, (id, name, left by the records); what was chosen stays."""
        self._busy = busy
        if packages != self._packages:
            self._packages = packages
            if self._package not in [one[0] for one in packages]:
                self._package = packages[0][0] if packages else 0
            self.draw()

    def forget(self) -> None:
        """Empty it; the package stays, as more is often said of the same."""
        self._group.setExclusive(False)
        for choice in self.choices:
            choice.setChecked(False)
        self._group.setExclusive(True)
        for field in self._fields():
            field.line.clear()
            field.set_problem("")
        self._missing.say("")
        self.draw()

    def take_focus(self) -> None:
        """Figures choose at once."""
        self.choices[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, key: int) -> bool:
        """Whether ``key`` is a figure that chooses what happened; it has then."""
        place = key - int(Qt.Key.Key_1)
        if not 0 <= place < len(self.choices) or any(f.line.hasFocus() for f in self._fields()):
            return False
        self.choices[place].setChecked(True)
        first = self.packages if len(self._packages) > 1 else None
        if first is not None and not first.isAncestorOf(self.focusWidget() or self):
            first.take_focus()
        else:
            self.quantity.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def dress(self) -> None:
        say = self._say
        self._ask.say(say("form.movement"))
        for movement, choice in zip(Movement, self.choices, strict=True):
            # The figure in the words: a keycap would go where they wrap.
            choice.say(f"{int(movement)}  {say(f'movement.{movement.name.lower()}')}")

    def draw(self) -> None:
        movement = self._movement()
        self.packages.setVisible(bool(self._packages))
        if self._packages:
            ids = [one[0] for one in self._packages]
            names = [one[1] for one in self._packages]
            self.packages.show_choices(self._say("form.package"), names, ids.index(self._package))
        self.reference.setVisible(movement is not Movement.COUNTED)
        self.other.setVisible(movement in _WITH_POINT)
        self._draw_difference()

    def _draw_difference(self) -> None:
        off = self._off()
        if not off:
            self._difference.say("")
            return
        left = next(left for package, _, left in self._packages if package == self._package)
        key = "form.more" if off > 0 else "form.less"
        self._difference.say(
            self._say(key, left=number(self.look, left or 0), n=number(self.look, abs(off)))
        )

    def _off(self) -> int:
        """By how much a count is not what the records say."""
        left = next((left for of, _, left in self._packages if of == self._package), None)
        typed = self.quantity.text.strip()
        if self._movement() is not Movement.COUNTED or left is None or not typed:
            return 0
        return int(typed) - left

    def _movement(self) -> Movement | None:
        chosen = self._group.checkedId()
        return Movement(chosen) if chosen > 0 else None

    def _fields(self) -> tuple[EntryField, ...]:
        return self.quantity, self.reference, self.other, self.note

    def _say(self, leaf: str, **parts: object) -> str:
        return self.look.any_text(f"stock.{leaf}", **parts)

    # --- what the person does ----------------------------------------------------------------

    def _chosen(self, _movement: int, down: bool) -> None:
        if down:
            self._missing.say("")
            for field in self._fields():
                field.set_problem("")
            self.draw()

    def _choose_package(self, place: int) -> None:
        self._package = self._packages[place][0]
        self._draw_difference()

    def confirm(self) -> None:
        """Records it, or goes to what is still missing and says so."""
        movement, typed = self._movement(), self.quantity.text.strip()
        if self._busy or not self._packages:
            return
        if movement is None:
            self._missing.say(self._say("form.movement_missing"))
            self.take_focus()
        elif not typed or (movement is not Movement.COUNTED and int(typed) == 0):
            if self.quantity.line.hasFocus() or typed:
                self.quantity.refuse("stock.form.quantity_missing")
            else:
                self.quantity.line.setFocus(Qt.FocusReason.OtherFocusReason)
        elif movement is Movement.RECEIVED and not self.reference.text.strip():
            self._ask_for(self.reference, "stock.form.reference_missing")
        elif movement in _WITH_POINT and not self.other.text.strip():
            self._ask_for(self.other, "stock.form.other_missing")
        elif self._off() and not self.note.text.strip():
            self._ask_for(self.note, "stock.form.note_missing")
        else:
            self.confirmed.emit(
                Wanted(
                    movement,
                    self._package,
                    int(typed),
                    self.reference.text.strip() if movement is not Movement.COUNTED else "",
                    self.note.text.strip(),
                    self.other.text.strip() if movement in _WITH_POINT else "",
                )
            )

    def _ask_for(self, field: EntryField, problem: str) -> None:
        """The first Enter leads there; a problem it is when Enter is pressed in it."""
        if field.line.hasFocus():
            field.refuse(problem)
        else:
            field.line.setFocus(Qt.FocusReason.OtherFocusReason)
