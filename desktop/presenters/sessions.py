"""Opening and closing a session: what the screens show, read on the database thread."""

from __future__ import annotations

from desktop.presenters.desk import Desk
from desktop.views.closing import ClosingState
from desktop.views.opening_state import Countable, OpeningState, PointChoice, StageOpen
from desktop.views.parts.check_list import Check
from desktop.views.parts.count_card import ToCount
from desktop.views.state import Goods
from models.clock import DAY
from models.facts import Handover, Refused
from models.verdict import Tone

STALE_DAYS = 7


def opening_state(desk: Desk) -> OpeningState:
    """What there is to open, and what is not in order."""
    station = desk.station
    now, open_now = station.ledger.clock().now, station.open_stages()
    points = tuple(
        PointChoice(point, desk.names.point(point), station.roster.size())
        for point in desk.identity.points
    )
    here = desk.identity.points[0] if desk.identity.points else 0
    left = station.stock.at(here)
    return OpeningState(
        volunteer=desk.names.volunteers.get(desk.volunteer, ""),
        points=points,
        stages=tuple(
            StageOpen(stage.name, stage.closes)
            for stage in station.roster.stages()
            if stage.id in open_now
        ),
        packages=tuple(
            Countable(package, name, left.get(package))
            for package, name in desk.names.packages.items()
        ),
        checks=_checks(desk, now),
        notices=desk.lasting,
        now=now,
    )


def _checks(desk: Desk, now: int) -> tuple[Check, ...]:
    ledger = desk.station.ledger
    anchor, safety = ledger.anchor, ledger.safety()
    checks: list[Check] = []
    if anchor is None:
        checks.append(Check("roster_never", Tone.STOP))
    else:
        days = max(0, now - anchor.centre_time) // DAY
        if days >= STALE_DAYS:
            checks.append(Check("roster_old", Tone.CHECK, {"days": days}))
        else:
            checks.append(Check("roster_fresh", Tone.GO, {"when_at": anchor.centre_time}))
    if safety.unsafe:
        since = {"n": safety.unsafe, "when_at": safety.oldest_unsafe_at or now}
        checks.append(Check("unsafe", Tone.CHECK, since))
    else:
        checks.append(Check("all_safe"))
    trusted = ledger.clock().trusted
    checks.append(Check("clock_ok") if trusted else Check("clock_off", Tone.STOP, {"when_at": now}))
    return tuple(checks)


def closing_state(desk: Desk) -> ClosingState:
    """What the open session came to."""
    station = desk.station
    standing = desk.standing()
    session = station.session
    goods: dict[str, Goods] = {}
    refused = voided = 0
    if session is not None:
        for place, fact in station.ledger.since(session.began):
            match fact.body:
                case Refused():
                    refused += 1
                case Handover(lines=lines):
                    if station.is_voided(place):
                        voided += 1
                        continue
                    for one in desk.names.goods(lines):
                        before = goods.get(one.name, Goods(0, one.name))
                        goods[one.name] = Goods(before.quantity + one.quantity, one.name)
                case _:
                    pass
    left = station.stock.at(session.point) if session else {}
    return ClosingState(
        point=desk.names.point(session.point) if session else "",
        opened_at=session.opened_at if session else 0,
        handed=standing.overview.handed_today,
        refused=refused,
        voided=voided,
        goods=tuple(goods.values()),
        stock=standing.overview.stock,
        packages=tuple(
            ToCount(package, name, left.get(package))
            for package, name in desk.names.packages.items()
        ),
        unsafe=standing.safety.unsafe,
        unsafe_since=standing.safety.oldest_unsafe_at,
        safe_at=standing.safety.safe_at,
        now=standing.now,
    )
