"""Where a session is: typed, or taken from the system; left empty, it is without a place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.words import Words
from desktop.views.view import View
from models.place import Place, PlaceError, parse_place

_LONGEST = 80
_ROOMY = 440
"""Width in pixels at 100 % text size from which line and button stand beside each other."""


@dataclass(frozen=True, slots=True)
class PlaceState:
    """What the system says: ``searching`` while it is asked; ``failed`` where it can't tell."""

    searching: bool = False
    found: Place | None = None
    failed: bool = False


class PlaceEntry(View):
    """A line and a button; ``uri`` is what it comes to."""

    system_asked = Signal()
    """Ask the system."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = PlaceState()
        self._problem = ""
        self._title = Words("strong")
        self._hint = Words("small", ink="muted")
        self.line = QLineEdit()
        self.line.setMaxLength(_LONGEST)
        self.line.textEdited.connect(self._edited)
        self.system = Button(look, "secondary", icon="map-pin", hint="Ctrl+G")
        self.system.clicked.connect(self.system_asked)
        may_shrink(self.system)
        self._said = Words("small")
        self._entry = row(self.line, self.system, gap=1)
        self._entry.setStretch(0, 1)
        self.setLayout(column(self._title, self._hint, self._entry, self._said, gap=1))
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other where the line has room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        way = QBoxLayout.Direction
        roomy = self.width() >= self.look.px(_ROOMY)
        self._entry.setDirection(way.LeftToRight if roomy else way.TopToBottom)

    def show_place(self, state: PlaceState) -> None:
        """Show what the system says; a place that it found is put into the line."""
        if state == self._state:
            return
        old, self._state = self._state, state
        if state.found is not None and state.found != old.found:
            self.line.setText(f"{state.found.lat}, {state.found.lon}")
            self._problem = ""
        self.draw()

    def uri(self) -> str | None:
        """The place as a geo URI, None for an empty line; raises PlaceError."""
        typed = self.line.text().strip()
        if not typed:
            return None
        place, found = parse_place(typed), self._state.found
        if found is not None and (place.lat, place.lon) == (found.lat, found.lon):
            place = found  # with how far off it may be
        return place.uri

    def check(self) -> bool:
        """Whether what stands in the line will do; if not, it says why."""
        try:
            self.uri()
        except PlaceError as error:
            self._problem = error.problem.value
            self.draw()
            return False
        return True

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("capture.place.title"))
        self._hint.say(say("capture.place.hint"))
        self.line.setPlaceholderText(say("capture.place.none"))
        self.line.setAccessibleName(say("capture.place.name"))
        self._make_room()

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        self.system.say(say(f"capture.place.{'searching' if state.searching else 'system'}"))
        self.system.setEnabled(not state.searching)
        ink, words = "muted", ""
        if self._problem:
            ink, words = "check", say(f"capture.place.{self._problem}")
        elif self._outside():
            ink, words = "check", say("capture.place.outside")
        elif state.failed and not self.line.text():
            ink, words = "check", say("capture.place.failed")
        elif state.found is not None and state.found.uncertain is not None:
            words = say("capture.place.uncertain", n=state.found.uncertain)
        self._said.set_ink(ink)
        self._said.say(words)
        self.line.setAccessibleDescription(words)

    def _edited(self) -> None:
        self._problem = ""
        self.draw()

    def _outside(self) -> bool:
        try:
            return bool(self.line.text().strip()) and not parse_place(self.line.text()).in_jakarta
        except PlaceError:  # not typed to its end yet
            return False
