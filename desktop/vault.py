"""The vault: the database's key, wrapped once for every volunteer who may open it with a PIN.

The database's key is 32 random bytes. For each volunteer it is encrypted (AES-256-GCM, the
volunteer's id as associated data) under HKDF-SHA256(device secret || Argon2id(PIN)), so that
neither the stolen file alone, nor file and PIN without this device's secret, opens the database.
What the centre gives for a volunteer, Argon2id(PIN), is used and never kept.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.device_secret import SECRET_BYTES, SecretStore, SecretUnavailable
from desktop.vault_errors import (
    PinLocked,
    SecretLost,
    SecretSilent,
    UnknownVolunteer,
    VaultExists,
    VaultInaccessible,
    WrongPin,
)
from desktop.vault_file import NONCE_BYTES, Contents, Entry, read_contents, write_contents
from models.errors import DataError
from models.pin import PIN_KEY_BYTES, SALT_BYTES, PinParams, check_pin, derive_pin_key

DATABASE_KEY_BYTES = 32
ATTEMPTS = 5
FIRST_WAIT_S = 60
LONGEST_WAIT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class VaultVolunteer:
    """Who may open: shown before anything is opened. A new PIN comes with a new ``salt``."""

    id: int
    name: str
    salt: bytes


def wait_after(failures: int) -> int:
    """Seconds to wait after so many wrong PINs in a row: 60 after five, doubled by each five."""
    if failures == 0 or failures % ATTEMPTS:
        return 0
    doublings = min(failures // ATTEMPTS - 1, 16)
    return min(FIRST_WAIT_S << doublings, LONGEST_WAIT_S)


class Vault:
    """An open vault file. The key is in memory from ``create`` or ``unlock`` until ``lock``.

    ``create``, ``unlock`` and ``put`` take a fraction of a second and may ask the keyring: not on
    the GUI thread. ``clock`` gives ms since 1970 UTC.
    """

    def __init__(
        self,
        path: Path,
        contents: Contents,
        stores: Sequence[SecretStore],
        clock: Callable[[], int],
    ) -> None:
        self._path = path
        self._contents = contents
        self._stores = stores
        self._clock = clock
        self._secret: bytes | None = None
        self._database_key: bytes | None = None
        # Two attempts at once must not count as one.
        self._one_at_a_time = threading.RLock()

    @classmethod
    def create(cls, path: Path, stores: Sequence[SecretStore], clock: Callable[[], int]) -> Vault:
        """A new vault with a new database key, opened, for no volunteer yet.

        The device's secret goes to the first of ``stores`` that takes it. Raises VaultExists,
        VaultInaccessible, DiskFull.
        """
        if path.exists():
            raise VaultExists
        account, secret = os.urandom(8).hex(), os.urandom(SECRET_BYTES)
        store = _first_that_keeps(stores, account, secret, path)
        contents = Contents(store, account, _check_of(secret))
        write_contents(path, contents)
        vault = cls(path, contents, stores, clock)
        vault._secret = secret
        vault._database_key = os.urandom(DATABASE_KEY_BYTES)
        return vault

    @classmethod
    def open(cls, path: Path, stores: Sequence[SecretStore], clock: Callable[[], int]) -> Vault:
        """The vault in ``path``, still locked; quick. Raises VaultMissing, VaultDamaged,
        VaultNewer, VaultInaccessible."""
        return cls(path, read_contents(path), stores, clock)

    @property
    def secret_store(self) -> str:
        """Where the device's secret is kept, for diagnostics: ``keyring`` or ``file``."""
        return self._contents.secret_store

    @property
    def database_key(self) -> bytes:
        """The database's key (32 bytes); raises RuntimeError while the vault is locked."""
        if self._database_key is None:
            raise RuntimeError("the vault is locked")
        return self._database_key

    def volunteers(self) -> tuple[VaultVolunteer, ...]:
        """Who may open, by name."""
        found = [
            VaultVolunteer(entry.id, entry.name, entry.salt) for entry in self._contents.entries
        ]
        return tuple(sorted(found, key=lambda volunteer: (volunteer.name.casefold(), volunteer.id)))

    def put(
        self, volunteer: int, name: str, salt: bytes, params: PinParams, pin_key: bytes
    ) -> None:
        """Lets a volunteer open, in place of what stood for them; wrong PINs so far are forgotten
        only with a new PIN, that is a new salt.

        ``pin_key`` is ``derive_pin_key`` of the PIN, which the centre gives. Raises RuntimeError
        while the vault is locked, ValueError for wrong lengths, and as ``unlock`` of the file and
        the device's secret.
        """
        if len(salt) != SALT_BYTES or len(pin_key) != PIN_KEY_BYTES:
            raise ValueError(f"a salt has {SALT_BYTES} bytes and a PIN's key {PIN_KEY_BYTES}")
        with self._one_at_a_time:
            nonce = os.urandom(NONCE_BYTES)
            wrapped = AESGCM(self._wrapping_key(pin_key)).encrypt(
                nonce, self.database_key, _bound_to(volunteer)
            )
            entry = Entry(volunteer, name, salt, params, nonce, wrapped)
            for old in self._contents.entries:
                if old.id == volunteer and old.salt == salt:
                    entry = replace(entry, failures=old.failures, locked_at=old.locked_at)
            self._store(volunteer, entry)

    def remove(self, volunteer: int) -> None:
        """Takes a volunteer out; nothing happens for one who isn't in. Raises as writing does."""
        with self._one_at_a_time:
            self._store(volunteer, None)

    def unlock(self, volunteer: int, pin: str) -> bytes:
        """The database's key. Raises

        - PinError: not six digits; that counts as no attempt
        - WrongPin, PinLocked, UnknownVolunteer
        - SecretLost, SecretSilent: the device's secret isn't to be had
        - VaultInaccessible, DiskFull: the attempt could not be counted, so it was not made
        """
        pin = check_pin(pin)
        with self._one_at_a_time:
            entry = self._entry(volunteer)
            self._refuse_while_waiting(entry)
            self._load_secret()
            # Counted before it is tried: ending the program in between must not save an attempt.
            tried = self._counted(entry)
            key = self._wrapping_key(derive_pin_key(pin, entry.salt, entry.params))
            try:
                opened = AESGCM(key).decrypt(entry.nonce, entry.wrapped, _bound_to(volunteer))
            except InvalidTag:
                wait = wait_after(tried.failures)
                if wait:
                    raise PinLocked(wait) from None
                raise WrongPin(ATTEMPTS - tried.failures % ATTEMPTS) from None
            # If this can't be written the count stays too high, which the next success mends.
            with suppress(DataError, VaultInaccessible):
                self._store(volunteer, replace(entry, failures=0, locked_at=0))
            self._database_key = opened
            return opened

    def lock(self) -> None:
        """Forgets the keys that are in memory."""
        self._database_key = self._secret = None

    def _entry(self, volunteer: int) -> Entry:
        for entry in self._contents.entries:
            if entry.id == volunteer:
                return entry
        raise UnknownVolunteer

    def _store(self, volunteer: int, entry: Entry | None) -> None:
        others = tuple(old for old in self._contents.entries if old.id != volunteer)
        contents = replace(self._contents, entries=others if entry is None else (*others, entry))
        write_contents(self._path, contents)
        self._contents = contents

    def _refuse_while_waiting(self, entry: Entry) -> None:
        wait = wait_after(entry.failures)
        if not wait:
            return
        now = self._clock()
        if now < entry.locked_at:
            # The clock was set back: what has passed can't be known, so the wait starts anew.
            self._store(entry.id, replace(entry, locked_at=now))
            raise PinLocked(wait)
        left_ms = entry.locked_at + wait * 1000 - now
        if left_ms > 0:
            raise PinLocked(-(-left_ms // 1000))

    def _counted(self, entry: Entry) -> Entry:
        failures = entry.failures + 1
        locked_at = self._clock() if wait_after(failures) else entry.locked_at
        tried = replace(entry, failures=failures, locked_at=locked_at)
        self._store(entry.id, tried)
        return tried

    def _wrapping_key(self, pin_key: bytes) -> bytes:
        material = self._load_secret() + pin_key
        return HKDF(SHA256(), length=32, salt=None, info=b"ksbb/vault/1").derive(material)

    def _load_secret(self) -> bytes:
        if self._secret is not None:
            return self._secret
        secret = None
        for store in self._stores:
            if store.name == self._contents.secret_store:
                try:
                    secret = store.load(self._contents.secret_account)
                except SecretUnavailable as error:
                    raise SecretSilent from error
        if secret is None or not hmac.compare_digest(
            _check_of(secret), self._contents.secret_check
        ):
            raise SecretLost
        self._secret = secret
        return secret


def _bound_to(volunteer: int) -> bytes:
    """Associated data: an entry moved under another volunteer's id does not open."""
    return volunteer.to_bytes(8, "big")


def _check_of(secret: bytes) -> bytes:
    """Tells one secret from another and, the secret being 32 random bytes, says nothing of it."""
    return hmac.digest(secret, b"ksbb/vault/check/1", "sha256")[:8]


def _first_that_keeps(
    stores: Sequence[SecretStore], account: str, secret: bytes, path: Path
) -> str:
    for store in stores:
        with suppress(SecretUnavailable):
            store.save(account, secret)
            return store.name
    raise VaultInaccessible(path=path.parent)
