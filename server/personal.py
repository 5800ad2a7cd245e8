"""Personal values in the database: a keyed digest to look a KK number up by, AES-GCM for the rest.

An encrypted value is bound to its household and column (associated data), so that a value copied
into another row does not decrypt there. Form: version 1, 12 bytes nonce, ciphertext and tag.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.keys import Keys

_VERSION = b"\x01"
_NONCE_BYTES = 12


class PersonalColumn(Enum):
    """What a value is; part of what it is bound to, so it never changes."""

    KK = b"kk"
    NAME = b"name"
    ADDRESS = b"address"
    RECEIVER = b"receiver"
    DONOR = b"donor"
    CONTACT = b"contact"
    """These two are bound to the number of a pledge in place of a household's."""
    TOTP = b"totp"
    """The secret of an account's one-time passwords, bound to the account's number."""


class CannotDecrypt(ValueError):
    """The value was not written under this key for this row and column."""


class Personal:
    """Digests and encrypts personal values under the centre's keys."""

    def __init__(self, keys: Keys) -> None:
        self._digest_key = keys.kk_hmac
        self._cipher = AESGCM(keys.personal)

    def kk_hmac(self, kk: int) -> bytes:
        """The 32 bytes under which a KK number is looked up."""
        return hmac.digest(self._digest_key, b"%016d" % kk, "sha256")

    def encrypt(self, value: str, household: int, column: PersonalColumn) -> bytes:
        """``value`` as only this household's ``column`` gives it back."""
        return self.seal(value.encode(), _bound(household, column))

    def encrypt_households(
        self, rows: Sequence[tuple[int, str, str, str]]
    ) -> list[tuple[bytes, bytes, bytes]]:
        """(household, KK number, name, address) each, as ``encrypt`` gives them one by one; a list
        of thousands in two thirds of the time."""
        close = self._cipher.encrypt
        fresh = os.urandom(3 * _NONCE_BYTES * len(rows))
        nonces = [fresh[at : at + _NONCE_BYTES] for at in range(0, len(fresh), _NONCE_BYTES)]
        kk, name, address = (
            one.value for one in (PersonalColumn.KK, PersonalColumn.NAME, PersonalColumn.ADDRESS)
        )
        sealed = []
        for at, (household, *values) in enumerate(rows):
            first, second, third = nonces[3 * at : 3 * at + 3]
            whose = household.to_bytes(8, "big")
            sealed.append(
                (
                    _VERSION + first + close(first, values[0].encode(), whose + kk),
                    _VERSION + second + close(second, values[1].encode(), whose + name),
                    _VERSION + third + close(third, values[2].encode(), whose + address),
                )
            )
        return sealed

    def decrypt(self, stored: bytes, household: int, column: PersonalColumn) -> str:
        """What was encrypted for this household and column; raises CannotDecrypt."""
        return self.unseal(stored, _bound(household, column)).decode()

    def seal(self, data: bytes, bound: bytes) -> bytes:
        """``data`` as only this ``bound`` context gives it back: a fact's body, which may name a
        proxy. 29 bytes longer."""
        return self._sealed(os.urandom(_NONCE_BYTES), data, bound)

    def seal_all(self, pairs: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """The same of thousands, with one call to the system for their nonces."""
        drawn = os.urandom(_NONCE_BYTES * len(pairs))
        nonces = [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]
        return [self._sealed(nonce, *pair) for nonce, pair in zip(nonces, pairs, strict=True)]

    def _sealed(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        return _VERSION + nonce + self._cipher.encrypt(nonce, data, bound)

    def unseal(self, stored: bytes, bound: bytes) -> bytes:
        """What was sealed under this context; raises CannotDecrypt."""
        nonce, sealed = stored[1 : 1 + _NONCE_BYTES], stored[1 + _NONCE_BYTES :]
        try:
            if stored[:1] != _VERSION:
                raise CannotDecrypt("unknown version")
            return self._cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError) as error:
            raise CannotDecrypt from error

    def kk(self, stored: bytes, household: int) -> int:
        """The KK number in ``kk_enc``; raises CannotDecrypt."""
        return int(self.decrypt(stored, household, PersonalColumn.KK))


def _bound(household: int, column: PersonalColumn) -> bytes:
    return household.to_bytes(8, "big") + column.value
