"""A list brought to the office: its columns named, tried, looked through, loaded; seen by nobody
but who brought it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import Engine, text

from models.clock import DAY
from server.office.accounts import Role
from server.personal import CannotDecrypt, Personal
from server.roster.uploads import Uploads
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.office import Browser, Staff, entered, hire
from tests.support.pages import Town
from tests.support.roster import HEADER, csv_file, household, kk, xlsx

HERE, THERE = 1, 2
"""Two points, each of an aggregator of its own."""

STRANGE = ("Nomer", "Induk", "Bpk/Ibu", "Wil.", "Erwe")


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    empty(reused)
    made = Town(reused)
    made.furnish()
    with reused.begin() as connection:
        connection.execute(text("INSERT INTO agregator (name) VALUES ('Yayasan Peduli'), ('PMI')"))
        connection.execute(text("UPDATE point SET agregator = id"))
    return made


@pytest.fixture
def app(town: Town) -> FastAPI:
    return town.app()


@pytest.fixture
def sari(town: Town) -> Staff:
    return hire(town, "sari", Role.ADMINISTRATOR)


def bring(browser: Browser, file: Path, **fields: object) -> Response:
    """Uploads a list by the form."""
    browser.get("/kantor/daftar")
    data = {"tanda": browser.token(), "titik": str(HERE), "tahap": "1", "paket": "1", **fields}
    files = {"berkas": (file.name, file.read_bytes())}
    return browser.client.post("/kantor/daftar", data=data, files=files)


def brought(browser: Browser, file: Path, **fields: object) -> str:
    """The same; where the list's page is."""
    answer = bring(browser, file, **fields)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    browser.get(path)
    return str(path)


def count(town: Town, what: str) -> int:
    """How many rows a table has."""
    with town.engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


def figures(page: str) -> dict[str, str]:
    """The counts that a page shows."""
    found = re.findall(r'<th scope="row">([^<]+)</th><td class="amount">([^<]+)</td>', page)
    return dict(found)


def test_a_list_is_tried_looked_through_handed_back_and_loaded(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    rows = [HEADER, household(5), household(6), household(7, RW="=x")]
    with entered(app, sari) as browser:
        path = brought(browser, csv_file(tmp_path / "Warga RW 07.csv", rows, ";"))
        assert figures(browser.page) == {
            "baris dibaca": "3",
            "keluarga baru": "2",
            "diperbarui": "0",
            "tidak berubah": "0",
            "alokasi": "2",
            "baris ditolak": "1",
        }
        assert "bukan nomor RW" in browser.page
        assert count(town, "household") == 0
        back = browser.post(path, apa="perbaiki")
        assert "Warga%20RW%2007-perbaiki.csv" in back.headers["content-disposition"]
        lines = list(csv.reader(io.StringIO(back.content.decode("utf-8-sig")), delimiter=";"))
        assert lines[1][0] == "4" and lines[1][6] == "'=x"
        browser.get(path)
        assert browser.post(path, apa="muat").headers["location"] == f"{path}?selesai=roster.loaded"
        page = browser.get(f"{path}?selesai=roster.loaded")
        assert "Daftar sudah dimuat" in page and 'value="muat"' not in page
        assert (count(town, "household"), count(town, "entitlement")) == (2, 2)
        # A second press, or a reload of the first, loads nothing again.
        browser.post(path, apa="muat")
        with town.engine.connect() as connection:
            log = connection.execute(
                text("SELECT actor, details FROM audit_log WHERE action = 'roster.imported'")
            ).all()
        assert [(row.actor, row.details["loaded"]) for row in log] == [("sari", 2)]
        assert browser.post(path, apa="buang").status_code == 303
        browser.get(path, expected=422)
    assert count(town, "roster_upload") == 0


def test_columns_that_are_not_understood_are_named_on_the_page_and_remembered(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    def row(serial: int) -> list[object]:
        return [serial, f"{kk(serial)}", "Siti Rahmawati", "Gambir", 7]

    file = xlsx(tmp_path / "a.xlsx", [["Daftar warga"], STRANGE, row(5)])
    with entered(app, sari) as browser:
        path = brought(browser, file)
        assert 'role="alert"' in browser.page and 'value="muat"' not in browser.page
        assert 'name="baris" inputmode="numeric" pattern="[0-9]{1,3}" maxlength="3" value="2"' in (
            browser.page
        )
        chosen = {"kolom-1": "kk", "kolom-2": "name", "kolom-3": "region_name", "kolom-4": "rw"}
        browser.post(path, apa="kolom", lembar="Sheet", baris="2", **chosen)
        page = browser.get(path)
        assert figures(page)["keluarga baru"] == "1"
        assert '<option value="kk" selected>' in page
        browser.post(path, apa="muat")
        second = csv_file(tmp_path / "b.csv", [STRANGE, row(6)])
        brought(browser, second)
        assert figures(browser.page)["keluarga baru"] == "1"
        brought(browser, second, titik=str(THERE))  # another aggregator's
        assert 'role="alert"' in browser.page


def test_the_file_lies_encrypted_bound_to_its_account_and_for_a_day(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    file = csv_file(tmp_path / "a.csv", [HEADER, household(5)])
    with entered(app, sari) as browser:
        path = brought(browser, file)
    with town.engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM roster_upload")).one()
        everything = bytes(stored.file_enc) + bytes(stored.state_enc)
        assert str(kk(5)).encode() not in everything and b"Kepala" not in everything
        number = path.rpartition("/")[2]
        mine = Uploads(connection, town.personal, stored.account).get(number)
        assert mine.file.content == file.read_bytes()
    with town.engine.begin() as connection:  # as if somebody moved the row to another account
        connection.execute(text("UPDATE roster_upload SET account = 99"))
    with town.engine.connect() as connection, pytest.raises(CannotDecrypt):
        Uploads(connection, town.personal, 99).get(number)
    with entered(app, hire(town, "budi", Role.ADMINISTRATOR)) as browser:
        browser.get(path, expected=422)
        town.now += 2 * DAY
    with entered(app, sari) as browser:
        brought(browser, file)
    assert count(town, "roster_upload") == 1
    assert isinstance(town.personal, Personal)


def test_an_aggregators_staff_loads_for_its_own_points_alone(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    header = (*HEADER, "Titik")
    rows = [header, [*household(5), HERE], [*household(6), THERE], [*household(7), ""]]
    file = csv_file(tmp_path / "a.csv", rows)
    tuti = hire(town, "tuti", Role.AGREGATOR, 1)
    with entered(app, tuti) as browser:
        page = browser.get("/kantor/daftar")
        assert "Balai RW 03" in page and "Kelurahan Senen" not in page
        brought(browser, file)
        assert figures(browser.page)["keluarga baru"] == "2"
        assert "titik “2” tidak dikenal" in browser.page
        brought(browser, file, titik=str(THERE))
        assert 'role="alert"' in browser.page
    with entered(app, sari) as browser:
        path = brought(browser, file, titik=str(THERE))
        browser.post(path, apa="muat")
    assert count(town, "household") == 3
    with entered(app, tuti) as browser:
        # A household of another's list stays as that one has it.
        path = brought(browser, csv_file(tmp_path / "b.csv", [HEADER, household(7, RW=9)]))
        assert figures(browser.page)["baris ditolak"] == "1"


def test_a_form_without_a_file_and_a_file_that_is_no_list_are_told(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    picture = tmp_path / "foto.xlsx"
    picture.write_bytes(b"\xff\xd8\xff\xe0\0\0")
    with entered(app, sari) as browser:
        browser.get("/kantor/daftar")
        answer = browser.post("/kantor/daftar", titik="")
        assert answer.status_code == 422 and "Belum ada berkas" in answer.text
        brought(browser, picture)
        assert "adalah gambar" in browser.page


def test_the_roster_comes_out_as_a_list_that_goes_in_again_and_its_taking_is_logged(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    rows = [HEADER, household(5, **{"Nama Kepala Keluarga": "=Siti"}), household(6)]
    with entered(app, sari) as browser:
        browser.post(brought(browser, csv_file(tmp_path / "a.csv", rows)), apa="muat")
        browser.get("/kantor/daftar")
        for form in ("xlsx", "csv"):
            answer = browser.post("/kantor/daftar/unduh", bentuk=form, titik=str(HERE))
            assert answer.status_code == 200
            file = tmp_path / f"out.{form}"
            file.write_bytes(answer.content)
            brought(browser, file, titik="", paket="")
            assert figures(browser.page)["tidak berubah"] == "2", form
            assert figures(browser.page)["alokasi"] == "0"
            browser.get("/kantor/daftar")
        empty_one = browser.post("/kantor/daftar/unduh", bentuk="csv", titik=str(THERE))
        assert len(empty_one.text.splitlines()) == 1
    tuti = hire(town, "tuti", Role.AGREGATOR, 2)
    with entered(app, tuti) as browser:
        browser.get("/kantor/daftar")
        for point in ("", str(HERE)):  # neither all nor another aggregator's
            answer = browser.post("/kantor/daftar/unduh", bentuk="csv", titik=point)
            assert len(answer.text.splitlines()) == 1
    with town.engine.connect() as connection:
        log = connection.execute(
            text("SELECT actor, details FROM audit_log WHERE action = 'roster.exported'")
        ).all()
    assert [(row.actor, row.details["rows"]) for row in log] == [
        ("sari", 2), ("sari", 2), ("sari", 0), ("tuti", 0), ("tuti", 0)
    ]  # fmt: skip


def test_two_numbers_of_one_family_are_looked_at_merged_and_parted_again(
    town: Town, app: FastAPI, sari: Staff, tmp_path: Path
) -> None:
    rows = [HEADER, household(5), household(6)]
    with entered(app, sari) as browser:
        browser.post(brought(browser, csv_file(tmp_path / "a.csv", rows)), apa="muat")
        browser.get("/kantor/gabungan")
        answer = browser.post("/kantor/gabungan", apa="lihat", tetap="123", lama=f"{kk(6)}")
        assert answer.status_code == 422 and "3 digit" in answer.text
        answer = browser.post("/kantor/gabungan", apa="lihat", tetap=f"{kk(9)}", lama=f"{kk(6)}")
        assert answer.status_code == 422 and f"{kk(9)}" not in answer.text
        page = browser.post("/kantor/gabungan", apa="lihat", tetap=f"{kk(5)}", lama=f"{kk(6)}").text
        assert "Kepala 5" in page and "Kepala 6" in page and f"{kk(5)}" not in page
        kept, gone = re.findall(r'name="(?:tetap|lama)" value="(\d+)"', page)
        browser.post("/kantor/gabungan", apa="gabung", tetap=kept, lama=gone)
        page = browser.get("/kantor/gabungan?selesai=merge.merged")
        assert "sudah digabung" in page and "3171********0006" in page
        assert count(town, "entitlement") == 1
        browser.post("/kantor/gabungan", apa="pisah", nomor="1")
        assert "dipisahkan" in browser.get("/kantor/gabungan")
    assert (count(town, "entitlement"), count(town, "kk_alias")) == (2, 0)
