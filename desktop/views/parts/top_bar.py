"""The bar at the top: point, session, volunteer, the other laptops, and whether the records are
safe."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.intents import MENU
from desktop.views.parts.arrange import column, fill, row
from desktop.views.parts.button import Button
from desktop.views.parts.elided import Elided
from desktop.views.parts.pill import Pill
from desktop.views.parts.words import Words
from desktop.views.state import HubPill, Link, PointRole, SyncPill, TopBarState
from desktop.views.view import View
from desktop.views.wording import number, shortly

_GAP = 16
"""Pixels between the parts."""


def pill_words(look: Look, pill: SyncPill, now: int, *, brief: bool = False) -> str:
    """What the pill says; ``brief`` leaves out since when."""
    if pill.busy:
        if pill.total:
            done, total = number(look, pill.done), number(look, pill.total)
            return look.text("bar.sending", done=done, total=total)
        return look.text("bar.sending_some")
    since = pill.unsafe_since if pill.unsafe else pill.safe_at
    when = shortly(look, since, now) if since is not None else ""
    if pill.unsafe:
        key = "unsafe_since" if when and not brief else "unsafe"
        safety = look.text(f"bar.{key}", n=number(look, pill.unsafe), when=when)
    elif pill.safe_at is None:
        safety = look.text("bar.never_synced")
    else:
        safety = look.text("bar.all_safe" if brief else "bar.all_safe_since", when=when)
    if pill.link is Link.UNKNOWN:
        return safety
    return f"{look.text(f'bar.{pill.link.value}')} · {safety}"


def pill_look(pill: SyncPill) -> tuple[str, str]:
    """(tone, icon) of the records' safety."""
    if pill.busy:
        return "info", "refresh-cw"
    if pill.unsafe or pill.safe_at is None:
        return "check", "cloud-upload"
    return "go", "shield-check"


def hub_forms(look: Look, pill: HubPill, now: int) -> tuple[str, ...]:
    """What the pill of the other laptops says, from the most to the least that it can."""
    say = look.text
    match pill.role:
        case PointRole.HUB:
            return say("bar.hub_n", n=number(look, pill.stations)), say("bar.hub"), ""
        case PointRole.STATION:
            return say("bar.station_of", hub=pill.hub), say("bar.station"), ""
        case PointRole.ALONE if pill.lost and pill.since is not None:
            when = shortly(look, pill.since, now)
            return say("bar.alone_since", when=when), say("bar.alone"), ""
        case PointRole.ALONE:
            return say("bar.alone"), ""


def hub_look(pill: HubPill) -> tuple[str, str]:
    """(tone, icon) of the other laptops."""
    if pill.role is PointRole.ALONE:
        return ("check" if pill.lost else ""), "wifi-off"
    return "go", "wifi"


class TopBar(View):
    """Shows a TopBarState; drops what matters least as the room shrinks."""

    pill_pressed = Signal()
    hub_pressed = Signal()
    """The pill of the other laptops was pressed."""
    chosen = Signal(str)
    """The name of an intent that was chosen in the menu."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = TopBarState()
        self._mark = QLabel()
        self._point = Elided("strong")
        self._session = Elided("small", ink="muted")
        self._person = QLabel()
        self._volunteer = Words("body", wrap=False)
        self.pill = Pill(look)
        self.pill.clicked.connect(self.pill_pressed)
        self.hub = Pill(look)
        self.hub.clicked.connect(self.hub_pressed)
        self.menu_button = Button(look, "quiet", icon="menu", hint="F10", compact=True)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.clicked.connect(self.open_menu)
        self._menu = QMenu(self)
        self._row = row(self._mark, gap=2, margin=(3, 1, 2, 1))
        self._row.addLayout(column(1, self._point, self._session, 1, gap=0), 1)
        for part in (self._person, self._volunteer, self.pill, self.hub, self.menu_button):
            self._row.addWidget(part)
        fill(self, "bar", self._row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.restyle()

    def show_bar(self, state: TopBarState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def dress(self) -> None:
        look = self.look
        ratio = self.devicePixelRatioF()
        mark = round(look.sizes.control * 0.7)
        self._mark.setPixmap(look.icon("ksbb", "#000000", mark, ratio))
        self._mark.setAccessibleName(look.text("app.mark"))
        self._person.setPixmap(look.icon("user-round", look.tokens.muted, ratio=ratio))
        self.menu_button.say("", name=look.text("bar.menu"))
        self._menu.clear()
        for group in MENU:
            self._menu.addSeparator()
            for intent in group:
                pixmap = look.icon(intent.icon, look.tokens.muted, ratio=ratio)
                words = f"{look.text(f'menu.{intent.name}')}\t{intent.key}"
                action = self._menu.addAction(QIcon(pixmap), words)
                action.triggered.connect(lambda _=False, what=intent.name: self.chosen.emit(what))

    def draw(self) -> None:
        state = self._state
        self._point.say(state.point)
        self._session.say(state.session)
        # Not said, which would show it whether it has room or not.
        self._volunteer.setText(state.volunteer)
        self._draw_pills()
        self._make_room()

    def _draw_pills(self) -> None:
        look, sync, hub, now = self.look, self._state.sync, self._state.hub, self._state.now
        full = pill_words(look, sync, now)
        brief = pill_words(look, sync, now, brief=True)
        name = look.text("bar.sync_name", words=full)
        self.pill.show_words((full, brief), name, *pill_look(sync))
        forms = hub_forms(look, hub, now)
        name = look.text("bar.hub_name", words=forms[0])
        self.hub.show_words(forms, name, *hub_look(hub))

    def open_menu(self) -> None:
        """Open the menu under its button."""
        hint = self._menu.sizeHint()
        corner = self.menu_button.mapToGlobal(self.menu_button.rect().bottomRight())
        corner.setX(corner.x() - hint.width())
        self._menu.popup(corner)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._make_room()
        super().resizeEvent(event)

    def _make_room(self) -> None:
        """First goes since when the records are not safe, then with whom this laptop is in touch,
        then the volunteer's name, then the mark; the point and the count always stay."""
        name = self._volunteer.sizeHint().width() + self.look.sizes.icon + 32
        named = name + 80 if self._state.volunteer else 0
        room = self.width() - self.menu_button.sizeHint().width() - self.look.px(220) - 2 * _GAP
        self.pill.fit(room - named - self.hub.least())
        room -= self.pill.sizeHint().width()
        self.hub.fit(room - named)
        left = room - self.hub.sizeHint().width()
        roomy = left > name + 80
        self._volunteer.setVisible(roomy and bool(self._state.volunteer))
        self._person.setVisible(roomy and bool(self._state.volunteer))
        self._mark.setVisible(left > self._mark.sizeHint().width() + 40)
