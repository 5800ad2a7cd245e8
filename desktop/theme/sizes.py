"""Sizes in pixels for one text scale: small text doubles at 200 %, what is huge already grows less.

A laptop of 1024×600 at 200 % has the room of half that, so the verdict's word, which can be read
across the hall at 100 %, gives way to the lines that can't.
"""

from __future__ import annotations

from dataclasses import dataclass

GRID = 8
"""Every gap is a whole multiple of this many pixels, at every text scale."""

SCALES: tuple[int, ...] = (100, 150, 200)
"""Text scales a person can choose, in percent."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Font sizes and heights in pixels."""

    scale: int
    small: int
    body: int
    heading: int
    name: int
    name_large: int
    """Who stands at the table and what they get, to be read at arm's length."""
    name_low: int
    """The same where height is short."""
    figure: int
    verdict: int
    verdict_low: int
    """The verdict's word where height is short."""
    control: int
    """Height of anything that is pressed or typed into."""
    icon: int
    badge: int
    """The verdict's symbol."""

    @property
    def factor(self) -> float:
        """The text scale as a factor: 1.0, 1.5 or 2.0."""
        return self.scale / 100


def sizes(scale: int) -> Sizes:
    """The sizes for a text scale in percent, at least 100."""
    extra = max(scale, 100) / 100 - 1

    def grown(base: int, share: float) -> int:
        return round(base * (1 + extra * share))

    return Sizes(
        scale=scale,
        small=grown(14, 1),
        body=grown(16, 1),
        heading=grown(20, 0.8),
        name=grown(30, 0.5),
        name_large=grown(36, 0.5),
        name_low=grown(24, 0.5),
        figure=grown(30, 0.5),
        verdict=grown(52, 0.25),
        verdict_low=grown(40, 0.3),
        control=grown(52, 0.6),
        icon=grown(20, 0.8),
        badge=grown(96, 0.1),
    )
