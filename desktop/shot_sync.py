"""Made-up states of the records' safety, for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.parts.review_list import Review
from desktop.views.state import Link, LinkState, Notice, Progress, Sibling, SyncPill
from desktop.views.sync_panel import PhotosLeft, SyncPanelState, SyncResult, Waiting, WaitingKind
from desktop.views.unsafe_page import Ending, UnsafeState
from desktop.views.wipe_page import WipeState
from models.verdict import Tone

_MINUTE = 60_000
_NAMES = ((43, "Ratna Kusuma"), (41, "Yusuf Hidayat"), (38, "Dewi Anggraini"))


def sync_states(now: int) -> Iterator[tuple[str, SyncPanelState, SyncPill]]:
    """(name, the open panel, the pill) of everything that can be so."""
    since = now - 43 * _MINUTE
    online, offline = LinkState(Link.ONLINE, now), LinkState(Link.OFFLINE, since)
    unsafe = SyncPanelState(
        "Laptop 2",
        online,
        38,
        since,
        now - 50 * _MINUTE,
        waiting=tuple(
            Waiting(now - minutes * _MINUTE, WaitingKind.HANDOVER, name) for minutes, name in _NAMES
        ),
        now=now,
    )
    pill = SyncPill(Link.OFFLINE, 38, since, now - 50 * _MINUTE)

    down = SyncResult(now - 2 * _MINUTE, "errors.centre_down")
    failed = replace(
        unsafe,
        link=replace(offline, next_at=now + 40_000),
        last=down,
        well_at=now - 50 * _MINUTE,
        siblings=(Sibling("Laptop 3", 12, now - 21 * _MINUTE), Sibling("", 1, now - _MINUTE)),
    )
    yield "sync-failed", failed, pill
    other = SyncResult(now - 4 * _MINUTE, "errors.not_the_centre")
    login = LinkState(Link.LOGIN, now - 8 * _MINUTE, next_at=now + 7 * _MINUTE)
    yield "sync-login", replace(failed, link=login, last=other), replace(pill, link=Link.LOGIN)
    off = LinkState(automatic=False)
    yield "sync-off", replace(failed, link=off, siblings=()), replace(pill, link=Link.UNKNOWN)
    well = SyncResult(now - 2 * _MINUTE, sent=38, got=12)
    safe = SyncPanelState("Laptop 2", online, 0, None, now - 2 * _MINUTE, last=well, now=now)
    yield "synced", safe, SyncPill(Link.ONLINE, safe_at=now - 2 * _MINUTE)
    reviews = (
        Review(now - 12 * _MINUTE, "handover", "Siti Nurhaliza Rahmawati", ("double",)),
        Review(now - 95 * _MINUTE, "refused", "", ("forged", "clock")),
        Review(now - 1_500 * _MINUTE, "handover", "Ahmad Fauzi", ("out_of_place",)),
    )
    noted = replace(safe, reviews=reviews, reviews_total=4)
    yield "sync-reviews", noted, SyncPill(Link.ONLINE, safe_at=now - 1_500 * _MINUTE)
    limited = replace(safe, photos=PhotosLeft(14, limited=True))
    yield "sync-photos", limited, SyncPill(Link.ONLINE, safe_at=now - 2 * _MINUTE)
    broken = replace(safe, photos=PhotosLeft(1, broken=True))
    yield "sync-photos-broken", broken, SyncPill(Link.ONLINE, safe_at=now - 2 * _MINUTE)
    sending = replace(safe, photos=PhotosLeft(40), progress=Progress("app.phase.photos", 12, 40))
    yield "sync-photos-sending", sending, SyncPill(Link.ONLINE, busy=True, done=12, total=40)
    busy = replace(unsafe, progress=Progress("app.phase.sending", 12, 38))
    yield "syncing", busy, SyncPill(Link.ONLINE, 38, since, busy=True, done=12, total=38)


def unsafe_states(now: int) -> Iterator[tuple[str, UnsafeState]]:
    """(name, state) of the step before something ends."""
    since = now - 43 * _MINUTE
    offline = LinkState(Link.OFFLINE, since, next_at=now + 40_000)
    app = UnsafeState(Ending.APP, "Laptop 2", 38, since, offline, can_usb=True, now=now)
    yield "unsafe-app", app
    yield "unsafe-copied", replace(app, copied_to="Laptop 2")
    others = (Sibling("Laptop 3", 12, now - 21 * _MINUTE), Sibling("Laptop 4", 1, now - _MINUTE))
    yield "unsafe-hub", replace(app, stations=2, siblings=others)
    yield "unsafe-photos", replace(app, photos=14)
    yield "unsafe-session", replace(app, ending=Ending.SESSION)
    progress = Progress("app.phase.sending", 12, 38)
    yield "unsafe-syncing", replace(app, progress=progress, link=LinkState(Link.ONLINE, now))
    down = Notice("errors.centre_down", Tone.STOP)
    yield "unsafe-failed", replace(app, notices=(down,))
    yield "unsafe-safe", replace(app, unsafe=0, link=LinkState(Link.ONLINE, now))
    yield "unsafe-door", replace(app, can_sync=False, can_usb=False)


def wipe_states(now: int) -> Iterator[tuple[str, WipeState]]:
    """(name, state) of wiping the laptop."""
    unsafe = WipeState("Laptop 2", 38, now - 43 * _MINUTE, can_usb=True, now=now)
    yield "wipe-unsafe", unsafe
    yield "wipe-wrong", replace(unsafe, problem="door.wipe.count_wrong")
    yield "wipe-syncing", replace(unsafe, progress=Progress("app.phase.sending", 12, 38))
    yield "wipe-safe", WipeState("Laptop 2", now=now)
    yield "wipe-photos", WipeState("Laptop 2", photos=14, now=now)
    yield "wipe-unknown", WipeState(unsafe=None, now=now)
    yield "wipe-busy", WipeState("Laptop 2", busy=True, now=now)
