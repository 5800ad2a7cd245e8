"""What the facts of a scope come to: counts, stock, and one hash that stands for the hand-overs.

Pure: facts in, figures out. A paper prints these figures, and the centre reckons its own beside
them.
"""

from __future__ import annotations

import hashlib
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

DIGEST_BYTES = 16


@dataclass(slots=True)
class PackageStock:
    """A package at one laptop. What is counted again shows a ``difference`` from what should have
    been there, and the records go on from the count; ``left`` is None until something was counted
    or received. ``opening + received - handed - damaged - returned - lent + difference == left``.
    """

    opening: int = 0
    received: int = 0
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

    def came(self, pieces: int) -> None:
        """So many were received."""
        self.received += pieces
        self.left = (self.left or 0) + pieces

    def went(self, pieces: int) -> None:
        """So many are there no longer."""
        if self.left is not None:
            self.left -= pieces

    def __add__(self, other: PackageStock) -> PackageStock:
        known = [one.left for one in (self, other) if one.left is not None]
        return PackageStock(
            self.opening + other.opening,
            self.received + other.received,
            self.handed + other.handed,
            self.damaged + other.damaged,
            self.returned + other.returned,
            self.lent + other.lent,
            self.difference + other.difference,
            sum(known) if known else None,
        )


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
    _stock: dict[tuple[int, int], PackageStock] = field(default_factory=dict)
    _hashes: list[bytes] = field(default_factory=list)

    def add(self, device: int, digest: bytes, fact: Fact, stands: bool) -> None:
        """One more fact, with its hash; one that was taken back counts as that alone."""
        self.records += 1
        self.first_at = fact.at if self.first_at is None else min(self.first_at, fact.at)
        self.last_at = fact.at if self.last_at is None else max(self.last_at, fact.at)
        if not stands:
            self.voided += 1
            return
        match fact.body:
            case Handover() as body:
                self._handover(device, digest, fact, body)
            case NoHandover(outcome=outcome):
                self.outcomes[outcome] += 1
            case Stock() as body:
                self._move(self._at(device, body.package), body)
            case Complaint(category=category):
                self.complaints[category] += 1
            case Refused():
                self.refused += 1
            case _:
                pass

    def _handover(self, device: int, digest: bytes, fact: Fact, body: Handover) -> None:
        self.handed += 1
        self.receivers[body.receiver] += 1
        self.volunteers[fact.actor] += 1
        self.hours[self.hour_of(fact.at)] += 1
        self.areas[self.where(body.household)] += 1
        self.households.add(body.household)
        self._hashes.append(digest)
        for line in body.lines:
            self.packages[line.package] += line.quantity
            there = self._at(device, line.package)
            there.handed += line.quantity
            there.went(line.quantity)

    @staticmethod
    def _move(there: PackageStock, body: Stock) -> None:
        match body.movement:
            case Movement.COUNTED:
                there.counted(body.quantity)
            case Movement.RECEIVED:
                there.came(body.quantity)
            case Movement.DAMAGED:
                there.damaged += body.quantity
                there.went(body.quantity)
            case Movement.RETURNED:
                there.returned += body.quantity
                there.went(body.quantity)

    def _at(self, device: int, package: int) -> PackageStock:
        return self._stock.setdefault((device, package), PackageStock())

    @property
    def stock(self) -> dict[int, PackageStock]:
        """Package → what became of it, of all laptops together."""
        sums: dict[int, PackageStock] = {}
        for (_, package), one in sorted(self._stock.items()):
            sums[package] = sums.get(package, PackageStock()) + one
        return sums

    @property
    def digest(self) -> bytes:
        """Stands for the hand-overs that count: another list has another."""
        return digest_of(self._hashes)


def digest_of(hashes: list[bytes]) -> bytes:
    """SHA-256, cut, over the hashes of hand-overs in their own order."""
    return hashlib.sha256(b"".join(sorted(hashes))).digest()[:DIGEST_BYTES]
