"""The office's pages at work: what is decided, answered, taken on there is a record of its own."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import qrcode
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlalchemy import Engine, text

import server
from models.cose import Signer
from models.facts import Complaint, Void, VoidReason
from models.feed import FEED_ID_BYTES
from models.numbers import mask_kk, slip_number
from models.paper import PaperCode, PaperKind, Stretch, encode_paper, to_text
from models.tally import digest_of
from models.texts import both
from models.texts import text as text_of
from server.giving.pledges import Offer, PledgeDesk, Ties, tie
from server.laptops.enrolment import CodeEnroller
from server.office.accounts import Role
from server.office.audit import entries
from server.streams.changes import Change, append_changes
from server.tables import (
    Agregator,
    ChangeKind,
    Kolaborator,
    Package,
    Point,
    Programme,
    Stage,
    Target,
    Volunteer,
)
from sync.messages import Enrol
from tests.support.centre import TestPostgres
from tests.support.office import Browser, browsing, entered, hire, office_town
from tests.support.pages import GAMBIR, HERE, SEMBAKO, THERE, Laptop, Town, household_id, kk_of

COMPLAINT = slip_number(4_800_000_017)
WHY = "Sudah ditanyakan kepada kedua relawan"


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    """A town where two households received at two laptops."""
    made = office_town(reused)
    made.settle(range(3))
    for point in (HERE, THERE):
        made.hand_over(made.laptop(point), range(2))
    return made


@pytest.fixture
def app(town: Town) -> FastAPI:
    return town.app()


@pytest.fixture
def reviewer(town: Town, app: FastAPI) -> Iterator[Browser]:
    with entered(app, hire(town, "rina", Role.REVIEWER)) as browser:
        yield browser


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(town: Town, statement: str) -> list[tuple[object, ...]]:
    with town.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def logged(town: Town) -> list[tuple[str, str]]:
    with town.engine.connect() as connection:
        return [(one.actor, one.action) for one in entries(connection) if one.sound]


# --- reviews ----------------------------------------------------------------------------------


def test_a_double_is_decided_beside_both_its_stories(town: Town, reviewer: Browser) -> None:
    doubles = re.findall(r'href="(/kantor/tinjauan/\d+)">Penerimaan ganda', _list(reviewer))
    assert len(doubles) == 2
    shown = words(reviewer.get(doubles[0]))
    for part in (
        "Cerita 1",
        "Cerita 2",
        "Balai RW 03 Cideng",
        "Kantor Kelurahan Senen",
        "alokasi 1",
    ):
        assert part in shown
    assert "Rahasia" not in shown
    number = re.findall(r'name="nomor" value="(\d+)"', reviewer.page)
    assert reviewer.post(doubles[0], nomor=number, alasan=WHY).status_code == 422
    assert reviewer.post(doubles[0], nomor=number, putusan="confirmed").status_code == 422
    told = reviewer.post(
        doubles[0], nomor=number, putusan="confirmed", alasan="KK 3171010101200005"
    )
    assert told.status_code == 422 and "nomor yang panjang" in told.text
    done = reviewer.post(doubles[0], nomor=number, putusan="confirmed", alasan=WHY)
    assert done.status_code == 303
    assert "Keputusan sudah dicatat" in reviewer.get(done.headers["location"])
    again = reviewer.post(doubles[0], nomor=number, putusan="cleared", alasan=WHY)
    assert again.status_code == 422 and "sudah diputuskan oleh rina" in again.text
    assert rows(
        town, "SELECT decided_by, decision, decided_why FROM review WHERE decided_at > 0"
    ) == [("rina", "confirmed", WHY)]
    assert logged(town)[-1] == ("rina", "review.decided")
    assert WHY in words(reviewer.get(doubles[0])) and 'name="putusan"' not in reviewer.page
    assert "terbukti" in reviewer.get("/kantor/tinjauan?keadaan=sudah")


def _list(browser: Browser) -> str:
    return browser.get("/kantor/tinjauan")


def test_the_first_page_says_how_much_waits(
    town: Town, app: FastAPI, reviewer: Browser, pledged: list[str]
) -> None:
    shown = words(reviewer.get("/kantor"))
    assert "Tinjauan 2 menunggu" in shown and "Komitmen 2 menunggu" in shown
    assert "Pengaduan 0" not in shown
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        assert "menunggu" not in words(staff.get("/kantor"))


def test_reviews_are_filtered_by_kind_and_point_and_shown_in_parts(
    town: Town, reviewer: Browser
) -> None:
    assert _list(reviewer).count("/kantor/tinjauan/") >= 2
    assert "Tidak ada yang seperti itu" in reviewer.get("/kantor/tinjauan?jenis=forged")
    assert len(_doubles(reviewer.get(f"/kantor/tinjauan?jenis=double&titik={THERE}"))) == 2
    assert _doubles(reviewer.get("/kantor/tinjauan?titik=99")) == []
    town.settle(range(3, 40))
    for point in (HERE, THERE):
        town.hand_over(town.laptop(point), range(3, 40))
    first = reviewer.get("/kantor/tinjauan?jenis=double")
    assert "Bagian 1 dari 2" in words(first)
    second = re.search(r'rel="next" href="([^"]+)"', first)
    assert second is not None
    more = reviewer.get("/kantor/tinjauan" + second[1].replace("&amp;", "&"))
    assert not set(_doubles(first)) & set(_doubles(more))
    assert len({*_doubles(first), *_doubles(more)}) == 39
    assert _doubles(reviewer.get("/kantor/tinjauan?jenis=double&bagian=99")) == _doubles(more)


def _doubles(page: str) -> list[str]:
    return re.findall(r'href="(/kantor/tinjauan/\d+)">Penerimaan ganda', page)


def test_an_auditor_sees_the_question_and_has_no_form(town: Town, app: FastAPI) -> None:
    with entered(app, hire(town, "adi", Role.AUDITOR)) as auditor:
        (path, *_) = _doubles(_list(auditor))
        assert "Cerita 2" in auditor.get(path) and "<form class" not in auditor.page
        answer = auditor.post(path, nomor="1", putusan="cleared", alasan=WHY)
        assert answer.status_code == 403
    assert rows(town, "SELECT count(*) FROM review WHERE decided_at > 0") == [(0,)]


# --- complaints -------------------------------------------------------------------------------


def test_an_answer_is_read_by_whoever_has_the_number(
    town: Town, app: FastAPI, reviewer: Browser
) -> None:
    laptop = town.laptop(HERE)
    made = Complaint(number=COMPLAINT, category=2, words="ditahan", household=household_id(2))
    town.push(laptop, [(town.now, made)])
    listed = reviewer.get("/kantor/pengaduan?keadaan=received")
    found = re.search(r'href="(/kantor/pengaduan/\d+)"', listed)
    assert found is not None
    shown = words(reviewer.get(found[1]))
    assert "ditahan" in shown and "Balai RW 03 Cideng" in shown and "3171********" in shown
    said = "Paketnya diserahkan besok."
    assert reviewer.post(found[1], keadaan="received", kata=said).status_code == 422
    assert reviewer.post(found[1], keadaan="answered", kata=said).status_code == 303
    with browsing(app) as anybody:
        public = anybody.client.post("/pengaduan", data={"nomor": f"{COMPLAINT:011d}"})
        assert said in public.text
    assert "Tidak ada pengaduan" in reviewer.get("/kantor/pengaduan?keadaan=received")
    assert found[1] in reviewer.get("/kantor/pengaduan?keadaan=answered")
    assert logged(town)[-1] == ("rina", "complaint.answered")


# --- pledges ----------------------------------------------------------------------------------


@pytest.fixture
def pledged(town: Town) -> list[str]:
    """The pages of two pledges, the first of which comes to the first aggregator."""
    desk = PledgeDesk(town.engine, town.personal)
    days = date(2026, 12, 1), date(2026, 12, 14)
    numbers = [
        desk.take(Offer(donor, "08xx", "beras", 100, GAMBIR, *days), town.now)
        for donor in ("PT Sumber", "PT Lain")
    ]
    with town.engine.begin() as connection:
        tie(connection, numbers[0], Ties(agregator=1), town.now, actor="test")
    return [f"/kantor/komitmen/{number:011d}" for number in numbers]


def test_a_pledge_is_tied_and_taken_on_step_by_step(
    town: Town, app: FastAPI, pledged: list[str]
) -> None:
    path = pledged[1]
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as admin:
        assert "PT Lain" in admin.get("/kantor/komitmen")
        assert "PT Lain" in admin.get(path)
        tied = admin.post(path, apa="ikat", agregator="2", package="1")
        assert tied.status_code == 303 and "Rumah Bantu" in admin.get(tied.headers["location"])
        assert admin.post(path, keadaan="received").status_code == 422
        assert admin.post(path, keadaan="confirmed", kata="Terima kasih.").status_code == 303
        assert admin.post(path, keadaan="arrived", tiba="95").status_code == 303
        shown = words(admin.get(path))
        assert "Terima kasih." in shown and "Tiba di agregator 95" in shown
        assert path in admin.get("/kantor/komitmen?keadaan=arrived")
        assert pledged[0] not in admin.page
    assert [action for who, action in logged(town) if who == "sari"][-3:] == [
        "pledge.tied", "pledge.advanced", "pledge.advanced",
    ]  # fmt: skip


def test_an_aggregators_staff_sees_its_own_pledges_and_nothing_of_others(
    town: Town, app: FastAPI, pledged: list[str]
) -> None:
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        listed = staff.get("/kantor/komitmen")
        assert pledged[0] in listed and pledged[1] not in listed and "PT Lain" not in listed
        staff.get(pledged[0])
        assert staff.post(pledged[0], keadaan="arrived").status_code == 303
        assert staff.post(pledged[0], keadaan="declined").status_code == 422, "not theirs to say"
        assert staff.post(pledged[0], apa="ikat", agregator="2").status_code == 422
        other = staff.client.get(pledged[1])
        assert other.status_code == 422 and "PT Lain" not in other.text
        assert staff.post(pledged[1], keadaan="arrived").status_code == 422
    assert rows(town, "SELECT count(*) FROM pledge_step") == [(1,)]


# --- what is handed out, where and by whom ----------------------------------------------------


def test_programmes_stages_packages_and_points_are_set_up_on_their_pages(
    town: Town, app: FastAPI
) -> None:
    path = "/kantor/program"
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as admin:
        admin.get(path)
        made: list[dict[str, str | list[str]]] = [
            {"apa": "program", "nama": "KSBB Pendidikan", "bidang": "pendidikan"},
            {"apa": "tahap", "program": "2", "nama": "Tahap A", "mulai": "2026-12-01",
             "sampai": "2026-12-07", "minta": ["photo", "signature"]},
            {"apa": "paket", "program": "2", "nama": "Paket buku", "isi": "5 buah buku\n2 l cat"},
        ]  # fmt: skip
        for fields in made:
            assert admin.post(path, None, **fields).status_code == 303, fields
        shown = words(admin.get(path))
        for part in (
            "KSBB Pendidikan",
            "1–7 Desember 2026; foto penerima, tanda",
            "2 l cat",
        ):
            assert part in shown
        for wrong in (
            {**made[0]},
            {**made[1], "program": "9"},
            {**made[1], "nama": "Tahap B", "sampai": "besok"},
            {**made[1], "nama": "Tahap B", "sampai": "2026-11-01"},
            {**made[1], "nama": "Tahap B", "minta": "wajah"},
            {**made[2], "nama": "Paket lain", "isi": "beras"},
        ):
            assert admin.post(path, None, **wrong).status_code == 422, wrong
        point = {"nama": "Balai Gambir", "wilayah": GAMBIR, "alamat": "Jl. 1", "agregator": "2"}
        admin.get("/kantor/titik")
        assert admin.post("/kantor/titik", **{**point, "wilayah": "31.71"}).status_code == 422
        assert admin.post("/kantor/titik", **point).status_code == 303
        assert "Balai Gambir" in admin.get("/kantor/titik")
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        listed = staff.get("/kantor/titik")
        assert "Balai RW 03 Cideng" in listed and "Balai Gambir" not in listed
        assert "<form class" not in listed
    assert [action for who, action in logged(town) if who == "sari"][2:] == [
        "programme.added", "stage.added", "package.added", "point.added",
    ]  # fmt: skip


def test_a_volunteer_gets_a_pin_that_is_said_once_and_works_where_the_office_says(
    town: Town, app: FastAPI
) -> None:
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as admin:
        admin.get("/kantor/relawan")
        assert admin.post("/kantor/relawan", nama="Budi").status_code == 422, "nowhere"
        made = admin.post("/kantor/relawan", nama="Budi", titik=[str(HERE), str(THERE)])
        found = re.search(r'id="pin">(\d{6})<', made.text)
        assert found is not None
        admin.post("/kantor/relawan", nama="Wati", titik=str(HERE))
        assert found[1] not in admin.get("/kantor/relawan")
        admin.get("/kantor/relawan/1")
        again = admin.post("/kantor/relawan/1", apa="pin")
        assert re.search(r'id="pin">(\d{6})<', again.text)
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        assert "Senen" not in staff.get("/kantor/relawan")
        staff.get("/kantor/relawan/2")
        assert staff.post("/kantor/relawan/1", apa="pin").status_code == 422, "works elsewhere too"
        assert staff.post("/kantor/relawan/2", apa="pin").status_code == 200
        elsewhere = staff.post("/kantor/relawan/2", apa="titik", titik=str(THERE))
        assert elsewhere.status_code == 422
    with entered(app, hire(town, "sita", Role.ADMINISTRATOR)) as admin:
        admin.get("/kantor/relawan/2")
        assert admin.post("/kantor/relawan/2", apa="titik", titik=str(THERE)).status_code == 303
    with entered(app, hire(town, "tini", Role.AGREGATOR, 1)) as staff:
        assert staff.client.get("/kantor/relawan/2").status_code == 422
        assert "Wati" not in staff.get("/kantor/relawan")


# --- laptops ----------------------------------------------------------------------------------


def test_a_laptop_is_enrolled_by_the_code_on_the_page_and_blocked_there(
    town: Town, app: FastAPI
) -> None:
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as admin:
        admin.get("/kantor/laptop/daftar")
        assert admin.post("/kantor/laptop/daftar", titik="99").status_code == 422
        made = admin.post("/kantor/laptop/daftar", titik=str(HERE), nama="Laptop 7")
        found = re.search(r'id="kode">([A-Z0-9-]+)<', made.text)
        assert made.status_code == 200 and found is not None and "<svg" in made.text
        key = Signer.generate(FEED_ID_BYTES)
        enroller = CodeEnroller(town.engine)
        asked = Enrol(town.now, found[1], key.public_key, "Laptop 7", "0.1.0", bytes(32))
        certificate = enroller.enrol(asked, town.now)
        assert certificate is not None
        path = f"/kantor/laptop/{certificate.device}"
        assert "Laptop 7" in admin.get("/kantor/laptop")
        admin.get(path)
        assert admin.post(path).status_code == 422, "nothing was chosen"
        assert admin.post(path, apa="blokir").status_code == 303
        assert "diblokir" in admin.get(path) and 'value="blokir"' not in admin.page
    assert [action for who, action in logged(town) if who == "sari"][-2:] == [
        "enrolment_code.made", "device.revoked",
    ]  # fmt: skip


def test_whose_data_a_lost_laptop_held_is_told_with_names_only_on_record(
    town: Town, app: FastAPI
) -> None:
    moved = household_id(2)
    with town.engine.begin() as connection:
        # Told at the first point once, due at the other now.
        append_changes(connection, HERE, [Change(ChangeKind.HOUSEHOLD, household=moved)])
        connection.execute(
            text("UPDATE entitlement SET point = :there WHERE household = :moved"),
            {"there": THERE, "moved": moved},
        )
    path = "/kantor/laptop/1/laporan"
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as admin:
        assert re.search(r'id="keluarga">3<', admin.get("/kantor/laptop/1"))
        before = logged(town)
        masked = _sheets(admin.client.get(path).content)
        assert logged(town) == before
        admin.get("/kantor/laptop/1")
        clear = _sheets(admin.post(path).content)
        assert ("sari", "device.exposure_told") in logged(town)
    listed = masked["Keluarga"]
    assert len(listed) == 4 and {row[0] for row in listed[1:]} == {
        mask_kk(kk_of(number)) for number in range(3)
    }
    assert "Rahasia" not in str(masked) and str(kk_of(0)) not in str(masked)
    assert {(row[0], row[1]) for row in clear["Keluarga"][1:]} == {
        (f"{kk_of(number):016d}", f"Rahasia {number}") for number in range(3)
    }
    assert "Balai RW 03 Cideng" in str(masked["Ringkasan"])
    with entered(app, hire(town, "adi", Role.AUDITOR)) as auditor:
        assert auditor.client.get(path).status_code == 200
        assert auditor.post(path).status_code == 403


def test_an_aggregators_staff_sees_the_laptops_of_its_points(town: Town, app: FastAPI) -> None:
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        listed = staff.get("/kantor/laptop")
        assert '/kantor/laptop/1"' in listed and '/kantor/laptop/2"' not in listed
        staff.get("/kantor/laptop/1")
        assert "/kantor/laptop/1/laporan" not in staff.page
        assert staff.client.get("/kantor/laptop/2").status_code == 422
        assert "Senen" not in staff.get("/kantor/laptop/daftar")
        assert staff.post("/kantor/laptop/daftar", titik=str(THERE)).status_code == 422
        assert staff.post("/kantor/laptop/daftar", titik=str(HERE)).status_code == 200


def _sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


# --- papers -----------------------------------------------------------------------------------


def _paper(town: Town, laptop: Laptop, point: int, handed: int) -> str:
    """The code of the laptop's BAST of today, as it stands on the paper."""
    statement = text("SELECT hash FROM fact WHERE device = :device AND kind = 3")
    with town.engine.connect() as connection:
        found = connection.scalars(statement, {"device": laptop.device}).all()
    code = PaperCode(
        PaperKind.BAST,
        point,
        date(2026, 11, 24),
        date(2026, 11, 24),
        town.now // 1000 * 1000,
        handed,
        ((SEMBAKO, handed),),
        digest_of([bytes(one) for one in found]),
        (Stretch(laptop.signer.key_id, 1, laptop.head.seq),),
    )  # fmt: skip
    return to_text(encode_paper(code, laptop.signer), "https://ksbb.test")


def test_a_paper_is_taken_in_by_its_code_and_held_against_the_facts_each_time(
    town: Town, app: FastAPI, reviewer: Browser
) -> None:
    town.settle(range(50, 53))
    laptop = town.laptop(HERE)
    town.hand_over(laptop, range(50, 53))
    written = _paper(town, laptop, HERE, 3)
    reviewer.get("/kantor/arsip")
    assert reviewer.post("/kantor/arsip", kode="HTTPS://X/P/ABC").status_code == 422
    assert reviewer.post("/kantor/arsip").status_code == 422
    done = reviewer.post("/kantor/arsip", kode=written)
    assert done.status_code == 303
    shown = words(reviewer.get(done.headers["location"]))
    assert text_of("id", "papers.check.agrees") in shown
    assert logged(town)[-1] == ("rina", "paper.kept")
    picture = io.BytesIO()
    qrcode.make(written).save(picture, format="PNG")
    reviewer.get("/kantor/arsip")
    token = {"tanda": reviewer.token()}
    sent = {"berkas": ("bast.png", picture.getvalue(), "image/png")}
    again = reviewer.client.post("/kantor/arsip", data=token, files=sent)
    assert again.status_code == 303 and again.headers["location"] == done.headers["location"]
    assert logged(town).count(("rina", "paper.kept")) == 1
    assert rows(town, "SELECT count(*) FROM paper_kept") == [(1,)]
    no_token = reviewer.client.post("/kantor/arsip", data={"tanda": "0" * 64}, files=sent)
    assert no_token.status_code == 403
    path = done.headers["location"].partition("?")[0]
    town.push(laptop, [(town.now, Void(2, VoidReason.GOODS_NOT_TAKEN))])
    assert "Yang perlu diketahui" in reviewer.get(path), "one was taken back since"
    with entered(app, hire(town, "tini", Role.AGREGATOR, 2)) as staff:
        assert path not in staff.get("/kantor/arsip")
        assert staff.client.get(path).status_code == 422
        assert staff.post("/kantor/arsip", kode=written).status_code == 422
    with entered(app, hire(town, "tono", Role.AGREGATOR, 1)) as staff:
        assert path in staff.get("/kantor/arsip?jenis=bast")
        assert path not in staff.get("/kantor/arsip?jenis=danom")


# --- the log ----------------------------------------------------------------------------------


def test_the_log_is_shown_newest_first_and_a_change_behind_the_scenes_shows(
    town: Town, app: FastAPI
) -> None:
    staff = hire(town, "adi", Role.AUDITOR)
    with entered(app, staff) as auditor:
        for _ in range(52):
            assert auditor.enter(staff).status_code == 303
        shown = auditor.get("/kantor/catatan")
        assert "Masuk ke kantor<br><code>account.entered" in shown
        numbers = [int(one) for one in re.findall(r'<th scope="row">(\d+)', shown)]
        assert numbers == sorted(numbers, reverse=True) and len(numbers) == 50
        head = rows(town, "SELECT encode(hash, 'hex') FROM audit_log ORDER BY id DESC LIMIT 1")
        assert str(head[0][0]) in shown
        assert "Rantai utuh" in auditor.get("/kantor/catatan?periksa=1")
        with town.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_stays"))
            connection.execute(text("UPDATE audit_log SET actor = 'orang lain' WHERE id = 2"))
            connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER audit_log_stays"))
        assert "tidak cocok" in auditor.get("/kantor/catatan?bagian=2")
        assert "PUTUS di nomor 2" in auditor.get("/kantor/catatan?periksa=1")


def test_the_log_has_words_for_whatever_the_office_does() -> None:
    written = [
        one.value
        for path in Path(server.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"note", "_change"}
        for argument in call.args
        for one in ast.walk(argument)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
        if re.fullmatch(r"[a-z_]+\.[a-z_]+", one.value)
    ]
    kinds = [
        f"{kind.__name__.lower()}.added"
        for kind in (Agregator, Kolaborator, Package, Point, Programme, Stage, Target, Volunteer)
    ]
    assert len(written) > 20
    assert [one for one in [*written, *kinds] if both(f"office.act.{one}") is None] == []
