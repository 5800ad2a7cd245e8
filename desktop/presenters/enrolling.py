"""Enrolment: from a code or a picture of its QR to a device that somebody can log in to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.device import Enrolment
from desktop.presenters.faults import fault
from desktop.threads import Cancel, Threads
from desktop.vault import Vault
from desktop.views.enrol_state import EnrolStage, EnrolState, EnrolStep, trouble_key
from desktop.views.state import CameraStatus, Notice
from models import enrolment_text
from models.enrolment_text import Invitation
from models.errors import Cancelled
from models.verdict import Tone
from sync.progress import Phase, Progress

MakeEnrolment = Callable[[Cancel], Enrolment]


class Enrolling(QObject):
    """Holds an EnrolState; ``done`` brings the vault when the device is in place."""

    changed = Signal(object)
    done = Signal(object)

    def __init__(
        self, threads: Threads, make: MakeEnrolment, name: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._make = make
        self._cancel = Cancel()
        self._enrolment: Enrolment | None = None
        self._read: Invitation | None = None
        self._vault: Vault | None = None
        self.state = EnrolState(camera=CameraStatus.OFF, name=name)

    def take_text(self, text: str) -> bool:
        """A scanned, pasted or typed text; True when it was an enrolment QR, which then fills the
        form, so that Enter sends it."""
        if self.state.stage is not EnrolStage.FORM:
            return False
        invitation = enrolment_text.from_text(text)
        if invitation is None:
            self._show(notices=(Notice("door.trouble.other_code"),))
            return False
        self._read = invitation
        self._show(
            address=invitation.address,
            code=invitation.code,
            code_read=True,
            notices=(),
        )
        return True

    def say(self, said: Notice) -> None:
        """Something about a picture or the camera, in place."""
        self._show(notices=(said,))

    def dismiss(self, _key: str) -> None:
        """Puts the notice away."""
        self._show(notices=())

    def camera(self, status: CameraStatus) -> None:
        """What the camera does."""
        self._show(camera=status)

    def enter(self, address: str, code: str, name: str) -> None:
        """Sends the code, once."""
        if self.state.stage is not EnrolStage.FORM:
            return
        fingerprint = None
        if self._read is not None and (self._read.code, self._read.address) == (code, address):
            fingerprint = self._read.fingerprint
        self._cancel = Cancel()
        enrolment = self._enrolment = self._make(self._cancel)
        self._show(
            stage=EnrolStage.WORKING,
            address=address,
            code=code,
            name=name,
            step=EnrolStep.CONNECT,
            notices=(),
            cancelling=False,
        )
        invitation = Invitation(code, address, fingerprint)
        self._threads.submit_net(
            lambda: enrolment.begin(invitation, name),
            lambda _none: self._fetch(),
            self._failed,
            self._cancel,
        )

    def retry(self) -> None:
        """Fetches what is still missing; the code is spent."""
        if self._enrolment is not None and self._enrolment.begun:
            self._cancel.clear()
            self._fetch()

    def start_over(self) -> None:
        """Back to the form, for another code."""
        if self._enrolment is not None:
            self._enrolment.abandon()
        self._enrolment = self._read = None
        self._show(stage=EnrolStage.FORM, code="", code_read=False, notices=())

    def cancel(self) -> None:
        """Stops what is under way."""
        self._cancel.set()
        self._show(cancelling=True)

    def finish(self) -> None:
        """The person has read that it is done."""
        if self._vault is not None:
            self.done.emit(self._vault)

    def _fetch(self) -> None:
        enrolment = self._enrolment
        assert enrolment is not None
        self._show(
            stage=EnrolStage.WORKING,
            step=EnrolStep.FETCH,
            done=0,
            total=0,
            notices=(),
            cancelling=False,
        )
        self._threads.submit_net(
            lambda: enrolment.finish(self._report), self._finished, self._failed, self._cancel
        )

    def _report(self, progress: Progress) -> None:
        """From the pool: passed on to the GUI thread."""
        if progress.phase is Phase.FETCHING:
            self._threads.post_to_gui(
                lambda: self._show(step=EnrolStep.FETCH, done=progress.done, total=progress.total)
            )

    def _finished(self, vault: Vault) -> None:
        assert self._enrolment is not None
        self._vault = vault
        self._show(
            stage=EnrolStage.DONE,
            step=EnrolStep.FINISH,
            device=self._enrolment.name,
            households=self._enrolment.households,
        )

    def _failed(self, error: BaseException) -> None:
        begun = self._enrolment is not None and self._enrolment.begun
        found = fault(error)
        said = Notice(trouble_key(found.code), Tone.STOP, found.parts)
        notices = () if isinstance(error, Cancelled) and not begun else (said,)
        self._show(
            stage=EnrolStage.HALTED if begun else EnrolStage.FORM,
            notices=notices,
            cancelling=False,
        )

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self.changed.emit(self.state)
