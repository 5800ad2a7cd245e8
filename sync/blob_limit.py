"""How much may go out for photos and signatures on a day over a link that is paid by the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.clock import day_of
from models.field.blobs import BlobStore


@dataclass(frozen=True, slots=True)
class BlobLimit:
    """``most`` bytes a day in Jakarta (0: none at all, None: however many there are). ``counted``:
    they cost, so what goes out counts towards the day's even where ``most`` does not hold it up."""

    most: int | None = None
    counted: bool = False


UNLIMITED, NO_BLOBS = BlobLimit(), BlobLimit(0)


class LimitReached(Exception):
    """No more of it today."""


class DayAllowance:
    """What is left of a limit. Bytes count when they set out, whether they arrive or not, and that
    is on the disk before: a laptop that is switched off in between has not saved any."""

    def __init__(self, store: BlobStore, limit: BlobLimit, now: Callable[[], int]) -> None:
        self._store = store
        self._limit = limit
        self._now = now

    def room(self) -> int | None:
        """How many bytes may still go out today; None for as many as there are."""
        if self._limit.most is None:
            return None
        return max(self._limit.most - self._store.sent_on(day_of(self._now())), 0)

    def spend(self, size: int) -> None:
        """``size`` bytes set out now. Raises LimitReached when they are too many."""
        room = self.room()
        if room is not None and size > room:
            raise LimitReached
        if room is not None or self._limit.counted:
            self._store.count_sent(day_of(self._now()), size)
