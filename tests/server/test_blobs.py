"""The centre's photos and signatures: only what facts name, only what the hash says, once."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from models.cose import Signer
from models.facts import Blob, BlobKind, Handover, Line, SessionOpened, Source
from models.feed import FEED_ID_BYTES, encode_segment, verify_segment
from server.feeds.blobs import blobs_to_come
from sync.blob_messages import (
    AskBlobs,
    BlobPiece,
    BlobRequest,
    BlobState,
    HeldBlob,
    encode_blob_request,
    read_blobs_word,
)
from sync.messages import Refusal, Reply, read_refusal
from tests.support.centre_world import Centre
from tests.support.feeds import MadeFeed
from tests.support.world import AT, CENTRE, FIRST, HERE, SEMBAKO, family

FAMILIES = [family(number) for number in range(1, 10)]
PHOTO = random.Random(1).randbytes(300_000)
NAME = hashlib.sha256(PHOTO).digest()
UNKNOWN, WANTED, WHOLE = BlobState


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A centre with families and two devices."""
    made = Centre(engine)
    made.furnish(FAMILIES)
    for device in (1, 2):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key)
    return made


def named(device: int, *hashes: bytes) -> MadeFeed:
    """A feed with a hand-over that names ``hashes``."""
    feed = MadeFeed(device)
    feed.add(SessionOpened(HERE))
    blobs = tuple(Blob(BlobKind.PHOTO, one) for one in hashes)
    lines = (Line(FIRST, SEMBAKO, 1),)
    feed.add(Handover(FAMILIES[device].id, lines, Source.CAMERA, blobs=blobs))
    return feed


def take(centre: Centre, feed: MadeFeed) -> None:
    """Pushes all of a feed."""
    segment = feed.segment(1, None)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def asked(centre: Centre, signer: Signer, request: BlobRequest, operation: str = "") -> Reply:
    """The centre's reply."""
    operation = operation or ("blobs" if isinstance(request, AskBlobs) else "blob")
    return centre.receiver.answer(operation, encode_blob_request(request, signer))


def word(reply: Reply) -> tuple[BlobState, int]:
    """The one standing in a reply."""
    assert reply.status == 200
    (one,) = read_blobs_word(reply.body, {CENTRE.key_id: CENTRE.public_key}).blobs
    return one.state, one.held


def sent(
    centre: Centre, feed: MadeFeed, offset: int, data: bytes, *, length: int = len(PHOTO),
    name: bytes = NAME,
) -> tuple[BlobState, int]:  # fmt: skip
    """What the centre says after a piece."""
    return word(asked(centre, feed.signer, BlobPiece(AT, name, length, offset, data)))


def rows(centre: Centre) -> int:
    """How many pieces are kept."""
    (found,) = centre.rows("SELECT count(*) FROM blob_data")[0]
    assert isinstance(found, int)
    return found


def test_a_picture_that_no_fact_of_the_device_names_is_not_taken(centre: Centre) -> None:
    stranger, owner = named(2, bytes(32)), named(1, NAME)
    take(centre, stranger)
    take(centre, owner)
    assert sent(centre, stranger, 0, PHOTO[:100]) == (UNKNOWN, 0)
    assert word(asked(centre, stranger.signer, AskBlobs(AT, (NAME,)))) == (UNKNOWN, 0)
    assert centre.rows("SELECT * FROM blob") == []
    assert sent(centre, owner, 0, PHOTO[:100]) == (WANTED, 100)


def test_who_is_not_known_or_not_themselves_is_refused(centre: Centre) -> None:
    take(centre, named(1, NAME))
    nobody = Signer.of(b"\x99" * 32, FEED_ID_BYTES)
    piece = BlobPiece(AT, NAME, len(PHOTO), 0, PHOTO[:100])
    for signer, operation, refusal in (
        (nobody, "", Refusal.UNKNOWN_FEED),
        (Signer(nobody.private_key, named(1).id), "", Refusal.NOT_SIGNED),
        (named(1).signer, "blobs", Refusal.MALFORMED),
    ):
        reply = asked(centre, signer, piece, operation)
        assert (reply.status, read_refusal(reply.body)[0]) == (refusal, refusal.name.lower())
    for body in (b"", b"\x00", bytes(100), encode_segment(named(1).segment(1, None))):
        assert centre.receiver.answer("blob", body).status == Refusal.NOT_SIGNED
    assert centre.rows("SELECT * FROM blob") == []


def test_pieces_in_any_order_twice_and_overlapping_come_to_the_one_picture(
    centre: Centre,
) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    rng = random.Random(7)
    held = 0
    while held < len(PHOTO):
        offset = min(max(held - rng.randrange(-20_000, 60_000), 0), len(PHOTO) - 1)
        data = PHOTO[offset : offset + rng.randrange(1, 70_000)]
        for _ in range(rng.randrange(1, 3)):
            if offset <= held < offset + len(data):
                held = offset + len(data)
            state, told = sent(centre, feed, offset, data)
            assert (state, told) == (WHOLE if held == len(PHOTO) else WANTED, held)
    assert sent(centre, feed, 0, PHOTO[:9]) == (WHOLE, len(PHOTO))
    assert centre.blobs.read(1, NAME) == PHOTO
    assert centre.blobs.read(2, NAME) is None


def test_other_bytes_than_the_hash_says_are_thrown_away_and_it_begins_anew(
    centre: Centre,
) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    bent = bytearray(PHOTO)
    bent[123_456] ^= 1
    assert sent(centre, feed, 0, bytes(bent[:200_000])) == (WANTED, 200_000)
    assert centre.blobs.read(1, NAME) is None
    assert sent(centre, feed, 200_000, PHOTO[200_000:]) == (WANTED, 0)
    assert rows(centre) == 0
    assert sent(centre, feed, 200_000, PHOTO[200_000:]) == (WANTED, 0)
    assert sent(centre, feed, 0, PHOTO[:200_000]) == (WANTED, 200_000)
    assert sent(centre, feed, 200_000, PHOTO[200_000:]) == (WHOLE, len(PHOTO))
    assert centre.blobs.read(1, NAME) == PHOTO


def test_another_length_begins_anew(centre: Centre) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    assert sent(centre, feed, 0, PHOTO[:100], length=200) == (WANTED, 100)
    assert sent(centre, feed, 100, PHOTO[100:300]) == (WANTED, 0)
    assert sent(centre, feed, 0, PHOTO[:250_000]) == (WANTED, 250_000)
    assert sent(centre, feed, 250_000, PHOTO[250_000:]) == (WHOLE, len(PHOTO))


def test_many_workers_with_the_same_pieces_keep_each_once(centre: Centre) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    step = 30_000
    pieces = [(begin, PHOTO[begin : begin + step]) for begin in range(0, len(PHOTO), step)] * 3
    for _ in range(len(pieces)):
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda piece: sent(centre, feed, *piece), pieces))
        if told[-1][0] is WHOLE:
            break
    assert centre.blobs.read(1, NAME) == PHOTO
    assert rows(centre) == len(PHOTO) // step


def test_what_is_kept_is_sealed_to_its_place(centre: Centre) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    sent(centre, feed, 0, PHOTO[:150_000])
    sent(centre, feed, 150_000, PHOTO[150_000:])
    sealed = [bytes(one) for (one,) in centre.rows("SELECT sealed FROM blob_data ORDER BY begin")]
    assert [len(one) for one in sealed] == [150_029, 150_029]
    assert PHOTO[:16] not in sealed[0]
    with centre.engine.begin() as connection:
        for change in ("begin - 500000", "350000 - begin - 500000"):
            connection.exec_driver_sql(f"UPDATE blob_data SET begin = {change}")
    from server.personal import CannotDecrypt

    with pytest.raises(CannotDecrypt):
        centre.blobs.read(1, NAME)


def test_how_many_are_still_to_come_of_each_device(centre: Centre) -> None:
    other = hashlib.sha256(b"other").digest()
    for feed in (named(1, NAME, other), named(2, NAME)):
        take(centre, feed)
    with centre.engine.connect() as connection:
        assert blobs_to_come(connection) == {1: 2, 2: 1}
    sent(centre, named(1), 0, PHOTO[:250_000])
    with centre.engine.connect() as connection:
        assert blobs_to_come(connection) == {1: 2, 2: 1}
    sent(centre, named(1), 250_000, PHOTO[250_000:])
    sent(centre, named(1), 0, b"other", length=5, name=other)
    with centre.engine.connect() as connection:
        assert blobs_to_come(connection) == {2: 1}


def test_the_answer_is_in_the_order_asked_and_names_the_feed(centre: Centre) -> None:
    feed = named(1, NAME)
    take(centre, feed)
    hashes = (bytes(32), NAME, bytes(32))
    reply = asked(centre, feed.signer, AskBlobs(AT, hashes))
    told = read_blobs_word(reply.body, {CENTRE.key_id: CENTRE.public_key})
    assert (told.feed, told.at) == (feed.id, centre.now)
    assert told.blobs == tuple(
        HeldBlob(one, WANTED if one == NAME else UNKNOWN, 0) for one in hashes
    )
