"""A byte rots on a laptop's disk: one record is told as damaged, and it holds back no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desktop.presenters.lasting import MENDED, lasting, was_read
from models.damage import recorded_hash, stand_in
from models.errors import BadAnswer
from models.facts import Source
from models.feed import verify_segment
from models.field.database import write
from models.field.mended import mended
from models.field.projections import FACT
from models.field.reviews import noted
from models.field.wholeness import Wholeness
from models.verdict import Verdict
from sync.field_store import FieldFeedStore
from sync.messages import ExceptionCode, Reply
from tests.support.beside import meet
from tests.support.centre_world import Centre
from tests.support.feeds import siblings_page
from tests.support.field import FieldDevice, device_in, new_device
from tests.support.syncing import Straight, sync
from tests.support.world import AT, HERE, RANI, family, roster_page

FAMILIES = [family(number) for number in range(1, 12)]
DAMAGED = int(ExceptionCode.DAMAGED)


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """A centre with families."""
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with an open session (record 1) and eight hand-overs (2 to 9), nothing sent."""
    made = new_device(tmp_path / "one")
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    made.station.open_session(RANI, HERE)
    for number in range(8):
        look = made.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        made.station.hand_over(look, RANI)
        made.clock.forward()
    yield made
    made.close()


def rot(device: FieldDevice, seq: int, column: str = "body", place: int = -1) -> bytes:
    """Flips a bit of a stored fact, as a disk may; returns what was there."""
    of = (FACT.c.feed == device.ledger.feed, FACT.c.branch == 0, FACT.c.seq == seq)
    whole: bytes = device.connection.execute(select(FACT.c[column]).where(*of)).scalar_one()
    bent = bytearray(whole)
    bent[place] ^= 0x10
    with write(device.connection):
        device.connection.execute(update(FACT).where(*of).values({column: bytes(bent)}))
    return whole


def counted(centre: Centre) -> set[int]:
    """The numbers of the hand-overs that count."""
    return {seq for (seq,) in centre.rows("SELECT seq FROM handover WHERE NOT voided")}


@pytest.mark.parametrize("seq", [1, 2, 5, 9])
@pytest.mark.parametrize("place", [0, 1, -1])
@pytest.mark.parametrize("batch", [500, 3, 1])
def test_a_rotten_record_is_named_and_all_others_arrive_and_count(
    furnished: Centre,
    device: FieldDevice,
    monkeypatch: pytest.MonkeyPatch,
    seq: int,
    place: int,
    batch: int,
) -> None:
    monkeypatch.setattr("sync.pushing.BATCH", batch)
    head = device.ledger.head()
    rot(device, seq, place=place)
    synced = sync(device, Straight(furnished.receiver.answer))
    assert (seq, DAMAGED) in synced.exceptions
    assert device.ledger.safety().unsafe == 0
    assert furnished.rows("SELECT head_seq, head_hash FROM feed") == [(head.seq, head.hash)]
    assert furnished.reviews(DAMAGED) == {(1, seq, 0)}
    assert furnished.reviews(ExceptionCode.UNINTERPRETABLE) == set()
    assert counted(furnished) == set(range(2, 10)) - {seq}
    found, many = noted(device.ledger, 10)
    assert (many, [(one.place, one.codes) for one in found]) == (1, [(seq, (DAMAGED,))])
    kept = furnished.facts_of(device.ledger.feed)[0, seq]
    assert recorded_hash(kept) == device.ledger.hash_at(seq)
    assert sync(device, Straight(furnished.receiver.answer)).sent == 0


def test_the_laptop_goes_on_with_a_rotten_record_in_its_ledger(
    furnished: Centre, device: FieldDevice
) -> None:
    rot(device, 9)
    rot(device, 3, place=0)
    device.restart()
    assert len(list(device.ledger.recent(50))) == 9
    assert device.station.handed() == 8
    look = device.station.look_up_code(FAMILIES[7].code, Source.CAMERA)
    assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    look = device.station.look_up_code(FAMILIES[8].code, Source.CAMERA)
    device.station.hand_over(look, RANI)
    synced = sync(device, Straight(furnished.receiver.answer))
    assert {pair for pair in synced.exceptions if pair[1] == DAMAGED} == {
        (3, DAMAGED),
        (9, DAMAGED),
    }
    assert counted(furnished) == {2, 4, 5, 6, 7, 8, 10}


def test_a_rotten_hash_loses_nothing_either(furnished: Centre, device: FieldDevice) -> None:
    rot(device, 4, "hash")
    synced = sync(device, Straight(furnished.receiver.answer))
    assert {seq for seq, code in synced.exceptions if code == DAMAGED} == {4, 5}
    assert device.ledger.safety().unsafe == 0
    assert counted(furnished) == {2, 3, 6, 7, 8, 9}
    kept = furnished.facts_of(device.ledger.feed)
    bodies = device.connection.execute(select(FACT.c.seq, FACT.c.body)).all()
    for seq, body in bodies:
        assert body in kept[0, seq], "every byte is there for a person to look at"


def test_what_rots_after_it_was_sent_matters_to_nobody(
    furnished: Centre, device: FieldDevice
) -> None:
    sync(device, Straight(furnished.receiver.answer))
    before = furnished.facts_of(device.ledger.feed)
    rot(device, 4)
    with furnished.engine.begin() as connection:
        # The centre is put back from its backup and takes everything from 3 on once more.
        connection.exec_driver_sql("DELETE FROM fact WHERE seq > 6")
        connection.exec_driver_sql("DELETE FROM handover WHERE seq > 6")
        connection.exec_driver_sql(
            "UPDATE feed SET head_seq = 6, head_hash = (SELECT hash FROM fact WHERE seq = 6)"
        )
    sync(device, Straight(furnished.receiver.answer))
    assert furnished.facts_of(device.ledger.feed) == before
    assert furnished.reviews(DAMAGED) == set()


def test_the_whole_record_may_come_by_another_way_and_takes_its_place(
    device: FieldDevice, tmp_path: Path
) -> None:
    whole = device.ledger.segment_after(0, 100)
    assert whole is not None
    rot(device, 5)
    rotten = device.ledger.segment_after(0, 100)
    assert rotten is not None
    assert rotten.facts[4] != whole.facts[4]
    key = device.identity.signer.public_key
    hashes = verify_segment(whole, key)
    assert verify_segment(rotten, key) == hashes
    with device_in(tmp_path / "hub", 2, page=roster_page(FAMILIES)) as hub:
        store = FieldFeedStore(hub.ledger, hub.identity)
        store.introduce(device.identity.certificate)
        assert store.take(rotten, hashes, AT).exceptions == ((5, DAMAGED),)
        assert hub.station.roster.taken(FAMILIES[3].id) == ()
        assert store.take(whole, hashes, AT).exceptions == ()
        assert store.take(rotten, hashes, AT).exceptions == ()
        assert len(hub.station.roster.taken(FAMILIES[3].id)) == 1
        bodies = hub.connection.scalars(select(FACT.c.body).order_by(FACT.c.seq)).all()
        assert tuple(bodies) == whole.facts


def test_our_own_rotten_record_is_mended_by_what_comes_back(device: FieldDevice) -> None:
    whole = device.ledger.segment_after(0, 100)
    assert whole is not None
    body = rot(device, 5)
    store = FieldFeedStore(device.ledger, device.identity)
    store.take(whole, verify_segment(whole, device.identity.signer.public_key), AT)
    assert device.ledger.segment_after(4, 1).facts == (body,)  # type: ignore[union-attr]
    assert device.station.handed() == 8
    assert device.ledger.count() == 9


def test_a_stand_in_is_told_from_every_whole_fact(device: FieldDevice) -> None:
    for body in device.connection.scalars(select(FACT.c.body)):
        assert recorded_hash(body) is None
        assert recorded_hash(stand_in(bytes(32), body)) == bytes(32)
    for begin in (b"", b"\x82", b"\x82\x58\x20", b"\x82\x58\x20" + bytes(31)):
        assert recorded_hash(begin) is None


# --- whole again ------------------------------------------------------------------------------


@pytest.fixture
def neighbour(device: FieldDevice, tmp_path: Path) -> Iterator[FieldDevice]:
    """Another laptop of the point, which holds all that the first one wrote."""
    with device_in(tmp_path / "two", 2, page=roster_page(FAMILIES)) as made:
        made.pull(siblings_page([device.identity], after=1_000))
        device.pull(siblings_page([made.identity], after=1_000))
        meet(device, made, 99)
        assert len(bytes_of(made, device.ledger.feed)) == 9
        yield made


def bytes_of(device: FieldDevice, feed: bytes) -> list[bytes]:
    """Its facts as they lie on a disk."""
    rows = device.connection.scalars(
        select(FACT.c.body).where(FACT.c.feed == feed).order_by(FACT.c.seq)
    )
    return list(rows)


@pytest.mark.parametrize("seqs", [(1,), (5,), (9,), (4, 5, 6)])
def test_a_neighbour_gives_back_what_rotted_here(
    device: FieldDevice, neighbour: FieldDevice, seqs: tuple[int, ...]
) -> None:
    feed = device.ledger.feed
    whole = bytes_of(device, feed)
    for seq in seqs:
        rot(device, seq)
    meet(device, neighbour, 99)
    assert bytes_of(device, feed) == whole
    found = mended(device.connection)
    assert found is not None and found.count == len(seqs)
    (notice,) = lasting(device.connection)
    assert (notice.key, notice.parts["n"]) == (MENDED, len(seqs))
    was_read(device.connection, notice.key)
    assert lasting(device.connection) == ()
    meet(device, neighbour, 99)
    assert mended(device.connection) is None


def test_what_a_neighbour_wrote_is_given_back_too(
    device: FieldDevice, neighbour: FieldDevice
) -> None:
    feed = device.ledger.feed
    whole = bytes_of(device, feed)
    of = (FACT.c.feed == feed, FACT.c.seq == 6)
    with write(neighbour.connection):
        neighbour.connection.execute(update(FACT).where(*of).values(body=b"rotten"))
    meet(neighbour, device, 99)
    assert bytes_of(neighbour, feed) == whole
    assert device.ledger.head().seq == 9


def test_a_hub_gets_whole_copies_from_its_stations(
    device: FieldDevice, neighbour: FieldDevice
) -> None:
    feed = device.ledger.feed
    whole = bytes_of(device, feed)
    with write(neighbour.connection):
        of = (FACT.c.feed == feed, FACT.c.seq.in_((3, 4, 9)))
        neighbour.connection.execute(update(FACT).where(*of).values(body=b"rotten"))
    meet(device, neighbour, 99)
    assert bytes_of(neighbour, feed) == whole
    found = mended(neighbour.connection)
    assert found is not None and found.count == 3


def test_a_copy_that_rotted_there_too_and_a_wrong_one_are_left(
    device: FieldDevice, neighbour: FieldDevice
) -> None:
    feed = device.ledger.feed
    rot(device, 5)
    bent = bytes_of(device, feed)
    with write(neighbour.connection):
        of = (FACT.c.feed == feed, FACT.c.seq == 5)
        neighbour.connection.execute(update(FACT).where(*of).values(body=b"rotten"))
    meet(device, neighbour, 99)
    assert bytes_of(device, feed) == bent
    assert mended(device.connection) is None


def test_the_centre_gets_it_whole_though_it_was_told_of_it_as_damaged(
    furnished: Centre, device: FieldDevice, neighbour: FieldDevice
) -> None:
    transport = Straight(furnished.receiver.answer)
    (whole,) = bytes_of(device, device.ledger.feed)[4:5]
    rot(device, 5)
    sync(device, transport)
    assert furnished.reviews(DAMAGED) == {(1, 5, 0)} and 5 not in counted(furnished)
    meet(device, neighbour, 99)
    sync(device, transport)
    assert furnished.facts_of(device.ledger.feed)[0, 5] == whole
    assert furnished.reviews(DAMAGED) == set() and counted(furnished) == set(range(2, 10))
    sync(device, transport)
    assert noted(device.ledger, 10)[1] == 0, "the laptop is told that nobody asks any more"
    pushed = transport.asked.count("push")
    sync(device, transport)
    assert transport.asked.count("push") == pushed, "once is enough"


def test_a_disk_of_any_size_is_looked_through_stretch_by_stretch(
    device: FieldDevice, neighbour: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.field.wholeness.STRETCH", 4)
    rot(device, 2)
    rot(device, 9)
    looking = Wholeness(device.connection)
    found = [[one.fact.seq for one in looking.look()] for _ in range(6)]
    assert found == [[2], [], [9], [2], [], [9]]


# --- bent on the way -------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_segment_bent_on_the_way_is_sent_again(
    furnished: Centre, device: FieldDevice, times: int
) -> None:
    left = [times]

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push" and left[0]:
            left[0] -= 1
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 0x55]) + body[middle + 1 :]
        return furnished.receiver.answer(operation, body)

    if times < 3:
        sync(device, Straight(answer))
    else:
        with pytest.raises(BadAnswer):
            sync(device, Straight(answer))
    assert device.ledger.safety().unsafe == (0 if times < 3 else 9)
    assert furnished.reviews(DAMAGED) == set()
