"""The office's pages of allocation, reports, partners and targets, in process."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlalchemy import Engine

from server.allocating.desk import allocations
from server.giving.pledges import Progress
from server.office.accounts import Role
from server.office.audit import entries
from tests.support.allotted import allocate, pledge, settle_needs
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.office import Browser, entered, hire
from tests.support.pages import HERE, SENEN, Town

THERE_ALREADY = (Progress.CONFIRMED, Progress.ARRIVED)


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    empty(reused)
    made = Town(reused)
    settle_needs(made)
    return made


@pytest.fixture
def app(town: Town) -> FastAPI:
    return town.app()


@pytest.fixture
def sari(town: Town, app: FastAPI) -> Iterator[Browser]:
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as browser:
        yield browser


@pytest.fixture
def dua(town: Town, app: FastAPI) -> Iterator[Browser]:
    """Staff of the second agregator, whose point is in Senen."""
    with entered(app, hire(town, "tono", Role.AGREGATOR, 2)) as browser:
        yield browser


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def states(town: Town) -> list[tuple[str, str]]:
    with town.engine.connect() as connection:
        return [(one.region, one.state) for one in allocations(connection)]


def last_act(town: Town) -> tuple[str, str]:
    with town.engine.connect() as connection:
        *_, last = entries(connection)
    return last.actor, last.action


def test_a_proposal_is_looked_at_before_it_is_accepted(town: Town, sari: Browser) -> None:
    pledge(town, 65)
    before = words(sari.get("/kantor/alokasi"))
    assert "Gambir" in before and "Terima usulan" not in before
    shown = words(sari.get("/kantor/alokasi?usul=1"))
    assert "65 paket" in shown and "Belum ada yang dicatat" in shown
    assert "30 (50%)" in shown and "0 (0%)" in shown, "after and before"
    assert states(town) == []
    fields = dict(re.findall(r'name="(tahap|usulan)" value="(\w+)"', sari.page))
    answer = sari.post("/kantor/alokasi", **fields)
    assert answer.status_code == 303
    assert "sudah dicatat" in sari.get(answer.headers["location"])
    assert len(states(town)) == 3 and last_act(town) == ("sari", "allocation.accepted")
    again = sari.post("/kantor/alokasi", **fields)
    assert again.status_code == 422 and "berubah" in again.text
    assert len(states(town)) == 3


def test_by_hand_a_proposal_is_narrowed_down(town: Town, sari: Browser) -> None:
    number = pledge(town, 500)
    shown = words(sari.get(f"/kantor/alokasi?usul=1&kelurahan=Cideng&rw=3&komitmen={number}"))
    assert "Cideng RW 03" in shown and "Gambir" not in shown.partition("Buat usulan")[0]
    for wrong in ("kelurahan=Antah", "banyak=x", "rw=-1", "komitmen=12", "titik=99"):
        sari.get(f"/kantor/alokasi?usul=1&{wrong}", 422)
    sari.get("/kantor/alokasi?tahap=99", 404)
    sari.get("/en/kantor/alokasi?usul=1&banyak=7")
    assert "7 packages" in words(sari.page)


def test_staff_of_an_agregator_see_and_send_what_is_their_own(
    town: Town, sari: Browser, dua: Browser
) -> None:
    pledge(town, 65, THERE_ALREADY)
    allocate(town)
    dua.get("/kantor/alokasi", 403)
    mine = words(dua.get("/kantor/alokasi/daftar"))
    assert "Senen" in mine and "Gambir" not in mine
    with town.engine.connect() as connection:
        ids = {one.region: str(one.id) for one in allocations(connection)}
    others = [number for region, number in ids.items() if region != SENEN]
    assert dua.post("/kantor/alokasi/daftar", apa="sent", nomor=others).status_code == 422
    assert dua.post("/kantor/alokasi/daftar", apa="cancelled", nomor=ids[SENEN]).status_code == 422
    assert {state for _, state in states(town)} == {"allocated"}
    assert dua.post("/kantor/alokasi/daftar", apa="sent", nomor=ids[SENEN]).status_code == 303
    assert dict(states(town))[SENEN] == "sent"
    assert last_act(town) == ("tono", "allocation.sent")
    sari.get("/kantor/alokasi/daftar")
    assert sari.post("/kantor/alokasi/daftar", apa="cancelled", nomor=others).status_code == 303
    assert sorted(state for _, state in states(town)) == ["cancelled", "cancelled", "sent"]
    assert sari.post("/kantor/alokasi/daftar", apa="sent").status_code == 422, "none was chosen"


def test_reports_are_read_and_taken_along(town: Town, sari: Browser, dua: Browser) -> None:
    number = pledge(town, 65, THERE_ALREADY)
    allocate(town)
    town.hand_over(town.laptop(HERE), range(10))
    for by in ("stage", "agregator", "area"):
        shown = words(sari.get(f"/kantor/laporan?menurut={by}"))
        assert "Paket sembako" in shown and "65" in shown, by
        sheet = load_workbook(
            io.BytesIO(sari.client.get(f"/kantor/laporan?menurut={by}&bentuk=xlsx").content)
        ).active
        assert sheet is not None
        assert any(65 in row for row in sheet.iter_rows(values_only=True))
        paper = sari.client.get(f"/kantor/laporan?menurut={by}&bentuk=pdf")
        assert paper.content.startswith(b"%PDF") and "no-store" in paper.headers["cache-control"]
    assert "Gambir RW 03" in words(sari.get(f"/kantor/laporan?komitmen={number}"))
    sari.get("/kantor/laporan?komitmen=123", 422)
    sari.get("/kantor/laporan?menurut=cuaca", 404)
    sari.get("/kantor/laporan?bentuk=exe", 404)
    own = words(dua.get("/kantor/laporan?menurut=area"))
    assert "Senen" in own and "Gambir" not in own


def test_an_agregator_is_suspended_and_a_giver_added(town: Town, sari: Browser) -> None:
    assert "Satu" in sari.get("/kantor/mitra")
    answer = sari.post("/kantor/mitra", apa="tangguhkan", agregator="1")
    assert "ditangguhkan" in sari.get(answer.headers["location"])
    assert last_act(town) == ("sari", "agregator.suspended")
    assert sari.post("/kantor/mitra", apa="lanjutkan", agregator="1").status_code == 303
    assert sari.post("/kantor/mitra", apa="kolaborator", nama="Bank Contoh").status_code == 303
    assert "Bank Contoh" in sari.get("/kantor/mitra")
    for wrong in (
        {"apa": "kolaborator", "nama": ""},
        {"apa": "x"},
        {"apa": "agregator", "nama": "Satu"},
    ):
        assert sari.post("/kantor/mitra", **wrong).status_code == 422


def test_a_target_is_added_needs_something_and_is_closed(
    town: Town, sari: Browser, dua: Browser
) -> None:
    sari.get("/kantor/sasaran")
    about = {"nama": "Panti Harapan", "jenis": "elderly", "kelurahan": "Senen", "orang": "1.042"}
    assert sari.post("/kantor/sasaran", apa="tambah", **about).status_code == 303
    need = {"sasaran": "1", "tahap": "1", "paket": "1", "banyak": "50"}
    assert sari.post("/kantor/sasaran", apa="kebutuhan", **need).status_code == 303
    shown = words(sari.get("/kantor/sasaran"))
    assert "panti lansia, Senen, 1.042 orang" in shown and "50" in shown
    for wrong in ({**about, "jenis": "x"}, {**about, "kelurahan": "x"}, {**about, "orang": "-1"}):
        assert sari.post("/kantor/sasaran", apa="tambah", **wrong).status_code == 422
    assert "Tambahkan" not in dua.get("/kantor/sasaran")
    sari.get("/kantor/sasaran")
    assert sari.post("/kantor/sasaran", apa="tutup", sasaran="1").status_code == 303
    assert "ditutup" in sari.get("/kantor/sasaran")


def test_households_are_owed_a_package_after_a_look(town: Town, sari: Browser) -> None:
    share = "tahap=2&paket=1&titik=1&kelurahan=Gambir&rw=3&banyak=40&tiap=1"
    shown = words(sari.get(f"/kantor/alokasi/keluarga?usul=1&{share}"))
    assert "40 keluarga" in shown and "dari 60" in shown and "Rahasia" not in sari.page
    mark = re.search(r'name="usulan" value="(\w+)"', sari.page)
    assert mark is not None
    form = dict(part.split("=") for part in share.split("&"))
    answer = sari.post("/kantor/alokasi/keluarga", usulan=mark[1], **form)
    assert answer.status_code == 303 and last_act(town) == ("sari", "allocation.households")
    page = words(sari.get(answer.headers["location"]))
    assert "sudah dicatat" in page and "40" in page
    again = sari.post("/kantor/alokasi/keluarga", usulan=mark[1], **form)
    assert again.status_code == 422
    for wrong in ("paket=9", "rw=x", "tiap=0", "kelurahan=", "banyak=-1"):
        sari.get(f"/kantor/alokasi/keluarga?usul=1&{share}&{wrong}", 422)


def test_pages_say_so_where_there_is_nothing(reused: Engine) -> None:
    empty(reused)
    bare = Town(reused)
    with entered(bare.app(), hire(bare, "sari", Role.ADMINISTRATOR)) as browser:
        for path in (
            "alokasi",
            "alokasi/keluarga",
            "alokasi/daftar",
            "laporan",
            "mitra",
            "sasaran",
        ):
            assert "Belum ada" in browser.get(f"/kantor/{path}"), path
