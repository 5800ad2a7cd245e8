"""A centre for tests: one embedded PostgreSQL a test run, a fresh database for whoever asks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from server import migrations
from server.upkeep.postgres import EmbeddedPostgres

_TEMPLATE = "template_centre"


class TestPostgres:
    """A running PostgreSQL with a template database that has the centre's tables."""

    __test__ = False

    def __init__(self, embedded: EmbeddedPostgres) -> None:
        self._embedded = embedded
        self._numbers = count(1)
        self._admin = create_engine(
            embedded.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with self._admin.connect() as connection:
            # A test's database need not outlive a power cut.
            for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
                connection.execute(text(f"ALTER SYSTEM SET {setting}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        embedded.create_database(_TEMPLATE)
        template = create_engine(embedded.url(_TEMPLATE), poolclass=NullPool)
        migrations.upgrade(template)
        template.dispose()

    def url(self, database: str) -> URL:
        """Where ``database`` is."""
        return self._embedded.url(database)

    @property
    def log_file(self) -> Path:
        """What the server itself writes down."""
        return self._embedded.folder / "log"

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[Engine]:
        """A database of its own with the centre's tables (``empty``: without), dropped after."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        template = "template0" if empty else _TEMPLATE
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine = create_engine(self.url(name))
        try:
            yield engine
        finally:
            engine.dispose()
            with self._admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def back_up(self, engine: Engine) -> str:
        """A copy of the database as it is now; its name."""
        name = f"b{os.getpid()}_{next(self._numbers)}"
        self._copy(engine, f"CREATE DATABASE {name} TEMPLATE {engine.url.database}")
        return name

    def restore(self, engine: Engine, backup: str) -> None:
        """Puts the copy in the place of the database, whatever came since."""
        name = engine.url.database
        self._copy(engine, f"DROP DATABASE {name} WITH (FORCE)")
        self._copy(engine, f"CREATE DATABASE {name} TEMPLATE {backup}")

    def _copy(self, engine: Engine, statement: str) -> None:
        engine.dispose()  # a database that is in use can't be copied
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Let go of the server."""
        self._admin.dispose()
        self._embedded.release()


@contextmanager
def running_postgres() -> Iterator[TestPostgres]:
    """A PostgreSQL in a short temporary folder (a socket's path must be short), removed after."""
    folder = Path(tempfile.mkdtemp(prefix="ksbb-pg-"))
    # Run by root the server belongs to another user, who must pass through.
    folder.chmod(0o711)
    try:
        server = TestPostgres(EmbeddedPostgres.hold(folder / "pg"))
        try:
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
