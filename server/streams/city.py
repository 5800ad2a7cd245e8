"""The whole city for a help desk: a snapshot of its households, page by page, and a stream of what
changes at any point.

The pages go by kelurahan and RW, by an index: the centre has no order of KK numbers, on purpose (a
stolen dump must list nobody), but a KK number begins with the kecamatan that issued it, so that
they come to the desk nearly in order.

The city's stream is put together by whoever reads it: what the points' streams have gained since is
appended to it. So no push pays for it, and where there is no help desk it stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

from models import cbor
from models.page import Row
from models.snapshot import SnapshotPage, Start
from models.streams import CITY
from server.feeds.lineage import lines_to
from server.personal import Personal
from server.streams.roster_rows import RosterRows
from server.tables import ChangeKind
from sync.receiver import OwnHeads

GATHERED = 20_000
"""Changes that are taken over at once from points that gained more: an import of a whole roster is
told over many pages."""

_NOWHERE = ("", -1, 0)
"""Before the first household: no kelurahan has an empty code."""


class CitySnapshot:
    """A ``SnapshotSource`` on PostgreSQL."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._rows = RosterRows(personal)

    def page(
        self, device: int, place: bytes, most: int, now: int, own: OwnHeads = ()
    ) -> SnapshotPage | None:
        """The next households behind ``place``, where the last page ended; b"" at the beginning.
        None for a place that no page named."""
        after = _read_place(place)
        if after is None:
            return None
        start = self._start() if not place else None
        region, rw, number = after
        asked = {"region": region, "rw": rw, "id": number, "most": most}
        with self._engine.begin() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            found = connection.execute(NEXT_HOUSEHOLDS, asked).all()
            wanted = [row.id for row in found]
            rows: dict[str, Sequence[Row]] = {
                "households": [self._rows.household(row) for row in found],
                "entitlements": self._rows.due(connection, wanted),
                "aliases": self._rows.aliases(connection, wanted),
                "slips": self._rows.slips_of(connection, wanted),
                "elsewhere": self._rows.elsewhere_to(
                    connection, wanted, lines_to(connection, device, own)
                ),
            }
        last = found[-1] if len(found) == most else None
        ended = cbor.dumps([last.region, last.rw, last.id]) if last is not None else b""
        return SnapshotPage(
            place, ended, start, now, {name: found for name, found in rows.items() if found}
        )

    def _start(self) -> Start:
        """Where the city's stream stands now: what is not in the snapshot comes behind it."""
        with self._engine.begin() as connection:
            if connection.scalar(_BEGUN) is None:
                # The first help desk ever: what was told until now is in the snapshot.
                connection.execute(_TAKE_UP)
            while gather(connection):
                pass
            follow, mark = connection.execute(_END).one()
        with self._engine.connect() as connection:
            return Start(follow, mark, connection.scalar(_COUNT) or 0)


def gather(connection: Connection) -> int:
    """Appends to the city's stream what the points' have gained; returns how many changes are left
    to be gathered."""
    connection.execute(_LOCK)
    connection.execute(_GATHER, {"most": GATHERED})
    left: int = connection.execute(_UNGATHERED).scalar_one()
    return left


def _read_place(place: bytes) -> tuple[str, int, int] | None:
    if not place:
        return _NOWHERE
    try:
        match cbor.loads(place):
            case [str(region), int(rw), int(number)] if (
                "\x00" not in region and 0 <= rw < 1 << 15 and 0 <= number < 1 << 63
            ):
                return region, rw, number
    except cbor.CborError:
        pass
    return None


NEXT_HOUSEHOLDS = text(
    "SELECT * FROM household WHERE (region, rw, id) > (:region, (:rw)::int2, (:id)::int8)"
    " AND erased_at IS NULL"
    " ORDER BY region, rw, id LIMIT :most"
)
_COUNT = text("SELECT count(*) FROM household WHERE erased_at IS NULL")
_BEGUN = text(f"SELECT last_n FROM point_counter WHERE point = {CITY}")
_END = text(f"SELECT n, mark FROM point_change WHERE point = {CITY} ORDER BY n DESC LIMIT 1")
_TAKE_UP = text(
    "WITH begun AS (INSERT INTO point_counter (point, last_n)"
    f" VALUES ({CITY}, 1) ON CONFLICT DO NOTHING RETURNING point),"
    # A first change, so that there is always one to begin behind.
    " first AS (INSERT INTO point_change (point, n, kind, ref)"
    f" SELECT point, 1, {int(ChangeKind.ASSIGNED)}, point FROM begun)"
    " INSERT INTO city_gathered (point, upto)"
    f" SELECT c.point, c.last_n FROM point_counter AS c, begun WHERE c.point > {CITY}"
)
# The lock comes in a statement of its own: the next one then sees what the holder before gathered.
_LOCK = text(
    f"INSERT INTO point_counter AS c (point, last_n) VALUES ({CITY}, 0)"
    " ON CONFLICT (point) DO UPDATE SET last_n = c.last_n"
)
_GAINED = (
    "SELECT c.point, coalesce(g.upto, 0) AS had, c.last_n FROM point_counter AS c"
    " LEFT JOIN city_gathered AS g ON g.point = c.point"
    f" WHERE c.point > {CITY} AND c.last_n > coalesce(g.upto, 0)"
)
_GATHER = text(
    f"WITH gained AS ({_GAINED}),"
    " shares AS (SELECT point, had, last_n,"
    " sum(last_n - had) OVER (ORDER BY point) - (last_n - had) AS before FROM gained),"
    " taken AS (SELECT point, had, least(last_n, had + :most - before) AS upto FROM shares"
    " WHERE before < :most),"
    " noted AS (INSERT INTO city_gathered AS g (point, upto) SELECT point, upto FROM taken"
    " ON CONFLICT (point) DO UPDATE SET upto = excluded.upto),"
    " told AS (SELECT p.*, row_number() OVER (ORDER BY p.point, p.n) AS place FROM taken AS t"
    " JOIN point_change AS p ON p.point = t.point AND p.n > t.had AND p.n <= t.upto),"
    " numbered AS (UPDATE point_counter SET last_n = last_n + (SELECT count(*) FROM told)"
    f" WHERE point = {CITY} RETURNING last_n - (SELECT count(*) FROM told) AS had)"
    " INSERT INTO point_change (point, n, kind, household, ref, feed_no, seq)"
    f" SELECT {CITY}, had + place, kind, household, ref, feed_no, seq FROM told, numbered"
)
_UNGATHERED = text(f"SELECT coalesce(sum(last_n - had), 0)::int8 FROM ({_GAINED}) AS g")
