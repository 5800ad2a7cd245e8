"""Search without a slip in the real app, by keyboard alone: typed, walked to, chosen, given."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.scan_screen import ScanScreen
from desktop.views.search_page import SearchPage
from models.asked import Asked
from models.facts import Handover, Refused, Source
from models.field.finder import Finder, Found
from models.page import Page
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import AT, FIRST, HERE, REGION, SEMBAKO, THERE

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
NAMES = ("Siti Rahayu", "Sitti Aminah", "Muhammad Yusuf", "Joko Santoso")
_FIRST_KK, _FIRST_ID = 3171010101200001, 1 << 60


def page_of(names: tuple[str, ...]) -> Page:
    """Households of these names; the last one's goods wait at another point."""
    households = [
        (_FIRST_KK + n, _FIRST_ID + n, name, 4, n % 2 + 1, REGION, 1, 3, f"Gg. Mawar No. {n + 1}")
        for n, name in enumerate(names)
    ]
    points = [HERE] * (len(names) - 1) + [THERE]
    due = [(_FIRST_ID + n, FIRST, SEMBAKO, point, 1) for n, point in enumerate(points)]
    return Page(HERE, 3, 4, 0, AT, {"households": households, "entitlements": due})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    furnish(tmp_path / "laptop", pages=[page_of(NAMES)])
    return tmp_path / "laptop"


def open_search(app: App) -> SearchPage:
    """By its key, up to where one can type."""
    app.press(KEY.Key_F2)
    page = app.until_on(SearchPage)
    app.until(page.line.hasFocus)
    return page


def names(page: SearchPage) -> list[str]:
    """The names in the list."""
    return [row.card.name for row in page._state.rows]


def answered(app: App, page: SearchPage, typed: str) -> list[str]:
    """Types, and waits for the answer to all of it."""
    app.type(typed)
    app.until(lambda: page._state.typed == page.line.text() and not page._state.busy)
    return names(page)


def test_a_household_is_found_chosen_and_handed_over_without_its_slip(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_search(app)
        assert "siti rahayu" in words_of(page) and not page.choose.isEnabled()
        assert answered(app, page, "siti") == ["Siti Rahayu", "Sitti Aminah"]
        assert [row.verdict for row in page._state.rows] == [Verdict.ELIGIBLE] * 2
        app.press(KEY.Key_Down)
        app.press(KEY.Key_Up)
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        seen = app.scan.seen
        assert seen is not None and seen.card is not None and seen.card.name == "Siti Rahayu"
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        body = app.facts()[-1].body
        assert isinstance(body, Handover)
        assert (body.source, body.household, body.slip) == (Source.SEARCH, _FIRST_ID, None)

        page = open_search(app)
        assert answered(app, page, "rw 4 siti rah") == ["Siti Rahayu"]
        assert page._state.rows[0].verdict is Verdict.ALREADY_COLLECTED
        assert "Sudah menerima" in str(page.list.model().index(0, 0).data())
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ALREADY_COLLECTED)
        refused = app.facts()[-1].body
        assert isinstance(refused, Refused) and refused.source is Source.SEARCH


def test_arrows_walk_and_esc_goes_back_without_a_trace(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        before = app.facts()
        page = open_search(app)
        assert set(answered(app, page, "gg 0")) == set()
        page.line.clear()
        assert len(answered(app, page, "rw 4")) == 4
        marked = page.list.marked()
        app.press(KEY.Key_Down)
        assert page.list.marked() != marked
        app.press(KEY.Key_PageDown)
        assert page.list.currentIndex().row() > 1
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        assert app.facts() == before


def test_whose_goods_wait_elsewhere_is_told_with_the_place(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_search(app)
        assert answered(app, page, "joko") == ["Joko Santoso"]
        assert "Titik lain: Balai RW 05" in str(page.list.model().index(0, 0).data())


def test_nothing_found_says_what_to_try_and_leads_to_typing_the_number(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        page = open_search(app)
        assert answered(app, page, "bambang") == []
        assert "Tidak ada yang cocok" in words_of(page)
        app.tab_to(page.type_number)
        app.enter()
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)


def test_only_the_newest_of_many_keys_is_answered(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first search is held up, seven more keys come; all but the last end unanswered."""
    may_go, begun, ended = threading.Event(), [], []
    real = Finder._find

    def held(self: Finder, asked: Asked, most: int, stopped: object) -> Found:
        begun.append(asked.words[0].plain)
        assert may_go.wait(60)
        found = real(self, asked, most, stopped)  # type: ignore[arg-type]
        ended.append(asked.words[0].plain)
        return found

    monkeypatch.setattr(Finder, "_find", held)
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_search(app)
        app.type("m")
        app.until(lambda: begun == ["m"])
        app.type("uhammad")
        app.enter()  # meant for what is still on its way
        assert page._state.busy
        may_go.set()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        assert begun == ["m", "muhammad"] and ended == ["muhammad"]
        assert app.scan.seen is not None and app.scan.seen.card is not None
        assert app.scan.seen.card.name == "Muhammad Yusuf"
