"""Below the household: what may be done with the verdict, the line to type into, a small camera."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.button import Button
from desktop.views.parts.camera_preview import CameraPreview
from desktop.views.parts.scan_line import ScanLine
from desktop.views.scan_state import Judged, Moment
from desktop.views.view import View
from models.verdict import Tone

_TAB = Qt.FocusPolicy.TabFocus
"""Reached by Tab, but a click leaves the keyboard in the line."""


class ScanControls(View):
    """Actions, line and small camera; ``show_moment`` says what may be done now."""

    go_pressed = Signal()
    cancel_pressed = Signal()
    undo_pressed = Signal()
    open_pressed = Signal()
    paste_pressed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._moment: Moment = None
        self._undo_left = 0
        self._narrow = False
        self._preview_wanted = True
        self.go = Button(look, "primary", icon="package-check", hint="Enter")
        self.cancel = Button(look, "secondary", hint="Esc")
        self.undo = Button(look, "secondary", icon="undo-2", hint="Ctrl+Z")
        self.line = ScanLine()
        self.open = Button(look, "secondary", icon="image", hint="Ctrl+O")
        self.paste = Button(look, "secondary", icon="clipboard-paste", hint="Ctrl+V")
        for button, signal in (
            (self.go, self.go_pressed),
            (self.cancel, self.cancel_pressed),
            (self.undo, self.undo_pressed),
            (self.open, self.open_pressed),
            (self.paste, self.paste_pressed),
        ):
            button.setFocusPolicy(_TAB)
            button.clicked.connect(signal)
        self.preview = CameraPreview(look, small=True)
        self._actions = QWidget()
        actions = row(self.go, self.cancel, gap=1)
        actions.setStretch(0, 1)
        self._actions.setLayout(actions)
        entry = row(self.line, self.open, self.paste, gap=1)
        entry.setStretch(0, 1)
        both = row(gap=2)
        both.addLayout(column(self._actions, self.undo, entry, gap=2), 1)
        both.addWidget(self.preview)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(both)
        self.setTabOrder(self.line, self.go)
        self.setTabOrder(self.go, self.cancel)
        self.setTabOrder(self.cancel, self.undo)
        self.setTabOrder(self.undo, self.open)
        self.setTabOrder(self.open, self.paste)
        self.restyle()

    def show_moment(self, moment: Moment) -> None:
        """What may be done now."""
        if moment != self._moment:
            self._moment = moment
            self.draw()

    def show_undo(self, left: int) -> None:
        """For how many seconds more the record shown can be undone; 0: no more."""
        if left != self._undo_left:
            self._undo_left = left
            self.draw()

    def arrange(self, *, narrow: bool, preview: bool) -> None:
        """``narrow``: icons instead of words where words can go; ``preview``: room for a camera."""
        if (narrow, preview) != (self._narrow, self._preview_wanted):
            self._narrow, self._preview_wanted = narrow, preview
            self.restyle()

    def dress(self) -> None:
        say = self.look.text
        # With an action above them the two need the room: their icons and tool tips say enough.
        short = self._narrow or isinstance(self._moment, Judged)
        self.open.say("" if short else say("scan.open"), name=say("scan.open"))
        self.paste.say("" if short else say("scan.paste"), name=say("scan.paste"))
        self.line.setAccessibleName(say("scan.line"))

    def draw(self) -> None:
        self.dress()
        moment, say = self._moment, self.look.text
        judged = moment if isinstance(moment, Judged) else None
        self._actions.setVisible(judged is not None)
        self.undo.setVisible(self._undo_left > 0)
        self.undo.say(self.look.any_text("handover.undo.button", n=self._undo_left))
        key = "line" if moment is None else "line_next"
        self.line.invite(say(f"scan.{key}"), say("scan.line_short"))
        with_card = judged is not None and judged.household is not None
        self.preview.setVisible(with_card and self._preview_wanted)
        high = 2 * self.look.sizes.control + 16
        self.preview.setFixedSize(high * 16 // 9, high)
        if judged is None:
            return
        tone = judged.verdict.tone
        self.go.setVisible(tone is not Tone.STOP)
        self.go.setEnabled(not judged.busy)
        self.go.hint = "Ctrl+Enter" if tone is Tone.CHECK else "Enter"
        words = "hand_over_checked" if tone is Tone.CHECK else "hand_over"
        self.go.say(say("scan.recording") if judged.busy else say(f"scan.{words}"))
        self.cancel.setEnabled(not judged.busy)
        self.cancel.say(say("scan.next" if tone is Tone.STOP else "scan.cancel"))
