"""The schema's history: numbered steps up and down (Alembic), run from the program itself."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from server.errors import NotInitialised, SchemaNewer

_LOCK = 0x4B534242
"""Advisory lock under which the schema changes, so that two processes don't do it at once."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to ``revision``; does nothing where they are there already.

    Raises SchemaNewer if a newer version of the centre has been at work.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to ``revision`` (``base``: none at all; what they held is gone)."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.downgrade(_config(connection), revision)


def history() -> list[str]:
    """All revisions from the newest to ``base``."""
    return [*(script.revision for script in _scripts().walk_revisions()), "base"]


def current(connection: Connection) -> str | None:
    """The revision the database is at; None before the first ``upgrade``."""
    return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raise NotInitialised or SchemaNewer unless the tables are those of this version."""
    with engine.connect() as connection:
        _refuse_newer(connection)
        if current(connection) != _scripts().get_current_head():
            raise NotInitialised()


def _refuse_newer(connection: Connection) -> None:
    found = current(connection)
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise SchemaNewer(found=found)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
