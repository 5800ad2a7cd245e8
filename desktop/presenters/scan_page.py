"""The scan screen wired up: sources in, the flow's state out, sync and the other laptops beside
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.hub import HubDesk, HubState
from desktop.presenters.capture_desk import HalfDoneDesk
from desktop.presenters.capturing import Capturing, capture_links
from desktop.presenters.desk import Desk, Seen
from desktop.presenters.laptops import hub_pill
from desktop.presenters.pictures import Pictures
from desktop.presenters.scanning import Phase, Scan, Scanning
from desktop.presenters.syncing import Syncing
from desktop.presenters.taking_back import TakingBack, taking_back_links
from desktop.presenters.undoing import Undoing
from desktop.presenters.ways import Ways, ways_links
from desktop.scan.camera import CameraSource, CameraState
from desktop.theme.sounds import Sounds
from desktop.threads import Threads
from desktop.views.capture_state import CapturePanelState
from desktop.views.overview import OverviewState
from desktop.views.scan_screen import ScanScreen
from desktop.views.scan_state import Corrected, Judged, Moment, Recorded, ScanState, Voided, Without
from desktop.views.state import CameraStatus, Notice, TopBarState
from desktop.views.sync_panel import SyncPanelState
from desktop.views.void_state import VoidPanelState
from desktop.views.ways_state import WaysPanelState
from models import hub_text
from models.facts import Source
from models.field.other_ways import receiver_of
from models.slip_text import from_text
from models.verdict import Tone

_HALF_MINUTE = 30_000
CAMERA_STATUS = {
    CameraState.STOPPED: CameraStatus.OFF,
    CameraState.STARTING: CameraStatus.STARTING,
    CameraState.RUNNING: CameraStatus.LIVE,
    CameraState.NONE: CameraStatus.NONE,
    CameraState.UNPLUGGED: CameraStatus.LOST,
    CameraState.REFUSED: CameraStatus.NONE,
    CameraState.BUSY: CameraStatus.NONE,
    CameraState.SILENT: CameraStatus.LOST,
}


@dataclass(frozen=True, slots=True)
class Place:
    """What the top bar says beside the sync: names, not numbers."""

    point: str
    volunteer: str


class ScanPage(QObject):
    """One volunteer's scan screen, from opening the session to closing it."""

    asked = Signal(str)
    """The name of an intent that is not this page's."""
    hub_seen = Signal(str)
    """A hub's code was scanned where slips are: this laptop shall connect to that hub."""
    records_wanted = Signal()
    """The list of what is not safe is about to be shown."""

    def __init__(
        self,
        screen: ScanScreen,
        threads: Threads,
        desk: Desk,
        syncing: Syncing,
        hub: HubDesk,
        camera: CameraSource,
        sounds: Sounds,
        place: Place,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.screen = screen
        self.scanning = Scanning(threads, desk, self)
        self._half_done = HalfDoneDesk(desk)
        self.capturing = Capturing(threads, self._half_done, camera.reader.sink.videoFrame, self)
        self.syncing = syncing
        self._hub = hub
        self._pill = hub_pill(hub.state)
        self._threads = threads
        self._desk = desk
        self._camera = camera
        self._sounds = sounds
        self._place = place
        self._now = now
        self._sync_open = False
        self._serial = 0
        self._last_seen: Seen | None = None
        self._pictures = Pictures(
            threads,
            lambda text: self._code(text, Source.PICTURE),
            self.scanning.say,
            lambda text: from_text(text) is not None or hub_text.from_text(text) is not None,
        )
        self.ways = Ways(self.scanning, threads, desk, self)
        self.taking_back = TakingBack(self.scanning, threads, desk, self)
        self.undoing = Undoing(self.scanning, self.taking_back, self)
        self._tick = QTimer(self)
        self._tick.setInterval(_HALF_MINUTE)
        self._tick.timeout.connect(self.draw)
        self._connect()

    def begin(self) -> None:
        """Reads where the session stands, and starts looking."""
        self.scanning.refresh()
        self._tick.start()
        self.draw()
        self.screen.take_focus()

    def end(self) -> None:
        """Leaves the screen: nothing reaches this page any more."""
        self.scanning.end()
        self.undoing.end()
        self._tick.stop()
        self._camera.reader.code_seen.disconnect(self.camera_saw)
        self._camera.reader.frame.disconnect(self.screen.show_frame)
        self._camera.state_changed.disconnect(self._camera_changed)
        self._hub.changed.disconnect(self._hub_changed)
        self.syncing.changed.disconnect(self.draw)
        self.syncing.learned.disconnect(self.scanning.refresh)
        for signal, slot in self._links:
            signal.disconnect(slot)

    def _connect(self) -> None:
        screen, scanning = self.screen, self.scanning
        scanning.changed.connect(self._scan_changed)
        scanning.heard.connect(self._sounds.play)
        scanning.capture_asked.connect(self.capturing.begin)
        scanning.resumed.connect(self.capturing.resume)
        self.capturing.done.connect(scanning.captured)
        self.capturing.left.connect(scanning.not_captured)
        self.capturing.changed.connect(self.draw)
        self.ways.changed.connect(self.draw)
        self.taking_back.changed.connect(self.draw)
        self.undoing.changed.connect(self.draw)
        self._links = (
            (screen.typed, self._typed),
            (screen.hand_over_asked, scanning.confirm),
            (screen.without_asked, scanning.without_goods),
            (screen.dismissed, self._dismiss),
            (screen.files_given, self._pictures.read_files),
            (screen.picture_given, self._pictures.read_image),
            (screen.nothing_to_paste, self._nothing_to_paste),
            *taking_back_links(screen, self.taking_back),
            (screen.controls.undo_pressed, self.undoing.undo),
            (screen.asked, self._asked),
            (screen.sync_opened, self._open_sync),
            (screen.sync_cancelled, self.syncing.cancel),
            (screen.photos_asked, self.syncing.send_photos),
            (screen.side_closed, self._close_side),
            (screen.notice_dismissed, scanning.dismiss),
            *capture_links(screen, self.capturing),
            *ways_links(screen, self.ways),
            (screen.drafts.resumed, self._resume),
            (screen.drafts.dropped, self._drop),
        )
        for signal, slot in self._links:
            signal.connect(slot)
        self._hub.changed.connect(self._hub_changed)
        self.syncing.changed.connect(self.draw)
        self.syncing.learned.connect(self.scanning.refresh)
        self._camera.reader.code_seen.connect(self.camera_saw)
        self._camera.reader.frame.connect(screen.show_frame)
        self._camera.state_changed.connect(self._camera_changed)

    # --- sources -----------------------------------------------------------------------------

    def camera_saw(self, text: str) -> None:
        """A code stands before the camera."""
        # Behind a page nobody would see what it comes to.
        if self.screen.isVisible():
            self._code(text, Source.CAMERA)

    def _code(self, text: str, source: Source) -> None:
        if not self._is_hub(text) and not self.taking_back.look_up(
            lambda station: station.look_up_code(text, source)
        ):
            self.scanning.code(text, source)

    def _typed(self, text: str) -> None:
        """By a person, or by a scanner that types."""
        if not self._is_hub(text):
            self.scanning.typed(text)

    def _is_hub(self, text: str) -> bool:
        """A hub's code, wherever slips are scanned, is taken to connect to it."""
        found = hub_text.from_text(text) is not None
        if found:
            self.hub_seen.emit(text)
        return found

    def found(self, household: int) -> None:
        """A household was found by search: shown as if scanned, or it answers whose it was."""
        if not self.taking_back.look_up(
            lambda station: station.look_up_household(household, Source.SEARCH)
        ):
            self.scanning.found(household)

    def _camera_changed(self, _state: CameraState) -> None:
        self.draw()

    def _nothing_to_paste(self) -> None:
        self.scanning.say(Notice("field.notice.nothing_to_paste", Tone.CHECK), tone=None)

    # --- half-finished hand-overs ------------------------------------------------------------

    def _resume(self, household: int) -> None:
        self.scanning.resume(lambda: self._half_done.resume(household))

    def _drop(self, household: int) -> None:
        self._threads.submit_db(lambda: self._half_done.drop(household))
        self.scanning.restand()
        self.screen.take_focus()

    def _dismiss(self) -> None:
        self.scanning.leave()

    def _asked(self, intent: str) -> None:
        if intent == "sync":
            self._sync_now()
        elif intent == "undo":
            self.undoing.undo()
        elif intent == "ways":
            self._sync_open = False
            self.taking_back.leave()
            self.ways.begin()
        else:
            self.asked.emit(intent)

    # --- sync --------------------------------------------------------------------------------

    def _sync_now(self) -> None:
        self._open_sync()
        self.syncing.start()

    def _open_sync(self) -> None:
        self._sync_open = True
        self.taking_back.leave()
        self.ways.leave()
        self.records_wanted.emit()
        self.draw()

    def _close_side(self) -> None:
        self._sync_open = False
        self.taking_back.leave()
        self.ways.leave()
        self.draw()

    def _hub_changed(self, state: HubState) -> None:
        # Most of what a hub hears of its stations shows on their page alone.
        pill = hub_pill(state)
        if pill != self._pill:
            self._pill = pill
            self.draw()

    # --- drawing -----------------------------------------------------------------------------

    def _scan_changed(self) -> None:
        if self.scanning.state.phase is not Phase.CAPTURING:
            self.capturing.end()
        standing = self.scanning.state.standing
        if standing is not None:
            # What waits is listed when its panel is opened; the count goes along always.
            self.syncing.show_safety(standing.safety)
        else:
            self.draw()

    def draw(self) -> None:
        """Shows the state of everything."""
        scan = self.scanning.state
        now = self._now()
        standing = scan.standing
        stages = ", ".join(standing.stages) if standing is not None else ""
        bar = TopBarState(
            self._place.point, stages, self._place.volunteer, self.syncing.pill, now, self._pill
        )
        state = ScanState(
            bar=bar,
            moment=self._moment(scan),
            camera=CAMERA_STATUS[self._camera.state],
            notices=self._notices(scan),
            overview=standing.overview if standing is not None else OverviewState(),
            side=self._side(now),
            capture=self._capture(),
            half_done=standing.half_done if standing is not None else (),
            undo_left=self.undoing.left,
            now=now,
        )
        self.screen.show_scan(state)

    def _capture(self) -> CapturePanelState | None:
        state = self.capturing.state
        return replace(state, camera=CAMERA_STATUS[self._camera.state]) if state else None

    def _moment(self, scan: Scan) -> Moment:
        seen = scan.seen
        if scan.phase is Phase.CORRECTED and scan.voided is not None:
            return Corrected(scan.voided.seq, scan.voided.name, scan.voided.goods)
        if scan.phase is Phase.VOIDED and scan.voided is not None:
            voided = scan.voided
            return Voided(voided.seq, voided.name, voided.goods, voided.outcome)
        if scan.phase is Phase.WITHOUT and scan.without is not None:
            without = scan.without
            return Without(without.seq, without.name, without.outcome)
        if seen is None:
            return None
        if scan.phase is Phase.RECORDED and scan.recorded is not None:
            name = seen.card.name if seen.card else ""
            taker = seen.taker.name.strip() if seen.taker is not None else ""
            return Recorded(scan.recorded.seq, name, seen.due, receiver_of(seen.taker), taker)
        if seen is not self._last_seen:
            self._last_seen = seen
            self._serial += 1
        return Judged(
            serial=self._serial,
            verdict=seen.verdict,
            household=seen.card,
            due=seen.due,
            short=seen.short,
            earlier=seen.earlier,
            point=seen.other_point,
            when=seen.when,
            busy=scan.phase is Phase.RECORDING,
        )

    def _notices(self, scan: Scan) -> tuple[Notice, ...]:
        standing = scan.standing
        if standing is None:
            return scan.notices
        lasting = (*standing.lasting, *scan.notices)
        if standing.clock_trusted:
            return lasting
        clock = Notice(
            "field.notice.clock_wrong", Tone.CHECK, {"when_at": self._now()}, dismissible=False
        )
        return (clock, *lasting)

    def _side(self, now: int) -> VoidPanelState | WaysPanelState | SyncPanelState | None:
        voiding = self.taking_back.panel(now)
        if voiding is not None:
            return voiding
        ways = self.ways.panel
        if ways is not None:
            return ways
        return self.syncing.panel if self._sync_open else None
