"""What a device records on a busy day: hand-overs mostly, as unevenly as they come."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench import families
from models.decide import Slip
from models.facts import Handover, Receiver, SessionOpened, Source
from models.field.ledger import Ledger

ACTORS = (3, 7, 12)
RELATIONS = ("istri", "suami", "anak", "ibu", "adik", "tetangga", "ketua RT")


def handovers(slips: Sequence[Slip], seed: int) -> Iterator[Handover]:
    """One hand-over a slip; one in ten to a proxy, one in twenty without the slip."""
    chance = random.Random(seed)
    for slip in slips:
        by_proxy = chance.random() < 0.1
        without = chance.random() < 0.05
        yield Handover(
            slip.household,
            slip.lines,
            Source.TYPED_KK if without else Source.CAMERA,
            slip=None if without else slip.number,
            receiver=Receiver.PROXY if by_proxy else Receiver.HOLDER,
            proxy_name=families.name(chance) if by_proxy else None,
            proxy_relation=chance.choice(RELATIONS) if by_proxy else None,
        )


class QueueClock:
    """A wall clock that goes on by what one household in the queue takes."""

    def __init__(self, now: int, seed: int) -> None:
        self._now = now
        self._chance = random.Random(seed)

    def __call__(self) -> int:
        """Some seconds later than before."""
        self._now += self._chance.randrange(8_000, 70_000)
        return self._now


def open_session(ledger: Ledger, point: int) -> int:
    """Opens a session; its number."""
    return ledger.append(ACTORS[0], 0, SessionOpened(point))[0].seq


def record(ledger: Ledger, session: int, slips: Sequence[Slip], seed: int) -> None:
    """Hands over to every slip's family, each fact a transaction of its own."""
    chance = random.Random(seed)
    actor = ACTORS[0]
    for number, body in enumerate(handovers(slips, seed)):
        if number % 40 == 0:  # another volunteer takes over
            actor = chance.choice(ACTORS)
        ledger.append(actor, session, body)
