"""The vault: who opens it, who does not, and what stays true when things break."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop import vault_file
from desktop.device_secret import FileStore, SecretStore, SecretUnavailable
from desktop.vault import Vault, wait_after
from desktop.vault_errors import (
    PinLocked,
    SecretLost,
    SecretSilent,
    UnknownVolunteer,
    VaultDamaged,
    VaultError,
    VaultExists,
    VaultInaccessible,
    VaultMissing,
    VaultNewer,
    WrongPin,
)
from models import cbor
from models.errors import DiskFull
from models.pin import PinError, PinParams, derive_pin_key, new_salt
from models.texts import LANGUAGES, Language

QUICK = PinParams(memory_kib=8, passes=1)
SITI, BUDI = 7, 8
PIN = "402817"
WRONG = "111111"
NOON = 1_700_000_000_000


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


class Place:
    """A folder with a vault in it, its stores and its clock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "vault.cbor"
        self.stores = [FileStore(folder)]
        self.clock = Clock()

    def create(self) -> Vault:
        return Vault.create(self.path, self.stores, self.clock)

    def open(self) -> Vault:
        return Vault.open(self.path, self.stores, self.clock)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def let_in(vault: Vault, volunteer: int, name: str, pin: str) -> None:
    salt = new_salt()
    vault.put(volunteer, name, salt, QUICK, derive_pin_key(pin, salt, QUICK))


@pytest.fixture
def key(place: Place) -> bytes:
    """The database key of a vault that Siti (402817) and Budi (593026) can open."""
    vault = place.create()
    let_in(vault, SITI, "Siti Aminah", PIN)
    let_in(vault, BUDI, "Budi Santoso", "593026")
    return vault.database_key


def fail_times(vault: Vault, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPin):
            vault.unlock(SITI, WRONG)


def test_each_volunteer_opens_the_same_database_with_a_pin_of_their_own(
    place: Place, key: bytes
) -> None:
    assert place.open().unlock(SITI, PIN) == key
    assert place.open().unlock(BUDI, "593 026") == key
    assert len(key) == 32


def test_the_names_are_known_before_anything_is_opened(place: Place, key: bytes) -> None:
    assert [(who.id, who.name) for who in place.open().volunteers()] == [
        (BUDI, "Budi Santoso"),
        (SITI, "Siti Aminah"),
    ]


def test_one_volunteers_pin_does_not_open_for_another(place: Place, key: bytes) -> None:
    with pytest.raises(WrongPin):
        place.open().unlock(BUDI, PIN)


def test_an_entry_moved_under_another_id_does_not_open(place: Place, key: bytes) -> None:
    contents = vault_file.read_contents(place.path)
    moved = tuple(replace(entry, id=99) for entry in contents.entries if entry.id == SITI)
    vault_file.write_contents(place.path, replace(contents, entries=moved))
    with pytest.raises(WrongPin):
        place.open().unlock(99, PIN)


def test_neither_the_pin_nor_its_key_nor_the_database_key_stands_in_the_file(
    place: Place,
) -> None:
    vault = place.create()
    salt = new_salt()
    pin_key = derive_pin_key(PIN, salt, QUICK)
    vault.put(SITI, "Siti", salt, QUICK, pin_key)
    secret = next(place.path.parent.glob("*.secret")).read_bytes()
    stored = place.path.read_bytes()
    for hidden in (PIN.encode(), pin_key, vault.database_key, secret):
        assert hidden not in stored


def test_the_files_are_for_this_user_alone(place: Place, key: bytes) -> None:
    files = list(place.path.parent.iterdir())
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_wrong_pin_says_how_many_attempts_are_left(place: Place, key: bytes) -> None:
    vault = place.open()
    left = []
    for _ in range(4):
        with pytest.raises(WrongPin) as caught:
            vault.unlock(SITI, WRONG)
        left.append(caught.value.attempts_left)
    assert left == [4, 3, 2, 1]


def test_the_fifth_wrong_pin_locks_for_a_minute_even_for_the_right_one(
    place: Place, key: bytes
) -> None:
    vault = place.open()
    fail_times(vault, 4)
    with pytest.raises(PinLocked) as caught:
        vault.unlock(SITI, WRONG)
    assert caught.value.seconds_left == 60
    place.clock.pass_seconds(59.5)
    with pytest.raises(PinLocked) as caught:
        vault.unlock(SITI, PIN)
    assert caught.value.seconds_left == 1
    place.clock.pass_seconds(0.5)
    assert vault.unlock(SITI, PIN) == key


def test_another_volunteer_is_not_kept_waiting(place: Place, key: bytes) -> None:
    vault = place.open()
    fail_times(vault, 4)
    with pytest.raises(PinLocked):
        vault.unlock(SITI, WRONG)
    assert vault.unlock(BUDI, "593026") == key


def test_a_restart_does_not_forget_the_attempts_nor_the_wait(place: Place, key: bytes) -> None:
    for _ in range(4):
        fail_times(place.open(), 1)
    with pytest.raises(PinLocked):
        place.open().unlock(SITI, WRONG)
    place.clock.pass_seconds(30)
    with pytest.raises(PinLocked) as caught:
        place.open().unlock(SITI, PIN)
    assert caught.value.seconds_left == 30


def test_ending_the_program_while_it_tries_does_not_save_an_attempt(
    place: Place, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("desktop.vault.derive_pin_key", killed)
        for _ in range(4):
            with pytest.raises(KeyboardInterrupt):
                place.open().unlock(SITI, WRONG)
    with pytest.raises(PinLocked):
        place.open().unlock(SITI, WRONG)


def test_every_further_five_double_the_wait() -> None:
    assert [wait_after(failures) for failures in (0, 4, 5, 6, 10, 15, 20)] == [
        0, 0, 60, 0, 120, 240, 480,
    ]  # fmt: skip
    assert wait_after(5 * 10_000) == 24 * 3600


def test_after_the_wait_there_are_five_attempts_and_then_a_longer_wait(
    place: Place, key: bytes
) -> None:
    vault = place.open()
    fail_times(vault, 4)
    with pytest.raises(PinLocked):
        vault.unlock(SITI, WRONG)
    place.clock.pass_seconds(60)
    fail_times(vault, 4)
    with pytest.raises(PinLocked) as caught:
        vault.unlock(SITI, WRONG)
    assert caught.value.seconds_left == 120


def test_a_right_pin_forgets_the_wrong_ones(place: Place, key: bytes) -> None:
    fail_times(place.open(), 4)
    place.open().unlock(SITI, PIN)
    with pytest.raises(WrongPin) as caught:
        place.open().unlock(SITI, WRONG)
    assert caught.value.attempts_left == 4


def test_a_clock_set_back_starts_the_wait_anew_and_cannot_stretch_it_for_ever(
    place: Place, key: bytes
) -> None:
    vault = place.open()
    fail_times(vault, 4)
    with pytest.raises(PinLocked):
        vault.unlock(SITI, WRONG)
    place.clock.pass_seconds(-365 * 24 * 3600)
    with pytest.raises(PinLocked) as caught:
        place.open().unlock(SITI, PIN)
    assert caught.value.seconds_left == 60
    place.clock.pass_seconds(60)
    assert place.open().unlock(SITI, PIN) == key


def test_what_cannot_be_a_pin_is_no_attempt(place: Place, key: bytes) -> None:
    vault = place.open()
    for _ in range(10):
        with pytest.raises(PinError):
            vault.unlock(SITI, "12345")
    assert vault.unlock(SITI, PIN) == key


def test_a_new_pin_replaces_the_old_and_forgets_its_failures(place: Place, key: bytes) -> None:
    vault = place.open()
    fail_times(vault, 3)
    vault.unlock(BUDI, "593026")
    let_in(vault, SITI, "Siti Aminah", "777000")
    assert len(vault.volunteers()) == 2
    assert place.open().unlock(SITI, "777000") == key
    with pytest.raises(WrongPin) as caught:
        place.open().unlock(SITI, PIN)
    assert caught.value.attempts_left == 4


def test_the_same_pin_given_again_by_the_centre_forgives_no_failures(
    place: Place, key: bytes
) -> None:
    vault = place.open()
    fail_times(vault, 4)
    vault.unlock(BUDI, "593026")
    salt = next(who.salt for who in vault.volunteers() if who.id == SITI)
    vault.put(SITI, "Siti A.", salt, QUICK, derive_pin_key(PIN, salt, QUICK))
    with pytest.raises(PinLocked):
        place.open().unlock(SITI, WRONG)


def test_who_was_taken_out_opens_nothing(place: Place, key: bytes) -> None:
    place.open().remove(SITI)
    vault = place.open()
    assert [who.id for who in vault.volunteers()] == [BUDI]
    with pytest.raises(UnknownVolunteer):
        vault.unlock(SITI, PIN)
    vault.remove(SITI)


def test_a_locked_vault_lets_nobody_in_and_gives_no_key(place: Place, key: bytes) -> None:
    vault = place.open()
    for locked in (vault, place.open()):
        with pytest.raises(RuntimeError, match="locked"):
            locked.put(9, "Joko", new_salt(), QUICK, bytes(32))
    vault.unlock(SITI, PIN)
    assert vault.database_key == key
    vault.lock()
    with pytest.raises(RuntimeError, match="locked"):
        _ = vault.database_key


def test_a_second_vault_never_replaces_the_first(place: Place, key: bytes) -> None:
    with pytest.raises(VaultExists):
        place.create()
    assert place.open().unlock(SITI, PIN) == key


def test_a_missing_vault_is_told_apart_from_a_damaged_one(place: Place, key: bytes) -> None:
    place.path.unlink()
    with pytest.raises(VaultMissing):
        place.open()


def test_a_vault_that_cannot_be_read_is_not_called_damaged(place: Place) -> None:
    place.path.mkdir()
    with pytest.raises(VaultInaccessible):
        place.open()


def test_every_single_damaged_byte_is_found(place: Place, key: bytes) -> None:
    good = place.path.read_bytes()
    for position in range(0, len(good), 3):
        bad = bytearray(good)
        bad[position] ^= 0x40
        place.path.write_bytes(bytes(bad))
        with pytest.raises((VaultDamaged, VaultNewer)):
            place.open()
    for length in (0, 1, len(good) // 2, len(good) - 1):
        place.path.write_bytes(good[:length])
        with pytest.raises(VaultDamaged):
            place.open()


def test_a_vault_of_a_newer_version_is_left_alone(place: Place, key: bytes) -> None:
    newer = cbor.dumps([2, {"other": "form"}])
    place.path.write_bytes(cbor.dumps([2, newer, b"", "more"]))
    before = place.path.read_bytes()
    with pytest.raises(VaultNewer):
        place.open()
    assert place.path.read_bytes() == before


def test_without_this_devices_secret_the_right_pin_opens_nothing_and_costs_no_attempt(
    place: Place, key: bytes
) -> None:
    file = next(place.path.parent.glob("*.secret"))
    file.write_bytes(os.urandom(32))
    for _ in range(6):
        with pytest.raises(SecretLost):
            place.open().unlock(SITI, PIN)
    file.unlink()
    with pytest.raises(SecretLost):
        place.open().unlock(SITI, PIN)


class SilentStore:
    """A keyring that nobody unlocks."""

    name = "keyring"

    def load(self, account: str) -> bytes | None:
        raise SecretUnavailable("no answer")

    def save(self, account: str, secret: bytes) -> None:
        raise SecretUnavailable("no answer")

    def forget(self, account: str) -> None:
        raise SecretUnavailable("no answer")


def test_without_a_keyring_a_file_keeps_the_secret_and_the_vault_says_so(tmp_path: Path) -> None:
    stores: list[SecretStore] = [SilentStore(), FileStore(tmp_path)]
    Vault.create(tmp_path / "vault.cbor", stores, Clock())
    assert Vault.open(tmp_path / "vault.cbor", stores, Clock()).secret_store == "file"


def test_a_keyring_that_no_longer_answers_is_not_taken_for_a_lost_secret(
    place: Place, key: bytes
) -> None:
    contents = vault_file.read_contents(place.path)
    vault_file.write_contents(place.path, replace(contents, secret_store="keyring"))
    vault = Vault.open(place.path, [SilentStore(), *place.stores], place.clock)
    with pytest.raises(SecretSilent):
        vault.unlock(SITI, PIN)


def test_where_no_store_keeps_the_secret_no_vault_is_made(tmp_path: Path) -> None:
    with pytest.raises(VaultInaccessible):
        Vault.create(tmp_path / "vault.cbor", [SilentStore()], Clock())
    assert list(tmp_path.iterdir()) == []


def _failing(number: int) -> Callable[[int], None]:
    def fsync(_: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EROFS, VaultInaccessible)]
)
def test_an_attempt_that_cannot_be_counted_is_not_made_and_the_file_stays_whole(
    place: Place,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Exception],
) -> None:
    vault = place.open()
    before = place.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _failing(number))
        with pytest.raises(error):
            vault.unlock(SITI, PIN)
    assert place.path.read_bytes() == before
    assert sorted(file.suffix for file in place.path.parent.iterdir()) == [".cbor", ".secret"]
    assert vault.unlock(SITI, PIN) == key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_says_what_happened_and_what_to_do(language: Language) -> None:
    told: list[VaultError] = [WrongPin(4), PinLocked(60), VaultMissing(path="/data")]
    told.append(VaultInaccessible(path="/data"))
    plain = (UnknownVolunteer, SecretLost, SecretSilent, VaultDamaged, VaultNewer, VaultExists)
    told.extend(kind() for kind in plain)
    assert {type(error) for error in told} == set(VaultError.__subclasses__())
    for error in [*told, VaultError()]:
        assert error.title(language)
        assert "{" not in error.what_to_do(language)


def test_a_draft_left_by_a_power_cut_is_in_nobodys_way(place: Place, key: bytes) -> None:
    place.path.with_name("vault.cbor.new").write_bytes(b"half")
    assert place.open().unlock(SITI, PIN) == key
    assert not place.path.with_name("vault.cbor.new").exists()
