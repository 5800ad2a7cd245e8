"""How the streams that a device pulls are numbered, and which of them it may read.

A positive number is that of a distribution point. The whole city's is 0; what concerns one device
alone comes in a stream whose number is the device's, negative.
"""

from __future__ import annotations

CITY = 0


def own_stream(device: int) -> int:
    """The stream of what concerns ``device`` alone."""
    return -device
