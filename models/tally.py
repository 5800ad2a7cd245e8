"""What the facts of a scope come to: counts, stock, and one hash that stands for the hand-overs.

Pure: facts in, figures out. A paper prints these figures, and the centre reckons its own beside
them.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from models.facts import (
    Complaint,
    Fact,
    Handover,
    Movement,
    NoHandover,
    Outcome,
    Receiver,
    Refused,
    Stock,
)
from models.stock import COMES

DIGEST_BYTES = 16


@dataclass(slots=True)
class PackageStock:
    """A package at the point, all its laptops together: they hand out of one pile. What is counted
    again shows a ``difference`` from what should have been there, and the records go on from the
    count; ``left`` is None until something was counted or came. ``opening + received + borrowed -
    handed - damaged - returned - lent + difference == left``; ``borrowed`` is whatever came from
    other points, ``lent`` whatever went there."""

    opening: int = 0
    received: int = 0
    borrowed: int = 0
    handed: int = 0
    damaged: int = 0
    returned: int = 0
    lent: int = 0
    difference: int = 0
    left: int | None = None

    def counted(self, pieces: int) -> None:
        """So many were counted."""
        if self.left is None:
            # What went out before anything was counted was there when the day began.
            self.opening = pieces + self.handed + self.damaged + self.returned + self.lent
        else:
            self.difference += pieces - self.left
        self.left = pieces

    def moved(self, movement: Movement, pieces: int) -> None:
        """So many came or went."""
        match movement:
            case Movement.RECEIVED:
                self.received += pieces
            case Movement.BORROWED | Movement.GOT_BACK:
                self.borrowed += pieces
            case Movement.DAMAGED:
                self.damaged += pieces
            case Movement.RETURNED:
                self.returned += pieces
            case Movement.LENT | Movement.GIVEN_BACK:
                self.lent += pieces
        if movement in COMES:
            self.left = (self.left or 0) + pieces
        else:
            self._went(pieces)

    def handed_over(self, pieces: int) -> None:
        """So many went to households."""
        self.handed += pieces
        self._went(pieces)

    def _went(self, pieces: int) -> None:
        if self.left is not None:
            self.left -= pieces


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person wrote beside a movement of the stock."""

    package: int
    movement: Movement
    pieces: int
    words: str


class _Pile:
    """What came, went and was counted, of any station, to be gone through in the order of time.

    Numbers in rows of their own: there is one for each line of a hand-over. A station's clock may
    be put back; its facts keep their order all the same.
    """

    def __init__(self) -> None:
        self._at = array("q")
        self._what = array("q")
        self._package = array("q")
        self._pieces = array("q")
        self._latest: dict[bytes, int] = {}

    def add(self, feed: bytes, at: int, movement: Movement | None, package: int, n: int) -> None:
        """A movement, or (None) a hand-over."""
        at = self._latest[feed] = max(at, self._latest.get(feed, at))
        self._at.append(at)
        self._what.append(movement or 0)
        self._package.append(package)
        self._pieces.append(n)

    def reckoned(self) -> dict[int, PackageStock]:
        """Package → what became of it."""
        stock: dict[int, PackageStock] = {one: PackageStock() for one in sorted(set(self._package))}
        for place in sorted(range(len(self._at)), key=self._at.__getitem__):
            one, what, pieces = stock[self._package[place]], self._what[place], self._pieces[place]
            if not what:
                one.handed_over(pieces)
            elif what == Movement.COUNTED:
                one.counted(pieces)
            else:
                one.moved(Movement(what), pieces)
        return stock


def _nowhere(_household: int) -> str:
    return ""


@dataclass(slots=True)
class Tally:
    """Figures that grow with ``add``. ``where`` names the RW of a household."""

    where: Callable[[int], str] = _nowhere
    hour_of: Callable[[int], int] = lambda ms: ms // 3_600_000 % 24
    records: int = 0
    handed: int = 0
    voided: int = 0
    refused: int = 0
    first_at: int | None = None
    last_at: int | None = None
    packages: Counter[int] = field(default_factory=Counter)
    receivers: Counter[Receiver] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    complaints: Counter[int] = field(default_factory=Counter)
    volunteers: Counter[int] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    households: set[int] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)
    _pile: _Pile = field(default_factory=_Pile)
    _hashes: list[bytes] = field(default_factory=list)

    def add(self, feed: bytes, digest: bytes, fact: Fact, stands: bool) -> None:
        """One more fact, with its hash; one that was taken back counts as that alone."""
        self.records += 1
        self.first_at = fact.at if self.first_at is None else min(self.first_at, fact.at)
        self.last_at = fact.at if self.last_at is None else max(self.last_at, fact.at)
        if not stands:
            self.voided += 1
            return
        match fact.body:
            case Handover() as body:
                self._handover(feed, digest, fact, body)
            case NoHandover(outcome=outcome):
                self.outcomes[outcome] += 1
            case Stock() as body:
                self._pile.add(feed, fact.at, body.movement, body.package, body.quantity)
                if body.note:
                    self.remarks.append(
                        Remark(body.package, body.movement, body.quantity, body.note)
                    )
            case Complaint(category=category):
                self.complaints[category] += 1
            case Refused():
                self.refused += 1
            case _:
                pass

    def _handover(self, feed: bytes, digest: bytes, fact: Fact, body: Handover) -> None:
        self.handed += 1
        self.receivers[body.receiver] += 1
        self.volunteers[fact.actor] += 1
        self.hours[self.hour_of(fact.at)] += 1
        self.areas[self.where(body.household)] += 1
        self.households.add(body.household)
        self._hashes.append(digest)
        for line in body.lines:
            self.packages[line.package] += line.quantity
            self._pile.add(feed, fact.at, None, line.package, line.quantity)

    @property
    def stock(self) -> dict[int, PackageStock]:
        """Package → what became of it."""
        return self._pile.reckoned()

    @property
    def digest(self) -> bytes:
        """Stands for the hand-overs that count: another list has another."""
        return digest_of(self._hashes)


def digest_of(hashes: list[bytes]) -> bytes:
    """SHA-256, cut, over the hashes of hand-overs in their own order."""
    return hashlib.sha256(b"".join(sorted(hashes))).digest()[:DIGEST_BYTES]
