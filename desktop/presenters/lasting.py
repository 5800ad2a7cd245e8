"""What stays said until it is over or was read: the laptop is blocked, or goes on in a new feed, or
records that its disk had damaged are whole again."""

from __future__ import annotations

from sqlalchemy import Connection

from desktop.views.state import Notice
from models.errors import DeviceRevoked
from models.field.device import load_last_sync
from models.field.mended import mended, mending_was_read
from models.field.moving import move_was_read, moved_at
from models.verdict import Tone

MOVED = "field.notice.moved"
MENDED = "field.notice.mended"


def lasting(connection: Connection) -> tuple[Notice, ...]:
    """The notices, the gravest first; on the database thread."""
    notices: list[Notice] = []
    last = load_last_sync(connection)
    if last is not None and last.blocked:
        notices.append(Notice(f"errors.{DeviceRevoked.code}", Tone.STOP, dismissible=False))
    when = moved_at(connection)
    if when is not None:
        notices.append(Notice(MOVED, Tone.CHECK, {"when_at": when}))
    whole = mended(connection)
    if whole is not None:
        notices.append(Notice(MENDED, Tone.CHECK, {"n": whole.count, "when_at": whole.at}))
    return tuple(notices)


def was_read(connection: Connection, key: str) -> None:
    """A person put the notice ``key`` away."""
    if key == MOVED:
        move_was_read(connection)
    elif key == MENDED:
        mending_was_read(connection)
