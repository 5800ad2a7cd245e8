"""The USB road in the real app, by keyboard alone: a stick comes, records go, receipts return."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.drives import drive_at, find_drives, is_removable
from desktop.presenters import usb as presenter
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.state import Progress as Shown
from desktop.views.sync_panel import SyncPanelState
from desktop.views.usb_page import Drive, UsbPage, UsbState
from models.envelope import unseal
from models.feed import decode_segment
from models.verdict import Tone
from sync.asking import Stop
from sync.messages import Receipt, encode_receipt
from sync.parcel import ReceiptsHead, encode_receipts, peek_frame, take_apart
from sync.progress import Phase, Progress, Report
from sync.usb import Exported, UsbRoad
from tests.support.app import App, furnish, running
from tests.support.feeds import certificate_of, gave
from tests.support.parcels import made_parcel
from tests.support.world import AT, BOX, CENTRE, family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]


class Sticks:
    """The drives that are plugged in, as a test wishes."""

    def __init__(self, *drives: Drive) -> None:
        self.drives = drives

    def __call__(self) -> tuple[Drive, ...]:
        return self.drives


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "laptop"
    furnish(made, FAMILIES)
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Drive:
    """A stick that is plugged in."""
    made = tmp_path / "KINGSTON"
    made.mkdir()
    return drive_at(made)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drives are looked for without making a test wait."""
    monkeypatch.setattr(presenter, "LOOK_MS", 20)


def open_usb(app: App, sticks: Sticks) -> UsbPage:
    """By its key, up to where the figures are read."""
    app.place.drives = sticks
    app.ctrl(KEY.Key_U)
    page = app.until_on(UsbPage)
    app.until(lambda: state(app).unsafe > 0 and state(app).drives == sticks.drives)
    return page


def state(app: App) -> UsbState:
    """What the page shows."""
    flow = app.shift.pages._usb
    assert flow is not None
    return flow.state


def ended(app: App) -> list[tuple[str, Tone | None]]:
    """(key, tone) of what the page says when a job is over."""
    app.until(lambda: state(app).progress is None and bool(state(app).notices))
    return [(one.key, one.tone) for one in state(app).notices]


def receipts_for(app: App) -> bytes:
    """The centre signs for all that the laptop wrote."""
    ledger = app.shift.device.station.ledger
    signed = encode_receipt(Receipt(ledger.feed, ledger.head(), AT), CENTRE)
    return encode_receipts(ReceiptsHead(CENTRE.key_id, AT, 1), [signed])


def test_records_go_onto_a_stick_and_its_receipt_makes_them_safe_by_keyboard_alone(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        page = open_usb(app, Sticks(stick))
        app.until(page.export.hasFocus)
        app.press(KEY.Key_Return)
        assert ended(app) == [("field.usb.exported", Tone.GO)]
        (file,) = Path(stick.path).iterdir()
        frames = [peek_frame(item.data) for item in take_apart(file.read_bytes()).items]
        segments = [decode_segment(unseal(frame.envelope, BOX)) for frame in frames]
        assert sum(len(one.facts) for one in segments) == len(app.facts()) == 4

        (Path(stick.path) / "tanda-terima.ksbb").write_bytes(receipts_for(app))
        app.until(page.back.hasFocus)
        app.tab_to(page.take_in)
        app.press(KEY.Key_Return)
        assert ended(app) == [("field.usb.safe", Tone.GO)]
        app.until(lambda: state(app).unsafe == 0)
        app.press(KEY.Key_Escape)
        screen = app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        app.until(lambda: app.syncing.state.unsafe == 0)
        app.hand_over(FAMILIES[1].code)


def test_the_sync_panel_leads_to_it_and_back(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.place.drives = Sticks(stick)
        screen.bar.pill.click()
        app.until(lambda: isinstance(screen._state.side, SyncPanelState))
        app.tab_to(screen.sync.usb)
        app.press(KEY.Key_Return)
        app.until_on(UsbPage)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)


def test_it_can_be_reached_while_no_session_is_open(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        opening = app.until_on(OpeningScreen)
        app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        app.place.drives = Sticks(stick)
        app.ctrl(KEY.Key_U)
        page = app.until_on(UsbPage)
        app.until(lambda: state(app).drives == (stick,))
        # Nothing was recorded yet, so what can be done first is to import.
        page.take_focus()
        app.until(page.take_in.hasFocus)
        app.press(KEY.Key_Return)
        assert ended(app) == [("field.usb.nothing", None)]
        app.tab_to(page.export)
        app.press(KEY.Key_Return)
        assert ended(app) == [("errors.nothing_to_export", Tone.CHECK)]
        app.press(KEY.Key_Escape)
        app.until_on(OpeningScreen)


def test_a_drive_appears_when_it_is_plugged_in_and_goes_when_it_is_pulled(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    sticks = Sticks()
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, sticks)
        app.until(page.folder.hasFocus)
        assert not page.export.isEnabled()
        sticks.drives = (stick,)
        app.until(page.export.isEnabled)
        assert state(app).chosen == stick.path
        other = Drive("/media/DATA", "DATA")
        sticks.drives = (other, stick)
        app.until(lambda: len(state(app).drives) == 2)
        assert state(app).chosen == stick.path
        sticks.drives = (other,)
        app.until(lambda: state(app).chosen == other.path)
        sticks.drives = ()
        app.until(lambda: not page.export.isEnabled())


def test_any_folder_can_be_chosen_in_a_dialog(
    qtbot: QtBot, qapp: QApplication, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "Dokumen"
    target.mkdir()
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, Sticks())
        app.until(page.folder.hasFocus)
        app.press(KEY.Key_Return)
        app.until(lambda: bool(page.findChildren(QFileDialog)))
        dialog = page.findChildren(QFileDialog)[0]
        dialog.findChildren(QLineEdit)[0].setText(str(target))
        dialog.accept()
        app.window.activateWindow()  # as a window manager does; offscreen there is none
        app.until(lambda: state(app).chosen == str(target))
        app.until(page.export.hasFocus)
        app.press(KEY.Key_Return)
        assert ended(app) == [("field.usb.exported", Tone.GO)]
        assert len(list(target.iterdir())) == 1


def test_another_laptops_file_is_carried_and_listed_and_a_bad_one_named(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    neighbour = gave(7, FAMILIES[:3])
    place = Path(stick.path)
    made = made_parcel(neighbour, [BOX.public_key], certificate=certificate_of(neighbour))
    (place / "b.ksbb").write_bytes(made.bytes)
    (place / "a.ksbb").write_bytes(b"a letter")
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, Sticks(stick))
        app.tab_to(page.take_in)
        app.press(KEY.Key_Return)
        assert ended(app) == [
            ("errors.not_a_parcel", Tone.STOP),
            ("field.usb.carried_for", Tone.GO),
        ]
        assert state(app).notices[0].about == "a.ksbb"
        app.until(lambda: bool(state(app).carried))
        (line,) = state(app).carried
        assert (line.records, line.refused) == (4, False)


def test_a_stick_that_was_pulled_is_told_and_nothing_is_lost(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    gone = Drive("/media/gone/KINGSTON", "KINGSTON")
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, Sticks(gone))
        unsafe = state(app).unsafe
        app.until(page.export.hasFocus)
        app.press(KEY.Key_Return)
        assert ended(app) == [("errors.stick_gone", Tone.STOP)]
        assert state(app).unsafe == unsafe
        assert len(app.facts()) == unsafe


class SlowRoad(UsbRoad):
    """A stick so slow that a test can act meanwhile."""

    def export(
        self,
        target: Path,
        *,
        siblings: bool,
        stop: Stop,
        report: Report = lambda _progress: None,
    ) -> Exported:
        """Begins to write when it is told to stop."""
        report(Progress(Phase.PACKING, 1, 3))
        assert stop.wait(60)
        return super().export(target, siblings=siblings, stop=stop, report=report)


def test_esc_stops_what_runs_and_a_second_one_leaves(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    stick: Drive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop.shift_pages.UsbRoad", SlowRoad)
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, Sticks(stick))
        app.until(page.export.hasFocus)
        app.press(KEY.Key_Return)
        app.until(lambda: state(app).progress == Shown("app.phase.packing", 1, 3))
        app.until(page.stop.hasFocus)
        assert not page.export.isVisible() and not page.drives.isEnabled()
        app.press(KEY.Key_Escape)
        assert ended(app) == [("errors.export_stopped", Tone.CHECK)]
        app.until(page.back.hasFocus)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)


def test_closing_the_window_stops_what_runs(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    stick: Drive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop.shift_pages.UsbRoad", SlowRoad)
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = open_usb(app, Sticks(stick))
        app.until(page.export.hasFocus)
        app.press(KEY.Key_Return)
        app.until(lambda: state(app).progress == Shown("app.phase.packing", 1, 3))
    # Leaving waited for the pool, and what was written stays for the next time.
    assert [file.suffix for file in Path(stick.path).iterdir()] == [".part"]


def test_asked_for_twice_one_page_stands(
    qtbot: QtBot, qapp: QApplication, folder: Path, stick: Drive
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        open_usb(app, Sticks(stick))
        first = app.shift.pages._usb
        app.shift.pages.usb()
        assert app.shift.pages._usb is first


# --- drives ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "platform", "removable"),
    [
        ("/media/sari/KINGSTON", "linux", True),
        ("/run/media/sari/KINGSTON", "linux", True),
        ("/mnt/usb", "linux", True),
        ("/", "linux", False),
        ("/home", "linux", False),
        ("/media", "linux", False),
        ("/Volumes/KINGSTON", "darwin", True),
        ("/", "darwin", False),
        ("/media/sari/KINGSTON", "aix", False),
    ],
)
def test_what_was_plugged_in_is_told_apart(root: str, platform: str, removable: bool) -> None:
    assert is_removable(root, platform) is removable


def test_the_systems_own_disk_is_not_offered() -> None:
    assert "/" not in [drive.path for drive in find_drives()]


def test_a_folder_is_a_place_to_write_to(tmp_path: Path) -> None:
    drive = drive_at(tmp_path)
    assert (drive.path, drive.name, drive.read_only) == (str(tmp_path), tmp_path.name, False)
    assert drive.free is not None and drive.free > 0
