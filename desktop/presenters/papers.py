"""The page "Berkas": what there is to choose, one paper at a time, stoppable, its end in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.machine import meant
from desktop.paper_desk import PaperDesk
from desktop.paper_making import About, Order, Paper
from desktop.presenters.faults import notice
from desktop.presenters.printers import look_for_printers
from desktop.print_files import send_to_printer
from desktop.scan.still import signature_bytes
from desktop.threads import Cancel, Threads
from desktop.views.papers_state import EXPORTS, PAPERS, Ink, PapersState, Subject
from desktop.views.state import Notice, Progress
from models.errors import Cancelled, NothingRecorded
from models.field.day_book import begin_of
from models.texts import Language
from models.verdict import Tone

AT_FIRST = 6
"""Subjects shown before a person asks for older ones."""
_STEPS = 200
"""How often a long paper says how far it is, at most."""


def show_folder(folder: Path) -> bool:
    """Opens a folder, or a file, in the system's own program for it; False where it has none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class Papers(QObject):
    """Holds a PapersState while its page stands. ``kept``: a folder that a person chose."""

    changed = Signal(object)
    kept = Signal(str)

    def __init__(
        self,
        threads: Threads,
        desk: PaperDesk,
        folder: Path,
        language: Callable[[], Language],
        now: Callable[[], int],
        show: Callable[[Path], bool] = show_folder,
        printer: Callable[[], str] = str,
        parent: QObject | None = None,
    ) -> None:
        """``printer``: the one that the settings name, "" for the usual one."""
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._printer = printer
        self._made_files: tuple[Path, ...] = ()
        self._printing = False
        self._language = language
        self._now = now
        self._show_folder = show
        self._abouts: tuple[About, ...] = ()
        self._cancel: Cancel | None = None
        self._over = False
        self.state = PapersState(folder=str(folder))

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._cancel is not None

    def begin(self) -> None:
        """The page stands: reads what there is."""
        self._show()
        self._threads.submit_net(self._desk.choices, self._read, self._failed)

    def end(self) -> None:
        """It is left; what is being made is stopped, and nothing half-done stays."""
        self.cancel()
        self._over = True

    # --- choosing ----------------------------------------------------------------------------

    def choose_paper(self, place: int) -> None:
        """Which paper."""
        self._show(paper=place, made=False, notices=())

    def choose_subject(self, place: int) -> None:
        """What it is about."""
        self._show(subject=place, made=False, notices=())

    def choose_whole(self, whole: bool) -> None:
        """Whether an export shows KK numbers in clear; asked anew each time the page stands."""
        self._show(whole_kk=whole, made=False, notices=())

    def choose_folder(self, folder: str) -> None:
        """Where to; remembered."""
        self._show(folder=folder, made=False, notices=())
        self.kept.emit(folder)

    def show_more(self) -> None:
        """Older days and sessions too."""
        self._show_subjects(len(self._abouts))

    def open_folder(self) -> None:
        """Shows where it lies."""
        self._show_folder(Path(self.state.folder))

    # --- printing ----------------------------------------------------------------------------

    def print_made(self) -> None:
        """Has the paper printed that was just made."""
        if self._made_files:
            self._print(self._made_files[0], self._no_printer)

    def print_sheets(self, file: str) -> None:
        """Has slip sheets printed that the centre made: it signs the slips in them. Where there is
        no printer they are shown in whatever opens PDFs here."""
        self._print(Path(file), self._show_sheets)

    def _print(self, file: Path, instead: Callable[[Path], None]) -> None:
        if self._printing or self._over:
            return

        def found(names: tuple[str, ...]) -> None:
            name = meant(self._printer(), names) or (names[0] if names else "")
            if not name:
                self._printing = False
                instead(file)
                return

            def sent(_: None) -> None:
                self._printing = False
                self._say("printed", Tone.GO, file, printer=name)

            def failed(_error: BaseException) -> None:
                self._printing = False
                self._say("not_printed", Tone.CHECK, file, printer=name)

            self._threads.submit_net(lambda: send_to_printer(file, name), sent, failed)

        self._printing = True
        self._say("to_print", None, file)
        look_for_printers(self._threads, found)

    def _no_printer(self, file: Path) -> None:
        self._say("no_printer", Tone.CHECK, file)

    def _show_sheets(self, file: Path) -> None:
        shown = self._show_folder(file)
        self._say(
            "sheets_open" if shown else "sheets_closed", Tone.GO if shown else Tone.CHECK, file
        )

    def _say(self, what: str, tone: Tone | None, file: Path, **parts: object) -> None:
        parts |= {"file": file.name, "folder": str(file.parent)}
        self._show(notices=(Notice(f"papers.page.{what}", tone, parts, dismissible=False),))

    # --- making ------------------------------------------------------------------------------

    def make(
        self, receiving: str = "", witness: str = "", inks: tuple[Ink | None, ...] = ()
    ) -> None:
        """Has the chosen paper made. ``inks``: what its signers drew, kept in the paper alone."""
        if self.busy or not self.state.subjects:
            return
        state, cancel = self.state, Cancel()
        order = Order(
            Paper(PAPERS[state.paper]),
            self._abouts[state.subject],
            Path(state.folder),
            self._language(),
            state.whole_kk and PAPERS[state.paper] in EXPORTS,
            receiving,
            witness,
        )
        told = -1

        def report(done: int, total: int) -> None:
            nonlocal told
            cancel.check()
            step = done * _STEPS // total if total else 0
            if step != told:
                told = step
                shown = Progress("papers.page.making", done, total)
                self._threads.post_to_gui(lambda: self._progress(shown))

        self._cancel = cancel
        self._show(
            progress=Progress("papers.page.making"), cancelling=False, made=False, notices=()
        )

        def work() -> tuple[Path, ...]:
            pictures = tuple(one and signature_bytes(*one) for one in inks)
            return self._desk.make(replace(order, signatures=pictures), report)

        self._threads.submit_net(work, self._made, self._failed, cancel)

    def cancel(self) -> None:
        """Stops what is being made."""
        if self._cancel is not None:
            self._cancel.set()
            self._show(cancelling=True)

    def _made(self, files: tuple[Path, ...]) -> None:
        self._cancel, self._made_files = None, files
        several = len(files) > 1
        parts: dict[str, object] = {
            "file": files[0].name,
            "n": len(files),
            "folder": str(files[0].parent),
        }
        key = "papers.page.made_several" if several else "papers.page.made"
        said = [Notice(key, Tone.GO, parts, dismissible=False)]
        if self.state.whole_kk and self.state.kind in EXPORTS:
            said.append(Notice("papers.page.holds_kk", Tone.CHECK, dismissible=False))
        self._show(progress=None, cancelling=False, made=True, notices=tuple(said))

    def _failed(self, error: BaseException) -> None:
        self._cancel = None
        if isinstance(error, Cancelled):
            said = Notice("papers.page.stopped", None, dismissible=False)
        else:
            tone = Tone.CHECK if isinstance(error, NothingRecorded) else Tone.STOP
            said = replace(notice(error, tone), dismissible=False)
        self._show(progress=None, cancelling=False, made=False, notices=(said,))

    # --- showing -----------------------------------------------------------------------------

    def _read(self, abouts: tuple[About, ...]) -> None:
        self._abouts = abouts
        self._show_subjects(AT_FIRST)

    def _show_subjects(self, most: int) -> None:
        shown = self._abouts[:most]
        self._show(
            subjects=tuple(_subject(one) for one in shown), more=len(self._abouts) - len(shown)
        )

    def _progress(self, shown: Progress) -> None:
        if self.busy:
            self._show(progress=shown)

    def _show(self, **changes: Any) -> None:
        if self._over:
            return
        self.state = replace(self.state, now=self._now(), **changes)
        self.changed.emit(self.state)


def _subject(about: About) -> Subject:
    sitting = about.sitting
    if sitting is None:
        return Subject(about.point_name, begin_of(about.day))
    return Subject(about.point_name, sitting.opened_at, sitting.closed_at, session=True)
