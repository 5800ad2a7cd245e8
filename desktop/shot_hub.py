"""Made-up states of the page of the other laptops, for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.laptops_state import LaptopRow, LaptopsState
from desktop.views.state import CameraStatus, HubPill, Notice, PointRole
from models import hub_text
from models.verdict import Tone

_MINUTE = 60_000
_FEED = bytes(range(16))
_LONG = "Laptop RPTRA Kebon Pala Berseri Kampung Melayu"


def laptops_states(now: int) -> Iterator[tuple[str, LaptopsState]]:
    """(name, state) of everything that the page can show."""
    since, lost = now - 95 * _MINUTE, now - 12 * _MINUTE
    own = LaptopRow("Laptop 1", 38, now - 43 * _MINUTE, here=True)
    place = ("192.168.1.17",)
    hub = LaptopsState(
        PointRole.HUB,
        hub="Laptop 1",
        since=since,
        addresses=(f"{place[0]}:{hub_text.PORT}",),
        code=hub_text.to_text(_FEED, hub_text.PORT, place),
        laptops=(
            replace(own, hub=True),
            LaptopRow("Laptop 2", 12, lost, since=since, heard_at=now, behind=0),
            LaptopRow("Laptop 3", since=lost, heard_at=now - 2 * _MINUTE, behind=7),
            LaptopRow("Laptop 4", 96, now - 1_500 * _MINUTE),
        ),
        now=now,
    )
    yield "hub", hub
    yield "hub-alone", replace(hub, laptops=(replace(own, hub=True),))
    yield "hub-no-network", replace(hub, addresses=(), code="", laptops=hub.laptops[:1])
    places = ("192.168.1.17", "10.42.0.1", "172.16.200.104", "192.168.137.1")
    shown = tuple(f"{one}:{hub_text.PORT}" for one in places)
    many = tuple(
        LaptopRow(f"{_LONG} {n}", n * 40, since, since=since, heard_at=now, behind=n % 3)
        for n in range(1, 9)
    )
    yield (
        "hub-many",
        replace(
            hub,
            addresses=shown,
            code=hub_text.to_text(_FEED, hub_text.PORT, places),
            laptops=(replace(own, hub=True), *many),
        ),
    )
    station = LaptopsState(
        PointRole.STATION,
        hub="Laptop 2",
        since=since,
        exchanged_at=now - 20_000,
        addresses=("192.168.1.17:25722",),
        unsent=0,
        laptops=(
            own,
            LaptopRow("Laptop 2", 12, lost, hub=True),
            LaptopRow("Laptop 3", 1, now - 3 * _MINUTE),
        ),
        camera=CameraStatus.NONE,
        now=now,
    )
    yield "station", station
    yield "station-asked", replace(station, asked="192.168.1.17:25722", unsent=3)
    alone = replace(
        station,
        role=PointRole.ALONE,
        hub="",
        since=lost,
        exchanged_at=None,
        addresses=(),
        unsent=None,
        laptops=(replace(own, unsafe=0, unsafe_since=None),),
    )
    yield "alone", alone
    yield "camera", replace(alone, camera=CameraStatus.LIVE)
    yield "changing", replace(alone, busy=True, since=None)
    gone = Notice("errors.hub_gone", Tone.CHECK, dismissible=False)
    yield (
        "lost",
        replace(
            alone,
            exchanged_at=lost,
            unsent=38,
            asked="192.168.1.17:25722",
            laptops=station.laptops,
            notices=(gone,),
        ),
    )
    for code in ("hub_not_trusted", "hub_refused", "hub_bad_answer", "hub_no_port"):
        trouble = Notice(f"errors.{code}", Tone.CHECK, dismissible=False)
        yield code.removeprefix("hub_"), replace(alone, notices=(trouble,))
    yield "refused", replace(alone, refused=1)
    for leaf, state in (("own_code", alone), ("other_code", station), ("hub_already", hub)):
        yield leaf, replace(state, notices=(Notice(f"field.laptops.{leaf}", Tone.CHECK),))


def pills(now: int) -> Iterator[tuple[str, HubPill]]:
    """(name, pill) of how this laptop may stand with the others."""
    yield "hub", HubPill(PointRole.HUB, "Laptop 1", 3, now - 95 * _MINUTE)
    yield "station", HubPill(PointRole.STATION, "Laptop 2", since=now - 95 * _MINUTE)
    yield "named", HubPill(PointRole.STATION, _LONG, since=now)
    yield "lost", HubPill(since=now - 12 * _MINUTE, lost=True)
