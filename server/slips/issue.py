"""Issuing slips, revoking them, and issuing one anew: rows in ``slip``, told to a point's devices.

A slip's row and its signed bytes say the same; Ed25519 signs deterministically, so the code of a
slip can be printed again at any time from its row alone (``slip_code``).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from models.decide import HouseholdStatus, Slip
from models.facts import Line
from models.numbers import format_slip_number, slip_number
from models.slip import MAX_LINES, encode_slip
from models.slip_text import to_text
from models.texts import Language
from models.texts import text as words
from server.errors import CentreError
from server.keys import Keys
from server.streams.changes import Change, append_changes, take_numbers
from server.tables import ChangeKind

_LOCK = 0x534C4950
_BODIES = 10**10
"""How many ten-digit bodies a slip number can have."""

_DUE = text(
    "WITH covered AS MATERIALIZED (SELECT s.household, (l.line->>0)::bigint AS stage,"
    " (l.line->>1)::bigint AS package FROM slip AS s"
    " CROSS JOIN LATERAL jsonb_array_elements(s.lines) AS l (line)"
    " WHERE s.point = :point AND s.revoked_at IS NULL"
    " AND s.valid_until > greatest(:now, :valid_from) AND s.valid_from < :valid_until),"
    " received AS MATERIALIZED (SELECT r.household, r.stage, r.package, sum(r.quantity) AS pieces"
    " FROM handover AS r WHERE r.stage = ANY(:stages) AND NOT r.voided GROUP BY 1, 2, 3)"
    " SELECT e.household, e.stage, e.package, e.quantity FROM entitlement AS e"
    " JOIN household AS h ON h.id = e.household"
    " LEFT JOIN covered AS c USING (household, stage, package)"
    " LEFT JOIN received AS r USING (household, stage, package)"
    " WHERE e.point = :point AND e.stage = ANY(:stages) AND h.status <> :suspended"
    " AND c.household IS NULL AND coalesce(r.pieces, 0) < e.quantity"
    " ORDER BY e.household, e.stage, e.package"
)
_TAKEN = text("SELECT number FROM slip WHERE number = ANY(:drawn)")
_FIND = text(
    "SELECT number, household, point, lines, valid_from, valid_until, revoked_at FROM slip"
    " WHERE number = :number FOR UPDATE"
)
_REVOKE = text("UPDATE slip SET revoked_at = :now WHERE number = :number")
_COPY_SLIPS = (
    "COPY slip (number, household, point, lines, valid_from, valid_until, issued_at) FROM STDIN"
)
_COPY_CHANGES = "COPY point_change (point, n, kind, ref) FROM STDIN"


class SlipProblem(StrEnum):
    """Why a slip can't be revoked or issued anew; the words stand under ``slip.error.<value>``."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"


class SlipUnusable(CentreError):
    """A slip that was named is not there or no longer worth anything: problem, number."""

    code = "slip_unusable"
    exit_code: ClassVar[int] = 6

    def __init__(self, problem: SlipProblem, number: int) -> None:
        super().__init__(problem=problem, number=format_slip_number(number))

    def title(self, language: Language) -> str:
        """What is wrong with the slip."""
        return words(language, f"slip.error.{self.parts['problem']}.title", **self.parts)

    def what_to_do(self, language: Language) -> str:
        """What to do."""
        return words(language, f"slip.error.{self.parts['problem']}.what_to_do", **self.parts)


@dataclass(frozen=True, slots=True)
class IssuedSlip:
    """A slip as it stands in its row, and the bytes the centre signed."""

    slip: Slip
    signed: bytes


def issue_slips(
    connection: Connection,
    keys: Keys,
    *,
    point: int,
    stages: Sequence[int],
    now: int,
    valid_from: int,
    valid_until: int,
    draw: Callable[[], int] = lambda: secrets.randbelow(_BODIES),
) -> list[IssuedSlip]:
    """Issue what slips are missing at ``point`` for ``stages``, in the caller's transaction.

    A household gets one for every four lines (stage and package) that are due to it there, unless
    an unrevoked slip of this point names the line and is valid at any time of the same period, or
    the line was received whole, or the household is suspended; so a second run issues nothing. One
    that moved or whose head has died gets its slip: the roster may be wrong, and the point looks.
    Times in ms, cut to whole seconds as the code holds them. ``draw`` gives ten random digits.
    Raises ValueError for a period that is over or empty, and where no stage is given.
    """
    valid_from, valid_until = _whole_seconds(valid_from), _whole_seconds(valid_until)
    if not stages or valid_until <= max(valid_from, now):
        raise ValueError("slips are issued for at least one stage and a period still to come")
    # Two runs at once would both find the same slips missing.
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    due = connection.execute(
        _DUE,
        {
            "point": point,
            "stages": list(stages),
            "suspended": int(HouseholdStatus.SUSPENDED),
            "now": now,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )
    wanted = list(_portions(due))
    numbers = _draw_numbers(connection, len(wanted), draw)
    slips = [
        Slip(number, household, point, lines, valid_from, valid_until)
        for number, (household, lines) in zip(numbers, wanted, strict=True)
    ]
    issued = [IssuedSlip(slip, encode_slip(slip, keys.slip)) for slip in slips]
    _write(connection, slips, now)
    _tell(connection, point, numbers)
    return issued


def revoke_slip(connection: Connection, number: int, now: int) -> bool:
    """Revoke a slip, in the caller's transaction; False where that was done before.

    Raises SlipUnusable for a number no slip has.
    """
    found = _found(connection, number)
    if found.revoked_at is not None:
        return False
    connection.execute(_REVOKE, {"number": number, "now": now})
    append_changes(connection, found.point, [Change(ChangeKind.SLIP, ref=number)])
    return True


def reissue(
    connection: Connection,
    keys: Keys,
    number: int,
    now: int,
    *,
    draw: Callable[[], int] = lambda: secrets.randbelow(_BODIES),
) -> IssuedSlip:
    """Revoke a slip that was lost or spoilt and issue the same under a new number.

    Raises SlipUnusable for a number no slip has and for a slip that is revoked or expired.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = _found(connection, number)
    if found.revoked_at is not None:
        raise SlipUnusable(SlipProblem.REVOKED, number)
    if found.valid_until <= now:
        raise SlipUnusable(SlipProblem.EXPIRED, number)
    slip = Slip(
        _draw_numbers(connection, 1, draw)[0],
        found.household,
        found.point,
        slip_lines(found.lines),
        found.valid_from,
        found.valid_until,
    )
    issued = IssuedSlip(slip, encode_slip(slip, keys.slip))
    connection.execute(_REVOKE, {"number": number, "now": now})
    _write(connection, [slip], now)
    _tell(connection, slip.point, [number, slip.number])
    return issued


def slip_code(keys: Keys, slip: Slip, address: str) -> str:
    """The text in the slip's QR; ``address`` is the centre's public one (``models.slip_text``)."""
    return to_text(encode_slip(slip, keys.slip), address)


def slip_lines(stored: Any) -> tuple[Line, ...]:
    """The lines in a row's ``lines``: ``[[stage, package, quantity], …]``, decoded or as text."""
    plain = json.loads(stored) if isinstance(stored, str) else stored
    return tuple(Line(*line) for line in plain)


def _whole_seconds(ms: int) -> int:
    return ms // 1000 * 1000


def _portions(due: Iterable[Any]) -> Iterable[tuple[int, tuple[Line, ...]]]:
    """The lines of each household, as many at a time as a slip carries."""
    for household, rows in groupby(due, key=itemgetter(0)):
        lines = [Line(*row[1:]) for row in rows]
        for start in range(0, len(lines), MAX_LINES):
            yield household, tuple(lines[start : start + MAX_LINES])


def _draw_numbers(connection: Connection, wanted: int, draw: Callable[[], int]) -> list[int]:
    """``wanted`` different slip numbers that no slip has."""
    numbers: dict[int, None] = {}
    while len(numbers) < wanted:
        drawn = {slip_number(draw()) for _ in range(wanted - len(numbers))} - numbers.keys()
        taken = set(connection.scalars(_TAKEN, {"drawn": list(drawn)}))
        numbers |= dict.fromkeys(drawn - taken)
    return list(numbers)


def _found(connection: Connection, number: int) -> Any:
    found = connection.execute(_FIND, {"number": number}).first()
    if found is None:
        raise SlipUnusable(SlipProblem.UNKNOWN, number)
    return found


def _write(connection: Connection, slips: Sequence[Slip], now: int) -> None:
    with _cursor(connection) as cursor, cursor.copy(_COPY_SLIPS) as copy:
        for slip in slips:
            lines = [[line.stage, line.package, line.quantity] for line in slip.lines]
            copy.write_row(
                (
                    slip.number,
                    slip.household,
                    slip.point,
                    json.dumps(lines),
                    slip.valid_from,
                    slip.valid_until,
                    now,
                )
            )


def _tell(connection: Connection, point: int, numbers: Sequence[int]) -> None:
    """Put the slips at the end of the point's stream; last, so that its lock is short."""
    if not numbers:
        return
    first = take_numbers(connection, point, len(numbers))
    with _cursor(connection) as cursor, cursor.copy(_COPY_CHANGES) as copy:
        for n, number in enumerate(numbers, first):
            copy.write_row((point, n, int(ChangeKind.SLIP), number))


def _cursor(connection: Connection) -> Any:
    """psycopg's own cursor on the caller's connection: SQLAlchemy has no COPY."""
    return connection.connection.cursor()
