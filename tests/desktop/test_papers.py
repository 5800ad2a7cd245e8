"""The page "Berkas" in the real app, by keyboard alone: papers of a day, and what goes wrong."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop import machine, papers_over, receipt_over
from desktop.paper_desk import PaperDesk
from desktop.paper_making import Order, Report
from desktop.presenters.papers import Papers
from desktop.settings import load_settings
from desktop.views.opening import OpeningScreen
from desktop.views.papers_page import PapersPage
from desktop.views.papers_state import PAPERS
from desktop.views.receipt_page import ReceiptPage
from desktop.views.scan_screen import ScanScreen
from models.texts import text
from tests.support.app import App, furnish, running, words_of
from tests.support.capture import sign
from tests.support.pdf import Pdf
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
FAMILIES = [family(number) for number in range(1, 8)]


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where papers go on this computer."""
    folder = tmp_path / "Dokumen" / "KSBB"
    monkeypatch.setattr(papers_over, "usual_folder", lambda: folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device."""
    furnish(tmp_path / "laptop", FAMILIES)
    return tmp_path / "laptop"


def papers(app: App) -> PapersPage:
    """Ctrl+P, up to when something can be chosen."""
    app.ctrl(Qt.Key.Key_P)
    page = app.until_on(PapersPage)
    app.until(lambda: any(button.hasFocus() for button in page.papers.buttons()))
    return page


def choose(app: App, page: PapersPage, paper: str) -> None:
    """Walks to ``paper`` by the arrow keys."""
    button = page.papers.buttons()[PAPERS.index(paper)]
    while not button.isChecked():
        app.press(Qt.Key.Key_Down)
    assert button.hasFocus()


def made(app: App, page: PapersPage) -> None:
    """Enter, up to when the paper lies there."""
    app.enter()
    app.until(page.open.isVisible)
    app.until(page.open.hasFocus)


def test_a_days_papers_are_made_from_scanning_and_after_the_session(
    qtbot: QtBot, qapp: QApplication, folder: Path, documents: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        for one in FAMILIES[:3]:
            app.hand_over(one.code)
        page = papers(app)
        assert str(documents) in words_of(page)
        made(app, page)
        (bast,) = documents.glob("bast-*.pdf")
        assert bast.name in words_of(page)
        pdf = Pdf(bast)
        assert "Paket sembako 20 0 3 0 0 0 17" in pdf.words(0)
        assert pdf.code().startswith("HTTP://127.0.0.1:1/P/")
        page.papers.take_focus()
        for paper, pattern in (("danom", "danom-*.pdf"), ("recap", "rekap-*.pdf")):
            choose(app, page, paper)
            made(app, page)
            assert len(list(documents.glob(pattern))) == 1
            page.papers.take_focus()
        app.press(Qt.Key.Key_Escape)
        app.until_on(ScanScreen)
        app.until(app.on(ScanScreen).line.hasFocus)
        app.hand_over(FAMILIES[3].code)


def test_papers_can_be_made_when_no_session_is_open(
    qtbot: QtBot, qapp: QApplication, folder: Path, documents: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.until_on(OpeningScreen)
        page = papers(app)
        choose(app, page, "danom")
        made(app, page)
        assert "Keluarga 7 3171" in Pdf(next(documents.glob("danom-*.pdf"))).words(0)
        page.papers.take_focus()
        choose(app, page, "recap")
        app.enter()
        title = text("id", "errors.nothing_recorded.title")
        app.until(lambda: title in words_of(page))
        assert not page.open.isVisible()
        app.press(Qt.Key.Key_Escape)
        app.until_on(OpeningScreen)


def test_whole_kk_numbers_are_exported_only_when_chosen_and_that_is_said(
    qtbot: QtBot, qapp: QApplication, folder: Path, documents: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        choose(app, page, "csv")
        made(app, page)
        whole = "3171 0101 0120 0001"
        files = {file.name for file in documents.glob("*.csv")}
        assert len(files) == 4
        assert not [one for one in documents.glob("*.csv") if whole in one.read_text("utf-8")]
        app.clock.forward(1_000)  # type: ignore[attr-defined]
        page.papers.take_focus()
        app.tab_to(page.whole.buttons()[0])
        app.press(Qt.Key.Key_Down)
        warning = text("id", "papers.page.kk_warning")
        app.until(lambda: warning in words_of(page))
        made(app, page)
        assert text("id", "papers.page.holds_kk.title") in words_of(page)
        assert [one for one in documents.glob("*.csv") if whole in one.read_text("utf-8")]


def test_a_folder_that_is_chosen_is_remembered_and_one_that_takes_nothing_is_said(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    documents: Path,
    tmp_path: Path,
) -> None:
    blocked, other = tmp_path / "berkas", tmp_path / "lain"
    blocked.write_text("a file, not a folder")
    other.mkdir()
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        app.tab_to(page.folder)
        app.press(Qt.Key.Key_Return)
        app.until(lambda: bool(page.findChildren(QFileDialog)))
        dialog = page.findChildren(QFileDialog)[0]
        dialog.findChildren(QLineEdit)[0].setText(str(other))
        dialog.accept()
        app.window.activateWindow()  # as a window manager does; offscreen there is none
        app.until(page.folder.hasFocus)
        app.until(lambda: str(other) in words_of(page))
        app.tab_to(page.make)
        made(app, page)
        assert list(other.glob("bast-*.pdf"))
        assert load_settings(folder / "settings.json").papers == str(other)
        app.place.preferences.keep_papers_in(str(blocked / "hilang"))
        app.press(Qt.Key.Key_Escape)
        app.until_on(ScanScreen)
        page = papers(app)
        app.enter()
        app.until(lambda: text("id", "errors.folder_gone.title") in words_of(page))
        assert not page.open.isVisible()


def test_a_long_paper_says_how_far_it_is_and_escape_stops_it(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    documents: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The paper waits half-way for the test, as a long one would."""
    half_way, go_on = threading.Event(), threading.Event()
    make = PaperDesk.make

    def slowly(self: PaperDesk, order: Order, report: Report) -> tuple[Path, ...]:
        def told(done: int, total: int) -> None:
            report(done, total)
            half_way.set()
            assert go_on.wait(60)

        return make(self, order, told)

    monkeypatch.setattr(PaperDesk, "make", slowly)
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        choose(app, page, "danom")
        app.enter()
        app.until(half_way.is_set)
        app.until(page.stop.hasFocus)
        assert text("id", "papers.page.making") in words_of(page)
        app.until(lambda: "1 dari 7" in words_of(page))
        app.press(Qt.Key.Key_Escape)
        go_on.set()
        app.until(lambda: text("id", "papers.page.stopped.title") in words_of(page))
        assert not list(documents.iterdir())
        app.press(Qt.Key.Key_Escape)
        app.until_on(ScanScreen)


def dark(pdf: Pdf) -> int:
    """How much ink is in the foot of the minutes, where they are signed."""
    sheet = pdf.picture(pdf.pages - 1)
    return sum(
        sheet.pixelColor(x, y).lightness() < 128
        for x in range(0, sheet.width(), 2)
        for y in range(0, sheet.height(), 2)
    )


def test_the_minutes_are_signed_on_the_screen_and_the_signature_is_in_that_paper_alone(
    qtbot: QtBot, qapp: QApplication, folder: Path, documents: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        made(app, page)
        officer, receiving, witness = page.signers.papers
        app.tab_to(receiving.sign)
        app.press(Qt.Key.Key_Space)
        app.until(receiving.pad.isVisible)
        app.until(lambda: receiving.pad.visibleRegion().boundingRect() == receiving.pad.rect())
        sign(receiving.pad)
        assert receiving.erase.isVisible()
        app.tab_to(witness.sign)
        app.enter()
        app.until(witness.pad.isVisible)
        assert not receiving.pad.isVisible(), "one sheet at a time"
        assert "Yang menerima (RW): sudah tanda tangan" in receiving.sign.words
        QTest.mouseClick(witness.pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        app.press(Qt.Key.Key_Escape)
        app.until(witness.sign.hasFocus)
        assert "sudah" not in witness.sign.words, "a dot is no signature"
        app.clock.forward(1_000)  # type: ignore[attr-defined]
        app.tab_to(page.make)
        made(app, page)
        unsigned, signed = sorted(documents.glob("bast-*.pdf"))
        assert dark(Pdf(signed)) > dark(Pdf(unsigned)) + 100
        assert page.signers.inks == (None, None, None), "the next paper is signed anew"
        app.tab_to(officer.sign)
        app.press(Qt.Key.Key_Space)
        sign(officer.pad)
        page.subject_chosen.emit(1)
        app.until(lambda: page.signers.inks == (None, None, None))
        # Nothing of it is anywhere else: no file but the papers, no photo in the device's folder.
        assert {one.suffix for one in documents.iterdir()} == {".pdf"}
        assert not [one for one in folder.rglob("*") if one.suffix in (".png", ".blob")]


def test_folder_and_slip_sheets_are_opened_by_the_systems_own_programs(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    documents: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Path] = []
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        flow = app.shift.pages.findChild(Papers)
        assert flow is not None

        def shown(path: Path) -> bool:
            opened.append(path)
            return path.exists()

        monkeypatch.setattr(flow, "_show_folder", shown)
        monkeypatch.setattr(machine, "printers", lambda: ())
        made(app, page)
        app.enter()
        assert opened == [documents]
        sheets = next(documents.glob("*.pdf"))
        app.tab_to(page.sheets)
        app.enter()
        app.until(lambda: bool(page.findChildren(QFileDialog)))
        dialog = page.findChildren(QFileDialog)[0]
        dialog.findChildren(QLineEdit)[0].setText(str(sheets))
        dialog.accept()
        app.window.activateWindow()  # as a window manager does; offscreen there is none
        title = text("id", "papers.page.sheets_open.title", file=sheets.name)
        app.until(lambda: title in words_of(page))
        assert opened == [documents, sheets]
        page.sheets_chosen.emit(str(documents / "hilang.pdf"))
        app.until(lambda: text("id", "papers.page.sheets_closed.title") in words_of(page))


def test_papers_and_slip_sheets_are_printed_on_the_chosen_printer_and_without_one_that_is_said(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    documents: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []
    monkeypatch.setattr(machine, "printers", lambda: tuple(names))
    told, commands = tmp_path / "told", tmp_path / "commands"
    commands.mkdir()
    command = commands / "lp"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{told}.new"\nmv "{told}.new" "{told}"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(commands), prepend=":")
    with running(qtbot, qapp, folder) as app:
        app.scanning().hand_over(FAMILIES[0].code)
        page = papers(app)
        made(app, page)
        app.tab_to(page.paper)
        app.enter()
        app.until(lambda: text("id", "papers.page.no_printer.title") in words_of(page))
        assert not told.exists()
        names += ["EPSON L3210", "Kantor"]
        app.place.preferences.settings = replace(app.place.preferences.settings, printer="Kantor")
        app.enter()
        (minutes,) = documents.glob("*.pdf")
        app.until(lambda: f"{minutes.name} dikirim ke printer Kantor" in words_of(page))
        said = told.read_text().splitlines()
        assert said[:2] == ["-d", "Kantor"] and said[-2:] == ["--", str(minutes)]
        assert "print-scaling=none" in said, "a slip's code keeps its size"
        told.unlink()
        page.sheets_chosen.emit(str(minutes))
        app.until(told.exists)
        app.until(lambda: f"{minutes.name} dikirim ke printer Kantor" in words_of(page))
        command.write_text("#!/bin/sh\nexit 1\n")
        app.enter()
        app.until(lambda: f"Printer Kantor tidak menerima {minutes.name}" in words_of(page))


def test_the_last_recipients_receipt_is_shown_saved_and_without_a_printer_that_is_said(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    documents: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipt_over, "usual_folder", lambda: documents)
    monkeypatch.setattr(machine, "printers", lambda: ())
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.ctrl(Qt.Key.Key_T)
        page = app.until_on(ReceiptPage)
        app.until(lambda: text("id", "papers.receipt.none") in words_of(page))
        app.press(Qt.Key.Key_Escape)
        app.until(app.until_on(ScanScreen).line.hasFocus)
        app.hand_over(FAMILIES[0].code)
        app.hand_over(FAMILIES[1].code)
        app.ctrl(Qt.Key.Key_T)
        page = app.until_on(ReceiptPage)
        app.until(page.save.hasFocus)
        number = page.number.text()
        assert number.endswith("-5")  # opened, two counts, two hand-overs
        words = words_of(page)
        assert "Keluarga 2" in words and "3171********0002" in words and "Rani" in words
        app.tab_to(page.paper)
        app.enter()
        app.until(lambda: text("id", "papers.no_printer.title") in words_of(page))
        app.tab_to(page.save)
        app.enter()
        app.until(page.open.hasFocus)
        pdf = Pdf(documents / f"tanda-terima-{number}.pdf")
        assert number in pdf.words(0) and "Keluarga 2" in pdf.words(0)
        app.press(Qt.Key.Key_Escape)
        app.until_on(ScanScreen)
