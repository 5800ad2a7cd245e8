"""Pledges: the form with right and wrong input, the number to follow it by, the office's part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client
from sqlalchemy import Engine, text

from server.catalogue import Desk
from server.cli import main
from server.figures.areas import KEPT_MS
from server.giving.targets import Institution, TargetKind, add_target, close_target, need_of_target
from server.keys import write_keys
from server.web.limits import Limits, Rate
from tests.support.centre import TestPostgres
from tests.support.pages import GAMBIR, KEYS, SENEN, TODAY, Town
from tests.support.serving import visiting

OFFER = {
    "donor": "PT Sumber Rejeki",
    "contact": "budi@example.id, 0812 3456 7890",
    "contents": "5 kg beras, 2 liter minyak goreng",
    "packages": "1.500",
    "region": GAMBIR,
    "first": "2026-12-01",
    "last": "2026-12-14",
    "schedule": "weekly",
}


@pytest.fixture
def town(engine: Engine) -> Town:
    """A town where Gambir lacks sixty packages."""
    made = Town(engine)
    made.furnish()
    made.settle(range(60), GAMBIR)
    return made


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


@pytest.fixture
def environment(postgres: TestPostgres, engine: Engine, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre."""
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def sent(client: Client, path: str = "/beri", **other: str) -> str:
    """The number that an offer got."""
    answer = client.post(path, data={**OFFER, **other})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = re.search(r'id="nomor-komitmen">([\d ]+)<', answer.text)
    assert found is not None
    return found[1]


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_an_offer_gets_a_number_and_is_followed_by_it_to_the_points(
    town: Town, client: Client, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    number = sent(client)

    def told(path: str = "/komitmen") -> str:
        return words(client.post(path, data={"nomor": number}).text)

    first = told()
    for part in ("Diterima", "1.500", OFFER["contents"], "Gambir", "1 Desember 2026"):
        assert part in first
    for private in (OFFER["donor"], "budi@example.id", "0812"):
        assert private not in first
    for state, said in (("confirmed", "Disepakati"), ("arrived", "Tiba"), ("sent", "Dikirim")):
        command = ["advance-pledge", number, "--as", state, "--words", f"Langkah {state}."]
        assert main(command, environment) == 0
        assert said in told() and f"Langkah {state}." in told()
    assert "At the distribution points" in told("/en/komitmen")
    capsys.readouterr()
    assert main(["pledges"], environment) == 0
    listed = capsys.readouterr().out
    assert OFFER["donor"] in listed and OFFER["contact"] in listed and number in listed
    assert main(["pledges", "--json"], environment) == 0
    (pledge,) = json.loads(capsys.readouterr().out)
    assert (pledge["packages"], pledge["state"], len(pledge["steps"])) == (1500, "sent", 3)


def test_what_is_agreed_shows_where_it_is_promised_until_it_is_called_off(
    town: Town, client: Client, environment: dict[str, str]
) -> None:
    def promised() -> bool:
        town.now += KEPT_MS
        area = words(client.get(f"/wilayah/{GAMBIR}").text)
        return "Dijanjikan 1.500" in area and "1.500" in words(client.get("/wilayah").text)

    number = sent(client)
    assert not promised(), "anybody can send a form"
    assert main(["advance-pledge", number, "--as", "confirmed"], environment) == 0
    assert promised()
    assert main(["advance-pledge", number, "--as", "declined"], environment) == 0
    assert not promised()


def test_who_gives_is_nowhere_in_the_database_in_clear(town: Town, client: Client) -> None:
    sent(client)
    content = str(rows(town.engine, "SELECT p::text FROM pledge AS p"))
    for private in (OFFER["donor"], "budi", "0812", "3456"):
        assert private not in content
        assert private.encode().hex() not in content


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"packages": "0"}, "packages"),
        ({"packages": "-5"}, "packages"),
        ({"packages": "banyak"}, "packages"),
        ({"packages": "9999999"}, "packages"),
        ({"packages": "٣"}, "packages"),
        ({"contents": ""}, "contents"),
        ({"contents": "x" * 201}, "contents"),
        ({"region": "31.71.01"}, "region"),
        ({"region": "<script>"}, "region"),
        ({"first": "2026-11-23"}, "first"),
        ({"first": "besok"}, "first"),
        ({"last": "2026-11-30"}, "last"),
        ({"last": "2036-11-30"}, "last"),
        ({"donor": "   "}, "donor"),
        ({"contact": "\x1b[2J"}, "contact"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays_typed(
    town: Town, client: Client, wrong: dict[str, str], field: str
) -> None:
    answer = client.post("/beri", data={**OFFER, **wrong})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'id="{field}-wrong"' in answer.text
    assert "<script>" not in answer.text
    if field != "contents":
        assert f'value="{OFFER["contents"]}"' in answer.text
    assert rows(town.engine, "SELECT number FROM pledge") == []


def test_an_empty_form_names_every_field_in_both_languages(client: Client) -> None:
    for path in ("/beri", "/en/beri"):
        answer = client.post(path, data={"donor": ""})
        assert answer.status_code == 422
        assert answer.text.count('-wrong">') == 6, "all but the area, which may be any"


def test_the_form_begins_with_the_area_it_was_opened_from(client: Client) -> None:
    page = client.get(f"/beri?wilayah={GAMBIR}").text
    assert f'<option value="{GAMBIR}" selected>' in page
    assert f'value="{TODAY}"' in page
    assert client.get("/beri?wilayah=nowhere").text.count("selected") == 1, "the schedule alone"
    assert f"/beri?wilayah={GAMBIR}" in client.get(f"/wilayah/{GAMBIR}").text


def test_a_number_that_is_none_is_said(
    client: Client, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    none = "48210937743"
    assert "Nomor ini tidak ada" in words(client.post("/komitmen", data={"nomor": none}).text)
    assert client.post("/komitmen", data={"nomor": "1234"}).status_code == 422
    for number in (none, "12"):
        assert main(["advance-pledge", number, "--as", "sent"], environment) == 6
        assert "Komitmen “" in capsys.readouterr().err


def test_a_number_that_was_given_before_is_given_to_nobody_else(
    town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("server.giving.pledges.secrets.randbelow", lambda _most: next(drawn))
    sent(client)
    sent(client, donor="PT Lain")
    assert len(rows(town.engine, "SELECT number FROM pledge")) == 2


def test_where_there_is_enough_it_is_said_before_a_pledge_is_taken_and_others_are_offered(
    town: Town, client: Client, environment: dict[str, str]
) -> None:
    town.settle(range(60, 90), SENEN)
    number = sent(client, packages="60")
    assert main(["advance-pledge", number, "--as", "confirmed"], environment) == 0
    town.now += 2 * KEPT_MS + 1
    page = client.get(f"/beri?wilayah={GAMBIR}").text
    assert "Gambir sudah cukup" in page
    assert f'href="/beri?wilayah={SENEN}">Senen</a>: 30 paket' in page
    said = client.post("/beri", data={**OFFER, "packages": "60"}).text
    assert "Gambir sudah cukup" in said and "PT Sumber Rejeki" in said
    assert len(rows(town.engine, "SELECT number FROM pledge")) == 1
    sent(client, packages="60", tetap=GAMBIR)
    sent(client, region=SENEN)
    sent(client, region="")
    assert len(rows(town.engine, "SELECT number FROM pledge")) == 4


def test_institutions_are_listed_with_what_they_need_and_given_to(
    town: Town, client: Client
) -> None:
    with town.engine.begin() as connection:
        desk = Desk(connection, town.now, "dewi")
        home = add_target(
            desk, Institution(TargetKind.ORPHANAGE, "Panti Kasih", SENEN, 40, address="Jl. 1")
        )
        gone = add_target(desk, Institution(TargetKind.ELDERLY, "Panti Lama", SENEN, 9))
        need_of_target(desk, home, 1, 1, 35)
        close_target(desk, gone, closed=True)
    listed = words(client.get("/wilayah").text)
    assert "Panti Kasih panti asuhan Senen 40 35 Paket sembako Beri Bantuan" in listed
    assert "Panti Lama" not in listed
    form = client.get(f"/beri?wilayah=lembaga-{home}").text
    assert f'<option value="lembaga-{home}" selected>' in form
    sent(client, region=f"lembaga-{home}")
    assert rows(town.engine, "SELECT target, region, schedule FROM pledge") == [
        (home, SENEN, "weekly")
    ]
    for wrong in (f"lembaga-{gone}", "lembaga-99", "lembaga-", "lembaga-x"):
        assert client.post("/beri", data={**OFFER, "region": wrong}).status_code == 422


def test_a_crowd_of_forms_from_one_address_is_stopped(town: Town) -> None:
    with visiting(town.app(limits=Limits(pledge_address=Rate(2, 60_000)))) as client:
        codes = [client.post("/beri", data=OFFER).status_code for _ in range(4)]
    assert codes == [200, 200, 429, 429]
    assert len(rows(town.engine, "SELECT number FROM pledge")) == 2
