"""Whatever stands in a cell or a file, a roster's row gets a verdict and the program goes on."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from models.regions import regions
from server.errors import RosterHeader, RosterUnreadable
from server.roster_import.header import Column, Header, find_header, fit
from server.roster_import.kk_column import KKColumn
from server.roster_import.reading import Cell, open_roster, read_file
from server.roster_import.rows import Known, RowReader
from tests.support.roster import HEADER, household, kk, xlsx

_COLUMNS = tuple(Column)
_CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from(
        [date(2026, 5, 7), datetime(2026, 5, 7), time(7, 5), timedelta(hours=7), "", "RT 007/005"]
    ),
    st.integers(1, 9999).map(lambda serial: f"{kk(serial)}"),
    st.integers(10**15, 10**16 - 1).map(float),
)


@given(st.lists(_CELLS, max_size=len(_COLUMNS)))
def test_any_row_is_either_understood_or_named_as_bad(cells: list[Cell]) -> None:
    header = Header(1, {column: at for at, column in enumerate(_COLUMNS)}, ())
    reader = RowReader("", header, KKColumn(cells), Known(regions(), {"a": 1}, {"a": 1}, {"a": 1}))
    reader.is_household(2, cells)
    row, findings = reader.read(2, cells)
    assert (row is None) == any(finding.bad for finding in findings)
    for finding in findings:
        assert finding.words("id")
        assert finding.words("en")
    if row is not None:
        assert 10**0 <= row.kk < 10**16
        assert row.name and row.region and row.rw
        assert max(row.rw, row.rt, row.members) < 1 << 15


def test_a_damaged_workbook_is_told_to_be_one(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "r.xlsx", [HEADER, *map(household, range(1, 40))]).read_bytes()
    chance = random.Random(1)
    for number in range(150):
        broken = bytearray(whole)
        if number % 3:
            for _ in range(chance.randrange(1, 40)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        else:
            del broken[chance.randrange(len(broken)) :]
        file = tmp_path / "broken.xlsx"
        file.write_bytes(broken)
        try:
            for sheet in open_roster(read_file(file), fit):
                find_header(sheet, region_known=False)
                for _ in sheet.rows():
                    pass
        except (RosterUnreadable, RosterHeader):
            continue
