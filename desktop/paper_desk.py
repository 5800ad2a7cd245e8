"""What papers can be about, and the making of one, out of one device's ledger. Knows no widget.

Runs on any thread but the GUI's, on a connection that only reads; raises DataError, PaperError, and
Cancelled where ``report`` does.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from desktop.paper_making import About, Making, Order, Paper, Report
from desktop.presenters.names import Names
from models.clock import WallClock
from models.field.database import Database
from models.field.day_book import (
    Scope,
    Sitting,
    day_of,
    reading,
    scope_of_day,
    scope_of_sitting,
    sittings,
)
from models.field.device import Identity, load_anchor, load_identity
from models.field.ledger import Ledger
from models.field.roster import Roster


class PaperDesk:
    """Makes papers from one device's ledger."""

    def __init__(self, database: Database, identity: Identity, clock: WallClock) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock

    def choices(self) -> tuple[About, ...]:
        """Today at every point of this laptop's, the days before that something is recorded of,
        and the sessions held here; the newest first, and where work goes on before the rest."""
        with reading(self._database.ledger) as connection:
            ledger, names = self._ledger(connection), Names.read(Roster(connection))
            today = day_of(ledger.clock().now)
            held = sittings(connection)
            identity = load_identity(connection) or self._identity
        days = dict.fromkeys((one.point, _day(one)) for one in held)
        days |= dict.fromkeys((point, today) for point in identity.points)
        latest = held[0].point if held else None
        found = [About(point, names.point(point), day) for point, day in days]
        found += [
            About(one.point, names.point(one.point), _day(one), one) for one in held if one.own
        ]
        found.sort(
            key=lambda one: (
                -one.day.toordinal(),
                one.point != latest,
                one.point_name,
                one.sitting is not None,
                -one.sitting.opened_at if one.sitting else 0,
            )
        )
        return tuple(found)

    def make(self, order: Order, report: Report) -> tuple[Path, ...]:
        """Files what was ordered; returns the files."""
        with reading(self._database.ledger) as connection:
            scope = self._scope(connection, order.about)
            making = Making(connection, self._ledger(connection), scope, order)
            match order.paper:
                case Paper.XLSX | Paper.CSV:
                    return making.export(report)
                case Paper.DANOM:
                    return making.danom(report)
                case Paper.BAST:
                    return making.bast(report)
                case Paper.RECAP:
                    return making.recap(report)

    def _ledger(self, connection: Connection) -> Ledger:
        identity = load_identity(connection) or self._identity
        return Ledger(connection, identity, self._clock, load_anchor(connection))

    @staticmethod
    def _scope(connection: Connection, about: About) -> Scope:
        if about.sitting is not None:
            return scope_of_sitting(connection, about.sitting)
        return scope_of_day(connection, about.point, about.day)


def _day(sitting: Sitting) -> date:
    return day_of(sitting.opened_at)
