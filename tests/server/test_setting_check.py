"""``serve --check``: what it says of each setting, that it changes nothing; the service's files."""

from __future__ import annotations

import configparser
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from models.texts import LANGUAGES, Language
from server.cli import main
from server.settings import read_settings
from tests.support.centre import TestPostgres

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "packaging" / "centre"


@pytest.fixture
def environment(postgres: TestPostgres, engine: Engine, tmp_path: Path) -> dict[str, str]:
    """A centre that was set up and is right in all."""
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    settings = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path),
        "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.id",
        "KSBB_PORT": str(_free_port()),
        "KSBB_METRICS": f"127.0.0.1:{_free_port()}",
        "KSBB_TRUSTED_PROXIES": "127.0.0.1/32",
    }
    assert main(["init"], settings) == 0
    return settings


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def checked(
    capsys: pytest.CaptureFixture[str], environment: dict[str, str], language: Language = "id"
) -> tuple[int, str]:
    """How it ended and what it said."""
    capsys.readouterr()
    ended = main(["serve", "--check", "--lang", language], environment)
    told = capsys.readouterr()
    assert told.err == ""
    return ended, told.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_centre_that_is_right_every_line_says_so(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    ended, told = checked(capsys, environment, language)
    assert ended == 0
    fine = {"id": "baik", "en": "fine"}[language]
    assert [line.split()[0] for line in told.splitlines()] == [fine] * 8, told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"KSBB_PORT": "delapan"}, "KSBB_PORT=delapan"),
        ({"KSBB_TRUSTED_PROXIES": "proxy"}, "KSBB_TRUSTED_PROXIES"),
        ({"KSBB_DSN": "postgresql://u:rahasia@127.0.0.1:1/ksbb"}, "127.0.0.1:1/ksbb"),
        ({"KSBB_KEYS_FILE": "/nowhere/keys.json"}, "/nowhere/keys.json"),
        ({"KSBB_METRICS": "9470"}, "KSBB_METRICS=9470"),
        ({"KSBB_LOG": "xml"}, "text | json"),
    ],
    ids=["port", "proxies", "database", "keys", "metrics", "log"],
)
def test_what_is_wrong_is_named(
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    words: str,
) -> None:
    ended, told = checked(capsys, environment | change)
    assert ended == 1
    wrong = [line for line in told.splitlines() if line.split()[0] == "salah"]
    assert len(wrong) == 1
    assert words in wrong[0]
    assert "rahasia" not in told


def test_a_port_in_use_is_named(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], listening: int
) -> None:
    ended, told = checked(capsys, environment | {"KSBB_PORT": str(listening)})
    assert ended == 1
    assert f"127.0.0.1:{listening} sedang dipakai" in told


def test_an_address_without_tls_is_worth_a_look(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    ended, told = checked(capsys, environment | {"KSBB_PUBLIC_ADDRESS": "http://ksbb.example.id"})
    assert ended == 0
    assert re.search(r"periksa +Alamat umum http://ksbb.example.id tidak terenkripsi", told)


def test_a_port_of_the_metrics_in_use_is_named(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], listening: int
) -> None:
    taken = {"KSBB_METRICS": f"127.0.0.1:{listening}"}
    ended, told = checked(capsys, environment | taken)
    assert ended == 1
    assert f"127.0.0.1:{listening} sedang dipakai program lain. Atur KSBB_METRICS" in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"KSBB_TRUSTED_PROXIES": ""}, "berbagi satu batas. Atur KSBB_TRUSTED_PROXIES"),
        ({"KSBB_METRICS": "0.0.0.0:{port}"}, "terbuka bagi jaringan"),
        ({"KSBB_WORKERS": "61"}, "Naikkan max_connections"),
    ],
    ids=["proxies", "metrics", "connections"],
)
def test_what_runs_and_is_worth_a_look_is_said(
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    words: str,
) -> None:
    given = {name: value.format(port=_free_port()) for name, value in change.items()}
    ended, told = checked(capsys, environment | given)
    assert ended == 0
    looked = [line for line in told.splitlines() if line.split()[0] == "periksa"]
    assert len(looked) == 1 and words in looked[0], told


def test_it_makes_nothing_on_a_machine_where_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "centre"
    ended, told = checked(capsys, {"KSBB_DATA": str(folder), "KSBB_PORT": str(_free_port())})
    assert ended == 0
    assert "akan dibuat saat pertama dijalankan" in told
    assert not folder.exists()


def test_it_changes_nothing_in_an_empty_database(
    postgres: TestPostgres, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database(empty=True) as engine:
        url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
        there = {"KSBB_DSN": url.render_as_string(hide_password=False)}
        keys = Path(environment["KSBB_DATA"]) / "centre-keys.json"
        before = keys.read_bytes()
        ended, told = checked(capsys, environment | there)
        assert ended == 0
        assert "belum punya kunci" in told
        assert inspect(engine).get_table_names() == []
        assert keys.read_bytes() == before
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1, "and it lets the database go on"


# --- the service's files ---------------------------------------------------------------------


def test_every_setting_is_in_the_example_and_on_the_page_and_the_other_way_round() -> None:
    source = (ROOT / "server" / "settings.py").read_text(encoding="utf-8")
    known = set(re.findall(r"\bKSBB_[A-Z_]+\b", source))
    example = (SERVICE / "centre.env").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?(KSBB_[A-Z_]+)=", example, re.M)) == known
    assert set(re.findall(r"KSBB_[A-Z_]+", page)) == known | {"KSBB_KEYS"}


def test_the_example_s_settings_can_be_read() -> None:
    lines = (SERVICE / "centre.env").read_text(encoding="utf-8").splitlines()
    given = [line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?KSBB_", line)]
    settings = read_settings({name: value for name, value in given})
    assert settings.dsn is not None
    assert settings.public_address.startswith("https://")


@pytest.mark.parametrize("unit", sorted(SERVICE.glob("*.service")), ids=lambda unit: unit.name)
def test_a_unit_calls_what_there_is(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--help"], {})
    commands = capsys.readouterr().out
    called = re.search(r"ksbb-centre (\w+)", parser["Service"]["ExecStart"])
    assert called is not None
    assert called[1] in commands
    assert parser["Service"]["User"] == "ksbb"
