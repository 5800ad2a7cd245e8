"""The rows of a page that speak of given households: their values, what is due to them, their slips
and what was handed over to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from models import cbor
from models.page import INDEX_LIMIT, Row
from server.feeds.lineage import Line
from server.personal import Personal, PersonalColumn


class RosterRows:
    """Reads them, and opens what is encrypted."""

    def __init__(self, personal: Personal) -> None:
        self._personal = personal

    def households(self, connection: Connection, wanted: Sequence[int]) -> list[Row]:
        """The values of those of ``wanted`` that there are."""
        found = connection.execute(_HOUSEHOLDS, {"wanted": wanted})
        return [self.household(row) for row in found]

    def household(self, row: Any) -> Row:
        """The values of one, of its row in the table."""
        decrypt: Callable[[bytes, int, PersonalColumn], str] = self._personal.decrypt
        return (
            int(decrypt(bytes(row.kk_enc), row.id, PersonalColumn.KK)),
            row.id,
            decrypt(bytes(row.name_enc), row.id, PersonalColumn.NAME),
            row.rw,
            row.rt,
            row.region,
            row.status,
            row.members,
            decrypt(bytes(row.address_enc), row.id, PersonalColumn.ADDRESS),
        )

    def aliases(self, connection: Connection, wanted: Sequence[int]) -> list[Row]:
        """(former KK number, household) of those that have any."""
        return [
            (self._personal.kk(bytes(row.kk_enc), row.household), row.household)
            for row in connection.execute(_ALIASES, {"wanted": wanted})
        ]

    def due(self, connection: Connection, wanted: Sequence[int]) -> list[Row]:
        """All that is due to them, at whichever point."""
        return [tuple(row) for row in connection.execute(_ENTITLEMENTS, {"wanted": wanted})]

    def slips(self, connection: Connection, numbers: Sequence[int]) -> list[Row]:
        """The slips with these numbers."""
        return _slips(connection.execute(_SLIPS, {"wanted": numbers}))

    def slips_of(self, connection: Connection, wanted: Sequence[int]) -> list[Row]:
        """The slips of these households."""
        return _slips(connection.execute(_SLIPS_OF, {"wanted": wanted}))

    def elsewhere(
        self,
        connection: Connection,
        places: Collection[tuple[int, int]],
        own: Mapping[int, Line],
    ) -> list[Row]:
        """The lines of the hand-overs at ``places``, (feed number, number), without those on the
        lines ``own``."""
        ordered = sorted(places)
        wanted = {"feeds": [feed for feed, _ in ordered], "seqs": [seq for _, seq in ordered]}
        return self._told(connection.execute(_HAPPENED, wanted), own)

    def elsewhere_to(
        self, connection: Connection, wanted: Sequence[int], own: Mapping[int, Line]
    ) -> list[Row]:
        """The same of all that was handed over to these households."""
        return self._told(connection.execute(_HAPPENED_TO, {"wanted": wanted}), own)

    def _told(self, found: Any, own: Mapping[int, Line]) -> list[Row]:
        return [
            (
                row.household,
                bytes(row.feed_id),
                *row[3:13],
                self._personal.decrypt(
                    bytes(row.receiver_enc), row.household, PersonalColumn.RECEIVER
                )
                if row.receiver_enc is not None
                else None,
                row.slip,
                row.voided,
            )
            for row in found
            # A smaller number is no household of ours, and in a page it would be an index.
            if row.household >= INDEX_LIMIT
            # What the laptop wrote a clone of it may have taken back.
            if row.voided or row.feed_no not in own or not own[row.feed_no].has(row.branch, row.seq)
        ]


def _slips(found: Any) -> list[Row]:
    return [
        (*row[:3], cbor.dumps([n for line in as_json(row.lines) for n in line]), *row[4:])
        for row in found
    ]


def as_json(value: Any) -> Any:
    """What a JSON column holds, whether the driver has read it already or not."""
    return json.loads(value) if isinstance(value, str) else value


_HOUSEHOLDS = text("SELECT * FROM household WHERE id = ANY(:wanted) AND erased_at IS NULL")
_ALIASES = text(
    "SELECT kk_enc, household FROM kk_alias WHERE household = ANY(:wanted)"
    " AND kk_enc IS NOT NULL ORDER BY household, kk_hmac"
)
_ENTITLEMENTS = text(
    "SELECT household, stage, package, point, quantity FROM entitlement"
    " WHERE household = ANY(:wanted) ORDER BY household, stage, package"
)
_SLIP_COLUMNS = (
    "SELECT number, household, point, lines, valid_from, valid_until,"
    " revoked_at IS NOT NULL AS revoked FROM slip"
)
_SLIPS = text(f"{_SLIP_COLUMNS} WHERE number = ANY(:wanted)")
_SLIPS_OF = text(f"{_SLIP_COLUMNS} WHERE household = ANY(:wanted)")
_HANDOVER_COLUMNS = (
    "SELECT h.household, f.feed_no, f.feed_id, h.branch::int, h.seq, h.line_no, h.stage, h.package,"
    " h.quantity, h.at, h.point, h.actor, h.receiver::int, h.receiver_enc, h.slip, h.voided"
)
_HAPPENED = text(
    f"{_HANDOVER_COLUMNS} FROM unnest((:feeds)::int8[], (:seqs)::int8[]) AS w (feed_no, seq)"
    " JOIN feed AS f ON f.feed_no = w.feed_no"
    " JOIN handover AS h ON h.device = f.device AND h.feed_no = w.feed_no AND h.seq = w.seq"
)
_HAPPENED_TO = text(
    f"{_HANDOVER_COLUMNS} FROM handover AS h JOIN feed AS f ON f.feed_no = h.feed_no"
    " WHERE h.household = ANY(:wanted)"
)
