"""What a stage asks to be kept of each of its hand-overs, beside the record."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag


class Asks(IntFlag):
    """The bits of a stage's ``asks``. A bit that this version doesn't know is left alone: the
    hand-over itself is never held up by what a later version would ask for."""

    NOTHING = 0
    PHOTO = 1
    """A photo of the recipient with the goods."""
    SIGNATURE = 2
    PROXY_DOCUMENT = 4
    """A photo of a proxy's letter of authority or card; asked of proxies alone."""

    @classmethod
    def of(cls, names: Iterable[str]) -> Asks:
        """What is named, as ``NAMES`` are; raises KeyError for another name."""
        asks = cls.NOTHING
        for name in names:
            asks |= cls[name.upper()]
        return asks


NAMES = tuple(one.name.lower() for one in Asks if one.name)
"""As they are typed."""
