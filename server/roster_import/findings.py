"""What an import has to say about rows: which, which column, why; bad or only odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.texts import Language, text
from server.roster_import.header import Column


class Reason(StrEnum):
    """Why a row is bad or odd; each has a text ``roster.reason.<value>``."""

    KK_EMPTY = "kk_empty"
    KK_LENGTH = "kk_length"
    KK_NOT_DIGITS = "kk_not_digits"
    KK_SCIENTIFIC = "kk_scientific"
    KK_ROUNDED = "kk_rounded"
    KK_DUPLICATE = "kk_duplicate"
    KK_OTHER_NAME = "kk_other_name"
    KK_OTHERS = "kk_others"
    NAME_EMPTY = "name_empty"
    NAME_DIGITS = "name_digits"
    TOO_LONG = "too_long"
    REGION_EMPTY = "region_empty"
    REGION_UNKNOWN = "region_unknown"
    REGION_AMBIGUOUS = "region_ambiguous"
    RW_BAD = "rw_bad"
    RT_BAD = "rt_bad"
    MEMBERS_BAD = "members_bad"
    STATUS_UNKNOWN = "status_unknown"
    POINT_UNKNOWN = "point_unknown"
    STAGE_UNKNOWN = "stage_unknown"
    PACKAGE_UNKNOWN = "package_unknown"
    ALLOCATION_INCOMPLETE = "allocation_incomplete"
    QUANTITY_BAD = "quantity_bad"
    # Oddities: the row is loaded.
    KK_ODD_REGION = "kk_odd_region"
    KK_ODD_DATE = "kk_odd_date"
    KK_ODD_SERIAL = "kk_odd_serial"
    KK_FORMER = "kk_former"
    NAME_SHARED_KK = "name_shared_kk"
    NAME_ALIKE = "name_alike"
    NAME_LISTED = "name_listed"
    OTHER_PROGRAMME = "other_programme"
    OTHER_POINT = "other_point"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on one row. ``shown`` is what stood there, only where that is not personal."""

    sheet: str
    row: int
    column: Column
    reason: Reason
    bad: bool = True
    shown: str = ""
    other_row: int = 0
    count: int = 0
    pair: tuple[int, int] = (0, 0)
    """KK numbers of two households that may be one; said masked only."""

    def place(self, language: Language) -> str:
        """Where it is: ``Baris 12``, with the sheet where there is one."""
        words = text(language, "centre.roster.row", row=self.row)
        return f"{self.sheet}, {words}" if self.sheet else words

    def words(self, language: Language) -> str:
        """Why, for a person."""
        return text(
            language,
            f"centre.roster.reason.{self.reason}",
            shown=self.shown,
            other_row=self.other_row,
            count=self.count,
        )


@dataclass(slots=True)
class RosterReport:
    """What an import did. Rows are counted once: loaded, updated, unchanged, added to or bad."""

    file: str
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0
    further_lines: int = 0
    """Rows that gave a household named before one more package."""
    entitlements: int = 0
    """Allocations that are new or have changed."""
    seconds: float = 0.0
    dry: bool = False
    """Whether it only says what would be done."""
    headers: dict[str, int] = field(default_factory=dict)
    """The row that names the columns, by sheet; 0 where there is none."""
    findings: list[Finding] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows with anything in them were read."""
        return self.loaded + self.updated + self.unchanged + self.further_lines + self.bad

    @property
    def warnings(self) -> int:
        """How many remarks are about rows that were loaded all the same."""
        return sum(not finding.bad for finding in self.findings)
