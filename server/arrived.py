"""Facts that were not held before, as the centre takes them in: read, placed, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models import facts
from models.facts import Fact, Unknown, is_countable
from server.lineage import Line
from server.personal import Personal

_BIGINT, _SMALLINT = (1 << 63) - 1, (1 << 15) - 1


def fact_context(feed_no: int, branch: int, seq: int) -> bytes:
    """What a fact's sealed body is bound to."""
    return b"fact/%d/%d/%d" % (feed_no, branch, seq)


def _clamp(value: int, limit: int) -> int:
    """A signed fact may hold any number; a column may not."""
    return value if -limit <= value <= limit else max(-limit, min(limit, value))


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fact that was not held before. ``countable``: its numbers fit where they are counted."""

    seq: int
    body: bytes
    fact: Fact
    hash: bytes
    countable: bool

    @classmethod
    def of(cls, seq: int, body: bytes, digest: bytes, fact: Fact | None = None) -> Arrived:
        """The fact number ``seq`` as its bytes say it (``fact``, where they were read before)."""
        fact = facts.interpret(body) if fact is None else fact
        return cls(seq, body, fact, digest, is_countable(fact))

    @property
    def kind(self) -> int:
        """The fact's kind number."""
        body = self.fact.body
        return body.kind if isinstance(body, Unknown) else body.KIND

    def kept(self, personal: Personal, feed_no: int, branch: int) -> tuple[int, int, bytes]:
        """What is kept of it beside its place: columns ``at``, ``kind`` and ``body``."""
        return (
            _clamp(self.fact.at, _BIGINT),
            _clamp(self.kind, _SMALLINT),
            personal.seal(self.body, fact_context(feed_no, branch, self.seq)),
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """New facts of one feed, in order, all on one branch.

    ``line`` leads up to the last of them; ``left`` says that the device may have gone on in another
    feed, and ``revoked`` that it was blocked before they came.
    """

    device: int
    feed_no: int
    branch: int
    arrived: Sequence[Arrived]
    line: Line
    left: bool = False
    revoked: bool = False

    @property
    def place(self) -> dict[str, int]:
        """Where they stand, as statements name it."""
        return {"device": self.device, "feed_no": self.feed_no, "branch": self.branch}
