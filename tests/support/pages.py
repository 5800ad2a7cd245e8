"""A centre with pages for tests: households in several kelurahan, and laptops that push segments.

Whatever a page shows got there as it does in the field: as signed segments through ``Receiver``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine, insert, update
from sqlalchemy.orm import Session

from models import facts
from models.clock import DAY, JAKARTA
from models.cose import Signer
from models.decide import HouseholdStatus, Slip
from models.facts import Body, Fact, Handover, Line, SessionOpened, Source
from models.facts import Receiver as Taker
from models.feed import (
    FEED_ID_BYTES,
    Head,
    Segment,
    chain,
    encode_segment,
    genesis,
    make_checkpoint,
)
from models.numbers import slip_number
from models.slip import encode_slip
from models.slip_text import to_text
from server.app import create_app
from server.feeds.store import PostgresFeedStore
from server.figures.needs import recount
from server.keys import Keys
from server.personal import Personal, PersonalColumn
from server.settings import Settings
from server.tables import (
    Device,
    DevicePoint,
    Entitlement,
    Feed,
    Household,
    KKAlias,
    Package,
    Point,
    Programme,
    Stage,
    table,
)
from server.tables import Slip as SlipRow
from server.web.limits import Limits, Rate
from sync.messages import Hello, encode_request
from sync.receiver import Receiver

NOW = int(datetime(2026, 11, 24, 14, 5, tzinfo=JAKARTA).timestamp() * 1000)
TODAY = "2026-11-24"
OPENS = NOW - 2 * DAY
CLOSES = NOW + 5 * DAY
GAMBIR, CIDENG, SENEN = "31.71.01.1001", "31.71.01.1002", "31.71.04.1001"
SEMBAKO, MEALS = 1, 2
FIRST_STAGE, SECOND_STAGE = 1, 2
HERE, THERE = 1, 2
KEYS = Keys.of(
    {
        name: bytes([n]) * 32
        for n, name in enumerate(("centre", "slip", "kk_hmac", "personal", "box"), 1)
    }
)
LOOSE = Limits(
    status_address=Rate(1_000_000, 1), status_total=Rate(1_000_000, 1),
    complaint_address=Rate(1_000_000, 1), complaint_total=Rate(1_000_000, 1),
    complain_address=Rate(1_000_000, 1), complain_total=Rate(1_000_000, 1),
    pledge_address=Rate(1_000_000, 1), pledge_total=Rate(1_000_000, 1),
    slip_address=Rate(1_000_000, 1), slip_total=Rate(1_000_000, 1),
    parcel_address=Rate(1_000_000, 1), parcel_total=Rate(1_000_000, 1),
    entry_address=Rate(1_000_000, 1), entry_account=Rate(1_000_000, 1),
    entry_total=Rate(1_000_000, 1),
)  # fmt: skip
"""Limits that no test runs into unless it means to."""


def kk_of(number: int) -> int:
    """The KK number of the household with this running number."""
    return 3171_0101_0120_0000 + number


def household_id(number: int) -> int:
    """The opaque id of the household with this running number."""
    return (1 << 40) + number * 7919


def settings(*, smallest: int = 5, proxies: Sequence[str] = ()) -> Settings:
    """Settings of a centre whose database a test opens itself."""
    return Settings(
        data_folder=Path("/nowhere"),
        dsn=None,
        public_address="http://127.0.0.1:8470",
        host="127.0.0.1",
        port=8470,
        keys_file=Path("/nowhere/keys.json"),
        smallest_count=smallest,
        trusted_proxies=tuple(proxies),
    )


@dataclass
class Laptop:
    """A device that signs what it records, with one feed and one session."""

    device: int
    signer: Signer
    head: Head
    session: int = 1

    def seal(self, bodies: Sequence[tuple[int, Body]]) -> bytes:
        """The next segment: (time, body) each, signed; advances the feed."""
        encoded = tuple(facts.encode(Fact(at, 7, self.session, body)) for at, body in bodies)
        first, before = self.head.seq + 1, self.head.hash
        hashes = chain(before, first, encoded)
        self.head = Head(first + len(encoded) - 1, hashes[-1])
        checkpoint = make_checkpoint(self.signer.key_id, self.head, bodies[-1][0], self.signer)
        return encode_segment(Segment(self.signer.key_id, first, before, encoded, checkpoint))


@dataclass
class Town:
    """Everything behind the pages, on one database; the clock is set."""

    engine: Engine
    now: int = NOW
    personal: Personal = field(default_factory=lambda: Personal(KEYS))
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        store = PostgresFeedStore(self.engine, self.personal)
        self.receiver = Receiver(store, KEYS.centre, self.clock)

    def clock(self) -> int:
        """The town's time."""
        return self.now

    def app(
        self, *, smallest: int = 5, limits: Limits = LOOSE, proxies: Sequence[str] = ()
    ) -> FastAPI:
        """The centre's app over this database."""
        config = settings(smallest=smallest, proxies=proxies)
        return create_app(config, self.engine, KEYS, self.clock, limits=limits)

    def furnish(self) -> None:
        """Two stages (the second a week later), two packages, two points."""
        with Session(self.engine) as session:
            session.add(Programme(name="KSBB Pangan 2026"))
            session.flush()
            session.add_all(
                [
                    Stage(programme=1, name="Tahap 1", starts_at=OPENS, ends_at=CLOSES),
                    Stage(programme=1, name="Tahap 2", starts_at=CLOSES, ends_at=CLOSES + 7 * DAY),
                    Package(programme=1, name="Paket sembako"),
                    Package(programme=1, name="Makanan siap saji"),
                    Point(name="Balai RW 03 Cideng", region=CIDENG, address="Jl. Cideng Barat 10"),
                    Point(name="Kantor Kelurahan Senen", region=SENEN, address="Jl. Pasar Senen 1"),
                ]
            )
            session.commit()

    def settle(
        self,
        numbers: Sequence[int],
        region: str = GAMBIR,
        due: Sequence[Line] = (Line(FIRST_STAGE, SEMBAKO, 1),),
        status: HouseholdStatus = HouseholdStatus.ACTIVE,
    ) -> None:
        """Households with these running numbers in ``region``, with what is due to each."""
        households, entitlements = [], []
        for number in numbers:
            identity = household_id(number)
            households.append(
                {
                    "id": identity,
                    "kk_hmac": self.personal.kk_hmac(kk_of(number)),
                    "kk_enc": self._sealed(f"{kk_of(number)}", identity, PersonalColumn.KK),
                    "name_enc": self._sealed(f"Rahasia {number}", identity, PersonalColumn.NAME),
                    "address_enc": self._sealed("Jl. Sunyi 9", identity, PersonalColumn.ADDRESS),
                    "region": region,
                    "status": int(status),
                    "updated_at": NOW,
                }
            )
            entitlements += [
                {"household": identity, "stage": line.stage, "package": line.package,
                 "quantity": line.quantity, "point": HERE}
                for line in due
            ]  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(insert(table(Household)), households)
            if entitlements:
                connection.execute(insert(table(Entitlement)), entitlements)
                recount(connection, [FIRST_STAGE, SECOND_STAGE])

    def _sealed(self, value: str, household: int, column: PersonalColumn) -> bytes:
        return self.personal.encrypt(value, household, column)

    def alias(self, former_kk: int, number: int) -> None:
        """A KK number that the household had before."""
        with self.engine.begin() as connection:
            connection.execute(
                insert(table(KKAlias)),
                {
                    "kk_hmac": self.personal.kk_hmac(former_kk),
                    "household": household_id(number),
                    "at": NOW,
                },
            )

    def slip(self, number: int, *lines: Line, revoked: bool = False, until: int = CLOSES) -> Slip:
        """A slip that the centre issued to a household; its number follows from ``number``."""
        slip = Slip(
            slip_number(4_800_000_000 + number),
            household_id(number),
            HERE,
            lines or (Line(FIRST_STAGE, SEMBAKO, 1),),
            OPENS // 1000 * 1000,
            until // 1000 * 1000,
        )
        row = SlipRow(
            number=slip.number, household=slip.household, point=slip.point, issued_at=NOW,
            lines=[[one.stage, one.package, one.quantity] for one in slip.lines],
            valid_from=slip.valid_from, valid_until=slip.valid_until,
            revoked_at=NOW if revoked else None,
        )  # fmt: skip
        with Session(self.engine) as session:
            session.add(row)
            session.commit()
        return slip

    def laptop(self, *points: int, enrolled_at: int = OPENS) -> Laptop:
        """An enrolled laptop that has opened a session at its first point."""
        points = points or (HERE,)
        signer = Signer.generate(FEED_ID_BYTES)
        with Session(self.engine) as session:
            device = Device(name="Laptop", enrolled_at=enrolled_at)
            session.add(device)
            session.flush()
            assert device.id is not None
            session.add_all(DevicePoint(device=device.id, point=point) for point in points)
            session.add(
                Feed(
                    feed_id=signer.key_id,
                    device=device.id,
                    public_key=signer.public_key,
                    box_key=bytes(32),
                    created_at=enrolled_at,
                )
            )
            number = device.id
            session.commit()
        laptop = Laptop(number, signer, Head(0, genesis(signer.key_id)))
        self.push(laptop, [(enrolled_at, SessionOpened(points[0], "pagi"))])
        return laptop

    def push(self, laptop: Laptop, bodies: Sequence[tuple[int, Body]]) -> None:
        """Sends a segment; fails unless the centre gave a receipt."""
        reply = self.receiver.answer("push", laptop.seal(bodies))
        assert reply.status == 200, reply

    def hello(self, laptop: Laptop) -> None:
        """The laptop is heard of now."""
        request = encode_request(Hello(self.now, laptop.head, "0.1.0"), laptop.signer)
        assert self.receiver.answer("hello", request).status == 200

    def hand_over(
        self,
        laptop: Laptop,
        numbers: Sequence[int],
        *lines: Line,
        at: int = NOW,
        taker: Taker = Taker.HOLDER,
        proxy: str | None = None,
    ) -> None:
        """Each household receives ``lines`` (one sembako of the first stage by default)."""
        given = lines or (Line(FIRST_STAGE, SEMBAKO, 1),)
        bodies: list[tuple[int, Body]] = [
            (
                at,
                Handover(
                    household_id(number), given, Source.CAMERA, receiver=taker, proxy_name=proxy
                ),
            )
            for number in numbers
        ]
        if bodies:
            self.push(laptop, bodies)

    def rename_point(self, point: int, name: str) -> None:
        """Another name for a point."""
        points = table(Point)
        with self.engine.begin() as connection:
            connection.execute(update(points).where(points.c.id == point).values(name=name))


def slip_path(slip: Slip, signer: Signer = KEYS.slip) -> str:
    """The path that a phone asks for after scanning ``slip``: ``/S/…``."""
    return to_text(encode_slip(slip, signer), "x").removeprefix("HTTPS://X")
