"""The centre's keys, kept outside the database so that a stolen dump opens and signs nothing.

They stand in one JSON file that only its owner may read (mode 0600), or, where no file may lie on
the disk, in the variable ``KSBB_KEYS`` with the same content. Each value is base64 of 32 bytes:
``centre`` signs receipts, pages and certificates, ``slip`` signs slips (both Ed25519), ``box``
opens what is sealed to the centre (X25519), ``kk_hmac`` is the key of the look-up digests,
``personal`` that of AES-GCM.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, inspect, select

from models.box_keys import BoxKey
from models.cose import Signer
from server.errors import KeysMissing, KeysUnusable
from server.tables import CentreKey, Household, table

_SECRET_BYTES = 32
_NAMES = ("centre", "slip", "box", "kk_hmac", "personal")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
VARIABLE = "KSBB_KEYS"


@dataclass(frozen=True, slots=True)
class Keys:
    """The centre's five keys. The secrets never appear in ``repr``."""

    centre: Signer
    slip: Signer
    box: BoxKey
    kk_hmac: bytes = field(repr=False)
    personal: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Keys:
        """New keys from the system's random numbers."""
        return cls.of({name: os.urandom(_SECRET_BYTES) for name in _NAMES})

    @classmethod
    def of(cls, secrets: Mapping[str, bytes]) -> Keys:
        """The keys with these 32-byte secrets, by name; raises ValueError for another length."""
        if any(len(secrets[name]) != _SECRET_BYTES for name in _NAMES):
            raise ValueError("a key has 32 bytes")
        return cls(
            Signer.of(secrets["centre"]),
            Signer.of(secrets["slip"]),
            BoxKey(secrets["box"]),
            secrets["kk_hmac"],
            secrets["personal"],
        )

    @property
    def fingerprints(self) -> dict[str, bytes]:
        """Eight bytes by which each key is known without being told: purpose → fingerprint."""
        return {
            "centre": self.centre.key_id,
            "slip": self.slip.key_id,
            "box": self.box.key_id,
            "kk_hmac": _fingerprint(b"kk_hmac", self.kk_hmac),
            "personal": _fingerprint(b"personal", self.personal),
        }


def _fingerprint(purpose: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(b"ksbb/fingerprint/" + purpose + b"/" + secret).digest()[:8]


def read_keys(file: Path, environment: Mapping[str, str]) -> Keys | None:
    """The keys in ``KSBB_KEYS`` or else in ``file``; None where there are none.

    Raises KeysUnusable when they cannot be read or others may read them.
    """
    if given := environment.get(VARIABLE, "").strip():
        return _parse(VARIABLE, given)
    try:
        if sys.platform != "win32" and file.stat().st_mode & _OTHERS:
            raise KeysUnusable(file=file, problem=f"chmod 600 {file}")
        return _parse(str(file), file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusable(file=file, problem=str(error)) from error


def write_keys(keys: Keys, file: Path) -> None:
    """Put ``keys`` into a new ``file`` that only its owner may read; never over an existing one."""
    content = {
        "centre": keys.centre.private_key,
        "slip": keys.slip.private_key,
        "box": keys.box.private_key,
        "kk_hmac": keys.kk_hmac,
        "personal": keys.personal,
    }
    plain = {name: base64.b64encode(secret).decode() for name, secret in content.items()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(plain, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise KeysUnusable(file=file, problem=str(error)) from error


def obtain_keys(engine: Engine, file: Path, environment: Mapping[str, str], now: int) -> Keys:
    """The keys this database was written with; for a database without any, new ones in ``file``.

    Raises KeysMissing when the database holds households whose keys are not there, or when the
    keys are others than those it knows: whatever was written then could not be read back.
    """
    keys = read_keys(file, environment)
    with engine.begin() as connection:
        known = _known(connection)
        if keys is None:
            if known or connection.scalar(select(func.count()).select_from(table(Household))):
                raise KeysMissing(file=file)
            keys = Keys.generate()
            write_keys(keys, file)
        if not known:
            connection.execute(insert(table(CentreKey)), _rows(keys, now))
        elif known != keys.fingerprints:
            raise KeysMissing(file=file)
    return keys


def check_keys(engine: Engine, file: Path, environment: Mapping[str, str]) -> bool | None:
    """Whether the keys that are there are the database's; None where it has none yet.

    Raises KeysMissing or KeysUnusable; makes and writes nothing.
    """
    keys = read_keys(file, environment)
    with engine.connect() as connection:
        known = _known(connection) if inspect(connection).has_table(table(CentreKey).name) else {}
    if not known:
        return None
    if keys is None or known != keys.fingerprints:
        raise KeysMissing(file=file)
    return True


def _known(connection: Connection) -> dict[str, bytes]:
    since = table(CentreKey).c.since
    rows = connection.execute(select(table(CentreKey)).order_by(since))
    return {row.purpose: bytes(row.fingerprint) for row in rows}


def _rows(keys: Keys, now: int) -> list[dict[str, Any]]:
    public = {
        "centre": keys.centre.public_key,
        "slip": keys.slip.public_key,
        "box": keys.box.public_key,
    }
    return [
        {
            "purpose": purpose,
            "fingerprint": fingerprint,
            "public_key": public.get(purpose),
            "since": now,
        }
        for purpose, fingerprint in keys.fingerprints.items()
    ]


def _parse(place: str, content: str) -> Keys:
    try:
        plain = json.loads(content)
        return Keys.of({name: base64.b64decode(plain[name], validate=True) for name in _NAMES})
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        # The content itself is never repeated.
        raise KeysUnusable(file=place, problem=type(error).__name__) from error
