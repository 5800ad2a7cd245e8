"""Which facts the voids of a stretch take back, whichever of the two arrives first.

A void means a fact of its own line, or one of another feed of the same device by its hash; what
another device wrote is for the office to take back. A fact of another feed may still be on its way:
then the void waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from models.facts import COUNTABLE, Void
from server.feeds.arrived import Stretch
from server.feeds.lineage import branch_of
from server.tables import Fact, Feed, VoidAhead, table

_FEED, _AHEAD, _FACT = table(Feed), table(VoidAhead), table(Fact)
_FEEDS = (
    select(_FEED.c.feed_id, _FEED.c.feed_no)
    .where(
        _FEED.c.device == bindparam("device"),
        _FEED.c.feed_id.in_(bindparam("wanted", expanding=True)),
    )
    .order_by(_FEED.c.feed_no)
    # What is written there at this moment must be seen here, or see what waits for it.
    .with_for_update()
)
_OF_FEED = (_AHEAD.c.device == bindparam("of_device"), _AHEAD.c.feed_no == bindparam("of_feed"))
_WAITING = select(_AHEAD.c.seq, _AHEAD.c.hash).where(
    *_OF_FEED, _AHEAD.c.seq.between(bindparam("low"), bindparam("high"))
)
_CAME = delete(_AHEAD).where(
    *_OF_FEED, _AHEAD.c.seq == bindparam("of_seq"), _AHEAD.c.hash == bindparam("of_hash")
)


@dataclass(frozen=True, slots=True)
class Targets:
    """What is taken back, (feed number, branch, number), and the other feeds of the device that
    voids of the stretch name."""

    taken_back: Sequence[tuple[int, int, int]]
    same_device: Mapping[bytes, int]

    def as_arrays(self) -> dict[str, list[int]]:
        """For a statement."""
        feeds, branches, seqs = zip(*self.taken_back, strict=True) if self.taken_back else ((),) * 3
        return {"feeds": list(feeds), "branches": list(branches), "seqs": list(seqs)}


def find_targets(connection: Connection, stretch: Stretch) -> Targets:
    """What ``stretch`` takes back, and what of it was taken back before it came."""
    device, feed_no = stretch.device, stretch.feed_no
    voids = [(one.seq, void) for one, void in stretch.of(Void)]
    targets = [
        (feed_no, stretch.line.branch_at(void.target), void.target)
        for seq, void in voids
        # What is still to come can't be taken back.
        if void.feed is None and 0 < void.target < seq
    ]
    elsewhere = [void for _, void in voids if void.feed is not None]
    same_device = _feeds(connection, device, {void.feed for void in elsewhere})
    for void in elsewhere:
        number = same_device.get(void.feed or b"")
        if number is not None and void.hash is not None and 0 < void.target < COUNTABLE:
            branch = branch_of(connection, device, number, void.target, void.hash)
            if branch is None:
                _wait(connection, device, number, void.target, void.hash)
            else:
                targets.append((number, branch, void.target))
    _wait_for_the_rotten(connection, device, targets)
    if stretch.left:
        targets += _waited_for(connection, stretch)
    return Targets(targets, same_device)


def _feeds(connection: Connection, device: int, wanted: Iterable[Any]) -> dict[bytes, int]:
    named = sorted(wanted)
    if not named:
        return {}
    rows = connection.execute(_FEEDS, {"device": device, "wanted": named})
    return {bytes(row.feed_id): row.feed_no for row in rows}


def _wait(connection: Connection, device: int, feed_no: int, seq: int, hash_: bytes) -> None:
    row = {"device": device, "feed_no": feed_no, "seq": seq, "hash": hash_}
    connection.execute(insert(_AHEAD).on_conflict_do_nothing(), row)


def _wait_for_the_rotten(
    connection: Connection, device: int, targets: Sequence[tuple[int, int, int]]
) -> None:
    """A fact of which only a rotten copy has come may still come whole."""
    if targets:
        place = tuple_(_FACT.c.feed_no, _FACT.c.branch, _FACT.c.seq)
        rotten = select(_FACT.c.feed_no, _FACT.c.seq, _FACT.c.hash).where(
            _FACT.c.device == device, _FACT.c.kind == 0, place.in_(targets)
        )
        for row in connection.execute(rotten).all():
            _wait(connection, device, row.feed_no, row.seq, bytes(row.hash))


def _waited_for(connection: Connection, stretch: Stretch) -> list[tuple[int, int, int]]:
    arrived = stretch.arrived
    of_feed = {"of_device": stretch.device, "of_feed": stretch.feed_no}
    span = {**of_feed, "low": arrived[0].seq, "high": arrived[-1].seq}
    waiting = {(row.seq, bytes(row.hash)) for row in connection.execute(_WAITING, span)}
    came = [one for one in arrived if (one.seq, one.hash) in waiting and one.countable]
    for one in came:
        connection.execute(_CAME, {**of_feed, "of_seq": one.seq, "of_hash": one.hash})
    return [(stretch.feed_no, stretch.branch, one.seq) for one in came]
