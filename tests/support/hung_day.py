"""A stretch of a day at the point while a sync hangs: the centre is called and says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.before_page import BeforePage
from desktop.views.help_page import HelpPage
from desktop.views.login_screen import LoginScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.settings_panel import SettingsPage
from tests.support.app import App, furnish, running
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import Family

KEY = Qt.Key


@contextmanager
def hung_day(
    qtbot: QtBot, application: QApplication, folder: Path, families: Sequence[Family]
) -> Iterator[App]:
    """The app before the log-in, on a device whose centre never answers."""
    with serving(lambda _operation, _body: Said(silent=True)) as centre:
        furnish(folder, families, centre=centre.url)
        with running(qtbot, application, folder) as app:
            try:
                yield app
            finally:
                _let_go(centre)


def _let_go(centre: TinyServer) -> None:
    # Else the app would wait for its sync's own patience before it ends.
    centre.release()


def work(app: App, families: Sequence[Family]) -> None:
    """Logs in, opens a session, syncs into the void and serves every family; looks at the pages,
    hands over to another volunteer and comes back."""
    app.log_in()
    app.open_session(2 * len(families), len(families))
    app.press(KEY.Key_F5)
    app.until(lambda: app.syncing.busy)
    half = len(families) // 2
    for one in families[:half]:
        app.hand_over(one.code)
    app.press(KEY.Key_F1)
    app.until_on(HelpPage)
    app.press(KEY.Key_Escape)
    app.ctrl(KEY.Key_B)
    page = app.until_on(BeforePage)
    app.until(page.lines["roster"].isVisible)
    app.press(KEY.Key_Escape)
    app.press(KEY.Key_F9)
    sound = app.until_on(SettingsPage).panel.sound
    for choice in (1, 0):
        sound.buttons()[choice].click()
    app.press(KEY.Key_Escape)
    app.until_on(ScanScreen)
    for one in families[half:]:
        app.enter(one.code)
        app.until(lambda: app.scan.seen is not None and app.scan.seen.look is not None)
        app.settled()
        app.enter()
        app.until(lambda: app.scan.phase.name == "RECORDED")
    assert app.syncing.busy, "it still hangs"
    app.ctrl(KEY.Key_L)
    app.until_on(LoginScreen)
