"""The centre from a terminal: each command, in both languages, and what it says of wrong use."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, text

from models import enrolment_text
from models.texts import LANGUAGES
from server.cli import main
from server.keys import obtain_keys
from tests.support.centre import TestPostgres
from tests.support.roster import HEADER, household, kk, xlsx


@pytest.fixture
def environment(postgres: TestPostgres, engine: Engine, tmp_path: Path) -> dict[str, str]:
    """The settings of a centre on a fresh database."""
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.id",
    }


@pytest.fixture
def catalogue_in(engine: Engine) -> Engine:
    """A point, a stage that is open whenever this runs, and a package."""
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO programme (id, name) VALUES (1, 'KSBB Pangan')",
            "INSERT INTO stage (id, programme, name, starts_at, ends_at)"
            " VALUES (1, 1, 'Tahap 1', 0, 9000000000000)",
            "INSERT INTO package (id, programme, name) VALUES (1, 1, 'Sembako')",
            "INSERT INTO point (id, name, region) VALUES (1, 'RPTRA Gambir', '31.71.01.1001')",
        ):
            connection.execute(text(statement))
    return engine


def _scalar(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "yang harus disebut: perintah"),
        (["terbang"], "perintah: 'terbang' tidak dikenal"),
        (["issue-slips"], "yang harus disebut: --point"),
        (["import-roster"], "yang harus disebut: file"),
        (["init", "--lang"], "--lang: nilainya belum disebut"),
        (["demo", "--seed", "x"], "--seed: 'x' tidak dapat dipakai"),
        (["init", "--besar"], "tidak dikenal: --besar"),
        (["--lang", "en", "issue-slips"], "these must be given: --point"),
        (["terbang", "--lang=en"], "command: 'terbang' is not known"),
    ],
)
def test_wrong_use_is_told_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments, {})
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert words in told
    assert ("usage:" in told) == ("--lang=en" in arguments or "en" in arguments)


def test_the_help_is_whole_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    helps = {}
    for language in LANGUAGES:
        with pytest.raises(SystemExit) as ended:
            main(["--lang", language, "--help"], {})
        assert ended.value.code == 0
        helps[language] = capsys.readouterr().out
    assert "pemakaian:" in helps["id"]
    for english in ("usage", "options", "show this", "positional", "commands"):
        assert english not in helps["id"]
    for name in ("init", "demo", "import-roster", "issue-slips", "enrol-code", "serve"):
        assert name in helps["id"]
        assert name in helps["en"]


def test_a_bad_setting_is_named_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["init"], {"KSBB_PORT": "delapan"}) == 2
    told = capsys.readouterr().err
    assert "KSBB_PORT=delapan" in told
    assert "Traceback" not in told


def test_a_database_that_does_not_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--lang", "en"], {"KSBB_DSN": "postgresql://u:pw@127.0.0.1:1/ksbb"}) == 4
    told = capsys.readouterr().err
    assert "127.0.0.1:1/ksbb cannot be reached" in told
    assert "pw" not in told


def test_init_sets_up_once_and_says_where_the_keys_are(
    postgres: TestPostgres,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with postgres.database(empty=True) as engine:
        url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
        environment |= {"KSBB_DSN": url.render_as_string(hide_password=False)}
        for _ in range(2):
            assert main(["init"], environment) == 0
            assert "centre-keys.json" in capsys.readouterr().out
        assert _scalar(engine, "SELECT count(*) FROM centre_key") == 5


def test_lost_keys_stop_every_command(
    engine: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    obtain_keys(engine, tmp_path / "other.json", {}, now=1)
    assert main(["init"], environment) == 3
    assert "centre-keys.json" in capsys.readouterr().err
    assert not (tmp_path / "centre" / "centre-keys.json").exists()


def test_a_roster_is_imported_reported_and_ends_with_1_when_rows_are_bad(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [HEADER, household(5), household(6, RW="tujuh")]
    command = ["import-roster", str(xlsx(tmp_path / "r.xlsx", rows)), "--point", "rptra gambir"]
    command += ["--package", "Sembako", "--report", str(tmp_path / "laporan.csv")]
    assert main(command, environment) == 1
    told = capsys.readouterr()
    assert "r.xlsx: 2 baris dibaca" in told.out
    assert "Baris 3 · RW: “tujuh” bukan nomor RW" in told.out
    assert "Kepala" not in told.out + told.err
    with (tmp_path / "laporan.csv").open(encoding="utf-8-sig") as stream:
        assert [row[1:4] for row in csv.reader(stream, delimiter=";")][1] == ["3", "RW", "ditolak"]
    assert _scalar(catalogue_in, "SELECT count(*) FROM entitlement") == 1

    good = xlsx(tmp_path / "s.xlsx", rows[:2])
    assert main(["import-roster", str(good), "--lang", "en"], environment) == 0
    assert "unchanged     1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import-roster", "tidak-ada.xlsx"], 5, "Berkas tidak-ada.xlsx tidak ada"),
        (["import-roster", "x.csv", "--point", "Monas"], 6, "Titik penyaluran “Monas”"),
        (["import-roster", "x.csv", "--stage", "Tahap 9"], 6, "Tahap “Tahap 9”"),
        (["import-roster", "x.csv", "--package", "Emas"], 6, "Paket “Emas”"),
        (["issue-slips", "--point", "Monas"], 6, "Titik penyaluran “Monas”"),
        (["issue-slips", "--point", "1"], 6, "Tahap tidak disebut"),
        (["enrol-code", "--point", "Monas"], 6, "Titik penyaluran “Monas”"),
    ],
)
def test_what_does_not_exist_is_told_without_a_trace(
    catalogue_in: Engine,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    with catalogue_in.begin() as connection:
        connection.execute(text("UPDATE stage SET ends_at = 1"))
    assert main(arguments, environment) == code
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told


def test_slips_are_issued_once_and_printed(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    roster = xlsx(tmp_path / "r.xlsx", [HEADER, household(5), household(6)])
    assert main(
        ["import-roster", str(roster), "--point", "1", "--package", "1"], environment
    ) == 0  # fmt: skip
    capsys.readouterr()
    command = ["issue-slips", "--point", "1", "--folder", str(tmp_path / "out"), "--pictures"]
    command += ["--per-page", "10"]
    assert main(command, environment) == 0
    assert "2 undangan diterbitkan untuk RPTRA Gambir" in capsys.readouterr().out
    sheets = list((tmp_path / "out").rglob("*.pdf"))
    assert sheets
    assert all(sheet.read_bytes().startswith(b"%PDF") for sheet in sheets)
    pictures = list((tmp_path / "out").rglob("*.png"))
    assert len(pictures) == 2
    for picture in pictures:
        with Image.open(picture) as image:
            # A slip of ten on a sheet is 105 × 57.6 mm.
            assert image.size == (1240, 680)

    assert main(command, environment) == 0
    assert "Tidak ada undangan baru" in capsys.readouterr().out
    assert _scalar(catalogue_in, "SELECT count(*) FROM slip") == 2


def test_a_folder_that_cannot_be_written_is_named(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    roster = xlsx(tmp_path / "r.xlsx", [HEADER, household(5, RW="x")])
    command = ["import-roster", str(roster), "--report", str(tmp_path / "none" / "r.csv")]
    assert main(command, environment) == 7
    assert "r.csv" in capsys.readouterr().err


def test_an_enrolment_code_is_told_in_every_form(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    picture = tmp_path / "kode.png"
    command = ["enrol-code", "--point", "1", "--label", "Laptop 1"]
    assert main([*command, "--picture", str(picture)], environment) == 0
    told = capsys.readouterr().out
    assert "https://ksbb.example.id" in told
    assert picture.read_bytes().startswith(b"\x89PNG")

    assert main([*command, "--json"], environment) == 0
    plain = json.loads(capsys.readouterr().out)
    assert enrolment_text.clean_code(plain["code"]) == plain["code"]
    assert plain["code"] in plain["invitation"] or "KSBB" in plain["invitation"]
    assert _scalar(catalogue_in, "SELECT count(*) FROM enrol_code WHERE used_at IS NULL") == 2
    stored = _scalar(catalogue_in, "SELECT string_agg(e::text, ' ') FROM enrol_code e")
    assert plain["code"] not in stored


def test_a_demo_goes_into_an_empty_database_only(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "--folder", str(tmp_path / "trial")], environment) == 6
    assert "sudah berisi data" in capsys.readouterr().err
    assert _scalar(catalogue_in, "SELECT count(*) FROM household") == 0


@pytest.mark.parametrize(
    ("asks", "first"), [([], 0), (["--asks", "photo", "signature"], 3), (["--asks", "photo"], 1)]
)
def test_the_demos_first_stage_asks_for_nothing_but_what_it_is_told(
    environment: dict[str, str],
    engine: Engine,
    tmp_path: Path,
    asks: list[str],
    first: int,
) -> None:
    assert main(["demo", "--folder", str(tmp_path / "trial"), "--json", *asks], environment) == 0
    with engine.connect() as connection:
        found = connection.execute(text("SELECT asks FROM stage ORDER BY id")).scalars().all()
    assert found == [first, 0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def free_port() -> int:
    return _free_port()


@pytest.fixture
def other_free_port() -> int:
    return _free_port()


def test_the_real_command_serves_until_it_is_told_to_stop(
    catalogue_in: Engine, environment: dict[str, str], free_port: int, other_free_port: int
) -> None:
    environment |= {"KSBB_PORT": str(free_port), "PYTHONUNBUFFERED": "1"}
    environment |= {"KSBB_METRICS": f"127.0.0.1:{other_free_port}", "KSBB_LOG": "json"}
    command = [sys.executable, "-W", "error", "-m", "server.cli", "serve"]
    with subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert "Pusat berjalan di https://ksbb.example.id" in running.stdout.readline()
        with _answer(free_port) as page:
            assert page.status == 200
            assert "KSBB" in page.read().decode()
        with _answer(other_free_port) as figures:
            told = figures.read().decode()
        assert 'ksbb_request_seconds_count{method="GET",route="/",status="200"} 1.0' in told
        assert "ksbb_database_up 1.0" in told and "ksbb_segments_waiting 0.0" in told
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0
    assert (out, err) == ("", "")


def _answer(port: int) -> Any:
    """The public page, as soon as the server takes connections."""
    for _ in range(1200):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
        except ConnectionRefusedError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
        time.sleep(0.05)
    raise AssertionError("the server never answered")


def test_a_port_in_use_is_told(
    catalogue_in: Engine, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment |= {"KSBB_PORT": str(taken.getsockname()[1])}
        assert main(["serve"], environment) == 1
    assert "KSBB_PORT" in capsys.readouterr().err


def test_keys_of_the_environment_need_no_file(
    engine: Engine, environment: dict[str, str], tmp_path: Path
) -> None:
    assert main(["init"], environment) == 0
    file = tmp_path / "centre" / "centre-keys.json"
    content = file.read_text()
    file.unlink()
    assert main(["init"], environment | {"KSBB_KEYS": content}) == 0
    assert not file.exists()


def test_a_roster_is_tried_loaded_given_out_and_two_of_it_merged_and_parted(
    catalogue_in: Engine,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strange = ["Urut", "Induk", "Bpk/Ibu", "Alamat"]
    rows: list[list[Any]] = [
        strange,
        *([n, f"{kk(n)}", f"Warga {n}", "Jl. A"] for n in (1, 2)),
        [3, "12", "X", ""],
    ]
    file = xlsx(tmp_path / "warga.xlsx", rows)
    named = ["--column", "kk=B", "--column", "name=3"]
    given = ["import-roster", str(file), "--point", "1", "--package", "1", *named]
    assert main([*given, "--column", "umur=A"], environment) == 2
    assert main(given, environment) == 5  # there is no RW
    assert main([*given, "--column", "rw=A", "--dry-run"], environment) == 1
    assert "tidak ada yang diubah" in capsys.readouterr().out
    assert _scalar(catalogue_in, "SELECT count(*) FROM household") == 0
    folder = tmp_path / "kembali"
    assert main([*given, "--column", "rw=A", "--bad-rows", str(folder)], environment) == 1
    assert [one.name for one in folder.iterdir()] == ["warga-perbaiki.xlsx"]
    out = tmp_path / "keluar.xlsx"
    assert main(["export-roster", str(out), "--point", "1"], environment) == 0
    assert out.stat().st_mode & 0o077 == 0
    assert main(["import-roster", str(out)], environment) == 0
    assert "tidak berubah 2" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{kk(1)}\n{kk(2)}\n12\n"))
    assert main(["merge-households"], environment) == 0
    assert _scalar(catalogue_in, "SELECT count(*) FROM entitlement") == 1
    assert main(["merge-households"], environment) == 2
    assert main(["part-households", "1"], environment) == 0
    assert main(["part-households", "1"], environment) == 6
    assert _scalar(catalogue_in, "SELECT count(*) FROM entitlement") == 2
    told = "".join(capsys.readouterr())
    assert f"{kk(1)}" not in told
