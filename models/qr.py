"""A QR for paper: its modules, merged into few rectangles."""

from __future__ import annotations

from collections.abc import Sequence

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

Matrix = Sequence[Sequence[bool]]
"""Rows of modules, True is dark; no quiet zone."""

QUIET_MODULES = 4
"""The white around a code that ISO/IEC 18004 asks for."""

_MASK = 7
"""Trying all eight costs ten times as much. A slip's text looks random, so every mask does; this
one has the lowest mean penalty over slips."""


def code_matrix(code: str) -> Matrix:
    """The modules of ``code`` at level Q, which survives a crease twice as often as level M."""
    qr = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, mask_pattern=_MASK, border=0)
    qr.add_data(code, optimize=0)
    qr.make(fit=True)
    modules: Matrix = qr.modules
    return modules


def rectangles(matrix: Matrix) -> list[tuple[int, int, int, int]]:
    """The dark modules as ``(column, row, width, height)`` in modules, none twice.

    Equal runs of neighbouring rows are one rectangle: fewer edges for a printer to round, no seams
    between rows.
    """
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*matrix, [False] * len(matrix)]):
        runs = dict.fromkeys(_runs(row), y)
        for (x, width), top in growing.items():
            if (x, width) in runs:
                runs[x, width] = top
            else:
                done.append((x, top, width, y - top))
        growing = runs
    return done


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Where dark runs begin in a row and how long they are."""
    runs: list[tuple[int, int]] = []
    start = -1
    for x, dark in enumerate([*row, False]):
        if dark and start < 0:
            start = x
        elif not dark and start >= 0:
            runs.append((start, x - start))
            start = -1
    return runs
