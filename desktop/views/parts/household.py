"""The household on the screen: who stands there, and beside it what goes over the table."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
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

_WHO, _WHAT = 11, 10
"""How the two halves share the width."""


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
    """Shows a CardState."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = CardState()
        self._slim = False
        self._shown_facts: list[tuple[Words, Words]] = []
        self._caption = Words("small", ink="muted")
        self._name = Words("name_large")
        self._address = Words("body")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(24)
        self._facts.setVerticalSpacing(0)
        self._who = column(1, self._caption, self._name, self._address, None, self._facts, 1, gap=0)
        self._what_layout = QVBoxLayout()
        self._what_layout.setContentsMargins(20, 16, 20, 16)
        self._what_layout.setSpacing(4)
        self._what = frame("tint", self._what_layout, tone="go")
        self._both = row(gap=3, margin=3)
        self._both.addLayout(self._who, _WHO)
        self._both.addWidget(self._what, _WHAT)
        card: QFrame = frame("card", self._both)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        self.restyle()

    def show_card(self, state: CardState) -> None:
        """Show this household."""
        if state != self._state:
            self._state = state
            self.draw()

    def set_slim(self, slim: bool) -> None:
        """Whether to save height (small window or large text)."""
        if slim != self._slim:
            self._slim = slim
            self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stands the two halves under one another where they can't stand side by side."""
        self._make_room()
        super().resizeEvent(event)

    def _make_room(self) -> None:
        narrow = self.width() < self.look.px(460)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._both.direction() != direction:
            self._both.setDirection(direction)
        margin = 10 if self._slim else 12 if narrow else 24
        self._both.setContentsMargins(margin, margin, margin, margin)
        self._both.setSpacing(margin)
        high = 8 if self._slim else 16
        self._what_layout.setContentsMargins(20, high, 20, high)
        room = self.width() - 3 * margin
        self._place_facts(room + margin if narrow else room * _WHO // (_WHO + _WHAT))

    def dress(self) -> None:
        self._caption.say(self.look.text("scan.holder"))
        self._name.set_role(self._loud)
        self._who.setStretch(0, 0 if self._slim else 1)

    @property
    def _loud(self) -> str:
        return "name_low" if self._slim else "name_large"

    def draw(self) -> None:
        look, household = self.look, self._state.household
        self._name.say(household.name or look.text("scan.not_named"))
        self._address.say(self._where(household))
        clear(self._facts)
        self._shown_facts = []
        if household.kk is not None:
            self._fact("kk", masked_kk(household.kk))
        if household.slip is not None:
            self._fact("slip", format_slip_number(household.slip))
        if household.members is not None:
            self._fact("members", look.text("scan.members_n", n=household.members))
        self._make_room()
        self._draw_what()

    def _fact(self, key: str, words: str) -> None:
        # With a parent from the start, or to show the words would open a window of their own.
        caption = Words("small", ink="muted", wrap=False, parent=self)
        caption.say(self.look.text(f"scan.{key}"))
        value = Words("strong", wrap=False, figures=True, parent=self)
        value.say(words)
        self._shown_facts.append((caption, value))

    def _place_facts(self, room: int) -> None:
        """As many facts beside one another as have room."""
        facts, gap = self._shown_facts, self._facts.horizontalSpacing()
        wide = [max(one.sizeHint().width() for one in fact) + gap for fact in facts]
        across = len(facts)
        while across > 1 and sum(max(wide[i::across]) for i in range(across)) - gap > room:
            across -= 1
        for i in range(self._facts.columnCount()):
            self._facts.setColumnStretch(i, 0)
        for i in range(self._facts.rowCount()):
            self._facts.setRowMinimumHeight(i, 0)
        for i, (caption, value) in enumerate(facts):
            line, place = i // across * 3, i % across
            self._facts.addWidget(caption, line, place)
            self._facts.addWidget(value, line + 1, place)
            if line:
                self._facts.setRowMinimumHeight(line - 1, 8)
        if facts:
            self._facts.setColumnStretch(across - 1, 1)

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
        # In the middle of a half that is higher than its words; at its top where it is cut short.
        self._what_layout.addStretch(0 if self._slim else 1)
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
        if len(several) > 1:
            # Where the window is small, some may lie below the fold.
            title = f"{title} · {self.look.text('scan.kinds', n=len(several))}"
        self._line(title, ink, "strong")
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        self._what_layout.addLayout(grid)
        for line, one in enumerate(several):
            count = Words(self._loud, wrap=False, figures=True)
            name = Words(self._loud if len(several) == 1 else "heading")
            stage = Words("small", ink="muted")
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            grid.addWidget(count, line, 0, side)
            words = column(name, stage, 1, gap=0)
            grid.addLayout(words, line, 1)
            count.say(f"{number(self.look, one.quantity)} ×")
            name.say(one.name)
            stage.say(one.stage)
            # On one line with a count that is larger.
            lower = (count.sizeHint().height() - name.sizeHint().height()) // 2
            words.insertSpacing(0, max(0, lower))

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
        who = receiver_words(look, last, self._state.household.name)
        # The banner says the rest, and where height is short once is enough.
        told = self._slim and who and last.point
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(4)
        facts.setColumnStretch(1, 1)
        for caption, words in (
            ("received_by", "" if told else who),
            ("received_when", passed if told else when),
            ("received_where", "" if told else last.point),
            ("recorded_by", last.volunteer),
        ):
            if words:
                label, value = Words("small", ink="muted", wrap=False), Words("strong")
                line = facts.rowCount()
                facts.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
                facts.addWidget(value, line, 1)
                label.say(look.text(f"scan.{caption}"))
                value.say(words)
        self._what_layout.addSpacing(4)
        self._what_layout.addLayout(facts)

    def _nothing(self, tone: Tone) -> None:
        symbol = QLabel()
        ink = self.look.tokens.tint(tone)[1]
        symbol.setPixmap(
            self.look.icon("ban", ink, round(self.look.sizes.icon * 1.6), self.devicePixelRatioF())
        )
        words = Words("heading", ink=tone.value)
        words.say(self.look.text("scan.nothing"))
        line = row(symbol, gap=2)
        line.addWidget(words, 1)
        self._what_layout.addLayout(line)
