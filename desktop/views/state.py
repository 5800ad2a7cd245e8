"""The frozen pieces of state that several screens share; times in ms since 1970 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from models.facts import Receiver
from models.verdict import Tone


@dataclass(frozen=True, slots=True)
class Goods:
    """A quantity of one package, by name; ``stage`` is the stage's name, "" where it is clear."""

    quantity: int
    name: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdCard:
    """A household as the screen shows it. ``kk`` is whole and is masked by the view."""

    name: str
    kk: int | None = None
    rt: int | None = None
    rw: int | None = None
    kelurahan: str = ""
    members: int | None = None
    address: str = ""
    slip: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A hand-over that was recorded before: what, to whom, when, where, by whom."""

    goods: tuple[Goods, ...]
    at: int
    point: str
    volunteer: str
    receiver: Receiver = Receiver.HOLDER
    receiver_name: str = ""


class Link(Enum):
    """Whether the centre can be reached, as far as it is known; words under ``field.link``."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    LOGIN = "login"
    """Somebody else answers: the Wi-Fi wants a login first."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """``at``: when the centre last answered (ONLINE), else since when it is so. ``next_at``: when
    the app tries by itself, None while it doesn't; ``automatic``: whether it may."""

    link: Link = Link.UNKNOWN
    at: int | None = None
    automatic: bool = True
    next_at: int | None = None


@dataclass(frozen=True, slots=True)
class SyncPill:
    """What the top bar says of the records' safety. ``safe_at``: the last receipt that covered
    everything; None means that this device has never synced."""

    link: Link = Link.UNKNOWN
    unsafe: int = 0
    unsafe_since: int | None = None
    safe_at: int | None = None
    busy: bool = False
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another laptop of the point, with the records of it that are held here and not safe."""

    name: str
    unsafe: int
    since: int


class PointRole(Enum):
    """What this laptop is among the others at its point; words under ``field.laptops``."""

    ALONE = "alone"
    STATION = "station"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class HubPill:
    """What the top bar says of the other laptops. ``hub`` is whom this one is in touch with,
    ``stations`` how many are connected to it; ``lost``: there was a hub, or one was asked for."""

    role: PointRole = PointRole.ALONE
    hub: str = ""
    stations: int = 0
    since: int | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class TopBarState:
    """Where we are, who we are, with whom, and whether the records are safe."""

    point: str = ""
    session: str = ""
    volunteer: str = ""
    sync: SyncPill = field(default_factory=SyncPill)
    now: int = 0
    hub: HubPill = field(default_factory=HubPill)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know, said in place and never in a dialog.

    ``key`` is a full text key with ``.title`` and ``.what_to_do`` under it, such as
    ``field.notice.clock_wrong`` or ``errors.disk_full``; ``parts`` fill their braces (a part whose
    name ends in ``_at`` is a time and is put in words under the name without it).
    ``action`` is the full key of a button's words, or ""; ``about`` names what it is about where
    several are shown, such as a file.
    """

    key: str
    tone: Tone | None = Tone.CHECK
    parts: Mapping[str, object] = field(default_factory=dict)
    action: str = ""
    dismissible: bool = True
    about: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is. ``step`` is a full text key; ``total`` 0 means not known yet."""

    step: str
    done: int = 0
    total: int = 0


class CameraStatus(Enum):
    """What the camera does."""

    OFF = "off"
    NONE = "none"
    STARTING = "starting"
    LIVE = "live"
    LOST = "lost"
