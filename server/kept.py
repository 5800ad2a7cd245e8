"""What takes a moment to read and may be a little old, kept for so long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Kept(Generic[_Key, _Value]):
    """Values by key, each for ``ms``; beyond ``most`` the oldest are forgotten.

    While one reads anew what has grown old, the others get what was kept, for up to ``ms`` more:
    a crowd does not wait for it, and does not read it many times. Two that ask at once for what
    was never kept both read it.
    """

    def __init__(self, ms: int, most: int) -> None:
        self._ms = ms
        self._most = most
        self._guard = threading.Lock()
        self._kept: dict[_Key, tuple[int, _Value]] = {}
        self._reading: set[_Key] = set()

    def fresh(self, key: _Key, now: int) -> _Value | None:
        """What is kept and not yet old; None where it has to be read."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and 0 <= now - kept[0] < self._ms else None

    def get(self, key: _Key, now: int, read: Callable[[], _Value]) -> _Value:
        """What is kept under ``key``, or else what ``read`` gives, kept from ``now`` (ms) on. After
        the clock was set back it is read anew."""
        kept = self._kept.get(key)
        if kept is not None and 0 <= now - kept[0] < self._ms:
            return kept[1]
        with self._guard:
            if kept is not None and key in self._reading and 0 <= now - kept[0] < 2 * self._ms:
                return kept[1]
            self._reading.add(key)
        try:
            found = read()
        finally:
            self._reading.discard(key)
        with self._guard:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = now, found
        return found
