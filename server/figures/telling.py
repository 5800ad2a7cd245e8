"""Which counts may be told to the public, and the sums that follow from them. Pure.

The rule for small counts. A *cell* is one day × kelurahan × stage × package. Where a cell holds
fewer hand-overs than ``smallest`` (but some), neither its hand-overs nor its pieces are told: it is
shown as ``<5``. Every other figure, whatever it sums over (packages, kelurahan, days), is computed
**from what the cells tell and from nothing else**: an untold cell enters a sum as the one hand-over
that its sign gives away anyway, and the sum is then marked as a lower bound (``41+``). So no sum
minus any other sums gives an untold count back: another untold count in its place would not change
a byte of the page. The price is that a sum may be a few short, and it says so. Lines under review
and voided ones are counted apart and fall under the same rule. (Who watches a told count grow from
41 to 42 learns that one more household was served in that kelurahan; that much is meant.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.regions import regions

_RANKS = ("Kota Administrasi ", "Kabupaten Administrasi ")


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it may be told: ``told``, and ``untold`` cells that each hold at least one."""

    told: int = 0
    untold: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.told + other.told, self.untold + other.untold)

    @property
    def at_least(self) -> int:
        """A lower bound; the count itself unless ``untold``."""
        return self.told + self.untold

    @property
    def is_small(self) -> bool:
        """One untold cell and nothing else: shown as less than the smallest count."""
        return self.told == 0 and self.untold == 1


@dataclass(frozen=True, slots=True)
class Amount:
    """What was handed over: lines of hand-overs, and pieces of packages."""

    lines: Count = Count()
    pieces: Count = Count()

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.lines + other.lines, self.pieces + other.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a region in a stage; ``by_package`` stands in the stage's package order."""

    code: str
    name: str
    by_package: tuple[Amount, ...]
    in_review: Count
    voided: Count

    @property
    def total(self) -> Amount:
        """All packages together."""
        return sum(self.by_package, Amount())


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan: the sum of its kelurahan, and each of them. ``city`` is empty if unknown."""

    city: str
    total: Row
    villages: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of ``daily_figure`` of one day, as it is stored."""

    region: str
    stage: int
    package: int
    handed: int
    quantity: int
    voided: int
    in_review: int


def tell(value: int, smallest: int) -> Count:
    """``value`` as it may be told."""
    if value <= 0:
        return Count()
    return Count(untold=1) if value < smallest else Count(told=value)


def withheld(values: Sequence[int], smallest: int) -> frozenset[int]:
    """Which of these may not be told, by place, where their sum may be known from elsewhere: the
    small ones, and so many more that what is left of the sum is not small and not one alone's."""
    hidden = {at for at, value in enumerate(values) if 0 < value < smallest}
    others = sorted(
        (at for at, value in enumerate(values) if value >= smallest), key=lambda at: values[at]
    )
    while hidden and others and (len(hidden) < 2 or sum(values[at] for at in hidden) < smallest):
        hidden.add(others.pop(0))
    return frozenset(hidden)


def amount(cell: Cell, smallest: int) -> Amount:
    """What a cell tells: its pieces only where its hand-overs are told."""
    lines = tell(cell.handed, smallest)
    return Amount(lines, Count(told=cell.quantity) if lines.told else lines)


def stage_rows(
    cells: Sequence[Cell], packages: Sequence[int], smallest: int
) -> tuple[tuple[District, ...], Row]:
    """The kecamatan and the total of one stage's ``cells``, columns as in ``packages``."""
    by_village: dict[str, list[Cell]] = {}
    for cell in cells:
        by_village.setdefault(cell.region, []).append(cell)
    by_district: dict[str, list[Row]] = {}
    for code in sorted(by_village):
        region = regions().get(code)
        row = _village(code, region.name if region else code, by_village[code], packages, smallest)
        by_district.setdefault(region.parent_code if region else "", []).append(row)
    districts = tuple(_district(code, rows) for code, rows in _elsewhere_last(by_district))
    return districts, _summed("", "", [district.total for district in districts], len(packages))


def _elsewhere_last(by_district: Mapping[str, list[Row]]) -> Iterable[tuple[str, list[Row]]]:
    return sorted(by_district.items(), key=lambda item: (not item[0], item[0]))


def _village(
    code: str, name: str, cells: Sequence[Cell], packages: Sequence[int], smallest: int
) -> Row:
    amounts = {cell.package: amount(cell, smallest) for cell in cells}
    return Row(
        code,
        name,
        tuple(amounts.get(package, Amount()) for package in packages),
        sum((tell(cell.in_review, smallest) for cell in cells), Count()),
        sum((tell(cell.voided, smallest) for cell in cells), Count()),
    )


def _district(code: str, rows: Sequence[Row]) -> District:
    region = regions().get(code)
    total = _summed(code, region.name if region else "", rows, len(rows[0].by_package))
    return District(city_of(code), total, tuple(rows))


def city_of(code: str) -> str:
    """The city that a region lies in, without its rank; empty if unknown."""
    own = regions().get(code)
    above = [*regions().above(code), *([own] if own is not None else [])]
    city = next((r.name for r in above if r.code.count(".") == 1), "")
    for rank in _RANKS:
        city = city.removeprefix(rank)
    return city


def _summed(code: str, name: str, rows: Sequence[Row], columns: int) -> Row:
    return Row(
        code,
        name,
        tuple(sum((row.by_package[i] for row in rows), Amount()) for i in range(columns)),
        sum((row.in_review for row in rows), Count()),
        sum((row.voided for row in rows), Count()),
    )
