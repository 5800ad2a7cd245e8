"""What stands on each paper, ready to be set: names instead of numbers, nothing to be looked up."""

from __future__ import annotations

from dataclasses import dataclass

from models.facts import Receiver
from models.paper import PaperKind

SIGNERS = ("officer", "receiving", "witness")
"""Who signs the minutes, in this order; words under ``papers.signer``."""


@dataclass(frozen=True, slots=True)
class Head:
    """Whose paper it is. ``laptops``: of how many its records are; ``unsafe``: how many of this
    laptop's records no receipt covered yet; ``code``: the text of its QR."""

    kind: PaperKind
    point: str
    address: str
    period: str
    device: str
    made_at: int
    laptops: int = 1
    unsafe: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A hand-over as the sign-off list names it."""

    at: int
    goods: tuple[tuple[int, str], ...]
    volunteer: str
    receiver: Receiver = Receiver.HOLDER
    receiver_name: str = ""


@dataclass(frozen=True, slots=True)
class DanomRow:
    """A household on the sign-off list; ``kk`` is masked, ``name`` is "" for one on no list."""

    name: str
    kk: str
    rt: int
    rw: int
    area: str
    due: tuple[tuple[int, str], ...]
    received: tuple[Received, ...] = ()


@dataclass(frozen=True, slots=True)
class StockRow:
    """What became of a package (``models.tally``); ``left`` is None where nobody counted it."""

    package: str
    opening: int
    received: int
    borrowed: int
    handed: int
    damaged: int
    returned: int
    lent: int
    difference: int
    left: int | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session: when, who opened it, on which laptop. ``closed_at`` is None while it is open."""

    opened_at: int
    closed_at: int | None
    volunteer: str
    laptop: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs: ``role`` is a leaf of ``papers.signer``, ``picture`` a PNG or JPEG of the
    signature where it was given already."""

    role: str
    name: str = ""
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a session or day came to. ``hours`` are (hour, hand-overs); the other pairs are (words,
    count)."""

    listed: int
    households: int
    handed: int
    voided: int
    refused: int
    stock: tuple[StockRow, ...]
    receivers: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    complaints: tuple[tuple[str, int], ...]
    volunteers: tuple[tuple[str, int], ...]
    packages: tuple[tuple[str, int], ...]
    hours: tuple[tuple[int, int], ...]
    areas: tuple[tuple[str, int], ...]
    remarks: tuple[str, ...] = ()
    """What was written beside counts and other movements of the stock."""
    whole_point: bool = False
    """The stock is that of all laptops at the point, the rest that of one."""


@dataclass(frozen=True, slots=True)
class Bast:
    """The hand-over minutes."""

    head: Head
    figures: Figures
    sessions: tuple[SessionLine, ...]
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class Recap:
    """The day in figures."""

    head: Head
    figures: Figures


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recipient takes home: ``number`` is the record's, to be asked by."""

    number: str
    at: int
    point: str
    name: str
    kk: str
    goods: tuple[tuple[int, str], ...]
    volunteer: str
    receiver: Receiver = Receiver.HOLDER
    receiver_name: str = ""
