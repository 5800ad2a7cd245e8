"""Exporting to a stick: everything unsafe in one file, whatever happens to the stick meanwhile."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.box_keys import BoxKey
from models.errors import (
    ExportStopped,
    NothingToExport,
    ParcelError,
    StickFull,
    StickGone,
    StickReadOnly,
    StickTrouble,
)
from models.facts import Source
from models.feed import Head
from models.texts import LANGUAGES
from sync.field_store import FieldFeedStore
from sync.intake import FrameVerdict, Intake, Taken
from sync.messages import Receipt, encode_receipt
from sync.outgoing import HeldFeeds
from sync.packing import Packed, Packing
from sync.parcel import Stretch, peek_facts_head, take_apart
from sync.pieces import Gap
from sync.progress import Phase, Progress
from sync.relay import Relay
from sync.stick import DRAFT_SUFFIX, Draft, fault_of, read_whole, write_whole
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import certificate_of, gave
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, CENTRE, HERE, RANI, family, roster_page

FAMILIES = [family(number) for number in range(1, 12)]
PAGE = roster_page(FAMILIES)
CENTRES = [KEYS.box.public_key]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with an open session."""
    with device_in(tmp_path / "device", page=PAGE) as made:
        made.station.open_session(RANI, HERE)
        yield made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder that stands for a stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def serve(device: FieldDevice, *numbers: int) -> None:
    """Hands over to these families."""
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        device.station.hand_over(look, RANI)
        device.clock.forward()


def pack(
    device: FieldDevice,
    path: Path,
    *,
    report: Callable[[Progress], None] = lambda _progress: None,
    stop: threading.Event | None = None,
) -> Packed:
    """One export, as the app does it."""
    relay = Relay(device.ledger, device.identity)
    packing = Packing(
        HeldFeeds(device.ledger, relay),
        device.identity,
        CENTRES,
        device.clock,
        report=report,
        stop=stop or threading.Event(),
    )
    return packing.pack(path)


def arrive(centre: Centre, file: Path) -> Taken:
    """The file at the centre."""
    return Intake(centre.store, KEYS.box).take(take_apart(file.read_bytes()), AT)


def everything(device: FieldDevice) -> dict[tuple[int, int], bytes]:
    """The own feed as the centre must hold it."""
    segment = device.ledger.segment_after(0, 100_000)
    assert segment is not None
    return {(0, seq): body for seq, body in enumerate(segment.facts, 1)}


def cover(device: FieldDevice, head: Head) -> None:
    """The centre signs for the own feed through ``head``."""
    signed = encode_receipt(Receipt(device.ledger.feed, head, AT), CENTRE)
    assert Relay(device.ledger, device.identity).cover(signed)


def drafts(stick: Path) -> list[Path]:
    """What is unfinished there."""
    return sorted(stick.glob(f"*{DRAFT_SUFFIX}"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of two facts."""
    monkeypatch.setattr("sync.packing.FRAME_FACTS", 2)


# --- when all goes well ----------------------------------------------------------------------


def test_everything_unsafe_goes_into_one_file_that_the_centre_reads(
    device: FieldDevice, stick: Path, centre: Centre
) -> None:
    centre.list_families(FAMILIES)
    centre.enrol(device.identity)
    serve(device, 0, 1, 2)
    packed = pack(device, stick)
    assert packed == Packed(packed.path, 4, 1)
    assert [file.name for file in stick.iterdir()] == [packed.path.name]
    assert packed.path.name.startswith("ksbb-laptop-1-2026")
    taken = arrive(centre, packed.path)
    assert [frame.verdict for frame in taken.frames] == [FrameVerdict.TAKEN]
    assert centre.facts_of(device.ledger.feed) == everything(device)


def test_what_the_centre_has_is_not_carried_again(device: FieldDevice, stick: Path) -> None:
    serve(device, 0, 1)
    head = device.ledger.head()
    serve(device, 2, 3)
    cover(device, head)
    packed = pack(device, stick)
    head_of_it = peek_facts_head(take_apart(packed.path.read_bytes()).head or b"")
    assert head_of_it.stretches == (Stretch(device.ledger.feed, 4, 5),)
    assert (packed.facts, packed.feeds) == (2, 1)


def test_with_everything_safe_there_is_nothing_to_carry(device: FieldDevice, stick: Path) -> None:
    cover(device, device.ledger.head())
    with pytest.raises(NothingToExport):
        pack(device, stick)
    assert list(stick.iterdir()) == []


def test_the_file_tells_a_thief_nothing(device: FieldDevice, stick: Path) -> None:
    serve(device, 0, 1, 2)
    data = pack(device, stick).path.read_bytes()
    for fact in everything(device).values():
        assert fact not in data
    for one in FAMILIES[:3]:
        assert one.id.to_bytes(8, "big") not in data
        assert one.slip_number.to_bytes(8, "big").lstrip(b"\0") not in data
    parcel = take_apart(data)
    thief = Intake(FieldFeedStore(device.ledger, device.identity), BoxKey(b"\x66" * 32))
    assert [frame.verdict for frame in thief.take(parcel, AT).frames] == [FrameVerdict.CLOSED]


def test_progress_is_told_in_records(device: FieldDevice, stick: Path, small: None) -> None:
    serve(device, 0, 1, 2, 3)
    told: list[Progress] = []
    pack(device, stick, report=told.append)
    assert told == [Progress(Phase.PACKING, done, 5) for done in (0, 2, 4, 5)]


def test_the_ledger_is_not_touched(device: FieldDevice, stick: Path) -> None:
    serve(device, 0)
    before = device.ledger.safety()
    pack(device, stick)
    assert device.ledger.safety() == before


def test_what_a_sibling_sent_is_carried_too(
    device: FieldDevice, stick: Path, centre: Centre, small: None
) -> None:
    neighbour = gave(2, FAMILIES[5:10])
    store = FieldFeedStore(device.ledger, device.identity)
    store.introduce(certificate_of(neighbour))
    for first, last in ((1, 3), (4, 4), (5, 6)):
        segment = neighbour.segment(first, last)
        store.take(segment, neighbour.hashes[first - 1 : last], AT)
    serve(device, 0, 1)
    packed = pack(device, stick)
    assert (packed.facts, packed.feeds) == (9, 2)
    centre.enrol(device.identity)
    centre.certify(2, neighbour.id, neighbour.signer.public_key)
    taken = arrive(centre, packed.path)
    assert {frame.verdict for frame in taken.frames} == {FrameVerdict.TAKEN}
    assert len(centre.facts_of(neighbour.id)) == 6
    assert centre.facts_of(device.ledger.feed) == everything(device)


def test_both_sides_of_a_neighbours_fork_are_carried(
    device: FieldDevice, stick: Path, centre: Centre, small: None
) -> None:
    neighbour = gave(2, FAMILIES[5:9])
    restored = neighbour.branch_off(3)
    restored.give(FAMILIES[9], FAMILIES[10])
    store = FieldFeedStore(device.ledger, device.identity)
    store.introduce(certificate_of(neighbour))
    for made, first in ((neighbour, 1), (restored, 4)):
        store.take(made.segment(first), made.hashes[first - 1 :], AT)
    packed = pack(device, stick)
    centre.certify(2, neighbour.id, neighbour.signer.public_key)
    centre.enrol(device.identity)
    taken = arrive(centre, packed.path)
    assert {frame.verdict for frame in taken.frames} == {FrameVerdict.TAKEN}
    assert [one.forked for one in taken.feeds if one.device == 2] == [True]
    kept = centre.facts_of(neighbour.id)
    assert [kept[0, seq] for seq in range(1, 6)] == neighbour.facts
    assert [kept[1, seq] for seq in (4, 5)] == restored.facts[3:]
    # Once more, from a file that broke off: the fork is told anew, and nothing is doubled.
    serve(device, 0, 1, 2, 3)
    broken_off(device, stick, 8)
    again = arrive(centre, pack(device, stick).path)
    assert {frame.verdict for frame in again.frames} <= {FrameVerdict.TAKEN, FrameVerdict.HELD}
    assert centre.facts_of(neighbour.id) == kept


def test_a_file_may_be_named_and_replaces_an_older_one(device: FieldDevice, stick: Path) -> None:
    serve(device, 0)
    named = stick / "hari ini.ksbb"
    named.write_bytes(b"an older export")
    assert pack(device, named).path == named
    assert take_apart(named.read_bytes()).items
    assert drafts(stick) == []


# --- when it breaks off ----------------------------------------------------------------------


class PulledOut(Exception):
    """Stands for the power going."""


def broken_off(device: FieldDevice, stick: Path, after: int) -> Path:
    """An export that ended after so many records, its file unfinished."""

    def pull(progress: Progress) -> None:
        if progress.done >= after:
            raise PulledOut

    with pytest.raises(PulledOut):
        pack(device, stick, report=pull)
    (draft,) = drafts(stick)
    return draft


def test_an_export_that_broke_off_goes_on_after_the_last_whole_frame(
    device: FieldDevice, stick: Path, centre: Centre, small: None
) -> None:
    centre.list_families(FAMILIES)
    centre.enrol(device.identity)
    serve(device, 0, 1, 2, 3, 4)
    draft = broken_off(device, stick, 4)
    kept = draft.read_bytes()
    # A frame that was being written, and what was recorded since.
    draft.write_bytes(kept + b"\xd2\x84\x55 half a frame")
    serve(device, 5)
    packed = pack(device, stick)
    assert (packed.facts, packed.resumed) == (7, 4)
    assert packed.path.read_bytes().startswith(kept)
    assert drafts(stick) == []
    taken = arrive(centre, packed.path)
    assert {frame.verdict for frame in taken.frames} == {FrameVerdict.TAKEN}
    assert not any(frame.misplaced for frame in taken.frames) and taken.missing == ()
    assert centre.facts_of(device.ledger.feed) == everything(device)


def test_cut_anywhere_an_unfinished_file_can_be_gone_on_with(
    device: FieldDevice, stick: Path, small: None
) -> None:
    serve(device, 0, 1, 2, 3, 4)
    draft = broken_off(device, stick, 4)
    kept = draft.read_bytes()
    for length in range(0, len(kept), 13):
        draft.write_bytes(kept[:length])
        packed = pack(device, stick)
        parcel = take_apart(packed.path.read_bytes())
        assert len(parcel.items) == 3 and not any(isinstance(p, Gap) for p in parcel.pieces)
        assert packed.facts == 6
        packed.path.unlink()
        assert list(stick.iterdir()) == []


def test_a_damaged_frame_in_an_unfinished_file_is_written_anew(
    device: FieldDevice, stick: Path, small: None
) -> None:
    serve(device, 0, 1, 2, 3, 4)
    draft = broken_off(device, stick, 4)
    data = bytearray(draft.read_bytes())
    data[-70] ^= 1
    draft.write_bytes(bytes(data))
    packed = pack(device, stick)
    assert (packed.facts, packed.resumed) == (6, 2)


def test_somebody_elses_unfinished_file_is_left_alone(
    device: FieldDevice, stick: Path, tmp_path: Path, small: None
) -> None:
    serve(device, 0, 1)
    with device_in(tmp_path / "other", 2, page=PAGE) as other:
        other.station.open_session(RANI, HERE)
        serve(other, 3, 4, 5)
        theirs = broken_off(other, stick, 2)
        before = theirs.read_bytes()
        (stick / f"noise.ksbb{DRAFT_SUFFIX}").write_bytes(b"\x00" * 100)
        assert pack(device, stick).resumed == 0
        assert theirs.read_bytes() == before
        assert pack(other, stick).resumed == 2


def test_stopped_by_hand_it_goes_on_the_next_time(
    device: FieldDevice, stick: Path, small: None
) -> None:
    serve(device, 0, 1, 2)
    stop = threading.Event()

    def after_two(progress: Progress) -> None:
        if progress.done == 2:
            stop.set()

    with pytest.raises(ExportStopped):
        pack(device, stick, report=after_two, stop=stop)
    assert pack(device, stick).resumed == 2


def test_facts_too_long_for_a_frame_go_into_smaller_ones(
    device: FieldDevice, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(device, *range(8))
    whole = pack(device, stick).path
    (item,) = take_apart(whole.read_bytes()).items
    whole.unlink()
    monkeypatch.setattr("sync.packing.MAX_FRAME", len(item.data) - 1)
    packed = pack(device, stick)
    assert len(take_apart(packed.path.read_bytes()).items) > 1
    assert packed.facts == 9


def test_what_has_no_room_in_one_file_is_said_to_be_left(
    device: FieldDevice, stick: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    serve(device, 0, 1, 2, 3, 4)
    whole = pack(device, stick)
    size = whole.path.stat().st_size
    whole.path.unlink()
    monkeypatch.setattr("sync.packing.MAX_PARCEL", size - 1)
    packed = pack(device, stick)
    assert (packed.facts, packed.left) == (4, 2)


# --- what sticks do --------------------------------------------------------------------------


def test_a_full_stick_is_said_to_be_full_and_what_is_written_is_gone_on_with(
    device: FieldDevice, stick: Path, small: None
) -> None:
    resource = pytest.importorskip("resource", reason="no limits on this system")
    serve(device, 0, 1, 2, 3, 4)
    before = device.ledger.safety()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(StickFull):
            pack(device, stick)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert device.ledger.safety() == before
    assert len(drafts(stick)) == len(list(stick.iterdir())) == 1
    packed = pack(device, stick)
    assert (packed.facts, packed.resumed) == (6, 2)


def test_a_stick_that_is_gone_is_said_to_be_gone(device: FieldDevice, stick: Path) -> None:
    serve(device, 0)
    with pytest.raises(StickGone):
        pack(device, stick / "no such folder" / "file.ksbb")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StickFull),
        (errno.EDQUOT, StickFull),
        (errno.EFBIG, StickFull),
        (errno.EIO, StickGone),
        (errno.ENODEV, StickGone),
        (errno.ENOENT, StickGone),
        (errno.EROFS, StickReadOnly),
        (errno.EACCES, StickReadOnly),
        (errno.EISDIR, StickTrouble),
    ],
)
def test_every_way_a_stick_fails_has_its_words(number: int, kind: type[ParcelError]) -> None:
    told = fault_of(OSError(number, os.strerror(number)), Path("/media/usb/a.ksbb"))
    assert type(told) is kind
    for language in LANGUAGES:
        assert told.title(language) and told.what_to_do(language)


def test_windows_words_for_a_pulled_drive_are_understood() -> None:
    error = OSError(errno.EACCES, "The device is not ready")
    error.winerror = 21  # type: ignore[attr-defined]
    assert isinstance(fault_of(error, Path("E:/a.ksbb")), StickGone)


def test_a_write_that_fails_half_way_leaves_the_older_file(
    stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stick / "a.ksbb"
    write_whole(file, b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StickFull):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert drafts(stick) == []


def test_a_file_gets_its_name_only_when_it_is_whole(stick: Path) -> None:
    file = stick / "a.ksbb"
    with Draft(file) as draft:
        draft.begin()
        draft.write(b"whole")
        assert not file.exists()
        draft.finish()
    assert file.read_bytes() == b"whole"


def test_a_file_longer_than_any_parcel_is_not_read(stick: Path) -> None:
    (stick / "a").write_bytes(bytes(101))
    with pytest.raises(ParcelError):
        read_whole(stick / "a", 100)
    assert read_whole(stick / "a", 101) == bytes(101)
