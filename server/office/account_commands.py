"""``ksbb-centre add-account``, ``accounts`` and ``reset-account``: who may enter the office."""

from __future__ import annotations

import argparse
import json

from sqlalchemy import Connection, select

from models.clock import local, wall_clock
from models.texts import text
from server.catalogue import Desk
from server.cli import OK, Centre
from server.named import by_name, find_named
from server.office.accounts import (
    SET_UP,
    VALID_MS,
    Role,
    accounts,
    add_account,
    find_account,
    reset_account,
)
from server.office.audit import person
from server.personal import Personal
from server.tables import Agregator, table


def add(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds an account and says the link for its owner, once."""
    now = wall_clock()
    with centre.engine.begin() as connection:
        agregator = None
        if parsed.agregator:
            known = by_name(connection, Agregator)
            agregator = find_named("Agregator", parsed.agregator, known)
        desk = Desk(connection, now, person())
        number, code = add_account(
            desk, Personal(centre.keys), parsed.name, Role(parsed.role), agregator
        )
    centre.say(
        "add.added",
        what=text(centre.language, "centre.what.account"),
        name=parsed.name.strip().casefold(),
        id=number,
    )
    _say_link(centre, code, now)
    return OK


def reset(centre: Centre, parsed: argparse.Namespace) -> int:
    """Another link for who lost password or phone; the old ones are of no use any more."""
    now = wall_clock()
    with centre.engine.begin() as connection:
        account = find_account(connection, parsed.account)
        desk = Desk(connection, now, person())
        code = reset_account(desk, Personal(centre.keys), account.id)
    _say_link(centre, code, now)
    return OK


def show(centre: Centre, parsed: argparse.Namespace) -> int:
    """Everybody who may enter, and as what."""
    with centre.engine.connect() as connection:
        found, agregators = accounts(connection), _agregators(connection)
    if parsed.json:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "role": one.role,
                "agregator": one.agregator,
                "active": one.active,
                "ready": one.ready,
                "entered_at": one.entered_at,
            }
            for one in found
        ]
        print(json.dumps(rows))
        return OK
    if not found:
        centre.say("account.none")
    for one in found:
        role = text(centre.language, f"office.role.{one.role}")
        if one.agregator is not None:
            role += f" ({agregators.get(one.agregator, one.agregator)})"
        state = "shut" if not one.active else "ready" if one.ready else "waiting"
        entered = f"{local(one.entered_at):%Y-%m-%d %H.%M}" if one.entered_at else "–"
        words = text(centre.language, f"office.account.{state}")
        print(f"{one.id:>4}  {one.name:<24}  {role:<32}  {words:<36}  {entered}")
    return OK


def link(centre: Centre, code: str) -> str:
    """Where the owner of a one-time code sets the account up."""
    return f"{centre.settings.public_address}{SET_UP}/{code}"


def _say_link(centre: Centre, code: str, now: int) -> None:
    until = f"{local(now + VALID_MS):%Y-%m-%d %H.%M}"
    centre.say("account.link", link=link(centre, code), until=until)


def _agregators(connection: Connection) -> dict[int, str]:
    columns = table(Agregator).c
    return {row.id: row.name for row in connection.execute(select(columns.id, columns.name))}
