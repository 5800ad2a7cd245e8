"""The main job without a display: the real app driven by keys, from photos to the centre's page."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import MainWindow
from desktop.photo import everyday_shot, photograph
from desktop.presenters.scan_page import ScanPage
from desktop.presenters.scanning import Phase, Scan
from desktop.settings import Settings
from desktop.theme.look import Look
from desktop.threads import Threads
from desktop.trial.centre import TrialCentre, TrialFailed
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.workplace import Workplace
from models.facts import Source
from models.texts import text
from models.verdict import Verdict

_PATIENCE = 30.0
_SETTLED = 0.35
"""Longer than the moment in which the screen takes no Enter, so that nobody confirms unread."""


def run(centre: TrialCentre, made: dict[str, Any], device: Path) -> None:
    """Does the whole job and says each step; raises TrialFailed at the first that goes wrong."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # What Qt has to say of a machine without camera, loudspeaker and graphics would hide the steps.
    qInstallMessageHandler(lambda *_said: None)
    _say("no_display")
    trial = _Trial(centre, made, device)
    try:
        trial.work_offline()
        trial.sync_and_compare()
    finally:
        trial.threads.shutdown()
    _say("done")


class _Trial:
    def __init__(self, centre: TrialCentre, made: dict[str, Any], device: Path) -> None:
        self.centre = centre
        self.made = made
        self.problems: list[BaseException] = []
        self.application = QApplication.instance() or QApplication(["ksbb-field"])
        look = Look("id")
        look.apply(self.application)  # type: ignore[arg-type]
        self.window = MainWindow(look)
        self.window.show()
        self.window.activateWindow()
        self.threads = Threads(self.problems.append)
        self.place = Workplace(self.window, self.threads, device, Settings(automatic=False))
        self.samples = {Path(file): verdict for file, verdict in made["samples"].items()}

    # --- the day at the point ----------------------------------------------------------------

    def work_offline(self) -> None:
        self.centre.stop()
        _step("offline")
        self._log_in()
        self._open_session()
        handed = 0
        for file, verdict in self.samples.items():
            if verdict == "eligible":
                self._hand_over(file)
                handed += 1
            elif verdict == "none":
                self._unreadable(file)
            else:
                self._refused(file, verdict)
        first = next(iter(self.samples))
        self._refused(first, "already_collected")
        self._type_wrongly()
        self._void_and_again(first)
        self.handed = handed
        standing = self._scan().standing
        if standing is None or standing.overview.handed_today != handed:
            raise TrialFailed(f"seharusnya {handed} penyerahan, tercatat {standing}")
        _step("unsafe", count=standing.safety.unsafe)

    def _log_in(self) -> None:
        name, pin = next(iter(self.made["pins"].items()))
        self.place.begin()
        self._wait(lambda: isinstance(self._screen(), LoginScreen))
        self._type(name.split()[0])
        self._press(Qt.Key.Key_Return)
        self._type(pin)
        self._wait(lambda: isinstance(self._screen(), OpeningScreen), once=self._enter)
        _step("logged_in", name=name)

    def _open_session(self) -> None:
        self._wait(lambda: bool(self.window.findChildren(OpeningScreen)[0].counts()))
        for pieces in self.made["stock"].values():
            self._type(str(pieces))
            self._press(Qt.Key.Key_Return)
        self._press(Qt.Key.Key_Return)  # without a place
        self._wait(lambda: isinstance(self._screen(), ScanScreen))
        self._wait(lambda: self._scan().standing is not None)
        stock = ", ".join(f"{pieces} {name}" for name, pieces in self.made["stock"].items())
        shift = self.place.shift
        assert shift is not None
        point = shift.desk.names.point(self.made["points"][0])
        _step("opened", point=point, stock=stock)

    def _hand_over(self, file: Path) -> None:
        began = time.perf_counter()
        verdict = self._show(_photo(file))
        ms = (time.perf_counter() - began) * 1000
        if verdict is not Verdict.ELIGIBLE:
            raise TrialFailed(f"{file.name}: {verdict.name}")
        time.sleep(_SETTLED)
        self._press(Qt.Key.Key_Return)
        self._wait(lambda: self._scan().phase is Phase.RECORDED)
        _step("handed", file=f"{file.stem}.jpg", word=_word(verdict), ms=round(ms))

    def _refused(self, file: Path, expected: str) -> None:
        verdict = self._show(file)
        if verdict.key != expected:
            raise TrialFailed(f"{file.name}: {verdict.key}, seharusnya {expected}")
        banner = self._scan_screen().banner.accessibleName()
        _step("refused", file=file.name, word=_word(verdict), reason=banner.partition(". ")[2])
        self._press(Qt.Key.Key_Escape)

    def _unreadable(self, file: Path) -> None:
        self._leave()
        self._scan_screen().files_given.emit([str(file)])
        self._wait(lambda: bool(self._scan().notices))
        words = text("id", f"{self._scan().notices[0].key}.title", file=file.name)
        _step("unread", file=file.name, word=words)
        self._scan_screen().notice_dismissed.emit(self._scan().notices[0].key)

    def _type_wrongly(self) -> None:
        self._leave()
        self._type("317101012345678")
        self._press(Qt.Key.Key_Return)
        self._wait(lambda: bool(self._scan().notices))
        notice = self._scan().notices[0]
        _step("typed_bad", word=text("id", f"{notice.key}.title", **notice.parts))

    def _void_and_again(self, file: Path) -> None:
        self._leave()
        self._press(Qt.Key.Key_F8)
        self._wait(lambda: self._page().taking_back.state.item is not None)
        self._press(Qt.Key.Key_2)
        self._press(Qt.Key.Key_Return)
        self._wait(lambda: self._scan().phase is Phase.VOIDED)
        last = [one for one, verdict in self.samples.items() if verdict == "eligible"][-1]
        verdict = self._show(last)
        time.sleep(_SETTLED)
        self._press(Qt.Key.Key_Return)
        self._wait(lambda: self._scan().phase is Phase.RECORDED)
        _step("voided", word=_word(verdict))

    # --- back online -------------------------------------------------------------------------

    def sync_and_compare(self) -> None:
        before = self._count()
        self._sync()
        last = self._syncing().state.last
        if last is None or not last.error:
            raise TrialFailed("sinkron tanpa pusat seharusnya gagal dengan pesan")
        _step("sync_failed", word=text("id", f"{last.error}.title"), count=self._count())
        if self._count() != before:
            raise TrialFailed("catatan berubah karena sinkron yang gagal")
        self.centre.start()
        _step("online")
        self._sync()
        self._wait(lambda: self._count() == 0)
        self._press(Qt.Key.Key_Escape)
        _step("synced", words=self._scan_screen().bar.pill.text())
        self._compare_page()
        self._compare_status()
        self._sync()
        last = self._syncing().state.last
        if last is None or last.error or last.sent:
            raise TrialFailed(f"sinkron kedua: {last}")
        _step("again")

    def _compare_page(self) -> None:
        village = "Cideng"
        page = self.centre.page("/")
        found = re.search(rf"{village}.*?(\d+)", re.sub(r"<[^>]+>", " ", page), re.DOTALL)
        if found is None or int(found[1]) != self.handed:
            raise TrialFailed(f"halaman umum: {found and found[1]}, seharusnya {self.handed}")
        _step("figure", address=self.centre.address, count=found[1], village=village)

    def _compare_status(self) -> None:
        seen = self._scan().seen
        kk = seen.card.kk if seen is not None and seen.card is not None else None
        answer = self.centre.form("/status", {"kk": f"{kk:016d}"}) if kk is not None else ""
        if "udah menerima" not in answer:
            raise TrialFailed("halaman status tidak menunjukkan bahwa keluarga sudah menerima")
        _step("status")

    # --- driving -----------------------------------------------------------------------------

    def _show(self, file: Path) -> Verdict:
        """Gives the app a picture, as dropping it on the window does; the verdict it comes to."""
        self._leave()
        self._scan_screen().files_given.emit([str(file)])
        self._wait(lambda: self._scan().phase is Phase.SHOWN)
        seen = self._scan().seen
        assert seen is not None
        if seen.look.source is not Source.PICTURE:
            raise TrialFailed("asal undangan salah tercatat")
        return seen.verdict

    def _leave(self) -> None:
        """Esc until the screen is ready for the next slip."""
        if self._scan().phase in (Phase.SHOWN, Phase.RECORDED, Phase.VOIDED):
            self._press(Qt.Key.Key_Escape)
            self._wait(lambda: self._scan().phase is Phase.READY)

    def _sync(self) -> None:
        self._press(Qt.Key.Key_F5)
        self._wait(lambda: not self._syncing().busy)

    def _count(self) -> int:
        standing = self._scan().standing
        return standing.safety.unsafe if standing is not None else -1

    def _screen(self) -> QWidget | None:
        return self.window.screens.currentWidget()

    def _scan_screen(self) -> ScanScreen:
        screen = self._screen()
        if not isinstance(screen, ScanScreen):
            raise TrialFailed("layar pindai tidak tampil")
        return screen

    def _page(self) -> ScanPage:
        shift = self.place.shift
        if shift is None or shift.page is None:
            raise TrialFailed("sesi tidak terbuka")
        return shift.page

    def _scan(self) -> Scan:
        return self._page().scanning.state

    def _syncing(self) -> Any:
        assert self.place.shift is not None
        return self.place.shift.syncing

    def _enter(self) -> None:
        self._press(Qt.Key.Key_Return)

    def _press(self, key: Qt.Key) -> None:
        self.application.processEvents()
        QTest.keyClick(self.window.focusWidget() or self.window, key)
        self.application.processEvents()

    def _type(self, words: str) -> None:
        self.application.processEvents()
        QTest.keyClicks(self.window.focusWidget() or self.window, words)
        self.application.processEvents()

    def _wait(self, until: Callable[[], bool], once: Callable[[], None] | None = None) -> None:
        """Lets the app go on until something holds; ``once`` is done if it does not at first."""
        deadline = time.monotonic() + _PATIENCE
        if once is not None and not until():
            once()
        while not until():
            self.application.processEvents()
            time.sleep(0.005)
            if self.problems:
                raise TrialFailed(repr(self.problems[0])) from self.problems[0]
            if time.monotonic() > deadline:
                raise TrialFailed("aplikasi tidak menjawab dalam 30 detik")


def _photo(file: Path) -> Path:
    """A photo-like picture of a slip: soft, tilted, unevenly lit, as a hand-held camera gives."""
    photos = file.parent.parent / "foto"
    photos.mkdir(exist_ok=True)
    taken = photos / f"{file.stem}.jpg"
    with Image.open(file) as clean:
        photograph(clean, everyday_shot(sum(file.stem.encode()), share=0.6), 1).save(taken)
    return taken


def _word(verdict: Verdict) -> str:
    return text("id", f"verdict.{verdict.key}.word")


def _step(leaf: str, **parts: object) -> None:
    print(text("id", "trial.step", what=text("id", f"trial.{leaf}", **parts)), flush=True)


def _say(leaf: str, **parts: object) -> None:
    print(text("id", f"trial.{leaf}", **parts), flush=True)
