"""The bar at the top: point, session, volunteer, and whether the records are safe."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme.fonts import app_font, tabular
from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.elided import Elided
from desktop.views.parts.words import Words
from desktop.views.state import Link, SyncPill, TopBarState
from desktop.views.view import View
from desktop.views.wording import number, shortly

MENU: tuple[tuple[str, str, str], ...] = (
    ("sync", "refresh-cw", "F5"),
    ("usb", "hard-drive", "Ctrl+U"),
    ("history", "history", "F6"),
    ("void", "undo-2", "F8"),
    ("settings", "settings", "F9"),
    ("help", "circle-question-mark", "F1"),
    ("switch", "user-round", "Ctrl+L"),
    ("close", "log-out", "Ctrl+W"),
)
"""(intent, icon, key): everything beside the scan itself; words under ``field.menu``."""


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


class Pill(QAbstractButton):
    """The safety of the records as a small rounded button that opens the sync panel."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._pill = SyncPill()
        self._words = ("", "")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_pill(SyncPill(), 0)

    def show_pill(self, pill: SyncPill, now: int) -> None:
        """Show this."""
        self._pill = pill
        full = pill_words(self._look, pill, now)
        self._words = (full, pill_words(self._look, pill, now, brief=True))
        self.setAccessibleName(self._look.text("bar.sync_name", words=full))
        self.setToolTip(full)
        self.fit(self._wide(full))
        self.update()

    def fit(self, room: int) -> None:
        """Say as much as ``room`` pixels hold, but the count in any case."""
        full, brief = self._words
        words = full if self._wide(full) <= room else brief
        if words != self.text():
            self.setText(words)
            self.updateGeometry()

    def _wide(self, words: str) -> int:
        wide = QFontMetrics(self._font()).horizontalAdvance(words) + 1
        return wide + self._look.sizes.icon + 8 + 32

    def _high(self) -> int:
        return round(self._look.sizes.control * 0.77)

    def sizeHint(self) -> QSize:
        return QSize(self._wide(self.text()), self._high())

    def _font(self) -> QFont:
        # It counts while it syncs, and must not jump with every record.
        return tabular(app_font(self._look.sizes.small, QFont.Weight.DemiBold))

    def words_fit(self) -> bool:
        """Whether all words can be seen."""
        return self.width() >= self.sizeHint().width()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, pill = self._look.tokens, self._pill
        if pill.busy:
            tone, icon = "info", "refresh-cw"
        elif pill.unsafe or pill.safe_at is None:
            tone, icon = "check", "cloud-upload"
        else:
            tone, icon = "go", "shield-check"
        ground, ink = getattr(tokens, f"{tone}_tint"), getattr(tokens, f"{tone}_ink")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(self.rect(), self.height() / 2, self.height() / 2)
        size = self._look.sizes.icon
        pixmap = self._look.icon(icon, ink, ratio=self.devicePixelRatioF())
        painter.drawPixmap(16, (self.height() - size) // 2, pixmap)
        painter.setPen(QColor(ink))
        painter.setFont(self._font())
        inner = self.rect().adjusted(16 + size + 8, 0, -8, 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), self.text())


class TopBar(View):
    """Shows a TopBarState; drops what matters least as the room shrinks."""

    pill_pressed = Signal()
    chosen = Signal(str)
    """An intent of ``MENU`` was chosen in the menu."""

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
        self.menu_button = Button(look, "quiet", icon="menu", hint="F10", compact=True)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.clicked.connect(self.open_menu)
        self._menu = QMenu(self)
        self._row = row(self._mark, gap=2, margin=(3, 1, 2, 1))
        self._row.addLayout(column(1, self._point, self._session, 1, gap=0), 1)
        for part in (self._person, self._volunteer, self.pill, self.menu_button):
            self._row.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame("bar", self._row))
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
        for intent, icon, key in MENU:
            if intent in {"settings", "switch"}:
                self._menu.addSeparator()
            pixmap = look.icon(icon, look.tokens.muted, ratio=ratio)
            action = self._menu.addAction(QIcon(pixmap), f"{look.text(f'menu.{intent}')}\t{key}")
            action.triggered.connect(lambda _=False, what=intent: self.chosen.emit(what))

    def draw(self) -> None:
        state = self._state
        self._point.say(state.point)
        self._session.say(state.session)
        # Not said, which would show it whether it has room or not.
        self._volunteer.setText(state.volunteer)
        self.pill.show_pill(state.sync, state.now)
        self._make_room()

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
        """First goes since when the records are not safe, then the volunteer's name, then the mark;
        the point and the count always stay."""
        name = self._volunteer.sizeHint().width() + self.look.sizes.icon + 32
        named = name + 80 if self._state.volunteer else 0
        taken = self.menu_button.sizeHint().width() + self.look.px(220) + named
        self.pill.fit(self.width() - taken)
        left = self.width() - self.pill.sizeHint().width() - self.menu_button.sizeHint().width()
        left -= self.look.px(220)
        roomy = left > name + 80
        self._volunteer.setVisible(roomy and bool(self._state.volunteer))
        self._person.setVisible(roomy and bool(self._state.volunteer))
        self._mark.setVisible(left > self._mark.sizeHint().width() + 40)
