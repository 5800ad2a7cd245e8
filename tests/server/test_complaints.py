"""Complaints at the centre: each once however often it comes, with its point, and nobody's name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import text as sql

from models.facts import Complaint
from models.feed import verify_segment
from models.numbers import format_slip_number, slip_number
from models.texts import text
from server.app import create_app
from server.cli import main
from server.complaints.listing import Complained, list_complaints
from server.keys import write_keys
from server.web.limits import Limits, Rate
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre, empty
from tests.support.feeds import MadeFeed
from tests.support.pages import settings
from tests.support.serving import visiting
from tests.support.world import HERE, THERE, family

SITI, DEWI = family(1), family(2)
NUMBER, OTHER = slip_number(4_821_093_774), slip_number(1_234_567_890)


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with two families and two devices, the second at the other point."""
    empty(reused_engine)
    made = Centre(reused_engine)
    made.furnish([SITI, DEWI])
    for device, point in ((1, HERE), (2, THERE)):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=[point])
    return made


@pytest.fixture
def environment(postgres: TestPostgres, centre: Centre, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre, whose keys are those of the tests."""
    with centre.engine.begin() as connection:
        connection.execute(sql("DELETE FROM centre_key"))
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }


def take(centre: Centre, feed: MadeFeed, first: int = 1, last: int | None = None) -> None:
    """Pushes a stretch of a feed."""
    segment = feed.segment(first, last)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def listed(centre: Centre, point: int | None = None) -> list[Complained]:
    """What the office sees."""
    with centre.engine.connect() as connection:
        return list_complaints(connection, centre.personal, point)


def complaining(device: int, point: int, *complaints: Complaint) -> MadeFeed:
    """A device at whose session these were made."""
    feed = MadeFeed(device)
    feed.open(point)
    feed.add(*complaints)
    return feed


def test_a_complaint_keeps_its_number_words_point_and_household(centre: Centre) -> None:
    feed = complaining(1, HERE, Complaint(3, "beras kurang 1 kg", SITI.id, NUMBER))
    # The session and what was said in it may come apart.
    take(centre, feed, 1, 1)
    take(centre, feed, 2, 2)
    (one,) = listed(centre)
    assert (one.number, one.category, one.words) == (NUMBER, 3, "beras kurang 1 kg")
    assert one.made is not None and one.made.point.id == HERE
    assert one.household is not None
    assert (one.household.id, one.household.kk) == (SITI.id, "3171********0001")


def test_the_same_number_of_one_device_is_one_complaint_however_often_it_comes(
    centre: Centre,
) -> None:
    feed = complaining(1, HERE, Complaint(3, "kurang", SITI.id, NUMBER))
    clone = feed.branch_off(1)
    for _ in range(2):
        take(centre, feed)
    # A disk that was put back to before it, on which it was written once more.
    clone.add(Complaint(3, "kurang", SITI.id, NUMBER), Complaint(6, "beras apek", None, OTHER))
    take(centre, clone)
    assert [one.number for one in listed(centre)] == [NUMBER, OTHER]
    # Another device that drew the same number is another complaint.
    take(centre, complaining(2, THERE, Complaint(1, "", DEWI.id, NUMBER)))
    assert [one.number for one in listed(centre)].count(NUMBER) == 2
    assert [one.number for one in listed(centre, THERE)] == [NUMBER]


def test_complaints_without_a_number_are_each_kept(centre: Centre) -> None:
    take(centre, complaining(1, HERE, Complaint(1, "satu"), Complaint(1, "dua")))
    assert [one.words for one in listed(centre)] == ["satu", "dua"]


def test_the_command_lists_them_in_words_and_for_a_program(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["complaints"], environment) == 0
    assert capsys.readouterr().out.startswith("Belum ada pengaduan")
    take(centre, complaining(1, HERE, Complaint(3, "kurang\x1b[2J 1 kg", SITI.id, NUMBER)))
    take(centre, complaining(2, THERE, Complaint(99, "", 999)))
    assert main(["complaints"], environment) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 pengaduan")
    for part in (
        format_slip_number(NUMBER),
        text("id", "complaint.category.3"),
        "1 kg",
        "KK 3171********0001",
        "Balai RW 03",
        "Tanpa nomor",
        "Keluarga 999",
    ):
        assert part in said, said
    assert "\x1b" not in said, "nothing that a laptop wrote steers the terminal"
    assert SITI.name not in said and str(SITI.kk) not in said
    assert main(["complaints", "--json", "--point", str(THERE)], environment) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["number"], one["category"], one["point"]["id"]) == (None, 99, THERE)
    assert main(["complaints", "--lang", "en"], environment) == 0
    assert "Amount short" in capsys.readouterr().out


# --- what becomes of them --------------------------------------------------------------------


def follow(centre: Centre, number: str, path: str = "/pengaduan") -> tuple[int, str]:
    """What whoever has the number is told."""
    app = create_app(settings(), centre.engine, KEYS, lambda: centre.now)
    with visiting(app) as client:
        answer = client.post(path, data={"nomor": number})
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_by_its_number_a_complaint_is_followed_from_arrival_to_answer(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    typed = format_slip_number(NUMBER)
    assert "Belum sampai di pusat" in follow(centre, typed)[1]
    take(centre, complaining(1, HERE, Complaint(3, "beras kurang", SITI.id, NUMBER)))
    arrived = follow(centre, typed)[1]
    assert "Sudah diterima pusat" in arrived
    assert "Jumlahnya kurang" in arrived
    assert "beras kurang" not in arrived and SITI.name not in arrived, "not about whom, or what"
    command = ["answer-complaint", typed, "--as", "handled"]
    assert main(command, environment) == 0
    assert f"Pengaduan {typed}: Sedang ditangani" in capsys.readouterr().out
    assert "Sedang ditangani" in follow(centre, typed)[1]
    words = "Stok dihitung ulang; kekurangannya sudah diserahkan."
    assert main([*command[:-1], "answered", "--words", words], environment) == 0
    told = follow(centre, str(NUMBER), "/en/pengaduan")[1]
    assert "Answered" in told and words in told
    capsys.readouterr()
    assert main(["complaints"], environment) == 0
    assert f"Sudah dijawab: {words}" in capsys.readouterr().out
    assert main(["audit", "--json"], environment) == 0
    actions = [one["action"] for one in json.loads(capsys.readouterr().out)["entries"]]
    assert actions == ["complaint.answered"] * 2


def test_nobody_answers_what_has_not_come(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (str(NUMBER), "12"):
        assert main(["answer-complaint", number, "--as", "handled"], environment) == 6
        assert "Pengaduan “" in capsys.readouterr().err
    take(centre, complaining(1, HERE, Complaint(3, "", None, NUMBER)))
    words = "Hubungi 0812 3456 7890"
    command = ["answer-complaint", str(NUMBER), "--as", "answered", "--words", words]
    assert main(command, environment) == 2
    assert "tanpa nomor dan tanpa nama" in capsys.readouterr().err
    assert centre.rows("SELECT * FROM complaint_answer") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "belum diisi"),
        ("4821", "yang diketik 4 angka"),
        ("abc", "hanya berisi angka"),
        ("<script>", "hanya berisi angka"),
        (f"{NUMBER:011d}"[:-1] + f"{(NUMBER + 1) % 10}", "salah ketik"),
    ],
)
def test_a_mistyped_number_is_said(centre: Centre, typed: str, words: str) -> None:
    code, told = follow(centre, typed)
    assert code == 422
    assert words in told
    assert "script>" not in told


def test_numbers_can_t_be_tried_out(centre: Centre) -> None:
    limits = Limits(complaint_address=Rate(3, 60_000))
    app = create_app(settings(), centre.engine, KEYS, lambda: centre.now, limits=limits)
    with visiting(app) as client:
        codes = [
            client.post("/pengaduan", data={"nomor": str(OTHER)}).status_code for _ in range(5)
        ]
    assert codes == [200, 200, 200, 429, 429]
