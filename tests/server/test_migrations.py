"""The migrations give the declared schema, go back down, and refuse what they don't know."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from server import migrations
from server.errors import NotInitialised, SchemaNewer
from server.tables import CentreTable
from tests.support.centre import TestPostgres


def test_the_migrations_give_the_declared_schema(engine: Engine) -> None:
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
    migrations.check(engine)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.check(engine)


def test_the_migrations_go_back_down_to_nothing(postgres: TestPostgres) -> None:
    with postgres.database() as engine:
        migrations.downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        migrations.upgrade(engine)
        migrations.check(engine)


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
    }
    for name, shard in growing.items():
        declared = CentreTable.metadata.tables[name]
        assert next(iter(declared.primary_key.columns)).name == shard
        assert not declared.foreign_keys
