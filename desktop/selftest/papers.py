"""What a point hands over in writing: minutes, a sign-off list, a recap with plots, an export."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from desktop.papers.bast import write_bast
from desktop.papers.content import Bast, DanomRow, Figures, Head, Recap, Signer, StockRow
from desktop.papers.danom import write_danom
from desktop.papers.recap import write_recap
from desktop.papers.spreadsheet import write_xlsx
from desktop.papers.tables import STOCK, Cell, Row
from desktop.selftest.expect import expect
from models.paper import PaperKind


def papers(_folder: Path) -> str:
    """Each is made and has the font in it."""
    row = StockRow("Paket sembako", 20, 6, 0, 10, 2, 0, 0, -1, 13)
    pairs = (("RW 003 Cideng", 10),)
    figures = Figures(
        30, 10, 10, 1, 0, (row,), pairs, pairs, pairs, pairs, pairs, ((9, 4), (10, 6)), pairs
    )
    sizes = []
    for kind in PaperKind:
        target = io.BytesIO()
        head = Head(
            kind, "Balai RW 03", "Jl. Cideng 5", "24 November 2026", "Laptop 1", 0, code="K"
        )
        if kind is PaperKind.BAST:
            write_bast(target, Bast(head, figures, (), (Signer("officer", "Rani"),)))
        elif kind is PaperKind.DANOM:
            due = ((1, "Paket sembako"),)
            write_danom(target, head, [DanomRow("Siti", "3171********0005", 1, 3, "", due)], 1)
        else:
            write_recap(target, Recap(head, figures))
        made = target.getvalue()
        expect(made.startswith(b"%PDF-") and b"%%EOF" in made[-32:], f"no PDF of {kind.name}")
        expect(b"Inter" in made, "the font is not embedded")
        sizes.append(len(made))
    book = io.BytesIO()
    cells: tuple[Cell, ...] = (
        datetime(2026, 11, 24, tzinfo=UTC),
        *("x" for _ in STOCK.columns[1:]),
    )
    expect(write_xlsx(book, [Row(STOCK, cells)]) == 1, "no row in the workbook")
    expect(book.getvalue().startswith(b"PK"), "no workbook")
    return f"PDF {', '.join(map(str, sizes))} B; XLSX {len(book.getvalue())} B"
