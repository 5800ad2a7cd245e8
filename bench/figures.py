"""What a benchmark found: figures beside their floors and targets, and the tables they print as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from textwrap import wrap

KEPT, MISSED = "ok", "MISSED"


class Against(Enum):
    """What a target is said of."""

    VALUE = "value"
    """The figure itself, in its unit."""
    RATIO = "ratio"
    """The figure divided by its floor."""


@dataclass(frozen=True, slots=True)
class Target:
    """A limit that a figure should keep: at most ``limit``, or at least when ``least``."""

    limit: float
    against: Against
    least: bool = False

    def kept(self, measured: float) -> bool:
        """Whether ``measured`` keeps the limit."""
        return measured >= self.limit if self.least else measured <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``floor`` is what the same work costs at the least, in the same run.

    ``value`` None says that it could not be measured, and ``what`` then why.
    """

    what: str
    value: float | None
    unit: str
    floor: float | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """The figure divided by its floor; None without one."""
        return self.value / self.floor if self.value is not None and self.floor else None

    @property
    def verdict(self) -> str:
        """``ok``, ``MISSED``, or nothing where there is no target."""
        if self.target is None:
            return ""
        measured = self.value if self.target.against is Against.VALUE else self.ratio
        if measured is None:
            return "not measured"
        return KEPT if self.target.kept(measured) else MISSED


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one topic; ``notes`` say what stands behind them."""

    topic: str
    floor: str
    figures: Sequence[Figure]
    notes: Sequence[str] = field(default=())

    def judged(self) -> int:
        """How many figures have a target and were measured."""
        return sum(figure.verdict in (KEPT, MISSED) for figure in self.figures)

    def missed(self) -> int:
        """How many figures miss their target."""
        return sum(figure.verdict == MISSED for figure in self.figures)


def at_most(limit: float) -> Target:
    """At most so much, in the figure's unit."""
    return Target(limit, Against.VALUE)


def at_most_times(limit: float) -> Target:
    """At most so many times the floor."""
    return Target(limit, Against.RATIO)


def at_least_share(limit: float) -> Target:
    """At least this share (0 to 1) of the floor."""
    return Target(limit, Against.RATIO, least=True)


_WIDTH = 100
_HEAD = ("", "figure", "floor", "ratio", "target", "")


def render(table: Table) -> str:
    """``table`` as lines of text, its columns aligned."""
    rows = [_HEAD, *(_row(figure) for figure in table.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [table.topic, f"  floor: {table.floor}"]
    for row in rows:
        first, *rest = row
        aligned = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        cells = [first.ljust(widths[0]), *aligned]
        lines.append("  " + "  ".join(cells).rstrip())
    for note in table.notes:
        lines += wrap(note, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    share = figure.target is not None and figure.target.least
    return (
        figure.what,
        "-" if figure.value is None else f"{_number(figure.value)} {figure.unit}",
        "" if figure.floor is None else f"{_number(figure.floor)} {figure.unit}",
        "" if ratio is None else _percent(ratio) if share else f"{ratio:.2f}x",
        _target(figure),
        figure.verdict,
    )


def _target(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    sign = ">=" if target.least else "<="
    if target.against is Against.VALUE:
        return f"{sign} {_number(target.limit)} {figure.unit}"
    return f"{sign} {_percent(target.limit)}" if target.least else f"{sign} {target.limit:g}x"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"
