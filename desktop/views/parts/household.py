"""The household on the screen: who stands there, and beside it what goes over the table."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row, scrolled
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import Earlier, Goods, HouseholdCard
from desktop.views.view import View
from desktop.views.wording import (
    ago,
    goods_words,
    masked_kk,
    moment,
    number,
    receiver_words,
)
from models.numbers import format_slip_number
from models.verdict import Tone, Verdict


@dataclass(frozen=True, slots=True)
class CardState:
    """A household under a verdict; ``now`` in ms."""

    household: HouseholdCard = field(default_factory=lambda: HouseholdCard(""))
    verdict: Verdict = Verdict.ELIGIBLE
    due: tuple[Goods, ...] = ()
    short: tuple[Goods, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    now: int = 0


class HouseholdPanel(View):
    """Shows a CardState; scrolls inside where the window is too small for all of it."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = CardState()
        self._caption = Words("small", ink="muted")
        self._name = Words("name")
        self._address = Words("body")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(32)
        self._facts.setVerticalSpacing(0)
        self._who = column(self._caption, self._name, self._address, None, self._facts, 1, gap=0)
        self._what_layout = QVBoxLayout()
        self._what_layout.setContentsMargins(20, 16, 20, 16)
        self._what_layout.setSpacing(4)
        self._what = frame("tint", self._what_layout, tone="go")
        self._both = row(gap=3, margin=3)
        self._both.addLayout(self._who, 11)
        self._both.addWidget(self._what, 10)
        inner = QWidget()
        inner.setLayout(self._both)
        self._scroll = scrolled(inner)
        card: QFrame = frame("card", column(self._scroll))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        self.restyle()

    def show_card(self, state: CardState) -> None:
        """Show this household."""
        if state != self._state:
            self._state = state
            self.draw()
            self._scroll.verticalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stands the two halves under one another where they can't stand side by side."""
        narrow = self.width() < self.look.px(520)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._both.direction() != direction:
            self._both.setDirection(direction)
        margin = 12 if narrow else 24
        self._both.setContentsMargins(margin, margin, margin, margin)
        self._both.setSpacing(margin)
        super().resizeEvent(event)

    def dress(self) -> None:
        self._caption.say(self.look.text("scan.holder"))

    def draw(self) -> None:
        look, household = self.look, self._state.household
        self._name.say(household.name or look.text("side.nobody"))
        self._address.say(self._where(household))
        clear(self._facts)
        facts = []
        if household.kk is not None:
            facts.append((look.text("scan.kk"), masked_kk(household.kk)))
        if household.slip is not None:
            facts.append((look.text("scan.slip"), format_slip_number(household.slip)))
        if household.members is not None:
            facts.append(
                (look.text("scan.members"), look.text("scan.members_n", n=household.members))
            )
        # Two facts side by side read well at 100 %; larger text needs the whole width for a KK.
        across = 2 if look.sizes.scale == 100 else 1
        for i, (caption, words) in enumerate(facts):
            line, place = i // across * 3, i % across
            label = Words("small", ink="muted")
            label.say(caption)
            value = Words("strong", wrap=across == 1)
            value.say(words)
            self._facts.addWidget(label, line, place)
            self._facts.addWidget(value, line + 1, place)
            self._facts.setRowMinimumHeight(line + 2, 8)
        self._facts.setColumnStretch(across - 1, 1)
        self._draw_what()

    def _where(self, household: HouseholdCard) -> str:
        if household.rt is None or household.rw is None:
            return household.address
        parts = {"rt": f"{household.rt:03d}", "rw": f"{household.rw:03d}"}
        if household.kelurahan:
            words = self.look.text("scan.address", kelurahan=household.kelurahan, **parts)
        else:
            words = self.look.text("scan.address_bare", **parts)
        return f"{household.address}\n{words}" if household.address else words

    def _draw_what(self) -> None:
        clear(self._what_layout)
        state, look = self._state, self.look
        tone = state.verdict.tone
        if state.due and tone is not Tone.STOP:
            key = "to_hand_over" if tone is Tone.GO else "to_hand_over_checked"
            set_tone(self._what, tone.value)
            self._goods(look.text(f"scan.{key}"), state.due, f"{tone.value}")
            if state.short:
                self._line(look.text("scan.short", goods=goods_words(look, state.short)), "check")
            if state.earlier:
                self._what_layout.addSpacing(8)
                self._earlier_brief()
        elif state.verdict is Verdict.OUT_OF_STOCK and state.short:
            set_tone(self._what, "stop")
            self._goods(look.text("scan.owed"), state.short, "stop")
        elif state.earlier:
            set_tone(self._what, "stop")
            self._earlier_whole(max(state.earlier, key=lambda one: one.at))
        else:
            set_tone(self._what, tone.value)
            self._nothing(tone)
        self._what_layout.addStretch(1)

    def _line(self, words: str, ink: str = "", role: str = "body") -> Words:
        label = Words(role, ink=ink)
        label.say(words)
        self._what_layout.addWidget(label)
        return label

    def _goods(self, title: str, several: tuple[Goods, ...], ink: str) -> None:
        self._line(title, ink, "strong")
        for one in several:
            count = Words("figure", wrap=False)
            count.say(f"{number(self.look, one.quantity)} ×")
            name = Words("figure" if len(several) == 1 else "heading")
            name.say(one.name)
            stage = Words("small", ink="muted")
            stage.say(one.stage)
            line = row(count, gap=1)
            line.addLayout(column(name, stage, gap=0), 1)
            line.setAlignment(count, Qt.AlignmentFlag.AlignTop)
            self._what_layout.addLayout(line)

    def _earlier_brief(self) -> None:
        last = max(self._state.earlier, key=lambda one: one.at)
        self._line(self.look.text("scan.earlier"), "muted", "small")
        words = goods_words(self.look, last.goods)
        self._line(f"{words} · {moment(self.look, last.at, self._state.now)}", role="small")

    def _earlier_whole(self, last: Earlier) -> None:
        look, now = self.look, self._state.now
        self._line(look.text("scan.earlier"), "stop", "strong")
        self._line(goods_words(look, last.goods), role="heading")
        passed = ago(look, last.at, now)
        when = moment(look, last.at, now) + (f" · {passed}" if passed else "")
        for caption, words in (
            ("received_by", receiver_words(look, last, self._state.household.name)),
            ("received_when", when),
            ("received_where", last.point),
            ("recorded_by", last.volunteer),
        ):
            if words:
                self._what_layout.addSpacing(4)
                self._line(look.text(f"scan.{caption}"), "muted", "small")
                self._line(words, role="strong")

    def _nothing(self, tone: Tone) -> None:
        symbol = QLabel()
        ink = self.look.tokens.tint(tone)[1]
        symbol.setPixmap(
            self.look.icon("ban", ink, round(self.look.sizes.icon * 1.6), self.devicePixelRatioF())
        )
        words = Words("heading", ink=tone.value)
        words.say(self.look.text("scan.nothing"))
        self._what_layout.addStretch(1)
        line = row(symbol, gap=2)
        line.addWidget(words, 1)
        self._what_layout.addLayout(line)
