"""Syncing in plain words: are the records safe, what is not and since when, how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, fill, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.elided import Elided
from desktop.views.parts.link_line import LinkLine
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.review_list import Review, ReviewList
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.sibling_list import SiblingList
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import Link, LinkState, Progress, Sibling
from desktop.views.view import View
from desktop.views.wording import (
    clock,
    kept_here,
    moment,
    number,
    photos_left,
    worded_parts,
)


class WaitingKind(Enum):
    """What kind of record waits; words under ``field.sync``."""

    HANDOVER = "handover"
    NO_HANDOVER = "no_handover"
    VOID = "void"
    REFUSED = "refused"
    STOCK = "stock"
    SESSION = "session"
    COMPLAINT = "complaint"
    LEARNED = "learned"
    WALK_IN = "walk_in"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that no receipt covers yet."""

    at: int
    kind: WaitingKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How the last sync ended; ``error`` is a full text key (``errors.centre_down``), "" if
    well."""

    at: int
    error: str = ""
    parts: Mapping[str, object] = field(default_factory=dict)
    sent: int = 0
    got: int = 0


@dataclass(frozen=True, slots=True)
class PhotosLeft:
    """Photos and signatures that the centre has not got. ``limited``: the last sync stopped at the
    day's limit; ``broken``: it broke off at them."""

    count: int = 0
    limited: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class SyncPanelState:
    """``device`` is what the centre calls this laptop. ``waiting`` may be only the first of
    ``unsafe``, ``reviews`` of ``reviews_total``; ``safe_at`` is the last full receipt, ``well_at``
    the last sync that went well."""

    device: str = ""
    link: LinkState = field(default_factory=LinkState)
    unsafe: int = 0
    unsafe_since: int | None = None
    safe_at: int | None = None
    progress: Progress | None = None
    cancelling: bool = False
    last: SyncResult | None = None
    well_at: int | None = None
    photos: PhotosLeft = field(default_factory=PhotosLeft)
    waiting: tuple[Waiting, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    reviews: tuple[Review, ...] = ()
    reviews_total: int = 0
    now: int = 0


class SyncPanel(View):
    """Shows a SyncPanelState."""

    sync_asked = Signal()
    cancel_asked = Signal()
    photos_asked = Signal()
    """Send all photos now, whatever the day's limit."""
    usb_asked = Signal()
    """Another road: export or import by USB."""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = SyncPanelState()
        self._title = Words("heading")
        self._symbol = QLabel()
        self._status = Words("strong")
        self._since = Words("body")
        status = row(self._symbol, gap=2, margin=2)
        status.addLayout(column(self._status, self._since, gap=0), 1)
        status.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        self._box = frame("tint", status, tone="go")
        self._progress = ProgressLine(look)
        self._link = LinkLine(look)
        self._last_title = Words("strong")
        self._last = Words("body")
        self._advice = Words("body", ink="muted")
        self._well = Words("body")
        self._photos, self._photos_why = Words("strong"), Words("body", ink="muted")
        self.photos = Button(look, "secondary", icon="image", compact=True)
        self.photos.clicked.connect(self.photos_asked)
        may_shrink(self.photos)
        self._reviews = ReviewList(look)
        self._siblings = SiblingList(look)
        self._waiting_title = Words("strong")
        self._waiting = QVBoxLayout()
        self._waiting.setSpacing(8)
        self.now = Button(look, "primary", icon="refresh-cw", hint="F5")
        self.now.clicked.connect(self.sync_asked)
        self.usb = Button(look, "secondary", icon="hard-drive", hint="Ctrl+U")
        self.usb.clicked.connect(self.usb_asked)
        self._stop = Button(look, "secondary", hint="Esc")
        self._stop.clicked.connect(self.cancel_asked)
        self._close = Button(look, "secondary", hint="Esc")
        self._close.clicked.connect(self.left)
        upper = column(
            self._title,
            self._box,
            self._progress,
            self._photos,
            self._photos_why,
            self.photos,
            self._link,
            None,
            self._last_title,
            self._last,
            self._advice,
            self._well,
            None,
            self._reviews,
            self._waiting_title,
            self._waiting,
            self._siblings,
            1,
            gap=1,
            margin=(2, 2, 2, 0),
        )
        self._scroll = scrolling(upper)
        body = column(self._scroll, gap=1)
        body.addLayout(
            column(self.now, self.usb, self._stop, self._close, gap=1, margin=(2, 1, 2, 2))
        )
        fill(self, "card", body)
        self.restyle()

    def show_sync(self, state: SyncPanelState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        wanted = self._stop if self._state.progress else self.now
        wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("sync.title"))
        self._last_title.say(say("sync.last"))
        self._waiting_title.setText(say("sync.waiting"))
        self.now.say(say("sync.now"))
        self.usb.say(say("sync.usb"))
        self.photos.say(say("photos.now"))
        self._close.say(say("sync.close"))

    def draw(self) -> None:
        state, look = self._state, self.look
        self._draw_status()
        busy = state.progress is not None
        self._progress.show_progress(state.progress)
        self._link.setVisible(not busy)
        self._link.show_link(state.link, state.now, waits=state.unsafe > 0)
        self._draw_photos()
        self._draw_last()
        self._reviews.show_reviews(state.reviews, state.reviews_total, state.now)
        self._draw_waiting()
        self._siblings.show_siblings(state.siblings, state.now)
        self.now.setVisible(not busy)
        self.usb.setVisible(not busy)
        self._close.setVisible(not busy)
        self._stop.setVisible(busy)
        self._stop.setEnabled(not state.cancelling)
        self._stop.say(look.text("sync.cancelling" if state.cancelling else "sync.cancel"))

    def _draw_status(self) -> None:
        state, look = self._state, self.look
        tone = "check" if state.unsafe or state.safe_at is None else "go"
        if state.unsafe:
            key = "unsafe_1" if state.unsafe == 1 else "unsafe_n"
            self._status.say(look.text(f"sync.{key}", n=number(look, state.unsafe)))
            self._since.say(kept_here(look, state.device, state.unsafe_since, state.now))
        elif state.safe_at is None:
            self._status.say(look.text("sync.never"))
            self._since.say("")
        else:
            self._status.say(look.text("sync.all_safe"))
            when = moment(look, state.safe_at, state.now)
            self._since.say(look.text("sync.safe_since", when=when))
        ink = getattr(look.tokens, f"{tone}_ink")
        icon = "shield-check" if tone == "go" else "shield-alert"
        pixels = round(look.sizes.icon * 1.4)
        self._symbol.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF()))
        self._status.set_ink(tone)
        set_tone(self._box, tone)

    def _draw_photos(self) -> None:
        state, look = self._state, self.look
        left = state.photos
        self._photos.setVisible(left.count > 0)
        self._photos_why.setVisible(left.count > 0)
        self.photos.setVisible(left.count > 0 and left.limited and state.progress is None)
        if left.count:
            self._photos.say(photos_left(look, left.count))
            why = "limited" if left.limited else "broken" if left.broken else "last"
            self._photos_why.say(look.text(f"photos.{why}"))

    def _draw_last(self) -> None:
        state, look = self._state, self.look
        last = state.last
        self._last_title.setVisible(last is not None)
        said = advice = well = ""
        if last is not None and last.error:
            parts = worded_parts(look, last.parts, state.now)
            said = look.text("sync.last_failed", when=moment(look, last.at, state.now))
            # The line above says it, and what to do.
            if state.link.link is not Link.LOGIN:
                said = f"{said} {look.any_text(f'{last.error}.title', **parts)}."
                advice = look.any_text(f"{last.error}.what_to_do", **parts)
            if state.well_at is not None:
                well = look.text("sync.well_at", when=moment(look, state.well_at, state.now))
        elif last is not None:
            sent, got = number(look, last.sent), number(look, last.got)
            when = moment(look, last.at, state.now)
            said = look.text("sync.last_ok", when=when, sent=sent, got=got)
        self._last.say(said)
        self._advice.say(advice)
        self._well.say(well)

    def _draw_waiting(self) -> None:
        state, look = self._state, self.look
        clear(self._waiting)
        self._waiting_title.setVisible(bool(state.waiting))
        for one in state.waiting:
            time = Words("small", ink="muted", wrap=False, figures=True)
            time.say(clock(look, one.at))
            kind = look.text(f"sync.{one.kind.value}")
            words = Elided("body")
            words.say(f"{one.name} · {kind}" if one.name else kind)
            line = row(time, gap=2)
            line.addWidget(words, 1)
            self._waiting.addLayout(line)
        more = state.unsafe - len(state.waiting)
        if state.waiting and more > 0:
            rest = Words("small", ink="muted")
            rest.say(look.text("sync.waiting_more", n=number(look, more)))
            self._waiting.addWidget(rest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops a sync that runs, or else closes the panel."""
        if event.key() == Qt.Key.Key_Escape:
            (self.cancel_asked if self._state.progress else self.left).emit()
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)
