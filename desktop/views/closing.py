"""Closing a session: what it came to, and what is not safe yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.overview import StockLevel
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.count_card import CountCard, ToCount
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.link_line import LinkLine
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.sibling_list import SiblingList
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import Goods, LinkState, Notice, Progress, Sibling
from desktop.views.view import View
from desktop.views.wording import goods_line, kept_here, moment, number, photos_left


@dataclass(frozen=True, slots=True)
class ClosingState:
    """The session's count. ``unsafe_since`` in ms."""

    point: str = ""
    opened_at: int = 0
    handed: int = 0
    refused: int = 0
    voided: int = 0
    goods: tuple[Goods, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    packages: tuple[ToCount, ...] = ()
    unsafe: int = 0
    unsafe_since: int | None = None
    device: str = ""
    """What the centre calls this laptop."""
    siblings: tuple[Sibling, ...] = ()
    safe_at: int | None = None
    photos: int = 0
    notices: tuple[Notice, ...] = ()
    busy: bool = False
    link: LinkState = field(default_factory=LinkState)
    progress: Progress | None = None
    now: int = 0


class ClosingScreen(View):
    """Shows a ClosingState."""

    confirmed = Signal()
    sync_asked = Signal()
    left = Signal()
    notice_dismissed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = ClosingState()
        self._title, self._sub = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._figures = [(Words("small", ink="muted"), Words("figure", wrap=False)) for _ in "abc"]
        boxes = row(
            *(frame("inset", column(c, f, gap=0, margin=2)) for c, f in self._figures), gap=2
        )
        self._goods_title, self._goods = Words("strong"), column(gap=1)
        self._safety_symbol, self._safety = QLabel(), Words("heading")
        self._safety_hint, self._photos = Words("body"), Words("body")
        safety = row(self._safety_symbol, gap=2, margin=(3, 2, 3, 2))
        safety.setAlignment(self._safety_symbol, Qt.AlignmentFlag.AlignTop)
        self._progress, self._link = ProgressLine(look), LinkLine(look)
        self._siblings = SiblingList(look)
        words = column(
            *(self._safety, self._safety_hint, self._photos, self._progress, self._link),
            *(None, self._siblings),
            gap=0,
        )
        safety.addLayout(words, 1)
        self._safety_box = frame("tint", safety, tone="go")
        self.counts = CountCard(look)
        came_to = column(boxes, None, self._goods_title, self._goods, 1, gap=1, margin=3)
        self._count_frame = frame("card", column(self.counts, 1, margin=3))
        self._cards = row(frame("card", came_to), self._count_frame, gap=2)
        for half in (0, 1):
            self._cards.setStretch(half, 1)
        self._scroll = scrolling(
            column(
                self._notices,
                column(self._title, self._sub, gap=0),
                # First, as it is what a person must still do something about.
                self._safety_box,
                self._cards,
                1,
                gap=2,
                margin=(3, 3, 3, 2),
            )
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.sync = Button(look, "secondary", icon="refresh-cw", hint="F5")
        self.sync.clicked.connect(self.sync_asked)
        self.confirm = Button(look, "primary", icon="log-out")
        self.confirm.clicked.connect(self._confirm)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1, self.sync, self.confirm))
        self.setLayout(whole)
        self.restyle()

    def counted(self) -> tuple[dict[int, int], str]:
        """What was counted last, package → pieces, and why that is not what the records say."""
        return self.counts.counted(), self.counts.why.text.strip()

    def _confirm(self) -> None:
        if self.counts.complete():
            self.confirmed.emit()

    def show_closing(self, state: ClosingState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def take_focus(self) -> None:
        """On the way back: closing wants a deliberate step."""
        if not self.behind:
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("close.title"))
        self._goods_title.say(say("close.goods"))
        self.back.say(say("close.back"))
        self.sync.say(say("close.sync"))
        for (caption, _), key in zip(self._figures, ("handed", "refused", "voided"), strict=True):
            caption.say(say(f"close.{key}"))
        self._make_room()

    def draw(self) -> None:
        state, say = self._state, self.look.text
        self._notices.show_notices(state.notices, state.now)
        opened = moment(self.look, state.opened_at, state.now) if state.opened_at else ""
        self._sub.say(say("close.sub", point=state.point, when=opened) if state.point else "")
        for (_, shown), count in zip(
            self._figures, (state.handed, state.refused, state.voided), strict=True
        ):
            shown.say(number(self.look, count))
        self._draw_goods()
        self._count_frame.setVisible(bool(state.packages))
        self.counts.show_packages(state.packages)
        self._draw_safety()
        self._progress.show_progress(state.progress)
        self._link.setVisible(state.progress is None and state.unsafe > 0)
        self._link.show_link(state.link, state.now, waits=state.unsafe > 0)
        self.confirm.say(say("close.closing" if state.busy else "close.confirm"))
        # Not before it is known what is at stake, or that this can't be read.
        known = state.now > 0 or bool(state.notices)
        self.confirm.setEnabled(known and not state.busy)
        # The way on that is best is the one that stands out.
        self.confirm.dress(kind="secondary" if state.unsafe else "primary")
        self.sync.dress(kind="primary" if state.unsafe else "secondary")

    def _draw_goods(self) -> None:
        clear(self._goods)
        say, state = self.look.text, self._state
        left = {level.name: level.left for level in state.stock}
        for goods in state.goods:
            line = Words("body")
            self._goods.addWidget(line)
            rest = left.get(goods.name)
            tail = (
                say("close.left", n=number(self.look, rest))
                if rest is not None
                else say("close.left_unknown")
            )
            line.say(f"{goods_line(self.look, goods)} · {tail}")
        if not state.goods:
            none = Words("body", ink="muted")
            self._goods.addWidget(none)
            none.say(say("close.goods_none"))

    def _draw_safety(self) -> None:
        state, say = self._state, self.look.text
        # Until it has been read nothing is known, and nothing is said to be safe.
        self._safety_box.setVisible(state.now > 0)
        safe = state.unsafe == 0
        tone = "go" if safe else "check"
        set_tone(self._safety_box, tone)
        self._safety.set_ink(tone)
        icon, ink = "shield-check" if safe else "shield-alert", f"{tone}_ink"
        pixels = round(self.look.sizes.icon * 1.6)
        self._safety_symbol.setPixmap(
            self.look.icon(icon, getattr(self.look.tokens, ink), pixels, self.devicePixelRatioF())
        )
        if safe:
            self._safety.say(say("sync.own_safe" if state.siblings else "sync.all_safe"))
            when = moment(self.look, state.safe_at, state.now) if state.safe_at else ""
            self._safety_hint.say(say("sync.safe_since", when=when) if when else "")
        else:
            n = number(self.look, state.unsafe)
            self._safety.say(
                say("sync.unsafe_1") if state.unsafe == 1 else say("sync.unsafe_n", n=n)
            )
            where = kept_here(self.look, state.device, state.unsafe_since, state.now)
            self._safety_hint.say(f"{where} {say('close.unsafe_hint')}")
        left = state.photos
        told = f"{photos_left(self.look, left)}. {say('photos.stay')}" if left else ""
        self._photos.say(told)
        self._photos.setVisible(left > 0)
        self._siblings.show_siblings(state.siblings, state.now)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses what has the keyboard and goes from count to count, Esc goes back, F5
        syncs."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self.counts.holds(self.focusWidget()):
                    self._count_on()
                else:
                    press_focused(self)
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_F5:
                self.sync_asked.emit()
            case key if self._scroll.turned(key):
                pass
            case _:
                super().keyPressEvent(event)

    def _count_on(self) -> None:
        """To the next field, and from the last of them to the way on."""
        fields: list[QWidget] = [*self.counts.entries(), self.counts.why.line]
        shown = [one for one in fields if one.isVisible()]
        place = next((n for n, one in enumerate(shown) if one.hasFocus()), len(shown))
        following = shown[place + 1] if place + 1 < len(shown) else self.confirm
        following.setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The count beside what the session came to where there is room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(across if self.width() >= self.look.px(760) else down)
