"""Making this laptop a device of the centre: QR code or typed code, progress, and how it ended."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.enrol_state import EnrolStage, EnrolState
from desktop.views.parts.arrange import column, row
from desktop.views.parts.door_head import DoorHead
from desktop.views.parts.drop_veil import DropVeil
from desktop.views.parts.enrol_form import EnrolForm
from desktop.views.parts.enrol_progress import EnrolProgress
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.picture_dialog import ask_for_pictures
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View

_NARROW = 720
"""Width in pixels at 100 % text size of what needs no more."""


class EnrolScreen(View):
    """Shows an EnrolState. Camera frames go to ``show_frame``."""

    code_entered = Signal(str, str, str)
    """(address, code, laptop's name); address and code are clean. When they are those of a QR code
    that was read before, that code's fingerprint still holds."""
    invitation_entered = Signal(str)
    """The whole text of an enrolment QR, typed by a USB scanner or pasted into a field."""
    picture_chosen = Signal(str)
    """Path of a picture that was opened or dropped."""
    image_dropped = Signal(QImage)
    """A picture without a file (dragged out of a browser)."""
    paste_asked = Signal()
    cancel_asked = Signal()
    retry_asked = Signal()
    """The code is spent: only fetch what is missing."""
    start_over_asked = Signal()
    """Back to the form, for another code."""
    finished = Signal()
    notice_acted = Signal(str)
    notice_dismissed = Signal(str)
    language_chosen = Signal(str)
    settings_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self.setAcceptDrops(True)
        self._state = EnrolState()
        head = DoorHead(look)
        head.language_chosen.connect(self.language_chosen)
        head.settings_asked.connect(self.settings_asked)
        self._title = Words("name")
        self._intro = Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.acted.connect(self.notice_acted)
        self._notices.dismissed.connect(self.notice_dismissed)
        self.form = EnrolForm(look)
        self.form.entered.connect(self.code_entered)
        self.form.invitation_entered.connect(self.invitation_entered)
        self.form.open_asked.connect(self.open_picture)
        self.form.paste_asked.connect(self.paste_asked)
        self.work = EnrolProgress(look)
        self.work.cancel_asked.connect(self.cancel_asked)
        self.work.retry_asked.connect(self.retry_asked)
        self.work.start_over_asked.connect(self.start_over_asked)
        self.work.finished.connect(self.finished)
        self.work.notices.acted.connect(self.notice_acted)
        self.work.notices.dismissed.connect(self.notice_dismissed)
        filling = column(column(self._title, self._intro, gap=0), self._notices, self.form, gap=2)
        filling.setStretch(2, 1)
        self._filling = QWidget()
        self._filling.setLayout(filling)
        self._working = QWidget()
        self._working.setLayout(column(1, row(1, self.work, 1), 2))
        self._scroll = scrolling(column(self._filling, self._working, margin=(3, 1, 3, 2)))
        page = column(gap=0)
        page.addLayout(row(head, margin=(3, 2, 2, 0)))
        page.addWidget(self._scroll, 1)
        self.setLayout(page)
        self._veil = DropVeil(look, "door.enrol.drop", self)
        self.restyle()
        self.form.show_form(self._state)

    def show_enrol(self, state: EnrolState) -> None:
        """Show this; a new stage takes the keyboard to what is most likely wanted there."""
        if state == self._state:
            return
        moved = state.stage is not self._state.stage
        self._state = state
        self.form.show_form(state)
        self.draw()
        if moved:
            self.take_focus()

    def show_frame(self, frame: QVideoFrame | QImage) -> None:
        """Show this picture of the camera."""
        self.form.preview.show_frame(frame)

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        if self._state.stage is EnrolStage.FORM:
            self.form.take_focus()
        else:
            self.work.take_focus()

    def dress(self) -> None:
        self._title.say(self.look.any_text("door.enrol.title"))
        self._intro.say(self.look.any_text("door.enrol.intro"))
        self._make_room()

    def draw(self) -> None:
        state = self._state
        filling = state.stage is EnrolStage.FORM
        self._filling.setVisible(filling)
        self._working.setVisible(not filling)
        self.work.show_work(state)
        self._notices.show_notices(state.notices if filling else (), state.now)
        # What is wrong matters more than what this is for, and a small window has room for one.
        small_text = self.look.sizes.scale == 100
        self._intro.setVisible(not state.notices and small_text)
        self._title.setVisible(not state.notices or small_text)
        if state.notices:
            self._scroll.verticalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The progress card is no wider than its words need."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.work.setFixedWidth(max(200, min(self.look.px(_NARROW), self.width() - 48)))

    def open_picture(self) -> None:
        """Ask which picture to open."""
        ask_for_pictures(
            self.look,
            self,
            "door.enrol.open_title",
            False,
            lambda paths: self.picture_chosen.emit(paths[0]),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+O and Ctrl+V bring a picture, F9 the settings, Esc stops, Enter goes on."""
        stage = self._state.stage
        if event.isAutoRepeat():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_F9:
            self.settings_asked.emit()
        elif stage is EnrolStage.FORM and event.matches(QKeySequence.StandardKey.Open):
            self.open_picture()
        elif stage is EnrolStage.FORM and event.matches(QKeySequence.StandardKey.Paste):
            self.paste_asked.emit()
        elif stage is EnrolStage.WORKING and event.key() == Qt.Key.Key_Escape:
            self.work.stop.click()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_on()
        else:
            super().keyPressEvent(event)

    def _go_on(self) -> None:
        if press_focused(self):
            return
        match self._state.stage:
            case EnrolStage.FORM:
                self.form.go.click()
            case EnrolStage.HALTED:
                self.work.retry.click()
            case EnrolStage.DONE:
                self.work.enter.click()
            case EnrolStage.WORKING:
                pass

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture over the form is welcome; anything else is not."""
        if self._state.stage is EnrolStage.FORM and _picture_in(event):
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away again."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the picture."""
        self._veil.hide()
        found = _picture_in(event)
        if isinstance(found, QImage):
            self.image_dropped.emit(found)
        elif found:
            self.picture_chosen.emit(found)
        event.acceptProposedAction()


def _picture_in(event: QDropEvent) -> str | QImage | None:
    """The path of the first local file that is dragged, or the picture itself; None for neither."""
    data = event.mimeData()
    for url in data.urls():
        if url.isLocalFile():
            return url.toLocalFile()
    if data.hasImage():
        image = data.imageData()
        return image if isinstance(image, QImage) else None
    return None
