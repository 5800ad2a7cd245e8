"""Keeps a code that stays before the camera from being taken again and again."""

from __future__ import annotations

from collections.abc import Callable

SAME_CODE_SECONDS = 2.5


class Debounce:
    """Lets a code pass once; the same one again only after it was out of sight for a while.

    ``clock`` gives seconds that never go back. A code that stays in view stays silent: each frame
    that shows it starts its time anew. A different code passes at once, and so does the first one
    after it: two slips held side by side do not make the two take turns.
    """

    def __init__(self, clock: Callable[[], float], seconds: float = SAME_CODE_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._last_seen: dict[str, float] = {}

    def passes(self, code: str) -> bool:
        """Whether ``code``, seen now, is a new one."""
        now = self._clock()
        self._last_seen = {
            seen: at for seen, at in self._last_seen.items() if now - at < self._seconds
        }
        new = code not in self._last_seen
        self._last_seen[code] = now
        return new

    def forget(self) -> None:
        """Lets every code pass again, as after a verdict was dismissed."""
        self._last_seen.clear()
