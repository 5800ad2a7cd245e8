"""Looking things up on the device: households, entitlements, slips, keys, and who has what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    select,
)

from models import cbor
from models.cose import key_id_of
from models.decide import Entitlement, Household, HouseholdStatus, Slip, Taken
from models.facts import Line, Receiver
from models.field.projections import (
    FACT,
    FEED,
    STOCK,
    TAKEN,
    table,
    voids,
)
from models.field.pulled import ELSEWHERE, ENTITLEMENT, HOUSEHOLD, SLIP
from models.field.straight import Straight
from models.field.tables import (
    KeyRow,
    KKAliasRow,
    PackageRow,
    PointRow,
    SiblingRow,
    StageRow,
    VolunteerRow,
)
from models.slip import slip_key_id

_HOUSEHOLD = select(
    HOUSEHOLD.c.id,
    HOUSEHOLD.c.kk,
    HOUSEHOLD.c.name,
    HOUSEHOLD.c.rw,
    HOUSEHOLD.c.rt,
    HOUSEHOLD.c.region,
    HOUSEHOLD.c.status,
    HOUSEHOLD.c.members,
    HOUSEHOLD.c.address,
)
_HOUSEHOLD_BY_ID = Straight(_HOUSEHOLD.where(HOUSEHOLD.c.id == bindparam("id")))
_HOUSEHOLD_BY_KK = Straight(_HOUSEHOLD.where(HOUSEHOLD.c.kk == bindparam("kk")))
_ALIAS = table(KKAliasRow)
_HOUSEHOLD_BY_OLD_KK = Straight(
    _HOUSEHOLD.join(_ALIAS, _ALIAS.c.household == HOUSEHOLD.c.id).where(
        _ALIAS.c.kk == bindparam("kk")
    )
)
_ENTITLEMENTS = Straight(
    select(
        ENTITLEMENT.c.stage, ENTITLEMENT.c.package, ENTITLEMENT.c.quantity, ENTITLEMENT.c.point
    ).where(ENTITLEMENT.c.household == bindparam("household"))
)
_SLIP = Straight(
    select(
        SLIP.c.household,
        SLIP.c.point,
        SLIP.c.lines,
        SLIP.c.valid_from,
        SLIP.c.valid_until,
        SLIP.c.revoked,
    ).where(SLIP.c.number == bindparam("number"))
)
_TAKEN_ORDER = ("at", "feed", "seq", "line")
_TAKEN_COLUMNS = (
    *_TAKEN_ORDER,
    "stage",
    "package",
    "quantity",
    "point",
    "actor",
    "receiver",
    "receiver_name",
    "slip",
)
_HASH_HERE = (
    select(FACT.c.hash)
    .where(FACT.c.feed == TAKEN.c.feed, FACT.c.branch == TAKEN.c.branch, FACT.c.seq == TAKEN.c.seq)
    .correlate(TAKEN)
    .scalar_subquery()
)
_VOIDED_HERE = voids(TAKEN.c.feed, TAKEN.c.seq, _HASH_HERE)
# What the centre tells of a feed that is ours was written by a clone, or is lost here: what we took
# back under that number is something else. Of any other feed it is the same fact, unless forked.
_KNOWN_FORKED = (
    select(FACT.c.feed).where(FACT.c.feed == ELSEWHERE.c.feed, FACT.c.branch > 0).exists()
)
_NOT_OURS = select(FEED.c.feed).where(FEED.c.feed == ELSEWHERE.c.feed, ~FEED.c.own).exists()
VOIDED_ELSEWHERE = voids(ELSEWHERE.c.feed, ELSEWHERE.c.seq) & _NOT_OURS & ~_KNOWN_FORKED
# The centre may know of a void that did not come here: its word counts for what a hub brought, too,
# and for our own where it was a clone that took it back.
_VOIDED_BY_ITS_WORD = (
    select(ELSEWHERE.c.seq)
    .where(
        *(
            ELSEWHERE.c[name] == TAKEN.c[name]
            for name in ("household", "feed", "seq", "line", "at")
        ),
        ELSEWHERE.c.voided,
    )
    .exists()
)


def standing_lines(
    columns: Sequence[str], *more: Callable[[Table], ColumnElement[bool]]
) -> CompoundSelect[Any]:
    """The lines of hand-overs that stand, recorded here or told by the centre; one that is known
    both ways comes twice. ``more`` narrows both tables down."""
    here, there = (select(*(of.c[name] for name in columns)) for of in (TAKEN, ELSEWHERE))
    return here.where(
        *(narrow(TAKEN) for narrow in more), ~_VOIDED_HERE, ~_VOIDED_BY_ITS_WORD
    ).union_all(
        there.where(*(narrow(ELSEWHERE) for narrow in more), ~ELSEWHERE.c.voided, ~VOIDED_ELSEWHERE)
    )


_KNOWN = standing_lines(
    _TAKEN_COLUMNS, lambda of: of.c.household == bindparam("household")
).subquery()
# A hand-over known both ways is the same row and counts once. All but its point must be the same:
# that is 0 with whoever does not hold, or can't read, the fact that opened its session.
_TAKEN = Straight(
    select(
        *(
            func.max(_KNOWN.c.point).label("point") if name == "point" else _KNOWN.c[name]
            for name in _TAKEN_COLUMNS
        )
    ).group_by(*(_KNOWN.c[name] for name in _TAKEN_COLUMNS if name != "point"))
)
_STOCK = Straight(select(STOCK.c.package, STOCK.c.left).where(STOCK.c.point == bindparam("point")))


class Roster:
    """Reads of one connection with both files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def household(self, household: int) -> Household | None:
        """A household of this device's points by its id."""
        return _household(_HOUSEHOLD_BY_ID.first(self._connection, id=household))

    def household_by_kk(self, kk: int) -> Household | None:
        """By KK number, or by one it had before."""
        row = _HOUSEHOLD_BY_KK.first(self._connection, kk=kk)
        return _household(row or _HOUSEHOLD_BY_OLD_KK.first(self._connection, kk=kk))

    def entitlements(self, household: int) -> tuple[Entitlement, ...]:
        """What is due to a household, received or not."""
        rows = _ENTITLEMENTS.all(self._connection, household=household)
        return tuple(Entitlement(Line(*row[:3]), row[3]) for row in rows)

    def slip(self, number: int) -> tuple[Slip, bool] | None:
        """An issued slip by its number, and whether it was revoked."""
        row = _SLIP.first(self._connection, number=number)
        if row is None:
            return None
        household, point, encoded, valid_from, valid_until, revoked = row
        flat = cbor.loads(encoded)
        lines = tuple(Line(*flat[i : i + 3]) for i in range(0, len(flat), 3))
        return Slip(number, household, point, lines, valid_from, valid_until), bool(revoked)

    def taken(self, household: int) -> tuple[Taken, ...]:
        """The hand-overs to a household that stand, recorded here or told by the centre."""
        rows = _TAKEN.all(self._connection, household=household)
        rows.sort(key=lambda row: row[: len(_TAKEN_ORDER)])
        return tuple(_taken(*row) for row in rows)

    def stock(self, point: int) -> dict[int, int]:
        """Package → pieces left at a point, for packages that were counted or received."""
        return dict(_STOCK.all(self._connection, point=point))

    def slip_keys(self) -> dict[bytes, bytes]:
        """Short key id → public key of every slip key the centre told of."""
        return {slip_key_id(row.key_id): row.public_key for row in self._keys("slip")}

    def slip_key_ends(self) -> list[int | None]:
        """Until when (ms) each slip key counts; None: without end."""
        return [row.until for row in self._keys("slip")]

    def centre_keys(self, pinned: bytes) -> dict[bytes, bytes]:
        """Key id → public key of the keys that sign receipts and pages: the one ``pinned`` at
        enrolment, and those it has vouched for since."""
        told = {row.key_id: row.public_key for row in self._keys("centre")}
        return {**told, key_id_of(pinned): pinned}

    def box_keys(self) -> dict[bytes, bytes]:
        """Key id → public X25519 key of the centre's, to which boxes for it are sealed."""
        return {row.key_id: row.public_key for row in self._keys("box")}

    def siblings(self) -> list[SiblingRow]:
        """The feeds of the other devices at this device's points, the blocked ones included."""
        return [SiblingRow(**row._mapping) for row in self._all(table(SiblingRow))]

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


def _household(row: tuple[Any, ...] | None) -> Household | None:
    if row is None:
        return None
    of, kk, name, rw, rt, region, status, members, address = row
    return Household(of, kk, name, rw, rt, region, HouseholdStatus(status), members, address)


def _taken(
    at: int,
    feed: bytes,
    seq: int,
    _line: int,
    stage: int,
    package: int,
    quantity: int,
    point: int,
    actor: int,
    receiver: int,
    receiver_name: str | None,
    slip: int | None,
) -> Taken:
    return Taken(
        feed=feed,
        seq=seq,
        line=Line(stage, package, quantity),
        at=at,
        point=point,
        actor=actor,
        receiver=Receiver(receiver),
        receiver_name=receiver_name or "",
        slip=slip,
    )
