"""Whatever order facts arrive in, by whichever roads: the same hand-overs count, the same are
before a person, and the figures are the same.

A point's day is made up: three devices, of which the first was cloned and one of the two went on in
a new feed. It is cut into pieces that arrive twice over: once in one order, once in another, and
each piece by one of the roads: sent by itself, carried by a neighbour, or in a parcel, where it may
have to wait on the shelf.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.box_keys import BoxKey
from models.facts import Handover, Line, Source, Void, VoidReason
from server.feeds.refeed import FeedSuccession
from server.tables import ReviewKind
from sync.new_feed import NewFeed
from tests.support.centre_world import KEYS, Centre, empty
from tests.support.feeds import MadeFeed
from tests.support.parcels import MadeParcel
from tests.support.world import AT, FIRST, HERE, LEBARAN, SEMBAKO, THERE, family

FAMILIES = [family(1), family(2, Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 1))]
STRANGER = family(99)
"""On nobody's list: what it got first is taken for what was due."""
MANY = int(os.environ.get("KSBB_HISTORIES", "0"))

# --- a day -----------------------------------------------------------------------------------

_SERVED = st.tuples(
    st.sampled_from([*FAMILIES, STRANGER]),
    st.sampled_from([SEMBAKO, SEMBAKO, LEBARAN]),
    st.integers(1, 2),
    st.integers(0, 3),  # so few minutes that many things happen at the same time
)
_WORK = st.lists(_SERVED | st.integers(0, 9), min_size=1, max_size=6)
"""Hand-overs, and voids of whatever stands there."""


def _work(feed: MadeFeed, work: Sequence[Any], off: int = 0) -> MadeFeed:
    for one in work:
        if isinstance(one, int):
            target = one % len(feed.facts) + 1
            feed.add(Void(target, VoidReason.GOODS_NOT_TAKEN), at=AT)
        else:
            household, package, quantity, minute = one
            line = Line(FIRST, package, quantity)
            body = Handover(household.id, (line,), Source.CAMERA, slip=household.slip_number)
            feed.add(body, at=AT + minute * 60_000 + off)
    return feed


def _opened(device: int, work: Sequence[Any]) -> MadeFeed:
    feed = MadeFeed(device)
    feed.open(THERE if device == 3 else HERE)
    return _work(feed, work)


@dataclass(frozen=True)
class Day:
    """All feeds of a day; ``cloned`` and ``clone`` are two branches of one, ``next`` goes on after
    ``clone`` and takes one of its hand-overs back."""

    cloned: MadeFeed
    clone: MadeFeed
    next: MadeFeed
    others: tuple[MadeFeed, ...]

    @property
    def feeds(self) -> tuple[MadeFeed, ...]:
        """Each with all its facts."""
        return self.cloned, self.clone, self.next, *self.others


@st.composite
def days(draw: st.DrawFn) -> Day:
    """A day at random."""
    cloned = _opened(1, draw(_WORK))
    clone = cloned.branch_off(len(cloned.facts))
    _work(cloned, draw(_WORK))
    # A clock of its own: two that are alike in all, the moment too, are told apart by nothing.
    _work(clone, draw(_WORK), off=1)
    next_feed = MadeFeed(1, key=1)
    next_feed.open()
    seq = draw(st.integers(1, len(clone.facts)))
    back = Void(seq, VoidReason.WRONG_HOUSEHOLD, clone.id, hash=clone.head(seq).hash)
    next_feed.add(back)
    _work(next_feed, draw(_WORK))
    others = tuple(_opened(device, draw(_WORK)) for device in (2, 3))
    return Day(cloned, clone, next_feed, others)


# --- how it arrives --------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Facts ``first`` to ``last`` of the feed with that place in the day."""

    feed: int
    first: int
    last: int
    by_parcel: bool


@st.composite
def arrivals(draw: st.DrawFn, day: Day) -> list[Piece]:
    """All facts, cut into pieces, in any order; some pieces twice."""
    pieces = []
    for number, feed in enumerate(day.feeds):
        first = 1
        while first <= len(feed.facts):
            last = min(first + draw(st.integers(0, 3)), len(feed.facts))
            pieces.append(Piece(number, first, last, draw(st.booleans())))
            first = last + 1
    pieces += draw(st.lists(st.sampled_from(pieces), max_size=3))
    return draw(st.permutations(pieces))


def _arrive(centre: Centre, day: Day, pieces: Sequence[Piece]) -> None:
    """What is sent and hangs on nothing is sent again later, as the receipt asks for; what comes in
    a parcel comes once."""
    waiting = list(pieces)
    while waiting:
        left = []
        for piece in waiting:
            feed = day.feeds[piece.feed]
            if piece.by_parcel:
                made = MadeParcel(day.others[0].signer, [KEYS.box.public_key]).begin()
                made.add(feed.segment(piece.first, piece.last))
                centre.unloading().unload(made.bytes, centre.now)
                continue
            centre.answer("push", feed.wire(piece.first, piece.last))
            if not centre.store.holds(feed.id, feed.head(piece.last)):
                left.append(piece)
        assert len(left) < len(waiting), "the first that is left hangs on something"
        waiting = left


def _outcome(centre: Centre, day: Day, pieces: Sequence[Piece]) -> dict[str, Any]:
    """What it comes to, told by the facts' hashes: which branch is which depends on the order."""
    empty(centre.engine)
    centre.furnish(FAMILIES)
    for feed in (day.cloned, *day.others):
        points = [THERE if feed.device == 3 else HERE]
        centre.certify(feed.device, feed.id, feed.signer.public_key, points)
    key = day.next.signer.public_key
    offer = NewFeed(day.clone.id, day.clone.head(), key, BoxKey.of_feed(day.next.signer).public_key)
    assert FeedSuccession(centre.engine).refeed(offer, centre.now) is not None
    _arrive(centre, day, pieces)
    hash_of = {one.place: one.hash for one in centre.kept()}
    counted = centre.rows(
        "SELECT f.feed_id, h.seq, h.branch::int, line_no, household, package, quantity, day, point,"
        " region, voided, in_review FROM handover AS h JOIN feed AS f USING (feed_no)"
    )
    asked = {
        (kind, hash_of[place])
        for kind in ReviewKind
        if kind is not ReviewKind.FORK  # which of the two is the other depends on the order
        for place in centre.reviewed(kind)
    }
    return {
        "held": sorted(hash_of.values()),
        "counted": sorted((hash_of[bytes(feed), seq, at], *row) for feed, seq, at, *row in counted),
        "asked": asked,
        "figures": centre.figures(),
        "recounted": centre.recount(),
        "shelf": centre.rows("SELECT count(*) FROM shelved_frame"),
    }


@pytest.mark.timeout(600 + 15 * MANY)
@settings(
    max_examples=MANY or (60 if os.environ.get("CI") else 15),
    derandomize=not MANY,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_what_counts_and_what_is_asked_does_not_depend_on_the_order(
    centre: Centre, data: st.DataObject
) -> None:
    day = data.draw(days())
    one, other = (_outcome(centre, day, data.draw(arrivals(day))) for _ in range(2))
    assert one == other
    assert one["figures"] == one["recounted"]
    assert one["shelf"] == [(0,)]
    every = {digest for feed in day.feeds for digest in feed.hashes}
    assert set(one["held"]) == every and len(one["held"]) == len(every)
