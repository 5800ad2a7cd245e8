"""Photo and signature before a hand-over is recorded: by keyboard and mouse in the real app, with a
camera that isn't there, on a real ledger, as far as the centre."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.scan.still import MOST_BYTES
from desktop.views.capture_state import Step
from desktop.views.parts.history import HistoryKind
from desktop.views.scan_screen import ScanScreen
from models.asks import Asks
from models.facts import BlobKind, Handover
from models.verdict import Verdict
from tests.support.app import App, furnish, know_pins, running, words_of
from tests.support.capture import MadeCamera, asking, sign, until_step
from tests.support.centre_world import Centre
from tests.support.field import identity_of
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]
BOTH = Asks.PHOTO | Asks.SIGNATURE


def laptop(folder: Path, asks: Asks, centre: str = "http://127.0.0.1:1") -> Path:
    """A device whose open stage asks for pictures."""
    furnish(folder, FAMILIES, centre=centre, pages=[asking(asks)])
    return folder


def confirmed(app: App, code: str) -> ScanScreen:
    """A slip is green, and Enter confirms it: the first picture is asked for."""
    screen = app.on(ScanScreen)
    app.enter(code)
    app.shown(Verdict.ELIGIBLE)
    app.enter()
    app.until(lambda: app.scan.phase is Phase.CAPTURING)
    return screen


def handed(app: App) -> list[Handover]:
    """The hand-overs that were recorded."""
    return [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]


def picture_of(app: App, body: Handover, kind: BlobKind) -> bytes:
    """The bytes of a hand-over's picture on this laptop."""
    (hash_,) = [blob.hash for blob in body.blobs if blob.kind == kind]
    found: list[bytes | None] = []
    app.threads.submit_db(lambda: app.shift.device.station.blobs.read(hash_), found.append)
    app.until(lambda: bool(found))
    assert found[0] is not None
    return found[0]


def colour_of(photo: Image.Image) -> tuple[int, ...]:
    """What is in its middle."""
    return tuple(photo.crop((640, 360, 641, 361)).tobytes())


def test_a_stage_that_asks_for_nothing_hands_over_as_ever(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", Asks.NOTHING)) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        assert handed(app)[0].blobs == ()


def test_photo_and_signature_are_recorded_with_the_hand_over(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", BOTH)) as app:
        app.scanning()
        MadeCamera(app)
        screen = confirmed(app, FAMILIES[0].code)
        until_step(app, Step.LIVE)
        assert "Foto penyerahan" in words_of(screen.capture)
        assert "Langkah 1 dari 2" in words_of(screen.capture)
        assert FAMILIES[0].name in words_of(screen.capture)
        assert not screen.banner.isVisible() and not screen.line.isVisible()
        app.press(KEY.Key_Space)
        until_step(app, Step.TAKEN)
        assert handed(app) == [], "nothing is recorded before the last picture"
        app.enter()
        until_step(app, Step.SIGN)
        app.enter()
        assert app.page.capturing.state is not None, "an empty sheet is no signature"
        sign(screen.capture.pad)
        app.until(screen.capture.go.isEnabled)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        app.until(screen.line.hasFocus)
        assert "TERCATAT" in app.banner.upper()
        (body,) = handed(app)
        assert [blob.kind for blob in body.blobs] == [BlobKind.PHOTO, BlobKind.SIGNATURE]
        assert body.note is None
        photo = picture_of(app, body, BlobKind.PHOTO)
        shown = Image.open(io.BytesIO(photo))
        assert shown.format == "JPEG" and shown.size == (1280, 720)
        assert len(photo) <= MOST_BYTES
        red, green, blue = colour_of(shown)
        assert abs(red - 0x33) < 8 and abs(green - 0x66) < 8 and abs(blue - 0x99) < 8
        paper = Image.open(io.BytesIO(picture_of(app, body, BlobKind.SIGNATURE)))
        assert paper.format == "PNG" and paper.getextrema() == (20, 255)
        history = app.scan.standing
        assert history is not None
        assert history.overview.history[0].kind is HistoryKind.HANDED


def test_a_photo_is_taken_again_and_only_the_last_is_kept(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", Asks.PHOTO)) as app:
        app.scanning()
        camera = MadeCamera(app)
        confirmed(app, FAMILIES[0].code)
        until_step(app, Step.LIVE)
        app.enter()
        until_step(app, Step.TAKEN)
        app.press(KEY.Key_Backspace)
        until_step(app, Step.LIVE)
        camera.show(QColor("#cc2200"))
        came: list[object] = []
        app.place.camera.reader.frame.connect(came.append)
        app.until(lambda: len(came) > 2)
        app.enter()
        until_step(app, Step.TAKEN)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = handed(app)
        shown = Image.open(io.BytesIO(picture_of(app, body, BlobKind.PHOTO)))
        red, _, blue = colour_of(shown)
        assert red > 150 and blue < 60
        kept: list[int] = []
        engine = app.shift.device.database.blobs

        def count() -> int:
            with engine.connect() as connection:
                return int(connection.exec_driver_sql("SELECT count(*) FROM blob").scalar() or 0)

        app.threads.submit_db(count, kept.append)
        app.until(lambda: bool(kept))
        assert kept == [1]


def test_without_a_photo_or_signature_the_reason_is_recorded(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", BOTH)) as app:
        app.scanning()
        screen = confirmed(app, FAMILIES[0].code)
        app.until(lambda: "Kamera tidak mengirim gambar" in words_of(screen.capture))
        assert not screen.capture.go.isEnabled()
        app.press(KEY.Key_Delete)
        until_step(app, Step.WHY)
        app.press(KEY.Key_Escape)
        app.until(lambda: "Foto penyerahan" in words_of(screen.capture))
        app.press(KEY.Key_Delete)
        until_step(app, Step.WHY)
        app.press(KEY.Key_2)
        app.until(lambda: screen.capture._typed.elapsed() > 150)
        app.enter()
        until_step(app, Step.SIGN)
        app.press(KEY.Key_Delete)
        until_step(app, Step.WHY)
        app.press(KEY.Key_1)
        app.until(lambda: screen.capture._typed.elapsed() > 150)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = handed(app)
        assert body.blobs == ()
        assert body.note == (
            "tanpa foto: Kamera tidak ada atau rusak; "
            "tanpa tanda tangan: Cap jempol di danom kertas"
        )


def test_esc_goes_back_to_the_verdict_and_keeps_nothing(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", Asks.PHOTO)) as app:
        app.scanning()
        MadeCamera(app)
        screen = confirmed(app, FAMILIES[0].code)
        until_step(app, Step.LIVE)
        app.enter()
        until_step(app, Step.TAKEN)
        app.press(KEY.Key_Escape)
        app.until(lambda: app.scan.phase is Phase.SHOWN)
        app.until(screen.line.hasFocus)
        assert screen.banner.isVisible() and not screen.capture.isVisible()
        assert handed(app) == []
        drafts: list[int] = []
        app.threads.submit_db(lambda: len(app.shift.device.station.drafts.all()), drafts.append)
        app.until(lambda: drafts == [0])
        app.settled()
        app.enter()
        until_step(app, Step.LIVE)


def test_a_scanner_that_types_into_it_takes_no_photo_and_starts_no_scan(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", Asks.PHOTO)) as app:
        app.scanning()
        MadeCamera(app)
        confirmed(app, FAMILIES[0].code)
        until_step(app, Step.LIVE)
        app.enter(f"{FAMILIES[1].kk}")
        state = app.page.capturing.state
        assert state is not None and state.step is Step.LIVE and not state.busy
        assert app.scan.phase is Phase.CAPTURING


# --- as far as the centre --------------------------------------------------------------------


@pytest.fixture
def server(centre: Centre) -> Iterator[TinyServer]:
    """The device's centre."""
    centre.list_families(FAMILIES)
    centre.enrol(identity_of(1))
    know_pins(centre)
    with serving(lambda asked, body: Said.reply(centre.receiver.answer(asked, body))) as made:
        yield made


@pytest.mark.postgres
def test_what_was_captured_arrives_at_the_centre_byte_for_byte(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, server: TinyServer, centre: Centre
) -> None:
    with running(qtbot, qapp, laptop(tmp_path / "laptop", BOTH, server.url)) as app:
        app.scanning()
        MadeCamera(app)
        screen = confirmed(app, FAMILIES[0].code)
        until_step(app, Step.LIVE)
        app.enter()
        until_step(app, Step.TAKEN)
        app.enter()
        until_step(app, Step.SIGN)
        sign(screen.capture.pad)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        (body,) = handed(app)
        kept = [picture_of(app, body, BlobKind(blob.kind)) for blob in body.blobs]
        app.press(KEY.Key_F5)
        app.until(lambda: [centre.blobs.read(1, blob.hash) for blob in body.blobs] == kept)
        app.until(lambda: not app.syncing.busy)
