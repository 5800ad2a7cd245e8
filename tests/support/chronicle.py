"""What was written in a made-up history, noted when it was written: by this, and by no table of
either end, it is judged in the end what was lost, doubled or made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from models import facts
from models.facts import Fact, Handover, Void
from models.feed import genesis, link
from models.field.projections import FACT
from tests.support.field import FieldDevice


@dataclass(frozen=True)
class Written:
    """One fact as a laptop wrote it; ``before`` is the hash that it hangs on."""

    device: int
    feed: bytes
    seq: int
    before: bytes
    hash: bytes
    body: bytes

    @property
    def fact(self) -> Fact:
        """What it says."""
        return facts.decode(self.body)


@dataclass
class Chronicle:
    """All facts by their hashes. ``gone``: the only disk that held them was overwritten;
    ``rotten``: a copy of them was damaged."""

    written: dict[bytes, Written] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)
    rotten: set[bytes] = field(default_factory=set)

    def note(self, laptop: FieldDevice) -> None:
        """Notes what the laptop has written since."""
        for own in laptop.ledger.own_feeds():
            before = genesis(own.feed)
            for seq, digest, body in laptop.connection.execute(
                select(FACT.c.seq, FACT.c.hash, FACT.c.body)
                .where(FACT.c.feed == own.feed, FACT.c.branch == 0)
                .order_by(FACT.c.seq)
            ).all():
                if digest not in self.written:
                    assert link(before, seq, body) == digest
                    of = laptop.identity.device
                    one = Written(of, own.feed, seq, before, digest, body)
                    self.written[digest] = one
                before = digest

    def leads_to(self, digest: bytes) -> Iterable[Written]:
        """The fact of that hash, and all that lie before it in its feed."""
        while digest in self.written:
            one = self.written[digest]
            yield one
            digest = one.before

    def handovers(self, held: Iterable[bytes]) -> dict[bytes, Written]:
        """The hand-overs among ``held``."""
        found = (self.written[digest] for digest in held)
        return {one.hash: one for one in found if isinstance(one.fact.body, Handover)}

    def voided(self, held: Iterable[bytes]) -> set[bytes]:
        """What the voids among ``held`` take back."""
        return {self._target(self.written[digest]) for digest in held} - {b""}

    def _target(self, one: Written) -> bytes:
        body = one.fact.body
        if not isinstance(body, Void):
            return b""
        if body.hash is not None:
            return body.hash
        line = self.leads_to(one.before)
        return next(before.hash for before in line if before.seq == body.target)
