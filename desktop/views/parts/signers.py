"""Who signs the minutes: their names, and paper to sign on here for those who don't sign by hand.

What is drawn stays here until a paper was made with it, and goes nowhere but into that paper.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.papers.content import SIGNERS
from desktop.theme.look import Look
from desktop.views.papers_state import Ink
from desktop.views.parts.arrange import column, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import RING
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.signature_pad import SignaturePad
from desktop.views.parts.words import Words
from desktop.views.view import View

_PAGE = "papers.page"


class SignHere(View):
    """One who signs: a button, and under it, once it is pressed, the paper. ``opened``: it was."""

    opened = Signal()

    def __init__(self, look: Look, role: str, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._role = role
        self._size = (1, 1)
        self.sign = Button(look, "secondary", compact=True)
        self.sign.clicked.connect(lambda: self.show_pad(not self.is_open))
        self.erase = Button(look, "quiet", icon="undo-2", compact=True)
        self.pad = SignaturePad(look)
        self.pad.changed.connect(self._drawn)
        self.erase.clicked.connect(self._erase)
        for button in (self.sign, self.erase):
            may_shrink(button)
        buttons = row(self.sign, self.erase, gap=1)
        buttons.setStretch(0, 1)
        self.setLayout(column(self.pad, buttons, gap=1))
        self.pad.hide()
        self.restyle()

    @property
    def is_open(self) -> bool:
        """Whether the paper is shown."""
        return not self.pad.isHidden()

    @property
    def ink(self) -> Ink | None:
        """What was signed, if it is more than a dot."""
        return (self.pad.strokes, self._size) if self.pad.signed else None

    def show_pad(self, shown: bool) -> None:
        """Open it, or fold it away with what stands on it."""
        if shown == self.is_open:
            return
        self.pad.setVisible(shown)
        self.draw()
        if shown:
            self.opened.emit()

    def _drawn(self) -> None:
        # Kept now: a pad that is folded away has whatever size the page's layout leaves it.
        self._size = self.pad.width(), self.pad.height()
        self.draw()

    def _erase(self) -> None:
        self.pad.clear()
        self.sign.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        erase, who = self.look.any_text("capture.button.clear"), self._who
        self.erase.say(erase, name=f"{erase}: {who}")
        self.pad.setAccessibleName(f"{self.look.any_text('capture.pad.name')}: {who}")

    @property
    def _who(self) -> str:
        return self.look.any_text(f"papers.signer.{self._role}")

    def draw(self) -> None:
        say, who, signed = self.look.any_text, self._who, self.pad.signed
        self.sign.dress(icon="check" if signed else "")
        if self.is_open:
            self.sign.say(say("capture.button.sign"), name=f"{say('capture.button.sign')}: {who}")
        else:
            self.sign.say(say(f"{_PAGE}.{'signed' if signed else 'sign'}", who=who))
        self.erase.setVisible(self.is_open and bool(self.pad.strokes))


class Signers(View):
    """Officer, receiver and witness, in the order of ``SIGNERS``. ``opened``: a paper to sign on
    was, and this is what has to be in view with it."""

    opened = Signal(QWidget)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.receiving = EntryField(look, f"{_PAGE}.receiving", f"{_PAGE}.name_later", longest=80)
        self.witness = EntryField(look, f"{_PAGE}.witness", f"{_PAGE}.name_later", longest=80)
        self.papers = tuple(SignHere(look, role) for role in SIGNERS)
        for one in self.papers:
            one.opened.connect(lambda one=one: self._only(one))
        self._hint = Words("small", ink="muted")
        officer, receiving, witness = self.papers
        inside = column(
            *(self._hint, officer, self.receiving, receiving, self.witness, witness), gap=1
        )
        inside.setContentsMargins(RING, 0, RING, 0)
        self.setLayout(inside)
        self.restyle()

    @property
    def inks(self) -> tuple[Ink | None, ...]:
        """What each of them signed."""
        return tuple(one.ink for one in self.papers)

    def clear(self) -> None:
        """Nobody has signed."""
        for one in self.papers:
            one.pad.clear()
            one.show_pad(False)

    def fold(self) -> bool:
        """Fold the open paper away; whether there was one."""
        for one in self.papers:
            if one.is_open:
                one.show_pad(False)
                one.sign.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _only(self, opened: SignHere) -> None:
        """One sheet at a time: there is no room for three."""
        for one in self.papers:
            if one is not opened:
                one.show_pad(False)
        self.opened.emit(opened)

    def dress(self) -> None:
        self._hint.say(self.look.any_text(f"{_PAGE}.sign_hint"))
