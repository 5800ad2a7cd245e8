"""Every table has its place in the plan for growth, and the key that the place asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint

from server.tables import CentreTable

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "growth.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (spread|one place|everywhere) \| (?:`(\w+)`)? ?\| (.+) \|$", re.M)
PLAN = {name: (lies, by, why) for name, lies, by, why in ROW.findall(PAGE)}
TABLES: dict[str, Table] = dict(CentreTable.metadata.tables)
SPREAD = sorted(name for name, (lies, _, _) in PLAN.items() if lies == "spread")
TO_BE_CHANGED = {("household", "kk_hmac")}
"""Unique columns that the page says would have to move."""


def test_every_table_is_in_the_plan_once_and_with_a_reason() -> None:
    assert set(PLAN) == set(TABLES), "place a new table in docs/growth.md"
    assert len(ROW.findall(PAGE)) == len(PLAN)
    assert all(why.strip() for _, _, why in PLAN.values())


@pytest.mark.parametrize("name", SPREAD)
def test_a_table_that_is_spread_begins_its_key_with_what_it_is_spread_by(name: str) -> None:
    table, (_, by, _) = TABLES[name], PLAN[name]
    assert next(iter(table.primary_key.columns)).name == by
    assert not table.foreign_keys, "a row may come before what it names"
    for unique in table.constraints:
        if isinstance(unique, UniqueConstraint):
            columns = [column.name for column in unique.columns]
            assert by in columns or (name, *columns) in TO_BE_CHANGED
    for index in table.indexes:
        assert not index.unique or by in [column.name for column in index.columns]


def test_what_grows_with_hand_overs_is_spread() -> None:
    """The kinds of key that there are once a household, a hand-over or a laptop's fact."""
    by_many = {"device", "household", "feed_no"}
    for name, table in TABLES.items():
        if next(iter(table.primary_key.columns)).name in by_many and not table.foreign_keys:
            assert PLAN[name][0] == "spread", name


def test_only_small_tables_refer_to_others_and_only_to_such_as_lie_everywhere_or_beside() -> None:
    for name, table in TABLES.items():
        lies = PLAN[name][0]
        for key in table.foreign_keys:
            target = PLAN[key.column.table.name][0]
            assert lies != "spread" and target != "spread", f"{name} → {key.column.table.name}"
            assert lies == "one place" or target == "everywhere", name


def test_what_would_have_to_change_is_what_the_page_says() -> None:
    for table, column in TO_BE_CHANGED:
        assert f"`{table}.{column}` is unique" in PAGE
        assert any(
            [one.name for one in unique.columns] == [column]
            for unique in TABLES[table].constraints
            if isinstance(unique, UniqueConstraint)
        ), "it was changed: take it off the page"
