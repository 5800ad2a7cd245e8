"""Pictures for tests: bytes that can't be compressed, the same for the same seed."""

from __future__ import annotations

import random

from models.facts import Blob, BlobKind
from models.field.ledger import Recorded
from tests.support.field import FieldDevice
from tests.support.world import RANI, Family


def picture(seed: int, size: int = 150_000) -> bytes:
    """A photo's bytes, as far as anything below the screens looks at them."""
    return b"\xff\xd8" + random.Random(seed).randbytes(size - 2)


def hand_over_with(device: FieldDevice, family: Family, *pictures: bytes) -> Recorded:
    """A hand-over to ``family`` that names ``pictures``."""
    blobs = [device.station.keep_picture(BlobKind.PHOTO, data) for data in pictures]
    return hand_over_naming(device, family, *blobs)


def hand_over_naming(device: FieldDevice, family: Family, *blobs: Blob) -> Recorded:
    """The same with pictures that were kept before."""
    look = device.station.look_up_kk(family.kk)
    recorded = device.station.hand_over(look, RANI, blobs=blobs)
    device.clock.forward()
    return recorded
