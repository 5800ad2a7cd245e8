"""The hand-over that was left half-finished: gone on with, or dropped."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.capture_state import HalfDone
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import ButtonRow
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import goods_words, moment


class DraftBar(View):
    """Offers the oldest; takes no room without any."""

    resumed = Signal(object)
    """The household whose hand-over is to go on: its ids are wider than Qt's whole numbers."""
    dropped = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._drafts: tuple[HalfDone, ...] = ()
        self._household = 0
        self._now = 0
        self._symbol = QLabel()
        self._title = Words("strong", ink="check")
        self._detail = Words("body")
        self._more = Words("small", ink="muted")
        self.go_on = Button(look, "primary", icon="camera", compact=True)
        self.drop = Button(look, "secondary", compact=True)
        self.go_on.clicked.connect(lambda: self.resumed.emit(self._household))
        self.drop.clicked.connect(lambda: self.dropped.emit(self._household))
        self._buttons = ButtonRow()
        self._buttons.add(self.go_on)
        self._buttons.add(self.drop)
        inside = row(self._symbol, gap=2, margin=(2, 1, 1, 1))
        inside.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(column(self._title, self._detail, self._more, self._buttons, gap=1), 1)
        self._frame = frame("notice", inside, tone="check")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._frame)
        self.hide()
        self.restyle()

    def show_drafts(self, drafts: tuple[HalfDone, ...], now: int) -> None:
        """Show the first of these."""
        if drafts != self._drafts:
            self._drafts, self._now = drafts, now
            self.draw()
        self.setVisible(bool(drafts))

    def dress(self) -> None:
        look = self.look
        self._symbol.setPixmap(
            look.icon("triangle-alert", look.tokens.check_ink, ratio=self.devicePixelRatioF())
        )
        self.go_on.say(look.any_text("capture.draft.resume"))
        self.drop.say(look.any_text("capture.draft.drop"))
        self._buttons.rearrange()

    def draw(self) -> None:
        if not self._drafts:
            return
        first, say = self._drafts[0], self.look.any_text
        self._household = first.household
        self._title.say(say("capture.draft.title", name=first.name or say("capture.draft.nobody")))
        self._detail.say(
            say(
                "capture.draft.detail",
                goods=goods_words(self.look, first.goods),
                who=first.who or say("capture.draft.somebody"),
                when_at=moment(self.look, first.at, self._now),
            )
        )
        others = len(self._drafts) - 1
        self._more.say(say("capture.draft.more", n=others) if others else "")
        self._frame.setAccessibleName(f"{self._title.text()}. {self._detail.text()}")
