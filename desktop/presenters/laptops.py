"""The page of the other laptops: how this one stands with them and what a person wants of that,
by switch, by address, by a code from any source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.hub import HubDesk, HubState
from desktop.presenters.faults import notice
from desktop.presenters.laptop_rows import Known, read_known, rows
from desktop.presenters.pictures import Pictures
from desktop.threads import Threads
from desktop.views.laptops_state import LaptopsState
from desktop.views.state import CameraStatus, HubPill, Notice, PointRole
from models import hub_text
from models.field.ledger import Ledger
from models.verdict import Tone
from sync.point import Role

_HALF_MINUTE = 30_000
_SETTLE_MS = 100
"""News of thirty stations come in bursts; a person reads none of them faster than this."""
_ROLES = {
    Role.ALONE: PointRole.ALONE,
    Role.STATION: PointRole.STATION,
    Role.HUB: PointRole.HUB,
}


def hub_pill(state: HubState) -> HubPill:
    """What the top bar says of the others."""
    point = state.point
    lost = bool(state.asked or state.problem or point.problem or point.exchanged_at is not None)
    return HubPill(
        _ROLES[point.role],
        point.hub,
        len(point.stations),
        point.since,
        lost and point.role is Role.ALONE and not state.busy,
    )


class Laptops(QObject):
    """Holds a LaptopsState while its page stands."""

    changed = Signal(object)
    chose = Signal(str)
    """A person chose something: ``HubDesk.choice``, to be remembered."""

    def __init__(
        self,
        threads: Threads,
        hub: HubDesk,
        ledger: Ledger,
        device: str,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._hub = hub
        self._ledger = ledger
        self._device = device
        self._now = now
        self._known = Known()
        self._said: tuple[Notice, ...] = ()
        self._over = False
        self.state = LaptopsState()
        self.pictures = Pictures(
            threads,
            self.take_code,
            self.say,
            lambda text: hub_text.from_text(text) is not None,
            "field.laptops",
        )
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLE_MS)
        self._soon.timeout.connect(self._show)
        self._tick = QTimer(self)
        self._tick.setInterval(_HALF_MINUTE)
        self._tick.timeout.connect(self._show)

    def begin(self) -> None:
        """The page stands."""
        self._hub.changed.connect(self._hub_changed)
        self._hub.arrived.connect(self.read)
        self._tick.start()
        self.read()
        self._show()

    def end(self) -> None:
        """It is left; the exchange goes on."""
        if not self._over:
            self._over = True
            self._hub.changed.disconnect(self._hub_changed)
            self._hub.arrived.disconnect(self.read)
            self._soon.stop()
            self._tick.stop()

    # --- what a person wants -----------------------------------------------------------------

    def be_hub(self, wanted: bool) -> None:
        """The switch."""
        self._said = ()
        if wanted:
            self._hub.be_hub()
        else:
            self._hub.stop_hub()
        self._chose()

    def join(self, text: str) -> None:
        """What was typed into the address, by a person or a scanner."""
        if hub_text.from_text(text) is not None:
            self.take_code(text)
        elif self._hub.join(text):
            self._said = ()
            self._chose()
        else:
            self._said = ()
            self._show(refused=self.state.refused + 1)

    def take_code(self, text: str) -> None:
        """A code from camera, scanner or picture."""
        if self._hub.is_own(text):
            self.say(Notice("field.laptops.own_code", Tone.CHECK))
        elif self._hub.state.point.role is Role.HUB:
            self.say(Notice("field.laptops.hub_already", Tone.CHECK))
        elif hub_text.from_text(text) is None:
            self.say(Notice("field.laptops.other_code", Tone.CHECK))
        else:
            self._hub.join(text)
            self._said = ()
            self._chose()

    def search(self) -> None:
        """Back to looking for a hub by itself."""
        self._said = ()
        self._hub.search()
        self._chose()

    def camera(self, status: CameraStatus) -> None:
        """What the camera does."""
        self._show(camera=status)

    def say(self, said: Notice) -> None:
        """Something about what was scanned, in place."""
        self._said = (said,)
        self._show()

    def dismiss(self, _key: str) -> None:
        """Puts it away."""
        self._said = ()
        self._show()

    def _chose(self) -> None:
        self.chose.emit(self._hub.choice)
        self._show()

    # --- what is so --------------------------------------------------------------------------

    def read(self) -> None:
        """Reads whose records are not safe."""
        if not self._over:
            self._threads.submit_db(lambda: read_known(self._ledger), self._read)

    def _read(self, known: Known) -> None:
        self._known = known
        self._later()

    def _hub_changed(self, _state: HubState) -> None:
        self._later()

    def _later(self) -> None:
        if not self._over and not self._soon.isActive():
            self._soon.start()

    def _show(self, **changes: Any) -> None:
        if self._over:
            return
        hub, point = self._hub.state, self._hub.state.point
        problem = hub.problem or point.problem
        trouble = () if problem is None else (_lasting(notice(problem, Tone.CHECK)),)
        met = point.role is Role.STATION or point.exchanged_at is not None
        self.state = replace(
            self.state,
            role=_ROLES[point.role],
            busy=hub.busy,
            hub=point.hub,
            since=point.since,
            exchanged_at=point.exchanged_at,
            addresses=point.addresses,
            code=point.code,
            asked=hub.asked,
            unsent=point.unsent if met and point.role is not Role.HUB else None,
            laptops=rows(self._device, self._known, point),
            notices=(*self._said, *trouble),
            now=self._now(),
            **changes,
        )
        self.changed.emit(self.state)


def _lasting(said: Notice) -> Notice:
    """It stays as long as it is so."""
    return replace(said, dismissible=False)
