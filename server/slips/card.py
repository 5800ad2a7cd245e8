"""What is printed on each slip, read from the database and decrypted, an RW's slips at a time.

An RW's slips make a bundle in order of RT and name: it begins on a sheet of its own, so that whole
sheets go to the RW, which deals them out through its RT, and nobody is handed another RW's names.
(Sheets of their own for each RT would be mostly empty: many an RT has three households on a list.)
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from models.decide import Slip
from models.facts import Line
from models.numbers import format_slip_number, mask_kk
from models.regions import regions
from models.texts import Language
from models.texts import text as words
from server.keys import Keys
from server.personal import Personal, PersonalColumn
from server.slips.issue import slip_code, slip_lines
from server.slips.period import period_words

_ROWS_AT_ONCE = 500
_SLIPS = text(
    "WITH wanted AS (SELECT s.number, s.household, s.point, s.lines, s.valid_from, s.valid_until,"
    " h.kk_enc, h.name_enc, h.region, h.rw, h.rt FROM slip AS s"
    " JOIN household AS h ON h.id = s.household"
    " WHERE s.point = :point AND s.revoked_at IS NULL AND s.valid_until > :now"
    " AND (NOT :unprinted OR s.printed_at IS NULL)"
    " AND (:region = '' OR (h.region = :region AND h.rw = :rw))"
    " AND EXISTS (SELECT FROM jsonb_array_elements(s.lines) AS l (line)"
    " WHERE (l.line->>0)::bigint = ANY(:stages)))"
    " SELECT w.*, (SELECT sum(g.sheets) FROM (SELECT (count(*) + :a_sheet - 1) / :a_sheet AS sheets"
    " FROM wanted GROUP BY region, rw) AS g)::bigint AS all_sheets"
    " FROM wanted AS w ORDER BY w.region, w.rw"
)
_ONE = text(
    "SELECT s.number, s.household, s.point, s.lines, s.valid_from, s.valid_until,"
    " h.kk_enc, h.name_enc, h.region, h.rw, h.rt FROM slip AS s"
    " JOIN household AS h ON h.id = s.household WHERE s.number = :number"
)
_STAGES = text("SELECT id, name FROM stage")
_PACKAGES = text("SELECT id, name, contents FROM package")
_POINTS = text("SELECT id, name, address FROM point")


@dataclass(frozen=True, slots=True)
class CardLine:
    """Packages of one kind; ``contents`` is empty where nothing is said of them."""

    quantity: int
    package: str
    contents: str


@dataclass(frozen=True, slots=True)
class CardStage:
    """What is due in a stage."""

    name: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One slip in the words that are printed on it; ``period`` is one line or two."""

    name: str
    area: str
    kk: str
    """Masked."""
    stages: tuple[CardStage, ...]
    point: str
    address: str
    period: tuple[str, ...]
    number: str
    """Grouped."""
    code: str
    """The text of the QR."""
    rt: int = 0
    """0: not known."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The slips of one RW in order of RT and name; ``all_sheets``: how many sheets there are for
    every bundle together."""

    area: str
    cards: tuple[Card, ...]
    numbers: tuple[int, ...]
    all_sheets: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which slips: those of ``point`` that name one of ``stages``, neither revoked nor expired at
    ``now`` (ms); ``unprinted``: only those never printed."""

    point: int
    stages: tuple[int, ...]
    now: int
    unprinted: bool = False
    rw: tuple[str, int] | None = None
    """Only this RW's: (kelurahan, RW)."""

    @property
    def parameters(self) -> dict[str, Any]:
        """The same as the statements want it."""
        return {
            "point": self.point,
            "stages": list(self.stages),
            "now": self.now,
            "unprinted": self.unprinted,
            "region": self.rw[0] if self.rw else "",
            "rw": self.rw[1] if self.rw else 0,
        }


class Cards:
    """Turns slips into cards; reads the catalogue once."""

    def __init__(
        self, connection: Connection, keys: Keys, address: str, language: Language = "id"
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._personal = Personal(keys)
        self._address = address
        self._language = language
        self._stages = {row.id: row.name for row in connection.execute(_STAGES)}
        self._points = {row.id: row for row in connection.execute(_POINTS)}
        self._packages = {
            row.id: (row.name, contents_words(row.contents))
            for row in connection.execute(_PACKAGES)
        }

    def point(self, point: int) -> str:
        """The name of a point; its number where there is none."""
        found = self._points.get(point)
        return found.name if found is not None else f"#{point}"

    def stages(self, wanted: Sequence[int]) -> str:
        """The names of stages in one line."""
        return ", ".join(self._stages.get(stage, f"#{stage}") for stage in wanted)

    def bundles(self, selection: Selection, a_sheet: int) -> Generator[Bundle, None, None]:
        """The slips of ``selection`` by kelurahan, RW, RT and name; holds one RW in memory.

        ``a_sheet`` slips fit on a sheet. One statement counts and reads, so that "of how many" is
        right whatever is issued meanwhile. Close it if it is not read to its end.
        """
        statement = _SLIPS.execution_options(yield_per=_ROWS_AT_ONCE)
        order = {**selection.parameters, "a_sheet": a_sheet}
        with self._connection.execute(statement, order) as rows:
            for (region, rw), those in groupby(rows, key=lambda row: (row.region, row.rw)):
                made = [(self._card(row), row) for row in those]
                made.sort(key=lambda pair: (pair[0].rt, pair[0].name.casefold(), pair[1].number))
                yield Bundle(
                    area_words(self._language, region, rw, rt=0),
                    tuple(card for card, _ in made),
                    tuple(row.number for _, row in made),
                    made[0][1].all_sheets,
                )

    def card(self, number: int) -> Card | None:
        """The card of one slip, whatever it is worth; None for a number no slip has."""
        row = self._connection.execute(_ONE, {"number": number}).first()
        return None if row is None else self._card(row)

    def _card(self, row: Any) -> Card:
        lines = slip_lines(row.lines)
        slip = Slip(row.number, row.household, row.point, lines, row.valid_from, row.valid_until)
        decrypt = self._personal.decrypt
        point = self._points.get(row.point)
        return Card(
            name=decrypt(bytes(row.name_enc), row.household, PersonalColumn.NAME),
            area=area_words(self._language, row.region, row.rw, row.rt),
            kk=mask_kk(self._personal.kk(bytes(row.kk_enc), row.household)),
            stages=self._due(lines),
            point=self.point(row.point),
            address=point.address if point is not None else "",
            period=period_words(self._language, row.valid_from, row.valid_until),
            number=format_slip_number(row.number),
            code=slip_code(self._keys, slip, self._address),
            rt=row.rt,
        )

    def _due(self, lines: Sequence[Line]) -> tuple[CardStage, ...]:
        """The lines by stage, in the order of the slip."""
        return tuple(
            CardStage(
                self._stages.get(stage, f"#{stage}"),
                tuple(
                    CardLine(
                        line.quantity, *self._packages.get(line.package, (f"#{line.package}", ""))
                    )
                    for line in those
                ),
            )
            for stage, those in groupby(lines, key=lambda line: line.stage)
        )


def area_words(language: Language, region: str, rw: int, rt: int) -> str:
    """``RT 007 / RW 003, Gambir``, without what is not known (0)."""
    found = regions().get(region)
    parts = {
        "rt": f"{rt:03d}",
        "rw": f"{rw:03d}",
        "kelurahan": found.name if found is not None else region,
    }
    if rw and rt:
        return words(language, "slip.card.area", **parts)
    if rw or rt:
        return words(language, "slip.card.rw_only" if rw else "slip.card.rt_only", **parts)
    return parts["kelurahan"]


def contents_words(contents: Sequence[dict[str, Any]]) -> str:
    """``5 kg beras, 2 l minyak goreng``, no number parted from its unit."""
    items = []
    for item in contents:
        amount = "\u00a0".join(str(item.get(part, "")) for part in ("quantity", "unit")).strip()
        items.append(f"{amount} {item.get('item', '')}".strip())
    return ", ".join(filter(None, items))
