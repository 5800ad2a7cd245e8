"""The whole USB road with real devices and a real centre: laptop, stick, carrier, centre, back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from models import facts
from models.box_keys import BoxKey
from models.cose import Signer
from models.envelope import EnvelopeProblem, NotForUs, unseal
from models.errors import (
    CarrierFull,
    CentreDown,
    CentreSlow,
    ExportStopped,
    NoBoxKey,
    NotAParcel,
    NothingToExport,
    OtherCentre,
    ParcelDamaged,
    StickGone,
)
from models.facts import Source
from models.field.device import save_identity
from models.field.reviews import noted
from models.verdict import Verdict
from sync.carrying import FOLDER, Carriage
from sync.messages import Certificate, Receipt, Reply, encode_certificate, encode_receipt
from sync.parcel import Kind, ReceiptsHead, encode_receipts, peek_frame, take_apart
from sync.progress import Phase, Progress
from sync.session import Synced
from sync.unpacking import GotFacts, GotReceipts
from sync.usb import Exported, Imported, UsbRoad
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import gave
from tests.support.field import FieldDevice, new_device
from tests.support.parcels import made_parcel
from tests.support.syncing import Straight, sync
from tests.support.world import AT, BUDI, CENTRE, HERE, RANI, THERE, family

FAMILIES = [family(number) for number in range(1, 30)]
ELSEWHERE = [family(number, point=THERE) for number in range(40, 44)]
NEVER = threading.Event()


@dataclass
class World:
    """A centre, a laptop without internet, a sibling at its table, a carrier from another point."""

    centre: Centre
    laptop: FieldDevice
    sibling: FieldDevice
    carrier: FieldDevice
    stick: Path


@pytest.fixture
def world(centre: Centre, tmp_path: Path) -> Iterator[World]:
    centre.list_families([*FAMILIES, *ELSEWHERE])
    made = [
        new_device(tmp_path / name, number, points=(point,))
        for name, number, point in (
            ("laptop", 1, HERE),
            ("sibling", 2, HERE),
            ("carrier", 3, THERE),
        )
    ]
    for device in made:
        centre.enrol(device.identity)
    for device in made:  # after all are known, so that each is told of the others
        sync(device, Straight(centre.receiver.answer))
    laptop, sibling, carrier = made
    laptop.station.open_session(RANI, HERE)
    sibling.station.open_session(BUDI, HERE)
    stick = tmp_path / "stick"
    stick.mkdir()
    yield World(centre, laptop, sibling, carrier, stick)
    for device in made:
        device.close()


def serve(device: FieldDevice, *numbers: int) -> None:
    """Hands over to these families."""
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        device.station.hand_over(look, RANI)
        device.clock.forward()


def export(device: FieldDevice, target: Path, *, siblings: bool = False) -> Exported:
    """What the app does."""
    road = UsbRoad(device.database, device.clock)
    return road.export(target, siblings=siblings, stop=NEVER)


def take_in(device: FieldDevice, *places: Path) -> list[Imported]:
    """What the app does."""
    taken = UsbRoad(device.database, device.clock).take_in(places, stop=NEVER)
    device.station.reload()
    return list(taken)


def carried(device: FieldDevice) -> list[tuple[str, int]]:
    """(sender, facts) of what waits."""
    road = UsbRoad(device.database, device.clock)
    return [(one.sender, one.facts) for one in road.carried() if not one.refused]


def deliver(world: World, device: FieldDevice) -> Synced:
    """The carrier's next sync."""
    return sync(device, Straight(world.centre.receiver.answer))


def everything(device: FieldDevice) -> dict[tuple[int, int], bytes]:
    """The own feed as the centre must hold it."""
    segment = device.ledger.segment_after(0, 100_000)
    assert segment is not None
    return {(0, seq): body for seq, body in enumerate(segment.facts, 1)}


# --- the whole way ---------------------------------------------------------------------------


def test_from_the_laptop_by_a_carrier_to_the_centre_and_the_receipt_back(world: World) -> None:
    laptop, carrier, stick = world.laptop, world.carrier, world.stick
    serve(laptop, 0, 1, 2)
    assert laptop.ledger.safety().unsafe == 4
    packed = export(laptop, stick).packed
    assert packed is not None and (packed.facts, packed.feeds) == (4, 1)

    (got,) = take_in(carrier, stick)
    assert got == Imported(packed.path.name, GotFacts("Laptop 1", 4, 4, 0, False, None, 4))
    assert carried(carrier) == [("Laptop 1", 4)]
    assert world.centre.facts_of(laptop.ledger.feed) == {}
    packed.path.unlink()  # the stick may be lost by now

    assert deliver(world, carrier).carried == 4
    assert world.centre.facts_of(laptop.ledger.feed) == everything(laptop)
    assert carried(carrier) == []

    exported = export_or_receipts(carrier, stick)
    assert exported.receipts is not None and exported.receipts.parent == stick
    results = take_in(laptop, exported.receipts)
    assert results == [Imported(exported.receipts.name, GotReceipts(4, 0, 0, 0, 0))]
    assert laptop.ledger.safety().unsafe == 0
    with pytest.raises(NothingToExport):
        export(laptop, stick)


def export_or_receipts(device: FieldDevice, stick: Path) -> Exported:
    """An export of a laptop whose own records are all safe."""
    exported = export(device, stick)
    assert exported.packed is None
    return exported


def test_straight_to_the_centre_and_back(world: World) -> None:
    serve(world.laptop, 0, 1)
    packed = export(world.laptop, world.stick / "hari ini.ksbb").packed
    assert packed is not None
    unloaded = world.centre.unloading().unload(packed.path.read_bytes(), AT)
    receipt = world.stick / "hari ini-tanda-terima.ksbb"
    receipt.write_bytes(unloaded.receipts)
    # The whole stick: its own parcel lies there too.
    own, receipts = sorted(take_in(world.laptop, world.stick), key=lambda one: len(one.file))
    assert isinstance(own.got, GotFacts) and own.got.own
    assert isinstance(receipts.got, GotReceipts)
    assert (receipts.got.safe, receipts.got.unsafe) == (3, 0)
    assert carried(world.laptop) == []


def test_what_was_recorded_since_is_not_called_safe(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    serve(world.laptop, 1)
    take_in(world.carrier, world.stick)
    deliver(world, world.carrier)
    receipts = export_or_receipts(world.carrier, world.stick).receipts
    assert receipts is not None
    (got,) = take_in(world.laptop, receipts)
    assert got.got == GotReceipts(2, 1, 0, 0, 0)
    assert world.laptop.ledger.safety().unsafe == 1


def test_a_double_that_the_centre_found_is_noted_on_the_laptop(world: World) -> None:
    serve(world.sibling, 0)
    sync(world.sibling, Straight(world.centre.receiver.answer))
    world.laptop.clock.forward(60 * 60_000)
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    deliver(world, world.carrier)
    receipts = export_or_receipts(world.carrier, world.stick).receipts
    assert receipts is not None
    (got,) = take_in(world.laptop, receipts)
    assert isinstance(got.got, GotReceipts) and got.got.review == 1
    assert noted(world.laptop.ledger, 10)[1] == 1


# --- a carrier can't read --------------------------------------------------------------------


def test_a_carrier_can_neither_read_nor_change_what_it_carries(world: World) -> None:
    laptop, carrier = world.laptop, world.carrier
    serve(laptop, 0, 1, 2)
    export(laptop, world.stick, siblings=True)
    take_in(carrier, world.stick)
    files = [
        file
        for folder in (world.stick, carrier.database.folder / FOLDER)
        for file in folder.rglob("*")
        if file.is_file()
    ]
    assert len(files) == 2
    plain = list(everything(laptop).values())
    for file in files:
        data = file.read_bytes()
        for body in plain:
            assert body not in data
        for one in FAMILIES[:3]:
            for secret in (one.id, one.kk, one.slip_number):
                assert secret.to_bytes(8, "big").lstrip(b"\0") not in data
                assert str(secret).encode() not in data
            assert one.name.encode() not in data
        for item in take_apart(data).items:
            envelope = peek_frame(item.data).envelope
            with pytest.raises(NotForUs):
                unseal(envelope, BoxKey.of_feed(carrier.identity.signer))
            with pytest.raises(EnvelopeProblem):
                unseal(envelope, BoxKey(carrier.identity.signer.private_key))
    assert carrier.station.roster.household(FAMILIES[0].id) is None
    # And nothing of it got into the carrier's own ledger.
    assert carrier.ledger.count() == 0


def test_a_carrier_that_changes_a_byte_is_found_out_by_the_next(world: World) -> None:
    serve(world.laptop, 0, 1)
    packed = export(world.laptop, world.stick).packed
    assert packed is not None
    data = bytearray(packed.path.read_bytes())
    data[-100] ^= 1
    packed.path.write_bytes(bytes(data))
    (got,) = take_in(world.carrier, world.stick)
    assert isinstance(got.got, ParcelDamaged)
    assert carried(world.carrier) == []


# --- a sibling may read ----------------------------------------------------------------------


def test_a_sibling_takes_the_facts_and_refuses_a_double(world: World) -> None:
    laptop, sibling = world.laptop, world.sibling
    serve(laptop, 0, 1)
    export(laptop, world.stick, siblings=True)
    assert sibling.station.look_up_kk(FAMILIES[0].kk).decision.verdict is Verdict.ELIGIBLE
    (got,) = take_in(sibling, world.stick)
    assert got.got == GotFacts("Laptop 1", 3, 3, 0, False, 3, 3)
    look = sibling.station.look_up_kk(FAMILIES[0].kk)
    assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    # Taken twice it changes nothing, and a sibling is a carrier too.
    (again,) = take_in(sibling, world.stick)
    assert isinstance(again.got, GotFacts) and again.got.taken == 0
    assert deliver(world, sibling).carried == 3
    assert world.centre.facts_of(laptop.ledger.feed) == everything(laptop)


def test_a_sibling_that_went_on_in_a_new_feed_opens_what_was_closed_for_the_old(
    world: World,
) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick, siblings=True)
    sibling = world.sibling
    newer = replace(sibling.identity, signer=Signer.generate(16))
    with sibling.database.ledger.connect() as connection:
        save_identity(connection, newer)
    (got,) = take_in(sibling, world.stick)
    assert isinstance(got.got, GotFacts) and got.got.taken == 2


def test_without_leave_a_sibling_only_carries(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick, siblings=False)
    (got,) = take_in(world.sibling, world.stick)
    assert isinstance(got.got, GotFacts) and got.got.taken is None
    assert world.sibling.station.look_up_kk(FAMILIES[0].kk).decision.verdict is Verdict.ELIGIBLE
    assert carried(world.sibling) == [("Laptop 1", 2)]


def test_of_a_blocked_sibling_nothing_is_believed_but_it_is_carried(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick, siblings=True)
    world.centre.revoke(1)
    deliver(world, world.sibling)
    (got,) = take_in(world.sibling, world.stick)
    assert isinstance(got.got, GotFacts) and got.got.taken is None
    assert world.sibling.station.look_up_kk(FAMILIES[0].kk).decision.verdict is Verdict.ELIGIBLE
    assert deliver(world, world.sibling).carried == 2


def test_a_blocked_sibling_gets_no_key_and_a_bad_key_stops_nobody(world: World) -> None:
    bad = gave(7, [])
    world.centre.certify(7, bad.id, bad.signer.public_key, (HERE,), bytes(32))
    world.centre.revoke(2)
    sync(world.laptop, Straight(world.centre.receiver.answer))
    serve(world.laptop, 0)
    packed = export(world.laptop, world.stick, siblings=True).packed
    assert packed is not None
    (item,) = take_apart(packed.path.read_bytes()).items
    with pytest.raises(NotForUs):
        unseal(peek_frame(item.data).envelope, BoxKey.of_feed(world.sibling.identity.signer))
    unseal(peek_frame(item.data).envelope, KEYS.box)


def test_what_a_sibling_brought_is_in_the_next_export(world: World) -> None:
    serve(world.laptop, 0, 1)
    export(world.laptop, world.stick, siblings=True)
    take_in(world.sibling, world.stick)
    serve(world.sibling, 2)
    packed = export(world.sibling, world.stick).packed
    assert packed is not None and (packed.facts, packed.feeds) == (5, 2)


# --- late, twice, never ----------------------------------------------------------------------


def test_a_parcel_that_comes_after_the_laptop_synced_changes_nothing(world: World) -> None:
    serve(world.laptop, 0, 1)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    sync(world.laptop, Straight(world.centre.receiver.answer))
    before = world.centre.contents()
    assert deliver(world, world.carrier).carried == 3
    after = world.centre.contents()
    assert {name: after[name] for name in before if name != "device"} == before
    receipts = export_or_receipts(world.carrier, world.stick).receipts
    assert receipts is not None
    (got,) = take_in(world.laptop, receipts)
    assert got.got == GotReceipts(0, 0, 0, 0, 0)


def test_two_carriers_of_one_parcel_double_nothing(world: World) -> None:
    serve(world.laptop, 0, 1)
    export(world.laptop, world.stick)
    for device in (world.carrier, world.sibling):
        take_in(device, world.stick)
        take_in(device, world.stick)
        assert carried(device) == [("Laptop 1", 3)]
        deliver(world, device)
    assert world.centre.facts_of(world.laptop.ledger.feed) == everything(world.laptop)
    assert world.centre.reviews(1) == set()


def test_a_parcel_that_never_arrives_costs_nothing(world: World) -> None:
    serve(world.laptop, 0, 1)
    export(world.laptop, world.stick)
    serve(world.laptop, 2)
    sync(world.laptop, Straight(world.centre.receiver.answer))
    assert world.laptop.ledger.safety().unsafe == 0
    assert world.centre.facts_of(world.laptop.ledger.feed) == everything(world.laptop)


def test_a_carried_parcel_waits_for_as_long_as_the_centre_is_away(world: World) -> None:
    serve(world.laptop, *range(6))
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)

    def away(operation: str, body: bytes) -> Reply:
        if operation == "parcel":
            raise CentreDown()
        return world.centre.receiver.answer(operation, body)

    with pytest.raises(CentreDown):
        sync(world.carrier, Straight(away))
    assert carried(world.carrier) == [("Laptop 1", 7)]
    world.carrier.restart()
    assert deliver(world, world.carrier).carried == 7


def test_a_line_that_breaks_half_way_costs_what_was_not_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.packing.FRAME_FACTS", 2)
    monkeypatch.setattr("sync.delivering.MOST", 1)
    monkeypatch.setattr("sync.delivering.LEAST", 1)
    serve(world.laptop, *range(7))
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    asked = 0

    def breaks(operation: str, body: bytes) -> Reply:
        nonlocal asked
        if operation == "parcel":
            asked += 1
            if asked > 2:
                raise CentreSlow()
        return world.centre.receiver.answer(operation, body)

    with pytest.raises(CentreSlow):
        sync(world.carrier, Straight(breaks))
    assert carried(world.carrier) == [("Laptop 1", 4)]
    straight = Straight(world.centre.receiver.answer)
    assert sync(world.carrier, straight).carried == 4
    assert straight.asked.count("parcel") == 2
    receipts = export_or_receipts(world.carrier, world.stick).receipts
    assert receipts is not None
    assert len(take_apart(receipts.read_bytes()).items) == 4
    (got,) = take_in(world.laptop, receipts)
    assert isinstance(got.got, GotReceipts) and got.got.safe == 8


def test_facts_behind_a_gap_wait_on_the_carrier_until_the_gap_is_filled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The laptop may be lost by then: the stick's good parts must not be thrown away."""
    monkeypatch.setattr("sync.packing.FRAME_FACTS", 2)
    serve(world.laptop, *range(5))
    packed = export(world.laptop, world.stick).packed
    assert packed is not None
    whole = packed.path.read_bytes()
    parcel = take_apart(whole)
    broken = bytearray(whole)
    broken[parcel.items[1].start + 60] ^= 1
    packed.path.write_bytes(bytes(broken))
    (got,) = take_in(world.carrier, packed.path)
    assert isinstance(got.got, GotFacts)
    assert (got.got.facts, got.got.promised, got.got.damaged) == (4, 6, 1)
    assert deliver(world, world.carrier).carried == 2
    assert carried(world.carrier) == [("Laptop 1", 2)]
    # Another road brings what is missing; then the rest hangs on something.
    world.centre.unloading().unload(parcel.head + parcel.items[1].data if parcel.head else b"", AT)
    assert deliver(world, world.carrier).carried == 2
    assert carried(world.carrier) == []
    assert world.centre.facts_of(world.laptop.ledger.feed) == everything(world.laptop)


def test_a_better_copy_adds_the_parts_that_were_damaged_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.packing.FRAME_FACTS", 2)
    serve(world.laptop, *range(5))
    packed = export(world.laptop, world.stick).packed
    assert packed is not None
    whole = packed.path.read_bytes()
    for place in (-70, -700):
        broken = bytearray(whole)
        broken[place] ^= 1
        packed.path.write_bytes(bytes(broken))
        take_in(world.carrier, packed.path)
    assert carried(world.carrier) == [("Laptop 1", 6)]
    assert deliver(world, world.carrier).carried == 6


# --- not for us ------------------------------------------------------------------------------


def test_a_parcel_of_another_centre_is_not_carried(world: World, tmp_path: Path) -> None:
    other = Signer.of(b"\x44" * 32)
    feed = gave(1, FAMILIES[:3])
    word = encode_certificate(Certificate(AT, feed.signer.public_key, 1, "Lain", (1,)), other)
    file = tmp_path / "other.ksbb"
    file.write_bytes(made_parcel(feed, [KEYS.box.public_key], certificate=word).bytes)
    (got,) = take_in(world.carrier, file)
    assert isinstance(got.got, OtherCentre)
    foreign = [
        encode_receipt(Receipt(world.laptop.ledger.feed, world.laptop.ledger.head(), AT), other)
    ]
    file.write_bytes(encode_receipts(ReceiptsHead(other.key_id, AT, 1), foreign))
    (got,) = take_in(world.laptop, file)
    assert isinstance(got.got, OtherCentre)
    assert world.laptop.ledger.safety().unsafe == 1


def test_a_stranger_cannot_pass_for_a_device_by_its_certificate(
    world: World, tmp_path: Path
) -> None:
    """The certificate is public: whoever shows it must also hold its key."""
    stranger = gave(9, FAMILIES[:3])
    word = world.laptop.identity.certificate
    file = tmp_path / "forged.ksbb"
    file.write_bytes(made_parcel(stranger, [KEYS.box.public_key], certificate=word).bytes)
    (got,) = take_in(world.carrier, file)
    assert isinstance(got.got, OtherCentre)
    assert carried(world.carrier) == []


def test_with_a_damaged_head_only_known_devices_are_carried(world: World) -> None:
    serve(world.laptop, 0)
    packed = export(world.laptop, world.stick).packed
    assert packed is not None
    data = bytearray(packed.path.read_bytes())
    data[40] ^= 0xFF
    packed.path.write_bytes(bytes(data))
    (got,) = take_in(world.carrier, world.stick)
    assert isinstance(got.got, OtherCentre)
    (got,) = take_in(world.sibling, world.stick)
    assert isinstance(got.got, GotFacts)
    assert (got.got.sender, got.got.facts, got.got.promised) == ("", 2, None)
    assert deliver(world, world.sibling).carried == 2


def test_a_receipt_for_other_facts_makes_nothing_safe(world: World, tmp_path: Path) -> None:
    """A clone's, say: the number is ours, the fact is not."""
    serve(world.laptop, 0)
    head = replace(world.laptop.ledger.head(), hash=bytes(32))
    signed = encode_receipt(Receipt(world.laptop.ledger.feed, head, AT), CENTRE)
    file = tmp_path / "r.ksbb"
    file.write_bytes(encode_receipts(ReceiptsHead(CENTRE.key_id, AT, 1), [signed]))
    (got,) = take_in(world.laptop, file)
    assert isinstance(got.got, GotReceipts) and (got.got.safe, got.got.unsafe) == (0, 2)


def test_receipts_for_others_are_counted_and_damaged_ones_too(world: World, tmp_path: Path) -> None:
    ours = Receipt(world.laptop.ledger.feed, world.laptop.ledger.head(), AT)
    signed = [encode_receipt(one, CENTRE) for one in (ours, Receipt(b"\1" * 16, ours.head, AT))]
    data = encode_receipts(ReceiptsHead(CENTRE.key_id, AT, 3), [*signed, signed[1]])
    file = tmp_path / "r.ksbb"
    file.write_bytes(data[:-1])
    (got,) = take_in(world.laptop, file)
    assert got.got == GotReceipts(1, 0, 0, 1, 1)


def test_each_file_on_a_stick_is_judged_by_itself(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    (world.stick / "a.ksbb").write_bytes(b"a letter")
    (world.stick / "photo.jpg").write_bytes(b"\xff\xd8")
    told: list[Progress] = []
    road = UsbRoad(world.carrier.database, world.carrier.clock)
    results = road.take_in([world.stick], stop=NEVER, report=told.append)
    assert [type(one.got) for one in results] == [NotAParcel, GotFacts]
    assert told == [Progress(Phase.TAKING, done, 2) for done in (0, 1, 2)]
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(ExportStopped):
        road.take_in([world.stick], stop=stopped)
    (gone,) = road.take_in([world.stick / "gone.ksbb"], stop=NEVER)
    assert isinstance(gone.got, StickGone)


# --- what a carrier keeps --------------------------------------------------------------------


def test_a_carrier_takes_no_more_than_it_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.carrying.MOST_PARCELS", 2)
    for number in range(3):
        serve(world.laptop, number)
        world.laptop.clock.forward()
        export(world.laptop, world.stick)
    results = take_in(world.carrier, world.stick)
    assert [type(one.got) for one in results] == [GotFacts, GotFacts, CarrierFull]
    deliver(world, world.carrier)
    again = [one.got for one in take_in(world.carrier, world.stick)]
    assert [got.waiting for got in again if isinstance(got, GotFacts)] == [0, 0, 4]


def test_what_the_centre_refuses_is_kept_but_not_brought_again(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    asked: list[str] = []

    def refusing(operation: str, body: bytes) -> Reply:
        asked.append(operation)
        reply = world.centre.receiver.answer(operation, body if operation != "parcel" else b"")
        return reply

    assert sync(world.carrier, Straight(refusing)).carried == 0
    road = UsbRoad(world.carrier.database, world.carrier.clock)
    assert [one.refused for one in road.carried()] == [True]
    sync(world.carrier, Straight(refusing))
    assert asked.count("parcel") == 1
    # Imported again, it is tried again.
    take_in(world.carrier, world.stick)
    assert deliver(world, world.carrier).carried == 2
    assert road.carried() == ()


def test_a_file_that_is_damaged_on_the_carriers_disk_stops_no_sync(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    folder = world.carrier.database.folder / FOLDER
    (file,) = folder.glob("*.ksbb")
    file.write_bytes(b"\0" * 100)
    (folder / "readme.txt").write_text("not ours")
    assert deliver(world, world.carrier).carried == 0
    assert Carriage(folder).carried() == ()


def test_the_same_receipts_are_not_written_twice(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    deliver(world, world.carrier)
    first = export_or_receipts(world.carrier, world.stick).receipts
    second = export_or_receipts(world.carrier, world.stick).receipts
    assert first == second and first is not None
    assert take_apart(first.read_bytes()).kind is Kind.RECEIPTS
    assert len(list(world.stick.glob("ksbb-tanda-terima-*"))) == 1


# --- a laptop that has never synced ----------------------------------------------------------


def test_without_the_centres_key_nothing_is_exported(tmp_path: Path) -> None:
    device = new_device(tmp_path / "new")
    with device.database.ledger.connect() as connection:
        save_identity(connection, replace(device.identity, signer=Signer.generate(16)))
    device.station.open_session(RANI, HERE)
    with pytest.raises(NoBoxKey):
        export(device, tmp_path)
    device.close()


def test_the_sessions_facts_travel_as_they_were_written(world: World) -> None:
    serve(world.laptop, 0)
    export(world.laptop, world.stick)
    take_in(world.carrier, world.stick)
    deliver(world, world.carrier)
    arrived = world.centre.facts_of(world.laptop.ledger.feed)
    assert facts.decode(arrived[0, 2]).actor == RANI
