"""A stranger, who has only the protocol's page, exports to our centre and reads what we export."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from models.facts import Source
from sync.intake import FrameVerdict
from sync.unpacking import GotReceipts
from sync.usb import UsbRoad
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import certificate_of, gave
from tests.support.field import device_in
from tests.support.world import AT, BOX, CENTRE, RANI, family, roster_page
from tests.sync.stranger import parcels, wire
from tests.sync.stranger.papers import read_receipt
from tests.sync.stranger.segments import Segment, check_segment, read_segment
from tests.sync.test_stranger_vectors import raw, vector

FAMILIES = [family(number) for number in range(1, 12)]
TRUSTED = {CENTRE.key_id: CENTRE.public_key}
NEVER = threading.Event()


def test_the_golden_parcel() -> None:
    golden = vector("parcel")
    key = wire.Signer(raw(golden, "seed"))
    file = raw(golden, "head") + b"".join(map(bytes.fromhex, golden["frames"]))
    keys = {key.id: key.public}
    name, (at, certificate, stretches) = parcels.read_head(file, keys)
    assert name.hex() == golden["parcel"]
    assert (at, certificate) == (golden["at"], raw(golden, "certificate"))
    assert stretches == [[key.id, 1, golden["stretches"][-1][1]]]
    frames = [parcels.read_frame(item, keys) for item in parcels.items(file)]
    assert [(one.parcel, one.number) for one in frames] == [(name, 1), (name, 2)]
    assert [[one.first, one.last] for one in frames] == golden["stretches"]
    facts: list[bytes] = []
    for frame in frames:
        inside = {parcels.unseal(frame.envelope, raw(golden, box))
                  for box in ("centre_box", "sibling_box")}  # fmt: skip
        (encoded,) = inside
        segment = read_segment(encoded)
        check_segment(segment, key.public)
        facts += segment.facts
    assert [fact.hex() for fact in facts] == vector("segment")["facts"]


def test_the_golden_receipts() -> None:
    golden = vector("parcel")
    file = raw(golden, "receipts")
    (item,) = parcels.items(file, receipts=True)
    assert item == raw(vector("receipt"))
    assert parcels.write_receipts(CENTRE.key_id, golden["at"], [item]) == file


def test_a_strangers_parcel_is_taken_by_the_centre_and_its_receipt_read(centre: Centre) -> None:
    centre.list_families(FAMILIES)
    made = gave(1, FAMILIES[:7])
    centre.certify(1, made.id, made.signer.public_key)
    key = wire.Signer(made.signer.private_key)
    hashes = wire.chain(wire.start(key.id), 1, made.facts)
    segments = []
    for first, last in ((1, 3), (4, 8)):
        before = hashes[first - 2] if first > 1 else wire.start(key.id)
        checkpoint = wire.make_checkpoint(key, last, hashes[last - 1], AT)
        bodies = tuple(made.facts[first - 1 : last])
        segments.append(Segment(key.id, first, before, bodies, checkpoint))
    word, boxes = certificate_of(made), [KEYS.box.public_key]
    file = parcels.write_parcel(key, word, AT, segments, boxes)
    unloaded = centre.unloading().unload(file, AT)
    assert [frame.verdict for frame in unloaded.taken.frames] == [FrameVerdict.TAKEN] * 2
    assert unloaded.taken.missing == () and unloaded.taken.head is not None
    assert list(centre.facts_of(made.id).values()) == made.facts
    (item,) = parcels.items(unloaded.receipts, receipts=True)
    receipt = read_receipt(item, TRUSTED)
    assert (receipt.feed, receipt.number, receipt.hash) == (key.id, 8, hashes[-1])


@pytest.mark.parametrize("damage", [None, 1, 60, 500])
def test_what_a_laptop_exports_is_read_by_the_stranger_around_any_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: int | None
) -> None:
    monkeypatch.setattr("sync.packing.FRAME_FACTS", 2)
    with device_in(tmp_path / "laptop", page=roster_page(FAMILIES)) as device:
        device.station.open_session(RANI, 3)
        for one in FAMILIES[:5]:
            look = device.station.look_up_code(one.code, Source.CAMERA)
            device.station.hand_over(look, RANI)
        road = UsbRoad(device.database, device.clock)
        packed = road.export(tmp_path / "a.ksbb", siblings=False, stop=NEVER).packed
        assert packed is not None
        file = bytearray(packed.path.read_bytes())
        key = wire.Signer(device.identity.signer.private_key)
        keys = {key.id: key.public}
        clean = list(parcels.items(bytes(file)))
        if damage is not None:
            file[file.index(clean[1]) + damage] ^= 1
        good = []
        for item in parcels.items(bytes(file)):
            try:
                good.append(parcels.read_frame(item, keys).number)
            except (wire.Untrusted, wire.Unreadable):
                continue
        assert good == ([1, 2, 3] if damage is None else [1, 3])
        inside = [
            read_segment(parcels.unseal(parcels.read_frame(one, keys).envelope, BOX.private_key))
            for one in clean
        ]
        assert sum(len(segment.facts) for segment in inside) == 6
        hashes = [check_segment(segment, key.public)[-1] for segment in inside]
        head = device.ledger.head()
        assert hashes[-1] == head.hash
        # A receipt in a file that the stranger wrote makes the records safe.
        centre = wire.Signer(CENTRE.private_key, wire.CENTRE_ID)
        said = wire.write([1, key.id, head.seq, head.hash, AT, [], False])
        back = parcels.write_receipts(centre.id, AT, [centre.sign(said, wire.RECEIPT)])
        (tmp_path / "r.ksbb").write_bytes(back)
        (got,) = road.take_in([tmp_path / "r.ksbb"], stop=NEVER)
        assert isinstance(got.got, GotReceipts) and got.got.safe == 6
