"""Any day with photos over a line that drops, repeats, cuts, bends and delays.

Whatever happens: no picture sets out before every record of its laptop is at the centre, each comes
to be there whole and once, nothing is there that no record names, and no day's limit is passed.
"""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import DAY, day_of
from models.errors import SyncError
from models.facts import MOST_BLOB_BYTES
from models.field.blobs import BlobsLeft
from sync.blob_limit import UNLIMITED, BlobLimit
from sync.messages import Reply
from tests.support.centre_world import Centre, empty
from tests.support.faulty import Fault, FaultyLink
from tests.support.field import FieldDevice, new_device
from tests.support.pictures import hand_over_with, picture
from tests.support.syncing import sync
from tests.support.world import HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 41)]
LIMIT = BlobLimit(300_000, counted=True)
SIZES = (1, 5_000, 70_000, 250_000, MOST_BLOB_BYTES)


@dataclass(frozen=True)
class Serve:
    """A hand-over with photos of these sizes; a seed that was before makes the same photo again."""

    photos: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Sync:
    """A sync whose first requests meet these faults; one is recorded at its ``during``-th piece."""

    faults: tuple[Fault, ...]
    metered: bool
    during: int


@dataclass(frozen=True)
class Arrive:
    """What was on its way arrives, in any order."""

    seed: int


@dataclass(frozen=True)
class Restart:
    """The laptop is switched off and on; ``days`` later."""

    days: int


STEPS = st.lists(
    st.one_of(
        st.builds(
            Serve,
            st.lists(
                st.tuples(st.integers(0, 6), st.sampled_from(SIZES)), max_size=3
            ).map(tuple),
        ),
        st.builds(
            Sync,
            st.lists(st.sampled_from(Fault), max_size=12).map(tuple),
            st.booleans(),
            st.integers(0, 4),
        ),
        st.builds(Arrive, st.integers(0, 99)),
        st.builds(Restart, st.integers(0, 2)),
    ),
    max_size=14,
)  # fmt: skip


@dataclass
class OrderedLink(FaultyLink):
    """The faulty link, which looks at every request about pictures before it carries it."""

    look: Callable[[], None] = lambda: None
    sent: int = 0
    pieces: int = field(default=0)

    def post(self, operation: str, body: bytes) -> Reply:
        """Carries one request."""
        if operation in ("blob", "blobs"):
            self.look()
            self.sent += len(body)
            self.pieces += operation == "blob"
        return super().post(operation, body)


class Day:
    """A laptop, its centre and the line between them."""

    def __init__(self, centre: Centre, device: FieldDevice) -> None:
        self.centre, self.device = centre, device
        self.link = OrderedLink(centre.receiver.answer, look=self.all_records_are_there)
        self.photos: dict[bytes, bytes] = {}
        self.spent: dict[str, int] = {}
        self.served = 0
        self.during = -1

    def all_records_are_there(self) -> None:
        """No picture sets out before every record is at the centre."""
        held = self.centre.facts_of(self.device.ledger.feed)
        assert len(held) == self.device.ledger.head().seq
        if self.link.pieces == self.during and self.served < len(FAMILIES):
            self.during = -1
            self.serve(())

    def serve(self, photos: tuple[tuple[int, int], ...]) -> None:
        """One hand-over."""
        made = [picture(seed * 7 + size, max(size, 2))[:size] for seed, size in photos]
        hand_over_with(self.device, FAMILIES[self.served], *made)
        self.served += 1
        self.photos |= {hashlib.sha256(data).digest(): data for data in made}

    def sync(self, faults: tuple[Fault, ...] = (), metered: bool = False, during: int = -1) -> bool:
        """One sync; whether it went well, with nothing left."""
        self.link.will(faults)
        self.link.sent = self.link.pieces = 0
        self.during = during
        try:
            synced = sync(self.device, self.link, blobs=LIMIT if metered else UNLIMITED)
        except SyncError:
            return False
        finally:
            self.during = -1
            if metered:
                today = day_of(self.device.clock.now)
                self.spent[today] = self.spent.get(today, 0) + self.link.sent
                assert self.spent[today] <= 300_000
        return synced.blobs.left == BlobsLeft()

    def play(self, step: Serve | Sync | Arrive | Restart) -> None:
        """One step."""
        match step:
            case Serve(photos) if self.served < len(FAMILIES):
                self.serve(photos)
            case Sync(faults, metered, during):
                self.sync(faults, metered, during)
            case Arrive(seed):
                self.link.deliver_late(random.Random(seed).shuffle)
            case Restart(days):
                self.device.clock.now += days * DAY
                self.centre.now = self.device.clock.now
                self.device.restart()


@pytest.mark.timeout(600)
@settings(
    max_examples=100 if os.environ.get("CI") else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_day_with_photos(centre: Centre, steps: list[Serve | Sync | Arrive | Restart]) -> None:
    empty(centre.engine)
    centre.furnish(FAMILIES)
    with tempfile.TemporaryDirectory() as folder:
        device = new_device(Path(folder) / "laptop")
        try:
            centre.enrol(device.identity)
            day = Day(centre, device)
            assert day.sync()
            device.station.open_session(RANI, HERE)
            for step in steps:
                day.play(step)
            day.play(Arrive(0))
            assert any(day.sync() for _ in range(3))
            assert device.ledger.safety().unsafe == 0
            assert len(centre.facts_of(device.ledger.feed)) == device.ledger.head().seq
            for name, data in day.photos.items():
                assert centre.blobs.read(1, name) == data
            held = {bytes(row[0]) for row in centre.rows("SELECT hash FROM blob")}
            assert held == set(day.photos)
            (size,) = centre.rows(
                "SELECT coalesce(sum(length(sealed) - 29), 0)::int8 FROM blob_data"
            )
            assert size == (sum(map(len, day.photos.values())),)
        finally:
            device.close()
