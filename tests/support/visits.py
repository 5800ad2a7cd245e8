"""Every page of the centre, as somebody comes to it: for whoever looks at all of them, be it with
the eye (``make shots``) or with an accessibility checker.

A new page gets its line here: ``public_visits`` those that anybody sees, ``OFFICE`` those behind
the office's door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import Engine, text

from models.clock import DAY
from models.facts import Line
from models.texts import Language
from server.allocating.ground import Narrowed
from server.catalogue import Desk
from server.giving.pledges import Offer, PledgeDesk, Progress, Ties, advance, tie
from server.giving.targets import Institution, TargetKind, add_target, need_of_target
from server.office.accounts import Role
from tests.support.allotted import allocate
from tests.support.office import Staff, hire
from tests.support.pages import (
    CIDENG,
    FIRST_STAGE,
    GAMBIR,
    MEALS,
    NOW,
    SEMBAKO,
    SENEN,
    THERE,
    Town,
    kk_of,
    slip_path,
)

Act = Callable[[Page], None]
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
OFFICE = (
    "/kantor",
    "/kantor/alokasi",
    "/kantor/alokasi?usul=1",
    "/kantor/alokasi/daftar",
    "/kantor/alokasi/keluarga",
    "/kantor/mitra",
    "/kantor/sasaran",
    "/kantor/laporan",
    "/kantor/laporan?menurut=area",
    "/kantor/tinjauan",
    "/kantor/tinjauan/1",
    "/kantor/pengaduan",
    "/kantor/komitmen",
    "/kantor/program",
    "/kantor/titik",
    "/kantor/relawan",
    "/kantor/laptop",
    "/kantor/laptop/1",
    "/kantor/laptop/daftar",
    "/kantor/arsip",
    "/kantor/catatan",
    "/kantor/akun",
    "/kantor/akun/dewi",
    "/kantor/saya",
)
"""Pages behind the office's door, as the administrator sees them."""


@dataclass(frozen=True)
class Visit:
    """A page: its Indonesian address, and what is done there before it is looked at."""

    name: str
    path: str
    act: Act | None = None

    def make(self, page: Page, address: str, language: Language) -> None:
        """Comes to it in ``language``."""
        prefix = "" if language == "id" or self.path.startswith("/kantor") else "/en"
        page.goto(address + prefix + self.path)
        if self.act is not None:
            self.act(page)


@dataclass(frozen=True)
class Sights:
    """A furnished centre."""

    town: Town
    visits: tuple[Visit, ...]
    staff: Staff


def furnish(engine: Engine) -> Sights:
    """A centre in which every page has something to show."""
    town = Town(engine)
    town.furnish()
    due = (Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2))
    for numbers, region in ((range(60), GAMBIR), (range(60, 70), CIDENG), (range(70, 90), SENEN)):
        town.settle(numbers, region, due)
    _partners(engine)
    first, second = town.laptop(), town.laptop(THERE)
    town.hand_over(first, range(20), *due, at=NOW - DAY)
    town.hand_over(first, range(20, 40), *due)
    town.hand_over(first, range(60, 63))
    town.hand_over(second, range(70, 88))
    town.hand_over(second, range(6))
    town.hello(first)
    pledge = _pledges(town)
    _targets(town)
    allocate(town, Narrowed(pieces=40))
    slip, revoked = town.slip(50), town.slip(51, revoked=True)
    return Sights(
        town,
        tuple(public_visits(slip_path(slip), slip_path(revoked), pledge)),
        hire(town, "dewi", Role.ADMINISTRATOR),
    )


def public_visits(slip: str, revoked: str, pledge: int) -> Iterator[Visit]:
    """Those that anybody sees."""
    yield Visit("home", "/")
    yield Visit("empty", "/?hari=2026-11-20")
    yield Visit("monitoring", "/pemantauan", _open_details)
    yield Visit("areas", "/wilayah")
    yield Visit("area", f"/wilayah/{GAMBIR}")
    yield Visit("area-without-need", "/wilayah/31.71.01.1003")
    yield Visit("give", f"/beri?wilayah={GAMBIR}")
    yield Visit("give-wrong", "/beri", _send)
    yield Visit("pledge", "/komitmen")
    yield Visit("pledge-followed", "/komitmen", _fill({"#nomor": f"{pledge:011d}"}))
    yield Visit("status", "/status")
    yield Visit("status-wrong", "/status", _fill({"#kk": "31710101"}))
    yield Visit("status-received", "/status", _fill({"#kk": f"{kk_of(5)}"}))
    yield Visit("status-waiting", "/status", _fill({"#kk": f"{kk_of(45)}"}))
    yield Visit("status-unlisted", "/status", _fill({"#kk": "3171010101209999"}))
    yield Visit("slip", slip)
    yield Visit("slip-revoked", revoked)
    yield Visit("slip-damaged", "/S/ABC")
    yield Visit("complain", "/mengadu")
    yield Visit("complain-wrong", "/mengadu", _send)
    yield Visit("complain-from-slip", slip, _to_complain)
    yield Visit("complained", "/mengadu", _complain)
    yield Visit("complaint", "/pengaduan")
    yield Visit("complaint-unknown", "/pengaduan", _fill({"#nomor": "48210937743"}))
    yield Visit("paper-unknown", "/P/ABC")
    yield Visit("parcel", "/berkas")
    yield Visit("nothing", "/tidak-ada")


@contextmanager
def window(browser: Browser, width: int, scheme: str) -> Iterator[Page]:
    """A tab as wide as a cheap phone or a laptop, light or dark."""
    size: ViewportSize = {"width": width, "height": 740}
    context: BrowserContext = browser.new_context(
        viewport=size, color_scheme="dark" if scheme == "dark" else "light"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def enter_office(page: Page, address: str, staff: Staff) -> None:
    """Goes in by the office's door."""
    page.goto(f"{address}/kantor/masuk")
    for name, value in (
        ("nama", staff.name),
        ("sandi", staff.password),
        ("angka", staff.number()),
    ):
        page.fill(f"[name={name}]", value)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/kantor")


def _partners(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO agregator (name) VALUES ('Rumah Zakat'), ('PMI DKI Jakarta')",
            "INSERT INTO kolaborator (name) VALUES ('PT Maju Bersama Nusantara Sejahtera')",
            "UPDATE point SET agregator = id",
            "UPDATE package SET kolaborator = 1 WHERE id = 1",
        ):
            connection.execute(text(statement))


def _targets(town: Town) -> None:
    with town.engine.begin() as connection:
        desk = Desk(connection, NOW, "dewi")
        home = Institution(TargetKind.ORPHANAGE, "Panti Asuhan Harapan Bangsa", GAMBIR, 42)
        need_of_target(desk, add_target(desk, home), FIRST_STAGE, SEMBAKO, 42)


def _pledges(town: Town) -> int:
    desk, number = PledgeDesk(town.engine, town.personal), 0
    for packages, region, last in (
        (500, GAMBIR, Progress.CONFIRMED),
        (300, "", Progress.ARRIVED),
        (1200, SENEN, Progress.SENT),
    ):
        offer = Offer(
            "PT Maju", "0812", "Paket sembako", packages, region, date(2026, 11, 24), date.max
        )
        number = desk.take(offer, NOW)
        with town.engine.begin() as connection:
            ties = Ties(kolaborator=1, package=SEMBAKO, agregator=1)
            tie(connection, number, ties, NOW, actor="dewi")
            for state in dict.fromkeys((Progress.CONFIRMED, last)):
                advance(connection, number, state, "Terima kasih.", NOW, actor="dewi")
    return number


def _send(page: Page) -> None:
    """Sends the form as it is, whatever the browser itself would say."""
    with page.expect_navigation():
        page.evaluate("document.querySelector('form.ask').noValidate = true")
        page.locator("form.ask button").last.click()


def _fill(fields: dict[str, str]) -> Act:
    def act(page: Page) -> None:
        for field, value in fields.items():
            page.fill(field, value)
        with page.expect_navigation():
            page.locator("form.ask button").last.click()

    return act


def _open_details(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def _to_complain(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form[action$='/mengadu'] button").click()


def _complain(page: Page) -> None:
    page.check("#kategori-3")
    page.fill("#cerita", "Beras kurang 1 kg, dan minyaknya tidak ada.")
    with page.expect_navigation():
        page.locator("form.ask button").last.click()
