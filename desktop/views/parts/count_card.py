"""The last count of a session, which may be left out: each package beside what the records say, the
difference in words, and why."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import number

_MOST = 99_999


@dataclass(frozen=True, slots=True)
class ToCount:
    """A package; ``expected``: what the records say is left, None where they say nothing."""

    package: int
    name: str
    expected: int | None = None


class CountCard(View):
    """Fields to count into. What is typed stays while the records go on changing."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._packages: tuple[ToCount, ...] = ()
        self._entries: dict[int, QLineEdit] = {}
        self._names: dict[int, Words] = {}
        self._differences: dict[int, Words] = {}
        self._title, self._hint = Words("strong"), Words("small", ink="muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.why = EntryField(look, "stock.close.why", "stock.close.why_empty", longest=300)
        self.setLayout(column(self._title, self._hint, self._grid, self.why, gap=1))
        self.restyle()

    # --- state -------------------------------------------------------------------------------

    def show_packages(self, packages: tuple[ToCount, ...]) -> None:
        """Show these; fields that are there already keep what was typed, and the keyboard."""
        before, self._packages = self._packages, packages
        if [(one.package, one.name) for one in packages] != [(o.package, o.name) for o in before]:
            self._make()
        self.draw()

    def counted(self) -> dict[int, int]:
        """Package → pieces, of those that were counted."""
        return {
            package: int(entry.text())
            for package, entry in self._entries.items()
            if entry.text().strip()
        }

    def entries(self) -> tuple[QLineEdit, ...]:
        """The fields, one a package."""
        return tuple(self._entries.values())

    def complete(self) -> bool:
        """Whether a difference, if there is one, was explained; else the keyboard goes there."""
        if not self._differ() or self.why.text.strip():
            return True
        self.why.refuse("stock.close.why_missing")
        return False

    def holds(self, widget: QWidget | None) -> bool:
        """Whether ``widget`` is a field of it."""
        return widget in self._entries.values() or widget is self.why.line

    def dress(self) -> None:
        self._title.say(self._say("title"))
        self._hint.say(self._say("hint"))
        for one in self._packages:
            entry = self._entries[one.package]
            entry.setPlaceholderText(self._say("empty"))
            entry.setAccessibleName(self.look.text("open.count_name", name=one.name))
            entry.setFixedWidth(self.look.px(150))

    def draw(self) -> None:
        for one in self._packages:
            said = one.name
            if one.expected is not None:
                said = f"{one.name} · {self._say('records', n=number(self.look, one.expected))}"
            self._names[one.package].say(said)
        self._draw_differences()

    def _make(self) -> None:
        clear(self._grid)
        self._entries, self._names, self._differences = {}, {}, {}
        for place, one in enumerate(self._packages):
            name, entry, difference = Words("body"), QLineEdit(), Words("small", ink="check")
            entry.setValidator(QIntValidator(0, _MOST, entry))
            entry.setAlignment(Qt.AlignmentFlag.AlignRight)
            entry.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            entry.textChanged.connect(self._draw_differences)
            name.setBuddy(entry)
            self._grid.addWidget(name, 2 * place, 0)
            self._grid.addWidget(entry, 2 * place, 1)
            self._grid.addWidget(difference, 2 * place + 1, 0, 1, 2)
            self._entries[one.package], self._names[one.package] = entry, name
            self._differences[one.package] = difference
        self.dress()
        before: QWidget | None = None
        for entry in (*self._entries.values(), self.why.line):
            if before is not None:
                self.setTabOrder(before, entry)
            before = entry

    def _draw_differences(self) -> None:
        counted, differ = self.counted(), self._differ()
        for one in self._packages:
            words, off = self._differences[one.package], differ.get(one.package, 0)
            if off:
                n = number(self.look, abs(off))
                words.say(self._say("more" if off > 0 else "less", n=n))
                words.set_ink("check")
            elif one.package in counted and one.expected is not None:
                words.say(self._say("same"))
                words.set_ink("go")
            else:
                words.say("")
        self.why.setVisible(bool(differ))

    def _differ(self) -> dict[int, int]:
        """Package → by how much its count is not what the records say, where it is not."""
        counted = self.counted()
        return {
            one.package: counted[one.package] - one.expected
            for one in self._packages
            if one.package in counted
            and one.expected is not None
            and counted[one.package] != one.expected
        }

    def _say(self, leaf: str, **parts: object) -> str:
        return self.look.any_text(f"stock.close.{leaf}", **parts)
