"""From the decoded slip to the committed fact, beside one bare append+fsync of 200 bytes."""

from __future__ import annotations

from contextlib import closing
from random import Random

from bench import city
from bench.device import ACTOR, SLIP_SIGNER, Device, device, signed_slip_of, slip_of
from bench.figures import Figure, Table, at_most_times
from bench.ground import AppendedFile, Ground
from bench.samples import in_turn
from models.facts import BlobKind, Source
from models.slip import read_slip, slip_key_id

POINT_HOUSEHOLDS = 2_000
"""On the roster of a large point."""
ROUNDS, WARM_UP, LOOKS = 600, 50, 200
PHOTOS, PHOTO_BYTES = 200, 150_000


def run(ground: Ground) -> Table:
    """Hands over to one household after another, once with the roster of a point and once with
    that of a whole city."""
    figures: list[Figure] = []
    photos: list[Figure] = []
    notes = [
        "Look-up, decision, hash, commit (SQLCipher, synchronous=FULL) and projections: one"
        " Station.look_up_slip and one Station.hand_over. A scan's signature is checked before."
    ]
    for households, name in ((POINT_HOUSEHOLDS, "2,000"), (city.HOUSEHOLDS, "3.5 million")):
        with device(ground, households) as opened:
            figures += _figures(opened, name)
            if households == POINT_HOUSEHOLDS:
                photos = _photos(opened)
            notes += opened.notes()
    return Table(
        "record: from the decoded slip to the committed fact",
        "append of 200 bytes to a file on the same disk + fsync, in turn with the figure",
        [*figures, *photos, _signature()],
        notes,
    )


def _figures(opened: Device, name: str) -> list[Figure]:
    station = opened.station
    places = Random(20).sample(range(opened.households), WARM_UP + ROUNDS + LOOKS)
    slips = [slip_of(place) for place in places]
    looked = in_turn(
        LOOKS,
        {"look": lambda number: station.look_up_slip(slips[-1 - number], Source.CAMERA)},
        warm_up=0,
    )["look"]

    def record(number: int) -> None:
        look = station.look_up_slip(slips[number], Source.CAMERA)
        station.hand_over(look, ACTOR)

    with closing(AppendedFile(opened.folder)) as file:
        whole = in_turn(ROUNDS, {"record": record, "floor": lambda _number: file.append()}, WARM_UP)
    recorded, floor = whole["record"], whole["floor"]
    what, target = f"recorded, of {name} households: median", at_most_times(5)
    return [
        Figure(what, recorded.median, "ms", floor.median, target),
        Figure("  95 of 100 under", recorded.p95, "ms", floor.p95),
        Figure("  of that look-up and decision: median", looked.median, "ms"),
    ]


def _photos(opened: Device) -> list[Figure]:
    """A hand-over with a photo: the photo before it, beside as many bytes in a plain file."""
    station, random = opened.station, Random(21)
    photos = [random.randbytes(PHOTO_BYTES) for _ in range(WARM_UP + PHOTOS)]

    def keep(number: int) -> None:
        station.keep_picture(BlobKind.PHOTO, photos[number])

    with closing(AppendedFile(opened.folder, PHOTO_BYTES)) as file:
        works = {"keep": keep, "floor": lambda _number: file.append()}
        whole = in_turn(PHOTOS, works, WARM_UP)
    kept, floor = whole["keep"], whole["floor"]
    what = f"before it a photo of {PHOTO_BYTES // 1000} kB, kept: median"
    return [
        Figure(what, kept.median, "ms", floor.median),
        Figure("  95 of 100 under", kept.p95, "ms", floor.p95),
    ]


def _signature() -> Figure:
    keys = {slip_key_id(SLIP_SIGNER.key_id): SLIP_SIGNER.public_key}
    slips = [signed_slip_of(place) for place in range(220)]
    checked = in_turn(200, {"check": lambda number: read_slip(slips[number], keys)})
    return Figure("a slip's signature, checked: median", checked["check"].median, "ms")
