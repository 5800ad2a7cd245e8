"""The device's secret, 32 random bytes without which a PIN opens nothing: where it is kept.

In the operating system's keyring where one really works, else in a file that only this user may
read. Never on the GUI thread: a keyring may ask the person something, or never answer.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from desktop.private_file import write_private
from desktop.threads import within

T = TypeVar("T")

SECRET_BYTES = 32
_SERVICE = "ksbb-lapangan"


class SecretUnavailable(Exception):
    """This store can't be used now: no keyring, one that failed, or one that gave no answer."""


class SecretStore(Protocol):
    """A place for secrets, each under an account name."""

    @property
    def name(self) -> str:
        """What the vault records and diagnostics show; never changes."""

    def load(self, account: str) -> bytes | None:
        """The secret, None where there is none; raises SecretUnavailable."""

    def save(self, account: str, secret: bytes) -> None:
        """Keeps the secret so that ``load`` gives it; raises SecretUnavailable."""

    def forget(self, account: str) -> None:
        """Lets the secret go for good; raises SecretUnavailable."""


class KeyringStore:
    """The operating system's keyring; it is given ``patience`` seconds, so that a person can
    unlock it."""

    name = "keyring"

    def __init__(self, patience: float = 30.0) -> None:
        self._patience = patience

    def load(self, account: str) -> bytes | None:
        """The secret in the keyring."""
        return self._ask(lambda: _from_keyring(account))

    def save(self, account: str, secret: bytes) -> None:
        """Keeps the secret and reads it back: a keyring may drop what it can't keep, and be mute
        about it."""
        self._ask(lambda: _into_keyring(account, secret))

    def forget(self, account: str) -> None:
        """Takes the secret out of the keyring."""
        self._ask(lambda: _out_of_keyring(account))

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return within(self._patience, question)
        except SecretUnavailable:
            raise
        except Exception as error:
            # Backends fail in ways of their own (D-Bus, Windows, no desktop session); for us all
            # mean the same.
            raise SecretUnavailable(str(error)) from error


def _from_keyring(account: str) -> bytes | None:
    import keyring  # asks the system for its backends, which takes a while

    if keyring.get_keyring().priority < 1:
        raise SecretUnavailable("no real keyring on this machine")
    kept = keyring.get_password(_SERVICE, account)
    return None if kept is None else base64.b64decode(kept, validate=True)


def _into_keyring(account: str, secret: bytes) -> None:
    import keyring

    if keyring.get_keyring().priority < 1:
        raise SecretUnavailable("no real keyring on this machine")
    keyring.set_password(_SERVICE, account, base64.b64encode(secret).decode("ascii"))
    if _from_keyring(account) != secret:
        raise SecretUnavailable("the keyring did not keep what it was given")


def _out_of_keyring(account: str) -> None:
    import keyring

    if _from_keyring(account) is not None:
        keyring.delete_password(_SERVICE, account)


class FileStore:
    """Files of mode 0600 in ``folder``: keeps other users of this laptop out, not a thief of it."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, account: str) -> bytes | None:
        """The secret in its file."""
        try:
            return self._path(account).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretUnavailable(str(error)) from error

    def save(self, account: str, secret: bytes) -> None:
        """Writes the secret's file."""
        try:
            write_private(self._path(account), secret)
        except OSError as error:
            raise SecretUnavailable(str(error)) from error

    def forget(self, account: str) -> None:
        """Deletes the secret's file."""
        try:
            self._path(account).unlink(missing_ok=True)
        except OSError as error:
            raise SecretUnavailable(str(error)) from error

    def _path(self, account: str) -> Path:
        return self._folder / f"device-{account}.secret"


def usual_stores(folder: Path) -> Sequence[SecretStore]:
    """The keyring, and for machines without one files in ``folder``."""
    return (KeyringStore(), FileStore(folder))
