"""A list goes from a file to the roster in a real Chromium, without script, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import text

from server.office.accounts import Role
from tests.support.centre import TestPostgres
from tests.support.office import PASSWORD, Staff, hire
from tests.support.pages import Town
from tests.support.roster import kk, xlsx
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
ROWS: list[list[object]] = [
    ["Daftar penerima RW 07"],
    ["Urut", "Induk keluarga", "Bpk/Ibu", "Kel.", "Erwe", "Erte", "Tinggal di"],
    [1, f"{kk(5)}", "Siti Rahmawati", "Gambir", 7, 5, "Jl. Mawar No. 3"],
    [2, f"{kk(6)}", "Sitti Rachmawati", "Gambir", 7, 5, "Jl. Mawar No. 9"],
    [3, 3.17101e15, "Budi Hartono", "Gambir", 7, 5, "Jl. Melati No. 1"],
    [4, f"{kk(8)}", "Joko Susilo", "Gambir", "tujuh", 5, "Jl. Melati No. 2"],
]
COLUMNS = {
    "Kolom B": "nomor KK",
    "Kolom C": "nama kepala keluarga",
    "Kolom D": "kelurahan",
    "Kolom E": "RW",
    "Kolom F": "RT",
    "Kolom G": "alamat",
}


@pytest.fixture(scope="module")
def town(postgres: TestPostgres) -> Iterator[Town]:
    with postgres.database() as engine:
        made = Town(engine)
        made.furnish()
        yield made


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def enter(page: Page, address: str, staff: Staff) -> None:
    """Through the door, as a person does."""
    page.goto(f"{address}/kantor/masuk")
    page.get_by_label("Nama akun").fill(staff.name)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_label("Angka sekali pakai").fill(staff.number())
    page.get_by_role("button", name="Masuk").click()
    expect(page).to_have_url(f"{address}/kantor")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_list_with_strange_columns_is_named_looked_at_mended_and_loaded(
    town: Town, browser: Browser, tmp_path: Path, width: int
) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("TRUNCATE household, entitlement, roster_heading, roster_upload"))
    staff = hire(town, f"sari{width}", Role.ADMINISTRATOR)
    file = xlsx(tmp_path / "Warga.xlsx", ROWS)
    context = browser.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=False
    )
    page = context.new_page()
    with served(town.app()) as address:
        enter(page, address, staff)
        page.goto(f"{address}/kantor/daftar")
        page.get_by_label("Berkas XLSX").set_input_files(file)
        page.locator("#titik").select_option("1")
        page.get_by_label("Paket sembako").check()
        page.get_by_role("button", name="Periksa").click()
        expect(page.get_by_role("alert")).to_contain_text("kolom yang kurang")
        for column, meaning in COLUMNS.items():
            page.get_by_label(column, exact=True).select_option(label=meaning)
        page.get_by_role("button", name="Periksa lagi dengan kolom ini").click()
        expect(page.get_by_role("row", name="baris ditolak")).to_contain_text("2")
        expect(page.locator("main")).to_contain_text("nama mirip dengan baris 3")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        with page.expect_download() as coming:
            page.get_by_role("button", name="Unduh baris yang perlu diperbaiki").click()
        assert coming.value.suggested_filename == "Warga-perbaiki.xlsx"
        page.get_by_role("button", name="Muat 2 baris").click()
        expect(page.get_by_role("status")).to_contain_text("Daftar sudah dimuat")
        page.get_by_role("button", name="Selesai, hapus berkas ini").click()
        expect(page.get_by_role("status")).to_contain_text("sudah dihapus")
    context.close()
    with town.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM household")) == 2
