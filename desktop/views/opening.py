"""Opening a session: where, for which stages, with how much stock, and what is not in order."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLineEdit, QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.opening_state import Countable, OpeningState
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import foot
from desktop.views.parts.check_list import CheckList
from desktop.views.parts.door_head import DoorHead
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.link_line import LinkLine
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.place_entry import PlaceEntry
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import day, number

_MOST = 99_999


class OpeningScreen(View):
    """Shows an OpeningState. What is typed as counts stays until the session opens."""

    start_asked = Signal(int, object, str)
    """(point, package → pieces counted, the place as a geo URI or "")"""
    sync_asked = Signal()
    usb_asked = Signal()
    laptops_asked = Signal()
    before_asked = Signal()
    papers_asked = Signal()
    language_chosen = Signal(str)
    settings_asked = Signal()
    help_asked = Signal()
    switch_asked = Signal()
    """Another volunteer opens instead."""
    notice_dismissed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = OpeningState()
        self._point = 0
        self._counts: dict[int, QLineEdit] = {}
        self._labels: dict[int, Words] = {}
        head = DoorHead(look)
        head.language_chosen.connect(self.language_chosen)
        head.settings_asked.connect(self.settings_asked)
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._title = Words("name")
        self._greeting = Words("body", ink="muted")
        self._point_title = Words("strong")
        self._points = column(gap=1)
        self._stage_title = Words("strong")
        self._stages = column(gap=0)
        self._stock_title = Words("strong")
        self._stock_hint = Words("small", ink="muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self.place = PlaceEntry(look)
        self._check_title = Words("strong")
        self._checks = CheckList(look)
        self._progress, self._link = ProgressLine(look), LinkLine(look)
        self.start = Button(look, "primary", icon="scan-line", hint="Enter")
        self.start.clicked.connect(self._start)
        self.sync = Button(look, "secondary", icon="refresh-cw", hint="F5")
        self.sync.clicked.connect(self.sync_asked)
        self.usb = Button(look, "secondary", icon="hard-drive", hint="Ctrl+U")
        self.usb.clicked.connect(self.usb_asked)
        self.papers = Button(look, "secondary", icon="file-text", hint="Ctrl+P", compact=True)
        self.papers.clicked.connect(self.papers_asked)
        self.laptops = Button(look, "secondary", icon="wifi", hint="F4", compact=True)
        self.laptops.clicked.connect(self.laptops_asked)
        self.before = Button(
            look, "secondary", icon="circle-check-big", hint="Ctrl+B", compact=True
        )
        self.before.clicked.connect(self.before_asked)
        self.switch = Button(look, "quiet", icon="user-round", hint="Ctrl+L")
        self.switch.clicked.connect(self.switch_asked)
        self._where = row(
            column(self._point_title, self._points, 1, gap=1),
            column(self._stage_title, self._stages, 1, gap=1),
            gap=3,
        )
        stock = column(self._stock_title, self._stock_hint, gap=0)
        self._cards = (
            column(self._where, stock, self._grid, self.place, gap=2),
            column(self._check_title, self._checks, self._progress, self._link, gap=2),
        )
        left, right = (frame("card", inside) for inside in self._cards)
        self._body = row(column(left, 1), column(right, 1), gap=2)
        self._body.setStretch(0, 3)
        self._body.setStretch(1, 2)
        ways = (self.papers, self.before, self.laptops)
        title = row(column(self._title, self._greeting, gap=0), *ways)
        title.setStretch(0, 1)
        for way in ways:
            may_shrink(way)
            title.setAlignment(way, Qt.AlignmentFlag.AlignVCenter)
        self._whole = column(self._notices, title, self._body, 1, gap=2)
        self._scroll = scrolling(self._whole)
        whole = column(gap=0)
        whole.addLayout(row(head, margin=(3, 2, 2, 0)))
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.switch, 1, self.usb, self.sync, self.start))
        self.setLayout(whole)
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, else under one another."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        wide, low = self.width(), self.height() < self.look.px(640)
        inside = 16 if low else 24
        for card in self._cards:
            card.setContentsMargins(inside, inside, inside, inside)
        self._whole.setContentsMargins(24, 0 if low else 16, 24, 8)
        self._where.setDirection(across if wide >= self.look.px(900) else down)
        self._body.setDirection(across if wide >= self.look.px(640) else down)

    def show_opening(self, state: OpeningState) -> None:
        """Show this."""
        before, self._state = self._state, state
        if self._point not in [point.id for point in state.points]:
            self._point = state.points[0].id if state.points else 0
        if _named(state.packages) != _named(before.packages):
            self._make_counts()
        self.draw()

    def take_focus(self) -> None:
        """Put the keyboard into the first count, or on the way forward."""
        first = next(iter(self._counts.values()), None)
        if not self.behind:
            (first or self.start).setFocus(Qt.FocusReason.OtherFocusReason)

    def counts(self) -> tuple[QLineEdit, ...]:
        """The fields to count into, one a package."""
        return tuple(self._counts.values())

    def counted(self) -> dict[int, int]:
        """What stands in the fields: package → pieces; empty ones are not counted."""
        return {
            package: int(entry.text())
            for package, entry in self._counts.items()
            if entry.text().strip()
        }

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("open.title"))
        self._point_title.say(say("open.point"))
        self._stage_title.say(say("open.stages"))
        self._stock_title.say(say("open.stock"))
        self._stock_hint.say(say("open.stock_hint"))
        self._check_title.say(say("open.checks"))
        self.sync.say(say("open.sync"))
        self.usb.say(say("open.usb"))
        self.laptops.say(say("open.laptops"))
        self.before.say(say("menu.before"))
        self.papers.say(say("open.papers"))
        self.switch.say(say("menu.switch"))
        self._make_room()
        for package in self._state.packages:
            entry = self._counts.get(package.id)
            if entry is not None:
                entry.setPlaceholderText(say("open.count_empty"))
                entry.setAccessibleName(say("open.count_name", name=package.name))
                entry.setFixedWidth(self.look.px(170))

    def draw(self) -> None:
        state, say = self._state, self.look.text
        self._notices.show_notices(state.notices, state.now)
        self._greeting.say(say("open.greeting", name=state.volunteer) if state.volunteer else "")
        self._draw_points()
        self._draw_stages()
        for package in state.packages:
            expected = (
                say("open.expected", n=number(self.look, package.expected))
                if package.expected is not None
                else ""
            )
            self._labels[package.id].say(
                f"{package.name} · {expected}" if expected else package.name
            )
        self._checks.show_checks(state.checks, state.now)
        self._progress.show_progress(state.progress)
        self._link.setVisible(state.progress is None)
        self._link.show_link(state.link, state.now, waits=False)
        self.start.say(say("open.starting" if state.busy else "open.start"))
        self.start.setEnabled(not state.busy and bool(state.points))

    def _draw_points(self) -> None:
        clear(self._points)
        for point in self._state.points:
            choice = Button(self.look, "choice", icon="map-pin", align_left=True)
            count = self.look.text("open.point_n", n=number(self.look, point.households))
            choice.say(f"{point.name} · {count}" if point.households else point.name)
            choice.setChecked(point.id == self._point)
            choice.clicked.connect(lambda _checked=False, chosen=point.id: self._choose(chosen))
            may_shrink(choice)
            self._points.addWidget(choice)

    def _draw_stages(self) -> None:
        clear(self._stages)
        say = self.look.text
        if not self._state.stages:
            none = Words("body", ink="check")
            self._stages.addWidget(none)
            none.say(say("open.stages_none"))
        for stage in self._state.stages:
            line = Words("body")
            # First into the layout: a label without a parent would be shown as a window.
            self._stages.addWidget(line)
            until = say("open.stage_until", date=day(self.look, stage.until))
            line.say(f"{stage.name} · {until}")

    def _make_counts(self) -> None:
        clear(self._grid)
        self._counts.clear()
        self._labels.clear()
        for place, package in enumerate(self._state.packages):
            label, entry = Words("body"), QLineEdit()
            entry.setValidator(QIntValidator(0, _MOST, entry))
            entry.setAlignment(Qt.AlignmentFlag.AlignRight)
            entry.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            label.setBuddy(entry)
            self._grid.addWidget(label, place, 0)
            self._grid.addWidget(entry, place, 1)
            self._counts[package.id] = entry
            self._labels[package.id] = label
        self.dress()

    def _choose(self, point: int) -> None:
        self._point = point
        self._draw_points()

    def _start(self) -> None:
        if self._state.busy or not self._point:
            return
        if not self.place.check():
            self.place.line.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.start_asked.emit(self._point, self.counted(), self.place.uri() or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes from count to count and then on; F4 shows the other laptops, F5 syncs, Ctrl+U
        is the road by USB, Ctrl+B the check list, Ctrl+P makes papers, Ctrl+L leaves it to
        another."""
        match event.key():
            case Qt.Key.Key_L if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.switch_asked.emit()
            case Qt.Key.Key_B if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.before_asked.emit()
            case Qt.Key.Key_G if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.place.system.click()
            case Qt.Key.Key_U if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.usb_asked.emit()
            case Qt.Key.Key_P if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.papers_asked.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                entries = [*self._counts.values(), self.place.line]
                focused = self.focusWidget()
                if focused in entries[:-1]:
                    following = entries[entries.index(focused) + 1]
                    following.setFocus(Qt.FocusReason.TabFocusReason)
                elif focused in entries or not press_focused(self):
                    self._start()
            case Qt.Key.Key_F4:
                self.laptops_asked.emit()
            case Qt.Key.Key_F5:
                self.sync_asked.emit()
            case Qt.Key.Key_F9:
                self.settings_asked.emit()
            case Qt.Key.Key_F1:
                self.help_asked.emit()
            case key if self._scroll.turned(key):
                pass
            case _:
                super().keyPressEvent(event)


def _named(packages: tuple[Countable, ...]) -> list[tuple[int, str]]:
    """What the fields are for. A sync may change what is expected while somebody counts."""
    return [(package.id, package.name) for package in packages]
