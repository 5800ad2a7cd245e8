"""``ksbb-centre add-kolaborator``, ``add-agregator``, ``suspend-agregator``, ``add-target``,
``target-need``, ``close-target`` and ``targets``: who gives, who distributes, who else is given
to."""

from __future__ import annotations

import argparse
import json

from models.clock import wall_clock
from models.regions import regions
from models.texts import text
from server.catalogue import Desk
from server.catalogue_commands import desk_of, find_one, said_added, village_of
from server.cli import OK, Centre
from server.giving import partners
from server.giving.targets import (
    Institution,
    TargetKind,
    TargetState,
    add_target,
    close_target,
    need_of_target,
    targets,
)
from server.office.audit import person
from server.tables import Agregator, Kolaborator, Package, Stage, Target


def add_kolaborator(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds who gives."""
    with centre.engine.begin() as connection:
        number = partners.add_kolaborator(desk_of(connection), parsed.name)
    return said_added(centre, Kolaborator, parsed.name, number)


def add_agregator(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds who distributes."""
    with centre.engine.begin() as connection:
        number = partners.add_agregator(desk_of(connection), parsed.name)
    return said_added(centre, Agregator, parsed.name, number)


def suspend_agregator(centre: Centre, parsed: argparse.Namespace) -> int:
    """Gives an agregator nothing more to distribute, or again."""
    with centre.engine.begin() as connection:
        number = find_one(connection, Agregator, parsed.agregator)
        desk = desk_of(connection)
        partners.suspend_agregator(desk, number, parsed.why, suspended=not parsed.resume)
    leaf = "resumed" if parsed.resume else "suspended"
    centre.say(f"partner.{leaf}", name=parsed.agregator)
    return OK


def add_one_target(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds an institution that is given to."""
    region = village_of(parsed.region, parsed.district)
    with centre.engine.begin() as connection:
        who = find_one(connection, Agregator, parsed.agregator) if parsed.agregator else None
        one = Institution(
            TargetKind(parsed.kind),
            parsed.name,
            region,
            parsed.persons,
            parsed.rw,
            parsed.address,
            who,
        )
        number = add_target(desk_of(connection), one)
    return said_added(centre, Target, parsed.name, number)


def target_need(centre: Centre, parsed: argparse.Namespace) -> int:
    """Says what a target needs."""
    with centre.engine.begin() as connection:
        need_of_target(
            Desk(connection, wall_clock(), person()),
            find_one(connection, Target, parsed.target),
            find_one(connection, Stage, parsed.stage),
            find_one(connection, Package, parsed.package),
            parsed.pieces,
        )
    centre.say("partner.need_set", name=parsed.target, pieces=parsed.pieces)
    return OK


def close_one_target(centre: Centre, parsed: argparse.Namespace) -> int:
    """Gives a target nothing more, or again."""
    with centre.engine.begin() as connection:
        number = find_one(connection, Target, parsed.target)
        close_target(desk_of(connection), number, closed=not parsed.reopen)
    centre.say(f"partner.{'opened' if parsed.reopen else 'closed'}", name=parsed.target)
    return OK


def show_targets(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every target, with what it needs in a stage where one is named."""
    with centre.engine.connect() as connection:
        stage = find_one(connection, Stage, parsed.stage) if parsed.stage else None
        found = targets(connection, stage)
    if parsed.json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return OK
    if not found:
        centre.say("partner.no_targets")
    for one in found:
        region = regions().get(one.about.region)
        centre.say(
            "partner.target",
            id=one.id,
            name=one.about.name,
            kind=text(centre.language, f"centre.target.{one.about.kind}"),
            where=region.name if region else one.about.region,
            persons=one.about.persons,
        )
        for wanted in one.wanted:
            centre.say(
                "partner.wanted",
                package=wanted.name,
                pieces=wanted.pieces,
                allocated=wanted.allocated,
                handed=wanted.handed,
            )
        if one.closed:
            centre.say("partner.is_closed")
    return OK


def _as_json(one: TargetState) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.about.name,
        "kind": one.about.kind,
        "region": one.about.region,
        "rw": one.about.rw,
        "persons": one.about.persons,
        "closed": one.closed,
        "needs": [
            {
                "package": wanted.name,
                "pieces": wanted.pieces,
                "allocated": wanted.allocated,
                "sent": wanted.sent,
                "handed": wanted.handed,
            }
            for wanted in one.wanted
        ],
    }
