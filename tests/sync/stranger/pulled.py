"""What a stranger pulled: rows by section, how far each stream was read, how far the city is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.sync.stranger import papers
from tests.sync.stranger.papers import Row

CITY = 0
_KEY_OF = {
    papers.HOUSEHOLDS: ("id",),
    papers.ENTITLEMENTS: ("household", "stage", "package"),
    papers.SLIPS: ("number",),
    papers.ELSEWHERE: ("household", "feed", "branch", "seq", "line"),
    papers.ALIASES: ("kk",),
    papers.KEYS: ("key_id",),
    papers.SIBLINGS: ("feed",),
    papers.ASSIGNED: ("point",),
    papers.REVIEWS: ("feed", "seq", "hash", "code"),
}


@dataclass
class Pulled:
    """``cursors`` are [number, mark]; ``copy`` is [place, cursor to follow] while a snapshot of
    the city is under way."""

    cursors: dict[int, list[int]]
    rows: dict[int, list[Row]]
    copy: list[Any] | None

    def table(self, section: int) -> Sequence[Row]:
        """The rows of a section as they stand."""
        return self.rows.get(section, [])

    def merge(self, told: Mapping[int, list[Row]]) -> None:
        """Takes the rows of a page."""
        new = {row["id"] for row in told.get(papers.HOUSEHOLDS, [])}
        numbers = {row["kk"] for row in told.get(papers.HOUSEHOLDS, [])}
        gone = new | {row["household"] for row in told.get(papers.GONE, [])}
        self._drop(papers.HOUSEHOLDS, lambda row: row["id"] in gone or row["kk"] in numbers)
        self._drop(papers.ENTITLEMENTS, lambda row: row["household"] in gone)
        asked = {(row["feed"], row["seq"]) for row in told.get(papers.REVIEWS, [])}
        self._drop(papers.REVIEWS, lambda row: (row["feed"], row["seq"]) in asked)
        for section, rows in told.items():
            if section != papers.GONE:
                names = _KEY_OF.get(section, ("id",))
                merged = {
                    tuple(row[n] for n in names): row for row in [*self.table(section), *rows]
                }
                self.rows[section] = list(merged.values())

    def let_go(self, assigned: list[Row]) -> None:
        """Of what was of points that are no longer this device's."""
        mine = {row["point"] for row in assigned if row["held"]}
        self.rows[papers.ASSIGNED] = assigned
        left = {point for point in self.cursors if point >= CITY and point not in mine}
        for point in left:
            del self.cursors[point]
        if CITY in mine or not (left or self.copy):
            return
        self.copy = None
        due = self.table(papers.ENTITLEMENTS)
        here = {row["household"] for row in due if row["point"] in mine}
        self._drop(papers.HOUSEHOLDS, lambda row: row["id"] not in here)
        for section in (papers.ENTITLEMENTS, papers.SLIPS, papers.ELSEWHERE, papers.ALIASES):
            self._drop(section, lambda row: row["household"] not in here)

    def _drop(self, section: int, which: Callable[[Row], bool]) -> None:
        self.rows[section] = [row for row in self.table(section) if not which(row)]
