"""Complaints made on the web: by nobody in particular, each once, among those of the laptops."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from httpx import Client, Response
from sqlalchemy import Engine, text

from models.numbers import format_slip_number, parse_slip_number
from server.complaints.answers import State, answer
from server.complaints.listing import list_complaints
from server.web.limits import Limits, Rate
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.pages import CIDENG, GAMBIR, Town, household_id, kk_of, slip_path
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused_engine: Engine) -> Town:
    empty(reused_engine)
    town = Town(reused_engine)
    town.furnish()
    town.settle(range(4))
    return town


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


def hidden(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def send(client: Client, mark: str = "", path: str = "/mengadu", **fields: str) -> Response:
    return client.post(path, data={"tanda": mark, "kirim": "1", **fields})


def given(page: Response) -> int:
    found = re.search(r'id="nomor-pengaduan">([^<]*)<', page.text)
    assert found, page.text
    return parse_slip_number(found[1])


def rows(town: Town) -> list[tuple[object, ...]]:
    with town.engine.connect() as connection:
        return [tuple(one) for one in connection.execute(text("SELECT * FROM web_complaint"))]


def test_a_complaint_is_made_without_telling_anything_of_oneself_and_followed(
    town: Town, client: Client
) -> None:
    form = client.get("/mengadu")
    assert form.headers["cache-control"] == "no-store"
    number = given(send(client, hidden(form, "tanda"), kategori="2"))
    asked = client.post("/pengaduan", data={"nomor": format_slip_number(number)})
    assert "Sudah diterima pusat" in asked.text and "Ditahan aparat" in asked.text
    with town.engine.begin() as connection:
        answer(connection, number, State.ANSWERED, "Sudah dibagikan.", town.now, actor="dewi")
    asked = client.post("/en/pengaduan", data={"nomor": str(number)})
    assert "Answered" in asked.text and "Sudah dibagikan." in asked.text


def test_the_office_sees_it_among_the_others_with_its_words_and_kelurahan(
    town: Town, client: Client
) -> None:
    words = "Beras <b>kurang</b>\r\n1 kg & apek"
    page = send(client, kategori="3", cerita=words, wilayah=CIDENG)
    assert "Beras &lt;b&gt;kurang&lt;/b&gt;\n1 kg &amp; apek" in page.text
    with town.engine.connect() as connection:
        (one,) = list_complaints(connection, town.personal)
        assert list_complaints(connection, town.personal, point=1) == []
    assert (one.number, one.category, one.region) == (given(page), 3, CIDENG)
    assert one.words == "Beras <b>kurang</b>\n1 kg & apek"
    assert one.made is None and one.household is None
    assert b"kurang" not in bytes(str(rows(town)), "ascii")


def test_from_a_status_and_from_a_slip_it_is_one_step_and_about_that_household(
    town: Town, client: Client
) -> None:
    pages = [
        client.post("/status", data={"kk": str(kk_of(2))}),
        client.get(slip_path(town.slip(2))),
    ]
    for page in pages:
        assert 'action="/mengadu"' in page.text
        about = hidden(page, "tentang")
        form = client.post("/mengadu", data={"tentang": about})
        assert form.status_code == 200 and 'name="sertakan" value="1" checked' in form.text
        sent = {"kategori": "1", "tentang": about}
        send(client, hidden(form, "tanda"), sertakan="1", **sent)
        send(client, kategori="1", tentang=about)  # who would rather not be found
    with town.engine.connect() as connection:
        found = list_complaints(connection, town.personal)
    homes = [one.household.id if one.household else None for one in found]
    assert sorted(homes, key=str) == sorted([household_id(2), None] * 2, key=str)
    assert [one.household.kk for one in found if one.household] == ["3171********0002"] * 2


def test_who_is_on_no_list_gets_the_same_way_to_complain_as_everybody_unknown(
    client: Client,
) -> None:
    page = client.post("/status", data={"kk": str(kk_of(999))})
    assert 'href="/mengadu"' in page.text and "tentang" not in page.text


@pytest.mark.parametrize("about", ["", "x", "AAAA", "é", "A" * 200])
def test_a_mark_that_the_centre_did_not_make_is_about_nobody(
    town: Town, client: Client, about: str
) -> None:
    send(client, about, kategori="1", tentang=about, sertakan="1")
    with town.engine.connect() as connection:
        (one,) = list_complaints(connection, town.personal)
    assert one.household is None


def test_an_old_mark_is_about_nobody(town: Town, client: Client) -> None:
    about = hidden(client.post("/status", data={"kk": str(kk_of(2))}), "tentang")
    town.now += 3 * 3_600_000
    assert "sertakan" not in client.post("/mengadu", data={"tentang": about}).text


def test_the_same_form_sent_twice_is_one_complaint_and_changed_it_is_another(
    town: Town, client: Client
) -> None:
    mark = hidden(client.get("/mengadu"), "tanda")
    first = given(send(client, mark, kategori="6", cerita="beras apek"))
    assert given(send(client, mark, kategori="6", cerita="beras apek")) == first
    assert len(rows(town)) == 1
    assert given(send(client, mark, kategori="6", cerita="minyak tengik")) != first
    assert len(rows(town)) == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Pilih satu"),
        ({"kategori": "9"}, "Pilih satu"),
        ({"kategori": "x", "cerita": "a" * 501}, "paling panjang 500"),
        ({"kategori": "8"}, "tulis beberapa kata"),
        ({"kategori": "8", "cerita": " \n "}, "tulis beberapa kata"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    town: Town, client: Client, fields: dict[str, str], said: str
) -> None:
    page = send(client, "tanda-ini", wilayah=GAMBIR, **fields)
    assert page.status_code == 422 and said in page.text
    assert f'value="{GAMBIR}" selected' in page.text
    assert hidden(page, "tanda") == "tanda-ini"
    assert rows(town) == []


def test_nobody_fills_the_office_with_complaints(town: Town) -> None:
    limits = Limits(complain_address=Rate(2, 600_000))
    with visiting(town.app(limits=limits)) as client:
        codes = [send(client, kategori="1").status_code for _ in range(4)]
        assert client.get("/mengadu").status_code == 200
    assert codes == [200, 200, 429, 429]
    assert len(rows(town)) == 2
