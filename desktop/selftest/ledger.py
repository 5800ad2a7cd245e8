"""The encrypted database, written and read as the app does it, and the bytes that leave it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection
from sqlcipher3 import dbapi2

from desktop.selftest.expect import NotAsItShould, expect
from models.clock import wall_clock
from models.cose import Signer
from models.errors import DatabaseDamaged
from models.facts import SessionOpened, interpret
from models.feed import (
    FEED_ID_BYTES,
    Segment,
    decode_segment,
    encode_segment,
    verify_segment,
)
from models.field.database import LEDGER_FILE, create_database, open_database
from models.field.device import Identity, load_identity, save_identity
from models.field.ledger import Ledger
from models.field.raw import KEY_BYTES

_KEY, _OTHER = bytes(range(KEY_BYTES)), bytes(KEY_BYTES)
_LABEL = "uji diri"
_FACTS = 20


def an_identity() -> Identity:
    """Of a made-up device, whose centre is nowhere."""
    signer = Signer.generate(FEED_ID_BYTES)
    return Identity(1, "uji", signer, "https://pusat.example", bytes(32), (1,), b"", b"", b"")


def database(folder: Path) -> str:
    """A fact is read back from the file under its key; another key opens nothing, nor does none."""
    files = create_database(folder, _KEY)
    with files.ledger.connect() as connection:
        save_identity(connection, an_identity())
        _write(connection, 1)
    expect(not (folder / LEDGER_FILE).read_bytes().startswith(b"SQLite"), "it is not encrypted")
    with open_database(folder, _KEY).ledger.connect() as connection:
        identity = load_identity(connection)
        expect(identity is not None, "no identity is read back")
        segment = _read(connection, 1)
    body = interpret(segment.facts[0]).body
    expect(isinstance(body, SessionOpened) and body.label == _LABEL, f"read back: {body}")
    try:
        open_database(folder, _OTHER)
    except DatabaseDamaged:
        return f"SQLCipher {_cipher_version()}, SQLite {dbapi2.sqlite_version}"
    raise NotAsItShould("another key opens it")


def segment(folder: Path) -> str:
    """Facts packed by zstd, sealed, and opened again by whoever knows the feed's key."""
    files = create_database(folder, _KEY)
    with files.ledger.connect() as connection:
        save_identity(connection, an_identity())
        signer = _write(connection, _FACTS)
        made = _read(connection, _FACTS)
    packed = encode_segment(made)
    verify_segment(decode_segment(packed), signer.public_key)
    return f"{len(packed)} B / {_FACTS}"


def _write(connection: Connection, count: int) -> Signer:
    identity = load_identity(connection)
    expect(identity is not None, "no identity is read back")
    assert identity is not None
    ledger = Ledger(connection, identity, wall_clock)
    for _ in range(count):
        ledger.append(1, 0, SessionOpened(1, _LABEL))
    return identity.signer


def _read(connection: Connection, count: int) -> Segment:
    identity = load_identity(connection)
    assert identity is not None
    found = Ledger(connection, identity, wall_clock).segment_after(0, count)
    if found is None or found.last != count:
        raise NotAsItShould(f"not all {count} facts are read back")
    return found


def _cipher_version() -> str:
    connection = dbapi2.connect(":memory:")
    try:
        return str(connection.execute("PRAGMA cipher_version").fetchone()[0])
    finally:
        connection.close()
