"""The screens of a shift can be read and reached in both languages and at every size of text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.shot_states import NOW
from desktop.theme.look import Look
from desktop.theme.tokens import Room, contrast
from desktop.views.parts.top_bar import TopBar
from desktop.views.scan_screen import ScanScreen
from desktop.views.scan_state import Judged
from desktop.views.state import Link, SyncPill, TopBarState
from models.clock import DAY
from models.texts import LANGUAGES, Language, catalogue
from models.verdict import Tone, Verdict
from tests.support.cut_off import cut_off, hidden_below
from tests.support.shift_states import SCANS, SCREENS
from tests.support.shown import dressed, leave, stand

_LAPTOPS = [(1366, 768), (1024, 600)]
_SYNC = ("sync-failed", "sync-login", "sync-off", "sync-reviews")
_LAPTOPS_LISTED = ("laptops-hub", "laptops-hub-many", "laptops-hub_already", "laptops-lost")
_STOCK = ("stock-page", "stock-recorded", "stock-void", "stock-full")
_LISTED = (*_SYNC, *_LAPTOPS_LISTED, *_STOCK)
_LONG = ("opening-several", "void-refused", "ways-found", "ways-walk_in", "usb-imported", *_LISTED)
"""More points than most have, a trouble in the middle of a panel, and lists that grow all day:
these may be scrolled to."""


def _shown(look: Look, size: tuple[int, int]) -> Iterator[tuple[str, QWidget]]:
    """Every screen as it stands in a window of ``size``. The scan screen is one and goes from
    state to state, as in the app: what a state leaves behind must not spoil the next."""
    scan = ScanScreen(look)
    for name, state in SCANS.items():
        scan.show_scan(state)
        stand(scan, *size)
        yield name, scan
    leave(scan)
    for name, build in SCREENS.items():
        if not name.startswith("scan-"):
            screen = build(look)
            stand(screen, *size)
            yield name, screen
            leave(screen)


@pytest.mark.parametrize("size", _LAPTOPS, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_covered_or_beyond_the_window(
    qapp: QApplication, language: Language, scale: int, size: tuple[int, int]
) -> None:
    faults = []
    for name, screen in _shown(dressed(qapp, language, scale), size):
        faults += [f"{name}: {fault}" for fault in cut_off(screen)]
        if screen.size().toTuple() != size:
            faults.append(f"{name} needs {screen.size().toTuple()}")
        hidden = hidden_below(screen)
        if scale == 100 and size == _LAPTOPS[0] and hidden and name not in _LONG:
            faults.append(f"{name} has to be scrolled by {hidden}")
    assert not faults


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_on_a_small_laptop_a_verdict_shows_its_words_who_and_what_without_scrolling(
    qapp: QApplication, scale: int
) -> None:
    look = dressed(qapp, "id", scale)
    faults = []
    for name, screen in _shown(look, _LAPTOPS[1]):
        moment = SCANS[name].moment if name in SCANS else None
        if not isinstance(screen, ScanScreen) or not isinstance(moment, Judged):
            continue
        if SCANS[name].side is not None and screen.compact:
            continue  # the panel has the window to itself
        if SCANS[name].capture is not None:
            continue
        needed = [one for one in screen.banner.findChildren(QLabel) if one.isVisible()]
        if moment.verdict.tone is Tone.GO and not SCANS[name].notices:
            household = moment.household
            assert household is not None
            first = moment.due[0]
            labels = [one for one in screen.household.findChildren(QLabel) if one.isVisible()]
            for wanted in (household.name, f"{first.quantity} ×", first.name):
                needed.append(next(one for one in labels if one.text() == wanted))
        faults += [f"{name}: {one.text()!r}" for one in needed if not _in_view(one)]
    assert not faults


@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_small_laptop_the_paper_to_sign_on_is_seen_whole(
    qtbot: QtBot, qapp: QApplication, scale: int, language: Language
) -> None:
    screen = ScanScreen(dressed(qapp, language, scale))
    qtbot.addWidget(screen)
    screen.show_scan(SCANS["capture-sign"])
    stand(screen, *_LAPTOPS[1])
    pad = screen.capture.pad
    assert pad.visibleRegion().boundingRect() == pad.rect()
    assert pad.height() >= 120 and pad.width() >= 480


@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_history_and_stock_can_be_read_and_left_where_they_are_a_page_of_their_own(
    qtbot: QtBot, qapp: QApplication, language: Language, scale: int
) -> None:
    screen = ScanScreen(dressed(qapp, language, scale))
    qtbot.addWidget(screen)
    screen.show_scan(SCANS["ready"])
    stand(screen)
    screen.open_history()
    stand(screen)
    assert cut_off(screen) == []
    assert screen.size().toTuple() == (1024, 600)
    assert screen.overview.back.isVisible() is screen.compact
    assert screen.controls.isVisible() is not screen.compact
    screen.overview.back.click()
    assert screen.controls.isVisible()


def _in_view(part: QWidget) -> bool:
    """Whether all of ``part`` is inside of whatever scrolls around it."""
    parent = part.parentWidget()
    while parent is not None:
        if isinstance(parent.parentWidget(), QScrollArea):
            top = part.mapTo(parent, QPoint()).y()
            return top >= 0 and top + part.height() <= parent.height()
        parent = parent.parentWidget()
    return True


@pytest.mark.parametrize("room", [Room.LIGHT, Room.DARK])
def test_every_word_stands_out_from_what_it_is_written_on(qapp: QApplication, room: Room) -> None:
    look = dressed(qapp)
    look.change(room=room)
    faults = set()
    for name, screen in _shown(look, _LAPTOPS[0]):
        picture = screen.grab().toImage()
        for label in screen.findChildren(QLabel):
            if label.isVisible() and label.text() and _in_view(label):
                # A label's own corner, where no letter is.
                ground = picture.pixelColor(label.mapTo(screen, QPoint()))
                ink = label.palette().color(label.foregroundRole())
                if contrast(ink.name(), ground.name()) < 4.5:
                    faults.add(f"{name}: {label.text()!r} {ink.name()} on {ground.name()}")
    look.change(room=Room.LIGHT)
    assert not faults


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.key)
def test_the_banner_says_the_verdict_by_word_symbol_and_colour(
    qtbot: QtBot, qapp: QApplication, verdict: Verdict
) -> None:
    look = dressed(qapp)
    screen = ScanScreen(look)
    qtbot.addWidget(screen)
    screen.show_scan(SCANS[verdict.key])
    stand(screen)
    word = catalogue()[f"verdict.{verdict.key}.word"]["id"]
    banner = screen.banner
    labels = [one for one in banner.findChildren(QLabel) if one.isVisible()]
    loudest = max(labels, key=lambda one: one.fontMetrics().height() if one.text() else 0)
    assert loudest.text() == word
    assert banner.accessibleName().startswith(f"{word}. ")
    ground, ink = look.tokens.block(verdict.tone)
    picture = banner.grab().toImage()
    assert picture.pixelColor(banner.width() // 2, 4) == QColor(ground)
    symbol = next(one for one in labels if not one.pixmap().isNull())
    icon = {Tone.GO: "check", Tone.CHECK: "triangle-alert", Tone.STOP: "x"}[verdict.tone]
    drawn = look.icon(icon, ink, symbol.width(), 1.0, 2.75)
    assert symbol.pixmap().toImage() == drawn.toImage()


@pytest.mark.parametrize("name", SCREENS)
def test_whatever_can_be_used_has_a_name_and_room_for_a_finger(
    qtbot: QtBot, qapp: QApplication, name: str
) -> None:
    screen = SCREENS[name](dressed(qapp))
    qtbot.addWidget(screen)
    stand(screen)
    for kind in (QAbstractButton, QLineEdit):
        for part in screen.findChildren(kind):
            if part.isVisible():
                assert part.accessibleName().strip(), part
                # The pill lies beside F5 and the menu, which lead to the same.
                assert part.height() >= 40, (part.accessibleName(), part.size())


@pytest.mark.parametrize(
    "name",
    [
        *("opening-several", "closing", "closing-safe", "closing-others", "help"),
        *("laptops-hub", "laptops-hub-no-network", "laptops-lost", "laptops-station-asked"),
    ],
)
def test_a_change_of_language_leaves_no_word_of_the_other(
    qtbot: QtBot, qapp: QApplication, name: str
) -> None:
    look = dressed(qapp)
    screen = SCREENS[name](look)
    qtbot.addWidget(screen)
    stand(screen)
    look.change(language="en")
    assert not _words(screen) & _only_indonesian()


def test_a_change_of_language_reaches_the_scan_screen_in_every_state(
    qtbot: QtBot, qapp: QApplication
) -> None:
    look = dressed(qapp)
    screen = ScanScreen(look)
    qtbot.addWidget(screen)
    foreign = _only_indonesian()
    screen.show_scan(SCANS["ready"])
    stand(screen, *_LAPTOPS[0])
    assert _words(screen) & foreign
    look.change(language="en")
    for name, state in SCANS.items():
        assert not _words(screen) & foreign, name
        screen.show_scan(state)


def _only_indonesian() -> set[str]:
    """Words that are one thing in Indonesian and another in English."""
    files = ("field.", "verdict.", "app.", "errors.", "door.head.", "capture.")
    return {
        words["id"]
        for key, words in catalogue().items()
        if key.startswith(files) and words["id"] != words["en"] and "{" not in words["id"]
    } - {words["en"] for words in catalogue().values()}


def _words(screen: QWidget) -> set[str]:
    labels = [one for one in screen.findChildren(QLabel) if one.isVisible()]
    buttons = [one for one in screen.findChildren(QAbstractButton) if one.isVisible()]
    lines = [one for one in screen.findChildren(QLineEdit) if one.isVisible()]
    return (
        {one.text() for one in labels}
        | {one.text() for one in buttons}
        | {one.accessibleName() for one in buttons}
        | {one.accessibleName() for one in lines}
        | {line.placeholderText() for line in lines}
    )


def test_tab_walks_down_the_scan_screen_and_through_everything_once(
    qtbot: QtBot, qapp: QApplication
) -> None:
    screen = ScanScreen(dressed(qapp))
    qtbot.addWidget(screen)
    screen.show_scan(SCANS["eligible"])
    stand(screen, *_LAPTOPS[0])
    screen.take_focus()
    walked: list[QWidget] = []
    while (part := QApplication.focusWidget()) is not None and part not in walked:
        walked.append(part)
        screen.focusNextChild()
    controls = screen.controls
    assert walked[:5] == [
        controls.line,
        controls.go,
        controls.cancel,
        controls.open,
        controls.paste,
    ]
    assert walked[5:] == [
        screen.overview.void_last,
        screen.overview.list,
        screen.bar.pill,
        screen.bar.hub,
        screen.bar.menu_button,
    ]


@pytest.mark.parametrize(
    ("pill", "words"),
    [
        (SyncPill(), "Belum pernah sinkron"),
        (SyncPill(Link.OFFLINE), "Luring · Belum pernah sinkron"),
        (SyncPill(Link.ONLINE, safe_at=NOW - 60_000), "Daring · Semua aman sejak 10.04"),
        (SyncPill(Link.UNKNOWN, safe_at=NOW - DAY), "Semua aman sejak kemarin"),
        (SyncPill(Link.OFFLINE, 3, NOW - 2 * DAY), "Luring · 3 belum aman sejak 22 November"),
        (SyncPill(Link.LOGIN, 1_204, NOW), "Wi-Fi meminta masuk · 1.204 belum aman sejak 10.05"),
        (SyncPill(Link.ONLINE, 9, NOW, busy=True, done=3, total=9), "Sinkron 3 dari 9"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_pill_says_the_line_the_count_and_since_when(
    qtbot: QtBot, qapp: QApplication, pill: SyncPill, words: str
) -> None:
    bar = TopBar(dressed(qapp))
    qtbot.addWidget(bar)
    bar.show_bar(TopBarState("Balai RW 03", "Tahap 1", "Sari", pill, NOW))
    stand(bar, 1366, 64)
    assert bar.pill.text() == words
    assert words in bar.pill.accessibleName()


def test_in_a_narrow_window_the_pill_keeps_the_count(qtbot: QtBot, qapp: QApplication) -> None:
    bar = TopBar(dressed(qapp, scale=200))
    qtbot.addWidget(bar)
    bar.show_bar(TopBarState("Balai RW 03", sync=SyncPill(Link.LOGIN, 38, NOW), now=NOW))
    stand(bar, 1024, 110)
    assert bar.pill.text() == "Wi-Fi meminta masuk · 38 belum aman"
    assert "sejak 10.05" in bar.pill.accessibleName()
