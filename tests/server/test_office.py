"""Entering the office: who gets in, what a session allows and how it ends, what forms need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from models.clock import wall_clock
from server.app import create_app
from server.catalogue import Desk
from server.cli import main
from server.errors import CodeUsed
from server.keys import write_keys
from server.office import entrance, one_time, passwords
from server.office.accounts import (
    VALID_MS,
    Role,
    find_account,
    invited,
    reset_account,
    set_active,
    set_role,
)
from server.office.audit import entries, person
from server.office.one_time import STEP_MS
from server.web.limits import Limits, Rate
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.house import House, office_pages
from tests.support.centre import TestPostgres
from tests.support.office import (
    PASSWORD,
    Browser,
    Staff,
    browsing,
    entered,
    hire,
    invite,
    office_town,
)
from tests.support.pages import KEYS, LOOSE, Town, settings

ALL = set(Role)
CENTRAL = ALL - {Role.AGREGATOR}
ADMIN = {Role.ADMINISTRATOR}
REVIEW = {Role.ADMINISTRATOR, Role.REVIEWER}
LISTERS = {Role.ADMINISTRATOR, Role.AGREGATOR}
NOBODY: set[Role] = set()
RULES: dict[str, tuple[set[Role], set[Role]]] = {
    "/kantor": (ALL, NOBODY),
    "/kantor/tinjauan": (CENTRAL, NOBODY),
    "/kantor/tinjauan/{number}": (CENTRAL, REVIEW),
    "/kantor/pengaduan": (CENTRAL, NOBODY),
    "/kantor/pengaduan/{number}": (CENTRAL, REVIEW),
    "/kantor/komitmen": (ALL, NOBODY),
    "/kantor/komitmen/{number}": (ALL, ADMIN | {Role.AGREGATOR}),
    "/kantor/program": (ALL, ADMIN),
    "/kantor/titik": (ALL, ADMIN),
    "/kantor/relawan": (ALL, ADMIN | {Role.AGREGATOR}),
    "/kantor/relawan/{number}": (ALL, ADMIN | {Role.AGREGATOR}),
    "/kantor/laptop": (ALL, NOBODY),
    "/kantor/laptop/daftar": (ADMIN | {Role.AGREGATOR}, ADMIN | {Role.AGREGATOR}),
    "/kantor/laptop/{number}": (ALL, ADMIN),
    "/kantor/laptop/{number}/laporan": (CENTRAL, ADMIN),
    "/kantor/alokasi": (CENTRAL, ADMIN),
    "/kantor/alokasi/daftar": (ALL, ADMIN | {Role.AGREGATOR}),
    "/kantor/alokasi/keluarga": (CENTRAL, ADMIN),
    "/kantor/mitra": (CENTRAL, ADMIN),
    "/kantor/sasaran": (ALL, ADMIN),
    "/kantor/laporan": (ALL, NOBODY),
    "/kantor/arsip": (ALL, REVIEW | {Role.AGREGATOR}),
    "/kantor/arsip/{hash}": (ALL, NOBODY),
    "/kantor/catatan": (ADMIN | {Role.AUDITOR}, NOBODY),
    "/kantor/akun": (ADMIN, ADMIN),
    "/kantor/akun/{name}": (ADMIN, ADMIN),
    "/kantor/daftar": (LISTERS, LISTERS),
    "/kantor/daftar/unduh": (LISTERS, LISTERS),
    "/kantor/gabungan": (ADMIN, ADMIN),
    "/kantor/undangan": (LISTERS, LISTERS),
    "/kantor/daftar/{unggahan}": (LISTERS, LISTERS),
    "/kantor/saya": (ALL, ALL),
    "/kantor/keluar": (ALL, ALL),
}
"""Every page of the office: who may open it, and whose forms it takes. A page that is not here is
not tested, so a test fails for it."""
OWN = {"/kantor/saya", "/kantor/keluar"}


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    return office_town(reused)


@pytest.fixture
def app(town: Town) -> FastAPI:
    return town.app()


@pytest.fixture
def browser(app: FastAPI) -> Iterator[Browser]:
    with browsing(app) as browser:
        yield browser


@pytest.fixture
def sari(town: Town) -> Staff:
    return hire(town, "sari", Role.ADMINISTRATOR)


def paths(town: Town) -> list[str]:
    """Every declared page."""
    house = House(settings(), town.engine, KEYS, town.personal, town.clock)
    return [page.path for page in office_pages(house)] + sorted(OWN)


def at(path: str) -> str:
    """An address of a page; whatever is named in it there is not."""
    return re.sub(r"\{\w+(:\w+)?\}", "1", path)


def actions(town: Town) -> list[tuple[str, str]]:
    """Who did what, by the office's log."""
    with town.engine.connect() as connection:
        log = list(entries(connection))
    assert all(one.sound for one in log)
    return [(one.actor, one.action) for one in log]


def test_password_and_number_let_in_and_leaving_ends_it(
    town: Town, browser: Browser, sari: Staff
) -> None:
    assert browser.client.get("/kantor").headers["location"] == "/kantor/masuk"
    answer = browser.enter(sari)
    assert (answer.status_code, answer.headers["location"]) == (303, "/kantor")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "max-age" not in cookie
    page = browser.get("/kantor")
    assert "sari" in page and "Administrator" in page
    held = browser.client.cookies["ksbb_kantor"]
    assert browser.post("/kantor/keluar").status_code == 303
    assert browser.client.get("/kantor").status_code == 303
    browser.client.cookies.set("ksbb_kantor", held)
    assert browser.client.get("/kantor").status_code == 303, "an old cookie is of no use"
    assert actions(town)[-2:] == [("sari", "account.entered"), ("sari", "account.left")]


def test_behind_https_the_cookies_are_for_this_host_over_https_alone(
    town: Town, sari: Staff
) -> None:
    config = replace(settings(), public_address="https://ksbb.test")
    with browsing(create_app(config, town.engine, KEYS, town.clock, limits=LOOSE)) as browser:
        guest = browser.client.get("/kantor/masuk")
        cookie = guest.headers["set-cookie"]
        assert cookie.startswith("__Host-ksbb_tamu=") and "Secure" in cookie
        browser.page = guest.text
        held = {"cookie": cookie.partition(";")[0]}  # a client of http keeps it to itself
        typed = {"nama": "sari", "sandi": PASSWORD, "angka": sari.number()}
        form = {"tanda": browser.token(), **typed}
        answer = browser.client.post("/kantor/masuk", data=form, headers=held)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-ksbb_kantor=") and "Secure" in cookie
        assert "Path=/" in cookie and "Domain" not in cookie


def test_whatever_is_wrong_gets_the_same_answer(browser: Browser, sari: Staff) -> None:
    told = set()
    browser.get("/kantor/masuk")
    for wrong in (
        {"nama": "siapa"},
        {"nama": "'; DROP TABLE account; --"},
        {"sandi": "kuda besi menari"},
        {"sandi": ""},
        {"angka": "000000"},
        {"angka": ""},
        {"angka": "١٢٣٤٥٦"},
    ):
        answer = browser.try_in(sari, **wrong)
        assert answer.status_code == 422, wrong
        told.add(re.sub(r'value="[0-9a-f]{64}"', "", answer.text))
    assert len(told) == 1 and sari.password not in told.pop()
    assert browser.client.get("/kantor").status_code == 303


def test_an_unknown_account_takes_the_same_work(
    town: Town, sari: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one Argon2 and one look at the number for each."""
    waiting = invite(town, "baru", Role.AUDITOR)
    assert waiting
    spent: list[str] = []

    def counted_fits(kept: str, password: str) -> bool:
        spent.append("argon2")
        return passwords.fits(kept, password)

    def counted_step(secret: str, typed: str, now: int, last: int) -> int | None:
        spent.append("number")
        return one_time.step_of(secret, typed, now, last)

    monkeypatch.setattr(entrance, "fits", counted_fits)
    monkeypatch.setattr(entrance, "step_of", counted_step)
    for name in ("sari", "siapa", "baru"):
        tried = entrance.enter(town.engine, town.personal, name, "salah salah", "1", town.now)
        assert tried == entrance.Tried()
    assert spent == ["argon2", "number"] * 3


def test_a_number_works_once(town: Town, app: FastAPI, sari: Staff) -> None:
    number = sari.number()
    with browsing(app) as first, browsing(app) as second:
        assert first.enter(sari, angka=number).status_code == 303
        town.now -= STEP_MS  # Staff.number() moved on; the thief is quick
        assert second.enter(sari, angka=number).status_code == 422
        assert second.try_in(sari).status_code == 303, "the next one works"
    assert ("ksbb-centre", "account.number_refused") in actions(town)


def test_a_number_is_good_for_half_a_minute_either_way_and_no_longer(
    town: Town, app: FastAPI, sari: Staff
) -> None:
    with browsing(app) as browser:
        browser.get("/kantor/masuk")
        totp = pyotp.TOTP(sari.secret)
        for steps, code in ((-2, 422), (2, 422), (-1, 303)):
            town.now += 10 * STEP_MS
            number = totp.at(town.now // 1000 + steps * 30)
            fields = {"nama": "sari", "sandi": PASSWORD, "angka": number}
            assert browser.post("/kantor/masuk", **fields).status_code == code, steps


@pytest.mark.parametrize(
    ("pause", "times", "left"),
    [
        (entrance.IDLE_MS - 1, 1, True),
        (entrance.IDLE_MS, 1, False),
        (entrance.IDLE_MS // 2, 19, True),
        (entrance.IDLE_MS // 2, 40, False),
    ],
)
def test_a_session_ends_after_idling_and_after_a_day_of_work(
    town: Town, app: FastAPI, sari: Staff, pause: int, times: int, left: bool
) -> None:
    with entered(app, sari) as browser:
        for _ in range(times):
            town.now += pause
            code = browser.client.get("/kantor").status_code
        assert code == (200 if left else 303)


def _new_role(desk: Desk, number: int, town: Town) -> None:
    set_role(desk, number, Role.AUDITOR, None)


def _shut(desk: Desk, number: int, town: Town) -> None:
    set_active(desk, number, False)


def _reset(desk: Desk, number: int, town: Town) -> None:
    reset_account(desk, town.personal, number)


@pytest.mark.parametrize("change", [_new_role, _shut, _reset])
def test_what_changes_an_account_ends_its_sessions(
    town: Town, app: FastAPI, sari: Staff, change: object
) -> None:
    assert callable(change)
    with entered(app, sari) as browser:
        with town.engine.begin() as connection:
            number = find_account(connection, "sari").id
            change(Desk(connection, town.now, "test"), number, town)
        assert browser.client.get("/kantor").status_code == 303
        let_in = browser.enter(sari).status_code == 303
        assert let_in == (change is _new_role)


def test_another_password_ends_the_other_sessions_and_not_this_one(
    town: Town, app: FastAPI, sari: Staff
) -> None:
    new = "lima belas kucing hijau"
    with entered(app, sari) as here, entered(app, sari) as there:
        here.get("/kantor/saya")
        typed = {"sandi": PASSWORD, "baru": new, "ulang": new}
        assert here.post("/kantor/saya", **typed, angka="123").status_code == 422
        assert here.post("/kantor/saya", **{**typed, "sandi": "x"}, angka=sari.number())
        short = {"sandi": PASSWORD, "baru": "pendek", "ulang": "pendek"}
        answer = here.post("/kantor/saya", **short, angka=sari.number())
        assert answer.status_code == 422 and "terlalu pendek" in answer.text
        answer = here.post("/kantor/saya", **typed, angka=sari.number())
        assert answer.status_code == 303
        assert "sudah diganti" in here.get(answer.headers["location"])
        assert there.client.get("/kantor").status_code == 303
        assert there.enter(sari).status_code == 422, "the old password"
        sari.password = new
        assert there.try_in(sari).status_code == 303


def test_an_account_is_set_up_by_its_owner_with_a_link_that_works_once(
    town: Town, browser: Browser
) -> None:
    path = invite(town, "tono", Role.REVIEWER)
    page = browser.get(path)
    found = re.search(r'id="kunci">([A-Z2-7 ]+)<', page)
    assert found is not None and "<svg" in page
    secret = found[1].replace(" ", "")

    def send(**other: str) -> int:
        number = pyotp.TOTP(secret).at(town.now // 1000)
        typed = {"sandi": PASSWORD, "ulang": PASSWORD, "angka": number, **other}
        return browser.post(path, **typed).status_code

    assert send(sandi="pendek", ulang="pendek") == 422
    assert send(sandi="tono tono tono", ulang="tono tono tono") == 422, "the name in it"
    assert send(sandi="aaaaaaaaaaaaaaaa", ulang="aaaaaaaaaaaaaaaa") == 422
    assert send(ulang=PASSWORD + "x") == 422
    assert send(angka="000000") == 422
    assert browser.post(path, token="0" * 64).status_code == 403
    assert send() == 303
    assert "Peninjau" in browser.get("/kantor")
    browser.get(path, 410)
    staff = Staff(town, "tono", secret)
    assert browser.enter(staff).status_code == 303
    assert ("tono", "account.set_up") in actions(town)


def test_a_link_ends_by_time_and_by_a_newer_one(town: Town, browser: Browser) -> None:
    first = invite(town, "tono", Role.REVIEWER)
    with town.engine.begin() as connection:
        number = find_account(connection, "tono").id
        second = reset_account(Desk(connection, town.now, "test"), town.personal, number)
    browser.get(first, 410)
    browser.get(f"/kantor/pasang/{second}")
    town.now += VALID_MS
    browser.get(f"/kantor/pasang/{second}", 410)
    browser.get("/en/kantor/pasang/xyz", 410)


def test_neither_secret_nor_session_stands_in_the_database(
    town: Town, app: FastAPI, sari: Staff
) -> None:
    path = invite(town, "tono", Role.AUDITOR)
    with entered(app, sari) as browser:
        held = browser.client.cookies["ksbb_kantor"]
        with town.engine.connect() as connection:
            rows = " ".join(
                str(row)
                for name in ("account", "account_code", "office_session", "audit_log")
                for row in connection.execute(text(f"SELECT t::text FROM {name} AS t"))
            )
    for secret in (held, sari.secret, PASSWORD, path.rpartition("/")[2]):
        assert secret not in rows and secret.encode().hex() not in rows
    assert "$argon2id$" in rows


def test_trying_is_limited_by_account_and_by_address(town: Town, sari: Staff) -> None:
    limits = Limits(entry_account=Rate(2, 600_000), entry_address=Rate(4, 600_000))
    with browsing(town.app(limits=limits)) as browser:
        browser.get("/kantor/masuk")

        def code(name: str) -> int:
            fields = {"nama": name, "sandi": "salah", "angka": "1"}
            return browser.post("/kantor/masuk", **fields).status_code

        assert [code(name) for name in ("SARI", "sari ", "sari")] == [422, 422, 429]
        assert browser.try_in(sari).status_code == 429, "the right one waits too"
        assert code("tono") == 429, "this address has tried enough"


def test_every_page_asks_who_it_is(town: Town, browser: Browser) -> None:
    for path in paths(town):
        for language in ("", "/en"):
            answer = browser.client.get(language + at(path))
            assert answer.status_code == 303
            assert answer.headers["location"].startswith(language + "/kantor/masuk")
            assert browser.client.post(language + at(path)).status_code in (303, 405)


def test_after_entering_one_is_where_one_wanted_to_be(browser: Browser, sari: Staff) -> None:
    browser.get("/kantor/masuk?ke=/en/kantor/akun")
    assert browser.try_in(sari, ke="/en/kantor/akun").headers["location"] == "/en/kantor/akun"
    for elsewhere in ("//kantor.example", "/kantor.example", "/status", "/kantor/../status"):
        browser.get("/kantor/masuk")
        assert browser.try_in(sari, ke=elsewhere).headers["location"] == "/kantor"


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_what_and_change_what(town: Town, app: FastAPI, role: Role) -> None:
    agregator = 1 if role is Role.AGREGATOR else None
    staff = hire(town, "staf", role, agregator)
    assert set(paths(town)) == set(RULES), "each page has its rule here"
    before = len(actions(town)) + 1
    with entered(app, staff) as browser:
        page = browser.get("/kantor")
        for path in paths(town):
            reads, writes = RULES[path]
            opened = browser.client.get(at(path)).status_code
            assert (opened == 403) == (role not in reads), (path, opened)
            shown = f'href="{path}"' in page
            assert not shown or role in reads, "nobody is led to what they may not open"
            if path in OWN:
                continue
            sent = browser.post(at(path)).status_code
            if not writes:
                assert sent == 405, path
            else:
                assert (sent == 403) == (role not in writes), (path, sent)
        if role is Role.AUDITOR:
            assert len(actions(town)) == before, "an auditor changes nothing"


def test_no_form_is_taken_without_its_token(town: Town, app: FastAPI, sari: Staff) -> None:
    with entered(app, sari) as browser, entered(app, sari) as other:
        browser.get("/kantor/saya")
        foreign = other.token()
        before = len(actions(town))
        for path, (_, writes) in RULES.items():
            for token in ("", "0" * 64, foreign) if writes else ():
                answer = browser.post(at(path), token=token)
                assert answer.status_code == 403, (path, token)
                assert "tidak berlaku lagi" in answer.text
        assert len(actions(town)) == before
        assert browser.client.get("/kantor").status_code == 200, "nobody was logged out by it"


def test_the_entrance_takes_no_form_that_it_did_not_show(browser: Browser, sari: Staff) -> None:
    assert browser.try_in(sari, token="0" * 64).status_code == 403
    browser.get("/kantor/masuk")
    browser.client.cookies.clear()
    assert browser.try_in(sari).status_code == 403


def test_a_page_that_an_auditor_could_change_something_on_is_not_declared() -> None:
    with pytest.raises(ValueError, match="auditor"):
        OfficePage("/kantor/x", lambda visit: visit.see("/kantor"), EVERYBODY, EVERYBODY)


# --- accounts ---------------------------------------------------------------------------------


def test_an_administrator_makes_changes_and_shuts_accounts(
    town: Town, app: FastAPI, sari: Staff
) -> None:
    with entered(app, sari) as browser:
        browser.get("/kantor/akun")
        fields = {"nama": "Tono", "peran": "agregator", "agregator": "1"}
        answer = browser.post("/kantor/akun", **fields)
        found = re.search(r'id="tautan">\S+(/kantor/pasang/[\w-]+)<', answer.text)
        assert answer.status_code == 200 and found is not None
        with browsing(app) as tono:
            assert "tono" in tono.get(found[1])
        assert browser.post("/kantor/akun", **fields).status_code == 422, "the name is taken"
        assert browser.post("/kantor/akun", nama="x y", peran="auditor").status_code == 422
        assert browser.post("/kantor/akun", nama="wati", peran="agregator").status_code == 422
        assert browser.post("/kantor/akun", nama="wati", peran="raja").status_code == 422
        browser.get("/kantor/akun/tono")
        assert browser.post("/kantor/akun/tono", apa="peran", peran="reviewer").status_code == 303
        assert browser.post("/kantor/akun/tono", apa="ulang").status_code == 200
        assert browser.post("/kantor/akun/tono", apa="tutup").status_code == 303
        assert "ditutup" in browser.get("/kantor/akun/tono")
        assert browser.post("/kantor/akun/tono", apa="buka").status_code == 303
        assert browser.post("/kantor/akun/siapa", apa="tutup").status_code == 422
    assert [action for who, action in actions(town) if who == "sari"][-5:] == [
        "account.added", "account.role_set", "account.reset", "account.shut", "account.opened",
    ]  # fmt: skip


def test_nobody_takes_away_their_own_rights(town: Town, app: FastAPI, sari: Staff) -> None:
    with entered(app, sari) as browser:
        browser.get("/kantor/akun/sari")
        for fields in ({"apa": "tutup"}, {"apa": "peran", "peran": "auditor"}):
            answer = browser.post("/kantor/akun/sari", **fields)
            assert answer.status_code == 422 and "administrator lain" in answer.text
        assert "Administrator" in browser.get("/kantor")


def test_a_used_code_is_of_no_use_at_the_desk_either(town: Town, sari: Staff) -> None:
    with town.engine.connect() as connection, pytest.raises(CodeUsed):
        invited(connection, town.personal, "x", town.now)


def test_the_commands_make_list_and_reset_accounts(
    town: Town,
    browser: Browser,
    postgres: TestPostgres,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(town.engine.url.database)).set(drivername="postgresql")
    environment = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }
    town.now = wall_clock()

    def run(*arguments: str) -> str:
        assert main(arguments, environment) == 0, arguments
        return capsys.readouterr().out

    links = [
        run("add-account", "Tono", "--role", "agregator", "--agregator", "yayasan peduli"),
        run("reset-account", "tono"),
    ]
    first, second = (found[0] for out in links if (found := re.findall(r"/kantor/\S+", out)))
    browser.get(first, 410)
    browser.get(second)
    assert "menunggu disiapkan" in run("accounts") and "Yayasan Peduli" in run("accounts")
    (row,) = json.loads(run("accounts", "--json"))
    assert (row["name"], row["role"], row["ready"]) == ("tono", "agregator", False)
    for wrong in (
        ("add-account", "tono", "--role", "auditor"),
        ("add-account", "wati", "--role", "agregator"),
        ("add-account", "wati", "--role", "auditor", "--agregator", "1"),
        ("reset-account", "siapa"),
    ):
        assert main(wrong, environment) != 0
    assert [one for one in actions(town) if one[0] == person()] == [
        (person(), "account.added"),
        (person(), "account.reset"),
    ]
