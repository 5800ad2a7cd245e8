"""``ksbb-centre allocate``, ``allocate-households``, ``allocations`` and ``advance-allocation``:
where pledged packages go."""

from __future__ import annotations

import argparse
import json

from sqlalchemy import Connection

from models.clock import local
from models.numbers import format_slip_number
from models.regions import regions
from models.texts import text
from server.allocating.desk import (
    Allocated,
    Step,
    accept,
    advance,
    allocations,
    what_if,
)
from server.allocating.ground import Area, Narrowed
from server.allocating.households import Share, choose, entitle
from server.allocating.proposal import Proposal, Standing
from server.catalogue_commands import desk_of, find_one, village_of
from server.cli import OK, Centre
from server.giving.pledge_commands import pledge_number
from server.named import names_of
from server.tables import Agregator, Package, Point, Stage, Target


def allocate(centre: Centre, parsed: argparse.Namespace) -> int:
    """Shows what would be allocated; with ``--accept`` allocates what was shown."""
    with centre.engine.begin() as connection:
        stage = find_one(connection, Stage, parsed.stage)
        narrowed = _narrowed(connection, parsed)
        if parsed.accept is not None:
            proposal = accept(desk_of(connection), stage, narrowed, parsed.accept)
        else:
            proposal = what_if(connection, stage, narrowed)
        names = _Names(connection, centre)
    if parsed.json:
        print(json.dumps(_as_json(proposal, accepted=parsed.accept is not None)))
        return OK
    if parsed.accept is not None:
        centre.say("allocate.done", pieces=proposal.pieces, lines=len(proposal.lines))
        return OK
    _show(centre, proposal, names)
    return OK


def allocate_households(centre: Centre, parsed: argparse.Namespace) -> int:
    """Shows how many households of an area would be owed a package; with ``--accept`` owes it."""
    with centre.engine.begin() as connection:
        share = Share(
            find_one(connection, Stage, parsed.stage),
            find_one(connection, Package, parsed.package),
            find_one(connection, Point, parsed.point),
            village_of(parsed.region, parsed.district),
            parsed.rw,
            parsed.most,
            parsed.pieces,
        )
        if parsed.accept is not None:
            chosen = entitle(desk_of(connection), share, parsed.accept)
        else:
            chosen = choose(connection, share)
    told = {
        "households": chosen.households,
        "persons": chosen.persons,
        "could": chosen.could,
        "mark": chosen.mark,
    }
    if parsed.json:
        print(json.dumps({**told, "accepted": parsed.accept is not None}))
        return OK
    centre.say("allocate.owed" if parsed.accept is not None else "allocate.would_owe", **told)
    if parsed.accept is None and chosen.households:
        centre.say("allocate.mark", mark=chosen.mark)
    return OK


def show_allocations(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every allocation with how far it is."""
    with centre.engine.connect() as connection:
        found = allocations(
            connection,
            stage=find_one(connection, Stage, parsed.stage) if parsed.stage else None,
            pledge=pledge_number(parsed.pledge) if parsed.pledge else None,
            point=find_one(connection, Point, parsed.point) if parsed.point else None,
            agregator=find_one(connection, Agregator, parsed.agregator)
            if parsed.agregator
            else None,
        )
        names = _Names(connection, centre)
    if parsed.json:
        print(json.dumps([_listed(one) for one in found]))
        return OK
    if not found:
        centre.say("allocate.none")
    for one in found:
        centre.say(
            "allocate.line",
            id=one.id,
            state=text(centre.language, f"centre.allocation.{one.state}"),
            pieces=one.pieces,
            package=names.package(one.package),
            where=names.place(Area(one.package, one.region, one.rw, one.target)),
            point=names.point(one.point) if one.point else "–",
            pledge=format_slip_number(one.pledge),
            day=local(one.at).date(),
        )
    return OK


def advance_some(centre: Centre, parsed: argparse.Namespace) -> int:
    """Sent, handed to a target, or called off."""
    step = Step(parsed.step)
    with centre.engine.begin() as connection:
        advance(desk_of(connection), parsed.number, step)
    words = text(centre.language, f"centre.allocation.{step}")
    centre.say("allocate.advanced", numbers=", ".join(map(str, parsed.number)), state=words)
    return OK


class _Names:
    """What numbers are called, on this terminal."""

    def __init__(self, connection: Connection, centre: Centre) -> None:
        self._language = centre.language
        self._packages = names_of(connection, Package)
        self._points = names_of(connection, Point)
        self._targets = names_of(connection, Target)

    def package(self, number: int) -> str:
        return self._packages.get(number, f"#{number}")

    def point(self, number: int) -> str:
        return self._points.get(number, f"#{number}")

    def place(self, area: Area) -> str:
        region = regions().get(area.region)
        village = region.name if region else area.region
        if area.target:
            return f"{self._targets.get(area.target, area.target)}, {village}"
        return text(self._language, "cli.centre.allocate.rw", village=village, rw=f"{area.rw:02}")


def _narrowed(connection: Connection, parsed: argparse.Namespace) -> Narrowed:
    return Narrowed(
        pledge=pledge_number(parsed.pledge) if parsed.pledge else None,
        pieces=parsed.packages,
        region=village_of(parsed.region, parsed.district) if parsed.region else None,
        rw=parsed.rw,
        point=find_one(connection, Point, parsed.point) if parsed.point else None,
        target=find_one(connection, Target, parsed.target) if parsed.target else None,
        package=find_one(connection, Package, parsed.package) if parsed.package else None,
    )


def _show(centre: Centre, proposal: Proposal, names: _Names) -> None:
    touched = {line.area for line in proposal.lines}
    if not touched:
        centre.say("allocate.nothing")
    for one in proposal.areas:
        if one.area in touched:
            centre.say("allocate.area", **_figures(one, names))
    for line in proposal.lines:
        centre.say(
            "allocate.share",
            pieces=line.pieces,
            package=names.package(line.area.package),
            pledge=format_slip_number(line.pledge),
            where=names.place(line.area),
            point=names.point(line.point) if line.point else "–",
        )
    open_ = [one for one in proposal.areas if one.gap]
    centre.say("allocate.gap", areas=len(open_), pieces=sum(one.gap for one in open_))
    for number, left in proposal.left.items():
        if left:
            centre.say("allocate.left", pledge=format_slip_number(number), pieces=left)
    if touched:
        centre.say("allocate.mark", mark=proposal.mark)


def _figures(one: Standing, names: _Names) -> dict[str, object]:
    return {
        "where": names.place(one.area),
        "package": names.package(one.area.package),
        "need": one.need,
        "before": one.before,
        "after": one.after,
        "gap": one.gap,
    }


def _as_json(proposal: Proposal, *, accepted: bool) -> dict[str, object]:
    def area(one: Area) -> dict[str, object]:
        return {
            "package": one.package,
            "region": one.region,
            "rw": one.rw,
            "target": one.target or None,
        }

    return {
        "stage": proposal.stage,
        "mark": proposal.mark,
        "accepted": accepted,
        "pieces": proposal.pieces,
        "lines": [
            {
                **area(one.area),
                "point": one.point or None,
                "pledge": format_slip_number(one.pledge),
                "pieces": one.pieces,
            }
            for one in proposal.lines
        ],
        "areas": [
            {**area(one.area), "need": one.need, "before": one.before, "after": one.after}
            for one in proposal.areas
        ],
        "left": {format_slip_number(number): left for number, left in proposal.left.items()},
    }


def _listed(one: Allocated) -> dict[str, object]:
    return {
        "id": one.id,
        "state": one.state,
        "pledge": format_slip_number(one.pledge),
        "stage": one.stage,
        "package": one.package,
        "point": one.point or None,
        "region": one.region,
        "rw": one.rw,
        "target": one.target or None,
        "pieces": one.pieces,
        "at": local(one.at).isoformat(),
    }
