"""The USB road in plain words: where to, what is not safe, what is carried, and how it went."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import RING, foot, in_line
from desktop.views.parts.choice_row import ChoiceRow
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import Notice, Progress
from desktop.views.view import View
from desktop.views.wording import number, size_words

_TWO_COLUMNS = 640
"""Width in pixels at 100 % text size from which both cards stand beside each other."""
_DIALOG = (880, 520)


@dataclass(frozen=True, slots=True)
class Drive:
    """A place to write to: its folder, what a person calls it, and how many bytes are free (None:
    not known)."""

    path: str
    name: str
    free: int | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class CarriedLine:
    """What is carried for another laptop: its name ("" where not known) and how many records."""

    name: str
    records: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class UsbState:
    """``drives``: what can be chosen, among them a folder that was; ``chosen`` is one's path or "".
    ``siblings``: whether the point's other laptops may read too; None where there are none."""

    unsafe: int = 0
    drives: tuple[Drive, ...] = ()
    chosen: str = ""
    siblings: bool | None = None
    carried: tuple[CarriedLine, ...] = ()
    progress: Progress | None = None
    cancelling: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0


class UsbPage(View):
    """Shows a UsbState."""

    export_asked = Signal()
    import_asked = Signal()
    cancel_asked = Signal()
    chosen = Signal(str)
    """The path of a drive of the list, or of a folder."""
    siblings_chosen = Signal(bool)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = UsbState()
        self._put: Button | None = None
        """Where the keyboard was put last."""
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._progress = ProgressLine(look)
        self.drives = ChoiceRow(look, stacked=True)
        self.drives.chosen.connect(lambda i: self.chosen.emit(self._state.drives[i].path))
        self._no_drive = Words("body", ink="muted")
        self.folder = Button(look, "secondary", icon="plus")
        self.folder.clicked.connect(self.ask_for_folder)
        self.readers = ChoiceRow(look, stacked=True)
        self.readers.chosen.connect(lambda i: self.siblings_chosen.emit(i == 1))
        self._readers_hint = Words("small", ink="muted")
        self._symbol, self._status = QLabel(), Words("strong")
        self._means = Words("body")
        status = row(self._symbol, gap=2, margin=2)
        status.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        status.addLayout(column(self._status, self._means, gap=0), 1)
        self._box = frame("tint", status, tone="go")
        self._carried_title, self._carried = Words("strong"), column(gap=1)
        where = column(
            self.drives,
            in_line(self._no_drive),
            in_line(self.folder),
            None,
            self.readers,
            in_line(self._readers_hint),
            1,
            gap=1,
        )
        where.setContentsMargins(24 - RING, 24, 24 - RING, 24)
        what = column(self._box, None, self._carried_title, self._carried, 1, gap=1, margin=3)
        self._cards = row(frame("card", where), frame("card", what), gap=2)
        for half in (0, 1):
            self._cards.setStretch(half, 1)
        self._scroll = scrolling(
            column(
                column(self._title, self._lead, gap=0),
                self._notices,
                self._progress,
                self._cards,
                1,
                gap=2,
                margin=(3, 3, 3, 2),
            )
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.take_in = Button(look, "secondary", icon="package")
        self.take_in.clicked.connect(self.import_asked)
        self.export = Button(look, "primary", icon="hard-drive")
        self.export.clicked.connect(self.export_asked)
        self.stop = Button(look, "secondary", icon="x", hint="Esc")
        self.stop.clicked.connect(self.cancel_asked)
        may_shrink(self.folder)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, self.stop, 1, self.take_in, self.export))
        self.setLayout(whole)
        self.restyle()

    def show_usb(self, state: UsbState) -> None:
        """Show this. The keyboard goes along to what can be done next, unless a person moved it."""
        before, self._state = self._state, state
        if state == before:
            return
        followed = self._put is None or self._put.hasFocus()
        self.draw()
        if followed or (before.progress is None) != (state.progress is None):
            self.take_focus()
        if state.notices != before.notices:
            self._scroll.verticalScrollBar().setValue(0)

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        wanted = self._put = self._wanted()
        if not wanted.hasFocus():
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wanted(self) -> Button:
        state = self._state
        if state.progress is not None:
            return self.stop
        if state.notices:
            return self.back
        if not state.chosen:
            return self.folder
        return self.export if state.unsafe else self.take_in

    def ask_for_folder(self) -> None:
        """Lets a folder be chosen, without holding anything up."""
        dialog = QFileDialog(self, self.look.text("usb.folder_title"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(self.look.px(_DIALOG[0]), self.look.px(_DIALOG[1]))
        dialog.fileSelected.connect(self.chosen)
        dialog.finished.connect(self.take_focus)
        dialog.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two cards beside each other where there is room, else under one another."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(across if self.width() >= self.look.px(_TWO_COLUMNS) else down)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("usb.title"))
        self._lead.say(say("usb.lead"))
        self._no_drive.say(say("usb.drives_none"))
        self.folder.say(say("usb.folder"))
        self._carried_title.say(say("usb.carried"))
        self.back.say(say("usb.back"))
        self.export.say(say("usb.export"))
        self.take_in.say(say("usb.import"))
        self._make_room()

    def draw(self) -> None:
        state, look = self._state, self.look
        busy = state.progress is not None
        self._notices.show_notices(state.notices, state.now)
        self._progress.show_progress(state.progress)
        self._draw_drives()
        self._draw_readers()
        self._draw_status()
        self._draw_carried()
        for part in (self.back, self.take_in, self.export):
            part.setVisible(not busy)
        for part in (self.take_in, self.export):
            part.setEnabled(bool(state.chosen))
        for choices in (self.drives, self.readers, self.folder):
            choices.setEnabled(not busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(not state.cancelling)
        self.stop.say(look.text("sync.cancelling" if state.cancelling else "sync.cancel"))

    def _draw_drives(self) -> None:
        state = self._state
        self.drives.setVisible(bool(state.drives))
        self._no_drive.setVisible(not state.drives)
        if state.drives:
            paths = [drive.path for drive in state.drives]
            chosen = paths.index(state.chosen) if state.chosen in paths else 0
            words = [self._drive_words(drive) for drive in state.drives]
            self.drives.show_choices(self.look.text("usb.drives"), words, chosen)

    def _drive_words(self, drive: Drive) -> str:
        say = self.look.text
        if drive.read_only:
            return say("usb.drive_read_only", name=drive.name)
        if drive.free is None:
            return drive.name
        return say("usb.drive", name=drive.name, free=size_words(self.look, drive.free))

    def _draw_readers(self) -> None:
        siblings, say = self._state.siblings, self.look.text
        self.readers.setVisible(siblings is not None)
        self._readers_hint.say("" if siblings is None else say("usb.readers_hint"))
        if siblings is not None:
            words = [say("usb.readers_centre"), say("usb.readers_siblings")]
            self.readers.show_choices(say("usb.readers"), words, 1 if siblings else 0)

    def _draw_status(self) -> None:
        state, look = self._state, self.look
        tone = "check" if state.unsafe else "go"
        if state.unsafe:
            key = "unsafe_1" if state.unsafe == 1 else "unsafe_n"
            self._status.say(look.text(f"sync.{key}", n=number(look, state.unsafe)))
            self._means.say(look.text("usb.unsafe_means"))
        else:
            self._status.say(look.text("sync.all_safe"))
            self._means.say("")
        ink = getattr(look.tokens, f"{tone}_ink")
        icon = "shield-alert" if state.unsafe else "shield-check"
        pixels = round(look.sizes.icon * 1.4)
        self._symbol.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF()))
        self._status.set_ink(tone)
        set_tone(self._box, tone)

    def _draw_carried(self) -> None:
        clear(self._carried)
        say = self.look.text
        if not self._state.carried:
            self._add_line(say("usb.carried_none"), ink="muted")
        for one in self._state.carried:
            name = one.name or say("usb.nameless")
            key = "usb.carried_refused" if one.refused else "usb.carried_line"
            words = say(key, name=name, n=number(self.look, one.records))
            self._add_line(words, ink="check" if one.refused else "")

    def _add_line(self, words: str, *, ink: str) -> None:
        line = Words("body", ink=ink) if ink else Words("body")
        self._carried.addWidget(line)
        line.say(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops what runs, or else leaves; Enter presses what has the keyboard."""
        if event.key() == Qt.Key.Key_Escape:
            (self.cancel_asked if self._state.progress else self.left).emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            press_focused(self)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)
