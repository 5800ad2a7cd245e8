"""What the centre noted about records of this laptop: which household, when, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import moment, number


@dataclass(frozen=True, slots=True)
class Review:
    """A record that a person at the centre will look at. ``kind`` and ``reasons`` are keys under
    ``field.sync`` and ``field.review``; ``name`` is the household's, "" where there is none."""

    at: int
    kind: str
    name: str = ""
    reasons: tuple[str, ...] = ()


class ReviewList(View):
    """Shows Reviews, the newest first; takes no room without any."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._reviews: tuple[Review, ...] = ()
        self._total = self._now = 0
        self._title = Words("strong")
        self._hint = Words("small", ink="muted")
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        self.setLayout(column(column(self._title, self._hint, gap=0), self._list, gap=1))
        self.hide()

    def show_reviews(self, reviews: tuple[Review, ...], total: int, now: int) -> None:
        """Show these of ``total``."""
        if (reviews, total) != (self._reviews, self._total):
            self._reviews, self._total, self._now = reviews, total, now
            self.draw()

    def draw(self) -> None:
        look = self.look
        clear(self._list)
        self.setVisible(bool(self._reviews))
        if not self._reviews:
            return
        key = "title_1" if self._total == 1 else "title_n"
        self._title.say(look.text(f"review.{key}", n=number(look, self._total)))
        self._hint.say(look.text("review.hint"))
        for one in self._reviews:
            self._list.addLayout(self._entry(one))
        more = self._total - len(self._reviews)
        if more > 0:
            rest = Words("small", ink="muted", parent=self)
            self._list.addWidget(rest)
            rest.say(look.text("sync.waiting_more", n=number(look, more)))

    def _entry(self, one: Review) -> QVBoxLayout:
        look = self.look
        who, when = Words("strong", parent=self), Words("small", ink="muted", parent=self)
        why: list[Words] = []
        kind = look.text(f"sync.{one.kind}")
        who.say(one.name or kind)
        at = moment(look, one.at, self._now)
        when.say(f"{kind} · {at}" if one.name else at)
        for reason in one.reasons:
            words = Words("body", parent=self)
            words.say(look.text(f"review.{reason}"))
            why.append(words)
        return column(who, when, *why, gap=0)
