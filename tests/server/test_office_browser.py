"""The office in a real Chromium: somebody sets an account up, enters with a second factor and
decides a double, in both languages, at a phone's width and a desk's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine

from models.texts import Language, text
from server.office.accounts import Role
from tests.support.centre import TestPostgres
from tests.support.office import PASSWORD, Staff, invite, office_town
from tests.support.pages import HERE, THERE, Town
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    """A town where a household received at two laptops."""
    made = office_town(reused)
    made.settle(range(1))
    for point in (HERE, THERE):
        made.hand_over(made.laptop(point), range(1))
    return made


@pytest.fixture
def site(town: Town) -> Iterator[str]:
    with served(town.app()) as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.mark.parametrize(("language", "width"), [("id", 360), ("en", 1280)])
def test_a_reviewer_sets_up_enters_and_decides_a_double(
    town: Town, site: str, browser: Browser, language: Language, width: int
) -> None:
    def say(key: str, **parts: object) -> str:
        return text(language, f"office.{key}", **parts)

    context = browser.new_context(viewport={"width": width, "height": 740})
    page = context.new_page()
    below = site if language == "id" else f"{site}/en"
    page.goto(below + invite(town, "rina", Role.REVIEWER))
    secret = page.locator("#kunci").inner_text().replace(" ", "")
    rina = Staff(town, "rina", secret)
    _fill(page, {"sandi": PASSWORD, "ulang": PASSWORD, "angka": rina.number()})
    expect(page.get_by_role("heading", level=1)).to_have_text(say("nav.home"))
    if width < 960:
        page.get_by_text(say("nav.menu")).click()
    page.get_by_role("button", name=say("nav.leave")).locator("visible=true").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("enter.title"))
    _fill(page, {"nama": "rina", "sandi": PASSWORD, "angka": rina.number()})
    expect(page.get_by_role("heading", level=1)).to_have_text(say("nav.home"))
    page.locator("main").get_by_role("link", name=say("nav.reviews")).click()
    kind = text(language, "review.kind.double").capitalize()
    page.get_by_role("link", name=kind).click()
    expect(page.locator(".stories .card")).to_have_count(2)
    tops = [page.locator(".stories .card").nth(n).bounding_box() for n in (0, 1)]
    assert tops[0] is not None and tops[1] is not None
    assert (tops[0]["y"] == tops[1]["y"]) == (width > 960), "side by side where there is room"
    page.get_by_label(text(language, "review.ruling.confirmed").capitalize()).check()
    page.get_by_label(say("review.why")).fill("Kedua relawan mengakui.")
    page.get_by_role("button", name=say("review.submit")).click()
    expect(page.get_by_role("status")).to_have_text(say("review.decided"))
    expect(page.get_by_role("link", name=kind)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def _fill(page: Page, fields: dict[str, str]) -> None:
    """Fills a form in and sends it by the keyboard."""
    for name, typed in fields.items():
        page.locator(f"#{name}").fill(typed)
    page.keyboard.press("Enter")
