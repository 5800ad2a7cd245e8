"""A long list in parts, whose number stands in the page's address beside its filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from server.web.office.visit import Visit

PART = "bagian"
A_PART = 25
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part: what is in it, which it is of how many, and the queries of those beside it."""

    items: Sequence[T]
    number: int
    parts: int
    total: int
    before: str | None
    after: str | None


def asked_part(visit: Visit, total: int, a_part: int = A_PART) -> tuple[int, int]:
    """The part that is asked for, from 1, and how many there are; one that there is not is the
    last."""
    parts = max(1, -(-total // a_part))
    return min(max(visit.number(PART) or 1, 1), parts), parts


def part(visit: Visit, items: Sequence[T], total: int, a_part: int = A_PART) -> Part[T]:
    """The part whose items these are."""
    number, parts = asked_part(visit, total, a_part)

    def query(other: int) -> str | None:
        if not 1 <= other <= parts:
            return None
        kept = [
            (name, value)
            for name, value in visit.request.query_params.multi_items()
            if name not in (PART, "selesai")
        ]
        return "?" + urlencode([*kept, (PART, str(other))])

    return Part(items, number, parts, total, query(number - 1), query(number + 1))


def part_of(visit: Visit, whole: Sequence[T], a_part: int = A_PART) -> Part[T]:
    """The part that is asked for of what was read whole."""
    number, _ = asked_part(visit, len(whole), a_part)
    skipped = (number - 1) * a_part
    return part(visit, whole[skipped : skipped + a_part], len(whole), a_part)
