"""Logging in: a name, a PIN, and the device opens; or why it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.device import OpenDevice
from desktop.presenters.faults import notice
from desktop.threads import Threads
from desktop.vault import Vault
from desktop.vault_errors import PinLocked, SecretLost, WrongPin
from desktop.views.login_state import LoginState
from desktop.views.parts.name_list import Person
from desktop.views.state import Notice
from models.errors import DataError
from models.pin import PinError

Open = Callable[[int, str], OpenDevice]
"""(volunteer, PIN) → the opened device; on the database thread."""


class Entering(QObject):
    """Holds a LoginState; ``opened`` brings (device, volunteer), ``broken`` why it can not be."""

    changed = Signal(object)
    opened = Signal(object, int)
    broken = Signal(object)

    def __init__(
        self, threads: Threads, vault: Vault, open_device: Open, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._open = open_device
        people = tuple(Person(one.id, one.name) for one in vault.volunteers())
        self.state = LoginState(people=people)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)

    def choose(self, person: int) -> None:
        """Somebody chose their name."""
        self._second.stop()
        self._show(chosen=person, attempts_left=None, locked_seconds=0, notices=())

    def leave(self) -> None:
        """Back to the names."""
        self._second.stop()
        self._show(chosen=None, attempts_left=None, locked_seconds=0, notices=())

    def dismiss(self, _key: str) -> None:
        """Puts the notice away."""
        self._show(notices=())

    def say(self, said: Notice) -> None:
        """Tells whoever comes what happened before."""
        self._show(notices=(said,))

    def enter(self, person: int, pin: str) -> None:
        """Tries the PIN, on the database thread: it takes a fraction of a second."""
        if self.state.busy:
            return
        self._show(busy=True, attempts_left=None, notices=())
        self._threads.submit_db(
            lambda: self._open(person, pin),
            lambda device: self._done(device, person),
            self._failed,
        )

    def _done(self, device: OpenDevice, person: int) -> None:
        self._show(busy=False)
        self.opened.emit(device, person)

    def _failed(self, error: BaseException) -> None:
        match error:
            case WrongPin():
                self._show(busy=False, attempts_left=error.attempts_left)
            case PinLocked():
                self._show(busy=False, locked_seconds=error.seconds_left)
                self._second.start()
            case PinError():
                self._show(busy=False)
            case DataError() | SecretLost():
                self._show(busy=False)
                self.broken.emit(error)
            case _:
                self._show(busy=False, notices=(notice(error),))

    def _tick(self) -> None:
        left = max(0, self.state.locked_seconds - 1)
        if left == 0:
            self._second.stop()
        self._show(locked_seconds=left)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self.changed.emit(self.state)
