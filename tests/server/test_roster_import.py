"""A roster is loaded row by row: the good ones go in, each bad one is named with its reason."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.regions import regions
from models.texts import LANGUAGES, catalogue
from server.errors import NothingFound, RosterHeader, RosterUnreadable
from server.keys import Keys
from server.personal import Personal, PersonalColumn
from server.roster_import import (
    Reason,
    RosterReport,
    import_roster,
    summary_lines,
    write_report,
)
from server.roster_import.header import Column
from tests.support.roster import HEADER, csv_file, household, kk, xlsx

NOW = 1_800_000_000_000


@pytest.fixture(scope="module")
def personal() -> Personal:
    return Personal(Keys.generate())


@pytest.fixture
def catalogue_in(engine: Engine) -> Engine:
    """A programme with one open stage, one later stage, two packages and two points."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO programme (id, name) VALUES (1, 'KSBB Pangan')"))
        connection.execute(
            text(
                "INSERT INTO stage (id, programme, name, starts_at, ends_at) VALUES"
                " (1, 1, 'Tahap 1', :now - 1000, :now + 1000),"
                " (2, 1, 'Tahap 2', :now + 1000, :now + 2000)"
            ),
            {"now": NOW},
        )
        connection.execute(
            text("INSERT INTO package (id, programme, name) VALUES (1,1,'Sembako'),(2,1,'Lebaran')")
        )
        connection.execute(
            text(
                "INSERT INTO point (id, name, region) VALUES (1, 'RPTRA Gambir', '31.71.01.1001'),"
                " (2, 'Balai Warga Koja', '31.72.03.1001')"
            )
        )
    return engine


def _import(engine: Engine, personal: Personal, file: Path, **options: Any) -> RosterReport:
    return import_roster(engine, personal, file, now=NOW, **options)


def _reasons(report: RosterReport) -> list[tuple[int, Reason]]:
    return [(finding.row, finding.reason) for finding in report.findings if finding.bad]


def _households(engine: Engine, personal: Personal) -> dict[int, tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM household")).all()
    return {
        personal.kk(row.kk_enc, row.id): (
            personal.decrypt(row.name_enc, row.id, PersonalColumn.NAME),
            row.region,
            row.rw,
            row.rt,
            personal.decrypt(row.address_enc, row.id, PersonalColumn.ADDRESS),
            row.members,
            row.status,
        )
        for row in rows
    }


def _scalar(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement))


def test_a_plain_roster_is_loaded_and_nothing_of_it_is_readable_in_the_database(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "r.xlsx", [HEADER, household(5), household(6, RW="RW 012")])
    report = _import(engine, personal, file)
    assert (report.loaded, report.bad, report.rows) == (2, 0, 2)
    assert _households(engine, personal) == {
        kk(5): ("Kepala 5", "31.71.01.1001", 7, 5, "Jl. A", 0, 1),
        kk(6): ("Kepala 6", "31.71.01.1001", 12, 5, "Jl. A", 0, 1),
    }
    stored = str(_scalar(engine, "SELECT string_agg(h::text, ' ') FROM household h"))
    for secret in ("Kepala 5", b"Kepala 5".hex(), str(kk(5)), "Jl. A"):
        assert secret not in stored


def test_a_second_run_changes_nothing_and_a_changed_row_is_updated(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [HEADER, household(5), household(6)]
    options: dict[str, Any] = {"point": "RPTRA Gambir", "packages": ("Sembako",)}
    first = _import(catalogue_in, personal, xlsx(tmp_path / "r.xlsx", rows), **options)
    assert (first.loaded, first.entitlements) == (2, 2)
    before = _scalar(catalogue_in, "SELECT array_agg(h::text ORDER BY id)::text FROM household h")
    stream = _scalar(catalogue_in, "SELECT count(*) FROM point_change")

    again = _import(catalogue_in, personal, tmp_path / "r.xlsx", **options)
    assert (again.loaded, again.updated, again.unchanged, again.entitlements) == (0, 0, 2, 0)
    assert before == _scalar(
        catalogue_in, "SELECT array_agg(h::text ORDER BY id)::text FROM household h"
    )
    assert stream == _scalar(catalogue_in, "SELECT count(*) FROM point_change") == 2

    rows[2] = household(6, **{"Nama Kepala Keluarga": "Nama Baru"})
    changed = _import(catalogue_in, personal, xlsx(tmp_path / "s.xlsx", rows), **options)
    assert (changed.updated, changed.unchanged) == (1, 1)
    assert _households(catalogue_in, personal)[kk(6)][0] == "Nama Baru"
    assert _scalar(catalogue_in, "SELECT count(*) FROM point_change") == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_its_delimiter_and_encoding(
    engine: Engine, personal: Personal, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    name = {"Nama Kepala Keluarga": "Café, Ibu; Sutéjo"}
    file = csv_file(tmp_path / "r.csv", [HEADER, household(5, **name)], delimiter, encoding)
    report = _import(engine, personal, file)
    assert report.findings == []
    assert _households(engine, personal)[kk(5)][0] == "Café, Ibu; Sutéjo"


@pytest.mark.parametrize(
    "header",
    [
        ("Nomor KK", "Kepala Keluarga", "Kelurahan", "RW"),
        ("No. KK *", "NAMA", "Kode Wilayah", "No RW"),
        ("KK", "Nama KK", "Desa/Kelurahan", "RW (angka)"),
        ("kk number", "Household Head", "Village", "rw"),
        ("NOMOR KARTU KELUARGA", "Nama Penerima Manfaat", "Wilayah", "Nomor RW"),
    ],
)
def test_columns_go_by_many_names(
    engine: Engine, personal: Personal, tmp_path: Path, header: Sequence[str]
) -> None:
    region = "31.71.01.1001" if "Kode" in header[2] else "Gambir"
    file = xlsx(tmp_path / "r.xlsx", [header, (f"'{kk(5)}", "Siti", region, 7)])
    assert _import(engine, personal, file).loaded == 1


def test_the_header_is_found_under_a_letterhead_with_merged_cells(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows: list[Sequence[Any]] = [
        ["PEMERINTAH PROVINSI DKI JAKARTA"],
        ["Daftar Penerima Manfaat Kelurahan Gambir"],
        [],
        ["No", "Nomor KK", "Nama Kepala Keluarga", "Alamat", None, None, "Kelurahan"],
        [None, None, None, "Jalan", "RT", "RW", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        [1, f"{kk(5)}", "Siti", "Jl. A", 5, 7, "Gambir"],
        [2, f"{kk(6)}", "Budi", "Jl. B", 5, 7, None],
        [],
        ["Jumlah", None, None, None, None, None, None],
    ]
    merged = ["A1:G1", "A2:G2", "B4:B5", "C4:C5", "D4:F4", "G4:G5", "G7:G8"]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", rows, merged))
    assert _reasons(report) == []
    loaded = _households(engine, personal)
    assert {kk: value[1:4] for kk, value in loaded.items()} == {
        kk(5): ("31.71.01.1001", 7, 5),
        kk(6): ("31.71.01.1001", 7, 5),
    }


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (3.17102e15, Reason.KK_ROUNDED),
        ("3.17102E+15", Reason.KK_SCIENTIFIC),
        ("3,17102E+15", Reason.KK_SCIENTIFIC),
        (3171010101200010, Reason.KK_ROUNDED),
        (9171010101200005, Reason.KK_ROUNDED),
        ("317101010120005", Reason.KK_LENGTH),
        ("31710101012000055", Reason.KK_LENGTH),
        (317101010120005, Reason.KK_LENGTH),
        ("3171O10101200005", Reason.KK_NOT_DIGITS),
        ("", Reason.KK_EMPTY),
        ("-", Reason.KK_EMPTY),
        (True, Reason.KK_NOT_DIGITS),
        (0.5, Reason.KK_NOT_DIGITS),
        (-3171010101200005, Reason.KK_NOT_DIGITS),
    ],
)
def test_a_broken_kk_number_is_rejected_with_its_reason(
    engine: Engine, personal: Personal, tmp_path: Path, written: Any, reason: Reason
) -> None:
    rows = [HEADER, household(5), household(7, **{"Nomor KK": written})]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", rows))
    assert _reasons(report) == [(3, reason)]
    assert report.loaded == 1


@pytest.mark.parametrize(
    "written",
    [
        "3171010101200007",
        "'3171010101200007",
        " 3171 0101 0120 0007 ",
        "3171.0101.0120.0007",
        "\u200b3171010101200007\u00a0",
        '="3171010101200007"',
        "3171010101200007.0",
        3171010101200007,
    ],
)
def test_a_kk_number_that_can_be_told_is_loaded(
    engine: Engine, personal: Personal, tmp_path: Path, written: Any
) -> None:
    rows = [HEADER, household(7, **{"Nomor KK": written})]
    file = xlsx(tmp_path / "r.xlsx", rows)
    if str(written).startswith("="):
        file = csv_file(tmp_path / "r.csv", rows)
    report = _import(engine, personal, file)
    assert _reasons(report) == []
    assert set(_households(engine, personal)) == {kk(7)}


def test_a_zero_at_the_end_is_believed_where_other_numbers_show_that_nothing_was_cut(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [household(n, **{"Nomor KK": kk(n)}) for n in range(1, 21)]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", [HEADER, *rows]))
    assert (report.loaded, report.bad) == (20, 0)


def test_a_csv_whose_numbers_all_end_with_zero_was_cut_before(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [household(n) for n in range(10, 80, 10)]
    report = _import(engine, personal, csv_file(tmp_path / "r.csv", [HEADER, *rows]))
    assert {reason for _, reason in _reasons(report)} == {Reason.KK_ROUNDED}
    assert report.loaded == 0


def test_odd_kk_numbers_are_warned_of_and_loaded(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    odd = ["3201010101200005", "3171013213200005", "3171010101200000"]
    rows = [household(n, **{"Nomor KK": written}) for n, written in enumerate(odd)]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", [HEADER, *rows]))
    assert report.loaded == 3
    assert [finding.reason for finding in report.findings] == [
        Reason.KK_ODD_REGION,
        Reason.KK_ODD_DATE,
        Reason.KK_ODD_SERIAL,
    ]


def test_of_double_rows_the_first_is_loaded_and_both_numbers_are_named(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    other = {"Nama Kepala Keluarga": "Orang Lain"}
    rows = [HEADER, household(5), household(6), household(5), household(5, **other)]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", rows))
    assert (report.loaded, report.bad) == (2, 2)
    assert [(f.row, f.reason, f.other_row) for f in report.findings] == [
        (4, Reason.KK_DUPLICATE, 2),
        (5, Reason.KK_OTHER_NAME, 2),
        (2, Reason.NAME_SHARED_KK, 5),
    ]
    assert _households(engine, personal)[kk(5)][0] == "Kepala 5"


def test_eight_families_in_one_house_are_eight_households(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [household(n, Alamat="Jl. Pembangunan 3") for n in range(1, 9)]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", [HEADER, *rows]))
    assert (report.loaded, report.findings) == (8, [])


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("RW", "tujuh", Reason.RW_BAD),
        ("RW", "", Reason.RW_BAD),
        ("RW", 0, Reason.RW_BAD),
        ("RW", "007/005", Reason.RW_BAD),
        ("RW", "RT 07", Reason.RW_BAD),
        ("RT", "1234", Reason.RT_BAD),
        ("Kelurahan", "Atlantis", Reason.REGION_UNKNOWN),
        ("Kelurahan", "3171010001", Reason.REGION_UNKNOWN),
        ("Kelurahan", "", Reason.REGION_EMPTY),
        ("Nama Kepala Keluarga", "", Reason.NAME_EMPTY),
        ("Nama Kepala Keluarga", 12345, Reason.NAME_DIGITS),
        ("Nama Kepala Keluarga", "a" * 500, Reason.TOO_LONG),
        ("Alamat", "a" * 500, Reason.TOO_LONG),
    ],
)
def test_a_bad_value_is_named_with_its_row_and_column(
    engine: Engine, personal: Personal, tmp_path: Path, column: str, written: Any, reason: Reason
) -> None:
    rows = [HEADER, household(5, **{column: written}), household(6)]
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", rows))
    assert _reasons(report) == [(2, reason)]
    assert report.loaded == 1


@pytest.mark.parametrize(
    ("header", "written", "rw", "rt"),
    [
        ("RT/RW", "005/007", 7, 5),
        ("RW/RT", "007/005", 7, 5),
        ("RT/RW", "RW 07 RT 05", 7, 5),
        ("RT/RW", "RT. 005 / RW. 007", 7, 5),
        ("RT - RW", "5-7", 7, 5),
        ("RW", "RT 005/RW 007", 7, 0),
        ("RW", "RW.07", 7, 0),
        ("RW", 7.0, 7, 0),
    ],
)
def test_rw_and_rt_are_read_together_or_apart(
    engine: Engine, personal: Personal, tmp_path: Path, header: str, written: Any, rw: int, rt: int
) -> None:
    rows = [("Nomor KK", "Nama", "Kelurahan", header), (f"{kk(5)}", "Siti", "Gambir", written)]
    file = xlsx(tmp_path / "r.xlsx", rows)
    assert _import(engine, personal, file).findings == []
    assert _households(engine, personal)[kk(5)][2:4] == (rw, rt)


def test_every_problem_of_a_row_is_named_at_once(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    row = household(5, RW="x", Kelurahan="Atlantis", **{"Nomor KK": "123"})
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", [HEADER, row]))
    assert [f.column for f in report.findings] == [Column.KK, Column.REGION_NAME, Column.RW]
    assert report.bad == 1


def test_status_members_and_allocations_stand_in_columns_of_their_own(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    header = (*HEADER, "Jumlah Anggota", "Status", "Titik", "Tahap", "Paket", "Jumlah Paket")
    rows = [
        header,
        [*household(5), "4 orang", "Aktif", "RPTRA Gambir", "Tahap 1", "Sembako; Lebaran", 2],
        [*household(6), 3, "meninggal dunia", "Balai Warga Koja", "", "Sembako", ""],
        [*household(7), 99, "menikah", "Monas", "Tahap 9", "Emas", "banyak"],
        [*household(8), "", "", "", "", "", ""],
        [*household(9), "", "", "", "Tahap 2", "Sembako", ""],
    ]
    report = _import(catalogue_in, personal, xlsx(tmp_path / "r.xlsx", rows))
    assert [(f.row, f.column, f.reason) for f in report.findings] == [
        (4, Column.MEMBERS, Reason.MEMBERS_BAD),
        (4, Column.STATUS, Reason.STATUS_UNKNOWN),
        (4, Column.POINT, Reason.POINT_UNKNOWN),
        (4, Column.STAGE, Reason.STAGE_UNKNOWN),
        (4, Column.PACKAGE, Reason.PACKAGE_UNKNOWN),
        (4, Column.QUANTITY, Reason.QUANTITY_BAD),
        (6, Column.POINT, Reason.ALLOCATION_INCOMPLETE),
    ]
    loaded = _households(catalogue_in, personal)
    assert loaded[kk(5)][5:] == (4, 1)
    assert loaded[kk(6)][5:] == (3, 3)
    with catalogue_in.connect() as connection:
        due = connection.execute(
            text("SELECT stage, package, quantity, point FROM entitlement ORDER BY 4, 2")
        ).fetchall()
        told = connection.execute(
            text("SELECT point, count(*) FROM point_change GROUP BY 1 ORDER BY 1")
        ).fetchall()
    assert due == [(1, 1, 2, 1), (1, 2, 2, 1), (1, 1, 1, 2)]
    assert told == [(1, 1), (2, 1)]


def test_one_row_a_package_gives_one_household_with_several_allocations(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    header = (*HEADER, "Paket")
    rows = [header, *([*household(5), name] for name in ("Sembako", "Lebaran", "Sembako"))]
    report = _import(catalogue_in, personal, xlsx(tmp_path / "r.xlsx", rows), point="1")
    assert (report.loaded, report.further_lines, report.bad) == (1, 1, 1)
    assert _reasons(report) == [(4, Reason.KK_DUPLICATE)]
    assert _scalar(catalogue_in, "SELECT count(*) FROM entitlement") == 2


def test_a_household_that_goes_to_another_point_is_told_to_both(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "r.xlsx", [HEADER, household(5)])
    _import(catalogue_in, personal, file, point="1", packages=("1",))
    moved = _import(catalogue_in, personal, file, point="2", packages=("1",))
    assert (moved.unchanged, moved.entitlements) == (1, 1)
    with catalogue_in.connect() as connection:
        told = connection.execute(
            text("SELECT point, count(*) FROM point_change GROUP BY 1 ORDER BY 1")
        ).fetchall()
    assert told == [(1, 2), (2, 1)]


def test_what_the_file_says_nothing_of_stays_as_it_was(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    full = (*HEADER, "Anggota", "Status")
    _import(engine, personal, xlsx(tmp_path / "a.xlsx", [full, [*household(5), 4, "Meninggal"]]))
    bare = xlsx(tmp_path / "b.xlsx", [HEADER, household(5, Alamat="", RW=9)])
    assert _import(engine, personal, bare).updated == 1
    assert _households(engine, personal)[kk(5)][2:] == (9, 5, "Jl. A", 4, 3)


def test_a_former_kk_number_leads_to_its_household(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    _import(engine, personal, xlsx(tmp_path / "a.xlsx", [HEADER, household(5)]))
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO kk_alias (kk_hmac, household, at) SELECT :old, id, 0 FROM household"),
            {"old": personal.kk_hmac(kk(4))},
        )
    former = {"Nama Kepala Keluarga": "Kepala 5"}
    rows = [HEADER, household(4, **former), household(5)]
    report = _import(engine, personal, xlsx(tmp_path / "b.xlsx", rows))
    assert [(f.row, f.reason) for f in report.findings] == [
        (2, Reason.KK_FORMER),
        (3, Reason.KK_DUPLICATE),
    ]
    assert set(_households(engine, personal)) == {kk(5)}


def test_a_household_number_drawn_twice_writes_over_nobody(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    drawn = iter([7, 7, 7, 8, 8, 9])
    for serials in ([1, 2], [3]):
        rows = [HEADER, *map(household, serials)]
        _import(engine, personal, xlsx(tmp_path / "r.xlsx", rows), new_id=lambda: next(drawn))
    assert set(_households(engine, personal)) == {kk(1), kk(2), kk(3)}
    assert _scalar(engine, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM household") == "7 8 9"


def test_sheets_with_a_header_are_all_read_and_others_named(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "r.xlsx", [HEADER, household(5)])
    from openpyxl import load_workbook

    book = load_workbook(file)
    second = book.create_sheet("RW 08")
    for row in (HEADER, household(6, RW="x")):
        second.append(row)
    book.create_sheet("Catatan").append(["tanpa judul"])
    hidden = book.create_sheet("Lama")
    hidden.sheet_state = "hidden"
    for row in (HEADER, household(9)):
        hidden.append(row)
    book.save(file)
    report = _import(engine, personal, file)
    assert (report.loaded, report.ignored_sheets) == (1, ["Catatan"])
    assert [finding.place("id") for finding in report.findings] == ["RW 08, Baris 2"]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (("No", "Nama", "Kelurahan", "RW"), {Column.KK}),
        (("Nomor KK", "Alamat"), {Column.NAME, Column.REGION_NAME, Column.RW}),
        (("Kolom1", "Kolom2"), {Column.KK, Column.NAME, Column.REGION_NAME, Column.RW}),
    ],
)
def test_a_wrong_header_is_told_by_what_was_found_and_what_is_needed(
    engine: Engine,
    personal: Personal,
    tmp_path: Path,
    header: Sequence[str],
    missing: set[Column],
) -> None:
    with pytest.raises(RosterHeader) as caught:
        _import(engine, personal, xlsx(tmp_path / "r.xlsx", [header, ["x"] * len(header)]))
    error = caught.value
    assert set(error.parts["missing"]) == missing  # type: ignore[call-overload]
    for language in LANGUAGES:
        assert header[-1] in error.what_to_do(language)
        assert error.title(language)


def test_a_roster_without_any_header_is_not_repeated_in_the_message(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = csv_file(tmp_path / "r.csv", [household(5), household(6)])
    with pytest.raises(RosterHeader) as caught:
        _import(engine, personal, file)
    told = caught.value.what_to_do("id") + caught.value.title("id") + str(caught.value)
    assert str(kk(5)) not in told
    assert "Kepala 5" not in told


def test_the_points_kelurahan_stands_in_for_a_missing_column(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [("KK", "Nama", "RW"), (f"{kk(5)}", "Siti", 7)]
    report = _import(catalogue_in, personal, xlsx(tmp_path / "r.xlsx", rows), point="Rptra gambir")
    assert report.loaded == 1
    assert _households(catalogue_in, personal)[kk(5)][1] == "31.71.01.1001"


def test_a_point_that_does_not_exist_is_said_before_anything_is_loaded(
    catalogue_in: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "r.xlsx", [HEADER, household(5)])
    with pytest.raises(NothingFound):
        _import(catalogue_in, personal, file, point="Monas")
    assert _scalar(catalogue_in, "SELECT count(*) FROM household") == 0


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("r.xlsx", b"", "empty"),
        ("r.csv", b"\xef\xbb\xbf\r\n", "empty"),
        ("r.xlsx", b"PK\x03\x04broken", "damaged"),
        ("r.xlsx", b"%PDF-1.7", "pdf"),
        ("r.csv", b"\xff\xd8\xff\xe0\0\0", "picture"),
        ("r.xls", b"<html><table><tr><td>KK</td></tr></table>", "html"),
        ("r.csv", b"a\0b\0c", "not_a_table"),
        (
            "r.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * 2000
            + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("r.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "damaged"),
    ],
)
def test_what_is_no_roster_is_told_for_what_it_is(
    engine: Engine, personal: Personal, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(RosterUnreadable) as caught:
        _import(engine, personal, file)
    assert caught.value.parts["problem"] == problem
    for language in LANGUAGES:
        assert name in caught.value.title(language)
        assert caught.value.what_to_do(language)


def test_a_missing_file_and_a_folder_are_told_too(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    for file, problem in ((tmp_path, "folder"), (tmp_path / "none.xlsx", "missing")):
        with pytest.raises(RosterUnreadable) as caught:
            _import(engine, personal, file)
        assert caught.value.parts["problem"] == problem


def test_a_zip_that_is_no_workbook_is_refused(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "r.xlsx", "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    with pytest.raises(RosterUnreadable) as caught:
        _import(engine, personal, tmp_path / "r.xlsx")
    assert caught.value.parts["problem"] == "not_a_table"


def test_a_csv_called_xlsx_is_read_for_what_it_is(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = csv_file(tmp_path / "r.xlsx", [HEADER, household(5)], ";")
    assert _import(engine, personal, file).loaded == 1


def test_a_sheet_with_a_header_only_loads_nothing_and_fails_nowhere(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    report = _import(engine, personal, xlsx(tmp_path / "r.xlsx", [HEADER, [], [None, " "]]))
    assert report.rows == 0


def test_a_failure_in_the_middle_leaves_nothing_behind(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "r.xlsx", [HEADER, household(5)])

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(engine, personal, file, progress=stop)
    assert _scalar(engine, "SELECT count(*) FROM household") == 0
    assert _import(engine, personal, file).loaded == 1


def test_the_report_names_rows_in_both_languages_and_repeats_nobodys_data(
    engine: Engine, personal: Personal, tmp_path: Path
) -> None:
    rows = [
        HEADER,
        household(5, RW="=cmd()"),
        household(6, **{"Nomor KK": "12345678901234567"}),
        household(7),
        household(7),
    ]
    report = _import(engine, personal, csv_file(tmp_path / "r.csv", rows))
    for language in LANGUAGES:
        write_report(report, tmp_path / "out.csv", language)
        with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
            written = list(csv.reader(stream, delimiter=";"))
        assert [row[1] for row in written[1:]] == ["2", "3", "5"]
        everything = "\n".join([*summary_lines(report, language), str(written)])
        assert "12345678901234567" not in everything
        assert "Kepala" not in everything
        assert not any(cell.startswith("=") for row in written for cell in row)
    assert "format angka" in catalogue()["centre.roster.reason.kk_rounded"]["id"]


def test_every_reason_and_column_has_its_words() -> None:
    for reason in Reason:
        assert f"centre.roster.reason.{reason}" in catalogue()
    for column in Column:
        assert f"centre.roster.column.{column}" in catalogue()
    assert regions().kk_prefixes
