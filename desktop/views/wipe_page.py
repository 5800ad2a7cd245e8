"""Taking this laptop's data off it: what goes, what stays, and a number typed where it matters."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.stake import IconLines, StakeBox
from desktop.views.parts.words import Words
from desktop.views.state import Notice, Progress
from desktop.views.view import View
from desktop.views.wording import kept_here, number, photos_left

_CTRL = Qt.KeyboardModifier.ControlModifier
_WIDEST = 920
"""Pixels at 100 % text size; longer lines are hard to read."""


@dataclass(frozen=True, slots=True)
class WipeState:
    """``unsafe`` None: the ledger can't be opened, so nobody knows. ``problem``: a full text key
    of what is wrong with the number that was typed, or ""."""

    device: str = ""
    unsafe: int | None = 0
    unsafe_since: int | None = None
    progress: Progress | None = None
    can_usb: bool = False
    busy: bool = False
    problem: str = ""
    photos: int = 0
    notices: tuple[Notice, ...] = ()
    now: int = 0


class WipePage(View):
    """Shows a WipeState. The keyboard begins on the way back."""

    sync_asked = Signal()
    cancel_asked = Signal()
    usb_asked = Signal()
    wipe_asked = Signal(int)
    """Wipe; the number is what was typed, 0 where none was asked for."""
    left = Signal()
    notice_dismissed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = WipeState()
        self._title = Words("name")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._stake, self._lines = StakeBox(look), IconLines(look)
        self.count = EntryField(look, "door.wipe.count", "door.wipe.count_hint", longest=9)
        self._who = Words("body", ink="muted")
        card = column(self._lines, self.count, self._who, gap=2, margin=3)
        self._inner = column(self._title, self._notices, self._stake, frame("card", card), 1)
        self._inner.setContentsMargins(24, 24, 24, 8)
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self._escape)
        self.usb = Button(look, "secondary", icon="hard-drive", hint="Ctrl+U")
        self.usb.clicked.connect(self.usb_asked)
        self.sync = Button(look, "primary", icon="refresh-cw", hint="F5")
        self.sync.clicked.connect(self.sync_asked)
        self.wipe = Button(look, "danger")
        self.wipe.clicked.connect(self._wipe)
        self._scroll = scrolling(self._inner)
        body = column(self._scroll, gap=0)
        body.addLayout(foot(self.back, 1, self.wipe, self.usb, self.sync))
        self._middle = QWidget()
        self._middle.setLayout(body)
        page = row(1, self._middle, 1)
        page.setStretch(1, 1000)
        self.setLayout(page)
        self.restyle()

    def show_wipe(self, state: WipeState) -> None:
        """Show this."""
        before, self._state = self._state, state
        self.draw()
        if state.problem and state.problem != before.problem:
            self.count.refuse(state.problem)

    def take_focus(self) -> None:
        """Put the keyboard on the way back."""
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.any_text
        self._who.say(say("door.wipe.who"))
        self.usb.say(self.look.text("unsafe.usb"))
        self.sync.say(say("door.wipe.sync"))
        self._middle.setMaximumWidth(self.look.px(_WIDEST))

    def draw(self) -> None:
        state, look = self._state, self.look
        say = look.any_text
        self._title.say(say("door.wipe.title"))
        self._notices.show_notices(state.notices, state.now)
        if state.unsafe is None:
            kind = "unknown"
            self._stake.show_stake("stop", say("door.wipe.unknown"), say("door.wipe.unknown_why"))
        elif state.unsafe:
            kind = "unsafe"
            key = "unsafe_1" if state.unsafe == 1 else "unsafe_n"
            status = look.text(f"sync.{key}", n=number(look, state.unsafe))
            where = kept_here(look, state.device, state.unsafe_since, state.now)
            self._stake.show_stake("stop", status, where, state.progress)
        else:
            kind = "safe"
            left = photos_left(look, state.photos) if state.photos else ""
            self._stake.show_stake("go", look.text("sync.all_safe"), left, state.progress)
        icon = "hard-drive" if kind != "safe" else "delete"
        lines = [
            ("users-round", say("door.wipe.goes")),
            (icon, say(f"door.wipe.records_{kind}")),
            ("key-round", say("door.wipe.then")),
        ]
        if state.photos:
            lines.insert(2, ("image", say("door.wipe.photos")))
        self._lines.show_lines(lines)
        asked, syncing = bool(state.unsafe), state.progress is not None
        free = not syncing and not state.busy
        self.count.setVisible(asked)
        self.count.setEnabled(free)
        self._who.setVisible(kind != "safe")
        self.back.say(look.text("unsafe.stop" if syncing else "unsafe.back"))
        self.back.setEnabled(not state.busy)
        self.usb.setVisible(asked and state.can_usb)
        self.usb.setEnabled(free)
        self.sync.setVisible(asked)
        self.sync.setEnabled(free)
        deletes = kind == "safe" and not state.photos
        doing = "wiping" if state.busy else "go_safe" if deletes else "go_aside"
        self.wipe.say(say(f"door.wipe.{doing}"))
        self.wipe.setEnabled(free)
        self.setAccessibleName(f"{self._title.text()}. {self._stake.words}")
        self.setAccessibleDescription(self._lines.words)

    def _wipe(self) -> None:
        typed = self.count.text.strip()
        if not self._state.unsafe:
            self.wipe_asked.emit(0)
        elif typed.isascii() and typed.isdigit():
            self.wipe_asked.emit(int(typed))
        else:
            self.count.refuse("door.wipe.count_missing")

    def _escape(self) -> None:
        if self._state.progress is not None:
            self.cancel_asked.emit()
        elif not self._state.busy:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less air where height is short."""
        super().resizeEvent(event)
        self._inner.setSpacing(8 if self.height() < self.look.px(640) else 16)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on from the number, or presses what has the keyboard; F5 syncs, Ctrl+U takes
        the USB road, Esc goes back."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.isAutoRepeat():
                if self.count.line.hasFocus():
                    self.wipe.setFocus(Qt.FocusReason.TabFocusReason)
                else:
                    press_focused(self)
            case Qt.Key.Key_F5 if self.sync.isVisible() and self.sync.isEnabled():
                self.sync_asked.emit()
            case Qt.Key.Key_U if event.modifiers() == _CTRL and self.usb.isVisible():
                self.usb.click()
            case Qt.Key.Key_Escape:
                self._escape()
            case key if self._scroll.turned(key):
                pass
            case _:
                super().keyPressEvent(event)
