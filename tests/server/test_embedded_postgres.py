"""The embedded PostgreSQL starts, is shared, stops with its last holder, and says why it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Connection, text

import server.upkeep.postgres as postgres_module
from server.errors import DatabaseTooOld, DatabaseUnreachable, EmbeddedFailed
from server.settings import read_settings
from server.upkeep.embedded import forget_the_dead, kept_running
from server.upkeep.postgres import EmbeddedPostgres, connect, open_database
from tests.support.centre import TestPostgres

_HOLD = """
import sys
from pathlib import Path
from server.upkeep.postgres import EmbeddedPostgres
EmbeddedPostgres.hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that another user can pass through (the server's, when run by root)."""
    made = Path(tempfile.mkdtemp(prefix="ksbb-pg-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def _holding(data: Path) -> subprocess.Popen[str]:
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


@contextmanager
def _connected(server: EmbeddedPostgres) -> Iterator[Connection]:
    engine = connect(server.url("postgres"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _pid(data: Path) -> int | None:
    file = data / "postmaster.pid"
    return int(file.read_text().splitlines()[0]) if file.exists() else None


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _wait_for_words(caplog: pytest.LogCaptureFixture, *words: str) -> None:
    """Until somebody says all of them in one line."""
    _until(lambda: any(all(word in line for word in words) for line in caplog.messages))


def test_a_second_process_shares_the_server_and_the_last_one_stops_it(folder: Path) -> None:
    data = folder / "pg"
    with _holding(data) as other:
        pid = _pid(data)
        mine = EmbeddedPostgres.hold(data)
        assert _pid(data) == pid
        other.communicate("")
        assert _pid(data) == pid, "this process holds it still"
        with _connected(mine) as connection:
            assert connection.scalar(text("SELECT 1")) == 1
    mine.release()
    assert _pid(data) is None


def test_a_holder_that_was_killed_does_not_keep_the_server_for_ever(folder: Path) -> None:
    data = folder / "pg"
    with _holding(data) as other:
        os.kill(other.pid, signal.SIGKILL)
    pid = _pid(data)
    assert pid is not None
    mine = EmbeddedPostgres.hold(data)
    assert _pid(data) == pid
    mine.release()
    assert _pid(data) is None


def test_a_server_that_was_killed_recovers_with_what_was_committed(folder: Path) -> None:
    data = folder / "pg"
    mine = EmbeddedPostgres.hold(data)
    with _connected(mine) as connection:
        connection.execute(text("CREATE TABLE kept (n int)"))
        connection.execute(text("INSERT INTO kept VALUES (42)"))
    pid = _pid(data)
    assert pid is not None
    server = psutil.Process(pid)
    server.kill()
    server.wait(60)
    mine.release()

    again = EmbeddedPostgres.hold(data)
    with _connected(again) as connection:
        assert connection.scalar(text("SELECT n FROM kept")) == 42
    again.release()


def test_a_pid_file_that_names_somebody_elses_process_does_not_stop_the_start(
    folder: Path,
) -> None:
    data = folder / "pg"
    EmbeddedPostgres.hold(data).release()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n{data}\n\n\nready\n")
    mine = EmbeddedPostgres.hold(data)
    assert _pid(data) != os.getpid()
    mine.release()


@pytest.mark.parametrize("left", ["", "9", "99999999\n"])
def test_a_torn_pid_file_does_not_stop_the_start(folder: Path, left: str) -> None:
    data = folder / "pg"
    EmbeddedPostgres.hold(data).release()
    (data / "postmaster.pid").write_text(left)
    mine = EmbeddedPostgres.hold(data)
    with _connected(mine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    mine.release()


@pytest.mark.parametrize("left", ["", "[", "[1, 2", "{}", "9"])
def test_a_torn_list_of_holders_does_not_stop_the_start(folder: Path, left: str) -> None:
    data = folder / "pg"
    EmbeddedPostgres.hold(data).release()
    (data / ".handle_pids.json").write_text(left)
    mine = EmbeddedPostgres.hold(data)
    mine.release()
    assert _pid(data) is None, "this process was the last that held it"


def test_a_pid_file_that_is_just_being_written_is_left_alone(folder: Path) -> None:
    data = folder / "pg"
    with _holding(data) as other:
        content = (data / "postmaster.pid").read_text()
        (data / "postmaster.pid").write_text("")
        forget_the_dead(data)
        assert (data / "postmaster.pid").exists()
        (data / "postmaster.pid").write_text(content)
        other.communicate("")


def test_a_server_that_dies_under_a_running_centre_is_started_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings({"KSBB_DATA": str(folder)})
    data = settings.database_folder
    with open_database(settings) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (n int)"))
            connection.execute(text("INSERT INTO kept VALUES (42)"))
        died = _pid(data)
        assert died is not None
        server = psutil.Process(died)
        workers = server.children(recursive=True)
        for process in (server, *workers):
            process.kill()
        _wait_for_words(caplog, "dijalankan lagi", "started again")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT n FROM kept")) == 42
        assert _pid(data) != died
    assert _pid(data) is None, "and it stops with the centre all the same"


def test_a_server_that_recovers_in_vain_and_then_waits_for_ever_is_started_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings({"KSBB_DATA": str(folder)})
    data = settings.database_folder
    with open_database(settings) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (n int)"))
            connection.execute(text("INSERT INTO kept VALUES (42)"))
        with engine.connect() as connection:
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
            written = connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn())"))
            log, aside = data / "pg_wal" / str(written), data / "aside"
            log.rename(aside)  # as if it could not be read
            stuck = _pid(data)
            assert stuck is not None and backend is not None
            psutil.Process(backend).kill()
            _until(lambda: "could not locate" in (data / "log").read_text())
            aside.rename(log)
            connection.invalidate()
        _wait_for_words(caplog, "dijalankan lagi", "started again")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT n FROM kept")) == 42
        assert not psutil.pid_exists(stuck)


def test_a_server_that_cannot_be_started_again_is_told_of_once_and_tried_on(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings({"KSBB_DATA": str(folder)})
    data = settings.database_folder
    mine = EmbeddedPostgres.hold(data)
    control, aside = data / "global" / "pg_control", data / "global" / "aside"
    with kept_running(mine, every=0.05):
        pid = _pid(data)
        assert pid is not None
        control.rename(aside)
        psutil.Process(pid).kill()
        _wait_for_words(caplog, "tidak dapat dijalankan", "did not start")
        said = (data / "log").stat().st_size
        _until(lambda: (data / "log").stat().st_size > said)  # it tries on
        aside.rename(control)
        _wait_for_words(caplog, "dijalankan lagi", "started again")
    assert len(caplog.messages) == 2
    with _connected(mine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    mine.release()


def test_the_centres_database_is_made_on_first_use(folder: Path) -> None:
    settings = read_settings({"KSBB_DATA": str(folder)})
    for _ in range(2):
        with open_database(settings) as engine, engine.connect() as connection:
            assert connection.scalar(text("SELECT current_database()")) == "ksbb"
            assert connection.scalar(text("SHOW server_encoding")) == "UTF8"


def test_nobody_else_on_the_machine_can_reach_the_server(folder: Path) -> None:
    mine = EmbeddedPostgres.hold(folder / "pg")
    try:
        assert stat.S_IMODE((folder / "pg").stat().st_mode) == 0o700
        with _connected(mine) as connection:
            assert connection.scalar(text("SHOW listen_addresses")) == ""
    finally:
        mine.release()


def test_private_folders_above_are_left_closed_for_listing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    EmbeddedPostgres.hold(private / "pg").release()
    assert not stat.S_IMODE(private.stat().st_mode) & (stat.S_IROTH | stat.S_IRGRP)
    assert "killing" not in caplog.text, "its user can pass through to end it in order"


def test_a_place_where_no_server_can_run_is_said_to_be_so(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    for place in (folder / "file", folder / "file" / "pg", folder / ("long" * 30)):
        with pytest.raises(EmbeddedFailed) as caught:
            EmbeddedPostgres.hold(place)
        assert caught.value.parts["problem"]


def test_damaged_data_is_reported_in_the_servers_own_words(folder: Path) -> None:
    data = folder / "pg"
    EmbeddedPostgres.hold(data).release()
    (data / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(EmbeddedFailed) as caught:
        EmbeddedPostgres.hold(data)
    assert caught.value.parts["problem"]


def test_a_dsn_where_nobody_answers_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        connect("postgresql://ksbb:secret@127.0.0.1:1/ksbb")
    assert caught.value.parts["server"] == "127.0.0.1:1/ksbb"
    assert "secret" not in str(caught.value)


def test_a_server_that_is_too_old_is_refused(
    postgres: TestPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "OLDEST_SERVER", 99)
    with pytest.raises(DatabaseTooOld) as caught:
        connect(postgres.url("postgres"))
    assert str(caught.value.parts["found"]).startswith("18")


_LET_GO = """
import shutil
import sys
from pathlib import Path
from server.upkeep.postgres import EmbeddedPostgres
data = Path(sys.argv[1])
EmbeddedPostgres.hold(data).release()
shutil.rmtree(data.parent)
"""


def test_a_process_that_let_go_leaves_nothing_at_its_end(folder: Path) -> None:
    data = folder / "gone" / "pg"
    subprocess.run([sys.executable, "-c", _LET_GO, str(data)], check=True)
    assert not data.parent.exists()
