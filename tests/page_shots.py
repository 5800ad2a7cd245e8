"""Every page of the centre as a picture: ``make shots``, in both languages, wide and narrow, light
and dark; ``--axe`` says what the accessibility checker finds on each.

Names and numbers are made up. The pictures are for looking at.
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from models.texts import LANGUAGES, Language
from tests.support.centre import running_postgres
from tests.support.serving import served
from tests.support.visits import (
    BROWSER_FLAGS,
    OFFICE,
    SCHEMES,
    WIDTHS,
    Sights,
    Visit,
    enter_office,
    furnish,
    window,
)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Writes the pictures; 1 where the checker found something serious."""
    parser = argparse.ArgumentParser("python -m tests.page_shots")
    parser.add_argument("--out", type=Path, default=Path("shots/pages"))
    parser.add_argument("--only", default="", help="only pages whose name holds this")
    parser.add_argument("--axe", action="store_true", help="check them too")
    given = parser.parse_args()
    chromium = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        print("no Chromium on this machine: the centre's pages are left out (see make setup)")
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    with running_postgres() as postgres, postgres.database() as engine, sync_playwright() as play:
        sights = furnish(engine)
        browser = play.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        with served(sights.town.app()) as address:
            found = _take(browser, address, sights, given)
        browser.close()
    for line in found:
        print(line)
    return int(bool(found))


def _take(browser: Browser, address: str, sights: Sights, given: argparse.Namespace) -> list[str]:
    found: list[str] = []
    for width, scheme in itertools.product(WIDTHS, SCHEMES):
        with window(browser, width, scheme) as page:
            for language, visit in itertools.product(LANGUAGES, sights.visits):
                found += _look(page, address, visit, language, f"{width}-{scheme}", given)
            enter_office(page, address, sights.staff)
            for path in OFFICE:
                name = "office" + re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/kantor"))
                found += _look(page, address, Visit(name, path), "id", f"{width}-{scheme}", given)
    return found


def _look(
    page: Page,
    address: str,
    visit: Visit,
    language: Language,
    kind: str,
    given: argparse.Namespace,
) -> list[str]:
    if given.only not in visit.name:
        return []
    visit.make(page, address, language)
    page.screenshot(path=given.out / f"{visit.name}-{language}-{kind}.png", full_page=True)
    if not given.axe:
        return []
    return [f"{visit.name} {language} {kind}: {one}" for one in serious(page)]


def serious(page: Page) -> list[str]:
    """What the accessibility checker calls serious or critical on this page, and where."""
    return [
        f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


if __name__ == "__main__":
    raise SystemExit(main())
