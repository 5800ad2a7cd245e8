"""The USB page in a real Chromium: without script, by keyboard alone, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from server.app import create_app
from sync.messages import read_receipt
from sync.parcel import take_apart
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.pages import LOOSE, settings
from tests.support.parcels import made_parcel
from tests.support.serving import served
from tests.support.world import AT, CENTRE, family

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
FAMILIES = [family(number) for number in range(1, 12)]


@dataclass(frozen=True)
class Site:
    """A running centre, and files to bring to it."""

    address: str
    feed: MadeFeed
    whole: Path
    broken: Path


@pytest.fixture(scope="module")
def site(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("stick")
    with postgres.database() as engine:
        centre = Centre(engine)
        centre.furnish(FAMILIES)
        feed, other = gave(1, FAMILIES[:9]), gave(2, FAMILIES[:3])
        for one in (feed, other):
            centre.certify(one.device, one.id, one.signer.public_key)
        files = {}
        for name, one in (("whole", feed), ("broken", other)):
            made = made_parcel(one, [KEYS.box.public_key])
            files[name] = folder / f"{name}.ksbb"
            files[name].write_bytes(made.bytes if name == "whole" else made.bytes[:-9])
        app = create_app(settings(), engine, KEYS, lambda: AT, limits=LOOSE)
        with served(app) as address:
            yield Site(address, feed, files["whole"], files["broken"])


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=(360, 1280))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page without script."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 740}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_a_file_goes_up_and_its_receipt_comes_down_by_keyboard_alone(
    site: Site, page: Page, tmp_path: Path
) -> None:
    page.goto(site.address + "/berkas")
    chooser = page.get_by_label("Berkas .ksbb")
    chooser.set_input_files(site.whole)
    chooser.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Unggah")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Semua isi berkas sudah ada di pusat")
    save = page.get_by_role("button", name="Simpan tanda terima")
    save.focus()
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    file = tmp_path / coming.value.suggested_filename
    assert file.suffix == ".ksbb"
    coming.value.save_as(file)
    (item,) = take_apart(file.read_bytes()).items
    receipt = read_receipt(item.data, {CENTRE.key_id: CENTRE.public_key})
    assert (receipt.feed, receipt.head) == (site.feed.id, site.feed.head())


def test_what_is_missing_is_told_in_the_language_of_the_page(site: Site, page: Page) -> None:
    page.goto(site.address + "/berkas")
    page.get_by_role("link", name="In English").or_(
        page.get_by_role("link", name="EN")
    ).first.click()
    expect(page).to_have_url(site.address + "/en/berkas")
    page.get_by_label("The .ksbb file").set_input_files(site.broken)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_contain_text("Part of the file could not be taken")
    expect(page.locator("main")).to_contain_text("Laptop 2: records 3–4 are not in the file")
    page.get_by_role("link", name="Upload another file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A file from USB")


def test_no_result_is_wider_than_a_phone_and_nothing_is_complained_of(
    site: Site, browser: Browser
) -> None:
    complaints: list[str] = []
    for width in (320, 360, 1280):
        context = browser.new_context(viewport={"width": width, "height": 740})
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        for file in (site.whole, site.broken):
            tab.goto(site.address + "/berkas")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            tab.get_by_label("Berkas .ksbb").set_input_files(file)
            tab.get_by_role("button", name="Unggah").click()
            # A click may return before the page that it asks for is there.
            expect(tab.get_by_role("status")).to_be_visible()
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        context.close()
    assert complaints == []
