"""The other ways a hand-over ends, in the real app by keyboard: F7, a figure, a short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.capture_state import Step
from desktop.views.parts.history import outcome_words
from desktop.views.parts.step_form import LineField
from desktop.views.scan_screen import ScanScreen
from desktop.views.ways_panel import WaysPanel
from desktop.views.ways_state import Way
from models.asks import Asks
from models.decide import HouseholdStatus
from models.facts import (
    BlobKind,
    Handover,
    HouseholdNote,
    Line,
    NoHandover,
    Outcome,
    ProxyDocument,
    Receiver,
)
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.capture import MadeCamera, asking, until_step
from tests.support.world import FIRST, LEBARAN, SEMBAKO, Family, family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 4)]
LARGE = family(23, Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 2))
DEAD = family(24, status=HouseholdStatus.DECEASED)
STRANGER = family(99)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "Laptop #1"
    furnish(made, [*FAMILIES, LARGE, DEAD])
    return made


def _open(app: App, household: Family, verdict: Verdict = Verdict.ELIGIBLE) -> WaysPanel:
    app.enter(household.code)
    app.shown(verdict)
    app.press(KEY.Key_F7)
    panel = app.on(ScanScreen).ways
    app.until(panel.isVisible)
    app.until(lambda: panel.ways[0].hasFocus() or panel.ways[3].hasFocus())
    return panel


def _choose(app: App, panel: WaysPanel, figure: int) -> None:
    app.press(Qt.Key(int(KEY.Key_0) + figure))
    app.until(lambda: not panel.ways[0].isVisible())


def _line(panel: WaysPanel, name: str) -> LineField:
    found = panel.form.field(name)
    assert isinstance(found, LineField)
    return found


def _handed(app: App) -> list[Handover]:
    return [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]


def test_by_proxy_each_enter_goes_on_and_the_last_one_records(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        panel = _open(app, FAMILIES[0])
        _choose(app, panel, 1)
        app.until(_line(panel, "proxy_name").line.hasFocus)
        app.enter("Budi Santoso")
        app.enter("anak")
        app.press(KEY.Key_1)
        app.enter()
        app.press(KEY.Key_1)
        assert not _handed(app), "the last Enter is still to come"
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        app.until(screen.line.hasFocus)
        (body,) = _handed(app)
        assert (body.household, body.lines) == (FAMILIES[0].id, FAMILIES[0].due)
        assert (body.receiver, body.proxy_name, body.proxy_relation) == (
            Receiver.PROXY,
            "Budi Santoso",
            "anak",
        )
        assert (body.proxy_document, body.letter_of_authority) == (ProxyDocument.KTP, True)
        assert "Budi Santoso (wakil)" in app.banner
        standing = app.scan.standing
        assert standing is not None
        words = outcome_words(app.window.look, standing.overview.history[0])
        assert "Budi Santoso (wakil)" in words
        before = standing.overview
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ALREADY_COLLECTED)
        assert "Budi Santoso" in words_of(screen)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        assert app.scan.standing is not None
        assert app.scan.standing.overview.history[1:] == before.history


def test_what_is_missing_is_said_in_its_field_and_nothing_is_recorded(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        before = len(app.facts())
        panel = _open(app, FAMILIES[0])
        _choose(app, panel, 1)
        name = _line(panel, "proxy_name")
        app.until(name.line.hasFocus)
        app.enter()
        assert name.line.hasFocus()
        assert "Ini perlu diisi" in words_of(panel)
        app.enter("Budi")
        assert "Ini perlu diisi" not in words_of(panel)
        panel.record.click()
        assert _line(panel, "proxy_relation").line.hasFocus(), "the first that is missing"
        app.enter("anak")
        app.enter()
        assert "Pilih satu" in words_of(panel)
        assert len(app.facts()) == before


def test_to_a_replacement_that_the_roster_knows(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        panel = _open(app, DEAD, Verdict.DECEASED)
        _choose(app, panel, 2)
        app.press(KEY.Key_1)
        app.enter()
        number, head = _line(panel, "replacing_kk"), _line(panel, "head")
        app.until(number.line.hasFocus)
        app.enter("31710101")
        assert number.line.hasFocus()
        assert "ini 8" in words_of(panel)
        app.enter(str(FAMILIES[1].kk))
        app.until(lambda: head.answer == "Keluarga 2")
        assert "Di daftar: Keluarga 2, RT 01 / RW 03" in words_of(panel)
        app.until(head.line.hasFocus)
        app.enter()
        app.enter("Ketua RW 03")
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = _handed(app)
        assert (body.household, body.receiver) == (DEAD.id, Receiver.REPLACEMENT)
        assert (body.replacing_household, body.replacing_kk) == (FAMILIES[1].id, FAMILIES[1].kk)
        assert (body.replaced_because, body.answered_by) == (Outcome.DECEASED, "Ketua RW 03")
        assert app.facts()[-1].body == HouseholdNote(DEAD.id, 3)
        app.hand_over(FAMILIES[1].code)  # whose own allocation it did not touch


def test_to_a_replacement_that_is_on_no_list_and_never_to_the_household_itself(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        panel = _open(app, FAMILIES[0])
        _choose(app, panel, 2)
        app.press(KEY.Key_4)
        app.enter()
        app.until(_line(panel, "replacing_kk").line.hasFocus)
        app.enter(str(FAMILIES[0].kk))
        head = _line(panel, "head")
        app.until(lambda: head.answer == "Keluarga 1")
        app.enter()
        app.enter("Lurah")
        app.until(lambda: "Itu keluarga yang sama" in words_of(panel))
        assert not _handed(app)
        number = _line(panel, "replacing_kk")
        number.line.setFocus()
        number.line.selectAll()
        app.enter(str(STRANGER.kk))
        app.until(lambda: "Tidak ada di daftar laptop ini" in words_of(panel))
        app.until(head.line.hasFocus)
        app.enter("Bambang")
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = _handed(app)
        assert (body.replacing_household, body.replacing_kk) == (None, STRANGER.kk)
        assert (body.proxy_name, body.replaced_because) == ("Bambang", Outcome.REFUSED)


def test_in_part_the_rest_is_offered_at_the_next_scan(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        panel = _open(app, LARGE)
        _choose(app, panel, 3)
        first, second = _line(panel, "line_0"), _line(panel, "line_1")
        app.until(first.line.hasFocus)
        for wrong, said in (
            ("4", "Paling banyak 3"),
            ("dua", "Ketik angkanya"),
            ("-1", "Ketik angka"),
        ):
            app.enter(wrong)
            assert first.line.hasFocus()
            assert said in words_of(panel), wrong
        app.enter("0")
        app.until(second.line.hasFocus)
        app.enter("0")
        app.until(lambda: "Tidak ada yang diserahkan" in words_of(panel))
        assert not _handed(app)
        second.line.selectAll()
        app.enter("1")
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = _handed(app)
        assert body.lines == (Line(FIRST, LEBARAN, 1),)
        assert "1 × Paket Lebaran" in app.banner and "sembako" not in app.banner
        app.enter(LARGE.code)
        app.shown(Verdict.PARTLY_COLLECTED)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED and len(_handed(app)) == 2)
        assert _handed(app)[1].lines == (Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 1))


def test_nothing_by_the_same_figures_as_with_alt(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        panel = _open(app, FAMILIES[0])
        assert not panel.ways[2].isEnabled(), "of one there is no part"
        _choose(app, panel, 4)
        app.until(panel.outcomes[0].hasFocus)
        app.press(KEY.Key_5)
        app.until(lambda: app.scan.phase is Phase.WITHOUT)
        bodies = [fact.body for fact in app.facts() if isinstance(fact.body, NoHandover)]
        assert [body.outcome for body in bodies] == [Outcome.REFUSED]


def test_a_red_verdict_offers_nothing_but_no_hand_over(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(FAMILIES[0].code)
        panel = _open(app, FAMILIES[0], Verdict.ALREADY_COLLECTED)
        assert [one.isEnabled() for one in panel.ways] == [
            way in (Way.NONE, Way.WALK_IN) for way, _ in zip(Way, panel.ways, strict=True)
        ]
        app.press(KEY.Key_1)
        assert panel.ways[0].isVisible(), "what is not offered is not chosen"
        app.press(KEY.Key_Escape)
        app.until(screen.line.hasFocus)
        app.enter(str(STRANGER.kk))
        app.shown(Verdict.UNKNOWN)
        app.press(KEY.Key_F7)
        app.until(panel.isVisible)
        assert [one.isEnabled() for one in panel.ways] == [way is Way.WALK_IN for way in Way]


def test_escape_leads_back_step_by_step_and_records_nothing(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        before = len(app.facts())
        panel = _open(app, FAMILIES[0])
        _choose(app, panel, 1)
        app.until(_line(panel, "proxy_name").line.hasFocus)
        app.type("Budi")
        app.page.scanning.typed(FAMILIES[1].code)
        assert app.scan.seen is not None and app.scan.seen.card is not None
        assert app.scan.phase is Phase.SHOWN, "a scan puts nothing away that is being typed"
        app.press(KEY.Key_Escape)
        app.until(panel.ways[0].hasFocus)
        app.press(KEY.Key_Escape)
        app.until(screen.line.hasFocus)
        assert not panel.isVisible()
        assert app.scan.phase is Phase.SHOWN
        assert app.scan.seen.card.name == "Keluarga 1"
        assert len(app.facts()) == before
        app.settled()
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)


def test_a_proxys_document_is_photographed_and_a_crash_forgets_no_proxy(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    folder = tmp_path / "Laptop #2"
    furnish(folder, [LARGE], pages=[asking(Asks.PROXY_DOCUMENT)])
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        MadeCamera(app)
        panel = _open(app, LARGE)
        _choose(app, panel, 1)
        app.until(_line(panel, "proxy_name").line.hasFocus)
        app.enter("Budi")
        app.enter("anak")
        app.press(KEY.Key_2)
        app.enter()
        app.press(KEY.Key_2)
        app.enter()
        until_step(app, Step.LIVE)
        assert not _handed(app)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        MadeCamera(app)
        app.until(screen.drafts.isVisible)
        screen.drafts.resumed.emit(LARGE.id)
        until_step(app, Step.LIVE)
        app.press(KEY.Key_Space)
        until_step(app, Step.TAKEN)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = _handed(app)
        assert (body.receiver, body.proxy_name) == (Receiver.PROXY, "Budi")
        assert body.proxy_document is ProxyDocument.FAMILY_CARD
        assert not body.letter_of_authority
        assert [blob.kind for blob in body.blobs] == [BlobKind.PROXY_DOCUMENT]
        assert body.lines == LARGE.due


def test_what_could_not_be_written_is_tried_again_with_the_same_answers_and_pictures(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    folder = tmp_path / "Laptop #2"
    furnish(folder, [LARGE], pages=[asking(Asks.PHOTO | Asks.PROXY_DOCUMENT)])
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        MadeCamera(app)
        panel = _open(app, LARGE)
        _choose(app, panel, 1)
        app.until(_line(panel, "proxy_name").line.hasFocus)
        app.enter("Budi")
        app.enter("anak")
        app.press(KEY.Key_2)
        app.enter()
        app.press(KEY.Key_2)
        app.enter()
        until_step(app, Step.LIVE)
        app.press(KEY.Key_Space)
        until_step(app, Step.TAKEN)
        app.enter()
        until_step(app, Step.LIVE)
        app.press(KEY.Key_Space)
        until_step(app, Step.TAKEN)
        _writes(app, no_more=True)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.SHOWN and panel.isVisible())
        assert _line(panel, "proxy_name").answer == "Budi"
        assert not screen.capture.isVisible() and not _handed(app)
        app.until(_line(panel, "proxy_name").line.hasFocus)
        _writes(app, no_more=False)
        for _ in range(4):
            app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = _handed(app)
        assert (body.receiver, body.proxy_name) == (Receiver.PROXY, "Budi")
        assert [blob.kind for blob in body.blobs] == [BlobKind.PHOTO, BlobKind.PROXY_DOCUMENT]
        app.until(screen.line.hasFocus)
        assert not panel.isVisible()


def _writes(app: App, no_more: bool) -> None:
    """The disk takes nothing any more, or again."""
    connection, done = app.shift.device.station.ledger.connection, list[bool]()

    def switch() -> bool:
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if no_more else 'OFF'}")
        return True

    app.threads.submit_db(switch, done.append)
    app.until(lambda: bool(done))
