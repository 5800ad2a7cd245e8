"""The screen a volunteer works at all day: one scan, one large verdict, one key to hand over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.capture_panel import CapturePanel
from desktop.views.intents import EVERY
from desktop.views.moment_banner import moment_banner
from desktop.views.overview import OverviewPanel
from desktop.views.parts.arrange import column, row
from desktop.views.parts.banner import Banner
from desktop.views.parts.camera_preview import CameraPreview
from desktop.views.parts.draft_bar import DraftBar
from desktop.views.parts.drop_veil import DropVeil
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.household import CardState, HouseholdPanel
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.picture_dialog import ask_for_pictures
from desktop.views.parts.scan_controls import ScanControls
from desktop.views.parts.scan_line import pictures_in
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.top_bar import TopBar
from desktop.views.scan_state import Judged, ScanState
from desktop.views.sync_panel import SyncPanel, SyncPanelState
from desktop.views.view import View
from desktop.views.void_panel import VoidPanel
from desktop.views.void_state import VoidPanelState
from desktop.views.ways_panel import WaysPanel
from desktop.views.ways_state import WaysPanelState
from models.facts import Outcome
from models.verdict import Tone

SETTLE_MS = 300
"""For so long after a verdict appears Enter does nothing: a scanner that ends its code with two
line ends must not hand over what nobody has read yet."""

_COMPACT = 880
"""Width in pixels at 100 % text size under which the right column is a page of its own."""
_LOW = 640
"""Height in pixels at 100 % text size under which banner and card save height."""
_VERY_LOW = 390
"""The same, under which a reason that can wait is left out."""


Parts = tuple[OverviewPanel, VoidPanel, SyncPanel, WaysPanel, CapturePanel]


class ScanScreen(View):
    """Shows a ScanState. The keyboard always comes back to the line."""

    typed = Signal(str)
    """Words from the line, typed by a person or by a scanner: not judged here."""
    hand_over_asked = Signal(bool)
    """The verdict shown is to be handed over; True: after a deliberate check (Ctrl+Enter)."""
    without_asked = Signal(object)
    """The household shown gets nothing: an Outcome."""
    dismissed = Signal()
    """The verdict shown is put away without goods."""
    files_given = Signal(list)
    """Paths of pictures, opened, dropped or pasted."""
    picture_given = Signal(QImage)
    """A picture, dropped or pasted."""
    nothing_to_paste = Signal()
    void_asked = Signal(int)
    void_confirmed = Signal(int, object, str)
    """(seq, VoidReason, words)"""
    asked = Signal(str)
    """The name of an intent (``views.intents``) that somebody else must carry out."""
    sync_opened = Signal()
    """Show the sync panel without starting anything."""
    sync_cancelled = Signal()
    photos_asked = Signal()
    """Send all photos now, whatever the day's limit."""
    side_closed = Signal()
    """The void or sync panel was left."""
    notice_acted = Signal(str)
    notice_dismissed = Signal(str)

    def __init__(
        self,
        look: Look,
        parent: QWidget | None = None,
        *,
        settle_ms: int = SETTLE_MS,
        parts: Parts | None = None,
    ) -> None:
        """``parts``: its panels, where somebody has built them before."""
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = ScanState()
        self._settle_ms = settle_ms
        self._settled = QElapsedTimer()
        self._settled.start()
        self._history_open = False
        self.bar = TopBar(look)
        self.notices = NoticeBar(look)
        self.drafts = DraftBar(look)
        self.banner = Banner(look)
        self.camera = CameraPreview(look)
        self.household = HouseholdPanel(look)
        self.controls = ScanControls(look)
        self.line = self.controls.line
        self.overview, self.void, self.sync, self.ways, self.capture = parts or (
            OverviewPanel(look),
            VoidPanel(look),
            SyncPanel(look),
            WaysPanel(look),
            CapturePanel(look),
        )
        self._column = column(self.drafts, self.notices, self.banner)
        for middle in (self.camera, self.household):
            self._column.addWidget(middle, 1)
        # What is said scrolls where the window is too small for it; what is pressed never does.
        self._said = scrolling(self._column)
        self._left_column = column(self._said, self.controls, self.capture)
        self._left_column.setStretch(0, 1)
        self._left_column.setStretch(2, 1)
        # Both halves in their place before they are filled: to move them takes Qt milliseconds.
        self._left = QWidget(self)
        self._left.setLayout(self._left_column)
        self.side = QStackedWidget(self)
        for panel in (self.overview, self.void, self.sync, self.ways):
            self.side.addWidget(panel)
        self._body = row(self._left, self.side)
        self._body.setStretch(0, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.bar)
        outer.addLayout(self._body, 1)
        self._veil = DropVeil(look, "field.scan.drop", self)
        self.setAcceptDrops(True)
        self._connect()
        self._bind_keys()
        self.setFocusProxy(self.line)
        # Tab begins at the line, so the bar above it comes last: before it, it would be left out.
        self.setTabOrder(self.controls.paste, self.drafts.go_on)
        self.setTabOrder(self.drafts.go_on, self.drafts.drop)
        self.setTabOrder(self.overview.list, self.bar.pill)
        self.setTabOrder(self.bar.pill, self.bar.hub)
        self.setTabOrder(self.bar.hub, self.bar.menu_button)
        self.restyle()

    def _connect(self) -> None:
        self.line.typed.connect(self.typed)
        self.line.confirmed.connect(self._confirm)
        self.line.dismissed.connect(self._escape)
        self.line.pasted.connect(self._give)
        self.controls.go_pressed.connect(self._press_go)
        self.controls.cancel_pressed.connect(self.dismissed)
        self.controls.open_pressed.connect(self.open_picture)
        self.controls.paste_pressed.connect(self._paste)
        self.notices.acted.connect(self.notice_acted)
        self.notices.dismissed.connect(self.notice_dismissed)
        self.overview.void_asked.connect(self.void_asked)
        self.overview.left.connect(self._leave_history)
        self.overview.back_pressed.connect(self._leave_history)
        self.void.confirmed.connect(self.void_confirmed)
        self.void.left.connect(self.side_closed)
        self.ways.left.connect(self.side_closed)
        self.sync.sync_asked.connect(lambda: self.intend("sync"))
        self.sync.cancel_asked.connect(self.sync_cancelled)
        self.sync.photos_asked.connect(self.photos_asked)
        self.sync.usb_asked.connect(lambda: self.intend("usb"))
        self.sync.left.connect(self.side_closed)
        self.bar.pill_pressed.connect(self.sync_opened)
        self.bar.hub_pressed.connect(lambda: self.intend("laptops"))
        self.bar.chosen.connect(self.intend)

    def _bind_keys(self) -> None:
        calls = [(one.key, partial(self.intend, one.name)) for one in EVERY]
        without = [(f"Alt+{one:d}", partial(self._go_without, one)) for one in Outcome]
        for keys, call in (
            *calls,
            *without,
            ("F10", self.bar.open_menu),
            ("Ctrl+O", self.open_picture),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(call)

    def intend(self, intent: str) -> None:
        """What a key or a line of the menu means (see ``views.intents``)."""
        match intent:
            case "history":
                self.open_history()
            case "void":
                self.overview.void_newest()
            case _:
                self.asked.emit(intent)

    # --- state -------------------------------------------------------------------------------

    def show_scan(self, state: ScanState) -> None:
        """Show this."""
        old, self._state = self._state, state
        if state.moment != old.moment and not _only_busy(old.moment, state.moment):
            self._settled.restart()
            self._said.verticalScrollBar().setValue(0)
            self._history_open = False
        self.draw()
        captured = (state.capture is None) != (old.capture is None)
        if type(state.side) is not type(old.side):
            self._focus_side()
        elif (state.moment != old.moment or captured) and state.side is None:
            self.take_focus()

    def show_frame(self, frame: QVideoFrame | QImage) -> None:
        """The camera's next picture."""
        self.camera.show_frame(frame)
        self.controls.preview.show_frame(frame)
        self.capture.show_frame(frame)

    def take_focus(self) -> None:
        """Put the keyboard into the line, or where a picture is taken."""
        if self._state.capture is not None:
            self.capture.take_focus()
        elif not self.behind:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        self._make_room()

    def draw(self) -> None:
        state = self._state
        self.bar.show_bar(state.bar)
        self.notices.show_notices(state.notices, state.now)
        self.banner.show_banner(moment_banner(self.look, state))
        for preview in (self.camera, self.controls.preview):
            preview.show_status(state.camera)
        moment = state.moment
        judged = moment if isinstance(moment, Judged) and moment.household is not None else None
        if judged is not None and judged.household is not None:
            self.household.show_card(
                CardState(
                    judged.household,
                    judged.verdict,
                    judged.due,
                    judged.short,
                    judged.earlier,
                    state.now,
                )
            )
        self.camera.setVisible(judged is None)
        self.household.setVisible(judged is not None)
        self.controls.show_moment(moment)
        self.controls.show_undo(state.undo_left)
        self.drafts.show_drafts(state.half_done if state.capture is None else (), state.now)
        self._draw_capture()
        self.overview.show_overview(state.overview)
        self._draw_side()
        self._make_room()

    def _draw_capture(self) -> None:
        capture = self._state.capture
        # What goes is hidden before what comes is shown: for both at once the window would grow.
        if capture is None:
            self.capture.hide()
        for part in (self._said, self.controls):
            part.setVisible(capture is None)
        if capture is not None:
            self.capture.show()
            self.capture.show_capture(capture)

    def _draw_side(self) -> None:
        match self._state.side:
            case VoidPanelState() as state:
                self.void.show_void(state)
                self.side.setCurrentWidget(self.void)
            case WaysPanelState() as state:
                self.ways.show_ways(state)
                self.side.setCurrentWidget(self.ways)
            case SyncPanelState() as state:
                self.sync.show_sync(state)
                self.side.setCurrentWidget(self.sync)
            case None:
                self.side.setCurrentWidget(self.overview)

    def _focus_side(self) -> None:
        match self._state.side:
            case VoidPanelState():
                self.void.take_focus()
            case WaysPanelState():
                self.ways.take_focus()
            case SyncPanelState():
                self.sync.take_focus()
            case None:
                self.take_focus()

    # --- what the person does ----------------------------------------------------------------

    def _confirm(self, deliberate: bool) -> None:
        judged = self._state.moment
        if not isinstance(judged, Judged) or judged.busy or self._state.capture is not None:
            return
        if self._settled.elapsed() < self._settle_ms:
            return
        tone = judged.verdict.tone
        if tone is Tone.GO or (tone is Tone.CHECK and deliberate):
            self.hand_over_asked.emit(tone is Tone.CHECK)

    def _go_without(self, outcome: Outcome) -> None:
        if self._state.side is None:
            self.without_asked.emit(outcome)

    def _press_go(self) -> None:
        self._confirm(True)
        self.take_focus()

    def _escape(self) -> None:
        if self._state.side is not None:
            self.side_closed.emit()
        elif self._state.moment is not None:
            self.dismissed.emit()

    def open_picture(self) -> None:
        """Ask for pictures of slips, without holding anything up."""
        dialog = ask_for_pictures(self.look, self, "field.scan.open_title", True, self._give)
        dialog.finished.connect(self.take_focus)

    def _paste(self) -> None:
        if not self.line.paste_picture():
            self.nothing_to_paste.emit()
        self.take_focus()

    def _give(self, found: list[str] | QImage) -> None:
        if isinstance(found, QImage):
            self.picture_given.emit(found)
        else:
            self.files_given.emit(found)

    def open_history(self) -> None:
        """Go to the list of last scans."""
        if self._state.side is not None:
            self.side_closed.emit()
        self._history_open = True
        self._make_room()
        self.overview.list.take_focus()

    def _leave_history(self) -> None:
        self._history_open = False
        self._make_room()
        self.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no part wanted: Enter presses, Esc leaves, pages turn, figures go to the line."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat() and not press_focused(self):
                ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self._confirm(ctrl)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif self._said.turned(event.key()):
            pass
        elif self._state.capture is not None:
            super().keyPressEvent(event)
        elif event.text().isalnum() and not event.modifiers() & _WITH_A_MEANING:
            self.take_focus()
            self.line.insert(event.text())
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture is dragged in."""
        if pictures_in(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away again."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """It is dropped."""
        self._veil.hide()
        found = pictures_in(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self._give(found)

    # --- room --------------------------------------------------------------------------------

    @property
    def compact(self) -> bool:
        """Whether the right column is a page of its own."""
        return self.width() < self.look.px(_COMPACT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._make_room()
        self._veil.setGeometry(self.rect())
        super().resizeEvent(event)

    def _make_room(self) -> None:
        look = self.look
        low = self.height() < look.px(_LOW)
        roomy = self.width() >= look.px(1180) and not low
        edge = 24 if roomy else 16 if not low or look.sizes.scale == 100 else 8
        gap = 16 if roomy else 12 if look.sizes.scale == 100 else 8
        self._body.setContentsMargins(edge, edge, edge, edge)
        self._body.setSpacing(gap)
        self._column.setSpacing(gap)
        self._left_column.setSpacing(gap)
        self.banner.set_slim(low, self.height() < look.px(_VERY_LOW))
        self.household.set_slim(low)
        compact = self.compact
        away = self._state.side is not None or self._history_open
        # What goes is hidden before what comes is shown: for both at once the window would grow.
        shown = {self.side: away or not compact, self._left: not (compact and away)}
        for part in sorted(shown, key=shown.__getitem__):
            part.setVisible(shown[part])
        self.overview.show_way_back(compact)
        if compact:
            self.side.setMinimumWidth(0)
            self.side.setMaximumWidth(16_777_215)
        else:
            wide = min(max(round(self.width() * 0.3), look.px(296)), look.px(400))
            self.side.setFixedWidth(wide)
        left = self.width() - 2 * edge - (0 if compact else self.side.minimumWidth() + gap)
        self.controls.arrange(narrow=left < look.px(760), preview=left >= look.px(640) and not low)


def in_pieces(look: Look) -> Iterator[ScanScreen | None]:
    """The screen, after as many steps as it is best built in: to build it all in one turn of the
    event loop would keep the keyboard waiting."""
    overview = OverviewPanel(look)
    yield None
    void = VoidPanel(look)
    yield None
    sync = SyncPanel(look)
    yield None
    ways = WaysPanel(look)
    yield None
    capture = CapturePanel(look)
    yield None
    yield ScanScreen(look, parts=(overview, void, sync, ways, capture))


_WITH_A_MEANING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def _only_busy(old: object, new: object) -> bool:
    """Whether it is still the same scan, only being written now."""
    return isinstance(old, Judged) and isinstance(new, Judged) and old.serial == new.serial
