"""The page "Berkas": choose a paper, what it is about and where to, and have it made."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from desktop.theme.look import Look
from desktop.views.papers_state import EXPORTS, PAPERS, PapersState, Subject
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import RING, foot, in_line
from desktop.views.parts.choice_row import ChoiceRow
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.signers import Signers
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import clock, day, number

_TWO_COLUMNS = 640
"""Width in pixels at 100 % text size from which both cards stand beside each other."""
_DIALOG = (880, 520)
_PAGE = "papers.page"


class PapersPage(View):
    """Shows a PapersState."""

    paper_chosen = Signal(int)
    subject_chosen = Signal(int)
    more_asked = Signal()
    whole_chosen = Signal(bool)
    folder_chosen = Signal(str)
    make_asked = Signal(str, str, object)
    """Make it; who receives for the RW and who witnesses, as typed; what each of them signed."""
    cancel_asked = Signal()
    open_asked = Signal()
    """Show the folder."""
    print_asked = Signal()
    """Print what was just made."""
    sheets_chosen = Signal(str)
    """A PDF of slip sheets that the centre made, to be printed."""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = PapersState()
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._progress = ProgressLine(look)
        self.papers = ChoiceRow(look, stacked=True)
        self.papers.chosen.connect(self.paper_chosen)
        self._about_paper = Words("small", ink="muted")
        self.subjects = ChoiceRow(look, stacked=True)
        self.subjects.chosen.connect(self.subject_chosen)
        self._none = Words("body", ink="muted")
        self.more = Button(look, "quiet", icon="history", compact=True)
        self.more.clicked.connect(self.more_asked)
        self.whole = ChoiceRow(look, stacked=True)
        self.whole.chosen.connect(lambda place: self.whole_chosen.emit(place == 1))
        self._whole_warning = Words("small", ink="check")
        self.signers = Signers(look)
        self._folder_title, self._folder = Words("strong"), Words("body")
        self.folder = Button(look, "secondary", icon="folder", compact=True)
        self.folder.clicked.connect(self.ask_for_folder)
        may_shrink(self.folder)
        self.sheets = Button(look, "secondary", icon="scan-qr-code", compact=True)
        self.sheets.clicked.connect(self.ask_for_sheets)
        may_shrink(self.sheets)
        self._about_sheets = Words("small", ink="muted")
        what = column(
            self.papers,
            in_line(self._about_paper),
            None,
            in_line(self._folder_title),
            in_line(self._folder),
            in_line(self.folder),
            None,
            in_line(self.sheets),
            in_line(self._about_sheets),
            1,
            gap=1,
        )
        which = column(
            self.subjects,
            in_line(self._none),
            in_line(self.more),
            None,
            self.whole,
            in_line(self._whole_warning),
            self.signers,
            1,
            gap=1,
        )
        for inside in (what, which):
            inside.setContentsMargins(24 - RING, 24, 24 - RING, 24)
        self._cards = row(frame("card", what), frame("card", which), gap=2)
        for half in (0, 1):
            self._cards.setStretch(half, 1)
        self._scroll = scrolling(
            column(
                column(self._title, self._lead, gap=0),
                self._notices,
                self._progress,
                self._cards,
                1,
                gap=2,
                margin=(3, 3, 3, 2),
            )
        )
        # Once the page has made room for it.
        self.signers.opened.connect(
            lambda paper: QTimer.singleShot(0, self, lambda: self._scroll.see(paper))
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.stop = Button(look, "secondary", icon="x", hint="Esc")
        self.stop.clicked.connect(self.cancel_asked)
        self.open = Button(look, "secondary", icon="folder")
        self.open.clicked.connect(self.open_asked)
        self.paper = Button(look, "secondary", icon="printer")
        self.paper.clicked.connect(self.print_asked)
        self.make = Button(look, "primary", icon="file-text")
        self.make.clicked.connect(self._make)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, self.stop, 1, self.open, self.paper, self.make))
        self.setLayout(whole)
        self.restyle()

    def show_papers(self, state: PapersState) -> None:
        """Show this; the keyboard goes along where what it was on is gone."""
        before, self._state = self._state, state
        if state == before:
            return
        just_made = state.made and not before.made and state.kind == "bast"
        if just_made or state.subject != before.subject:
            # What was signed stands for one paper alone.
            self.signers.clear()
        self.draw()
        read = before.subjects is None and state.subjects is not None and self.back.hasFocus()
        if read or (before.progress is None) != (state.progress is None):
            self.take_focus()
        if state.notices != before.notices:
            self._scroll.verticalScrollBar().setValue(0)

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        state = self._state
        if self.behind:
            return
        if state.progress is not None:
            self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        elif state.made:
            self.open.setFocus(Qt.FocusReason.OtherFocusReason)
        elif state.subjects:
            self.papers.take_focus()
        else:
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_for_folder(self) -> None:
        """Lets a folder be chosen, without holding anything up."""
        say = self.look.any_text
        dialog = QFileDialog(self, say(f"{_PAGE}.folder_title"), self._state.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(self.look.px(_DIALOG[0]), self.look.px(_DIALOG[1]))
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(lambda _result: self.folder.setFocus())
        dialog.open()

    def ask_for_sheets(self) -> None:
        """Lets a PDF be chosen, without holding anything up."""
        say = self.look.any_text
        dialog = QFileDialog(self, say(f"{_PAGE}.sheets_title"), self._state.folder, "PDF (*.pdf)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(self.look.px(_DIALOG[0]), self.look.px(_DIALOG[1]))
        dialog.fileSelected.connect(self.sheets_chosen)
        dialog.finished.connect(lambda _result: self.sheets.setFocus())
        dialog.open()

    def _make(self) -> None:
        names, inks = self.signers, self.signers.inks
        self.make_asked.emit(names.receiving.text.strip(), names.witness.text.strip(), inks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two cards beside each other where there is room, else under one another."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(across if self.width() >= self.look.px(_TWO_COLUMNS) else down)

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say(f"{_PAGE}.title"))
        self._lead.say(say(f"{_PAGE}.lead"))
        self._folder_title.say(say(f"{_PAGE}.folder"))
        self.folder.say(say(f"{_PAGE}.folder_other"))
        self.sheets.say(say(f"{_PAGE}.sheets"))
        self._about_sheets.say(say(f"{_PAGE}.sheets_hint"))
        self.back.say(say(f"{_PAGE}.back"))
        self.open.say(say(f"{_PAGE}.open_folder"))
        self.paper.say(say(f"{_PAGE}.print"))
        self._make_room()

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        busy = state.progress is not None
        self._notices.show_notices(state.notices, state.now)
        self._progress.show_progress(state.progress)
        words = [say(f"{_PAGE}.paper.{name}") for name in PAPERS]
        self.papers.show_choices(say(f"{_PAGE}.which"), words, state.paper)
        self._about_paper.say(say(f"{_PAGE}.about.{state.kind}"))
        self._draw_subjects()
        self._draw_whole()
        self.signers.setVisible(state.kind == "bast")
        self._folder.say(state.folder)
        for part in (
            self.papers,
            self.subjects,
            self.more,
            self.whole,
            self.signers,
            self.folder,
            self.sheets,
        ):
            part.setEnabled(not busy)
        self.back.setVisible(not busy)
        self.open.setVisible(state.made and not busy)
        self.paper.setVisible(state.made and not busy and state.kind not in EXPORTS)
        self.make.setVisible(not busy)
        self.make.setEnabled(bool(state.subjects) and bool(state.folder))
        self.make.say(say(f"{_PAGE}.make"))
        self.stop.setVisible(busy)
        self.stop.setEnabled(not state.cancelling)
        self.stop.say(self.look.text("sync.cancelling" if state.cancelling else "sync.cancel"))

    def _draw_subjects(self) -> None:
        state, say = self._state, self.look.any_text
        subjects = state.subjects or ()
        self.subjects.setVisible(bool(subjects))
        self._none.say("" if subjects else say(f"{_PAGE}.nothing"))
        if subjects:
            words = [self._subject(one) for one in subjects]
            self.subjects.show_choices(say(f"{_PAGE}.subject"), words, state.subject)
        self.more.setVisible(state.more > 0)
        self.more.say(say(f"{_PAGE}.more", n=number(self.look, state.more)))

    def _subject(self, one: Subject) -> str:
        look = self.look
        parts: dict[str, object] = {"day": day(look, one.begins), "point": one.point}
        if not one.session:
            return look.any_text(f"{_PAGE}.of_day", **parts)
        parts["begins"] = clock(look, one.begins)
        if one.ends is None:
            return look.any_text(f"{_PAGE}.of_open_session", **parts)
        return look.any_text(f"{_PAGE}.of_session", **parts, ends=clock(look, one.ends))

    def _draw_whole(self) -> None:
        state, say = self._state, self.look.any_text
        shown = state.kind in EXPORTS
        self.whole.setVisible(shown)
        if shown:
            words = [say(f"{_PAGE}.kk_masked"), say(f"{_PAGE}.kk_whole")]
            self.whole.show_choices(say(f"{_PAGE}.kk"), words, 1 if state.whole_kk else 0)
        self._whole_warning.say(say(f"{_PAGE}.kk_warning") if shown and state.whole_kk else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops what runs, folds the paper that is signed on, or else leaves; Enter presses
        what has the keyboard, and in a field or on a choice has the paper made."""
        if event.key() == Qt.Key.Key_Escape:
            if self._state.progress is not None:
                self.cancel_asked.emit()
            elif not self.signers.fold():
                self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            focused = self.focusWidget()
            chosen = [*self.papers.buttons(), *self.subjects.buttons(), *self.whole.buttons()]
            if focused in (*chosen, self.signers.receiving.line, self.signers.witness.line):
                if self.make.isEnabled() and self.make.isVisible():
                    self._make()
            else:
                press_focused(self)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)
