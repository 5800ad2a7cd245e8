"""Photo or signature of a hand-over that was confirmed, in the place of banner and household.

Enter or Space goes on (takes, uses, is done), Backspace takes again or clears, Del leaves the
picture out with a reason, Esc goes back to the verdict.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QStackedWidget, QWidget

from desktop.theme.look import Look
from desktop.views.capture_state import REASONS, CapturePanelState, Step
from desktop.views.parts.arrange import column, fill, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import ButtonRow
from desktop.views.parts.camera_preview import CameraPreview
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.signature_pad import SignaturePad
from desktop.views.parts.words import Words
from desktop.views.state import CameraStatus
from desktop.views.view import View
from desktop.views.wording import goods_words
from models.facts import BlobKind

_BURST_MS = 120
"""A USB scanner sends its figures and an Enter within so long: that Enter takes no photo."""
_SHORT = 300
"""Height in pixels at 100 % text size under which the paper to sign on comes before the advice."""
_ONWARD = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class CapturePanel(View):
    """Shows a CapturePanelState. The strokes live here until they are given away."""

    taken = Signal()
    again = Signal()
    used = Signal()
    signed = Signal(object, object)
    """(strokes, the pad's size)"""
    without = Signal()
    """The picture is to be left out: why?"""
    because = Signal(str)
    left = Signal()
    """Back: from the reasons to the picture, from the picture to the verdict."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = CapturePanelState()
        self._typed = QElapsedTimer()
        self._title = Words("heading")
        self._place = Words("small", ink="muted", wrap=False)
        self._whom = Words("strong")
        self._hint = Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self.preview = CameraPreview(look, aim=False)
        self.pad = SignaturePad(look)
        self.pad.changed.connect(self._allow)
        self.choices: list[Button] = []
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._allow)
        for place in range(max(map(len, REASONS.values()))):
            choice = Button(look, "choice", hint=str(place + 1), align_left=True)
            self._group.addButton(choice, place)
            self.choices.append(choice)
        why = QWidget()
        why.setLayout(column(*self.choices, 1, gap=1))
        self._stage = QStackedWidget()
        self._why = why
        for one in (self.preview, self.pad, why):
            self._stage.addWidget(one)
        self.go = Button(look, "primary", hint="Enter")
        self.go.clicked.connect(self._go)
        self.redo = Button(look, "secondary", icon="undo-2", hint="Backspace")
        self.redo.clicked.connect(self._redo)
        self.leave_out = Button(look, "secondary", hint="Del")
        self.leave_out.clicked.connect(self._leave_out)
        self.back = Button(look, "quiet", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self._back)
        self._foot = ButtonRow()
        for button in (self.go, self.redo, self.leave_out, self.back):
            self._foot.add(button)
        head = row(self._title, self._place)
        head.setStretch(0, 1)
        upper = column(head, self._whom, self._hint, self._notices, gap=1, margin=(2, 2, 2, 0))
        upper.addWidget(self._stage, 1)
        self._scroll = scrolling(upper)
        body = column(self._scroll, gap=1)
        body.setStretch(0, 1)
        body.addLayout(column(self._foot, margin=(1, 0, 1, 1)))
        fill(self, "card", body)
        self.setTabOrder(self.go, self.redo)
        self.setTabOrder(self.redo, self.leave_out)
        self.setTabOrder(self.leave_out, self.back)
        self.restyle()

    # --- state -------------------------------------------------------------------------------

    def show_capture(self, state: CapturePanelState) -> None:
        """Show this; another sheet begins empty, and the keyboard goes where it is used."""
        old, self._state = self._state, state
        fresh = state.serial != old.serial
        if fresh:
            self.pad.clear()
            self._group.setExclusive(False)
            for choice in self.choices:
                choice.setChecked(False)
            self._group.setExclusive(True)
        if fresh or state != old:
            self.draw()
        if fresh or (state.step, state.kind) != (old.step, old.kind):
            self.take_focus()

    def show_frame(self, frame: QVideoFrame | QImage) -> None:
        """The camera's next picture; a photo that was taken stands still."""
        if self._state.step is Step.LIVE:
            self.preview.show_frame(frame)

    def take_focus(self) -> None:
        """Put the keyboard here."""
        if self.behind or not self.isVisible():
            return
        # Enter and Space mean the same wherever the keyboard is; it is shown where they press.
        wanted: QWidget = self.go if self.go.isEnabled() else self
        if self._state.step is Step.WHY:
            wanted = self.choices[0]
        elif self._state.step is Step.SIGN:
            wanted = self.pad
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.look.any_text(f"capture.step.{self._kind}"))
        self.back.say(self.look.any_text("capture.button.back"))

    @property
    def _signature(self) -> bool:
        return self._state.kind is BlobKind.SIGNATURE

    @property
    def _kind(self) -> str:
        return self._state.kind.name.lower()

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        self.setAccessibleName(say(f"capture.step.{self._kind}"))
        why = state.step is Step.WHY
        self._title.say(say(f"capture.{'why' if why else 'step'}.{self._kind}"))
        self._place.say(
            say("capture.step.of", place=state.place, of=state.of) if state.of > 1 else ""
        )
        goods = goods_words(self.look, state.goods)
        self._whom.say(" · ".join(words for words in (state.name, goods) if words))
        self._hint.say(say(f"capture.hint.{self._advice()}"))
        self._notices.show_notices(state.notices, state.now)
        self._draw_stage()
        self._draw_buttons()
        self._allow()
        self._foot.rearrange()

    def _advice(self) -> str:
        match self._state.step:
            case Step.LIVE if self._state.camera in (CameraStatus.LIVE, CameraStatus.STARTING):
                return self._kind
            case Step.LIVE:
                return "no_camera"
            case Step.TAKEN:
                return "taken_signature" if self._signature else "taken"
            case Step.SIGN:
                return "signature"
            case Step.WHY:
                return "why"

    def _draw_stage(self) -> None:
        state, say = self._state, self.look.any_text
        match state.step:
            case Step.WHY:
                reasons = REASONS[state.kind]
                for place, choice in enumerate(self.choices):
                    choice.setVisible(place < len(reasons))
                    if place < len(reasons):
                        choice.say(say(f"capture.reason.{reasons[place]}"))
                self._stage.setCurrentWidget(self._why)
            case Step.SIGN:
                self._stage.setCurrentWidget(self.pad)
            case Step.LIVE:
                self.preview.show_status(state.camera)
                self.preview.setAccessibleName(say("field.camera.preview"))
                self._stage.setCurrentWidget(self.preview)
            case Step.TAKEN:
                self._stage.setCurrentWidget(self.preview)
                self.preview.show_still(state.picture or QImage())
                self.preview.setAccessibleName(say("capture.taken.name"))
        self._fit()

    def _fit(self) -> None:
        """The sheet that is shown asks for its room, the others for none; where height is very
        short it comes before the advice."""
        shown = self._stage.currentWidget()
        for one in (self.preview, self.pad, self._why):
            high = QSizePolicy.Policy.Expanding if one is shown else QSizePolicy.Policy.Ignored
            one.setSizePolicy(QSizePolicy.Policy.Expanding, high)
            one.updateGeometry()
        short = self.height() < self.look.px(_SHORT) and shown is not self._why
        self._hint.setVisible(not short)
        self.setAccessibleDescription(self._hint.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less said where height is short."""
        super().resizeEvent(event)
        self._fit()

    def _draw_buttons(self) -> None:
        state, say = self._state, self.look.any_text
        words, icon = {
            Step.LIVE: ("take", "camera"),
            Step.TAKEN: ("use_signature" if self._signature else "use", "check"),
            Step.SIGN: ("sign", "check"),
            Step.WHY: ("because", "check"),
        }[state.step]
        self.go.dress(icon=icon)
        self.go.say(say(f"capture.button.{'busy' if state.busy else words}"))
        self.redo.setVisible(state.step in (Step.TAKEN, Step.SIGN))
        self.redo.say(say(f"capture.button.{'clear' if state.step is Step.SIGN else 'again'}"))
        self.leave_out.setVisible(state.step is not Step.WHY)
        kind = "signature" if self._signature else "photo"
        self.leave_out.say(say(f"capture.button.without_{kind}"))

    def _allow(self, *_: object) -> None:
        state = self._state
        ready = {
            Step.LIVE: state.camera is CameraStatus.LIVE,
            Step.TAKEN: True,
            Step.SIGN: self.pad.signed,
            Step.WHY: self._group.checkedId() >= 0,
        }[state.step]
        # Not while it is busy, too: what is disabled hands the keyboard to somebody else.
        self.go.setEnabled(ready)
        self.redo.setEnabled(state.step is not Step.SIGN or bool(self.pad.strokes))
        if ready and self.hasFocus():
            self.take_focus()

    # --- what the person does ----------------------------------------------------------------

    def _go(self) -> None:
        if not self.go.isEnabled() or self._state.busy:
            return
        match self._state.step:
            case Step.LIVE:
                self.taken.emit()
            case Step.TAKEN:
                self.used.emit()
            case Step.SIGN:
                size = self.pad.size()
                self.signed.emit(self.pad.strokes, (size.width(), size.height()))
            case Step.WHY:
                self.because.emit(REASONS[self._state.kind][self._group.checkedId()])

    def _redo(self) -> None:
        if self._state.step is Step.SIGN:
            self.pad.clear()
        elif self._state.step is Step.TAKEN and not self._state.busy:
            self.again.emit()

    def _leave_out(self) -> None:
        if self._state.step is not Step.WHY and not self._state.busy:
            self.without.emit()

    def _back(self) -> None:
        if not self._state.busy:
            self.left.emit()

    def _press(self) -> None:
        focused = self.focusWidget()
        if isinstance(focused, Button) and focused not in self.choices and focused.hasFocus():
            focused.click()
        else:
            self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above; figures choose a reason, and nothing that is typed reaches the line below."""
        key, why = event.key(), self._state.step is Step.WHY
        place = key - int(Qt.Key.Key_1)
        if event.isAutoRepeat():
            pass
        elif key in _ONWARD:
            # What a scanner types ends in an Enter that nobody meant.
            if not self._typed.isValid() or self._typed.elapsed() > _BURST_MS:
                self._press()
        elif key == Qt.Key.Key_Escape:
            self._back()
        elif key == Qt.Key.Key_Backspace:
            self._redo()
        elif key == Qt.Key.Key_Delete:
            self._leave_out()
        elif why and 0 <= place < len(REASONS[self._state.kind]):
            self._typed.start()
            self.choices[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.choices[place].setChecked(True)
        elif self._scroll.turned(key):
            pass
        elif event.text().isprintable() and event.text():
            self._typed.start()
        else:
            super().keyPressEvent(event)
