"""The days' hand-overs as columns: only heights, for the words around them are the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.figures.monitoring import DayFlow

_MOST_DAYS = 60
WIDTH, HEIGHT = 600.0, 160.0
_GAP = 0.2
"""Of a day's width."""


@dataclass(frozen=True, slots=True)
class Column:
    """A day's column, from the top left; ``partial``: some of it is not told."""

    x: float
    y: float
    width: float
    height: float
    partial: bool
    flow: DayFlow


@dataclass(frozen=True, slots=True)
class DayPlot:
    """What is to be drawn; ``most`` is the day of the longest column."""

    width: float
    height: float
    columns: tuple[Column, ...]
    most: DayFlow


def day_plot(days: Sequence[DayFlow]) -> DayPlot | None:
    """The last days there were; None without any."""
    shown = days[-_MOST_DAYS:]
    if not shown:
        return None
    most = max(shown, key=lambda one: one.handed.pieces.at_least)
    largest = max(1, most.handed.pieces.at_least)
    step = WIDTH / max(len(shown), 7)
    columns = []
    for place, one in enumerate(shown):
        height = round(HEIGHT * one.handed.pieces.at_least / largest, 1)
        x, width = round((place + _GAP / 2) * step, 1), round(step * (1 - _GAP), 1)
        partial = bool(one.handed.pieces.untold)
        columns.append(Column(x, round(HEIGHT - height, 1), width, height, partial, one))
    return DayPlot(WIDTH, HEIGHT, tuple(columns), most)
