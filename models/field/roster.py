"""Looking things up on the device: households, entitlements, slips, keys, and who has what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select

from models import cbor
from models.cose import key_id_of
from models.decide import Entitlement, Household, HouseholdStatus, Slip, Taken
from models.facts import Line, Receiver
from models.field.projections import STOCK, TAKEN, VOIDED, table
from models.field.pulled import ELSEWHERE, ENTITLEMENT, HOUSEHOLD, SLIP
from models.field.tables import KeyRow, KKAliasRow, PackageRow, PointRow, StageRow, VolunteerRow
from models.slip import slip_key_id

_HOUSEHOLD_BY_ID = select(HOUSEHOLD).where(HOUSEHOLD.c.id == bindparam("id"))
_HOUSEHOLD_BY_KK = select(HOUSEHOLD).where(HOUSEHOLD.c.kk == bindparam("kk"))
_ALIAS = table(KKAliasRow)
_HOUSEHOLD_BY_OLD_KK = (
    select(HOUSEHOLD)
    .join(_ALIAS, _ALIAS.c.household == HOUSEHOLD.c.id)
    .where(_ALIAS.c.kk == bindparam("kk"))
)
_ENTITLEMENTS = select(
    ENTITLEMENT.c.stage, ENTITLEMENT.c.package, ENTITLEMENT.c.quantity, ENTITLEMENT.c.point
).where(ENTITLEMENT.c.household == bindparam("household"))
_SLIP = select(SLIP).where(SLIP.c.number == bindparam("number"))
_TAKEN_COLUMNS = (
    "feed",
    "seq",
    "line",
    "stage",
    "package",
    "quantity",
    "at",
    "point",
    "actor",
    "receiver",
    "receiver_name",
    "slip",
)
_VOIDED_HERE = (
    select(VOIDED.c.seq).where(VOIDED.c.feed == TAKEN.c.feed, VOIDED.c.seq == TAKEN.c.seq).exists()
)
_VOIDED_ELSEWHERE = (
    select(VOIDED.c.seq)
    .where(VOIDED.c.feed == ELSEWHERE.c.feed, VOIDED.c.seq == ELSEWHERE.c.seq)
    .exists()
)
# UNION (not UNION ALL) tells apart: a hand-over known both ways is the same row and counts once.
_TAKEN = (
    select(*(TAKEN.c[name] for name in _TAKEN_COLUMNS))
    .where(TAKEN.c.household == bindparam("household"), ~_VOIDED_HERE)
    .union(
        select(*(ELSEWHERE.c[name] for name in _TAKEN_COLUMNS)).where(
            ELSEWHERE.c.household == bindparam("household"),
            ~ELSEWHERE.c.voided,
            ~_VOIDED_ELSEWHERE,
        )
    )
)
_STOCK = select(STOCK.c.package, STOCK.c.left).where(STOCK.c.point == bindparam("point"))


class Roster:
    """Reads of one connection with both files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def household(self, household: int) -> Household | None:
        """A household of this device's points by its id."""
        row = self._connection.execute(_HOUSEHOLD_BY_ID, {"id": household}).first()
        return _household(row) if row else None

    def household_by_kk(self, kk: int) -> Household | None:
        """By KK number, or by one it had before."""
        row = self._connection.execute(_HOUSEHOLD_BY_KK, {"kk": kk}).first()
        if row is None:
            row = self._connection.execute(_HOUSEHOLD_BY_OLD_KK, {"kk": kk}).first()
        return _household(row) if row else None

    def entitlements(self, household: int) -> tuple[Entitlement, ...]:
        """What is due to a household, received or not."""
        rows = self._connection.execute(_ENTITLEMENTS, {"household": household})
        return tuple(Entitlement(Line(*row[:3]), row[3]) for row in rows)

    def slip(self, number: int) -> tuple[Slip, bool] | None:
        """An issued slip by its number, and whether it was revoked."""
        row = self._connection.execute(_SLIP, {"number": number}).first()
        if row is None:
            return None
        flat = cbor.loads(row.lines)
        lines = tuple(Line(*flat[i : i + 3]) for i in range(0, len(flat), 3))
        slip = Slip(row.number, row.household, row.point, lines, row.valid_from, row.valid_until)
        return slip, row.revoked

    def taken(self, household: int) -> tuple[Taken, ...]:
        """The hand-overs to a household that stand, recorded here or told by the centre."""
        rows = self._connection.execute(_TAKEN, {"household": household}).all()
        return tuple(
            Taken(
                feed=row.feed,
                seq=row.seq,
                line=Line(row.stage, row.package, row.quantity),
                at=row.at,
                point=row.point,
                actor=row.actor,
                receiver=Receiver(row.receiver),
                receiver_name=row.receiver_name or "",
                slip=row.slip,
            )
            for row in sorted(rows, key=lambda row: (row.at, row.feed, row.seq, row.line))
        )

    def stock(self, point: int) -> dict[int, int]:
        """Package → pieces left at a point, for packages that were counted or received."""
        return {row[0]: row[1] for row in self._connection.execute(_STOCK, {"point": point})}

    def slip_keys(self) -> dict[bytes, bytes]:
        """Short key id → public key of every slip key the centre told of."""
        return {slip_key_id(row.key_id): row.public_key for row in self._keys("slip")}

    def centre_keys(self, pinned: bytes) -> dict[bytes, bytes]:
        """Key id → public key of the keys that sign receipts and pages: the one ``pinned`` at
        enrolment, and those it has vouched for since."""
        told = {row.key_id: row.public_key for row in self._keys("centre")}
        return {**told, key_id_of(pinned): pinned}

    def points(self) -> list[PointRow]:
        """All points that may be named on a screen."""
        return [PointRow(**row._mapping) for row in self._all(table(PointRow))]

    def stages(self) -> list[StageRow]:
        """All stages, by the day they open."""
        rows = self._all(table(StageRow))
        return sorted((StageRow(**row._mapping) for row in rows), key=lambda stage: stage.opens)

    def packages(self) -> list[PackageRow]:
        """All packages."""
        return [PackageRow(**row._mapping) for row in self._all(table(PackageRow))]

    def volunteers(self) -> list[VolunteerRow]:
        """All volunteers, active or not: an old record names one who has left."""
        return [VolunteerRow(**row._mapping) for row in self._all(table(VolunteerRow))]

    def size(self) -> int:
        """How many households this device holds."""
        found = self._connection.exec_driver_sql("SELECT count(*) FROM roster.household").scalar()
        return int(found or 0)

    def _keys(self, purpose: str) -> Sequence[KeyRow]:
        keys = table(KeyRow)
        rows = self._connection.execute(select(keys).where(keys.c.purpose == purpose))
        return [KeyRow(**row._mapping) for row in rows]

    def _all(self, source: Table) -> Sequence[Row[Any]]:
        return self._connection.execute(select(source).order_by(*source.primary_key)).all()


def _household(row: Row[Any]) -> Household:
    return Household(
        id=row.id,
        kk=row.kk,
        name=row.name,
        rw=row.rw,
        rt=row.rt,
        region=row.region,
        status=HouseholdStatus(row.status),
        members=row.members,
        address=row.address,
    )
