"""Where the branches of a forked feed hang together: found by their hashes, so that nothing has to
be kept beside the facts."""

from __future__ import annotations

from sqlalchemy import Connection, Table, bindparam, select

from models.feed import link
from models.field.straight import Straight
from models.field.tables import FactRow

_FACT: Table = FactRow.__table__  # type: ignore[attr-defined]
_FIRST = Straight(
    select(_FACT.c.seq, _FACT.c.hash, _FACT.c.body)
    .where(_FACT.c.feed == bindparam("feed"), _FACT.c.branch == bindparam("branch"))
    .order_by(_FACT.c.seq)
    .limit(1)
)
_AT = Straight(
    select(_FACT.c.branch, _FACT.c.hash).where(
        _FACT.c.feed == bindparam("feed"), _FACT.c.seq == bindparam("seq")
    )
)


def root_of(connection: Connection, feed: bytes, branch: int) -> tuple[int, int | None]:
    """The first number of a branch, and the branch that the fact before it lies on (None: that is
    the feed's beginning).

    Where the first fact has rotted here since it came, nothing tells any more which of several
    facts it hung on; then it is the one of the lowest branch, from which most clones split off.
    """
    row = _FIRST.first(connection, feed=feed, branch=branch)
    assert row is not None, "a branch has facts"
    first, digest, body = row
    if first == 1:
        return 1, None
    held = [one for one in _AT.all(connection, feed=feed, seq=first - 1) if one[0] != branch]
    for parent, before in held:
        if link(before, first, body) == digest:
            return first, parent
    assert held, "a branch hangs on a fact that is held"
    return first, min(parent for parent, _ in held)


def branch_of(connection: Connection, feed: bytes, branch: int, seq: int) -> int:
    """The branch that fact ``seq`` lies on for whoever stands on ``branch``: the same, or the one
    it split off from later than that fact."""
    while branch > 0:
        first, parent = root_of(connection, feed, branch)
        if seq >= first or parent is None:
            break
        branch = parent
    return branch
