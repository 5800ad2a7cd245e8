"""A workbook holds words as words, whatever they look like, and nothing of it touches the disk."""

from __future__ import annotations

import gc
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from models.cells import csv_words, one_line
from models.workbook import Book

TYPED = ("=1+1", "#N/A", "+62 812", "-1", "@x", "Siti\x00 Aminah\x0b", "dua\nbaris")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this system would put temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_rows_of_two_sheets_come_in_turn_and_are_read_back(temporary: Path) -> None:
    target, at = io.BytesIO(), datetime(2026, 11, 24, 9, tzinfo=UTC)
    with Book() as book:
        first = book.sheet("Satu", (("Nama", "Banyak", "Waktu"), ("#a", "#b", "#c")), 18)
        second = book.sheet("Dua", (("Kata",),))
        # Far more than is packed at once.
        for number in range(3_000):
            first.append((f"Keluarga {number}", number, at))
            second.append(("" if number % 2 else None,))
        for words in TYPED:
            second.append((words,))
        assert not list(temporary.iterdir()), "names lie on the disk in clear"
        book.save(target)
    assert not list(temporary.iterdir())
    read = openpyxl.load_workbook(target)
    rows = list(read["Satu"].values)
    assert rows[:2] == [("Nama", "Banyak", "Waktu"), ("#a", "#b", "#c")]
    assert rows[2:] == [(f"Keluarga {n}", n, datetime(2026, 11, 24, 9)) for n in range(3_000)]
    assert read["Satu"].freeze_panes == "A3" and read["Satu"]["A1"].font.bold
    cells = [row[0] for row in read["Dua"].iter_rows(min_row=3_002)]
    assert [cell.value for cell in cells] == [one_line(words) for words in TYPED]
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_book_that_is_given_up_leaves_nothing_behind(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Book() as book:
        sheet = book.sheet("Satu", (("Nama",),))
        book.sheet("Dua", (("Nama",),))
        sheet.append(("Siti Aminah",))
        raise KeyboardInterrupt
    del book, sheet
    gc.collect()  # what openpyxl could not finish would be told here, as a warning
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("typed", TYPED)
def test_in_a_csv_nothing_is_reckoned_and_every_row_is_one_line(typed: str) -> None:
    words = csv_words(typed)
    assert words[:1] not in "=+-@" and "\n" not in words and "\x00" not in words
    assert words.removeprefix("'") == one_line(typed)
