"""Going on in a new feed: after a fork the old one's numbers can't be continued by anybody.

The new key is on the disk before the centre hears of it, and stays the same until the move is done;
the move itself is one transaction. So a power cut at any moment leaves a laptop that can go on.
"""

from __future__ import annotations

from sqlalchemy import Connection

from models.cose import Signer
from models.facts import SessionOpened
from models.feed import FEED_ID_BYTES
from models.field.database import write
from models.field.device import Identity, drop_setting, get_setting, put_identity, put_setting
from models.field.ledger import Ledger
from models.field.pulled import forget_cursors
from models.field.sessions import find_open_session

_NEXT, _MOVED, _READ_ANEW = "next_feed", "moved", "read_anew"


def next_signer(connection: Connection) -> Signer:
    """The key of the feed to go on in, made and kept the first time it is asked for."""
    with write(connection):
        kept = get_setting(connection, _NEXT)
        if kept is not None:
            return Signer.of(kept, FEED_ID_BYTES)
        signer = Signer.generate(FEED_ID_BYTES)
        put_setting(connection, _NEXT, signer.private_key)
    return signer


def move(ledger: Ledger, identity: Identity) -> Ledger:
    """Leaves the ledger's feed and goes on in that of ``identity``, which the centre has certified.

    An open session goes on there, with nothing counted again. What is due to be read anew and what
    the volunteer is to be told is remembered with it. Returns the ledger to go on with.
    """
    connection = ledger.connection
    with write(connection):
        session = find_open_session(ledger)
        put_setting(connection, _MOVED, ledger.clock().now)
        put_setting(connection, _READ_ANEW, True)
        drop_setting(connection, _NEXT)
        moved = ledger.going_on(put_identity(connection, identity))
        if session is not None:
            goes_on = SessionOpened(session.point, session.label, ledger.feed, session.seq)
            moved.append_inside(session.opened_by, 0, goes_on)
    return moved


def read_anew_after_move(connection: Connection, roster: Connection) -> None:
    """Lets the points be read from their beginning once after a move: what was pulled may belong to
    another state of the disk than the ledger, and what a clone did was not told before."""
    if get_setting(connection, _READ_ANEW):
        forget_cursors(roster)
        drop_setting(connection, _READ_ANEW)


def moved_at(connection: Connection) -> int | None:
    """When the laptop went on in a new feed (ms), as long as nobody has read of it."""
    found: int | None = get_setting(connection, _MOVED)
    return found


def move_was_read(connection: Connection) -> None:
    """The volunteer knows."""
    drop_setting(connection, _MOVED)
