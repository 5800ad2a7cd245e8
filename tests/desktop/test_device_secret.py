"""Where the device's secret is kept: a keyring that works, and all those that do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from desktop.device_secret import FileStore, KeyringStore, SecretUnavailable, usual_stores
from tests.support.keyrings import MemoryKeyring

SECRET = bytes(range(32))


class ForgetfulKeyring(MemoryKeyring):
    """Takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class LockedKeyring(MemoryKeyring):
    """The person did not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


class HangingKeyring(MemoryKeyring):
    """Waits for a dialog that nobody sees."""

    def __init__(self) -> None:
        super().__init__()
        self.end = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.end.wait(60)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.end.wait(60)


@pytest.fixture(autouse=True)
def former_keyring() -> Iterator[None]:
    former = keyring.get_keyring()
    yield
    keyring.set_keyring(former)


def test_a_real_keyring_keeps_each_accounts_secret() -> None:
    keyring.set_keyring(MemoryKeyring())
    store = KeyringStore()
    assert store.load("laptop") is None
    store.save("laptop", SECRET)
    assert KeyringStore().load("laptop") == SECRET
    assert store.load("other") is None
    for _ in range(2):
        store.forget("laptop")
        assert store.load("laptop") is None


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, ForgetfulKeyring, LockedKeyring])
def test_a_keyring_that_does_not_keep_it_counts_as_none(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(SecretUnavailable):
        KeyringStore().save("laptop", SECRET)


def test_a_keyring_that_never_answers_is_not_waited_for() -> None:
    hanging = HangingKeyring()
    keyring.set_keyring(hanging)
    store = KeyringStore(patience=0.05)
    with pytest.raises(SecretUnavailable):
        store.save("laptop", SECRET)
    with pytest.raises(SecretUnavailable):
        store.load("laptop")
    hanging.end.set()


def test_what_is_no_secret_of_ours_in_the_keyring_is_not_used() -> None:
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    memory.set_password("ksbb-lapangan", "laptop", "not base64!")
    with pytest.raises(SecretUnavailable):
        KeyringStore().load("laptop")


def test_a_file_keeps_it_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    store = FileStore(folder)
    assert store.load("laptop") is None
    store.save("laptop", SECRET)
    assert store.load("laptop") == SECRET
    assert [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600]
    assert folder.stat().st_mode & 0o777 == 0o700
    for _ in range(2):
        store.forget("laptop")
        assert store.load("laptop") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SecretUnavailable):
        FileStore(tmp_path / "file").save("laptop", SECRET)


def test_the_keyring_comes_first(tmp_path: Path) -> None:
    assert [store.name for store in usual_stores(tmp_path)] == ["keyring", "file"]
