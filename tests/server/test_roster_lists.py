"""Lists as offices send them: columns named by hand, a look before anything is loaded, bad rows
handed back, and families that may be listed already."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from models.texts import LANGUAGES
from server.errors import RosterHeader
from server.roster_import import (
    Choice,
    Column,
    Reason,
    RosterFile,
    RosterReport,
    import_roster,
    read_file,
    summary_lines,
    write_bad_rows,
)
from server.roster_import.alikes import _plain
from tests.support.centre_world import Centre
from tests.support.roster import HEADER, csv_file, household, kk, xlsx
from tests.support.world import AT, HERE, THERE

STRANGE = ("Nomer", "Induk", "Bpk/Ibu", "Wil.", "Erwe", "Erte")
CHOICE = {Column.KK: 1, Column.NAME: 2, Column.REGION_NAME: 3, Column.RW: 4, Column.RT: 5}


def _import(centre: Centre, file: Path | RosterFile, **options: Any) -> RosterReport:
    given = {"stage": "1", **options}
    return import_roster(centre.engine, centre.personal, file, now=AT, **given)


def _strange(serial: int, name: str = "Siti Rahmawati") -> list[Any]:
    return [serial, f"{kk(serial)}", name, "Gambir", 7, 5]


def _count(centre: Centre, what: str) -> int:
    with centre.engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


def _odd(report: RosterReport) -> list[tuple[int, Reason, int]]:
    return [(one.row, one.reason, one.other_row) for one in report.findings if not one.bad]


def test_columns_are_named_by_hand_once_and_the_next_list_is_understood(
    centre: Centre, tmp_path: Path
) -> None:
    first = xlsx(tmp_path / "a.xlsx", [["Daftar warga"], STRANGE, _strange(5)])
    with pytest.raises(RosterHeader):
        _import(centre, first)
    choice = Choice(None, 2, CHOICE)
    assert _import(centre, first, choice=choice).loaded == 1
    second = csv_file(tmp_path / "b.csv", [STRANGE, _strange(6), _strange(7, "Budi Hartono")], ";")
    assert _import(centre, second).loaded == 2
    with pytest.raises(RosterHeader):
        _import(centre, second, agregator=99)  # whose lists may mean other things by it


def test_a_list_without_any_header_is_loaded_by_its_columns_and_nothing_of_it_is_remembered(
    centre: Centre, tmp_path: Path
) -> None:
    file = csv_file(tmp_path / "a.csv", [_strange(5), _strange(6, "Budi Hartono")], ",")
    assert _import(centre, file, choice=Choice(None, 0, CHOICE)).loaded == 2
    _import(centre, file, choice=Choice(None, 1, CHOICE))
    assert _count(centre, "roster_heading") == 0


def test_what_was_chosen_is_only_tried_and_not_remembered_by_a_dry_run(
    centre: Centre, tmp_path: Path
) -> None:
    file = csv_file(tmp_path / "a.csv", [STRANGE, _strange(5)], ",")
    assert _import(centre, file, choice=Choice(None, 1, CHOICE), dry=True).loaded == 1
    assert (_count(centre, "roster_heading"), _count(centre, "household")) == (0, 0)


def test_a_dry_run_says_what_an_import_then_does_and_changes_nothing(
    centre: Centre, tmp_path: Path
) -> None:
    header = (*HEADER, "Paket")
    before = [household(1), household(2), household(3)]
    _import(centre, xlsx(tmp_path / "a.xlsx", [HEADER, *before]), point=str(HERE), packages=("1",))
    rows: list[Sequence[Any]] = [
        header,
        [*household(1), "1"],
        [*household(2, RW=9), "2"],
        [*household(4), "1"],
        [*household(4), "2"],
        [*household(4), "2"],
        [*household(5, RW="x"), "1"],
        [*household(6, **{"Nama Kepala Keluarga": "Kepala 4"}), "1"],
    ]
    file = xlsx(tmp_path / "b.xlsx", rows)

    def state() -> tuple[int, ...]:
        tables = ("household", "entitlement", "point_change", "audit_log", "need")
        return tuple(_count(centre, table) for table in tables)

    as_it_was = state()
    dry = _import(centre, file, point=str(HERE), dry=True)
    assert state() == as_it_was
    assert "tidak ada yang diubah" in "\n".join(summary_lines(dry, "id"))
    real = _import(centre, file, point=str(HERE))
    for name in ("loaded", "updated", "unchanged", "further_lines", "bad", "entitlements"):
        assert getattr(dry, name) == getattr(real, name), name
    assert (real.loaded, real.updated, real.unchanged, real.bad) == (2, 1, 1, 2)
    assert real.entitlements == 4
    assert [(f.row, f.reason) for f in dry.findings] == [(f.row, f.reason) for f in real.findings]


def test_a_dry_run_counts_what_later_batches_add_to_households_of_earlier_ones(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.roster_import.importing._BATCH", 1)
    header = (*HEADER, "Paket")
    rows = [header, [*household(4), "1"], [*household(4), "2"], [*household(5), "1"]]
    file = xlsx(tmp_path / "b.xlsx", rows)
    dry = _import(centre, file, point=str(HERE), dry=True)
    real = _import(centre, file, point=str(HERE))
    assert dry.entitlements == real.entitlements == _count(centre, "entitlement") == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_bad_rows_are_handed_back_as_they_came_with_the_reasons_and_load_once_mended(
    centre: Centre, tmp_path: Path, language: str
) -> None:
    rows = [
        ["Daftar warga"],
        HEADER,
        household(5),
        household(6, RW="=cmd()", RT="xx"),
        household(7, **{"Nomor KK": 3.17101e15}),
    ]
    file = xlsx(tmp_path / "warga.xlsx", rows)
    book = load_workbook(file)
    book["Sheet"]["E4"].data_type = "s"  # words that look like a formula
    book.save(file)
    report = _import(centre, file)
    back = write_bad_rows(read_file(file), report, language)  # type: ignore[arg-type]
    book = load_workbook(io.BytesIO(back.content))
    sheet = book.active
    assert sheet is not None
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert [line[0] for line in lines[1:]] == ["4", "5"]
    assert lines[0][2:] == list(HEADER)
    assert "RW" in str(lines[1][1])
    assert "RT" in str(lines[1][1])
    assert lines[1][6] == "=cmd()"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    # Mended where it lies it goes in, and its two new columns are no trouble.
    sheet["G2"], sheet["H2"], sheet["D3"] = "7", "5", f"{kk(7)}"
    book.save(tmp_path / back.name)
    assert _import(centre, tmp_path / back.name).loaded == 2
    assert _count(centre, "household") == 3


def test_bad_rows_of_a_csv_are_a_csv_in_which_nothing_is_a_formula(
    centre: Centre, tmp_path: Path
) -> None:
    rows = [HEADER, household(6, RW="x", Alamat="=HYPERLINK(1)"), household(7)]
    file = csv_file(tmp_path / "warga.csv", rows, ";", "cp1252")
    report = _import(centre, file)
    back = write_bad_rows(read_file(file), report, "id")
    assert back.name == "warga-perbaiki.csv"
    lines = list(csv.reader(io.StringIO(back.content.decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in lines] == ["Baris asal", "2"]
    assert lines[1][-1] == "'=HYPERLINK(1)"


def test_a_family_under_two_numbers_is_found_in_the_file_and_in_the_roster(
    centre: Centre, tmp_path: Path
) -> None:
    def named(serial: int, name: str, **other: Any) -> list[Any]:
        return household(serial, **{"Nama Kepala Keluarga": name, "Alamat": "", **other})

    before = [
        named(1, "Djoko Soesilo"),
        named(2, "Muhammad Fauzi", RW=8),
        named(3, "Slamet"),
        named(4, "Wahyuni Lestari", RT=1, Alamat="Jl. Mawar No. 3"),
    ]
    _import(centre, xlsx(tmp_path / "a.xlsx", [HEADER, *before]))
    rows = [
        HEADER,
        named(11, "Joko Susilo"),  # as it sounds, in the same RT
        named(12, "Moh. Fauzi"),  # in another RW
        named(13, "Slamet"),  # one word is many people's
        named(14, "Lestari, Hj. Wahyuni", RT=2, Alamat="Mawar 3"),  # at one address
        named(15, "Siti Nurhaliza"),
        named(16, "Siti Nurhalizah"),
        named(17, "Siti Nurjanah"),
    ]
    report = _import(centre, xlsx(tmp_path / "b.xlsx", rows))
    assert _odd(report) == [
        (2, Reason.NAME_LISTED, 0),
        (5, Reason.NAME_LISTED, 0),
        (7, Reason.NAME_ALIKE, 6),
    ]
    assert report.loaded == 7
    words = "\n".join(summary_lines(report, "id")) + "".join(
        finding.words(language) for finding in report.findings for language in LANGUAGES
    )
    assert "3171********0001" in words
    assert not any(str(kk(serial)) in words for serial in range(20))
    assert "Susilo" not in words
    # Of the same list again nothing new is said: each is its own household by now.
    again = _import(centre, tmp_path / "b.xlsx")
    assert {row for row, _, _ in _odd(again)} == {2, 5, 7}


def test_names_are_compared_as_they_sound_whatever_the_order_of_their_words() -> None:
    assert _plain("Drs. H. Achmad Syarifoeddin") == _plain("sarifudin, Ahmad")
    assert _plain("Ahmad") != _plain("Ahmadi")


def test_a_household_of_another_programme_or_point_is_told_of(
    centre: Centre, tmp_path: Path
) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("INSERT INTO programme (id, name) VALUES (9, 'KSBB UMKM')"))
        connection.execute(
            text(
                "INSERT INTO stage (id, programme, name, starts_at, ends_at)"
                " VALUES (9, 9, 'Modal', 0, 1)"
            )
        )
    file = xlsx(tmp_path / "a.xlsx", [HEADER, household(5), household(6)])
    _import(centre, file, point=str(HERE), stage="1", packages=("1",))
    assert _odd(_import(centre, file, point=str(HERE), stage="1", packages=("1",))) == []
    umkm = _import(centre, file, point=str(HERE), stage="Modal", packages=("1",), dry=True)
    assert [(f.row, f.reason) for f in umkm.findings] == [
        (2, Reason.OTHER_PROGRAMME),
        (3, Reason.OTHER_PROGRAMME),
    ]
    moved = _import(centre, file, point=str(THERE), stage="1", packages=("1",), dry=True)
    assert {finding.reason for finding in moved.findings} == {Reason.OTHER_POINT}


def test_a_row_may_name_only_points_that_the_sender_works_at(
    centre: Centre, tmp_path: Path
) -> None:
    header = (*HEADER, "Titik", "Paket")
    rows = [header, [*household(5), HERE, "1"], [*household(6), THERE, "1"]]
    report = _import(centre, xlsx(tmp_path / "a.xlsx", rows), only_points=[HERE], dry=True)
    assert [(f.row, f.reason) for f in report.findings] == [(3, Reason.POINT_UNKNOWN)]
