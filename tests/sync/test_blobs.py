"""Photos and signatures on their way to the centre: last, resumed, each whole or not at all."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models import cbor
from models.cose import peek
from models.errors import Cancelled, CentreDown, DeviceRevoked, LinkLost
from models.facts import MOST_BLOB_BYTES
from models.field.blobs import BlobsLeft
from models.field.device import load_identity, load_last_sync
from sync import blob_sending
from sync.blob_limit import BlobLimit
from sync.blob_sending import FIRST_PIECE, BlobsSent
from sync.messages import Reply
from sync.progress import Phase, Progress
from sync.session import PULL_EVERY
from tests.support.centre_world import Centre
from tests.support.faulty import Fault, FaultyLink
from tests.support.field import FieldDevice, new_device
from tests.support.pictures import hand_over_naming, hand_over_with, picture
from tests.support.syncing import Hurry, Straight, sync
from tests.support.tiny_server import Said, serving
from tests.support.world import BUDI, HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 60)]
BLOB_OPERATIONS = ("blobs", "blob")


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """A centre with families."""
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with an open session, all of whose records are safe."""
    made = enrolled(furnished, tmp_path / "one", 1)
    yield made
    made.close()


def enrolled(centre: Centre, folder: Path, number: int) -> FieldDevice:
    """A new device with an open session, all of whose records are safe."""
    made = new_device(folder, number)
    centre.enrol(made.identity)
    sync(made, Straight(centre.receiver.answer))
    made.station.open_session(RANI, HERE)
    sync(made, Straight(centre.receiver.answer))
    return made


def sha(data: bytes) -> bytes:
    """What a fact names it by."""
    return hashlib.sha256(data).digest()


def all_there(centre: Centre, device: FieldDevice, *photos: bytes) -> None:
    """The centre has exactly these of the device, whole and once, and the device knows it."""
    for photo in photos:
        assert centre.blobs.read(device.identity.device, sha(photo)) == photo
        assert device.station.blobs.is_at_centre(sha(photo))
    held = centre.rows(
        "SELECT hash, length, held FROM blob WHERE device = :one AND whole_at IS NOT NULL",
        one=device.identity.device,
    )
    assert {bytes(row[0]): row[1:] for row in held} == {
        sha(photo): (len(photo), len(photo)) for photo in photos
    }
    sealed = centre.rows(
        "SELECT sum(length(sealed) - 29) FROM blob_data WHERE device = :one",
        one=device.identity.device,
    )
    assert sealed == [(sum(len(photo) for photo in set(photos)),)]
    assert device.station.blobs.left() == BlobsLeft()


class Watched:
    """A transport that notes each request: the operation, and of a piece which, where, how much."""

    def __init__(self, answer: Callable[[str, bytes], Reply]) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.pieces: list[tuple[bytes, int, int]] = []
        self.blob_bytes = 0
        self.before: Callable[[str], None] = lambda _operation: None
        self.after: Callable[[str], None] = lambda _operation: None

    def post(self, operation: str, body: bytes) -> Reply:
        """The answer."""
        self.before(operation)
        self.asked.append(operation)
        if operation in BLOB_OPERATIONS:
            self.blob_bytes += len(body)
        reply = self.answer(operation, body)
        if operation == "blob":
            _, _, hash_, _, offset, data = cbor.loads(peek(body))
            self.pieces.append((hash_, offset, len(data)))
        self.after(operation)
        return reply


# --- last, and whole -------------------------------------------------------------------------


def test_pictures_arrive_whole_and_sealed_after_all_records(
    furnished: Centre, device: FieldDevice
) -> None:
    photos = [picture(1), picture(2, 700_000), picture(3, 9_000)]
    hand_over_with(device, FAMILIES[0], *photos[:2])
    hand_over_with(device, FAMILIES[1], photos[2])
    assert device.station.blobs.left() == BlobsLeft(3, 859_000)
    link = Watched(furnished.receiver.answer)
    told: list[Progress] = []
    synced = sync(device, link, report=told.append)
    assert (synced.sent, synced.blobs) == (2, BlobsSent(3))
    assert link.asked[:5] == ["hello", "push", "pull", "pull", "blobs"]
    assert set(link.asked[5:]) == {"blob"}
    all_there(furnished, device, *photos)
    shown = [(one.done, one.total) for one in told if one.phase is Phase.PHOTOS]
    assert (shown[0], shown[-1]) == ((0, 3), (3, 3))
    assert shown == sorted(shown)
    sealed = b"".join(bytes(row[0]) for row in furnished.rows("SELECT sealed FROM blob_data"))
    assert not any(photo[at : at + 16] in sealed for photo in photos for at in (0, 5_000))

    again = Watched(furnished.receiver.answer)
    assert sync(device, again).blobs == BlobsSent()
    assert not set(again.asked) & set(BLOB_OPERATIONS)


def test_no_picture_sets_out_while_its_record_is_not_safe(
    furnished: Centre, device: FieldDevice
) -> None:
    hand_over_with(device, FAMILIES[0], picture(1))
    assert device.station.blobs.waiting() == []
    link = Watched(furnished.receiver.answer)

    def no_push(operation: str) -> None:
        if operation == "push":
            raise LinkLost()

    link.before = no_push
    with pytest.raises(LinkLost):
        sync(device, link)
    assert not set(link.asked) & set(BLOB_OPERATIONS)
    assert furnished.rows("SELECT * FROM blob") == []


def test_what_is_recorded_while_pictures_go_out_goes_before_the_next_piece(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1, 900_000)
    hand_over_with(device, FAMILIES[0], photo)
    link = Watched(furnished.receiver.answer)

    def meanwhile(operation: str) -> None:
        if operation == "blob" and len(link.pieces) in (1, 2):
            hand_over_naming(device, FAMILIES[len(link.pieces)])

    link.after = meanwhile
    synced = sync(device, link)
    first = link.asked.index("blob")
    sending = [one for one in link.asked[first:] if one != "pull"]
    assert sending[:7] == ["blob", "hello", "push", "blob", "hello", "push", "blob"]
    assert (synced.sent, device.ledger.safety().unsafe) == (3, 0)
    all_there(furnished, device, photo)


def test_it_is_asked_what_others_did_while_pictures_go_out_for_long(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    other = enrolled(furnished, tmp_path / "two", 2)
    look = other.station.look_up_kk(FAMILIES[5].kk)
    other.station.hand_over(look, BUDI)
    hand_over_with(device, FAMILIES[0], picture(1, 900_000))
    link = Watched(furnished.receiver.answer)

    def long_after(operation: str) -> None:
        if operation == "blob":
            device.clock.forward(PULL_EVERY)
            if len(link.pieces) == 1:
                sync(other, Straight(furnished.receiver.answer))

    link.after = long_after
    sync(device, link)
    first = link.asked.index("blob")
    assert link.asked[first : first + 4] == ["blob", "pull", "pull", "blob"]
    assert device.station.look_up_kk(FAMILIES[5].kk).decision.taken != ()
    other.close()


def test_a_record_that_cannot_be_sent_meanwhile_is_told_as_ever(
    furnished: Centre, device: FieldDevice
) -> None:
    hand_over_with(device, FAMILIES[0], picture(1, 900_000))
    link = Watched(furnished.receiver.answer)

    def then_down(operation: str) -> None:
        if operation == "hello" and link.pieces:
            raise CentreDown()

    def meanwhile(operation: str) -> None:
        if operation == "blob":
            hand_over_naming(device, FAMILIES[1])

    link.before, link.after = then_down, meanwhile
    with pytest.raises(CentreDown):
        sync(device, link)
    assert len(link.pieces) == 1
    assert device.ledger.safety().unsafe == 1


# --- whatever goes wrong ---------------------------------------------------------------------


class OnlyBlobs(FaultyLink):
    """Faults befall requests about pictures alone."""

    def post(self, operation: str, body: bytes) -> Reply:
        """Carries one request."""
        if operation in BLOB_OPERATIONS:
            return super().post(operation, body)
        return self._arrive(operation, body)


@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.NONE])
@pytest.mark.parametrize("which", range(6))
def test_any_fault_at_any_piece_loses_nothing_and_leaves_the_records_safe(
    furnished: Centre, device: FieldDevice, fault: Fault, which: int
) -> None:
    photos = [picture(1, 300_000), picture(2, 40_000)]
    hand_over_with(device, FAMILIES[0], *photos)
    link = OnlyBlobs(furnished.receiver.answer).will([Fault.NONE] * which + [fault])
    synced = sync(device, link)
    assert device.ledger.safety().unsafe == 0
    last = load_last_sync(device.connection)
    assert last is not None and last.problem is None
    if synced.blobs.left.count:
        assert synced.blobs.problem is not None
    again = sync(device, link)
    assert (again.blobs.problem, synced.blobs.sent + again.blobs.sent >= 2) == (None, True)
    link.deliver_late(lambda waiting: waiting.reverse())
    all_there(furnished, device, *photos)


def test_each_of_64_pieces_is_sent_once_though_the_line_breaks_after_every_one(
    furnished: Centre, device: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_sending, "FIRST_PIECE", MOST_BLOB_BYTES // 64)
    photo = picture(1, MOST_BLOB_BYTES)
    hand_over_with(device, FAMILIES[0], photo)
    pieces: list[tuple[bytes, int, int]] = []
    for _ in range(64):
        link = Watched(furnished.receiver.answer)

        def broken(operation: str, link: Watched = link) -> None:
            if operation == "blob" and link.pieces:
                raise CentreDown()

        link.before = broken
        synced = sync(device, link, attempts=1)
        assert len(link.pieces) == 1
        pieces += link.pieces
        device.restart()
    assert synced.blobs == BlobsSent(1)
    size = MOST_BLOB_BYTES // 64
    assert pieces == [(sha(photo), number * size, size) for number in range(64)]
    all_there(furnished, device, photo)


def test_pieces_shrink_on_a_line_that_breaks_and_grow_on_one_that_holds(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1, MOST_BLOB_BYTES)
    hand_over_with(device, FAMILIES[0], photo)
    link = Watched(furnished.receiver.answer)

    def narrow(operation: str) -> None:
        if operation == "blob" and len(link.pieces) < 2 and link.asked.count("tried") < 2:
            link.asked.append("tried")
            raise LinkLost()

    link.before = narrow
    assert sync(device, link).blobs == BlobsSent(1)
    sizes = [size for _, _, size in link.pieces]
    assert sizes[0] == FIRST_PIECE // 4
    assert sizes == sorted(sizes[:-1]) + sizes[-1:]
    assert sizes[-2] > FIRST_PIECE
    all_there(furnished, device, photo)

    straight = Watched(furnished.receiver.answer)
    hand_over_with(device, FAMILIES[1], picture(2, MOST_BLOB_BYTES))
    sync(device, straight)
    assert [size >> 10 for _, _, size in straight.pieces] == [64, 128, *[256] * 7, 64]


def test_a_busy_centre_is_waited_for_and_a_stop_is_heard(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1, 400_000)
    hand_over_with(device, FAMILIES[0], photo)
    link = Watched(furnished.receiver.answer)
    stop = Hurry()

    def stopped(operation: str) -> None:
        if operation == "blob" and len(link.pieces) == 2:
            stop.set()

    link.after = stopped
    with pytest.raises(Cancelled):
        sync(device, link, stop=stop)
    assert len(link.pieces) == 2
    assert device.ledger.safety().unsafe == 0

    busy = OnlyBlobs(furnished.receiver.answer).will([Fault.NONE, Fault.TROUBLE, Fault.TROUBLE])
    pauses = Hurry()
    assert sync(device, busy, stop=pauses).blobs == BlobsSent(1)
    assert [round(seconds) >= 1 for seconds in pauses.pauses] == [True, True]
    all_there(furnished, device, photo)


CLIENT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.support.field import opened
    from tests.support.syncing import sync_over_http
    sync_over_http(opened(Path(sys.argv[1])), sys.argv[2], (10.0, 10.0))
    """
)


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_killed_between_two_pieces_it_goes_on_where_the_centre_is(
    furnished: Centre, device: FieldDevice, pieces: int
) -> None:
    photo = picture(1, 500_000)
    hand_over_with(device, FAMILIES[0], photo)
    device.close()
    killed = threading.Event()
    seen: list[str] = []

    def answer(asked: str, body: bytes) -> Said:
        said = Said.reply(furnished.receiver.answer(asked, body))  # the centre has committed
        seen.append(asked)
        if seen.count("blob") == pieces and not killed.is_set():
            client.send_signal(signal.SIGKILL)
            client.wait()
            killed.set()
            return Said(hangs_up=True)
        return said

    with serving(answer) as server:
        client = subprocess.Popen([sys.executable, "-c", CLIENT, str(device.folder), server.url])
        assert killed.wait(60)
        assert client.wait() == -signal.SIGKILL
    device.restart()
    link = Watched(furnished.receiver.answer)
    assert sync(device, link).blobs == BlobsSent(1)
    (held,) = [(1 << 16) * (2**pieces - 1)]
    assert link.pieces[0][1] == held
    assert sum(size for _, _, size in link.pieces) == len(photo) - held
    all_there(furnished, device, photo)


def test_a_picture_that_rotted_on_the_disk_holds_back_no_other(
    furnished: Centre, device: FieldDevice
) -> None:
    bad, good = picture(1), picture(2)
    hand_over_with(device, FAMILIES[0], bad, good)
    with device.database.blobs.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE blob_piece SET data = zeroblob(length(data)) WHERE hash = ?", (sha(bad),)
        )
    assert sync(device, Straight(furnished.receiver.answer)).blobs == BlobsSent(1)
    assert device.station.blobs.read(sha(good)) == good
    assert device.station.blobs.read(sha(bad)) is None
    all_there(furnished, device, good)
    link = Watched(furnished.receiver.answer)
    sync(device, link)
    assert link.pieces == []


def test_a_centre_restored_from_its_backup_gets_the_pictures_again(
    furnished: Centre, device: FieldDevice
) -> None:
    before, after = picture(1), picture(2)
    hand_over_with(device, FAMILIES[0], before)
    sync(device, Straight(furnished.receiver.answer))
    hand_over_with(device, FAMILIES[1], after)
    sync(device, Straight(furnished.receiver.answer))
    with furnished.engine.begin() as connection:
        for statement in (
            "DELETE FROM fact WHERE seq > 2",
            "DELETE FROM handover WHERE seq > 2",
            "DELETE FROM blob_named WHERE seq > 2",
            "DELETE FROM blob",
            "DELETE FROM blob_data",
            "UPDATE feed SET head_seq = 2, head_hash = (SELECT hash FROM fact WHERE seq = 2)",
        ):
            connection.exec_driver_sql(statement)
    assert sync(device, Straight(furnished.receiver.answer)).blobs == BlobsSent(2)
    all_there(furnished, device, before, after)


# --- whose it is -----------------------------------------------------------------------------


def test_two_devices_with_the_same_picture_each_bring_their_own(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    other, photo = enrolled(furnished, tmp_path / "two", 2), picture(1)
    for one, served in ((device, FAMILIES[0]), (other, FAMILIES[1])):
        hand_over_with(one, served, photo)
        assert sync(one, Straight(furnished.receiver.answer)).blobs == BlobsSent(1)
    all_there(furnished, device, photo)
    all_there(furnished, other, photo)
    other.close()


def test_the_same_picture_in_two_hand_overs_goes_once(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    hand_over_with(device, FAMILIES[1], photo)
    link = Watched(furnished.receiver.answer)
    assert sync(device, link).blobs == BlobsSent(1)
    assert sum(size for _, _, size in link.pieces) == len(photo)
    all_there(furnished, device, photo)


def test_more_pictures_than_one_question_holds_all_go(
    furnished: Centre, device: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_sending, "MOST_ASKED", 4)
    photos = [picture(number, 3_000) for number in range(11)]
    for number in range(0, 11, 2):
        hand_over_with(device, FAMILIES[number], *photos[number : number + 2])
    link = Watched(furnished.receiver.answer)
    assert sync(device, link).blobs == BlobsSent(11)
    assert link.asked.count("blobs") == 3
    all_there(furnished, device, *photos)


def test_a_blocked_device_still_brings_what_shows_its_hand_overs(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    furnished.revoke(1)
    with pytest.raises(DeviceRevoked):
        sync(device, Straight(furnished.receiver.answer))
    all_there(furnished, device, photo)


def test_pictures_of_an_earlier_feed_still_go_after_a_fork(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    clone = device.copy_to(tmp_path / "clone")
    clone.clock.forward(3_600_000)
    photos = [picture(1), picture(2)]
    hand_over_with(device, FAMILIES[0], photos[0])
    sync(device, Straight(furnished.receiver.answer))
    hand_over_with(clone, FAMILIES[1], photos[1])
    synced = sync(clone, Straight(furnished.receiver.answer))
    assert (synced.moved, synced.blobs) == (True, BlobsSent(1))
    identity = load_identity(clone.connection)
    assert identity is not None
    clone.identity = identity
    later = picture(3)
    hand_over_with(clone, FAMILIES[2], later)
    assert sync(clone, Straight(furnished.receiver.answer)).blobs == BlobsSent(1)
    for photo in (*photos, later):
        assert furnished.blobs.read(1, sha(photo)) == photo
    clone.close()


def test_a_picture_whose_record_came_by_stick_goes_by_the_device_that_has_it(
    furnished: Centre, device: FieldDevice
) -> None:
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    segment = device.ledger.segment_after(device.ledger.safe_seq(), 500)
    assert segment is not None
    from models.feed import encode_segment

    assert furnished.receiver.answer("push", encode_segment(segment)).status == 200
    assert furnished.rows("SELECT * FROM blob") == []
    assert sync(device, Straight(furnished.receiver.answer)).blobs == BlobsSent(1)
    all_there(furnished, device, photo)


def test_a_receiving_end_without_a_place_for_pictures_does_no_harm(
    furnished: Centre, device: FieldDevice
) -> None:
    hand_over_with(device, FAMILIES[0], picture(1))
    receiver = furnished.receiving()
    receiver._blobs = None
    synced = sync(device, Straight(receiver.answer))
    assert (synced.blobs.problem, synced.blobs.left.count) == ("bad_answer", 1)
    assert device.ledger.safety().unsafe == 0


# --- the limit of a day ----------------------------------------------------------------------


def test_the_days_limit_holds_to_the_byte_and_the_next_day_goes_on(
    furnished: Centre, device: FieldDevice
) -> None:
    photos = [picture(number, 100_000) for number in range(6)]
    for number, photo in enumerate(photos):
        hand_over_with(device, FAMILIES[number], photo)
    limit = BlobLimit(250_000, counted=True)
    total = done = 0
    for day in range(3):
        link = Watched(furnished.receiver.answer)
        synced = sync(device, link, blobs=limit)
        total, done = total + link.blob_bytes, done + synced.blobs.sent
        assert link.blob_bytes <= 250_000
        assert synced.blobs.limited == (day < 2)
        assert device.ledger.safety().unsafe == 0
        if synced.blobs.limited:
            assert link.blob_bytes > 249_000
            idle = Watched(furnished.receiver.answer)
            assert sync(device, idle, blobs=limit).blobs.limited
            assert idle.pieces == []
        furnished.now += 24 * 3_600_000
        device.clock.now = furnished.now
    assert done == 6
    assert total < 605_000
    all_there(furnished, device, *photos)


def test_what_never_arrived_counts_too_and_a_restart_does_not_forget_it(
    furnished: Centre, device: FieldDevice
) -> None:
    hand_over_with(device, FAMILIES[0], picture(1, 400_000))
    link = Watched(furnished.receiver.answer)
    tried = 0

    def lost(operation: str) -> None:
        nonlocal tried
        if operation == "blob":
            tried += 1
            raise LinkLost()

    link.before = lost
    synced = sync(device, link, blobs=BlobLimit(200_000, counted=True))
    assert (synced.blobs.problem, tried > 3) == ("link_lost", True)
    device.restart()
    used = device.station.blobs.sent_on("2026-11-24")
    # 64, 32, 16 and 8 KiB, and the least three times in all.
    assert used > (64 + 32 + 16 + 3 * 8) * 1024
    assert device.station.blobs.sent_on("2026-11-25") == 0


def test_continue_anyway_is_counted_for_the_day(furnished: Centre, device: FieldDevice) -> None:
    photo = picture(1, 300_000)
    hand_over_with(device, FAMILIES[0], photo)
    assert sync(
        device, Straight(furnished.receiver.answer), blobs=BlobLimit(10_000, counted=True)
    ).blobs.limited
    anyway = sync(device, Straight(furnished.receiver.answer), blobs=BlobLimit(counted=True))
    assert anyway.blobs == BlobsSent(1)
    all_there(furnished, device, photo)
    hand_over_with(device, FAMILIES[1], picture(2, 1_000))
    limit = BlobLimit(100_000, counted=True)
    assert sync(device, Straight(furnished.receiver.answer), blobs=limit).blobs.limited


def test_none_at_all_asks_nothing_and_says_so(furnished: Centre, device: FieldDevice) -> None:
    hand_over_with(device, FAMILIES[0], picture(1))
    link = Watched(furnished.receiver.answer)
    synced = sync(device, link, blobs=BlobLimit(0))
    assert synced.blobs == BlobsSent(0, BlobsLeft(1, 150_000), limited=True)
    assert not set(link.asked) & set(BLOB_OPERATIONS)
    assert device.ledger.safety().unsafe == 0
