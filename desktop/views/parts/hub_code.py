"""The hub's code for the other laptops: large enough for a camera a metre away, and its address to
type."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.code_picture import CodePicture
from desktop.views.parts.words import Words
from desktop.views.view import View

_SMALLEST, _LARGEST = 240, 620
_EDGE, _ROOMY = 16, 640


class HubCode(View):
    """Shows a code and the addresses in it; in words why there is none."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._code, self._addresses = "", tuple[str, ...]()
        self.picture = CodePicture()
        self._lead = Words("body")
        self._address = Words("heading", figures=True)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more, self._wifi = Words("body", ink="muted"), Words("small", ink="muted")
        self._none = Words("strong", ink="check")
        inside = column(
            self._lead,
            row(1, self.picture, 1),
            self._address,
            self._more,
            self._none,
            self._wifi,
            gap=1,
            margin=2,
        )
        self.setLayout(column(frame("card", inside)))
        self.restyle()

    def show_code(self, code: str, addresses: tuple[str, ...]) -> None:
        """Show this; without a network there is none."""
        if (code, addresses) != (self._code, self._addresses):
            self._code, self._addresses = code, addresses
            self.draw()

    def make_room(self, wide: int, high: int) -> None:
        """Be no wider than that, and let the address stand beneath the code in that height; where
        there is more of it, the rest too."""
        words = self._lead.heightForWidth(max(wide - 2 * _EDGE, 1))
        words += self._address.sizeHint().height()
        if high >= self.look.px(_ROOMY):
            words += self._wifi.heightForWidth(max(wide - 2 * _EDGE, 1))
        side = min(wide - 2 * _EDGE, high - words - 9 * _EDGE, self.look.px(_LARGEST))
        self.picture.set_side(max(side, min(_SMALLEST, wide - 2 * _EDGE)))

    def dress(self) -> None:
        self._wifi.say(self.look.text("laptops.wifi"))

    def draw(self) -> None:
        say, found = self.look.text, bool(self._code)
        first, *others = self._addresses or ("",)
        self._lead.say(say("laptops.code_lead") if found else "")
        self.picture.setVisible(found)
        self.picture.show_code(self._code, say("laptops.code_name", address=first))
        self._address.say(first if found else "")
        several = ", ".join(others)
        self._more.say(say("laptops.or_address", address=several) if several and found else "")
        self._none.say("" if found else say("laptops.no_network"))
