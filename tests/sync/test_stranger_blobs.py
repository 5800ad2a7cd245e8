"""A stranger, who has only the protocol's page, brings a photo to our centre."""

from __future__ import annotations

import hashlib
import random

import pytest

from tests.support.centre_world import Centre
from tests.support.strangers import CAMERA, FAMILIES, HANDED, Enrolled
from tests.support.world import RANI
from tests.sync.stranger import blobs, wire
from tests.sync.stranger.line import Refused
from tests.sync.test_stranger_vectors import plain, raw, vector

PHOTO = random.Random(1).randbytes(200_000)
NAME = hashlib.sha256(PHOTO).digest()


def test_the_golden_photo() -> None:
    golden = vector("blobs")
    key = wire.Signer(raw(golden, "seed"))
    centre = wire.Signer(raw(golden, "centre_seed"), wire.CENTRE_ID)
    photo, says = raw(golden, "photo"), plain(golden["says"])
    name = hashlib.sha256(photo).digest()
    for operation in ("blobs", "blob"):
        signed = key.sign(wire.write(says[operation]), wire.REQUEST)
        assert signed == raw(golden, operation)
    assert says["blob"][2:] == [name, len(photo), 50, photo[50:]]
    feed, at, told = blobs.read_word(raw(golden, "word"), {centre.id: centre.public})
    assert [1, feed, at, [[one, *told[one]] for one in told]] == says["word"]
    assert (feed, told[name]) == (key.id, (blobs.WHOLE, len(photo)))
    with pytest.raises(wire.Untrusted):
        blobs.read_word(raw(golden, "word"), {centre.id: key.public})


def test_a_photo_is_brought_after_its_record_and_not_before(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    assert not blobs.send(client, PHOTO)
    family = FAMILIES[0]
    body = {1: family.id, 2: [[1, 1, 1]], 3: CAMERA, 11: [[1, NAME], [2, bytes(32)]]}
    client.record(HANDED, body, RANI, 1)
    assert client.sync()
    assert client.last_receipt is not None and client.last_receipt.exceptions == []
    assert blobs.ask(client, NAME, bytes(32), bytes(range(32))) == {
        NAME: (blobs.WANTED, 0),
        bytes(32): (blobs.WANTED, 0),
        bytes(range(32)): (blobs.NOT_WANTED, 0),
    }
    assert blobs.send(client, PHOTO)
    assert blobs.ask(client, NAME) == {NAME: (blobs.WHOLE, len(PHOTO))}
    assert centre.blobs.read(client.me["device"], NAME) == PHOTO


@pytest.mark.parametrize(
    "rest",
    [
        [NAME, len(PHOTO), 0, b""],
        [NAME, 0, 0, b"x"],
        [NAME, 2 * 1024 * 1024 + 1, 0, b"x"],
        [NAME, 10, 8, b"abc"],
        [NAME, 10, -1, b"abc"],
        [NAME[:31], 10, 0, b"abc"],
        [NAME, 300_000, 0, bytes(262_145)],
        [NAME, 10, 0],
        [NAME, 10, 0, "abc"],
    ],
)
def test_what_is_no_piece_of_a_blob_is_refused(enrolled: Enrolled, rest: list[object]) -> None:
    client = enrolled()
    with pytest.raises(Refused, match="malformed"):
        client.ask(lambda: ["blob", client.now(), *rest])
