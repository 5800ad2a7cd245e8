"""A round from door to door in the real app, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.door_page import DoorPage
from desktop.views.scan_screen import ScanScreen
from models.facts import Handover, NoHandover, Outcome, Source
from models.page import Page
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import AT, FIRST, HERE, REGION, SEMBAKO, family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
HOMES = (
    ("Ani", 4, 2, "Gg. Mawar No. 10"),
    ("Budi", 4, 2, "Gang Mawar No. 2"),
    ("Citra", 4, 1, "Jl. Melati 3"),
    ("Dewi", 14, 1, "Jl. Anggrek 1"),
)
ANI, BUDI_, CITRA, DEWI = ((1 << 60) + n for n in range(4))
WALKED = [CITRA, BUDI_, ANI, DEWI]
SERVED = family(50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder: four homes, and one family with a slip."""
    households = [
        (3171010101200001 + n, (1 << 60) + n, name, rw, rt, REGION, 1, 3, address)
        for n, (name, rw, rt, address) in enumerate(HOMES)
    ]
    due = [((1 << 60) + n, FIRST, SEMBAKO, HERE, 1) for n in range(len(HOMES))]
    page = Page(HERE, 3, 4, 0, AT, {"households": households, "entitlements": due})
    furnish(tmp_path / "laptop", [SERVED], pages=[page])
    return tmp_path / "laptop"


def on_the_list(app: App) -> DoorPage:
    """The page, its list read and its line ready."""
    page = app.until_on(DoorPage)
    app.until(lambda: page._state.reading is None and bool(page._state.rows))
    app.until(page.table.line.hasFocus)
    return page


def keys(page: DoorPage) -> list[object]:
    """The houses as they stand."""
    return [row.key for row in page.table.model.shown]


def status(page: DoorPage, house: int) -> str:
    """What a house's row says first."""
    return next(row for row in page._state.rows if row.key == house).words[0]


def test_house_after_house_is_handed_over_and_ticked_off(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(SERVED.code)
        app.ctrl(KEY.Key_D)
        page = on_the_list(app)
        # Who had received before is left out; the others stand as one walks: RW, RT, number.
        assert keys(page) == WALKED and "0 dari 4 rumah" in words_of(page)
        assert page.table.current() == CITRA

        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        page = on_the_list(app)
        assert status(page, CITRA) == "Sudah diserahkan" and "1 dari 4 rumah" in words_of(page)
        assert page.table.current() == BUDI_
        body = app.facts()[-1].body
        assert isinstance(body, Handover)
        assert (body.household, body.source) == (CITRA, Source.SEARCH)

        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.press(KEY.Key_1, Qt.KeyboardModifier.AltModifier)
        page = on_the_list(app)
        assert status(page, BUDI_) == "Tidak hadir" and page.table.current() == ANI
        absent = app.facts()[-1].body
        assert isinstance(absent, NoHandover) and absent.outcome is Outcome.ABSENT

        # Looked at and left again: it is the one to go on with.
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.press(KEY.Key_Escape)
        page = on_the_list(app)
        assert page.table.current() == ANI and "1 dari 4 rumah" in words_of(page)


def test_what_was_typed_and_sorted_is_kept_and_counts_are_of_this_walk(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.ctrl(KEY.Key_D)
        page = on_the_list(app)
        app.type("rw 4")
        assert keys(page) == [CITRA, BUDI_, ANI]
        app.ctrl(KEY.Key_4)
        assert keys(page) == [ANI, BUDI_, CITRA]
        page.table.mark(ANI)
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        page = on_the_list(app)
        assert page.table.line.text() == "rw 4" and keys(page) == [ANI, BUDI_, CITRA]
        assert page.table.current() == BUDI_ and "1 dari 3 rumah" in words_of(page)
        app.ctrl(KEY.Key_C)
        assert qapp.clipboard().text().count("\n") == 3
        app.press(KEY.Key_Escape)
        assert page.table.line.text() == "" and len(keys(page)) == 5
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)


def test_somebody_elses_slip_ends_the_way_back_and_the_list_waits(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.ctrl(KEY.Key_D)
        on_the_list(app).table.mark(ANI)
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.hand_over(SERVED.code)
        assert app.screen is screen
        app.ctrl(KEY.Key_D)
        page = on_the_list(app)
        app.until(lambda: SERVED.id in page._state.handed)
        assert status(page, SERVED.id) == "Sudah diserahkan"


def test_what_is_shown_is_exported_as_it_is_shown(
    qtbot: QtBot, qapp: QApplication, folder: Path, tmp_path: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.place.preferences.keep_papers_in(str(tmp_path / "berkas"))
        app.ctrl(KEY.Key_D)
        page = on_the_list(app)
        app.type("rw 4")
        app.ctrl(KEY.Key_E)
        app.until(lambda: bool(page._state.notices))
        assert [one.key for one in page._state.notices] == ["search.exported"]
        assert str(tmp_path / "berkas") in words_of(page)
        (file,) = (tmp_path / "berkas").iterdir()
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(";")[3] for line in lines] == ["Nama", "Citra", "Budi", "Ani"]
        assert "3171010101200001" not in file.read_text(encoding="utf-8-sig")

        (tmp_path / "penuh").write_text("no folder")
        app.place.preferences.keep_papers_in(str(tmp_path / "penuh"))
        app.ctrl(KEY.Key_E)
        app.until(lambda: page._state.notices[0].key == "errors.folder_gone")
        assert len(keys(page)) == 3


def test_an_empty_list_says_what_will_be_there(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    furnish(tmp_path / "laptop")
    with running(qtbot, qapp, tmp_path / "laptop") as app:
        app.scanning()
        app.ctrl(KEY.Key_D)
        page = app.until_on(DoorPage)
        app.until(lambda: page._state.reading is None)
        assert "Belum ada rumah" in words_of(page) and not page.open.isEnabled()
