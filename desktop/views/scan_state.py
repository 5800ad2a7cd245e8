"""What the scan screen shows: what came of the last scan, and everything around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.views.capture_state import CapturePanelState, HalfDone
from desktop.views.overview import OverviewState
from desktop.views.state import (
    CameraStatus,
    Earlier,
    Goods,
    HouseholdCard,
    Notice,
    TopBarState,
)
from desktop.views.sync_panel import SyncPanelState
from desktop.views.void_state import VoidPanelState
from desktop.views.ways_state import WaysPanelState
from models.facts import Outcome, Receiver
from models.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A scan and its verdict, waiting for the volunteer.

    ``serial`` tells two scans apart that say the same; ``point`` is where the goods wait
    (OTHER_POINT), ``when`` from or until when a slip is valid, in ms; ``busy`` while it is written.
    """

    serial: int
    verdict: Verdict
    household: HouseholdCard | None = None
    due: tuple[Goods, ...] = ()
    short: tuple[Goods, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    point: str = ""
    when: int | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A hand-over that is on the disk; stays until the next scan."""

    seq: int
    name: str
    goods: tuple[Goods, ...]
    receiver: Receiver = Receiver.HOLDER
    receiver_name: str = ""


@dataclass(frozen=True, slots=True)
class Without:
    """That a household got nothing, on the disk; stays until the next scan. ``outcome`` None:
    somebody on no list was registered."""

    seq: int
    name: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Voided:
    """A record that was just taken back; stays until the next scan."""

    seq: int
    name: str
    goods: tuple[Goods, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A hand-over as it was just put right; stays until the next scan."""

    seq: int
    name: str
    goods: tuple[Goods, ...]


Moment = Judged | Recorded | Without | Voided | Corrected | None
"""None: ready for a scan."""


@dataclass(frozen=True, slots=True)
class ScanState:
    """The whole scan screen. ``side`` is what the right column shows instead of the overview."""

    bar: TopBarState = field(default_factory=TopBarState)
    moment: Moment = None
    camera: CameraStatus = CameraStatus.STARTING
    notices: tuple[Notice, ...] = ()
    overview: OverviewState = field(default_factory=OverviewState)
    side: VoidPanelState | SyncPanelState | WaysPanelState | None = None
    capture: CapturePanelState | None = None
    """The picture that is taken before what was confirmed is recorded."""
    half_done: tuple[HalfDone, ...] = ()
    undo_left: int = 0
    """For how many seconds more the record shown can be undone."""
    now: int = 0
