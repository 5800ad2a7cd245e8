"""The laptops of a point one under another: what is not safe on each, and how it is connected."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.laptops_state import LaptopRow
from desktop.views.parts.arrange import clear, column
from desktop.views.parts.words import Words
from desktop.views.state import PointRole
from desktop.views.view import View
from desktop.views.wording import ago, moment, number, shortly

_MINUTE = 60_000


class LaptopList(View):
    """Shows LaptopRows, this laptop first."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._laptops: tuple[LaptopRow, ...] = ()
        self._role, self._now = PointRole.ALONE, 0
        self._title = Words("strong")
        self._rows = column(gap=1)
        self._none = Words("body", ink="muted")
        self.setLayout(column(self._title, self._rows, self._none, gap=1))
        self.restyle()

    def show_laptops(self, laptops: tuple[LaptopRow, ...], role: PointRole, now: int) -> None:
        """Show these."""
        # By the minute: that is how exactly times are said.
        before = (self._laptops, self._role, self._now // _MINUTE)
        if (laptops, role, now // _MINUTE) != before:
            self._laptops, self._role, self._now = laptops, role, now
            self.draw()

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("laptops.list"))
        self._none.setText(say("laptops.none"))

    def draw(self) -> None:
        clear(self._rows)
        for one in self._laptops:
            self._rows.addLayout(self._row(one))
        self._none.setVisible(all(one.here for one in self._laptops))

    def _row(self, one: LaptopRow) -> QVBoxLayout:
        name = Words("strong", parent=self)
        name.say(self._named(one))
        safety = Words("body", ink="check" if one.unsafe else "go", parent=self)
        safety.say(self._safety(one))
        connection = Words("small", ink="muted", parent=self)
        connection.say(self._connection(one))
        return column(name, safety, connection, gap=0)

    def _named(self, one: LaptopRow) -> str:
        say = self.look.text
        if one.here:
            return say("laptops.here", name=one.name) if one.name else say("laptops.here_nameless")
        name = one.name or say("laptops.nameless")
        return say("laptops.of_hub", name=name) if one.hub else name

    def _safety(self, one: LaptopRow) -> str:
        look = self.look
        if not one.unsafe:
            return look.text("laptops.safe_here" if one.here else "laptops.safe")
        n = number(look, one.unsafe)
        if one.unsafe_since is None:
            return look.text("bar.unsafe", n=n)
        when = moment(look, one.unsafe_since, self._now)
        return look.text("laptops.unsafe", n=n, when=when)

    def _connection(self, one: LaptopRow) -> str:
        """What the hub knows of a station."""
        look = self.look
        if self._role is not PointRole.HUB or one.here:
            return ""
        if one.since is None:
            return look.text("laptops.not_connected")
        since = shortly(look, one.since, self._now)
        heard = ago(look, one.heard_at if one.heard_at is not None else one.since, self._now)
        said = look.text("laptops.connected", since=since, heard=heard or since)
        if one.behind is None:
            return said
        key = {0: "behind_0", 1: "behind_1"}.get(one.behind, "behind_n")
        return f"{said} {look.text(f'laptops.{key}', n=number(look, one.behind))}"
