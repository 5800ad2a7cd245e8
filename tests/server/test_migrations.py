"""The migrations give the declared schema, go back down, and refuse what they don't know."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from server import migrations
from server.cli import main
from server.errors import NotInitialised, SchemaNewer
from server.tables import CentreTable
from tests.support.centre import TestPostgres
from tests.support.filled import fill


def test_the_migrations_give_the_declared_schema(engine: Engine) -> None:
    _assert_declared(engine)
    migrations.check(engine)


def _assert_declared(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        # Of a default that is drawn anew no two values compare.
        found = [
            one
            for one in compare_metadata(context, CentreTable.metadata)
            if one[0][:4] != ("modify_default", None, "point_change", "mark")
        ]
        assert found == []


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.check(engine)


def test_the_migrations_go_back_down_to_nothing(postgres: TestPostgres) -> None:
    with postgres.database() as engine:
        migrations.downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        migrations.upgrade(engine)
        migrations.check(engine)


def test_the_history_is_walked_back_and_forth_on_a_database_with_something_in_every_table(
    postgres: TestPostgres,
) -> None:
    """Each step down and up again: what is in tables that the step leaves alone is still there."""
    with postgres.database() as engine:
        with engine.begin() as connection:
            tables = fill(connection, CentreTable.metadata)
        assert tables > 30
        steps = migrations.history()
        assert steps[-1] == "base"
        for below, above in pairwise(reversed(steps)):
            before = _content(engine)
            migrations.downgrade(engine, below)
            left = _content(engine)
            assert all(before[name] == rows for name, rows in left.items() if rows)
            migrations.upgrade(engine, above)
            after = _content(engine)
            assert after.keys() == before.keys()
            assert all(after[name] == rows for name, rows in left.items() if rows)
        migrations.check(engine)
        _assert_declared(engine)
        with engine.begin() as connection:
            assert fill(connection, CentreTable.metadata) == tables, "as good as new"


def _content(engine: Engine) -> dict[str, list[str]]:
    """Every table but Alembic's own, its rows as text."""
    names = sorted(set(inspect(engine).get_table_names()) - {"alembic_version"})
    with engine.connect() as connection:
        return {
            name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" AS t')))
            for name in names
        }


def test_a_database_without_tables_is_said_to_be_so(postgres: TestPostgres) -> None:
    with postgres.database(empty=True) as engine, pytest.raises(NotInitialised):
        migrations.check(engine)


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaNewer):
        migrations.check(engine)
    with pytest.raises(SchemaNewer):
        migrations.upgrade(engine)


def test_every_table_that_grows_with_deliveries_begins_its_key_with_a_shard_key() -> None:
    growing = {
        "fact": "device",
        "checkpoint": "device",
        "shelved_frame": "device",
        "review": "device",
        "handover": "household",
        "entitlement": "household",
        "point_change": "point",
        "paper_kept": "point",
    }
    for name, shard in growing.items():
        declared = CentreTable.metadata.tables[name]
        assert next(iter(declared.primary_key.columns)).name == shard
        assert not declared.foreign_keys


def _settings(postgres: TestPostgres, engine: Engine, folder: Path) -> dict[str, str]:
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    return {"KSBB_DSN": url.render_as_string(hide_password=False), "KSBB_DATA": str(folder)}


def test_the_command_moves_the_tables_back_and_forth_and_refuses_to_lose_what_is_in_them(
    postgres: TestPostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database() as engine:
        settings = _settings(postgres, engine, tmp_path)
        assert main(["migrate", "--to", "base"], settings) == 0
        assert inspect(engine).get_table_names() == ["alembic_version"]
        assert main(["migrate", "--lang", "en"], settings) == 0
        assert "from revision base to" in capsys.readouterr().out
        migrations.check(engine)
        assert main(["migrate", "--to", "9999"], settings) == 4
        with engine.begin() as connection:
            fill(connection, CentreTable.metadata)
        before = _content(engine)
        assert main(["migrate", "--to", "base"], settings) == 6
        assert _content(engine) == before
