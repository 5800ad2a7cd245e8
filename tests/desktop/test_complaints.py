"""A complaint from the recipient's mouth, by keyboard alone: a figure, a few words, a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.complaint_page import ComplaintPage
from desktop.views.scan_screen import ScanScreen
from models.facts import Complaint
from models.numbers import format_slip_number, parse_slip_number
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 4)]
SITI, JOKO, _ = FAMILIES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    furnish(tmp_path / "laptop", FAMILIES)
    return tmp_path / "laptop"


def open_page(app: App) -> ComplaintPage:
    """By its key; the figures choose at once."""
    app.ctrl(KEY.Key_K)
    page = app.until_on(ComplaintPage)
    app.until(page.choices[0].hasFocus)
    return page


def made(app: App, page: ComplaintPage) -> Complaint:
    """Waits for the number; returns what was recorded."""
    app.until(lambda: page._state.made is not None)
    app.until(page.back.hasFocus)
    body = app.facts()[-1].body
    assert isinstance(body, Complaint)
    assert body.number == page._state.made
    return body


def test_a_figure_a_few_words_and_enter_make_a_number_to_follow_it_by(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        assert "Belum ada pengaduan" in words_of(page)
        app.press(KEY.Key_3)
        app.until(page.words.line.hasFocus)
        app.enter("beras kurang 1 kg")
        body = made(app, page)
        assert (body.category, body.words, body.household) == (3, "beras kurang 1 kg", None)
        assert body.number is not None
        number = format_slip_number(body.number)
        assert parse_slip_number(number) == body.number, "its check digit holds"
        assert number in words_of(page)
        assert page.picture.isVisible() and number in page.picture.accessibleName()
        assert "Catat nomor ini" in words_of(page)
        app.enter()
        screen = app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        # It is on the session's list, for whoever asks for the number again.
        page = open_page(app)
        app.until(lambda: number in words_of(page))


def test_it_is_about_the_household_whose_verdict_stands_and_the_scan_is_still_there(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.enter(SITI.code)
        app.shown(Verdict.ELIGIBLE)
        page = open_page(app)
        assert SITI.name in words_of(page)
        assert not page.kk.isVisible()
        app.press(KEY.Key_1)
        app.enter()
        body = made(app, page)
        assert (body.category, body.words, body.household) == (1, "", SITI.id)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        assert app.scan.phase is Phase.SHOWN
        # About somebody else: the household is put away.
        page = open_page(app)
        app.tab_to(page.drop)
        app.press(KEY.Key_Space)
        app.until(page.kk.isVisible)
        app.tab_to(page.choices[0])
        app.press(KEY.Key_2)
        app.enter("pak RT minta Rp20.000")
        assert made(app, page).household is None


def test_a_kk_number_is_looked_up_and_one_that_is_no_good_is_said(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        before = len(app.facts())
        app.press(KEY.Key_6)
        app.tab_to(page.kk.line)
        app.enter("31710101")
        app.until(lambda: "16 angka. Betulkan" in words_of(page))
        assert page.kk.line.hasFocus()
        app.enter("3171010101999999")
        app.until(lambda: "tidak ada di daftar laptop ini" in words_of(page))
        assert len(app.facts()) == before
        app.until(lambda: page.record.isEnabled() and page.kk.line.hasFocus())
        app.enter(str(JOKO.kk))
        assert made(app, page).household == JOKO.id


def test_without_a_category_or_words_for_other_nothing_is_recorded(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        before = len(app.facts())
        app.enter()
        assert "Pilih satu" in words_of(page)
        app.press(KEY.Key_8)
        app.enter()
        assert "tulis beberapa kata" in words_of(page)
        assert page.words.line.hasFocus()
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        assert len(app.facts()) == before
