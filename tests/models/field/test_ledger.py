"""The ledger: each append is whole and durable, and the chain shows whoever touches it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from models import facts
from models.cbor import CborError
from models.clock import DAY, Anchor
from models.damage import stand_in
from models.errors import DiskFull, TooLong
from models.facts import Fact, HouseholdNote, Movement, SessionOpened, Stock
from models.feed import (
    MAX_SEGMENT_BYTES,
    Head,
    SegmentProblem,
    chain,
    decode_segment,
    encode_segment,
    genesis,
    verify_segment,
)
from models.field.device import (
    LastSync,
    load_anchor,
    load_identity,
    load_last_sync,
    save_anchor,
    save_identity,
    save_last_sync,
)
from models.field.projections import FACT, FEED
from models.field.roster import Roster
from tests.support.field import FieldDevice, device_in, identity_of
from tests.support.world import AT, HERE, RANI, SEMBAKO, THERE

NOTE = HouseholdNote(1 << 60, 2)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data") as made:
        yield made


def _stored(device: FieldDevice) -> list[tuple[int, bytes, bytes]]:
    rows = device.connection.execute(
        select(FACT.c.seq, FACT.c.hash, FACT.c.body).order_by(FACT.c.seq)
    )
    return [(row.seq, row.hash, row.body) for row in rows]


def _is_whole(device: FieldDevice) -> bool:
    stored = _stored(device)
    computed = chain(genesis(device.ledger.feed), 1, [body for _, _, body in stored])
    return [(seq, digest) for seq, digest, _ in stored] == list(enumerate(computed, 1))


# --- appending -------------------------------------------------------------------------------


def test_facts_are_numbered_without_a_gap_and_hang_on_each_other(device: FieldDevice) -> None:
    assert device.ledger.head() == Head(0, genesis(device.ledger.feed))
    for number in range(1, 6):
        (recorded,) = device.ledger.append(RANI, 0, NOTE)
        assert (recorded.feed, recorded.seq) == (device.ledger.feed, number)
    assert _is_whole(device)
    assert device.ledger.head().seq == 5
    assert device.ledger.hash_at(5) == device.ledger.head().hash
    assert device.ledger.hash_at(0) == genesis(device.ledger.feed)
    assert device.ledger.hash_at(6) is None


def test_a_fact_is_found_as_it_was_written(device: FieldDevice) -> None:
    device.clock.now = AT + 5
    device.ledger.append(RANI, 0, NOTE, SessionOpened(HERE))
    assert device.ledger.fact(1) == Fact(AT + 5, RANI, 0, NOTE)
    assert device.ledger.fact(3) is None
    assert device.ledger.fact(0) is None
    assert [seq for seq, _ in device.ledger.recent(1)] == [2]


def test_what_follows_the_opening_belongs_to_the_session(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, SessionOpened(HERE), Stock(Movement.COUNTED, SEMBAKO, 9))
    stock = device.ledger.fact(2)
    assert stock is not None and stock.session == 1
    assert Roster(device.connection).stock(HERE) == {SEMBAKO: 9}


def test_several_facts_are_written_all_or_none(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, NOTE)
    unwritable = HouseholdNote(1 << 60, 2, words=object())  # type: ignore[arg-type]
    with pytest.raises(CborError):
        device.ledger.append(RANI, 0, SessionOpened(HERE), unwritable, NOTE)
    assert device.ledger.count() == 1
    assert device.station.session is None
    device.ledger.append(RANI, 0, NOTE)
    assert _is_whole(device)


def test_whoever_passes_facts_on_hears_of_those_that_are_on_the_disk(device: FieldDevice) -> None:
    heard = list[int]()

    def written() -> None:
        with device.database.ledger.connect() as other:
            heard.append(len(other.execute(select(FACT.c.seq)).all()))

    device.ledger.written = written
    device.ledger.append(RANI, 0, SessionOpened(HERE), Stock(Movement.COUNTED, SEMBAKO, 5))
    with pytest.raises(CborError):
        device.ledger.append(RANI, 1, Stock(Movement.COUNTED, SEMBAKO, object()))  # type: ignore[arg-type]
    assert heard == [2]


def test_a_stock_taken_back_with_its_transaction_leaves_no_memory_of_its_session(
    device: FieldDevice,
) -> None:
    """Opening a session fails for want of space; the next one is at another point."""
    pages = device.connection.exec_driver_sql("PRAGMA main.page_count").scalar()
    device.connection.exec_driver_sql(f"PRAGMA main.max_page_count = {pages}")
    counted = [(package, 5) for package in range(1, 2000)]
    with pytest.raises(DiskFull):
        device.station.open_session(RANI, HERE, counted=counted)
    assert device.ledger.count() == 0
    device.connection.exec_driver_sql("PRAGMA main.max_page_count = 100000")
    device.station.open_session(RANI, THERE, counted=[(SEMBAKO, 5)])
    assert Roster(device.connection).stock(HERE) == {}
    assert Roster(device.connection).stock(THERE) == {SEMBAKO: 5}


def test_the_time_in_a_fact_is_mended_by_the_last_word_from_the_centre(device: FieldDevice) -> None:
    device.clock.off(days=365)
    device.ledger.anchor = Anchor(AT, -365 * DAY)
    (recorded,) = device.ledger.append(RANI, 0, NOTE)
    assert recorded.at == AT


def test_a_second_connection_never_writes_one_number_twice(device: FieldDevice) -> None:
    twin = FieldDevice(device.folder, device.database, device.identity, device.clock)
    for _ in range(5):
        device.ledger.append(RANI, 0, NOTE)
        twin.ledger.append(RANI, 0, NOTE)
    twin.close()
    assert device.ledger.head().seq == 10
    assert _is_whole(device)


# --- tampering -------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["body", "hash", "removed", "swapped"])
def test_whoever_changes_a_stored_fact_breaks_the_chain(device: FieldDevice, what: str) -> None:
    for number in range(6):
        device.clock.forward()
        device.ledger.append(RANI, 0, HouseholdNote((1 << 60) + number, 2))
    assert _is_whole(device)
    third = FACT.c.seq == 3
    stored = _stored(device)
    if what == "removed":
        device.connection.execute(delete(FACT).where(third))
    else:
        other = facts.encode(Fact(AT, RANI, 0, HouseholdNote(5, 3)))
        value = {"body": other, "hash": bytes(32), "swapped": stored[3][2]}[what]
        column = "hash" if what == "hash" else "body"
        device.connection.execute(update(FACT).where(third).values({column: value}))
    assert not _is_whole(device)


def test_an_altered_fact_can_not_be_sealed_for_the_centre_unnoticed(device: FieldDevice) -> None:
    for _ in range(4):
        device.ledger.append(RANI, 0, NOTE)
    other = facts.encode(Fact(AT, RANI, 0, HouseholdNote(5, 3)))
    device.connection.execute(update(FACT).where(FACT.c.seq == 2).values(body=other))
    segment = device.ledger.segment_after(0, 100)
    assert segment is not None
    recorded = device.ledger.hash_at(2)
    assert recorded is not None
    assert segment.facts[1] == stand_in(recorded, other), "what is left of it, and its true hash"
    hashes = verify_segment(segment, device.identity.signer.public_key)
    assert hashes == [device.ledger.hash_at(seq) for seq in range(1, 5)]
    bent = replace(segment, facts=(segment.facts[0], other, *segment.facts[2:]))
    with pytest.raises(SegmentProblem):
        verify_segment(bent, device.identity.signer.public_key)


def test_a_fact_that_no_segment_could_carry_is_not_written(device: FieldDevice) -> None:
    with pytest.raises(TooLong):
        device.ledger.append(RANI, 0, NOTE, HouseholdNote(1, 2, words="x" * 17_000))
    assert device.ledger.count() == 0
    device.ledger.append(RANI, 0, HouseholdNote(1, 2, words="x" * 16_000))


def test_long_facts_make_short_segments(device: FieldDevice) -> None:
    long = HouseholdNote(1, 2, words="x" * 16_000)
    for _ in range(4):
        device.ledger.append(RANI, 0, *[long] * 100)
    lengths, after = [], 0
    while segment := device.ledger.segment_after(after, 500):
        assert sum(map(len, segment.facts)) <= MAX_SEGMENT_BYTES
        assert decode_segment(encode_segment(segment)) == segment
        lengths.append(len(segment.facts))
        after = segment.last
    assert sum(lengths) == 400 and len(lengths) == 2


# --- sealing and safety ----------------------------------------------------------------------


def test_segments_cover_the_feed_without_gap_or_overlap(device: FieldDevice) -> None:
    for _ in range(7):
        device.ledger.append(RANI, 0, NOTE)
    after, before = 0, genesis(device.ledger.feed)
    lengths = []
    while segment := device.ledger.segment_after(after, 3):
        arrived = decode_segment(encode_segment(segment))
        hashes = verify_segment(arrived, device.identity.signer.public_key)
        assert (arrived.first, arrived.before) == (after + 1, before)
        after, before = arrived.last, hashes[-1]
        lengths.append(len(arrived.facts))
    assert lengths == [3, 3, 1]
    assert (after, before) == (device.ledger.head().seq, device.ledger.head().hash)
    assert device.ledger.segment_after(99, 3) is None


def test_a_record_is_safe_only_under_a_receipt(device: FieldDevice) -> None:
    assert device.ledger.safety().unsafe == 0
    for _ in range(4):
        device.clock.forward()
        device.ledger.append(RANI, 0, NOTE)
    assert device.ledger.safety().unsafe == 4
    assert device.ledger.safety().oldest_unsafe_at == AT + 60_000
    device.ledger.cover(3, AT + 999, b"receipt")
    safety = device.ledger.safety()
    assert (safety.unsafe, safety.oldest_unsafe_at, safety.safe_at) == (1, AT + 240_000, AT + 999)
    device.ledger.cover(2, AT + 1, b"an older one")
    assert device.ledger.unsafe() == [range(4, 5)]
    device.restart()
    assert device.ledger.safety() == safety


# --- the device itself -----------------------------------------------------------------------


def test_a_device_remembers_who_it_is_and_how_the_last_sync_ended(device: FieldDevice) -> None:
    save_anchor(device.connection, Anchor(AT, -5))
    last = LastSync(AT, "centre_trouble", {"status": "503"}, AT - 7)
    save_last_sync(device.connection, last)
    device.restart()
    assert load_identity(device.connection) == device.identity
    assert load_anchor(device.connection) == Anchor(AT, -5)
    assert load_last_sync(device.connection) == last


def test_before_the_first_sync_nothing_is_remembered(device: FieldDevice) -> None:
    assert load_anchor(device.connection) is None
    assert load_last_sync(device.connection) is None


def test_enrolling_again_closes_the_old_feed_and_keeps_its_facts(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, NOTE)
    old = device.ledger.feed
    save_identity(device.connection, identity_of(2))
    rows = device.connection.execute(select(FEED.c.feed, FEED.c.closed).order_by(FEED.c.ordinal))
    assert [tuple(row) for row in rows] == [(old, True), (identity_of(2).signer.key_id, False)]
    assert device.ledger.count() == 1


# --- power cut -------------------------------------------------------------------------------

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from models.facts import HouseholdNote
    from tests.support.field import opened
    device = opened(Path(sys.argv[1]))
    for number in range(100_000):
        (recorded,) = device.ledger.append(7, 0, HouseholdNote((1 << 60) + number, 2))
        print(recorded.seq, flush=True)
    """
)


@pytest.mark.parametrize("count", [1, 60, 150])
def test_killed_between_two_appends_every_one_that_returned_is_there(
    device: FieldDevice, count: int
) -> None:
    device.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(device.folder)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    said = 0
    for line in writer.stdout:
        said = int(line)
        if said >= count:
            writer.send_signal(signal.SIGKILL)
            break
    said = max([said, *(int(line) for line in writer.stdout.read().split("\n")[:-1])])
    writer.wait()
    writer.stdout.close()
    device.restart()
    assert said <= device.ledger.count() <= said + 1
    assert _is_whole(device)
    device.ledger.append(RANI, 0, NOTE)
    assert _is_whole(device)


def test_the_copy_of_a_disk_is_the_same_device(device: FieldDevice, tmp_path: Path) -> None:
    device.ledger.append(RANI, 0, NOTE)
    twin = device.copy_to(tmp_path / "copy")
    assert twin.ledger.head() == device.ledger.head()
    assert twin.identity == device.identity
    twin.close()
