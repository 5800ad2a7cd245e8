"""The exchange with the other laptops of the point, as the screens use it: a frozen state, and what
a person can want. By itself it looks for a hub, joins it, and goes on alone without one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.faults import fault
from desktop.threads import Cancel, Threads
from models import hub_text
from models.clock import WallClock
from models.errors import HubError, HubNoPort, KsbbError
from models.field.device import Identity, load_identity
from models.field.ledger import Ledger
from models.hub_text import HubPlace
from sync.neighbourhood import Neighbourhood
from sync.point import Point, PointState

LOOK_AROUND, BE_HUB = "", "hub"


@dataclass(frozen=True, slots=True)
class HubState:
    """What a screen shows: ``point`` says how this laptop stands with the others."""

    point: PointState = field(default_factory=PointState)
    asked: str = ""
    """The address that a person gave; empty while hubs are looked for."""
    busy: bool = False
    """Something else was chosen and is about to be so."""
    problem: KsbbError | None = None
    """What went wrong here; ``point.problem`` is about a hub elsewhere."""


class HubDesk(QObject):
    """One shift long. Made, used and ended on the GUI thread; ``ledger`` is the database
    thread's."""

    changed = Signal(object)
    """The new HubState."""
    arrived = Signal()
    """Facts or receipts of others came: what is shown may no longer be so."""

    def __init__(
        self,
        threads: Threads,
        ledger: Ledger,
        identity: Identity,
        clock: WallClock,
        *,
        around: Callable[[Identity], Neighbourhood] = Neighbourhood,
        port: int = hub_text.PORT,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = HubState()
        self._threads = threads
        self._ledger = ledger
        self._identity = identity
        self._clock = clock
        self._around = around
        self._port = port
        self._asked: HubPlace | None = None
        self._is_hub = False
        self._cancel = Cancel()
        self._point: Point | None = None
        self._ended = False

    # --- what a person can want ------------------------------------------------------------------

    def begin(self, choice: str = LOOK_AROUND) -> None:
        """What was chosen before (see ``choice``) from now on; what makes no sense looks around."""
        self._ledger.written = self._wrote
        self._is_hub = choice == BE_HUB
        self._asked = None if self._is_hub else _place(choice)
        self._begin_anew()

    @property
    def choice(self) -> str:
        """What a person chose, to begin with it again: ``LOOK_AROUND``, ``BE_HUB``, or where the
        hub is to which this laptop keeps."""
        if self._is_hub:
            return BE_HUB
        return hub_text.to_kept(self._asked) if self._asked is not None else LOOK_AROUND

    def is_own(self, text: str) -> bool:
        """Whether that is the code of this very laptop."""
        place = hub_text.from_text(text)
        return place is not None and place.feed == self._identity.signer.key_id

    def be_hub(self) -> None:
        """Makes this laptop the hub of its point; ``state.problem`` says why not."""
        if not self._is_hub:
            self._is_hub = True
            self._begin_anew()

    def stop_hub(self) -> None:
        """Leaves that to another one."""
        if self._is_hub:
            self._is_hub = False
            self._begin_anew()

    def join(self, text: str) -> bool:
        """Keeps to the hub whose QR was scanned or whose address was typed, and is no hub any more;
        False when ``text`` is neither a code nor an address."""
        place = _place(text)
        if place is None:
            return False
        if self._is_hub or place != self._asked:  # else it is being tried all the time
            self._asked, self._is_hub = place, False
            self._begin_anew()
        return True

    def search(self) -> None:
        """Forgets the address that was given, and looks around."""
        if self._asked is not None:
            self._asked = None
            self._begin_anew()

    # --- what it has to be told ------------------------------------------------------------------

    def learned(self) -> None:
        """After a sync or a stick: the others get what came, and whom the centre blocked is left.
        A laptop that goes on in a new feed begins anew under its name."""
        if not self._ended:
            self._threads.submit_db(lambda: load_identity(self._ledger.connection), self._went_on)

    def pause(self) -> None:
        """Leaves the others until ``begin``: the ledger is about to be taken away."""
        self._let_go()
        self._cancel = Cancel()
        self._show(point=PointState(), busy=False, problem=None)

    def end(self) -> None:
        """Ends it, before the ledger's connection is closed on the database thread."""
        self._ended = True
        self._ledger.written = lambda: None
        self._let_go()

    # --- inner -----------------------------------------------------------------------------------

    def _went_on(self, identity: Identity | None) -> None:
        if self._ended or identity is None:
            return
        moved = identity.signer.key_id != self._identity.signer.key_id
        self._identity = identity
        if moved:
            self._begin_anew()
        else:
            self._look()

    def _begin_anew(self, problem: KsbbError | None = None) -> None:
        if self._ended:
            return
        self._let_go()
        cancel = self._cancel = Cancel()
        identity, is_hub, asked = self._identity, self._is_hub, self._asked

        def make() -> Point:
            """Keys and certificates take a moment, and the port may be refused."""
            return Point(
                self._ledger,
                identity,
                self._threads.in_db,
                self._clock,
                self._around(identity),
                hub=is_hub,
                asked=asked,
                port=self._port,
                report=lambda state: self._post(cancel, lambda: self._show(point=state)),
                arrived=lambda: self._post(cancel, self.arrived.emit),
                failed=lambda error: self._post(cancel, lambda: self._failed(cancel, error)),
            )

        shown = hub_text.shown(asked.addresses[0], asked.port) if asked is not None else ""
        self._show(point=PointState(), asked=shown, busy=True, problem=problem)
        self._threads.submit_net(
            make,
            lambda point: self._made(point, cancel),
            partial(self._failed, cancel),
        )

    def _made(self, point: Point, cancel: Cancel) -> None:
        if cancel is not self._cancel or self._ended:  # something else was chosen meanwhile
            point.close()
            return
        self._point = point
        self._show(point=point.state, busy=False)
        cancel.when_set(point.close)
        for loop in point.loops():
            self._threads.run_beside(partial(loop, cancel), cancel, partial(self._failed, cancel))

    def _let_go(self) -> None:
        cancel, self._point = self._cancel, None
        # It waits until what is being answered was answered: not on this thread. Where the app
        # closes before it comes to that, it is asked to stop all the same.
        self._threads.submit_net(cancel.set, on_error=lambda _error: None)

    def _failed(self, cancel: Cancel, error: BaseException) -> None:
        if cancel is not self._cancel or cancel.is_set() or self._ended:
            return  # what is being left fails on its way out
        found = fault(error)
        problem = error if isinstance(error, KsbbError) else HubError(**found.parts)
        if isinstance(error, HubNoPort):
            self._is_hub = False
            self._begin_anew(problem)
        else:
            self._show(problem=problem, busy=False)

    def _look(self) -> None:
        point = self._point
        if point is not None:
            with suppress(RuntimeError):  # the app is closing, and what there was is written
                self._threads.submit_db(point.look, on_error=partial(self._failed, self._cancel))

    def _wrote(self) -> None:
        """On the database thread, when a hand-over has been written."""
        point = self._point
        if point is not None:
            point.wrote()
            self._look()

    def _post(self, cancel: Cancel, call: Callable[[], None]) -> None:
        """From the loops: on the GUI thread, unless something else was chosen meanwhile."""

        def unless_over() -> None:
            if cancel is self._cancel and not self._ended:
                call()

        self._threads.post_to_gui(unless_over)

    def _show(self, **changes: Any) -> None:
        before = self.state
        self.state = replace(before, **changes)
        if self.state != before:
            self.changed.emit(self.state)


def _place(text: str) -> HubPlace | None:
    """Where a scanned code or a typed address leads."""
    return hub_text.from_text(text) or hub_text.from_typed(text)
