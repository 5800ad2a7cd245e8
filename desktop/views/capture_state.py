"""What the capture step shows: the picture that is asked for, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtGui import QImage

from desktop.views.state import CameraStatus, Goods, Notice
from models.facts import BlobKind


class Step(Enum):
    """Where one picture stands."""

    LIVE = "live"
    """The camera's picture; nothing is taken yet."""
    TAKEN = "taken"
    """A photo is on the disk and may be taken again."""
    SIGN = "sign"
    WHY = "why"
    """It is left out; the reason is to be chosen."""


REASONS: dict[BlobKind, tuple[str, ...]] = {
    BlobKind.PHOTO: ("declined", "no_camera", "not_possible"),
    BlobKind.SIGNATURE: ("thumbprint", "on_paper", "none"),
    BlobKind.PROXY_DOCUMENT: ("not_brought", "declined", "no_camera"),
}
"""Why a picture may be left out, in the order of the number keys; words: ``capture.reason``."""


@dataclass(frozen=True, slots=True)
class HalfDone:
    """A hand-over that was confirmed, by ``who`` and when (ms), and never recorded."""

    household: int
    name: str
    goods: tuple[Goods, ...]
    who: str
    at: int


@dataclass(frozen=True, slots=True)
class CapturePanelState:
    """``serial`` changes with every sheet and every photo; ``picture`` is there with TAKEN."""

    serial: int = 0
    kind: BlobKind = BlobKind.PHOTO
    step: Step = Step.LIVE
    place: int = 1
    of: int = 1
    name: str = ""
    goods: tuple[Goods, ...] = ()
    picture: QImage | None = field(default=None, compare=False)
    camera: CameraStatus = CameraStatus.STARTING
    busy: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0
