"""Facts that were not held before, as the centre takes them in: read, placed, kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

from models import facts
from models.facts import Body, Fact, Unknown, is_countable
from server.feeds.lineage import Line
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

    @property
    def kind(self) -> int:
        """The fact's kind number."""
        body = self.fact.body
        return body.kind if isinstance(body, Unknown) else body.KIND


def arrivals(
    seqs: Sequence[int], bodies: Sequence[bytes], said: Sequence[Fact], hashes: Sequence[bytes]
) -> list[Arrived]:
    """Facts of a feed, which say so much, as they arrive."""
    columns = seqs, bodies, said, hashes, map(is_countable, said)
    return facts.filled(Arrived, columns, len(seqs))


def kept(
    personal: Personal, feed_no: int, branch: int, arrived: Sequence[Arrived]
) -> Iterator[tuple[int, int, bytes]]:
    """What is kept of each beside its place: columns ``at``, ``kind`` and ``body``."""
    pairs = [(one.body, fact_context(feed_no, branch, one.seq)) for one in arrived]
    for one, sealed in zip(arrived, personal.seal_all(pairs), strict=True):
        yield _clamp(one.fact.at, _BIGINT), _clamp(one.kind, _SMALLINT), sealed


_Body = TypeVar("_Body", bound=Body)


@dataclass(frozen=True)
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

    def of(self, kind: type[_Body]) -> list[tuple[Arrived, _Body]]:
        """Those of a kind that can be counted with, each with its body."""
        return cast("list[tuple[Arrived, _Body]]", self._by_kind.get(kind, []))

    @cached_property
    def _by_kind(self) -> dict[type[Any], list[tuple[Arrived, Body]]]:
        found: dict[type[Any], list[tuple[Arrived, Body]]] = {}
        for one in self.arrived:
            if one.countable:
                found.setdefault(type(one.fact.body), []).append((one, one.fact.body))
        return found

    @property
    def place(self) -> dict[str, int]:
        """Where they stand, as statements name it."""
        return {"device": self.device, "feed_no": self.feed_no, "branch": self.branch}
