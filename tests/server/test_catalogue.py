"""A centre set up from nothing by command, as an office does it, and what its laptops then know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.asks import Asks
from models.pin import PinParams, derive_pin_key
from models.texts import LANGUAGES
from server.catalogue import draw_pin
from server.cli import main
from tests.support.centre import TestPostgres
from tests.support.roster import HEADER, household, xlsx

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    postgres: TestPostgres, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command of a centre that holds nothing: (exit code, output, errors)."""
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    settings = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path),
    }

    def command(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments, settings)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


PROGRAMME = ("add-programme", "KSBB Pangan 2027")
STAGE = ("add-stage", "Tahap 1", "--programme", "KSBB Pangan 2027",
         "--from", "2026-01-01", "--until", "2099-12-31")  # fmt: skip
PACKAGE = ("add-package", "Paket sembako", "--programme", "1",
           "--contains", "5 kg beras", "--contains", "2,5 l minyak goreng")  # fmt: skip
POINT = ("add-point", "RPTRA Gambir", "--region", "Gambir", "--agregator", "Yayasan Peduli")
VOLUNTEER = ("add-volunteer", "Sari Wulandari", "--point", "rptra gambir")


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_an_office_sets_its_centre_up_without_a_demo(
    run: Run, engine: Engine, tmp_path: Path
) -> None:
    for command in (PROGRAMME, STAGE, PACKAGE, POINT):
        assert run(*command)[0] == 0, command
    code, out, _ = run(*VOLUNTEER)
    assert code == 0
    pin = re.search(r"PIN: (\d{6})", out)
    assert pin is not None
    ((salt, hashed, params),) = rows(engine, "SELECT pin_salt, pin_hash, pin_params FROM volunteer")
    assert isinstance(params, dict)
    assert derive_pin_key(pin[1], bytes(salt), PinParams(**params)) == bytes(hashed)  # type: ignore[call-overload]
    roster = xlsx(tmp_path / "roster.xlsx", [HEADER, *map(household, range(1, 4))])
    loaded = run("import-roster", str(roster), "--point", "1", "--package", "Paket sembako")
    assert loaded[0] == 0, loaded
    issued = run("issue-slips", "--point", "RPTRA Gambir", "--folder", str(tmp_path))
    assert issued[0] == 0 and issued[1].startswith("3 undangan")
    assert run("enrol-code", "--point", "1", "--json")[0] == 0
    shown = run("catalogue")[1]
    for name in ("KSBB Pangan 2027", "Tahap 1", "Paket sembako", "RPTRA Gambir", "Sari Wulandari"):
        assert name in shown
    log = json.loads(run("audit", "--json")[1])
    assert log["broken"] is None
    assert [one["action"] for one in log["entries"]] == [
        "programme.added", "stage.added", "package.added", "agregator.added", "point.added",
        "volunteer.added", "roster.imported", "slips.issued", "enrolment_code.made",
    ]  # fmt: skip
    assert pin[1] not in json.dumps(log)


def test_what_was_typed_stands_as_it_is_handed_out(run: Run, engine: Engine) -> None:
    run(*PROGRAMME)
    run(
        *STAGE[:-4], "--from", "2026-12-01", "--until", "2026-12-01", "--asks", "photo", "signature"
    )
    run(*PACKAGE)
    ((begins, ends, asks),) = rows(engine, "SELECT starts_at, ends_at, asks FROM stage")
    assert isinstance(begins, int) and isinstance(ends, int)
    assert ends - begins == 86_400_000
    assert begins % 86_400_000 == 61_200_000, "midnight in Jakarta"
    assert asks == Asks.PHOTO | Asks.SIGNATURE
    assert rows(engine, "SELECT contents FROM package") == [
        (
            [
                {"item": "beras", "quantity": 5, "unit": "kg"},
                {"item": "minyak goreng", "quantity": 2.5, "unit": "l"},
            ],
        )
    ]


def test_laptops_that_are_out_there_are_told(run: Run, engine: Engine) -> None:
    for command in (PROGRAMME, STAGE, POINT, ("add-point", "Lain", "--region", "Cideng")):
        run(*command)
    told = "SELECT point, kind, ref FROM point_change ORDER BY point, n"
    before = rows(engine, told)
    run(*PACKAGE)
    run(*VOLUNTEER)
    run("set-pin", "Sari Wulandari", "--pin", "314159")
    after = [row for row in rows(engine, told) if row not in before]
    assert after == [(1, 5, 1), (1, 5, 1)], "who works there, twice"
    assert rows(engine, "SELECT point, count(*) FROM point_change WHERE kind = 6 GROUP BY 1") == [
        (1, 3),
        (2, 2),
    ], "each point and package to every point there is"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (PROGRAMME, "Program bernama “KSBB Pangan 2027” sudah ada (nomor 1)"),
        (("add-programme", " ksbb  PANGAN 2027"), "sudah ada"),
        (("add-programme", "   "), "Nama “” tidak dapat dipakai"),
        (("add-programme", "2027"), "Nama “2027” tidak dapat dipakai"),
        (("add-programme", "x" * 81), "tidak dapat dipakai"),
        (("add-programme", "KSBB", "--field", ""), "Bidang “” tidak dapat dipakai"),
        ((*STAGE[:-2], "--until", "2025-12-31"), "Hari terakhir 2025-12-31 lebih awal"),
        ((*STAGE[:-1], "besok"), "--until: 'besok' tidak dapat dipakai"),
        (("add-stage", "Tahap 9", "--programme", "Lain", *STAGE[4:]), "Program “Lain” tidak"),
        ((*PACKAGE, "--contains", "beras"), "Isi paket “beras” tidak dapat dibaca"),
        (("add-point", "Balai", "--region", "Atlantis"), "Tidak jelas kelurahan mana “Atlantis”"),
        (("add-volunteer", "Budi", "--point", "Monas"), "Titik penyaluran “Monas” tidak"),
        ((*VOLUNTEER, "--pin", "12345"), "PIN terdiri dari enam angka. Kosongkan --pin"),
        ((*VOLUNTEER, "--pin", "rahasia"), "PIN hanya berisi angka. Kosongkan --pin"),
        (("set-pin", "Tuti"), "Relawan “Tuti” tidak ditemukan"),
    ],
)
def test_what_can_t_be_used_is_said_and_nothing_changes(
    run: Run, engine: Engine, command: tuple[str, ...], words: str
) -> None:
    for made in (PROGRAMME, POINT):
        run(*made)
    tables = [
        "programme",
        "stage",
        "package",
        "point",
        "volunteer",
        "agregator",
        "audit_log",
        "point_change",
    ]
    before = [rows(engine, f"SELECT * FROM {name}") for name in tables]
    code, out, err = run(*command)
    assert code in (2, 6)
    assert words in err
    assert (out, "Traceback" in err) == ("", False)
    assert [rows(engine, f"SELECT * FROM {name}") for name in tables] == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_catalogue_says_how_to_fill_it(run: Run, language: str) -> None:
    code, out, _ = run("catalogue", "--lang", language)
    assert code == 0
    assert out.count("add-…") == 7


def test_a_drawn_pin_is_six_digits_and_none_of_the_first_that_are_tried() -> None:
    drawn = [draw_pin() for _ in range(2_000)]
    assert all(re.fullmatch(r"\d{6}", pin) for pin in drawn)
    assert not {"123456", "000000", "111111", "121212"} & set(drawn)
    assert len(set(drawn)) > 1_900
