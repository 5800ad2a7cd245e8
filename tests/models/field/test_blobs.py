"""Photos and signatures on the laptop: on the disk before the record, gone only when allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock import DAY
from models.errors import DiskFull, PictureMissing, PictureTooLarge
from models.facts import MOST_BLOB_BYTES, Blob, BlobKind, Handover
from models.field.blobs import PIECE_BYTES, BlobsLeft
from models.field.database import BLOBS_FILE, LEDGER_FILE, move_database, open_database
from tests.support.field import KEY, FieldDevice, device_in, opened
from tests.support.pictures import hand_over_naming, hand_over_with, picture
from tests.support.world import AT, HERE, RANI, family, roster_page

FAMILIES = [family(number) for number in range(20)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with a roster and an open session."""
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        made.station.open_session(RANI, HERE)
        yield made


def sha(data: bytes) -> bytes:
    """What a fact names it by."""
    return hashlib.sha256(data).digest()


def safe(device: FieldDevice) -> None:
    """As after a receipt for all that is recorded."""
    device.ledger.cover(device.ledger.head().seq, AT, b"receipt")


@pytest.mark.parametrize(
    "size", [1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, MOST_BLOB_BYTES]
)
def test_a_picture_comes_back_as_it_was_also_after_a_restart_and_in_pieces(
    device: FieldDevice, size: int
) -> None:
    photo = picture(size, max(size, 2))[:size]
    blob = device.station.keep_picture(BlobKind.PHOTO, photo)
    assert blob == Blob(BlobKind.PHOTO, sha(photo))
    hand_over_naming(device, FAMILIES[0], blob)
    device.restart()
    blobs = device.station.blobs
    assert blobs.has(blob.hash)
    assert blobs.read(blob.hash) == photo
    for offset, most in ((0, 10), (size - 1, 10), (size // 2, PIECE_BYTES), (size, 5), (3, size)):
        assert blobs.piece(blob.hash, offset, most) == photo[offset : offset + most]
    fact = device.ledger.fact(device.ledger.head().seq)
    assert fact is not None and isinstance(fact.body, Handover)
    assert fact.body.blobs == (blob,)


def test_on_the_disk_nothing_of_it_can_be_read(device: FieldDevice) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    found = b"".join(file.read_bytes() for file in device.folder.glob(f"{BLOBS_FILE}*"))
    assert len(found) > len(photo)
    assert photo[2:18] not in found
    assert sha(photo) not in found


@pytest.mark.parametrize("size", [0, MOST_BLOB_BYTES + 1])
def test_what_no_picture_is_that_large_or_empty_is_not_kept(device: FieldDevice, size: int) -> None:
    with pytest.raises(PictureTooLarge):
        device.station.keep_picture(BlobKind.PHOTO, bytes(size))
    assert device.station.blobs.left() == BlobsLeft()


def test_no_record_names_a_picture_that_is_not_on_the_disk(device: FieldDevice) -> None:
    before = device.ledger.head()
    with pytest.raises(PictureMissing):
        hand_over_naming(device, FAMILIES[0], Blob(BlobKind.PHOTO, bytes(32)))
    dropped = device.station.keep_picture(BlobKind.SIGNATURE, picture(1))
    device.station.blobs.drop(dropped.hash)
    with pytest.raises(PictureMissing):
        hand_over_naming(device, FAMILIES[0], dropped)
    assert device.ledger.head() == before


def test_a_full_disk_at_the_picture_keeps_it_from_the_record_too(device: FieldDevice) -> None:
    blobs = device.station.blobs
    assert not blobs.has(bytes(32))
    pages = blobs._connection.exec_driver_sql("PRAGMA main.page_count").scalar_one()
    blobs._connection.exec_driver_sql(f"PRAGMA main.max_page_count = {pages + 20}")
    before = device.ledger.head()
    with pytest.raises(DiskFull) as told:
        hand_over_with(device, FAMILIES[0], picture(1, 400_000))
    assert told.value.title("id") and told.value.what_to_do("en")
    assert device.ledger.head() == before
    assert not blobs.has(sha(picture(1, 400_000)))
    small = picture(2, 2_000)
    hand_over_with(device, FAMILIES[0], small)
    assert blobs.read(sha(small)) == small


def test_a_record_without_a_picture_never_opens_the_pictures_file(device: FieldDevice) -> None:
    hand_over_naming(device, FAMILIES[0])
    assert device.station.blobs._open is None


def test_the_same_bytes_are_kept_once(device: FieldDevice) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo, photo)
    hand_over_with(device, FAMILIES[1], photo)
    assert device.station.blobs.left() == BlobsLeft(1, len(photo))
    safe(device)
    assert [one.hash for one in device.station.blobs.waiting()] == [sha(photo)]


def test_only_what_safe_records_name_may_go_in_the_records_order(device: FieldDevice) -> None:
    photos = [picture(number, 5_000) for number in range(6)]
    for number in (3, 1, 2):
        hand_over_with(device, FAMILIES[number], photos[number])
    device.station.keep_picture(BlobKind.PHOTO, photos[5])
    assert device.station.blobs.waiting() == []
    assert device.station.blobs.left().count == 3
    safe(device)
    hand_over_with(device, FAMILIES[4], photos[4])
    waiting = device.station.blobs.waiting()
    assert [one.hash for one in waiting] == [sha(photos[number]) for number in (3, 1, 2)]
    assert {one.feed for one in waiting} == {device.ledger.feed}
    assert device.station.blobs.left() == BlobsLeft(4, 20_000)


def test_bytes_are_let_go_only_past_the_retention_of_what_the_centre_has(
    device: FieldDevice,
) -> None:
    photos = [picture(number, 5_000) for number in range(3)]
    hand_over_with(device, FAMILIES[0], *photos)
    safe(device)
    blobs = device.station.blobs
    blobs.is_whole(sha(photos[0]), AT)
    blobs.is_whole(sha(photos[1]), AT + DAY)
    assert blobs.prune(AT) == 0
    assert blobs.prune(AT + DAY) == 1
    assert [blobs.has(sha(photo)) for photo in photos] == [False, True, True]
    assert blobs.read(sha(photos[0])) is None
    assert blobs.is_at_centre(sha(photos[0]))
    assert blobs.left() == BlobsLeft(1, 5_000)
    assert blobs.prune(AT + 100 * DAY) == 1
    assert blobs.has(sha(photos[2])), "the centre hasn't got this one"

    kept = device.station.keep_picture(BlobKind.PHOTO, photos[0])
    assert blobs.read(kept.hash) == photos[0]


def test_what_no_record_came_to_name_is_swept_after_a_day(device: FieldDevice) -> None:
    named, stray, fresh = picture(1), picture(2), picture(3)
    hand_over_with(device, FAMILIES[0], named)
    device.station.keep_picture(BlobKind.PHOTO, stray)
    device.clock.forward(DAY)
    device.station.keep_picture(BlobKind.PHOTO, fresh)
    blobs = device.station.blobs
    assert blobs.sweep(device.ledger.clock().now - DAY // 2) == 1
    assert [blobs.has(sha(photo)) for photo in (named, stray, fresh)] == [True, False, True]
    blobs.drop(sha(named))
    assert blobs.read(sha(named)) == named, "a record names it"


def test_a_rebuild_tells_the_same_of_the_pictures(device: FieldDevice) -> None:
    photos = [picture(number, 5_000) for number in range(4)]
    hand_over_with(device, FAMILIES[0], *photos[:2])
    place = hand_over_with(device, FAMILIES[1], photos[2]).place
    safe(device)
    from models.facts import VoidReason

    device.station.void(place, RANI, VoidReason.GOODS_NOT_TAKEN)
    blobs = device.station.blobs
    before = blobs.waiting(), blobs.left()
    assert before[1].count == 3, "a record that was taken back stays, and so does its picture"
    from models.field.database import write

    with write(device.connection):
        device.ledger.projector.rebuild()
    assert (blobs.waiting(), blobs.left()) == before


def test_a_damaged_pictures_file_is_set_aside_and_keeps_nobody_from_the_records(
    device: FieldDevice,
) -> None:
    hand_over_with(device, FAMILIES[0], picture(1))
    head = device.ledger.head()
    device.close()
    file = device.folder / BLOBS_FILE
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.write_bytes(bytes(8_192))
    device.restart()
    assert device.ledger.head() == head
    assert (device.folder / f"{BLOBS_FILE}.rusak-1").exists()
    assert device.station.blobs.left() == BlobsLeft()
    hand_over_with(device, FAMILIES[1], picture(2))
    assert device.station.blobs.left().count == 1


def test_pictures_move_with_the_device(device: FieldDevice, tmp_path: Path) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    device.close()
    target = tmp_path / "there"
    target.mkdir()
    move_database(device.database, target)
    assert not (device.folder / BLOBS_FILE).exists()
    moved = opened(target)
    assert moved.station.blobs.read(sha(photo)) == photo
    moved.close()


def test_the_ledger_stays_as_short_as_without_pictures(device: FieldDevice) -> None:
    hand_over_naming(device, FAMILIES[0])
    for number in range(1, 9):
        hand_over_with(device, FAMILIES[number], picture(number, 300_000))
    device.close()
    open_database(device.folder, KEY)
    assert (device.folder / LEDGER_FILE).stat().st_size < 500_000
    assert (device.folder / BLOBS_FILE).stat().st_size > 2_400_000
    device.connect()
