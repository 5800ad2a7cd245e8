"""Where a segment belongs in what is held of its feed, and what in its facts needs a person.

Pure, so that every store keeps forks the same way and asks the same questions.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from models.damage import recorded_hash
from models.facts import Fact, Handover, Refused, Unknown, Void, WalkIn
from models.feed import Segment
from models.verdict import Verdict
from sync.messages import ExceptionCode


@dataclass(frozen=True, slots=True)
class Spot:
    """The first ``held`` facts of the segment are there already, the last of them on ``branch``.
    The rest goes on there, or ``splits`` off because other facts hold those numbers."""

    branch: int
    held: int
    splits: bool


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
    return Spot(branch, known, taken)


def questions(
    fact: Fact, countable: bool, same_device: Container[bytes] = ()
) -> tuple[ExceptionCode, ...]:
    """What a person should look at in one fact, seen by itself. ``countable``: by
    ``facts.is_countable``; ``same_device``: the other feeds of its device."""
    match fact.body:
        case Handover(verdict=verdict) if countable:
            return (ExceptionCode.OUT_OF_PLACE,) if verdict is Verdict.OTHER_POINT else ()
        case Unknown(kind=0, raw=bytes(raw)) if recorded_hash(raw) is not None:
            return (ExceptionCode.DAMAGED,)
        case Unknown():
            return (ExceptionCode.UNINTERPRETABLE,)
        case _ if not countable:
            return (ExceptionCode.UNINTERPRETABLE,)
        case Refused(verdict=Verdict.FORGED):
            return (ExceptionCode.FORGED,)
        case WalkIn():
            return (ExceptionCode.WALK_IN,)
        case Void(feed=bytes(feed), hash=hash_) if feed not in same_device or hash_ is None:
            # Taking back what another device wrote is a decision for the office; and of a feed that
            # was forked a number alone does not say what is meant.
            return (ExceptionCode.UNINTERPRETABLE,)
    return ()
