"""``ksbb-centre pledges`` and ``advance-pledge``: what is offered, by whom, and how far it is."""

from __future__ import annotations

import argparse
import json

from models.clock import local, wall_clock
from models.numbers import NumberError, format_slip_number, parse_slip_number
from models.regions import regions
from models.texts import text
from server.catalogue_commands import find_one
from server.cli import OK, Centre
from server.errors import NothingFound
from server.giving.pledges import Donor, PledgeDesk, Progress, Ties, advance, tie
from server.office.audit import person
from server.personal import Personal
from server.tables import Agregator, CentreTable, Kolaborator, Package


def pledges(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every pledge with its giver, for the office's eyes."""
    found = PledgeDesk(centre.engine, Personal(centre.keys)).all()
    if parsed.json:
        print(json.dumps([_as_json(one) for one in found]))
        return OK
    if not found:
        centre.say("pledge.none")
    for one in found:
        pledge = one.pledge
        region = regions().get(pledge.region)
        centre.say(
            "pledge.line",
            number=format_slip_number(pledge.number),
            state=text(centre.language, f"pages.pledge.state.{pledge.state}"),
            packages=pledge.packages,
            contents=_plain(pledge.contents),
            where=region.name if region else text(centre.language, "pages.pledge.anywhere"),
            first=pledge.first,
            last=pledge.last,
            donor=_plain(one.name),
            contact=_plain(one.contact),
        )
    return OK


def advance_one(centre: Centre, parsed: argparse.Namespace) -> int:
    """Writes down how far a pledge is."""
    number = pledge_number(parsed.number)
    state = Progress(parsed.state)
    with centre.engine.begin() as connection:
        advance(
            connection,
            number,
            state,
            parsed.words,
            wall_clock(),
            actor=person(),
            arrived=parsed.packages,
        )
    words = text(centre.language, f"pages.pledge.state.{state}")
    centre.say("pledge.advanced", number=format_slip_number(number), state=words)
    return OK


def tie_one(centre: Centre, parsed: argparse.Namespace) -> int:
    """Ties a pledge to a kolaborator, a package, an agregator."""
    number = pledge_number(parsed.number)
    with centre.engine.begin() as connection:
        kinds: dict[str, type[CentreTable]] = {
            "kolaborator": Kolaborator,
            "package": Package,
            "agregator": Agregator,
        }
        found = {
            name: find_one(connection, kind, typed)
            for name, kind in kinds.items()
            if (typed := getattr(parsed, name))
        }
        tie(connection, number, Ties(**found), wall_clock(), actor=person())
    centre.say("pledge.tied", number=format_slip_number(number))
    return OK


def pledge_number(typed: str) -> int:
    """The number of a pledge as somebody typed it. Raises NothingFound."""
    try:
        return parse_slip_number(typed)
    except NumberError as error:
        raise NothingFound(what="Pledge", name=typed) from error


def _plain(words: str) -> str:
    """Anybody may have sent anything: nothing in it shall steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in words)


def _as_json(one: Donor) -> dict[str, object]:
    pledge = one.pledge
    return {
        "number": format_slip_number(pledge.number),
        "state": pledge.state,
        "at": local(pledge.at).isoformat(),
        "packages": pledge.packages,
        "contents": pledge.contents,
        "region": pledge.region or None,
        "first": pledge.first.isoformat(),
        "last": pledge.last.isoformat(),
        "donor": one.name,
        "contact": one.contact,
        "kolaborator": one.tied.kolaborator,
        "package": one.tied.package,
        "agregator": one.tied.agregator,
        "arrived": one.tied.arrived,
        "steps": [{"at": s.at, "state": s.state, "words": s.words} for s in pledge.steps],
    }
