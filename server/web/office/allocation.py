"""Where pledged packages go: what each area needs and has, a proposal with before and after, and
what was allocated, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from starlette.responses import Response

from models.numbers import format_slip_number
from models.regions import regions
from server.allocating.desk import Step, accept, advance, allocations, what_if
from server.allocating.ground import ALL, Area, Narrowed
from server.allocating.proposal import Proposal, Standing
from server.catalogue_commands import find_one, village_of
from server.errors import BadWords, NothingFound
from server.giving.pledge_commands import pledge_number
from server.named import names_of
from server.office.accounts import Role
from server.tables import CentreTable, Package, Point, Stage, Target
from server.web.office.declared import ADMINISTRATORS, CENTRAL, EVERYBODY, OfficePage
from server.web.office.stages import chosen_stage
from server.web.office.visit import Visit, whole_number

PATH, LISTED = "/kantor/alokasi", "/kantor/alokasi/daftar"
MOST_LINES = 300
SECONDS = 20.0
"""How long somebody at a page may wait for a proposal; the command waits longer."""
FIELDS = ("paket", "komitmen", "banyak", "kelurahan", "rw", "titik", "sasaran")
SENDERS = ADMINISTRATORS | {Role.AGREGATOR}


@dataclass(frozen=True, slots=True)
class Row:
    """A kelurahan, an RW or a target, and a package: how far it is, before and after."""

    name: str
    package: str
    need: int
    before: int
    after: int

    @property
    def gap(self) -> int:
        """What is lacking afterwards."""
        return self.need - self.after

    @property
    def share(self) -> int:
        """How much is fulfilled afterwards, in whole percent, 100 only when nothing is left."""
        return 100 * self.after // self.need if self.need else 100

    @property
    def share_before(self) -> int:
        """The same before."""
        return 100 * self.before // self.need if self.need else 100


class AllocationPages:
    """``/kantor/alokasi`` and ``/kantor/alokasi/daftar``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """The first is the centre's; what was allocated to its points an aggregator's staff sees,
        and sends."""
        return [
            OfficePage(PATH, self._areas, CENTRAL, ADMINISTRATORS, entry="allocate"),
            OfficePage(LISTED, self._list, EVERYBODY, SENDERS, entry="allocations"),
        ]

    def _areas(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                stage = find_one(connection, Stage, visit.field("tahap"))
                narrowed = _narrowed(connection, {name: visit.field(name) for name in FIELDS})
                accept(visit.desk(connection), stage, narrowed, visit.field("usulan"), SECONDS)
            return visit.see(f"{LISTED}?tahap={stage}", "allocation.accepted")
        typed = {name: visit.asked(name) for name in FIELDS}
        proposing = visit.asked("usul") == "1"
        with self._engine.connect() as connection:
            stages, stage_now = chosen_stage(connection, visit)
            names = Names.read(connection)
            found = None
            if stage_now is not None:
                narrowed = _narrowed(connection, typed) if proposing else ALL
                shown = narrowed if proposing else Narrowed(pieces=0)
                found = what_if(connection, stage_now, shown, SECONDS)
        return visit.page(
            "office/allocate.html",
            stages=stages,
            stage=stage_now,
            proposal=found if proposing else None,
            rows=_rows(found, names, proposing=proposing) if found is not None else [],
            free=_free(found),
            lines=_lines(found, names) if found is not None and proposing else [],
            most=MOST_LINES,
            typed=typed,
            fields=FIELDS,
            names=names,
            may_accept=visit.account.role in ADMINISTRATORS,
        )

    def _list(self, visit: Visit) -> Response:
        if visit.posted:
            return self._advance(visit)
        with self._engine.connect() as connection:
            stages, stage = chosen_stage(connection, visit)
            names = Names.read(connection)
            found = allocations(connection, stage=stage, agregator=visit.agregator)
        found.reverse()
        return visit.page(
            "office/allocations.html",
            stages=stages,
            stage=stage,
            found=found[:MOST_LINES],
            more=max(0, len(found) - MOST_LINES),
            names=names,
            steps=_steps(visit),
        )

    def _advance(self, visit: Visit) -> Response:
        """Of an aggregator's staff only what is their own, whatever numbers the form holds."""
        step = visit.field("apa")
        if step not in _steps(visit):
            raise BadWords(what="field", value=step)
        numbers = [int(one) for one in visit.fields("nomor") if one.isdecimal() and len(one) < 19]
        if not numbers:
            raise NothingFound(what="Allocation", name="–")
        with self._engine.begin() as connection:
            found = allocations(connection, numbers=numbers, agregator=visit.agregator)
            if len(found) < len(set(numbers)):
                raise NothingFound(what="Allocation", name=str(numbers[0]))
            advance(visit.desk(connection), numbers, Step(step))
        return visit.see(f"{LISTED}?tahap={found[0].stage}", "allocation.changed")


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers are called on a page."""

    packages: Mapping[int, str]
    points: Mapping[int, str]
    targets: Mapping[int, str]

    @classmethod
    def read(cls, connection: Connection) -> Names:
        """As they are now."""
        kinds: tuple[type[CentreTable], ...] = (Package, Point, Target)
        return cls(*(names_of(connection, kind) for kind in kinds))

    def package(self, number: int) -> str:
        """A package's name."""
        return self.packages.get(number, f"#{number}")

    def point(self, number: int) -> str:
        """A point's name; a dash for a target, which has none."""
        return self.points.get(number, f"#{number}") if number else "–"

    def place(self, region: str, rw: int = 0, target: int = 0) -> str:
        """A kelurahan, an RW of it, or a target in it."""
        found = regions().get(region)
        village = found.name if found is not None else region
        if target:
            return f"{self.targets.get(target, f'#{target}')}, {village}"
        return f"{village} RW {rw:02}" if rw else village


def _rows(proposal: Proposal, names: Names, *, proposing: bool) -> list[Row]:
    """By kelurahan, or where it is narrowed to one by RW; of a proposal only what it touches. The
    least fulfilled first."""
    touched = {line.area for line in proposal.lines}
    one_village = proposal.narrowed.region is not None
    found: dict[tuple[str, int, int, int], list[Standing]] = {}
    for standing in proposal.areas:
        if proposing and standing.area not in touched:
            continue
        area = standing.area
        rw = area.rw if one_village else 0
        found.setdefault((area.region, rw, area.target, area.package), []).append(standing)
    rows = [
        Row(
            names.place(region, rw, target),
            names.package(package),
            sum(one.need for one in of_it),
            sum(one.before for one in of_it),
            sum(one.after for one in of_it),
        )
        for (region, rw, target, package), of_it in found.items()
    ]
    return sorted(rows, key=lambda row: (row.share_before, -row.need, row.name))


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a proposal."""

    where: str
    point: str
    package: str
    pledge: int
    pieces: int


def _lines(proposal: Proposal, names: Names) -> list[ShownLine]:
    def place(area: Area) -> str:
        return names.place(area.region, area.rw, area.target)

    return [
        ShownLine(
            place(line.area),
            names.point(line.point),
            names.package(line.area.package),
            line.pledge,
            line.pieces,
        )
        for line in proposal.lines
    ]


def _free(proposal: Proposal | None) -> list[tuple[str, int]]:
    """Pledges of which something is free."""
    if proposal is None:
        return []
    return [(format_slip_number(one), left) for one, left in proposal.left.items() if left]


def _narrowed(connection: Connection, typed: Mapping[str, str]) -> Narrowed:
    """Raises BadWords, BadRegion, NothingFound."""

    def named(field: str, kind: type[CentreTable]) -> int | None:
        return find_one(connection, kind, typed[field]) if typed[field] else None

    return Narrowed(
        pledge=pledge_number(typed["komitmen"]) if typed["komitmen"] else None,
        pieces=whole_number(typed["banyak"], "pieces"),
        region=village_of(typed["kelurahan"]) if typed["kelurahan"] else None,
        rw=whole_number(typed["rw"], "rw"),
        point=named("titik", Point),
        target=named("sasaran", Target),
        package=named("paket", Package),
    )


def _steps(visit: Visit) -> tuple[str, ...]:
    """What this visitor may take an allocation to."""
    steps: Iterable[Step] = ()
    if visit.account.role in ADMINISTRATORS:
        steps = Step
    elif visit.account.role in SENDERS:
        steps = (Step.SENT, Step.HANDED)
    return tuple(one.value for one in steps)
