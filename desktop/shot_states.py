"""Made-up states for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.shot_capture import capture_states
from desktop.shot_hub import pills
from desktop.shot_sync import sync_states
from desktop.shot_ways import ways_states
from desktop.views.closing import ClosingState
from desktop.views.opening_state import Countable, OpeningState, PointChoice, StageOpen
from desktop.views.overview import OverviewState, StockLevel
from desktop.views.parts.check_list import Check
from desktop.views.parts.count_card import ToCount
from desktop.views.parts.history import HistoryItem, HistoryKind
from desktop.views.scan_state import Corrected, Judged, Recorded, ScanState, Voided, Without
from desktop.views.state import (
    CameraStatus,
    Earlier,
    Goods,
    HouseholdCard,
    Link,
    LinkState,
    Notice,
    SyncPill,
    TopBarState,
)
from desktop.views.void_state import RightHousehold, VoidPanelState
from models.facts import Outcome, Receiver
from models.verdict import Tone, Verdict

NOW = 1_795_489_500_000
"""24 November 2026, 10.05 in Jakarta."""
_MINUTE = 60_000

VOLUNTEERS = ("Sari Wulandari", "Budi Santoso", "Dewi Lestari", "Agus Pratama")
DETAIL = "database_damaged · quick_check · 0.1.0 · Linux-6.1.0-x86_64-with-glibc2.36"
_POINT = "Balai RW 03 Cideng"
_SEMBAKO = Goods(1, "Paket sembako", "Tahap 1")
_MEALS = Goods(2, "Makanan siap saji", "Tahap 1")
_SITI = HouseholdCard(
    name="Siti Nurhaliza Rahmawati",
    kk=3171_0101_0120_0005,
    rt=5,
    rw=3,
    kelurahan="Cideng",
    members=5,
    address="Gg. Melati No. 14",
    slip=4821_093_7745,
)
_AYU = HouseholdCard(
    name="I Gusti Ayu Kadek Prameswari Dewi Anggraini",
    kk=3171_0101_0120_0013,
    rt=12,
    rw=16,
    kelurahan="Kebayoran Lama Selatan",
    members=11,
    address="Jl. Haji Muhammad Saidi Raya Gg. Mawar Dalam III No. 214 B",
    slip=5590_013_2242,
)
_MANY = (
    _SEMBAKO,
    Goods(14, "Makanan siap saji", "Tahap 1"),
    Goods(1, "Paket Lebaran", "Tahap Lebaran"),
    Goods(1, "Santunan tunai Rp200.000", "Tahap Lebaran"),
)
_EARLIER = Earlier((_SEMBAKO,), NOW - 43 * _MINUTE, _POINT, "Budi Santoso")
_STOCK = (
    StockLevel("Paket sembako", 187, 320),
    StockLevel("Makanan siap saji", 14, 120),
    StockLevel("Paket Lebaran", None),
)
_HISTORY = (
    HistoryItem(
        142, NOW - 2 * _MINUTE, HistoryKind.HANDED, Verdict.ELIGIBLE, "Ahmad Fauzi", (_SEMBAKO,)
    ),
    HistoryItem(
        141, NOW - 3 * _MINUTE, HistoryKind.REFUSED, Verdict.ALREADY_COLLECTED, "Bambang Susanto"
    ),
    HistoryItem(
        140, NOW - 5 * _MINUTE, HistoryKind.HANDED, Verdict.ELIGIBLE, "Dewi Anggraini", (_SEMBAKO,)
    ),
    HistoryItem(
        139,
        NOW - 6 * _MINUTE,
        HistoryKind.WITHOUT,
        Verdict.ELIGIBLE,
        "Maria Goretti",
        outcome=Outcome.ABSENT,
    ),
    HistoryItem(
        138, NOW - 6 * _MINUTE, HistoryKind.VOIDED, Verdict.ELIGIBLE, "Yusuf Hidayat", (_SEMBAKO,)
    ),
    HistoryItem(
        137,
        NOW - 9 * _MINUTE,
        HistoryKind.HANDED,
        Verdict.ELIGIBLE,
        "Ratna Kusuma",
        (_SEMBAKO, _MEALS),
    ),
)
_PILL = SyncPill(Link.OFFLINE, 38, NOW - 43 * _MINUTE, NOW - 50 * _MINUTE)
_READY = ScanState(
    bar=TopBarState(_POINT, "Tahap 1", "Sari Wulandari", _PILL, NOW),
    camera=CameraStatus.LIVE,
    overview=OverviewState(133, 38, _STOCK, _HISTORY),
    now=NOW,
)

OPENING = OpeningState(
    volunteer="Sari Wulandari",
    points=(PointChoice(1, _POINT, 300),),
    stages=(StageOpen("Tahap 1", NOW + 5 * 86_400_000),),
    packages=(
        Countable(1, "Paket sembako", 187),
        Countable(2, "Makanan siap saji"),
        Countable(3, "Paket Lebaran"),
    ),
    checks=(
        Check("roster_fresh", Tone.GO, {"when_at": NOW - 90 * _MINUTE}),
        Check("unsafe", Tone.CHECK, {"n": 38, "when_at": NOW - 43 * _MINUTE}),
        Check("clock_ok"),
    ),
    link=LinkState(Link.OFFLINE, NOW - 43 * _MINUTE, next_at=NOW + 40_000),
    now=NOW,
)
CLOSING = ClosingState(
    point=_POINT,
    opened_at=NOW - 180 * _MINUTE,
    handed=133,
    refused=9,
    voided=2,
    goods=(Goods(133, "Paket sembako"), Goods(106, "Makanan siap saji")),
    stock=_STOCK,
    packages=(
        ToCount(1, "Paket sembako", 187),
        ToCount(2, "Makanan siap saji", 14),
        ToCount(3, "Paket Lebaran"),
    ),
    unsafe=38,
    unsafe_since=NOW - 43 * _MINUTE,
    link=LinkState(Link.OFFLINE, NOW - 43 * _MINUTE, next_at=NOW + 40_000),
    now=NOW,
)


def scan_states() -> Iterator[tuple[str, ScanState]]:
    """(name, state) of everything the scan screen can show."""
    yield "ready", _READY
    yield "no-camera", replace(_READY, camera=CameraStatus.NONE)
    first = replace(_READY.bar, session="", sync=SyncPill(Link.ONLINE, safe_at=NOW - 3 * _MINUTE))
    uncounted = OverviewState(stock=(StockLevel("Paket sembako", None),))
    yield "first", replace(_READY, bar=first, overview=uncounted)
    much = Judged(1, Verdict.ELIGIBLE, _AYU, _MANY)
    yield "much", replace(_READY, moment=much)
    yield "recorded", replace(_READY, moment=Recorded(143, _SITI.name, (_SEMBAKO, _MEALS)))
    just = Recorded(143, _SITI.name, (_SEMBAKO,), Receiver.PROXY, "Budi Santoso")
    yield "undo", replace(_READY, moment=just, undo_left=8)
    yield "corrected", replace(_READY, moment=Corrected(143, _SITI.name, (_MEALS,)))
    yield "registered", replace(_READY, moment=Without(143, "Sukinah", None), undo_left=10)
    yield "without", replace(_READY, moment=Without(143, _SITI.name, Outcome.MOVED))
    yield "voided", replace(_READY, moment=Voided(143, _SITI.name, (_SEMBAKO,)))
    for number, verdict in enumerate(Verdict, 1):
        yield verdict.key, replace(_READY, moment=_judged(number, verdict))
    yield from capture_states(replace(_READY, moment=_judged(1, Verdict.ELIGIBLE)))
    void = VoidPanelState(142, "Ahmad Fauzi", (_SEMBAKO,), NOW - 2 * _MINUTE, NOW)
    yield "voiding", replace(_READY, side=void)
    several = replace(void, seq=141, goods=(_MEALS,), correctable=(_SEMBAKO, _MEALS))
    yield "voiding-several", replace(_READY, side=several)
    whose = replace(void, seq=140, correctable=(_SEMBAKO,), right=RightHousehold(_AYU))
    yield "voiding-whose", replace(_READY, side=whose)
    for name, ways in ways_states(NOW):
        yield name, replace(_READY, moment=_judged(1, Verdict.ELIGIBLE), side=ways)
    for name, state, pill in sync_states(NOW):
        yield name, replace(_READY, side=state, bar=replace(_READY.bar, sync=pill))
    for name, hub in pills(NOW):
        yield f"point-{name}", replace(_READY, bar=replace(_READY.bar, hub=hub))
    full = Notice("errors.disk_full", Tone.STOP)
    yield "disk-full", replace(_READY, moment=_judged(1, Verdict.ELIGIBLE), notices=(full,))
    wrong = Notice("field.notice.number_length", Tone.CHECK, {"found": 15})
    yield "number", replace(_READY, notices=(wrong,))


def _judged(serial: int, verdict: Verdict) -> Judged:
    unknown = verdict in (Verdict.FORGED, Verdict.FOREIGN_CODE, Verdict.UNKNOWN)
    nobody = HouseholdCard(name="", slip=_SITI.slip)
    household = None if unknown else nobody if verdict is Verdict.NOT_ON_LIST else _SITI
    gives = verdict.tone is not Tone.STOP
    taken = verdict in (Verdict.ALREADY_COLLECTED, Verdict.PARTLY_COLLECTED)
    dated = verdict in (Verdict.NOT_YET, Verdict.EXPIRED, Verdict.CLOCK_DOUBTFUL)
    return Judged(
        serial=serial,
        verdict=verdict,
        household=household,
        due=(_MEALS,) if verdict is Verdict.PARTLY_COLLECTED else (_SEMBAKO,) if gives else (),
        short=(_SEMBAKO,) if verdict is Verdict.OUT_OF_STOCK else (),
        earlier=(_EARLIER,) if taken else (),
        point="RPTRA Rorotan Indah" if verdict is Verdict.OTHER_POINT else "",
        when=NOW + 7 * 86_400_000 if dated else None,
    )
