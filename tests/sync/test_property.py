"""Two or three devices and a centre over a link that drops, repeats, cuts and delays.

Whatever happens: no fact is lost, each is held once, every receipt is true, all devices come to
know the same, every hand-over beyond an entitlement is flagged whatever arrived first, the figures
are what a recount gives, and a sync with nothing new changes nothing anywhere.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models import facts
from models.clock import DAY
from models.errors import SyncError
from models.facts import Handover, Line, Source, Void, VoidReason
from models.feed import chain, decode_segment, encode_segment, genesis, verify_segment
from models.verdict import Tone
from server.tables import ReviewKind
from sync import pushing
from sync.messages import Receipt
from tests.support.centre_world import Centre, empty
from tests.support.faulty import Fault, FaultyLink
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import sync
from tests.support.world import (
    AT,
    FIRST,
    HERE,
    LEBARAN,
    RANI,
    SECOND,
    SEMBAKO,
    THERE,
    Family,
    family,
)

FAMILIES = [
    family(1),
    family(2),
    family(3, Line(FIRST, SEMBAKO, 2)),
    family(4, Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 3)),
    family(5, Line(FIRST, SEMBAKO, 1), Line(SECOND, SEMBAKO, 1)),
]
STRANGER = family(99)
"""It has a genuine slip and is on nobody's list."""
ANYBODY = [*FAMILIES, STRANGER]
DEVICES = (1, 2, 3)
DUE = {(f.id, o.stage, o.package): o.quantity for f in FAMILIES for o in f.due}


# --- what may happen -------------------------------------------------------------------------


@dataclass(frozen=True)
class Serve:
    """A household comes to a station and gets what the screen allows; a red screen is noted."""

    device: int
    family: int


@dataclass(frozen=True)
class TakeBack:
    """A volunteer voids one of the hand-overs of this device."""

    device: int
    which: int


@dataclass(frozen=True)
class Sync:
    """A device syncs, and its first requests meet these faults."""

    device: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Arrive:
    """Requests that were on their way arrive, in any order."""

    seed: int


@dataclass(frozen=True)
class Clock:
    """A device's clock jumps."""

    device: int
    ms: int


@dataclass(frozen=True)
class Restart:
    """A device is closed and opened again, in a new session."""

    device: int


Step = Serve | TakeBack | Sync | Arrive | Clock | Restart
_DEVICE = st.integers(0, 2)
_FAULTS = st.lists(st.sampled_from(Fault), max_size=6).map(tuple)
_JUMPS = st.sampled_from([60_000, 3_600_000, -3_600_000, 3 * DAY, -400 * DAY, 400 * DAY])
STEPS = st.lists(
    st.one_of(
        st.builds(Serve, _DEVICE, st.integers(0, len(ANYBODY) - 1)),
        st.builds(Serve, _DEVICE, st.integers(0, 2)),
        st.builds(TakeBack, _DEVICE, st.integers(0, 5)),
        st.builds(Sync, _DEVICE, _FAULTS),
        st.builds(Arrive, st.integers(0, 99)),
        st.builds(Clock, _DEVICE, _JUMPS),
        st.builds(Restart, _DEVICE),
    ),
    min_size=10,  # the average length follows from it
    max_size=40,
)


# --- the world it happens in -----------------------------------------------------------------


@dataclass
class Play:
    """The devices, the centre and the link between them."""

    centre: Centre
    devices: list[FieldDevice]
    link: FaultyLink
    minutes: int = 0
    wrong: list[str] = field(default_factory=list)

    def do(self, step: Step) -> None:
        """One step; every device's clock goes on by a minute."""
        for device in self.devices:
            device.clock.forward()
        self.centre.now += 60_000
        match step:
            case Serve(of, number):
                self._serve(self._device(of), ANYBODY[number])
            case TakeBack(of, which):
                self._take_back(self._device(of), which)
            case Sync(of, faults):
                self.sync(self._device(of), faults)
            case Arrive(seed):
                self.link.deliver_late(random.Random(seed).shuffle)
            case Clock(of, ms):
                self._device(of).clock.forward(ms)
            case Restart(of):
                device = self._device(of)
                device.station.close_session(RANI)
                device.restart()
                device.station.open_session(RANI, _point_of(device))

    def _device(self, number: int) -> FieldDevice:
        return self.devices[number % len(self.devices)]

    def _serve(self, device: FieldDevice, one: Family) -> None:
        look = device.station.look_up_code(one.code, Source.CAMERA)
        if look.decision.verdict.tone is Tone.STOP or not look.decision.due:
            device.station.refuse(look, RANI)
        else:
            device.station.hand_over(look, RANI, deliberate=True)

    def _take_back(self, device: FieldDevice, which: int) -> None:
        standing = [
            seq
            for seq, fact in device.ledger.recent(10_000)
            if isinstance(fact.body, Handover) and not device.station.is_voided(seq)
        ]
        if standing:
            device.station.void(standing[which % len(standing)], RANI, VoidReason.GOODS_NOT_TAKEN)

    def sync(self, device: FieldDevice, faults: tuple[Fault, ...] = ()) -> None:
        """A sync may fail, but only as the volunteer is told of."""
        before = device.ledger.count()
        try:
            sync(device, self.link.will(faults))
        except SyncError:
            assert faults, "without a fault a sync succeeds"
        assert device.ledger.count() == before
        self.receipts_are_true()

    def receipts_are_true(self) -> None:
        """What the centre signed for, it holds."""
        receipts, self.link.receipts = self.link.receipts, []
        for receipt in receipts:
            _is_true(self.centre, receipt)


def _is_true(centre: Centre, receipt: Receipt) -> None:
    held = centre.facts_of(receipt.feed)
    bodies = [held[0, seq] for seq in range(1, receipt.head.seq + 1)]
    hashes = [genesis(receipt.feed), *chain(genesis(receipt.feed), 1, bodies)]
    assert hashes[-1] == receipt.head.hash
    assert not receipt.forked


def _point_of(device: FieldDevice) -> int:
    return THERE if device.identity.device == 3 else HERE


def _play(stack: ExitStack, centre: Centre, count: int) -> Play:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    empty(centre.engine)
    centre.now = AT
    centre.furnish(FAMILIES)
    play = Play(centre, [], FaultyLink(centre.receiver.answer))
    for number in DEVICES[:count]:
        device = new_device(folder / str(number), number)
        stack.callback(device.close)
        centre.enrol(device.identity)
        play.devices.append(device)
        play.sync(device)
        device.station.open_session(RANI, _point_of(device))
    return play


# --- what must hold at the end ---------------------------------------------------------------


def _written(device: FieldDevice) -> list[bytes]:
    segment = device.ledger.segment_after(0, 10_000)
    assert segment is not None
    return list(segment.facts)


def _standing(play: Play) -> dict[int, Counter[tuple[Any, ...]]]:
    """Household → the lines of hand-overs that stand, from the facts alone."""
    found: dict[int, Counter[tuple[Any, ...]]] = {one.id: Counter() for one in ANYBODY}
    for device in play.devices:
        history = [facts.decode(body) for body in _written(device)]
        voided = {fact.body.target for fact in history if isinstance(fact.body, Void)}
        for seq, fact in enumerate(history, 1):
            if isinstance(fact.body, Handover) and seq not in voided:
                for line in fact.body.lines:
                    row = (device.ledger.feed, seq, line, fact.at, fact.actor, fact.body.slip)
                    found[fact.body.household][row] += 1
    return found


def _beyond(play: Play) -> set[tuple[int, int, int, int]]:
    """(device, number, stage, package) of each line beyond its entitlement, as they happened."""
    lines = []
    for device in play.devices:
        number = device.identity.device
        history = [facts.decode(body) for body in _written(device)]
        voided = {fact.body.target for fact in history if isinstance(fact.body, Void)}
        for seq, fact in enumerate(history, 1):
            if isinstance(fact.body, Handover) and seq not in voided:
                for line in fact.body.lines:
                    lines.append((fact.at, number, seq, fact.body.household, line))
    reached: dict[tuple[int, int, int], int] = {}
    first: dict[tuple[int, int, int], int] = {}
    beyond = set()
    for _, number, seq, household, line in sorted(lines, key=lambda row: row[:3]):
        key = (household, line.stage, line.package)
        first.setdefault(key, line.quantity)
        reached[key] = reached.get(key, 0) + line.quantity
        if reached[key] > DUE.get(key, first[key]):
            beyond.add((number, seq, line.stage, line.package))
    return beyond


def _flagged(centre: Centre) -> set[tuple[int, ...]]:
    rows = centre.rows("SELECT device, seq, stage, package FROM handover WHERE in_review")
    assert centre.reviews(ReviewKind.DOUBLE) == {(row[0], row[1], 0) for row in rows}
    return set(rows)


def _check(play: Play) -> None:
    centre = play.centre
    for device in play.devices:
        written = _written(device)
        kept = centre.facts_of(device.ledger.feed)
        assert kept == {(0, seq): body for seq, body in enumerate(written, 1)}, "held once, all"
        assert device.ledger.safety().unsafe == 0
    standing = _standing(play)
    for device in play.devices:
        for one in FAMILIES:
            known = Counter(
                (t.feed, t.seq, t.line, t.at, t.actor, t.slip)
                for t in device.station.roster.taken(one.id)
            )
            assert known == standing[one.id], "every device knows what every other one did"
    assert _flagged(centre) == _beyond(play)
    assert centre.figures() == centre.recount()


def _snapshot(play: Play) -> tuple[Any, ...]:
    rows = []
    for device in play.devices:
        for engine in (device.database.ledger, device.database.roster):
            with engine.connect() as connection:
                names = connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                for (name,) in names.all():
                    found = connection.exec_driver_sql(f'SELECT * FROM main."{name}"').all()
                    # When the last word from the centre came is what a sync may change.
                    if name not in ("setting", "feed"):
                        rows.append((name, [tuple(row) for row in found]))
    return (play.centre.contents(), rows)


def _in_another_order(play: Play) -> None:
    """All feeds once more into an empty centre, the last device first: the same is flagged."""
    centre = play.centre
    before = (_flagged(centre), centre.figures(), centre.recount())
    empty(centre.engine)
    centre.furnish(FAMILIES)
    for device in play.devices:
        centre.enrol(device.identity)
    for device in reversed(play.devices):
        after = 0
        while segment := device.ledger.segment_after(after, 7):
            arrived = decode_segment(encode_segment(segment))
            hashes = verify_segment(arrived, device.identity.signer.public_key)
            centre.store.take(arrived, hashes, centre.now)
            after = segment.last
    assert (_flagged(centre), centre.figures(), centre.recount()) == before


SEARCH = settings(
    max_examples=150 if os.environ.get("CI") else 40,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
DOUBLE = [Serve(0, 0), Serve(1, 0), Serve(2, 0)]
DROPPED = (Fault.DROP_REQUEST,) * 3
LOST = (Fault.NONE, Fault.DROP_REPLY, Fault.DROP_REPLY, Fault.DROP_REPLY)


@pytest.mark.timeout(900)
@SEARCH
@given(count=st.integers(2, 3), steps=STEPS)
@example(count=3, steps=[*DOUBLE, Sync(0, LOST), Sync(1, LOST), Sync(2, LOST)])
# Two of four facts are held when all four arrive late.
@example(
    count=2,
    steps=[
        *DOUBLE,
        Serve(0, 4),
        Sync(0, (Fault.NONE, Fault.LATER, Fault.NONE, *DROPPED)),
        Arrive(1),
    ],
)
@example(count=2, steps=[*DOUBLE, Sync(0), TakeBack(0, 0), Sync(1), Serve(1, 0), Sync(1), Sync(0)])
@example(
    count=2,
    steps=[
        Serve(0, 0),
        Sync(0, (Fault.NONE, Fault.LATER)),
        Serve(0, 1),
        TakeBack(0, 0),
        Sync(0, (Fault.NONE, Fault.NOW_AND_LATER)),
        Serve(1, 0),
        Sync(1, (Fault.NONE, Fault.DUPLICATE)),
        Arrive(1),
    ],
)
def test_over_a_faulty_link_everything_comes_right(
    centre: Centre, count: int, steps: list[Step]
) -> None:
    with ExitStack() as stack:
        # Small batches, so that a few facts travel in several segments that overlap when resent.
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(pushing, "BATCH", 4)
        patch.setattr(pushing, "SMALLEST_BATCH", 1)
        play = _play(stack, centre, count)
        for step in steps:
            play.do(step)
        play.link.deliver_late(random.Random(len(steps)).shuffle)
        for _ in range(2):
            for device in play.devices:
                play.sync(device)
        _check(play)
        before = _snapshot(play)
        for device in play.devices:
            play.sync(device)
        assert _snapshot(play) == before, "a sync with nothing new changes nothing"
        _in_another_order(play)
