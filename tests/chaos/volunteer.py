"""What a field process does at its point: a volunteer who takes whatever household comes next.

All of it runs on the process's database thread. Each thing is written into the log (``logbook``)
before and after it is recorded.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from models.errors import KsbbError, NotAllowed
from models.facts import Source, VoidReason
from models.field.ledger import Recorded
from models.field.station import Look, Station
from models.verdict import Tone
from tests.chaos.logbook import BETWEEN, Logbook
from tests.chaos.orders import Orders

PLENTY = 100_000
"""Pieces counted of each package: stock is not what these tests are about."""
_A_LIFE = 20
"""How many slips further each life begins."""


class Volunteer:
    """A volunteer at a station, who takes whatever household comes next."""

    def __init__(self, station: Station, orders: Orders, log: Logbook) -> None:
        self._station = station
        self._orders = orders
        self._log = log
        self._intents = 0
        self._chance = random.Random(f"work/{orders.seed}/{orders.life}")
        self._slips = orders.slips.read_text(encoding="ascii").splitlines()
        # One order for all laptops, so that they serve the same households at about the same time;
        # and a life goes back a little, so that some come again.
        random.Random(0).shuffle(self._slips)
        self._next = (orders.life - 1) * _A_LIFE % len(self._slips)
        self._handed: list[int] = []

    def one_thing(self) -> None:
        """Whatever comes next. Raises DataError where the disk would not have it."""
        station = self._station
        if station.session is None:
            self._open_session()
            return
        draw = self._chance.random()
        if draw < 0.85 or not self._handed:
            self._serve()
        elif draw < 0.99:
            self._take_back()
        else:
            self._close_session()

    def _open_session(self) -> None:
        orders = self._orders
        counted = [(package, PLENTY) for package in orders.packages]
        self._record(
            lambda: self._station.open_session(orders.volunteer, orders.point, counted=counted).seq,
            f"session {orders.point}",
            *(f"stock 2 {package} {pieces}" for package, pieces in counted),
        )

    def _close_session(self) -> None:
        number = self._station.ledger.head().seq + 1  # nobody else writes this feed

        def close() -> int:
            self._station.close_session(self._orders.volunteer)
            return number

        self._record(close, f"closed {self._station.handed()}")

    def _serve(self) -> None:
        """A household with its slip, or somebody who was here before."""
        if self._chance.random() < 0.9:
            self._next = (self._next + 1) % len(self._slips)
        code = self._slips[self._next]
        look = self._station.look_up_code(code, Source.CAMERA)
        tone, due = look.decision.verdict.tone, look.decision.due
        who = _household(look)
        if tone is Tone.STOP or (tone is Tone.CHECK and self._chance.random() < 0.5):
            self._record(
                lambda: self._station.refuse(look, self._orders.volunteer),
                f"refused {who} {int(look.decision.verdict)}",
            )
            return
        lines = ",".join(f"{line.stage}/{line.package}/{line.quantity}" for line in due)
        seq = self._record(
            lambda: self._station.hand_over(look, self._orders.volunteer, deliberate=True),
            f"handover {who} {lines}",
        )
        if seq is not None:
            self._handed.append(seq)

    def _take_back(self) -> None:
        seq = self._handed.pop(self._chance.randrange(len(self._handed)))
        self._record(
            lambda: self._station.void(seq, self._orders.volunteer, VoidReason.GOODS_NOT_TAKEN),
            f"void {seq}",
        )

    def _record(self, action: Callable[[], Recorded | int], *facts: str) -> int | None:
        """Logs, does, logs; the first fact's number, or None when nothing was to be recorded."""
        self._intents += 1
        self._log.write("intent", self._intents, BETWEEN.join(facts))
        try:
            done = action()
        except KsbbError as error:
            self._log.write("failed", self._intents, error.code)
            if isinstance(error, NotAllowed):  # a sync brought something since the look
                return None
            raise
        seq = done if isinstance(done, int) else done.seq
        self._log.write("done", self._intents, seq, self._station.ledger.feed.hex())
        return seq


def _household(look: Look) -> str:
    if look.slip is not None:
        return str(look.slip.household)
    return str(look.household.id) if look.household is not None else "-"
