"""Flattens a code that was seen but not read: squared up, and bent paper bent back.

A code on a bottle, a rolled or a folded slip is found by its three corner patterns, but its rows
run in arcs and crowd towards the sides. From the corners alone both can be undone for a handful of
likely bends; the right one need not be known, only tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from PIL import Image

from desktop.scan.codes import Corners
from desktop.scan.warp import LookUp, perspective, warp

_SIDE, _MARGIN, _CELLS = 420, 90, 12
_PAPER = 200
_BENDS = (
    (0.0, 0.0),
    (-0.05, 0.03), (0.05, 0.03),
    (-0.05, 0.0), (0.05, 0.0),
    (-0.1, 0.05), (0.1, 0.05),
    (0.0, 0.03),
)  # fmt: skip
"""How far the middle of an edge lies off the line between its ends, and how much the sides crowd:
shares of the code's width."""


def flattened(image: Image.Image, corners: Corners) -> Iterator[Image.Image]:
    """The code at ``corners`` of ``image``, squared up, under one bend after another (mode L)."""
    low, high = float(_MARGIN), float(_SIDE - _MARGIN)
    try:
        plane = perspective(((low, low), (high, low), (high, high), (low, high)), corners)
    except ValueError:
        return
    for bow, crowd in _BENDS:
        for upright in (True, False) if bow or crowd else (True,):
            bent = _bent(plane, bow, crowd, upright)
            yield warp(image, (_SIDE, _SIDE), bent, _CELLS, outside=_PAPER)


def _bent(plane: LookUp, bow: float, crowd: float, upright: bool) -> LookUp:
    """``plane`` with the paper bent around an upright axis (or else a level one)."""
    width = _SIDE - 2 * _MARGIN

    def look_up(x: float, y: float) -> tuple[float, float]:
        along = ((x if upright else y) - _MARGIN) / width
        arc = bow * width * (1 - (2 * along - 1) ** 2)
        pull = -crowd * width * math.sin(2 * math.pi * along) if 0 <= along <= 1 else 0.0
        return plane(x + pull, y + arc) if upright else plane(x + arc, y + pull)

    return look_up
