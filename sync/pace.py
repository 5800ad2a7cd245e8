"""How much goes in one request: half as much when a line can't carry it, carefully more again."""

from __future__ import annotations

_PATIENCE = 3


class Pace:
    """``size`` is what the next request may hold, between ``least`` and ``most``; at the beginning
    ``first``, doubled as long as nothing goes wrong (without it: the most)."""

    def __init__(self, most: int, least: int, first: int | None = None) -> None:
        self.size = most if first is None else first
        self._untroubled = True
        self._most = most
        self._least = least
        self._good = 0
        self._patience = _PATIENCE
        self._grew = False

    def slow_down(self) -> bool:
        """Half as much from now on; False when it is the least already."""
        self._untroubled = False
        if self.size <= self._least:
            return False
        self.size = max(self.size // 2, self._least)
        self._good = 0
        if self._grew:
            # It was more than the line carries: asking for it again costs a lost request each time.
            self._patience *= 2
            self._grew = False
        return True

    @property
    def coming(self) -> int:
        """What the request after the next may hold if that one goes well."""
        return min(2 * self.size, self._most) if self._untroubled else self.size

    def went_well(self) -> None:
        """After some good requests in a row, half as much more."""
        if self._untroubled:
            self.size = self.coming
            return
        self._good += 1
        if self._good >= self._patience and self.size < self._most:
            self.size = min(self.size + max(self.size // 2, 1), self._most)
            self._good = 0
            self._grew = True
