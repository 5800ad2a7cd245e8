"""What rotted on this laptop's disk and is whole again: still to be sent to the centre, which may
have been told of it as damaged, and to be shown to a person once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from models.feed import Head
from models.field.database import write
from models.field.device import drop_setting, get_setting, put_setting

_UNSENT, _SHOWN = "mended_unsent", "mended"
_MOST = 500
"""So many are sent once more; a disk that loses more than that has other troubles."""


@dataclass(frozen=True, slots=True)
class Mended:
    """So many records of this disk were mended, the last one at ``at`` (ms)."""

    count: int
    at: int


def note_mended(connection: Connection, feed: bytes, fact: Head, at: int) -> None:
    """``fact`` is whole again; inside the caller's transaction."""
    unsent = get_setting(connection, _UNSENT) or []
    if len(unsent) < _MOST:
        put_setting(connection, _UNSENT, [*unsent, [feed, fact.seq, fact.hash]])
    before = mended(connection)
    put_setting(connection, _SHOWN, [1 + (before.count if before is not None else 0), at])


def unsent(connection: Connection) -> list[tuple[bytes, Head]]:
    """What the centre has not been sent since it is whole."""
    found = get_setting(connection, _UNSENT) or []
    return [(feed, Head(seq, digest)) for feed, seq, digest in found]


def was_sent(connection: Connection, feed: bytes, fact: Head) -> None:
    """The centre has it."""
    with write(connection):
        left = [[of, *_plain(one)] for of, one in unsent(connection) if (of, one) != (feed, fact)]
        if left:
            put_setting(connection, _UNSENT, left)
        else:
            drop_setting(connection, _UNSENT)


def mended(connection: Connection) -> Mended | None:
    """What is to be shown, as long as nobody has read of it."""
    found = get_setting(connection, _SHOWN)
    return Mended(*found) if found is not None else None


def mending_was_read(connection: Connection) -> None:
    """The volunteer knows."""
    drop_setting(connection, _SHOWN)


def _plain(fact: Head) -> list[int | bytes]:
    return [fact.seq, fact.hash]
