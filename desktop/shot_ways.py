"""Made-up states of the panel of the other ways, for ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.presenters.ways import asked_by
from desktop.views.state import Goods, HouseholdCard, Notice
from desktop.views.ways_state import Way, WaysPanelState
from models.verdict import Tone

_NAME = "Siti Nurhaliza Rahmawati"
_GOODS = (Goods(3, "Paket sembako", "Tahap 1"), Goods(2, "Makanan siap saji", "Tahap 1"))
_WITHOUT_SCAN = (Way.WALK_IN,)
_FOUND = HouseholdCard("Bambang Susanto", rt=5, rw=3)


def ways_states(now: int) -> Iterator[tuple[str, WaysPanelState]]:
    """(name, state): all ways, and what each asks."""
    yield "ways", WaysPanelState(_NAME, _GOODS, tuple(Way), now=now)
    yield "ways-none-shown", WaysPanelState(offered=_WITHOUT_SCAN, now=now)
    yield "ways-few", WaysPanelState(_NAME, offered=(Way.NONE,), now=now)
    for way in Way:
        yield (
            f"ways-{way.value}",
            WaysPanelState(_NAME, _GOODS, tuple(Way), way, asked_by(way, _GOODS), now=now),
        )
    itself = Notice("handover.notice.itself", Tone.CHECK, dismissible=False)
    yield (
        "ways-found",
        WaysPanelState(
            _NAME,
            _GOODS,
            tuple(Way),
            Way.REPLACEMENT,
            asked_by(Way.REPLACEMENT, _GOODS),
            _FOUND,
            notices=(itself,),
            now=now,
        ),
    )
