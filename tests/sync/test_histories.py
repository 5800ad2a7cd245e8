"""Three laptops, a hub that changes, sticks that come late or twice, disks restored from a backup,
clocks wrong by years, a faulty link: whole histories, and what must hold at their end.

Of a restored disk only what nobody else held is gone, with the disk. All other facts are at the
centre, each once; every laptop knows of every hand-over; every double is flagged; the figures are
what a recount gives; and a sync with nothing new changes nothing.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import facts
from models.errors import NothingToExport, SyncError
from models.facts import Handover, Source
from models.feed import Head, decode_segment, encode_segment, verify_segment
from models.field.device import load_identity
from models.field.projections import FACT
from models.verdict import Tone
from server.tables import ReviewKind
from sync import pushing
from sync.catching_up import pass_on, take_over
from sync.exchange import Fetch
from sync.relay import Relay
from sync.usb import UsbRoad
from tests.support.centre_world import Centre, empty
from tests.support.faulty import Fault, FaultyLink
from tests.support.field import FieldDevice, new_device, opened
from tests.support.syncing import sync
from tests.support.world import AT, HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 6)]
LAPTOPS = (1, 2, 3)
NEVER = threading.Event()
T = TypeVar("T")


# --- what may happen -------------------------------------------------------------------------


@dataclass(frozen=True)
class Serve:
    """A household comes to a laptop and gets what the screen allows."""

    laptop: int
    family: int


@dataclass(frozen=True)
class Sync:
    """A laptop syncs, and its first requests meet these faults."""

    laptop: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Meet:
    """A laptop and whoever is the hub now exchange facts; after ``breaks`` messages the line is
    gone."""

    laptop: int
    hub: int
    breaks: int


@dataclass(frozen=True)
class Pack:
    """A laptop writes what is not safe to a stick, which its siblings may read too."""

    laptop: int


@dataclass(frozen=True)
class Bring:
    """A stick comes to a laptop, or to the centre (0); sticks stay, and may come again."""

    stick: int
    to: int


@dataclass(frozen=True)
class BackUp:
    """An image of a laptop's disk is taken."""

    laptop: int


@dataclass(frozen=True)
class Restore:
    """A laptop's disk becomes what its last image holds."""

    laptop: int


@dataclass(frozen=True)
class Clock:
    """A laptop's clock jumps."""

    laptop: int
    days: int


Step = Serve | Sync | Meet | Pack | Bring | BackUp | Restore | Clock
_LAPTOP = st.integers(0, 2)
_FAULTS = st.lists(st.sampled_from(Fault), max_size=4).map(tuple)
STEPS = st.lists(
    st.one_of(
        st.builds(Serve, _LAPTOP, st.integers(0, len(FAMILIES) - 1)),
        st.builds(Serve, _LAPTOP, st.integers(0, len(FAMILIES) - 1)),
        st.builds(Sync, _LAPTOP, _FAULTS),
        st.builds(Meet, _LAPTOP, _LAPTOP, st.sampled_from([1, 2, 3, 99])),
        st.builds(Pack, _LAPTOP),
        st.builds(Bring, st.integers(0, 5), st.integers(0, 3)),
        st.builds(BackUp, _LAPTOP),
        st.builds(Restore, _LAPTOP),
        st.builds(Clock, _LAPTOP, st.sampled_from([-800, -3, 1, 800])),
    ),
    min_size=8,
    max_size=30,
)


# --- the world it happens in -----------------------------------------------------------------


class LineGone(Exception):
    """The laptops no longer hear each other."""


def at_once(work: Callable[[], T], /) -> T:
    """The database's thread is this one."""
    return work()


@dataclass
class Beside:
    """Another laptop as the hub's messages reach it, until the line breaks."""

    relay: Relay
    left: int
    now: int

    def fetch(self, fetch: Fetch) -> bytes | None:
        """Asks it for a stretch."""
        self._carry()
        segment = self.relay.segment(fetch.feed, fetch.upto, fetch.held, fetch.most)
        return encode_segment(segment) if segment is not None else None

    def push(self, feed: bytes, segment: bytes) -> Head:
        """Gives it a stretch."""
        self._carry()
        stretch = decode_segment(segment)
        sender = self.relay.store.sender(feed)
        assert sender is not None, "every laptop knows its siblings"
        hashes = verify_segment(stretch, sender.public_key)
        return self.relay.store.take(stretch, hashes, self.now).head

    def _carry(self) -> None:
        if self.left == 0:
            raise LineGone
        self.left -= 1


@dataclass
class Play:
    """The laptops, their images, the sticks, the centre."""

    folder: Path
    centre: Centre
    laptops: list[FieldDevice]
    link: FaultyLink
    sticks: list[Path] = field(default_factory=list)
    images: dict[int, Path] = field(default_factory=dict)

    def close(self) -> None:
        """Lets the files go."""
        for laptop in self.laptops:
            laptop.close()

    def end(self) -> None:
        """The day is over: what was on its way arrives, and every laptop comes home."""
        self.link.deliver_late(random.Random(len(self.sticks)).shuffle)
        for of in range(len(self.laptops)):
            self.sync(of)
        for of, laptop in enumerate(self.laptops):
            self._pack(laptop)  # what a sibling wrote and no longer has
            if self.sticks:
                self._bring(self.sticks[-1], 0)
            self.sync(of)
        for of in range(len(self.laptops)):
            self.sync(of)

    def do(self, step: Step) -> None:
        """One step; time goes on by a minute everywhere."""
        for laptop in self.laptops:
            laptop.clock.forward()
        self.centre.now += 60_000
        match step:
            case Serve(of, number):
                self._serve(self.laptops[of], number)
            case Sync(of, faults):
                self.sync(of, faults)
            case Meet(of, hub, breaks) if of != hub:
                self._meet(self.laptops[of], self.laptops[hub], breaks)
            case Pack(of):
                self._pack(self.laptops[of])
            case Bring(stick, to) if self.sticks:
                self._bring(self.sticks[stick % len(self.sticks)], to)
            case BackUp(of):
                self._back_up(of)
            case Restore(of) if of in self.images:
                self._restore(of)
            case Clock(of, days):
                self.laptops[of].clock.off(days)

    def _serve(self, laptop: FieldDevice, number: int) -> None:
        station = laptop.station
        look = station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        if look.decision.verdict.tone is Tone.STOP or not look.decision.due:
            station.refuse(look, RANI)
        else:
            station.hand_over(look, RANI, deliberate=True)

    def sync(self, of: int, faults: tuple[Fault, ...] = ()) -> None:
        """A sync may fail, but only where the link did."""
        laptop = self.laptops[of]
        try:
            sync(laptop, self.link.will(faults))
        except SyncError:
            assert faults, "without a fault a sync succeeds"
        self._as_it_is_now(laptop)

    def _as_it_is_now(self, laptop: FieldDevice) -> None:
        """A laptop whose feed was forked writes another one by now."""
        identity = load_identity(laptop.connection)
        assert identity is not None
        laptop.identity = identity

    def _meet(self, laptop: FieldDevice, hub: FieldDevice, breaks: int) -> None:
        here, there = (Relay(one.ledger, one.identity) for one in (laptop, hub))
        peer = Beside(there, breaks, hub.clock())
        try:
            for signed in here.certificates([one.feed for one in here.standing()]):
                there.store.introduce(signed)
            for signed in there.certificates([one.feed for one in there.standing()]):
                here.store.introduce(signed)
            take_over(here, at_once, peer, there.standing(), laptop.clock())
            pass_on(here, at_once, peer, there.standing())
        except LineGone:
            pass
        for one in (laptop, hub):
            one.station.reload()

    def _pack(self, laptop: FieldDevice) -> None:
        stick = self.folder / f"stick {len(self.sticks)}"
        stick.mkdir(exist_ok=True)  # an earlier one stayed empty
        try:
            UsbRoad(laptop.database, laptop.clock).export(stick, siblings=True, stop=NEVER)
        except NothingToExport:
            return
        self.sticks.append(stick)

    def _bring(self, stick: Path, to: int) -> None:
        if to > 0:
            laptop = self.laptops[to - 1]
            UsbRoad(laptop.database, laptop.clock).take_in([stick], stop=NEVER)
            laptop.station.reload()
            return
        for file in sorted(stick.glob("*.ksbb")):
            if not file.name.startswith("ksbb-tanda-terima"):
                self.centre.unloading().unload(file.read_bytes(), self.centre.now)

    def _back_up(self, of: int) -> None:
        laptop = self.laptops[of]
        laptop.close()
        image = self.folder / f"image {of} {len(os.listdir(self.folder))}"
        shutil.copytree(laptop.folder, image)
        laptop.connect()
        self.images[of] = image

    def _restore(self, of: int) -> None:
        laptop = self.laptops[of]
        laptop.close()
        shutil.rmtree(laptop.folder)
        shutil.copytree(self.images[of], laptop.folder)
        self.laptops[of] = opened(laptop.folder, laptop.clock)


def _play(stack: ExitStack, centre: Centre) -> Play:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    empty(centre.engine)
    centre.now = AT
    centre.furnish(FAMILIES)
    play = Play(folder, centre, [], FaultyLink(centre.receiver.answer))
    stack.callback(play.close)
    for number in LAPTOPS:
        laptop = new_device(folder / f"laptop {number}", number)
        centre.enrol(laptop.identity)
        play.laptops.append(laptop)
    for of, laptop in enumerate(play.laptops):
        play.sync(of)
        laptop.station.open_session(RANI, HERE)
    return play


# --- what must hold at the end ---------------------------------------------------------------

Kept = set[tuple[bytes, int, bytes]]


def _held(laptop: FieldDevice) -> Kept:
    rows = laptop.connection.execute(select(FACT.c.feed, FACT.c.seq, FACT.c.body))
    return {(row.feed, row.seq, row.body) for row in rows}


def _at_centre(centre: Centre) -> Counter[tuple[bytes, int, bytes]]:
    feeds = [bytes(feed) for (feed,) in centre.rows("SELECT feed_id FROM feed")]
    return Counter(
        (feed, seq, body) for feed in feeds for (_, seq), body in centre.facts_of(feed).items()
    )


def _check(play: Play) -> None:
    centre = play.centre
    kept = _at_centre(centre)
    assert set(kept.values()) <= {1}, "each is held once"
    for laptop in play.laptops:
        lost = _held(laptop) - set(kept)
        assert not lost, [(feed.hex()[:6], seq, facts.decode(body)) for feed, seq, body in lost]
        assert laptop.ledger.safety().unsafe == 0
    given: dict[int, set[tuple[bytes, int]]] = {one.id: set() for one in FAMILIES}
    lines: Counter[int] = Counter()
    for feed, seq, body in kept:
        fact = facts.decode(body)
        if isinstance(fact.body, Handover):
            given[fact.body.household].add((feed, seq))
            lines[fact.body.household] += 1
    for laptop in play.laptops:
        for one in FAMILIES:
            known = {(taken.feed, taken.seq) for taken in laptop.station.roster.taken(one.id)}
            assert known == given[one.id], "every laptop knows of every hand-over"
    flagged = centre.rows("SELECT household FROM handover WHERE in_review")
    beyond = Counter({of: count - 1 for of, count in lines.items() if count > 1})
    assert Counter(row[0] for row in flagged) == beyond
    assert len(centre.reviews(ReviewKind.DOUBLE)) == beyond.total()
    assert centre.figures() == centre.recount()


MANY = int(os.environ.get("KSBB_HISTORIES", "0"))
"""So many histories, other ones each time; else the same few in every run."""

SEARCH = settings(
    max_examples=MANY or (80 if os.environ.get("CI") else 30),
    derandomize=not MANY,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.timeout(600 + 5 * MANY)
@SEARCH
@given(steps=STEPS)
@example(steps=[Serve(0, 0), Meet(0, 1, 99), Serve(1, 0), Sync(1), Sync(0)])
@example(steps=[Serve(0, 0), Pack(0), Bring(0, 2), Bring(0, 0), Serve(1, 0), Bring(0, 0)])
@example(steps=[BackUp(0), Serve(0, 0), Sync(0), Restore(0), Serve(0, 1), Sync(0), Serve(0, 2)])
@example(steps=[BackUp(0), Serve(0, 0), Meet(0, 1, 99), Restore(0), Serve(0, 1), Meet(0, 1, 99)])
def test_by_whatever_road_everything_comes_right(centre: Centre, steps: list[Step]) -> None:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(pushing, "BATCH", 4)
        patch.setattr(pushing, "SMALLEST_BATCH", 1)
        play = _play(stack, centre)
        for step in steps:
            play.do(step)
        play.end()
        _check(play)
        before = centre.contents()
        for of in range(len(play.laptops)):
            play.sync(of)
        assert centre.contents() == before, "a sync with nothing new changes nothing"
