"""The vault's file: what stands in it, its CBOR form, and its replacement as a whole.

The file is ``[version, body, SHA-256 of body]``; ``body`` is a map with small integer keys, itself
CBOR. The digest finds damage, which otherwise would look like a wrong PIN; it keeps nobody out.
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.private_file import write_private
from desktop.vault_errors import VaultDamaged, VaultInaccessible, VaultMissing, VaultNewer
from models import cbor
from models.errors import DiskFull
from models.pin import PinParams

VERSION = 1
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One volunteer: how the PIN's key is derived, the wrapped database key, wrong PINs so far.

    ``locked_at`` is when the last wait began (ms by this device's clock), 0 for never.
    """

    id: int
    name: str
    salt: bytes
    params: PinParams
    nonce: bytes
    wrapped: bytes
    failures: int = 0
    locked_at: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the file holds; ``secret_check`` tells the right device secret from another."""

    secret_store: str
    secret_account: str
    secret_check: bytes
    entries: tuple[Entry, ...] = ()


def read_contents(path: Path) -> Contents:
    """What stands in the file; raises VaultMissing, VaultDamaged, VaultNewer,
    VaultInaccessible."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise VaultMissing(path=path.parent) from error
    except OSError as error:
        raise VaultInaccessible(path=path.parent) from error
    try:
        version, *rest = cbor.loads(data)
        if type(version) is int and version > VERSION:
            raise VaultNewer
        body, digest = rest
        if version != VERSION or hashlib.sha256(body).digest() != digest:
            raise VaultDamaged
        return _contents(cbor.loads(body))
    except (cbor.CborError, TypeError, ValueError, KeyError) as error:
        raise VaultDamaged from error


def write_contents(path: Path, contents: Contents) -> None:
    """Replaces the file; raises DiskFull or VaultInaccessible, and then the old file stands."""
    body = cbor.dumps(_plain(contents))
    try:
        write_private(path, cbor.dumps([VERSION, body, hashlib.sha256(body).digest()]))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise VaultInaccessible(path=path.parent) from error


def _plain(contents: Contents) -> dict[int, Any]:
    return {
        1: contents.secret_store,
        2: contents.secret_account,
        3: contents.secret_check,
        4: [
            [
                entry.id,
                entry.name,
                entry.salt,
                [entry.params.memory_kib, entry.params.passes, entry.params.lanes],
                entry.nonce,
                entry.wrapped,
                entry.failures,
                entry.locked_at,
            ]
            for entry in contents.entries
        ],
    }


def _contents(plain: dict[int, Any]) -> Contents:
    entries = []
    for id_, name, salt, params, nonce, wrapped, failures, locked_at in plain[4]:
        entries.append(
            Entry(id_, name, salt, PinParams(*params), nonce, wrapped, failures, locked_at)
        )
    return Contents(plain[1], plain[2], plain[3], tuple(entries))
