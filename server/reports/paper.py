"""A report on paper: A4 across, its table on as many sheets as it takes."""

from __future__ import annotations

from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4, landscape

from models.flowing import BODY, SMALL, flow, grid, words
from models.texts import Language, text
from models.typesetting import MM, Piece, Weight, printable, shorten, width
from server.reports.content import Report, Value
from server.web.wording import moment, number

_SIZE = landscape(A4)
_WIDTH, _HEIGHT = _SIZE[0] / MM, _SIZE[1] / MM
_MARGIN, _FOOT, _TOP = 12.0, 14.0, 26.0
_ROOM = _WIDTH - 2 * _MARGIN
_FRAME = _MARGIN, _FOOT, _ROOM, _HEIGHT - _FOOT - _TOP
_ABOUT = BODY.clone("about", spaceAfter=4)
_PADDING = 3.2
_SIZE_IN_CELLS = SMALL.fontSize


def write_pdf(target: BinaryIO, report: Report, language: Language) -> None:
    """The report as a PDF."""

    def dress(canvas: Any, page: int, pages: int) -> None:
        _put(canvas, 15, report.title, 14, Weight.BOLD)
        made = text(language, "reports.made", when=moment(language, report.made_at))
        _put(canvas, 21, made, 8, Weight.REGULAR)
        sheet = text(language, "reports.sheet", page=page, pages=pages)
        _put(canvas, _HEIGHT - 7, f"KSBB · {report.title} · {sheet}", 8, Weight.REGULAR)

    def story() -> list[Any]:
        rows = [_cells(language, row) for row in (*report.rows, report.total)]
        parts = [words(line, _ABOUT) for line in report.about]
        if not report.rows:
            return [*parts, words(text(language, "reports.empty"), BODY)]
        widths = _widths(report.columns, rows)
        return [*parts, grid(report.columns, rows, widths, report.figures_from)]

    flow(target, report.title, dress, (_FRAME, _FRAME), story, _SIZE)


def _widths(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[float]:
    """Each column has room for its longest word, and of what is left a share by what it holds."""
    least, whole = [], []
    for place, heading in enumerate(columns):
        cells = {row[place] for row in rows}
        parts = [
            *(width(word, Weight.BOLD, _SIZE_IN_CELLS) for word in heading.split()),
            *(width(word, Weight.REGULAR, _SIZE_IN_CELLS) for one in cells for word in one.split()),
        ]
        least.append(max(parts) + _PADDING)
        lines = [width(one, Weight.REGULAR, _SIZE_IN_CELLS) for one in cells]
        whole.append(max(0.0, max(lines) + _PADDING - least[-1]))
    left = max(0.0, _ROOM - sum(least))
    share = min(1.0, left / sum(whole)) if sum(whole) else 0.0
    squeezed = min(1.0, _ROOM / sum(least))
    return [squeezed * (a + b * share) for a, b in zip(least, whole, strict=True)]


def _cells(language: Language, row: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(number(language, one) if isinstance(one, int) else one for one in row)


def _put(canvas: Any, y: float, said: str, size: float, weight: Weight) -> None:
    line = printable(said)
    if width(line, weight, size) > _ROOM:
        line = "".join(piece.text for piece in shorten((Piece(line, weight),), size, _ROOM))
    canvas.setFont(weight.value, size)
    canvas.drawString(_MARGIN * MM, (_HEIGHT - y) * MM, line)
