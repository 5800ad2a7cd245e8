"""The other laptops at this point: hub, connected or alone, how to come together, and on which of
them records are not safe."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.laptops_state import LaptopsState
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.choice_row import ChoiceRow
from desktop.views.parts.drop_veil import DropVeil
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.hub_code import HubCode
from desktop.views.parts.hub_joining import HubJoining
from desktop.views.parts.laptop_list import LaptopList
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.picture_dialog import ask_for_pictures
from desktop.views.parts.scan_line import pictures_in
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import PointRole
from desktop.views.view import View
from desktop.views.wording import ago, moment, number

_TWO_COLUMNS = 760
"""Width in pixels at 100 % text size from which code and words stand beside each other."""


class LaptopsPage(View):
    """Shows a LaptopsState. What a scanner types anywhere on it goes to the address."""

    hub_chosen = Signal(bool)
    """This laptop shall be the hub, or no longer."""
    join_asked = Signal(str)
    """An address, or the text of a code, typed by a person or a scanner."""
    search_asked = Signal()
    files_given = Signal(list)
    picture_given = Signal(QImage)
    nothing_to_paste = Signal()
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self.setAcceptDrops(True)
        self._state = LaptopsState()
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._symbol, self._status, self._means = QLabel(), Words("strong"), Words("body")
        self._unsent = Words("body")
        status = row(self._symbol, gap=2, margin=2)
        status.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        status.addLayout(column(self._status, self._means, self._unsent, gap=0), 1)
        self._box = frame("tint", status, tone="go")
        self.switch = ChoiceRow(look)
        self.switch.chosen.connect(lambda place: self.hub_chosen.emit(place == 1))
        self.code = HubCode(look)
        self.joining = HubJoining(look)
        self.joining.pasted.connect(self._give)
        self.joining.open.clicked.connect(self.open_picture)
        self.joining.join.clicked.connect(self._join)
        self.joining.search.clicked.connect(self._search)
        self._list = LaptopList(look)
        self._listed = frame("card", column(self._list, margin=2))
        self._words = column(
            column(self._title, self._lead, gap=0),
            self._notices,
            frame("card", column(self._box, self.switch, gap=2, margin=2)),
            self._listed,
            1,
            gap=2,
        )
        ways = column(self.code, self.joining, 1, gap=0)
        self._halves = row(self._words, ways, gap=2)
        for half in (0, 1):
            self._halves.setStretch(half, 1)
        self._halves.setContentsMargins(24, 24, 24, 16)
        self._scroll = scrolling(self._halves)
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1))
        self.setLayout(whole)
        self._veil = DropVeil(look, "field.laptops.drop", self)
        self.restyle()

    # --- state -------------------------------------------------------------------------------

    def show_laptops(self, state: LaptopsState) -> None:
        """Show this. The keyboard stays where it is, unless that is gone."""
        before, self._state = self._state, state
        if state == before:
            return
        self.draw()
        if state.refused != before.refused:
            self.joining.address.refuse("field.laptops.bad_address")
        elif state.asked != before.asked and state.asked:
            self.joining.address.line.clear()
        if state.notices and state.notices != before.notices:
            self._scroll.verticalScrollBar().setValue(0)

    def show_frame(self, frame: QVideoFrame | QImage) -> None:
        """The camera's next picture."""
        self.joining.preview.show_frame(frame)

    def take_focus(self) -> None:
        """On the way back, at the top of the page; what is typed goes to the address anyway."""
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("laptops.title"))
        self._lead.say(say("laptops.lead"))
        self.back.say(say("laptops.back"))
        self._make_room()

    def draw(self) -> None:
        state, look = self._state, self.look
        is_hub = state.role is PointRole.HUB
        self._notices.show_notices(state.notices, state.now)
        self._draw_status()
        say = look.text
        choices = [say("laptops.switch_off"), say("laptops.switch_on")]
        self.switch.show_choices(say("laptops.switch"), choices, 1 if is_hub else 0)
        self.code.setVisible(is_hub)
        self.code.show_code(state.code, state.addresses)
        self.joining.setVisible(not is_hub)
        self.joining.show_joining(state)
        self._list.show_laptops(state.laptops, state.role, state.now)

    def _draw_status(self) -> None:
        state, look, say = self._state, self.look, self.look.text
        since = moment(look, state.since, state.now) if state.since is not None else ""
        match state.role:
            case PointRole.HUB:
                # Where nobody can reach it, it is one in name only.
                tone, icon = ("go", "wifi") if state.code else ("check", "wifi-off")
                said = say("laptops.is_hub", when=since)
                key = {0: "is_hub_0", 1: "is_hub_1"}.get(state.stations, "is_hub_n")
                means = say(f"laptops.{key}", n=number(look, state.stations))
            case PointRole.STATION:
                tone, icon = "go", "wifi"
                said = say("laptops.is_station", hub=state.hub, when=since)
                heard = state.exchanged_at
                when = ago(look, heard, state.now) if heard is not None else ""
                means = say("laptops.heard", when=when) if when else ""
            case PointRole.ALONE:
                # Where there has been no other laptop it is no trouble to be the only one.
                trouble = any(not one.dismissible for one in state.notices)
                lost = state.unsent is not None or state.asked or trouble
                tone, icon = "check" if lost else "info", "wifi-off"
                said = say("laptops.is_alone", when=since) if since else say("bar.alone")
                means = say("laptops.alone_means")
        if state.busy:
            said = say("laptops.changing")
        self._status.say(said)
        self._means.say(means)
        self._draw_unsent()
        self.setAccessibleName(f"{self._title.text()}. {self._status.text()}")
        self.setAccessibleDescription(f"{self._means.text()} {self._unsent.text()}".strip())
        ink = getattr(look.tokens, f"{tone}_ink")
        pixels = round(look.sizes.icon * 1.4)
        self._symbol.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF()))
        self._status.set_ink(tone)
        set_tone(self._box, tone)

    def _draw_unsent(self) -> None:
        unsent, say = self._state.unsent, self.look.text
        if self._state.role is PointRole.HUB:
            self._unsent.say(say("laptops.hub_stays"))
        elif unsent is None:
            self._unsent.say("")
        else:
            key = {0: "unsent_0", 1: "unsent_1"}.get(unsent, "unsent_n")
            self._unsent.say(say(f"laptops.{key}", n=number(self.look, unsent)))

    # --- what the person does ----------------------------------------------------------------

    def _join(self) -> None:
        words = self.joining.address.text.strip()
        if words:
            self.join_asked.emit(words)
        else:
            self.joining.address.refuse("field.laptops.bad_address")

    def _search(self) -> None:
        # The button goes with what it ends.
        self.joining.address.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search_asked.emit()

    def open_picture(self) -> None:
        """Ask for a picture of the hub's code, without holding anything up."""
        dialog = ask_for_pictures(
            self.look, self, "field.laptops.open_title", False, self.files_given.emit
        )
        dialog.finished.connect(self.take_focus)

    def _give(self, found: list[str] | QImage) -> None:
        if isinstance(found, QImage):
            self.picture_given.emit(found)
        else:
            self.files_given.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and F4 leave; Enter connects from the address, or presses what has the keyboard."""
        line = self.joining.address.line
        joins = self._state.role is not PointRole.HUB
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F4):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.isAutoRepeat():
                pass
            elif line.hasFocus():
                self._join()
            else:
                press_focused(self)
        elif joins and event.matches(QKeySequence.StandardKey.Open):
            self.open_picture()
        elif joins and event.matches(QKeySequence.StandardKey.Paste):
            if not self.joining.paste():
                self.nothing_to_paste.emit()
        elif self._scroll.turned(event.key()):
            pass
        elif joins and event.text().isalnum() and not event.modifiers() & _WITH_A_MEANING:
            line.setFocus(Qt.FocusReason.OtherFocusReason)
            line.insert(event.text())
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture is dragged in."""
        if self._state.role is not PointRole.HUB and pictures_in(event.mimeData()) is not None:
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room; the code as large as the window lets it be."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        beside = self.width() >= self.look.px(_TWO_COLUMNS)
        if self._halves.direction() != (across if beside else down):
            self._halves.setDirection(across if beside else down)
            # What is to be scanned or typed comes before a list that may be long.
            if beside:
                self._words.insertWidget(3, self._listed)
            else:
                self._halves.addWidget(self._listed)
        wide = (self.width() - 3 * 24) // (2 if beside else 1)
        high = self.height() - self.back.sizeHint().height()
        self.code.make_room(wide, high)
        self.joining.make_room(wide, high)


_WITH_A_MEANING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
