"""A centre for tests that holds the world of ``tests.support.world`` in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, insert, select, text

from models.box_keys import BoxKey
from models.cose import Signer
from models.feed import FEED_ID_BYTES
from models.field.device import Identity
from models.streams import own_stream
from server.feeds.arrived import fact_context
from server.feeds.blobs import PostgresBlobs
from server.feeds.refeed import FeedSuccession
from server.feeds.shelf import PostgresShelf
from server.feeds.store import PostgresFeedStore
from server.feeds.told_heads import HeadsTold
from server.keys import Keys
from server.laptops.blocking import revoke_device
from server.personal import Personal, PersonalColumn
from server.streams.changes import Change, append_changes
from server.streams.city import CitySnapshot
from server.streams.pages import PointStream
from server.tables import (
    CentreKey,
    CentreTable,
    ChangeKind,
    Device,
    DevicePoint,
    Entitlement,
    Fact,
    Feed,
    Household,
    Package,
    Point,
    Programme,
    Review,
    Slip,
    Stage,
    Volunteer,
    VolunteerPoint,
    table,
)
from sync.blob_receiver import BlobReceiver
from sync.messages import Reply
from sync.receiver import Receiver
from sync.unloading import Unloading
from tests.support.world import (
    AT,
    CENTRE,
    CLOSES,
    HERE,
    OPENS,
    PACKAGES,
    POINTS,
    REGION,
    SLIP_KEY,
    STAGES,
    THERE,
    VOLUNTEERS,
    Family,
)

KEYS = Keys.of(
    {
        "centre": CENTRE.private_key,
        "slip": SLIP_KEY.private_key,
        "kk_hmac": b"\x03" * 32,
        "personal": b"\x04" * 32,
        "box": b"\x05" * 32,
    }
)
PROGRAMME = 1
_COUNTED = (
    "count(*) FILTER (WHERE NOT voided AND NOT in_review),"
    " coalesce(sum(quantity) FILTER (WHERE NOT voided AND NOT in_review), 0)::int8,"
    " count(*) FILTER (WHERE voided), count(*) FILTER (WHERE in_review)"
)


@dataclass(frozen=True)
class Kept:
    """A fact that the centre holds."""

    feed: bytes
    seq: int
    branch: int
    hash: bytes
    body: bytes

    @property
    def place(self) -> tuple[bytes, int, int]:
        """Where it stands."""
        return self.feed, self.seq, self.branch


@dataclass
class Centre:
    """The centre's store, its receiving end and its stream on one database; the clock is set."""

    engine: Engine
    now: int = AT
    personal: Personal = field(default_factory=lambda: Personal(KEYS))
    store: PostgresFeedStore = field(init=False)
    receiver: Receiver = field(init=False)
    stream: PointStream = field(init=False)
    blobs: PostgresBlobs = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As when its process begins anew: nothing is known but what the database holds."""
        self.store = PostgresFeedStore(self.engine, self.personal)
        self.stream = PointStream(self.engine, self.personal)
        self.blobs = PostgresBlobs(self.engine, self.personal)
        self.receiver = self.receiving()

    def answer(self, operation: str, body: bytes) -> Reply:
        """The answer of whichever receiving end there is by then."""
        return self.receiver.answer(operation, body)

    def unloading(self, signer: Signer = CENTRE) -> Unloading:
        """Who takes parcels in, and signs with ``signer``."""
        return Unloading(self.store, KEYS.box, signer, PostgresShelf(self.engine))

    def receiving(self, signer: Signer = CENTRE, *, parcels: bool = True) -> Receiver:
        """A receiving end of this store that signs with ``signer``."""
        unloading = self.unloading(signer)
        return Receiver(
            self.store,
            signer,
            lambda: self.now,
            self.stream.page,
            opener=FeedSuccession(self.engine),
            parcels=unloading.answer if parcels else None,
            told=HeadsTold(self.engine).note,
            blobs=BlobReceiver(self.store.sender, self.blobs, signer).answer,
            take_down=unloading.take_down,
            snapshots=CitySnapshot(self.engine, self.personal).page,
        )

    def furnish(self, families: Iterable[Family] = ()) -> None:
        """Puts points, stages, packages, volunteers, keys and ``families`` into the database."""
        with self.engine.begin() as connection:

            def add(model: type[CentreTable], rows: Sequence[dict[str, Any]]) -> None:
                connection.execute(insert(table(model)), list(rows))

            add(Programme, [{"id": PROGRAMME, "name": "Pangan"}])
            add(
                Point,
                [
                    dict(zip(("id", "name", "region", "address"), row, strict=True))
                    for row in POINTS
                ],
            )
            add(
                Stage,
                [
                    {
                        "id": row[0],
                        "programme": PROGRAMME,
                        "name": row[1],
                        "starts_at": row[2],
                        "ends_at": row[3],
                        "asks": row[4],
                    }
                    for row in STAGES
                ],
            )
            add(
                Package,
                [{"id": row[0], "programme": PROGRAMME, "name": row[1]} for row in PACKAGES],
            )
            add(
                Volunteer,
                [
                    {
                        "id": row[0],
                        "name": row[1],
                        "pin_salt": row[3],
                        "pin_hash": row[5],
                        "pin_params": {},
                    }
                    for row in VOLUNTEERS
                ],
            )
            add(
                VolunteerPoint,
                [
                    {"volunteer": row[0], "point": point}
                    for row in VOLUNTEERS
                    for point in (HERE, THERE)
                ],
            )
            add(
                CentreKey,
                [
                    {
                        "fingerprint": print_,
                        "purpose": purpose,
                        "public_key": {
                            "centre": CENTRE.public_key,
                            "slip": SLIP_KEY.public_key,
                            "box": KEYS.box.public_key,
                        }.get(purpose),
                        "since": AT,
                    }
                    for purpose, print_ in KEYS.fingerprints.items()
                ],
            )
        self.list_families(families)

    def list_families(self, families: Iterable[Family]) -> None:
        """Lists ``families`` with what is due to them and their slips, and tells their points."""
        with self.engine.begin() as connection:
            told: dict[int, list[Change]] = {}
            for one in families:
                encrypt = self.personal.encrypt
                connection.execute(
                    insert(table(Household)),
                    {
                        "id": one.id,
                        "kk_hmac": self.personal.kk_hmac(one.kk),
                        "kk_enc": encrypt(str(one.kk), one.id, PersonalColumn.KK),
                        "name_enc": encrypt(one.name, one.id, PersonalColumn.NAME),
                        "address_enc": encrypt("Jl. Cideng 1", one.id, PersonalColumn.ADDRESS),
                        "region": REGION,
                        "rw": 3,
                        "rt": 1,
                        "members": 4,
                        "status": int(one.status),
                        "updated_at": AT,
                    },
                )
                for line in one.due:
                    connection.execute(
                        insert(table(Entitlement)),
                        {
                            "household": one.id,
                            "stage": line.stage,
                            "package": line.package,
                            "quantity": line.quantity,
                            "point": one.point,
                        },
                    )
                connection.execute(
                    insert(table(Slip)),
                    {
                        "number": one.slip_number,
                        "household": one.id,
                        "point": one.point,
                        "lines": [[o.stage, o.package, o.quantity] for o in one.due],
                        "valid_from": OPENS,
                        "valid_until": CLOSES,
                        "issued_at": AT,
                    },
                )
                told.setdefault(one.point, []).extend(
                    [
                        Change(ChangeKind.HOUSEHOLD, household=one.id),
                        Change(ChangeKind.SLIP, ref=one.slip_number),
                    ]
                )
            for point in sorted(told):
                append_changes(connection, point, told[point])

    def enrol(self, identity: Identity) -> None:
        """Makes ``identity`` a known device with its feed."""
        signer = identity.signer
        box_key = BoxKey.of_feed(signer).public_key
        self.certify(identity.device, signer.key_id, signer.public_key, identity.points, box_key)

    def certify(
        self,
        device: int,
        feed: bytes,
        public_key: bytes,
        points: Iterable[int] = (HERE,),
        box_key: bytes = bytes(32),
    ) -> None:
        """Makes ``feed`` a feed of ``device``."""
        assert len(feed) == FEED_ID_BYTES
        with self.engine.begin() as connection:
            known = connection.execute(
                select(table(Device).c.id).where(table(Device).c.id == device)
            ).first()
            if known is None:
                connection.execute(
                    insert(table(Device)),
                    {"id": device, "name": f"Laptop {device}", "enrolled_at": AT},
                )
                for point in points:
                    connection.execute(
                        insert(table(DevicePoint)), {"device": device, "point": point}
                    )
                told = [Change(ChangeKind.ASSIGNED, ref=point) for point in points]
                append_changes(connection, own_stream(device), told)
            connection.execute(
                insert(table(Feed)),
                {
                    "feed_id": feed,
                    "device": device,
                    "public_key": public_key,
                    "box_key": box_key,
                    "created_at": AT,
                },
            )

    def revoke(self, device: int) -> None:
        """Blocks a device."""
        with self.engine.begin() as connection:
            assert revoke_device(connection, device, self.now, actor="test")

    # --- looking -----------------------------------------------------------------------------

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of an SQL query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def facts_of(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """(branch, number) → the fact's bytes, opened."""
        fact, feeds = table(Fact), table(Feed)
        with self.engine.connect() as connection:
            found = connection.execute(
                select(fact.c.feed_no, fact.c.branch, fact.c.seq, fact.c.body)
                .join(feeds, feeds.c.feed_no == fact.c.feed_no)
                .where(feeds.c.feed_id == feed)
            ).all()
        return {
            (row.branch, row.seq): self.personal.unseal(
                bytes(row.body), fact_context(row.feed_no, row.branch, row.seq)
            )
            for row in found
        }

    def kept(self) -> list[Kept]:
        """Every fact that is held, opened."""
        rows = self.rows(
            "SELECT f.feed_id, t.seq, t.branch::int, t.hash, t.feed_no, t.body FROM fact AS t"
            " JOIN feed AS f USING (feed_no)"
        )
        return [
            Kept(
                bytes(feed),
                seq,
                branch,
                bytes(digest),
                self.personal.unseal(bytes(sealed), fact_context(feed_no, branch, seq)),
            )
            for feed, seq, branch, digest, feed_no, sealed in rows
        ]

    def hashes(self) -> set[bytes]:
        """Those of all facts that are held."""
        return {bytes(digest) for (digest,) in self.rows("SELECT hash FROM fact")}

    def reviewed(self, kind: int) -> set[tuple[bytes, int, int]]:
        """(feed, number, branch) of what is before a person for that reason."""
        rows = self.rows(
            "SELECT f.feed_id, r.seq, r.branch::int FROM review AS r JOIN feed AS f USING (feed_no)"
            " WHERE r.kind = :kind",
            kind=kind,
        )
        return {(bytes(feed), seq, branch) for feed, seq, branch in rows}

    def reviews(self, kind: int) -> set[tuple[int, int, int]]:
        """(device, number, branch) of what is before a person for that reason."""
        review = table(Review)
        with self.engine.connect() as connection:
            found = connection.execute(
                select(review.c.device, review.c.seq, review.c.branch).where(review.c.kind == kind)
            )
            return {(row.device, row.seq, row.branch) for row in found}

    def figures(self) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """The daily figures as they are kept up, without rows that came to nothing; those of the
        points say the same."""
        found = self.rows(
            "SELECT day, region, programme, stage, package, handed, quantity, voided, in_review"
            " FROM daily_figure"
        )
        assert self._of_points("SELECT * FROM point_figure") == self._of_points(
            f"SELECT h.point, h.stage, h.package, h.region, h.rw, {_COUNTED} FROM handover AS h"
            " GROUP BY 1, 2, 3, 4, 5"
        )
        return {row[:5]: row[5:] for row in found if any(row[5:])}

    def _of_points(self, query: str) -> dict[tuple[Any, ...], tuple[int, ...]]:
        return {row[:5]: row[5:] for row in self.rows(query) if any(row[5:])}

    def recount(self) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """The same figures counted from the hand-overs."""
        found = self.rows(
            f"SELECT h.day, h.region, coalesce(s.programme, 0), h.stage, h.package, {_COUNTED}"
            " FROM handover AS h LEFT JOIN stage AS s ON s.id = h.stage GROUP BY 1, 2, 3, 4, 5"
        )
        return {row[:5]: row[5:] for row in found}

    def contents(self) -> dict[str, Any]:
        """Everything that a push or pull may write, for comparing before and after."""
        names = [
            "fact",
            "checkpoint",
            "handover",
            "complaint",
            "stock_move",
            "review",
            "daily_figure",
            "point_figure",
            "point_change",
            "point_counter",
            "feed",
        ]
        return {name: sorted(map(repr, self.rows(f"SELECT * FROM {name}"))) for name in names}


def empty(engine: Engine) -> None:
    """Takes everything out of the database, quicker than a new one."""
    names = ", ".join(f'"{t.name}"' for t in CentreTable.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
