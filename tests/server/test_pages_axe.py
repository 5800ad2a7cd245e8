"""The accessibility checker on every page of the centre: nothing serious, nothing critical."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from models.texts import Language
from server.web.limits import Rate
from tests.page_shots import serious
from tests.support.centre import TestPostgres
from tests.support.pages import LOOSE
from tests.support.serving import served
from tests.support.visits import (
    BROWSER_FLAGS,
    OFFICE,
    Sights,
    Visit,
    enter_office,
    furnish,
    window,
)

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


@dataclass(frozen=True)
class Site:
    """A running centre with something on every page."""

    address: str
    sights: Sights


@pytest.fixture(scope="module")
def site(postgres: TestPostgres) -> Iterator[Site]:
    with postgres.database() as engine:
        sights = furnish(engine)
        with served(sights.town.app()) as address:
            yield Site(address, sights)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield browser
        browser.close()


# Each language, width and scheme once: that is where findings come from. All combinations:
# python -m tests.page_shots --axe
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("id", 360, "light"), ("en", 1280, "dark")]
)
def test_no_page_has_a_serious_finding(
    site: Site, browser: Browser, language: Language, width: int, scheme: str
) -> None:
    found: dict[str, list[str]] = {}
    with window(browser, width, scheme) as page:
        page.set_default_timeout(60_000)
        for visit in site.sights.visits:
            visit.make(page, site.address, language)
            found[visit.name] = serious(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, visit.name
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.timeout(400)
def test_no_page_of_the_office_has_a_serious_finding(site: Site, browser: Browser) -> None:
    found: dict[str, list[str]] = {}
    with window(browser, 360, "dark") as page:
        page.set_default_timeout(60_000)
        enter_office(page, site.address, site.sights.staff)
        for path in OFFICE:
            Visit(path, path).make(page, site.address, "id")
            found[path] = serious(page)
    assert {path: said for path, said in found.items() if said} == {}


def _wait_for_the_offer(page: Page) -> None:
    page.wait_for_selector("#hitung:visible")


def test_the_page_for_who_hurries_has_none_either(site: Site, browser: Browser) -> None:
    limits = replace(LOOSE, status_address=Rate(1, 600_000))
    hurried = Visit("hurry", "/status", _wait_for_the_offer)
    with (
        served(site.sights.town.app(limits=limits)) as address,
        window(browser, 360, "dark") as page,
    ):
        page.set_default_timeout(60_000)
        next(one for one in site.sights.visits if one.name == "status-received").make(
            page, address, "id"
        )
        hurried.make(page, address, "id")
        assert serious(page) == []


def test_the_checker_would_find_what_is_wrong(browser: Browser) -> None:
    with window(browser, 360, "light") as page:
        page.set_content("<html><body><input><p style='color:#ccc'>pucat</p></body></html>")
        found = " ".join(serious(page))
    assert "label" in found and "color-contrast" in found
