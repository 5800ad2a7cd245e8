"""A town whose needs, agregator and pledges an allocation can be made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from models.numbers import format_slip_number
from server.allocating.desk import Step, accept, allocations, what_if
from server.allocating.desk import advance as advance_allocations
from server.allocating.ground import ALL, Narrowed
from server.allocating.proposal import Proposal
from server.catalogue import Desk
from server.figures.needs import recount
from server.giving.pledges import Offer, PledgeDesk, Progress, Ties, advance, tie
from tests.support.pages import CIDENG, FIRST_STAGE, GAMBIR, NOW, SEMBAKO, SENEN, THERE, Town

GIVER = "PT Sumber Rejeki"


def settle_needs(town: Town) -> None:
    """Sixty households in Gambir and thirty in Cideng receive at the first point, forty in Senen at
    the second, all in RW 3; each point has an agregator of its own: Satu and Dua."""
    town.furnish()
    town.settle(range(60), GAMBIR)
    town.settle(range(60, 90), CIDENG)
    town.settle(range(90, 130), SENEN)
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE household SET rw = 3"))
        connection.execute(
            text(
                "UPDATE entitlement SET point = :there FROM household AS h"
                " WHERE h.id = household AND h.region = :region"
            ),
            {"there": THERE, "region": SENEN},
        )
        recount(connection, [FIRST_STAGE])
        connection.execute(text("INSERT INTO agregator (name) VALUES ('Satu'), ('Dua')"))
        connection.execute(text("UPDATE point SET agregator = id"))
        connection.execute(text("INSERT INTO kolaborator (name) VALUES (:giver)"), {"giver": GIVER})


def pledge(
    town: Town,
    packages: int,
    states: Sequence[Progress] = (Progress.CONFIRMED,),
    **more: Any,
) -> str:
    """A pledge of sembako in these states; its number as it is shown."""
    ties = Ties(1, SEMBAKO, more.pop("agregator", None))
    offer = {"region": "", **more}
    desk = PledgeDesk(town.engine, town.personal)
    number = desk.take(
        Offer(GIVER, "budi@example.id", "5 kg beras", packages, first=date(2026, 12, 1),
              last=date(2026, 12, 14), **offer),
        NOW,
    )  # fmt: skip
    with town.engine.begin() as connection:
        tie(connection, number, ties, NOW, actor="test")
        for state in states:
            advance(connection, number, state, "", NOW, actor="test")
    return format_slip_number(number)


def allocate(town: Town, narrowed: Narrowed = ALL) -> Proposal:
    """What is free, by need."""
    with town.engine.begin() as connection:
        mark = what_if(connection, FIRST_STAGE, narrowed).mark
        return accept(Desk(connection, NOW, "test"), FIRST_STAGE, narrowed, mark)


def send(town: Town) -> None:
    """Everything that is allocated and was not sent yet."""
    with town.engine.begin() as connection:
        waiting = [one.id for one in allocations(connection) if one.state == "allocated"]
        advance_allocations(Desk(connection, NOW, "test"), waiting, Step.SENT)
