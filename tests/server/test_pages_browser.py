"""The pages in a real Chromium: without script, by keyboard, narrow and wide, in both languages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from models.facts import Line
from server.web.limits import Rate
from tests.support.centre import TestPostgres
from tests.support.pages import (
    CIDENG,
    FIRST_STAGE,
    GAMBIR,
    LOOSE,
    MEALS,
    SEMBAKO,
    SENEN,
    THERE,
    Town,
    kk_of,
    slip_path,
)
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WIDTHS = (360, 1280)


@dataclass(frozen=True)
class Site:
    """A running centre with figures, and paths worth looking at."""

    address: str
    paths: dict[str, str]


@pytest.fixture(scope="module")
def site(postgres: TestPostgres) -> Iterator[Site]:
    with postgres.database() as engine:
        town = Town(engine)
        town.furnish()
        due = (Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2))
        town.settle(range(60), GAMBIR, due)
        town.settle(range(60, 70), CIDENG, due)
        town.settle(range(70, 90), SENEN, due)
        first, second = town.laptop(), town.laptop(THERE)
        town.hand_over(first, range(40), *due)
        town.hand_over(first, range(60, 63))
        town.hand_over(second, range(70, 88))
        town.hello(first)
        slip, other = town.slip(50), town.slip(51, revoked=True)
        paths = {
            "home": "/",
            "english": "/en/",
            "empty": "/?hari=2026-11-20",
            "monitoring": "/pemantauan",
            "english monitoring": "/en/pemantauan",
            "areas": "/wilayah",
            "english areas": "/en/wilayah",
            "area": f"/wilayah/{GAMBIR}",
            "no need": "/wilayah/31.71.01.1003",
            "give": f"/beri?wilayah={GAMBIR}",
            "english give": "/en/beri",
            "pledge": "/komitmen",
            "complain": "/mengadu",
            "english complain": "/en/mengadu",
            "complaint": "/pengaduan",
            "english complaint": "/en/pengaduan",
            "form": "/status",
            "english form": "/en/status",
            "slip": slip_path(slip),
            "revoked": slip_path(other),
            "english slip": "/en" + slip_path(slip),
            "damaged": "/S/ABC",
            "nothing": "/en/nothing",
        }
        with served(town.app()) as address:
            yield Site(address, paths)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=_WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page without script, as narrow as a cheap phone or as wide as a laptop."""
    width: int = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=False, locale="id-ID"
    )
    yield context.new_page()
    context.close()


def test_no_page_is_wider_than_a_phone(site: Site, browser: Browser) -> None:
    for width in (320, *_WIDTHS):
        context = browser.new_context(viewport={"width": width, "height": 740})
        tab = context.new_page()
        for name, path in site.paths.items():
            tab.goto(site.address + path)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        context.close()


def test_the_browser_finds_nothing_to_complain_of_and_asks_no_other_host(
    site: Site, browser: Browser
) -> None:
    context = browser.new_context()
    tab = context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for name, path in site.paths.items():
        tab.goto(site.address + path)
        if name not in ("damaged", "nothing"):  # there it says that the answer was a 404
            assert complaints == [], name
        complaints.clear()
    assert hosts == {site.address.split("/")[2]}
    assert tab.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")
    assert context.cookies() == []
    context.close()


def test_figures_are_read_and_days_are_changed_without_script(site: Site, page: Page) -> None:
    page.goto(site.address)
    expect(page.locator("#paket")).to_contain_text("139")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bantuan yang diserahkan")
    gambir = page.get_by_role("row", name="Gambir", exact=False).nth(1)
    expect(gambir.get_by_role("cell").nth(2)).to_have_text("120")
    page.get_by_role("link", name="In English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("combobox").select_option("2026-11-24")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{site.address}/en/?hari=2026-11-24")


def test_the_longest_bar_belongs_to_the_largest_figure_and_an_untold_one_has_none(
    site: Site, page: Page
) -> None:
    page.goto(site.address)
    lengths = []
    for name in ("Gambir", "Senen", "Cideng"):
        row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=name, exact=True))
        bar = row.locator(".fill")
        box = bar.bounding_box() if bar.count() else None
        lengths.append(box["width"] if box else 0)
    assert lengths[0] > lengths[1] > lengths[2] == 0


def test_a_household_checks_its_status_by_keyboard_alone(
    site: Site, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    number = str(kk_of(5))
    with caplog.at_level(logging.DEBUG):
        page.goto(site.address)
        _tab_to(page, "Langsung ke isi")
        _tab_to(page, "Cek status keluarga")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cek status keluarga")
        _tab_to_field(page, "kk")
        page.keyboard.type(f"{number[:4]} {number[4:8]}.{number[8:]}")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Status keluarga")
    expect(page.get_by_text("Sudah menerima", exact=True)).to_have_count(2)
    assert page.url == f"{site.address}/status"
    shown = page.content()
    assert not any(number in url for url in asked)
    assert number not in shown and "Rahasia" not in shown
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("ksbb")]
    assert ours and not any(number in line for line in ours)


def test_a_mistyped_number_puts_the_focus_where_to_correct_it(site: Site, browser: Browser) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{site.address}/status")
    tab.fill("#kk", "31710101012")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("yang diketik 11 angka")
    expect(tab.locator("#kk")).to_be_focused()
    expect(tab.locator("#kk")).to_have_value("")
    context.close()


def test_who_hurries_is_let_on_by_work_of_the_browser_and_waits_without_script(
    postgres: TestPostgres, browser: Browser
) -> None:
    with postgres.database() as engine:
        town = Town(engine)
        town.furnish()
        town.settle(range(3))
        limits = replace(LOOSE, status_address=Rate(1, 60_000))
        with served(town.app(limits=limits)) as address:
            for script in (True, False):
                town.now += 60_000
                context = browser.new_context(java_script_enabled=script)
                tab = context.new_page()
                for turn in range(2):
                    tab.goto(f"{address}/status")
                    tab.fill("#kk", str(kk_of(1)))
                    tab.keyboard.press("Enter")
                    heading = tab.get_by_role("heading", level=1)
                    asked = "Status keluarga" if script or turn == 0 else "Cek status keluarga"
                    expect(heading).to_have_text(asked)
                if not script:
                    expect(tab.get_by_role("status")).to_contain_text("Tunggu 60 detik")
                    expect(tab.locator("#hitung")).to_be_hidden()
                context.close()


def test_whatever_has_the_focus_shows_it(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 740})
    tab = context.new_page()
    for path in ("/", "/status"):
        tab.goto(site.address + path)
        for _ in range(8):
            tab.keyboard.press("Tab")
            focus: dict[str, Any] = tab.evaluate(
                "(() => { const e = document.activeElement, s = getComputedStyle(e),"
                " r = e.getBoundingClientRect(); return {outline: s.outlineStyle,"
                " width: parseFloat(s.outlineWidth), top: r.top, tag: e.tagName}; })()"
            )
            if focus["tag"] == "BODY":
                break
            assert focus["outline"] != "none" and focus["width"] >= 2, (path, focus)
            assert focus["top"] >= 0, (path, focus)
    context.close()


def test_what_can_be_tapped_is_large_enough_for_a_thumb(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    tab = context.new_page()
    for path in ("/", "/status", site.paths["slip"]):
        tab.goto(site.address + path)
        small: list[str] = tab.evaluate(
            "[...document.querySelectorAll('.top nav a, .button, select, input')]"
            ".filter(e => e.type !== 'hidden')"
            ".filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == [], path
    context.close()


def test_on_paper_the_table_stays_and_the_controls_go(site: Site, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(site.address)
    expect(page.locator("table").first).to_be_visible()
    for control in (".days", ".top nav", ".own"):
        expect(page.locator(control)).to_be_hidden()


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until the link called ``name`` has the focus."""
    wanted = page.get_by_role("link", name=name).first
    for _ in range(12):
        page.keyboard.press("Tab")
        if wanted.and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"Tab never reaches {name}")


def _tab_to_field(page: Page, field: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(f"#{field}:focus").count():
            return
    raise AssertionError(f"Tab never reaches {field}")
