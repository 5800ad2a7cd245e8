"""Exports as other programs read them: HXL's own library, openpyxl, and what Excel would do."""

from __future__ import annotations

import codecs
import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hxl
import openpyxl
import pytest

from desktop.paper_desk import PaperDesk
from desktop.paper_making import Order, Paper
from desktop.papers.spreadsheet import separator, write_csv, write_xlsx
from desktop.papers.tables import STOCK, TABLES, Row, plain
from desktop.papers.wording import WIB
from models.texts import LANGUAGES, Language
from tests.support.field import FieldDevice, new_device
from tests.support.paper_day import FAMILIES, FORMULA, HANDED, PROXY, live
from tests.support.world import roster_page


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldDevice]:
    device = new_device(tmp_path_factory.mktemp("laptop"), page=roster_page(FAMILIES))
    yield live(device)
    device.close()


def exported(
    day: FieldDevice,
    folder: Path,
    paper: Paper,
    language: Language = "id",
    whole_kk: bool = False,
) -> tuple[Path, ...]:
    desk = PaperDesk(day.database, day.identity, day.clock)
    order = Order(paper, desk.choices()[0], folder, language, whole_kk)
    return desk.make(order, lambda _done, _total: None)


def as_hxl(file: Path, **options: Any) -> Any:
    """``file`` as the HXL library reads it, out of memory: it leaves files open."""
    return hxl.data(io.BytesIO(file.read_bytes()), hxl.InputOptions(**options))


def table_in(file: Path, language: Language) -> list[list[str]]:
    text = file.read_text(encoding="utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=separator(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_hxls_own_library_finds_tags_and_no_error_in_any_table(
    day: FieldDevice, tmp_path: Path, language: Language
) -> None:
    files = exported(day, tmp_path, Paper.CSV, language)
    assert len(files) == len(TABLES)
    for file, table in zip(files, TABLES, strict=True):
        source = as_hxl(file)
        assert source.display_tags == table.tags
        assert len(list(source)) == len(table_in(file, language)) - 2 > 0
        errors: list[object] = []
        assert hxl.schema(None, callback=errors.append).validate(as_hxl(file))
        assert not errors
    (book,) = exported(day, tmp_path, Paper.XLSX, language)
    for place, table in enumerate(TABLES):
        assert as_hxl(book, sheet_index=place).display_tags == table.tags


def test_a_workbook_has_a_sheet_a_table_with_times_numbers_and_words(
    day: FieldDevice, tmp_path: Path
) -> None:
    (file,) = exported(day, tmp_path, Paper.XLSX)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Penyerahan", "Gagal salur", "Stok", "Pengaduan"]
    handovers = list(book["Penyerahan"].values)
    assert handovers[0][:2] == ("Waktu (WIB)", "Titik penyaluran")
    assert len(handovers) - 2 == HANDED + PROXY
    first = dict(zip(handovers[1], handovers[2], strict=True))
    assert first["#date+recorded"] == datetime(2026, 11, 24, 13)
    assert first["#output+delivered+num"] == 1
    assert first["#beneficiary+household+name"] == "Keluarga 1"
    assert [row[-1] for row in handovers[2:]].count("dibatalkan") == 1
    assert [row[4] for row in book["Stok"].values][2:] == [20, 5, 6, 2, 13]


def test_nothing_that_a_person_typed_becomes_a_formula(day: FieldDevice, tmp_path: Path) -> None:
    (file,) = exported(day, tmp_path, Paper.XLSX)
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert FORMULA in [cell.value for cell in cells]
    texts = [
        cell
        for one in exported(day, tmp_path, Paper.CSV)
        for row in table_in(one, "id")[2:]
        for cell in row
    ]
    assert f"'{FORMULA}" in texts and "'@pindah ke Bogor" in texts
    assert not [text for text in texts if text[:1] in "=+-@" and text]


@pytest.mark.parametrize("typed", ["=1+1", "+62 812", "-1", "@x", "\t=1", "\r=1", "  =1+1"])
def test_whatever_looks_like_a_formula_is_marked_as_words(typed: str) -> None:
    assert plain(typed).startswith("'")


def test_a_csv_says_that_it_is_utf_8_and_parts_cells_as_excel_does_in_its_language(
    day: FieldDevice, tmp_path: Path
) -> None:
    for language in LANGUAGES:
        sign = {"id": ";", "en": ","}[language]
        file = exported(day, tmp_path, Paper.CSV, language)[0]
        assert file.read_bytes().startswith(codecs.BOM_UTF8)
        assert file.read_text(encoding="utf-8-sig").splitlines()[1].count(sign) == 20
        assert file.stat().st_mode & 0o077 == 0


def test_kk_numbers_are_masked_unless_asked_for_whole_and_then_stay_words(
    day: FieldDevice, tmp_path: Path
) -> None:
    whole = f"{FAMILIES[0].kk:016d}"
    masked = exported(day, tmp_path / "a", Paper.CSV)
    assert not [one for one in masked if whole in one.read_text("utf-8").replace(" ", "")]
    clear = exported(day, tmp_path / "b", Paper.CSV, whole_kk=True)
    # Excel would make 16 digits a number and round the last: in fours they are words.
    assert table_in(clear[0], "id")[2][7] == "3171 0101 0120 0001"


def many(count: int) -> Iterator[Row]:
    at = datetime(2026, 11, 24, 9, tzinfo=WIB)
    for number in range(count):
        cells: list[str | int | datetime | None] = [f"sel {number}"] * len(STOCK.columns)
        cells[0], cells[4] = at, number
        yield Row(STOCK, tuple(cells))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_memory_does_not_grow_with_twenty_thousand_rows(tmp_path: Path, kind: str) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            if kind == "xlsx":
                with (tmp_path / f"{count}.xlsx").open("w+b") as target:
                    assert write_xlsx(target, many(count)) == count
            else:
                files = {one.leaf: (tmp_path / f"{one.leaf}.csv").open("w+b") for one in TABLES}
                assert write_csv(files, many(count)) == count
                for file in files.values():
                    file.close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(200)  # what is imported and cached once
    small, large = peak(500), peak(20_000)
    assert large < small + 2_000_000, (small, large)
