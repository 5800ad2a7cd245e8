"""Taking a parcel in, at the centre and at a sibling: each frame by itself, nothing twice, nothing
of a stranger's, and whatever is wrong is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import select

from models import cbor
from models.box_keys import BoxKey
from models.cose import Purpose, Signer, key_id_of, sign
from models.envelope import seal
from models.errors import OtherCentre, ParcelDamaged, ParcelNewer
from models.feed import FEED_ID_BYTES, encode_segment
from models.field.projections import FACT
from sync.field_store import FieldFeedStore
from sync.intake import FrameVerdict, Intake, Taken
from sync.parcel import Frame, Stretch, encode_frame, parcel_id, take_apart
from sync.receiver import FeedStore
from tests.support.centre_world import KEYS as CENTRE_SECRETS
from tests.support.centre_world import Centre
from tests.support.feeds import MadeFeed, certificate_of, gave
from tests.support.field import FieldDevice, device_in
from tests.support.parcels import MadeParcel, made_parcel
from tests.support.world import AT, family

FAMILIES = [family(number) for number in range(1, 30)]
BOX, OTHER_BOX = CENTRE_SECRETS.box, BoxKey(b"\x06" * 32)
OURS = [BOX.public_key]
TAKEN, HELD, WAITING, DAMAGED, CUT, STRANGER, CLOSED = FrameVerdict
HUB = 90
HOUR = 3_600_000


class End(Protocol):
    """Whoever takes parcels in."""

    @property
    def store(self) -> FeedStore:
        """Its store."""

    def introduce(self, feed: MadeFeed) -> None:
        """Makes a feed known."""

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """(branch, number) → fact."""


@dataclass
class AtTheCentre:
    """PostgreSQL."""

    centre: Centre

    @property
    def store(self) -> FeedStore:
        """The centre's."""
        return self.centre.store

    def introduce(self, feed: MadeFeed) -> None:
        """Certified."""
        self.centre.certify(feed.device, feed.id, feed.signer.public_key)

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """Opened."""
        return self.centre.facts_of(feed)


@dataclass
class AtASibling:
    """SQLite."""

    device: FieldDevice

    def __post_init__(self) -> None:
        self.store: FeedStore = FieldFeedStore(self.device.ledger, self.device.identity)
        self.introducing = FieldFeedStore(self.device.ledger, self.device.identity)

    def introduce(self, feed: MadeFeed) -> None:
        """By its certificate."""
        self.introducing.introduce(certificate_of(feed))

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """As it lies there."""
        rows = self.device.connection.execute(
            select(FACT.c.branch, FACT.c.seq, FACT.c.body).where(FACT.c.feed == feed)
        )
        return {(row.branch, row.seq): row.body for row in rows}


@pytest.fixture(params=["PostgreSQL", "SQLite"])
def end(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[End]:
    """An empty end."""
    if request.param == "SQLite":
        with device_in(tmp_path / "hub", HUB) as hub:
            yield AtASibling(hub)
    else:
        yield AtTheCentre(request.getfixturevalue("centre"))


@pytest.fixture
def feed(end: End) -> MadeFeed:
    """A known device's feed of ten facts."""
    made = gave(1, FAMILIES[:9])
    end.introduce(made)
    return made


@pytest.fixture
def intake(end: End) -> Intake:
    """Opens what is closed for BOX."""
    return Intake(end.store, BOX)


def take(intake: Intake, data: bytes) -> Taken:
    """What comes of a file."""
    return intake.take(take_apart(data), AT)


def verdicts(taken: Taken) -> list[FrameVerdict]:
    """In the order of the file."""
    return [report.verdict for report in taken.frames]


def straight(feed: MadeFeed, last: int | None = None) -> dict[tuple[int, int], bytes]:
    """The feed as it must be kept."""
    return {(0, seq): body for seq, body in enumerate(feed.facts[:last], 1)}


# --- the straight way ------------------------------------------------------------------------


def test_a_whole_parcel_is_kept_and_receipted(end: End, feed: MadeFeed, intake: Intake) -> None:
    taken = take(intake, made_parcel(feed, OURS, 3).bytes)
    assert verdicts(taken) == [TAKEN] * 4
    assert taken.head is not None and taken.head.feed == feed.id
    assert (taken.missing, taken.problem) == ((), None)
    (one,) = taken.feeds
    assert (one.feed, one.device, one.fresh, one.known, one.waiting) == (feed.id, 1, 10, 0, 0)
    assert end.kept(feed.id) == straight(feed)
    assert (one.head, one.forked) == (feed.head(), False)


def test_the_same_parcel_twice_changes_nothing_and_is_receipted_again(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    data = made_parcel(feed, OURS, 3).bytes
    take(intake, data)
    again = take(intake, data)
    assert verdicts(again) == [HELD] * 4
    assert (again.feeds[0].fresh, again.feeds[0].known) == (0, 10)
    assert again.feeds[0].head == feed.head()
    assert end.kept(feed.id) == straight(feed)


def test_a_late_parcel_adds_what_another_road_did_not_bring(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    early = gave(1, FAMILIES[:4])
    take(intake, made_parcel(early, OURS, 2).bytes)
    late = take(intake, made_parcel(feed, OURS, 4).bytes)
    assert verdicts(late) == [HELD, TAKEN, TAKEN]
    assert (late.feeds[0].fresh, late.feeds[0].known) == (5, 5)
    earlier_again = take(intake, made_parcel(early, OURS, 2).bytes)
    assert verdicts(earlier_again) == [HELD] * 3
    assert end.kept(feed.id) == straight(feed)


def test_feeds_of_several_devices_travel_in_one_parcel(end: End, intake: Intake) -> None:
    mine, neighbours = gave(1, FAMILIES[:3]), gave(2, FAMILIES[3:6])
    for one in (mine, neighbours):
        end.introduce(one)
    made = MadeParcel(mine.signer, OURS).begin(Stretch(mine.id, 1, 4), Stretch(neighbours.id, 1, 4))
    made.add(mine.segment(1, 4)).add(neighbours.segment(1, 4))
    taken = take(intake, made.bytes)
    assert verdicts(taken) == [TAKEN, TAKEN]
    assert {(one.device, one.fresh) for one in taken.feeds} == {(1, 4), (2, 4)}
    assert {(one.feed, one.head) for one in taken.feeds} == {
        (mine.id, mine.head()),
        (neighbours.id, neighbours.head()),
    }


def test_a_double_is_put_before_a_person_and_told_in_the_receipt(centre: Centre) -> None:
    centre.list_families(FAMILIES)
    first, second = gave(1, FAMILIES[:2]), gave(2, [])
    second.give(FAMILIES[1], at=AT + HOUR)
    for one in (first, second):
        centre.certify(one.device, one.id, one.signer.public_key)
    intake = Intake(centre.store, BOX)
    take(intake, made_parcel(first, OURS).bytes)
    taken = take(intake, made_parcel(second, OURS).bytes)
    assert taken.feeds[0].exceptions == {(2, 1)}


def test_a_fork_keeps_both_branches_and_says_so(end: End, feed: MadeFeed, intake: Intake) -> None:
    take(intake, made_parcel(feed, OURS).bytes)
    restored = feed.branch_off(4)
    restored.give(*FAMILIES[20:23])
    taken = take(intake, made_parcel(restored, OURS, 7).bytes)
    assert verdicts(taken) == [TAKEN]
    assert (taken.feeds[0].fresh, taken.feeds[0].known, taken.feeds[0].forked) == (3, 4, True)
    assert len(end.kept(feed.id)) == 13


# --- damage ----------------------------------------------------------------------------------


def test_cut_anywhere_what_is_whole_is_kept_and_the_rest_is_named(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    made = made_parcel(feed, OURS, 3)
    ends = [sum(map(len, made.items[: number + 1])) for number in range(len(made.items))]
    # Somewhere in each item: its first byte, its protected header, its middle, all but the end.
    for number, (start, stop) in enumerate(pairwise(ends)):
        for length in (start + 1, start + 9, (start + stop) // 2, stop - 1):
            taken = take(intake, made.bytes[:length])
            assert verdicts(taken)[-1] is CUT
            assert len(taken.frames) == number + 1
            assert taken.missing == (Stretch(feed.id, 3 * number + 1, 10),)
            assert end.kept(feed.id) == straight(feed, 3 * number)
    assert take(intake, made.bytes[: ends[0]]).missing == (Stretch(feed.id, 1, 10),)


def test_a_changed_byte_costs_one_frame_and_its_neighbours_are_judged_by_themselves(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    made = made_parcel(feed, OURS, 3)
    start = sum(map(len, made.items[:2]))
    data = bytearray(made.bytes)
    end_of_it = start + len(made.items[2])
    for place in (*range(start, start + 40), *range(start + 40, end_of_it, 11), end_of_it - 1):
        data[place] ^= 0x40
        taken = take(intake, bytes(data))
        found = verdicts(taken)
        assert found[0] in (TAKEN, HELD)
        assert found[-2:] == [WAITING, WAITING]
        assert set(found[1:-2]) <= {DAMAGED, STRANGER} and len(found) >= 4
        assert taken.missing == (Stretch(feed.id, 4, 6),)
        data[place] ^= 0x40
    assert end.kept(feed.id) == straight(feed, 3)
    assert verdicts(take(intake, bytes(data))) == [HELD, TAKEN, TAKEN, TAKEN]


def test_a_broken_frame_of_one_feed_does_not_touch_another(end: End, intake: Intake) -> None:
    mine, neighbours = gave(1, FAMILIES[:3]), gave(2, FAMILIES[3:6])
    for one in (mine, neighbours):
        end.introduce(one)
    made = MadeParcel(mine.signer, OURS).begin(Stretch(mine.id, 1, 4), Stretch(neighbours.id, 1, 4))
    made.add(mine.segment(1, 4)).add(neighbours.segment(1, 4))
    made.items[1] = made.items[1][:-1] + bytes([made.items[1][-1] ^ 1])
    assert verdicts(take(intake, made.bytes)) == [DAMAGED, TAKEN]
    assert end.kept(neighbours.id) == straight(neighbours)


def test_a_damaged_head_costs_nothing_but_the_promise(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    made = made_parcel(feed, OURS, 3)
    data = bytearray(made.bytes)
    data[len(made.items[0]) - 1] ^= 1
    taken = take(intake, bytes(data))
    assert (taken.head, taken.missing) == (None, ())
    assert verdicts(taken) == [TAKEN] * 4
    assert end.kept(feed.id) == straight(feed)


@pytest.mark.parametrize("seed", range(6))
def test_frames_in_any_order_are_all_kept_and_the_disorder_is_told(
    end: End, feed: MadeFeed, intake: Intake, seed: int
) -> None:
    head, *frames = made_parcel(feed, OURS, 2).items
    shuffled = list(frames)
    random.Random(seed).shuffle(shuffled)
    taken = take(intake, b"".join([head, *shuffled]))
    assert verdicts(taken) == [TAKEN] * 5
    assert end.kept(feed.id) == straight(feed)
    assert any(report.misplaced for report in taken.frames) == (shuffled != frames)


def test_a_frame_of_another_file_is_kept_and_told(end: End, feed: MadeFeed, intake: Intake) -> None:
    made, other = made_parcel(feed, OURS, 5), made_parcel(feed, OURS, 5, at=AT + 1)
    taken = take(intake, b"".join([*made.items[:2], other.items[2]]))
    assert [(report.verdict, report.misplaced) for report in taken.frames] == [
        (TAKEN, False),
        (TAKEN, True),
    ]
    assert end.kept(feed.id) == straight(feed)


def test_a_frame_that_stands_twice_is_told(end: End, feed: MadeFeed, intake: Intake) -> None:
    made = made_parcel(feed, OURS, 5)
    taken = take(intake, made.bytes + made.items[1])
    assert [(r.verdict, r.misplaced) for r in taken.frames] == [
        (TAKEN, False),
        (TAKEN, False),
        (HELD, True),
    ]


# --- not for us, not from us -----------------------------------------------------------------


def test_a_parcel_closed_for_another_centre_is_not_opened(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    taken = take(intake, made_parcel(feed, [OTHER_BOX.public_key], 5).bytes)
    assert verdicts(taken) == [CLOSED, CLOSED]
    assert isinstance(taken.problem, OtherCentre)
    assert taken.feeds == ()
    assert end.kept(feed.id) == {}


def test_a_parcel_of_another_centres_device_is_not_opened(end: End, intake: Intake) -> None:
    stranger = gave(5, FAMILIES[:3])
    taken = take(intake, made_parcel(stranger, OURS).bytes)
    assert verdicts(taken) == [STRANGER, STRANGER]
    assert isinstance(taken.problem, OtherCentre)
    assert (taken.head, taken.feeds) == (None, ())


def test_a_stranger_cannot_smuggle_facts_in(end: End, feed: MadeFeed, intake: Intake) -> None:
    stranger = Signer.of(b"\x77" * 32, FEED_ID_BYTES)
    made = made_parcel(feed, OURS, 5)
    forged = MadeParcel(stranger, OURS)
    forged.items = [made.items[0]]
    forged.add(feed.segment(6, 10), 2)
    # A true segment in a stranger's frame, then a stranger's segment in a true frame.
    taken = take(intake, b"".join([*made.items[:2], forged.items[1]]))
    assert verdicts(taken) == [TAKEN, STRANGER]
    invented = gave(6, FAMILIES[10:14])
    inside = MadeParcel(feed.signer, OURS).begin(Stretch(invented.id, 1, 5))
    inside.add(invented.segment())
    assert verdicts(take(intake, inside.bytes)) == [STRANGER]
    assert end.kept(feed.id) == straight(feed, 5)


def test_a_frame_that_tells_other_numbers_outside_than_inside_is_not_believed(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    made = MadeParcel(feed.signer, OURS).begin(Stretch(feed.id, 1, 10))
    closed = seal(encode_segment(feed.segment(1, 5)), OURS)
    frame = Frame(parcel_id(made.items[0]), 1, Stretch(feed.id, 1, 10), closed)
    made.items.append(encode_frame(frame, feed.signer))
    assert verdicts(take(intake, made.bytes)) == [DAMAGED]


@pytest.mark.parametrize(
    "inside",
    [b"", b"\xa0", cbor.dumps([1, 2, 3]), b"\x00" * 500],
    ids=["empty", "map", "array", "zeros"],
)
def test_an_envelope_with_no_segment_is_damaged(
    feed: MadeFeed, intake: Intake, inside: bytes
) -> None:
    made = MadeParcel(feed.signer, OURS).begin(Stretch(feed.id, 1, 1))
    frame = Frame(parcel_id(made.items[0]), 1, Stretch(feed.id, 1, 1), seal(inside, OURS))
    made.items.append(encode_frame(frame, feed.signer))
    broken = Frame(parcel_id(made.items[0]), 2, Stretch(feed.id, 1, 1), inside)
    made.items.append(encode_frame(broken, feed.signer))
    taken = take(intake, made.bytes)
    assert verdicts(taken) == [DAMAGED, DAMAGED]
    assert isinstance(taken.problem, ParcelDamaged)


def test_a_signed_item_that_is_no_frame_is_damaged(feed: MadeFeed, intake: Intake) -> None:
    made = made_parcel(feed, OURS, 5)
    for payload in (cbor.dumps([]), cbor.dumps([b"", 0, feed.id, 1, 1, b""]), b"\xff"):
        odd = sign(payload, feed.signer, Purpose.FRAME)
        taken = take(intake, b"".join([made.items[0], odd]))
        assert verdicts(taken) == [DAMAGED]


def test_of_many_strangers_only_some_are_looked_up(
    end: End, feed: MadeFeed, intake: Intake
) -> None:
    made = made_parcel(feed, OURS, 10)
    known = made.items[1]
    junk = [
        known.replace(feed.id, key_id_of(bytes([number]) * 32, FEED_ID_BYTES))
        for number in range(100)
    ]
    asked: list[bytes] = []
    real = end.store.sender

    class Counting:
        """The store, counting questions."""

        def __getattr__(self, name: str) -> object:
            return getattr(end.store, name)

        def sender(self, of: bytes) -> object:
            asked.append(of)
            return real(of)

    counting = Intake(Counting(), BOX)  # type: ignore[arg-type]
    taken = take(counting, b"".join([made.items[0], known, *junk]))
    assert verdicts(taken) == [TAKEN] + [STRANGER] * 100
    assert len(asked) < 70


def test_what_only_a_later_version_can_read_is_called_newer(feed: MadeFeed, intake: Intake) -> None:
    made = made_parcel(feed, OURS, 5)
    data = bytearray(made.bytes)
    data[6] = 2
    # The head's outside and its inside, which begins as a frame does.
    assert verdicts(take(intake, bytes(data))) == [DAMAGED, DAMAGED, TAKEN, TAKEN]
    other = made_parcel(feed, [OTHER_BOX.public_key], 5)
    data = bytearray(other.bytes)
    data[6] = 2
    assert isinstance(take(intake, bytes(data)).problem, ParcelNewer)


def test_a_blocked_devices_facts_are_kept_at_the_centre(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:3])
    centre.certify(feed.device, feed.id, feed.signer.public_key)
    centre.revoke(feed.device)
    taken = take(Intake(centre.store, BOX), made_parcel(feed, OURS).bytes)
    assert verdicts(taken) == [TAKEN, TAKEN]
    assert centre.facts_of(feed.id) == straight(feed)
