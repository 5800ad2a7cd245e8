"""The stock page by keyboard alone: what comes and goes, what is owed, and one taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.shortage import KEY as SHORT
from desktop.views.closing import ClosingScreen
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.stock_page import StockPage
from desktop.views.unsafe_page import UnsafePage
from models.facts import Movement, SessionClosed, Stock, Void, VoidReason
from tests.support.app import App, furnish, running, words_of
from tests.support.world import LEBARAN, SEMBAKO, THERE, family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 7)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    furnish(tmp_path / "laptop", FAMILIES)
    return tmp_path / "laptop"


def open_page(app: App) -> StockPage:
    """By its key; the figures choose at once."""
    app.ctrl(KEY.Key_S)
    page = app.until_on(StockPage)
    app.until(lambda: bool(page._state.lines) and page.form.choices[0].hasFocus())
    return page


def choose(app: App, page: StockPage, movement: Movement) -> None:
    """By its figure, the first package, on to the quantity."""
    app.press(KEY(int(KEY.Key_0) + int(movement)))
    app.until(page.form.packages.buttons()[0].hasFocus)
    app.tab_to(page.form.quantity.line)


def last(app: App, page: StockPage, recorded: int) -> Stock:
    """Waits until so many were recorded and the form is ready again; returns the newest."""
    app.until(lambda: page._state.recorded == recorded and page.record.isEnabled())
    app.until(page.form.choices[0].hasFocus)
    body = app.facts()[-1].body
    assert isinstance(body, Stock)
    return body


def left(page: StockPage) -> Callable[[], list[int | None]]:
    """What the page says is left, package by package."""
    return lambda: [line.left for line in page._state.lines]


def test_a_delivery_wants_the_number_of_its_note(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        before = len(app.facts())
        choose(app, page, Movement.RECEIVED)
        app.enter("100")
        assert page.form.reference.line.hasFocus()
        app.enter()
        assert "Ketik nomor surat jalannya" in words_of(page)
        assert len(app.facts()) == before
        app.enter("SJ 17")
        assert last(app, page, 1) == Stock(Movement.RECEIVED, SEMBAKO, 100, "SJ 17")
        app.until(lambda: left(page)() == [120, 10])
        assert "Diterima: 100 × Paket sembako · SJ 17" in words_of(page)
        app.press(KEY.Key_Escape)
        app.ready_to_scan()
        app.until(
            lambda: (
                app.scan.standing is not None and app.scan.standing.overview.stock[0].left == 120
            )
        )


def test_damaged_returned_and_lent_make_it_less_and_borrowed_more(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        choose(app, page, Movement.DAMAGED)
        app.enter("2")
        assert last(app, page, 1) == Stock(Movement.DAMAGED, SEMBAKO, 2)
        choose(app, page, Movement.LENT)
        app.enter("5")
        assert page.form.other.line.hasFocus()
        app.enter("rw 05")
        assert last(app, page, 2) == Stock(Movement.LENT, SEMBAKO, 5, other_point=THERE)
        choose(app, page, Movement.BORROWED)
        app.enter("4")
        app.enter("masjid yang tidak ada di daftar")
        body = last(app, page, 3)
        assert (body.other_point, body.note) == (None, "masjid yang tidak ada di daftar")
        choose(app, page, Movement.RETURNED)
        app.enter("1")
        assert last(app, page, 4) == Stock(Movement.RETURNED, SEMBAKO, 1)
        app.until(lambda: left(page)() == [20 - 2 - 5 + 4 - 1, 10])


def test_a_count_that_is_not_what_the_records_say_asks_why(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        before = len(app.facts())
        choose(app, page, Movement.COUNTED)
        app.enter("18")
        assert page.form.note.line.hasFocus()
        assert "2 lebih sedikit dari catatan (20)" in words_of(page)
        app.enter()
        assert "Jelaskan selisihnya" in words_of(page)
        assert len(app.facts()) == before
        app.enter("dua kardus basah")
        assert last(app, page, 1) == Stock(Movement.COUNTED, SEMBAKO, 18, note="dua kardus basah")
        app.until(lambda: "selisih hitungan −2" in words_of(page))
        choose(app, page, Movement.COUNTED)
        app.enter("18")
        assert last(app, page, 2) == Stock(Movement.COUNTED, SEMBAKO, 18), "as the records say"


def test_what_is_left_is_held_against_what_is_owed_and_a_movement_is_taken_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        page = open_page(app)
        # Labels that were just laid out are shown with the event loop's next turn.
        app.until(lambda: "Cukup: masih harus diserahkan 5" in words_of(page))
        choose(app, page, Movement.RETURNED)
        app.enter("16")
        last(app, page, 1)
        app.until(lambda: "Kurang 2: masih harus diserahkan 5" in words_of(page))
        # The newest movement's button comes first.
        app.until(lambda: "Dikembalikan: 16 × Paket sembako" in words_of(page))
        move = page._state.moves[0]
        page.void_asked.emit(move)
        app.until(page.why.line.hasFocus)
        app.enter()
        assert "Tulis alasannya" in words_of(page)
        app.enter("salah titik")
        app.until(lambda: left(page)() == [19, 10])
        void = app.facts()[-1].body
        assert isinstance(void, Void)
        assert (void.reason, void.note) == (VoidReason.OTHER, "salah titik")
        app.until(lambda: "dibatalkan" in words_of(page))
        app.until(lambda: "Cukup" in words_of(page))


def test_before_the_queue_is_longer_than_the_stock_the_scan_screen_says_so_once(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.open_session(6, 10)
        app.until(lambda: "Paket sembako: sisa 6, masih harus diserahkan 6" in words_of(screen))
        page = app.page
        page.scanning.dismiss(SHORT)
        app.until(lambda: "masih harus diserahkan" not in words_of(screen))
        app.hand_over(FAMILIES[0].code)
        assert "masih harus diserahkan" not in words_of(app.on(ScanScreen)), "said once"


def test_goods_of_two_kinds_are_chosen_by_arrow(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_page(app)
        app.press(KEY.Key_3)
        app.until(page.form.packages.buttons()[0].hasFocus)
        app.press(KEY.Key_Down)
        app.tab_to(page.form.quantity.line)
        app.enter("1")
        assert last(app, page, 1) == Stock(Movement.DAMAGED, LEBARAN, 1)


def test_the_closing_count_is_explained_where_it_differs_and_recorded_before_the_end(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(lambda: closing.confirm.isEnabled() and len(closing.counts.entries()) == 2)
        sembako, lebaran = closing.counts.entries()
        assert "Paket sembako · catatan: 19" in words_of(closing)
        app.tab_to(sembako)
        app.enter("17")
        assert lebaran.hasFocus()
        assert "2 lebih sedikit dari catatan" in words_of(closing)
        app.type("10")
        assert "Cocok dengan catatan" in words_of(closing)
        before = len(app.facts())
        app.tab_to(closing.confirm)
        app.enter()
        assert "Jelaskan selisihnya" in words_of(closing)
        assert closing.counts.why.line.hasFocus()
        assert len(app.facts()) == before
        app.enter("dua kardus basah")
        assert closing.confirm.hasFocus()
        app.enter()
        unsafe = app.until_on(UnsafePage)
        app.tab_to(unsafe.go)
        app.enter()
        app.until_on(OpeningScreen)
        assert [fact.body for fact in app.facts()[before:]] == [
            Stock(Movement.COUNTED, SEMBAKO, 17, note="dua kardus basah"),
            Stock(Movement.COUNTED, LEBARAN, 10),
            SessionClosed(1),
        ]


def test_a_session_closes_without_any_count(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        app.tab_to(closing.confirm)
        app.enter()
        unsafe = app.until_on(UnsafePage)
        app.tab_to(unsafe.go)
        app.enter()
        app.until_on(OpeningScreen)
        assert app.facts()[-1].body == SessionClosed(0)
        assert sum(isinstance(fact.body, Stock) for fact in app.facts()) == 2, "the opening's"
