"""What the page of the other laptops shows: how this one stands with them, and whose records are
not safe."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.views.state import CameraStatus, Notice, PointRole


@dataclass(frozen=True, slots=True)
class LaptopRow:
    """A laptop of the point. ``here``: it is this one. ``unsafe`` counts its records that are known
    here and not safe at the centre, the oldest of them from ``unsafe_since``.

    What this laptop as the hub knows of a station: ``since`` when it is connected (None: it is
    not), when it was last heard, and how many of the records held here it was not passed on yet
    (``behind``, None: not known).
    """

    name: str
    unsafe: int = 0
    unsafe_since: int | None = None
    here: bool = False
    hub: bool = False
    since: int | None = None
    heard_at: int | None = None
    behind: int | None = None


@dataclass(frozen=True, slots=True)
class LaptopsState:
    """``since`` it is so; ``hub`` is whom this laptop is in touch with, ``exchanged_at`` when that
    last answered. ``code`` and ``addresses`` lead others here. ``asked``: the one address that is
    tried. ``unsent``: own records that the hub, or the last one that there was, is not known to
    hold; None where there has been none. ``refused`` counts what was typed and is no address."""

    role: PointRole = PointRole.ALONE
    busy: bool = False
    hub: str = ""
    since: int | None = None
    exchanged_at: int | None = None
    addresses: tuple[str, ...] = ()
    code: str = ""
    asked: str = ""
    unsent: int | None = None
    laptops: tuple[LaptopRow, ...] = field(default_factory=tuple)
    camera: CameraStatus = CameraStatus.OFF
    refused: int = 0
    notices: tuple[Notice, ...] = ()
    now: int = 0

    @property
    def stations(self) -> int:
        """How many are connected here."""
        return sum(one.since is not None for one in self.laptops)
