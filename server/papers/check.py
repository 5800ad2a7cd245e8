"""A paper held against the centre: is its code genuine, and does it count what is held here?

A paper names the stretches of feeds it was made from; the same figures are reckoned from the same
facts here. Nothing of a household is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from models.cose import SignatureProblem, peek_key_id
from models.paper import NotAPaper, PaperCode, Stretch, read_paper
from models.tally import digest_of
from server.tables import Device, Fact, Feed, Handover, Package, Point, table

Namer = Callable[[int], str]

_FEED, _DEVICE, _FACT, _GIVEN = (table(kind) for kind in (Feed, Device, Fact, Handover))
_KEY = select(_FEED.c.public_key).where(_FEED.c.feed_id == bindparam("feed"))
_WRITER = (
    select(_FEED.c.feed_no, _FEED.c.device, _DEVICE.c.name, _DEVICE.c.revoked_at)
    .join(_DEVICE, _DEVICE.c.id == _FEED.c.device)
    .where(_FEED.c.feed_id == bindparam("feed"))
)
_HELD = select(func.count(func.distinct(_FACT.c.seq))).where(
    _FACT.c.device == bindparam("device"),
    _FACT.c.feed_no == bindparam("feed_no"),
    _FACT.c.seq.between(bindparam("first"), bindparam("last")),
)
_LINES = (
    select(
        _GIVEN.c.seq,
        _GIVEN.c.branch,
        _GIVEN.c.package,
        _GIVEN.c.quantity,
        _GIVEN.c.voided,
        _FACT.c.hash,
    )
    .join(
        _FACT,
        (_FACT.c.device == _GIVEN.c.device)
        & (_FACT.c.feed_no == _GIVEN.c.feed_no)
        & (_FACT.c.seq == _GIVEN.c.seq)
        & (_FACT.c.branch == _GIVEN.c.branch),
    )
    .where(
        _GIVEN.c.device == bindparam("device"),
        _GIVEN.c.feed_no == bindparam("feed_no"),
        _GIVEN.c.seq.between(bindparam("first"), bindparam("last")),
        _GIVEN.c.point == bindparam("point"),
        _GIVEN.c.day.between(bindparam("first_day"), bindparam("last_day")),
    )
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A laptop (its name, "" where it is unknown here) of whose records not all have arrived."""

    laptop: str
    held: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Differs:
    """What a paper says and what is held here; ``package`` is "" for the hand-overs."""

    package: str
    paper: int
    centre: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A genuine paper, and how it stands against what the centre holds. ``other_list``: the counts
    are the same, the hand-overs are not. ``voided``: hand-overs among these that were taken
    back."""

    code: PaperCode
    point: str
    laptop: str
    revoked: bool
    packages: tuple[tuple[str, int], ...]
    missing: tuple[Missing, ...]
    differs: tuple[Differs, ...]
    other_list: bool
    voided: int

    @property
    def agrees(self) -> bool:
        """Whether the centre holds just what the paper counts."""
        return not (self.missing or self.differs or self.other_list)


def check_paper(connection: Connection, signed: bytes) -> Checked:
    """Raises NotAPaper for what no enrolled laptop signed as a paper."""
    try:
        feed = peek_key_id(signed)
    except SignatureProblem as error:
        raise NotAPaper(str(error)) from error
    key = connection.execute(_KEY, {"feed": feed}).scalar()
    code, _ = read_paper(signed, {} if key is None else {feed: bytes(key)})
    writer = connection.execute(_WRITER, {"feed": feed}).one()
    held, missing = _Held(), []
    for stretch in code.stretches:
        lacking = _look(connection, code, stretch, held)
        if lacking is not None:
            missing.append(lacking)
    names = dict(connection.execute(select(table(Package).c.id, table(Package).c.name)).all())
    point = connection.execute(
        select(table(Point).c.name).where(table(Point).c.id == code.point)
    ).scalar()

    def package(number: int) -> str:
        return str(names.get(number, f"#{number}"))

    differs = held.against(code, package)
    return Checked(
        code=code,
        point=point or f"#{code.point}",
        laptop=writer.name,
        revoked=writer.revoked_at is not None,
        packages=tuple((package(number), pieces) for number, pieces in code.packages),
        missing=tuple(missing),
        differs=differs,
        other_list=not differs and digest_of(list(held.hashes.values())) != code.digest,
        voided=held.voided,
    )


class _Held:
    """What the centre holds of a paper's stretches."""

    def __init__(self) -> None:
        self.hashes: dict[tuple[int, int, int], bytes] = {}
        self.packages: Counter[int] = Counter()
        self._voided: set[tuple[int, int, int]] = set()

    @property
    def voided(self) -> int:
        """How many hand-overs were taken back."""
        return len(self._voided)

    def add(self, place: tuple[int, int, int], row: tuple[int, int, bool, bytes]) -> None:
        """One line of the hand-over at ``place``: package, pieces, voided, hash."""
        package, pieces, voided, digest = row
        if voided:
            self._voided.add(place)
        else:
            self.hashes[place] = digest
            self.packages[package] += pieces

    def against(self, code: PaperCode, package: Namer) -> tuple[Differs, ...]:
        """Where the counts differ."""
        found = []
        if len(self.hashes) != code.handed:
            found.append(Differs("", code.handed, len(self.hashes)))
        told = dict(code.packages)
        for number in sorted({*told, *self.packages}):
            if told.get(number, 0) != self.packages[number]:
                found.append(Differs(package(number), told.get(number, 0), self.packages[number]))
        return tuple(found)


def _look(connection: Connection, code: PaperCode, stretch: Stretch, held: _Held) -> Missing | None:
    """Adds what is held of ``stretch``; says what is lacking."""
    wanted = stretch.last - stretch.first + 1
    writer = connection.execute(_WRITER, {"feed": stretch.feed}).first()
    if writer is None:
        return Missing("", 0, wanted)
    span = {
        "device": writer.device,
        "feed_no": writer.feed_no,
        "first": stretch.first,
        "last": stretch.last,
    }
    about = {"point": code.point, "first_day": code.first_day, "last_day": code.last_day}
    for row in connection.execute(_LINES, {**span, **about}):
        place = (writer.feed_no, row.seq, row.branch)
        held.add(place, (row.package, row.quantity, row.voided, bytes(row.hash)))
    count = int(connection.execute(_HELD, span).scalar_one())
    return Missing(writer.name, count, wanted) if count < wanted else None
