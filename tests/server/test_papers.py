"""A paper of a real laptop, held against a real centre: by command, by picture, and by phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import qrcode
from sqlalchemy import Engine, delete, update

from desktop.paper_desk import PaperDesk
from desktop.paper_making import Order, Paper
from models import slip_text
from models.clock import DAY, wall_clock
from models.cose import Signer
from models.facts import VoidReason
from models.feed import FEED_ID_BYTES
from models.numbers import format_slip_number
from models.paper import NotAPaper, PaperKind, encode_paper, from_text, read_paper
from models.slip import read_slip, slip_key_id
from models.texts import LANGUAGES, Language, text
from server.app import create_app
from server.cli import FAILED, OK, main
from server.keys import write_keys
from server.papers.check import check_paper
from server.tables import CentreKey, Slip, table
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre
from tests.support.field import FieldDevice, new_device
from tests.support.pages import settings
from tests.support.paper_day import FAMILIES, STAND, live
from tests.support.pdf import Pdf
from tests.support.serving import visiting
from tests.support.syncing import Straight, sync
from tests.support.world import RANI, SLIP_KEY, roster_page

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("qapp")]


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A centre with the tests' world, and no household yet."""
    made = Centre(engine)
    made.furnish()
    return made


@pytest.fixture
def laptop(centre: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A laptop of the centre's that has had a day."""
    centre.list_families(FAMILIES)
    device = new_device(tmp_path / "laptop", page=roster_page(FAMILIES))
    centre.enrol(device.identity)
    live(device)
    yield device
    device.close()


def code_of(device: FieldDevice, folder: Path, paper: Paper = Paper.BAST) -> str:
    """The code on the first sheet of a paper, as a scanner reads it."""
    desk = PaperDesk(device.database, device.identity, device.clock)
    (file,) = desk.make(Order(paper, desk.choices()[0], folder), lambda _done, _total: None)
    return Pdf(file).code()


def bytes_of(code: str) -> bytes:
    signed = from_text(code)
    assert signed is not None
    return signed


@pytest.fixture
def environment(postgres: TestPostgres, centre: Centre, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre, whose keys are those of the tests."""
    with centre.engine.begin() as connection:
        connection.execute(delete(table(CentreKey)))
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
        "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.id",
    }


@pytest.mark.parametrize("paper", [Paper.BAST, Paper.DANOM, Paper.RECAP])
def test_a_paper_agrees_once_its_records_have_arrived(
    centre: Centre, laptop: FieldDevice, tmp_path: Path, paper: Paper
) -> None:
    signed = bytes_of(code_of(laptop, tmp_path, paper))
    with centre.engine.connect() as connection:
        early = check_paper(connection, signed)
    assert not early.agrees
    (lack,) = early.missing
    assert (lack.laptop, lack.held, lack.wanted) == ("Laptop 1", 0, laptop.ledger.count())
    sync(laptop, Straight(centre.answer))
    with centre.engine.connect() as connection:
        checked = check_paper(connection, signed)
    assert checked.agrees
    assert checked.packages == (("Paket sembako", STAND),)
    assert (checked.point, checked.laptop, checked.voided) == ("Balai RW 03", "Laptop 1", 1)
    assert checked.code.kind is PaperKind[paper.name]


def test_what_was_taken_back_after_the_paper_shows(
    centre: Centre, laptop: FieldDevice, tmp_path: Path
) -> None:
    signed = bytes_of(code_of(laptop, tmp_path))
    laptop.station.void(4, RANI, VoidReason.GOODS_NOT_TAKEN)
    sync(laptop, Straight(centre.answer))
    with centre.engine.connect() as connection:
        checked = check_paper(connection, signed)
    assert not checked.agrees and not checked.missing
    told = [(one.package, one.paper, one.centre) for one in checked.differs]
    assert told == [("", STAND, STAND - 1), ("Paket sembako", STAND, STAND - 1)]


def test_a_list_of_as_many_other_hand_overs_shows(
    centre: Centre, laptop: FieldDevice, tmp_path: Path
) -> None:
    code, _ = read_paper(
        bytes_of(code_of(laptop, tmp_path)),
        {laptop.identity.signer.key_id: laptop.identity.signer.public_key},
    )
    sync(laptop, Straight(centre.answer))
    other = encode_paper(replace(code, digest=bytes(16)), laptop.identity.signer)
    with centre.engine.connect() as connection:
        checked = check_paper(connection, other)
    assert checked.other_list and not checked.agrees and not checked.differs


def test_a_paper_that_no_enrolled_laptop_signed_is_none(
    centre: Centre, laptop: FieldDevice, tmp_path: Path
) -> None:
    signer = laptop.identity.signer
    code, _ = read_paper(bytes_of(code_of(laptop, tmp_path)), {signer.key_id: signer.public_key})
    stranger = encode_paper(code, Signer.of(b"\x55" * 32, FEED_ID_BYTES))
    with centre.engine.connect() as connection, pytest.raises(NotAPaper):
        check_paper(connection, stranger)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_what_a_paper_counts_and_what_differs(
    centre: Centre,
    laptop: FieldDevice,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: Language,
) -> None:
    def say(leaf: str, **parts: object) -> str:
        return text(language, f"papers.check.{leaf}", **parts)

    code = code_of(laptop, tmp_path)
    assert main(["check-paper", code, "--lang", language], environment) == FAILED
    told = capsys.readouterr().out
    assert say("waits") in told and "Laptop 1" in told
    sync(laptop, Straight(centre.answer))
    picture = tmp_path / "foto.png"
    qrcode.make(code, border=6).save(str(picture))
    (tmp_path / "kode.txt").write_text(f"{code.lower()}\n")
    for given in (code, str(picture), str(tmp_path / "kode.txt")):
        assert main(["check-paper", given, "--lang", language], environment) == OK
        told = capsys.readouterr().out
        assert say("agrees") in told and "Balai RW 03" in told
        assert f"Paket sembako: {STAND}" in told
        assert "Keluarga" not in told and "3171" not in told
    laptop.station.void(4, RANI, VoidReason.GOODS_NOT_TAKEN)
    sync(laptop, Straight(centre.answer))
    assert main(["check-paper", code, "--lang", language], environment) == FAILED
    told = capsys.readouterr().out
    assert say("differs") in told
    assert say("count", what=say("handed"), paper=STAND, centre=STAND - 1) in told
    (tmp_path / "kosong.png").write_bytes(picture.read_bytes()[:60])
    for given in ("https://x/p/AAAA", "undangan", code[:-4] + "AAAA", str(tmp_path / "kosong.png")):
        assert main(["check-paper", given, "--lang", language], environment) not in (OK, FAILED - 1)
        assert capsys.readouterr().err


def test_a_phone_that_scans_a_paper_is_told_the_same_and_no_household(
    centre: Centre, laptop: FieldDevice, tmp_path: Path
) -> None:
    path = "/P/" + code_of(laptop, tmp_path).rpartition("/")[2]
    with visiting(create_app(settings(), centre.engine, KEYS)) as client:
        assert "belum tiba di pusat" in client.get(path).text
        sync(laptop, Straight(centre.answer))
        for address, words in (
            (path, "Isinya sama dengan yang dicatat pusat."),
            (path.lower(), "Isinya sama dengan yang dicatat pusat."),
            (f"/en{path}", "It counts just what the centre holds."),
        ):
            answer = client.get(address)
            assert answer.status_code == 200
            assert words in answer.text and "Balai RW 03" in answer.text
            assert "Keluarga" not in answer.text.split("<main")[1] and "3171" not in answer.text
            assert answer.headers["cache-control"] == "no-store"
        for broken in (path[:-4] + "AAAA", "/P/", "/P/<script>", "/en/P/AAAA"):
            answer = client.get(broken)
            assert answer.status_code == 404 and "<script>" not in answer.text.split("<main")[1]


def test_a_lost_slip_is_revoked_and_another_printed_by_command(
    centre: Centre,
    environment: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost = FAMILIES[0].slip_number
    centre.list_families(FAMILIES[:1])
    now = wall_clock()
    with centre.engine.begin() as connection:
        begun, until = now - DAY, now + DAY
        values = {"valid_from": begun, "valid_until": until}
        connection.execute(update(table(Slip)).values(values))
    folder = tmp_path / "cetak"
    assert main(["reissue-slip", f"{lost:011d}", "--folder", str(folder)], environment) == OK
    told = capsys.readouterr().out
    assert format_slip_number(lost) in told
    rows = dict(centre.rows("SELECT number, revoked_at IS NOT NULL FROM slip"))
    assert len(rows) == 2 and rows.pop(lost) is True
    ((new, revoked),) = rows.items()
    assert not revoked and format_slip_number(new) in told
    pdf = Pdf(folder / f"undangan-{new:011d}.pdf")
    assert pdf.pages == 1 and format_slip_number(new) in pdf.words(0)
    signed = slip_text.from_text(pdf.code())
    assert signed is not None
    keys = {slip_key_id(SLIP_KEY.key_id): SLIP_KEY.public_key}
    assert read_slip(signed, keys).household == FAMILIES[0].id
    for again, trouble in (
        (f"{lost:011d}", "revoked"),
        ("48210937744", "number"),
        ("12", "number"),
    ):
        arguments = ["reissue-slip", again, "--folder", str(folder)]
        assert main(arguments, environment) not in (OK, 1), trouble
    assert len(list(folder.iterdir())) == 1
