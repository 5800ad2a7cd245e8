"""Made-up states of the door-to-door list for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from desktop.theme.look import Look
from desktop.views.door_page import DoorPage, DoorState, HouseLine, house_row
from desktop.views.state import Goods, HouseholdCard
from models.facts import Outcome
from models.verdict import Verdict

_NAMES = (
    "Siti Rahayu", "Sri Wulandari", "Muhammad Yusuf", "Hj. Aminah binti Abdul Rahman",
    "Joko Santoso", "Nur Handayani", "Slamet Purnomo", "Endang Lestari",
)  # fmt: skip
_WHAT = (
    (Verdict.ALREADY_COLLECTED, None),
    (Verdict.ALREADY_COLLECTED, None),
    (Verdict.ELIGIBLE, Outcome.ABSENT),
    (Verdict.ELIGIBLE, None),
    (Verdict.MOVED, None),
    (Verdict.ELIGIBLE, None),
)
_GOODS = (Goods(1, "Paket sembako"),)


def _houses(count: int) -> list[HouseLine]:
    return [
        HouseLine(
            n,
            HouseholdCard(_NAMES[n % len(_NAMES)], 3171010101200001 + n, n // 9 % 4 + 1, 4,
                          "Kebon Pala", 4, f"Gg. Mawar No. {n % 9 * 3 + 1}"),
            _GOODS,
            *_WHAT[n % len(_WHAT)],
        )
        for n in range(count)
    ]  # fmt: skip


def door_state(look: Look, count: int, now: int) -> DoorState:
    """A round of so many houses."""
    lines = _houses(count)
    return DoorState(
        rows=tuple(house_row(look, line, at) for at, line in enumerate(lines)),
        open=frozenset(line.household for line in lines if line.open),
        handed=frozenset(line.household for line in lines if line.handed),
        now=now,
    )


def door_pages(now: int) -> Iterator[tuple[str, Callable[[Look], DoorPage]]]:
    """(name, how it is made) of everything that the page can show."""
    for name, count, reading in (("walking", 40, None), ("empty", 0, None), ("reading", 0, 12_000)):
        yield name, partial(_page, count, reading, now)


def _page(count: int, reading: int | None, now: int, look: Look) -> DoorPage:
    page = DoorPage(look)
    page.table.set_export(lambda _content: None)
    page.show_door(replace(door_state(look, count, now), reading=reading))
    return page
