"""A point's laptops, sticks and centre, as the steps of a made-up history happen to them."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, update

from models.errors import DeviceRevoked, NothingToExport, SyncError
from models.facts import Handover, Source, VoidReason
from models.field.database import write
from models.field.device import load_identity
from models.field.projections import FACT
from models.verdict import Tone
from sync.parcel import take_apart
from sync.usb import UsbRoad
from tests.support.backup import Backup, back_up, put_back
from tests.support.beside import meet
from tests.support.centre_world import Centre, empty
from tests.support.chronicle import Chronicle
from tests.support.faulty import Fault, FaultyLink
from tests.support.field import FieldDevice, new_device, opened
from tests.support.history import (
    FAMILIES,
    LAPTOPS,
    Arrive,
    BackUp,
    Bring,
    CentreBacksUp,
    CentreRestarts,
    CentreRestored,
    Clock,
    Clone,
    Meet,
    Pack,
    Restore,
    Revoke,
    Rot,
    Serve,
    Spoil,
    Step,
    Sync,
    TakeBack,
)
from tests.support.syncing import sync
from tests.support.world import AT, HERE, RANI

NEVER = threading.Event()
MOST_LAPTOPS = 5


@dataclass
class Play:
    """The laptops, their images, the sticks, the centre, and what was written."""

    folder: Path
    centre: Centre
    laptops: list[FieldDevice]
    link: FaultyLink
    chronicle: Chronicle = field(default_factory=Chronicle)
    sticks: list[Path] = field(default_factory=list)
    images: dict[int, Path] = field(default_factory=dict)
    backup: Backup | None = None
    """Of the centre."""
    revoked: set[int] = field(default_factory=set)
    forked: bool = False
    """Whether two disks may go on from the same fact."""

    def close(self) -> None:
        """Lets the files go."""
        for laptop in self.laptops:
            laptop.close()

    def end(self) -> None:
        """The day is over: what was on its way arrives, and every laptop comes home. Who comes
        first hears of the others only when it comes again; and by then one that was cloned may have
        gone on in another feed."""
        self.link.deliver_late(random.Random(len(self.sticks)).shuffle)
        for _ in range(3 if self.forked else 2):
            for of in range(len(self.laptops)):
                self.sync(of)

    def do(self, step: Step) -> None:
        """One step; time goes on by a minute everywhere."""
        for laptop in self.laptops:
            laptop.clock.forward()
        self.centre.now += 60_000
        match step:
            case Serve(of, number):
                self._serve(self._laptop(of), number)
            case TakeBack(of, which):
                self._take_back(self._laptop(of), which)
            case Sync(of, faults):
                self.sync(of % len(self.laptops), faults)
            case Arrive(seed):
                self.link.deliver_late(random.Random(seed).shuffle)
            case Meet(of, hub, breaks) if self._laptop(of) is not self._laptop(hub):
                meet(self._laptop(of), self._laptop(hub), breaks)
            case Pack(of, siblings):
                self._pack(self._laptop(of), siblings)
            case Spoil(stick, frame) if self.sticks:
                self._spoil(self.sticks[stick % len(self.sticks)], frame)
            case Bring(stick, to) if self.sticks:
                self._bring(self.sticks[stick % len(self.sticks)], to)
            case BackUp(of):
                self._back_up(of % len(self.laptops))
            case Restore(of) if of % len(self.laptops) in self.images:
                self._restore(of % len(self.laptops))
            case Clone(of) if len(self.laptops) < MOST_LAPTOPS:
                self.forked = True
                copy = self.folder / f"laptop {len(self.laptops) + 1}"
                self.laptops.append(self._laptop(of).copy_to(copy))
            case Rot(of, number):
                self._rot(self._laptop(of), number)
            case Clock(of, days):
                self._laptop(of).clock.off(days)
            case Revoke(of) if self._laptop(of).identity.device not in self.revoked:
                device = self._laptop(of).identity.device
                self.centre.revoke(device)
                self.revoked.add(device)
            case CentreRestarts():
                self.centre.restart()
            case CentreBacksUp():
                self.backup = back_up(self.centre.engine)
            case CentreRestored() if self.backup is not None:
                self._put_back(self.backup)
        for laptop in self.laptops:
            self.chronicle.note(laptop)

    def _laptop(self, of: int) -> FieldDevice:
        return self.laptops[of % len(self.laptops)]

    # --- work ------------------------------------------------------------------------------------

    def _serve(self, laptop: FieldDevice, number: int) -> None:
        station = laptop.station
        look = station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        if look.decision.verdict.tone is Tone.STOP or not look.decision.due:
            station.refuse(look, RANI)
        else:
            station.hand_over(look, RANI, deliberate=True)

    def _take_back(self, laptop: FieldDevice, which: int) -> None:
        standing = [
            place
            for place, fact in laptop.ledger.recent(1_000)
            if isinstance(fact.body, Handover) and not laptop.station.is_voided(place)
        ]
        if standing:
            place = standing[which % len(standing)]
            laptop.station.void(place, RANI, VoidReason.GOODS_NOT_TAKEN)

    # --- the three roads -------------------------------------------------------------------------

    def sync(self, of: int, faults: tuple[Fault, ...] = ()) -> None:
        """A sync may fail, but only where the link did or the office blocked the laptop."""
        laptop = self.laptops[of]
        blocked = laptop.identity.device in self.revoked
        try:
            sync(laptop, self.link.will(faults))
            assert not blocked, "who is blocked is told"
        except DeviceRevoked:
            assert blocked
        except SyncError as error:
            assert faults, f"without a fault a sync succeeds, not {error!r}"
        identity = load_identity(laptop.connection)
        assert identity is not None
        laptop.identity = identity  # it may write another feed by now
        self.chronicle.note(laptop)
        self._receipts_are_true()

    def _receipts_are_true(self) -> None:
        receipts, self.link.receipts = self.link.receipts, []
        held = self.centre.hashes() if receipts else set()
        for receipt in receipts:
            for one in self.chronicle.leads_to(receipt.head.hash):
                assert one.hash in held, "what the centre signed for it holds"

    def _pack(self, laptop: FieldDevice, siblings: bool) -> None:
        stick = self.folder / f"stick {len(self.sticks)}"
        stick.mkdir(exist_ok=True)  # an earlier one stayed empty
        try:
            UsbRoad(laptop.database, laptop.clock).export(stick, siblings=siblings, stop=NEVER)
        except NothingToExport:
            return
        self.sticks.append(stick)

    def _spoil(self, stick: Path, number: int) -> None:
        for file in _parcels(stick):
            data = bytearray(file.read_bytes())
            items = take_apart(bytes(data)).items
            if items:
                bad = items[number % len(items)]
                data[bad.start + len(bad.data) // 2] ^= 0x55
                file.write_bytes(data)

    def _bring(self, stick: Path, to: int) -> None:
        if to > 0:
            laptop = self._laptop(to - 1)
            UsbRoad(laptop.database, laptop.clock).take_in([stick], stop=NEVER)
            laptop.station.reload()
            return
        for file in _parcels(stick):
            self.centre.unloading().unload(file.read_bytes(), self.centre.now)

    # --- mishaps ---------------------------------------------------------------------------------

    def _back_up(self, of: int) -> None:
        laptop = self.laptops[of]
        laptop.close()
        image = self.folder / f"image {of} {len(os.listdir(self.folder))}"
        shutil.copytree(laptop.folder, image)
        laptop.connect()
        self.images[of] = image

    def _restore(self, of: int) -> None:
        self.forked = True
        laptop = self.laptops[of]
        lost = hashes_on(laptop)
        laptop.close()
        shutil.rmtree(laptop.folder)
        shutil.copytree(self.images[of], laptop.folder)
        self.laptops[of] = opened(laptop.folder, laptop.clock)
        self.nobody_holds(lost)

    def _put_back(self, backup: Backup) -> None:
        self._receipts_are_true()  # as long as they are
        lost = self.centre.hashes()
        put_back(self.centre.engine, backup)
        self.centre.restart()
        self.nobody_holds(lost)
        blocked = self.centre.rows("SELECT id FROM device WHERE revoked_at IS NOT NULL")
        for device in self.revoked - {one for (one,) in blocked}:
            self.centre.revoke(device)

    def nobody_holds(self, lost: set[bytes]) -> None:
        """Of what was ``lost`` somewhere that is gone for good which is nowhere else."""
        for laptop in self.laptops:
            lost = lost - hashes_on(laptop)
        self.chronicle.gone |= lost - self.centre.hashes()

    def _rot(self, laptop: FieldDevice, number: int) -> None:
        found = laptop.connection.execute(
            select(FACT.c.feed, FACT.c.branch, FACT.c.seq, FACT.c.hash, FACT.c.body).order_by(
                FACT.c.feed, FACT.c.branch, FACT.c.seq
            )
        ).all()
        if found:
            feed, branch, seq, digest, body = found[number % len(found)]
            bent = bytearray(body)
            bent[-1] ^= 0x10
            of = (FACT.c.feed == feed, FACT.c.branch == branch, FACT.c.seq == seq)
            with write(laptop.connection):
                laptop.connection.execute(update(FACT).where(*of).values(body=bytes(bent)))
            self.chronicle.rotten.add(digest)
            laptop.station.reload()


def hashes_on(laptop: FieldDevice) -> set[bytes]:
    """Every fact on a laptop's disk, whoever wrote it."""
    return set(laptop.connection.scalars(select(FACT.c.hash)))


def _parcels(stick: Path) -> list[Path]:
    """The parcels of facts that lie on it."""
    found = sorted(stick.glob("*.ksbb"))
    return [file for file in found if not file.name.startswith("ksbb-tanda-terima")]


def begin(stack: ExitStack, centre: Centre) -> Play:
    """An empty centre with families, and three laptops that have pulled and opened a session."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    empty(centre.engine)
    centre.now = AT
    centre.furnish(FAMILIES)
    play = Play(folder, centre, [], FaultyLink(centre.answer))
    stack.callback(play.close)
    for number in LAPTOPS:
        laptop = new_device(folder / f"laptop {number}", number)
        centre.enrol(laptop.identity)
        play.laptops.append(laptop)
    for of, laptop in enumerate(play.laptops):
        play.sync(of)
        laptop.station.open_session(RANI, HERE)
        play.chronicle.note(laptop)
    return play
