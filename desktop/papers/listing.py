"""A list as a screen shows it, as one CSV: what is hidden or masked there stays so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from desktop.papers.filing import whole_file
from desktop.papers.spreadsheet import BOM, separator
from desktop.papers.tables import plain
from models.texts import Language


def write_listing(
    path: Path,
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    language: Language = "id",
) -> Path:
    """Writes ``rows`` to ``path``, whole or not at all; returns it. Raises PaperError."""
    with whole_file(path) as target:
        stream = io.TextIOWrapper(target, encoding="utf-8", newline="")
        stream.write(BOM)
        writer = csv.writer(stream, delimiter=separator(language))
        writer.writerow(titles)
        writer.writerows([plain(cell) for cell in row] for row in rows)
        stream.detach()
    return path
