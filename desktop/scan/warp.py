"""Bending pictures with Pillow: from where each point comes, as a perspective or any smooth map.

Used both ways: the decoder flattens codes on curved paper, the photo simulator bends flat ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image

Point = tuple[float, float]
LookUp = Callable[[float, float], Point]
"""From a point of the new picture to the point of the old one that is seen there."""


def perspective(new: Sequence[Point], old: Sequence[Point]) -> LookUp:
    """The perspective under which the four points ``new`` show the four points ``old``.

    Raises ValueError when three of the points lie on a line.
    """
    a, b, c, d, e, f, g, h = _homography(new, old)

    def look_up(x: float, y: float) -> Point:
        w = g * x + h * y + 1
        if abs(w) < 1e-9:
            w = 1e-9
        return (a * x + b * y + c) / w, (d * x + e * y + f) / w

    return look_up


def _homography(new: Sequence[Point], old: Sequence[Point]) -> list[float]:
    """Eight equations for the eight numbers of a homography, by Gauss-Jordan elimination."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(new, old, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        best = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        if abs(rows[i][i]) < 1e-12:
            raise ValueError("three of four corners lie on one line")
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i and rows[r][i]:
                rows[r] = [p - rows[r][i] * q for p, q in zip(rows[r], rows[i], strict=True)]
    return [row[8] for row in rows]


def warp(
    image: Image.Image, size: tuple[int, int], look_up: LookUp, cells: int, outside: int = 0
) -> Image.Image:
    """A picture of ``size`` that shows ``image`` through ``look_up``.

    The map is followed exactly at the corners of ``cells`` x ``cells`` boxes and evenly between
    them; where it leaves ``image`` the new picture is ``outside``.
    """
    xs = [size[0] * i // cells for i in range(cells + 1)]
    ys = [size[1] * i // cells for i in range(cells + 1)]
    at = [[look_up(x, y) for x in xs] for y in ys]
    mesh = []
    for row in range(cells):
        for column in range(cells):
            quad = (
                *at[row][column],
                *at[row + 1][column],
                *at[row + 1][column + 1],
                *at[row][column + 1],
            )
            mesh.append(((xs[column], ys[row], xs[column + 1], ys[row + 1]), quad))
    fill = tuple(outside for _ in image.getbands())
    return image.transform(
        size,
        Image.Transform.MESH,
        mesh,
        Image.Resampling.BILINEAR,
        fillcolor=fill[0] if len(fill) == 1 else fill,
    )
