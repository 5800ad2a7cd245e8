"""Where a segment belongs in what is held of its feed, and what in its facts needs a person.

Pure, so that every store keeps forks the same way and asks the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.facts import Fact, Handover, Refused, Unknown, Void, is_countable
from models.feed import Segment
from models.verdict import Verdict
from sync.messages import ExceptionCode


@dataclass(frozen=True, slots=True)
class Spot:
    """The first ``held`` facts of the segment are there already; the rest goes on ``branch``
    (None: on a branch of its own, because other facts hold those numbers)."""

    branch: int | None
    held: int


def find_spot(
    held: Mapping[tuple[int, bytes], int], segment: Segment, hashes: Sequence[bytes]
) -> Spot | None:
    """Where the segment belongs; None when it hangs on nothing held.

    ``held``: (number, hash) → branch, for the numbers ``first - 1`` to ``last`` of the feed.
    """
    parent = (segment.first - 1, segment.before)
    if segment.first > 1 and parent not in held:
        return None
    branch = held.get(parent, 0)
    known = 0
    for place in zip(range(segment.first, segment.last + 1), hashes, strict=True):
        if place not in held:
            break
        branch = held[place]
        known += 1
    taken = any(seq == segment.first + known and on == branch for (seq, _), on in held.items())
    return Spot(None if taken else branch, known)


def questions(fact: Fact) -> Iterator[ExceptionCode]:
    """What a person should look at in one fact, seen by itself."""
    match fact.body:
        case Unknown():
            yield ExceptionCode.UNINTERPRETABLE
        case _ if not is_countable(fact):
            yield ExceptionCode.UNINTERPRETABLE
        case Handover(verdict=Verdict.OTHER_POINT):
            yield ExceptionCode.OUT_OF_PLACE
        case Refused(verdict=Verdict.FORGED):
            yield ExceptionCode.FORGED
        case Void(feed=bytes()):
            # Taking back what another device wrote is a decision for the office.
            yield ExceptionCode.UNINTERPRETABLE
        case _:
            pass
