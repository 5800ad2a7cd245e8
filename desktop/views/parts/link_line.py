"""Whether the centre can be reached, since when, and when the app tries again by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.words import Words
from desktop.views.state import Link, LinkState
from desktop.views.view import View
from desktop.views.wording import moment

_MINUTE = 60_000
_ICONS = {
    Link.UNKNOWN: "wifi-off",
    Link.ONLINE: "wifi",
    Link.OFFLINE: "wifi-off",
    Link.LOGIN: "lock",
}


class LinkLine(View):
    """Shows a LinkState: what is so, and what comes of it."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = LinkState()
        self._waits = False
        self._now = 0
        self._symbol = QLabel()
        self._words = Words("body")
        self._then = Words("small", ink="muted")
        line = row(self._symbol, gap=1)
        line.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column(self._words, self._then, gap=0), 1)
        self.setLayout(line)
        self.restyle()

    def show_link(self, state: LinkState, now: int, *, waits: bool) -> None:
        """Show this; ``waits``: whether there is anything to send."""
        if (state, now, waits) != (self._state, self._now, self._waits):
            self._state, self._now, self._waits = state, now, waits
            self.draw()

    def draw(self) -> None:
        state, look = self._state, self.look
        wanted = state.link is Link.LOGIN
        tokens = look.tokens
        ink = tokens.check_ink if wanted else tokens.muted
        size = look.sizes.icon
        self._symbol.setFixedSize(size, size)
        self._symbol.setPixmap(
            look.icon(_ICONS[state.link], ink, size, ratio=self.devicePixelRatioF())
        )
        self._words.set_ink("check" if wanted else "")
        when = moment(look, state.at, self._now) if state.at is not None else ""
        self._words.say(look.text(f"link.{state.link.value}", when=when))
        self._then.say(" ".join(self._afterwards()))

    def _afterwards(self) -> list[str]:
        state, look = self._state, self.look
        found = [look.text("link.login_hint")] if state.link is Link.LOGIN else []
        if not state.automatic:
            found.append(look.text("link.by_hand"))
        elif state.next_at is not None and (self._waits or state.link is not Link.ONLINE):
            minutes = round((state.next_at - self._now) / _MINUTE)
            if minutes > 1:
                found.append(look.text("link.again_minutes", n=minutes))
            else:
                found.append(look.text("link.again_soon"))
        return found
