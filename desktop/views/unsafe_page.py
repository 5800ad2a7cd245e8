"""The step before something ends while records are not safe: what is at stake, and the ways on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.link_line import LinkLine
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.sibling_list import SiblingList
from desktop.views.parts.stake import IconLines, StakeBox
from desktop.views.parts.words import Words
from desktop.views.state import LinkState, Notice, Progress, Sibling
from desktop.views.view import View
from desktop.views.wording import kept_here, number, photos_left

_CTRL = Qt.KeyboardModifier.ControlModifier
_WIDEST = 920
"""Pixels at 100 % text size; longer lines are hard to read."""


class Ending(Enum):
    """What is about to end; words under ``field.unsafe``."""

    SESSION = "session"
    APP = "app"


@dataclass(frozen=True, slots=True)
class UnsafeState:
    """``can_sync`` is False where nobody is logged in; ``can_usb`` where there is no USB road.
    ``cancelling``: a sync is being stopped."""

    ending: Ending = Ending.APP
    device: str = ""
    unsafe: int = 0
    unsafe_since: int | None = None
    link: LinkState = field(default_factory=LinkState)
    copied_to: str = ""
    """The hub that holds all of them too."""
    stations: int = 0
    """How many laptops this one is the hub for."""
    siblings: tuple[Sibling, ...] = ()
    progress: Progress | None = None
    can_sync: bool = True
    can_usb: bool = False
    cancelling: bool = False
    photos: int = 0
    notices: tuple[Notice, ...] = ()
    now: int = 0


class UnsafePage(View):
    """Shows an UnsafeState, over the screen it is about. The keyboard is on the safest way."""

    sync_asked = Signal()
    """Sync, and then go on."""
    cancel_asked = Signal()
    usb_asked = Signal()
    gone_on = Signal()
    """It shall end all the same."""
    left = Signal()
    notice_dismissed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = UnsafeState()
        self._title = Words("name")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._stake, self._lines, self._link = StakeBox(look), IconLines(look), LinkLine(look)
        self._siblings = SiblingList(look)
        card = frame("card", column(self._lines, self._link, self._siblings, gap=2, margin=3))
        self._inner = column(self._title, self._notices, self._stake, card, 1, margin=(3, 3, 3, 1))
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self._escape)
        self.go = Button(look, "secondary", icon="log-out")
        self.go.clicked.connect(self.gone_on)
        self.usb = Button(look, "secondary", icon="hard-drive", hint="Ctrl+U")
        self.usb.clicked.connect(self.usb_asked)
        self.sync = Button(look, "primary", icon="refresh-cw", hint="F5")
        self.sync.clicked.connect(self.sync_asked)
        self._scroll = scrolling(self._inner)
        self._body = column(self._scroll, gap=0)
        self._body.addLayout(foot(self.back, 1, self.go, self.usb, self.sync))
        self._middle = QWidget()
        self._middle.setLayout(self._body)
        page = row(1, self._middle, 1)
        page.setStretch(1, 1000)
        self.setLayout(page)
        self.restyle()

    def show_unsafe(self, state: UnsafeState) -> None:
        """Show this."""
        busy = self._state.progress is not None
        self._state = state
        self.draw()
        if busy != (state.progress is not None) and self.isVisible():
            self.take_focus()

    def take_focus(self) -> None:
        """Put the keyboard on the safest way: syncing, or what stops it."""
        wanted = self.sync if self.sync.isVisibleTo(self) else self.back
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        self.usb.say(self.look.text("unsafe.usb"))
        self._middle.setMaximumWidth(self.look.px(_WIDEST))

    def draw(self) -> None:
        state, look = self._state, self.look
        ending, say = state.ending.value, look.text
        safe, busy = state.unsafe == 0, state.progress is not None
        self._title.say(say(f"unsafe.title_{ending}"))
        self._notices.show_notices(state.notices, state.now)
        if safe:
            self._stake.show_stake("go", say("sync.all_safe"), progress=state.progress)
        else:
            key = "unsafe_1" if state.unsafe == 1 else "unsafe_n"
            status = say(f"sync.{key}", n=number(look, state.unsafe))
            where = kept_here(look, state.device, state.unsafe_since, state.now)
            self._stake.show_stake("check", status, where, state.progress)
        self._link.setVisible(state.can_sync and not busy and not safe)
        self._link.show_link(state.link, state.now, waits=True)
        later = f"unsafe.later_{ending}" if state.can_sync else "unsafe.later_door"
        if state.ending is Ending.SESSION and not state.link.automatic:
            later = "unsafe.later_by_hand"
        lines = [("hard-drive", say("unsafe.kept"))]
        if not safe:
            copied = say("unsafe.stake_copied", hub=state.copied_to)
            stake = copied if state.copied_to else say("unsafe.stake")
            lines += [("shield-alert", stake), ("cloud-upload", say(later))]
        if state.ending is Ending.APP and state.stations:
            key = "stations_1" if state.stations == 1 else "stations_n"
            lines.append(("wifi", say(f"unsafe.{key}", n=number(look, state.stations))))
        if state.photos:
            lines.append(("image", f"{photos_left(look, state.photos)}. {say('photos.stay')}"))
        self._siblings.show_siblings(state.siblings, state.now)
        self._lines.show_lines(lines)
        self.back.say(say("unsafe.stop" if busy else "unsafe.back"))
        self.back.setEnabled(not state.cancelling)
        self.go.say(say(f"unsafe.go_{ending}" if safe else "unsafe.go"))
        self.usb.setVisible(state.can_usb and not safe)
        self.usb.setEnabled(not busy)
        self.sync.setVisible(state.can_sync and not busy and (not safe or state.photos > 0))
        self.sync.say(say("unsafe.sync") if not safe else look.any_text("capture.leave.sync"))
        self.setAccessibleName(f"{self._title.text()}. {self._stake.words}")
        self.setAccessibleDescription(self._lines.words)

    def _escape(self) -> None:
        (self.cancel_asked if self._state.progress else self.left).emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less air where height is short."""
        super().resizeEvent(event)
        self._inner.setSpacing(8 if self.height() < self.look.px(640) else 16)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses what has the keyboard, F5 syncs, Ctrl+U takes the USB road, Esc stops or
        goes back."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.isAutoRepeat():
                press_focused(self)
            case Qt.Key.Key_F5 if self.sync.isVisible():
                self.sync_asked.emit()
            case Qt.Key.Key_U if event.modifiers() == _CTRL and self.usb.isVisible():
                self.usb.click()
            case Qt.Key.Key_Escape:
                self._escape()
            case key if self._scroll.turned(key):
                pass
            case _:
                super().keyPressEvent(event)
