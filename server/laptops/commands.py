"""``ksbb-centre devices`` and ``revoke-device``: laptops at a glance, and a lost one blocked."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from models.clock import local, wall_clock
from models.regions import plain_name
from models.texts import text
from server.cli import FAILED, OK, Centre
from server.errors import NothingFound, SeveralFound
from server.laptops.blocking import revoke_device
from server.laptops.listing import DeviceReport, list_devices
from server.office.audit import person

_COLUMNS = (
    "id",
    "name",
    "points",
    "facts",
    "lacking",
    "photos",
    "contact",
    "clock",
    "version",
    "state",
)
_RIGHT = {"id", "facts", "lacking", "photos", "clock"}
_NOTHING = "–"
_CLOSE_ENOUGH = 60_000
"""A clock that is off by less (ms) is as right as a laptop's is."""


def devices(centre: Centre, parsed: argparse.Namespace) -> int:
    """A line for every device."""
    with centre.engine.connect() as connection:
        found = list_devices(connection)
    if parsed.json:
        print(json.dumps([one.as_json() for one in found]))
        return OK
    if not found:
        centre.say("device.none")
        return OK
    head = [text(centre.language, f"cli.centre.device.{name}") for name in _COLUMNS]
    for line in _aligned([head, *(_row(centre, one) for one in found)]):
        print(line)
    return OK


def block_device(centre: Centre, parsed: argparse.Namespace) -> int:
    """Blocks one device, named by its number or by a name that no other one has."""
    with centre.engine.begin() as connection:
        one = find_device(list_devices(connection), parsed.device)
        blocked = revoke_device(connection, one.id, wall_clock(), actor=person())
    if not blocked:
        centre.say("device.blocked_before", name=one.name, id=one.id)
        return FAILED
    centre.say("device.blocked", name=one.name, id=one.id, facts=one.facts)
    if one.lacking:
        centre.say("device.blocked_lacking", lacking=one.lacking)
    return OK


def find_device(known: Sequence[DeviceReport], wanted: str) -> DeviceReport:
    """The one with that number or name; raises NothingFound or SeveralFound."""
    found = [one for one in known if str(one.id) == wanted.strip()]
    found = found or [one for one in known if plain_name(one.name) == plain_name(wanted)]
    if not found:
        raise NothingFound(what="Device", name=wanted)
    if len(found) > 1:
        raise SeveralFound(name=wanted, numbers=", ".join(str(one.id) for one in found))
    return found[0]


def _row(centre: Centre, one: DeviceReport) -> list[str]:
    def say(leaf: str, **parts: object) -> str:
        return text(centre.language, f"cli.centre.device.{leaf}", **parts)

    states = []
    if one.revoked_at is not None:
        states.append(say("revoked", when=_moment(one.revoked_at)))
    if one.forked:
        states.append(say("forked"))
    return [
        str(one.id),
        one.name,
        ", ".join(one.points),
        str(one.facts),
        str(one.lacking) if one.lacking else _NOTHING,
        str(one.photos_to_come) if one.photos_to_come else _NOTHING,
        _moment(one.last_contact_at),
        _offset(one.clock_offset),
        one.version or _NOTHING,
        "; ".join(states) or say("fine"),
    ]


def _moment(ms: int | None) -> str:
    return _NOTHING if ms is None else f"{local(ms):%Y-%m-%d %H.%M}"


def _offset(ms: int | None) -> str:
    """How far a clock is ahead (+) or behind (−), in the unit that says most."""
    if ms is None:
        return _NOTHING
    if abs(ms) < _CLOSE_ENOUGH:
        return "±0"
    minutes = round(abs(ms) / 60_000)
    days, hours = divmod(minutes // 60, 24)
    much = f"{days}d" if days else f"{hours}:{minutes % 60:02}"
    return ("+" if ms > 0 else "−") + much


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    return [
        "  ".join(
            cell.rjust(width) if name in _RIGHT else cell.ljust(width)
            for name, cell, width in zip(_COLUMNS, row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
