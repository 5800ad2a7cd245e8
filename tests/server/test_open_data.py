"""The day's figures as tables for other programs: the page's numbers, read by HXL's library."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import hxl
import pytest
from httpx import Client
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from models.facts import Line
from server.figures.open_data import COLUMNS
from tests.support.pages import FIRST_STAGE, GAMBIR, MEALS, SEMBAKO, SENEN, TODAY, Town
from tests.support.serving import visiting

NAMES = [name for name, _ in COLUMNS]
TAGS = [tag for _, tag in COLUMNS]


@pytest.fixture
def town(engine: Engine) -> Town:
    """Twelve packages in Gambir, and three meals, too few to be told, in Senen."""
    made = Town(engine)
    made.furnish()
    made.settle(range(20), GAMBIR)
    made.settle(range(20, 30), SENEN)
    laptop = made.laptop()
    made.hand_over(laptop, range(12), Line(FIRST_STAGE, SEMBAKO, 1))
    made.hand_over(laptop, range(20, 23), Line(FIRST_STAGE, MEALS, 2))
    return made


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


def asked(client: Client, form: str) -> bytes:
    """A day's table."""
    answer = client.get(f"/data/{TODAY}.{form}")
    assert answer.status_code == 200
    assert f'filename="ksbb-{TODAY}.{form}"' in answer.headers["content-disposition"]
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.content


def test_the_three_tables_hold_the_page_s_figures(client: Client) -> None:
    told = json.loads(asked(client, "json"))
    rows = [tuple(row[name] for name in NAMES) for row in told["rows"]]
    gambir, senen = rows
    assert gambir[3:8] == ("Gambir", "31.71.01", "Gambir", GAMBIR, "Paket sembako")
    assert gambir[8:] == (12, 12, 0)
    assert senen[5:8] == ("Senen", SENEN, "Makanan siap saji")
    assert senen[8:] == (1, 1, 1), "too few to be told: the one that its sign gives away"
    assert told["hxl"]["pieces"] == "#output+pieces+num"
    assert (told["devices"], told["not_told_below"]) == (1, 5)

    data = asked(client, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    names, tags, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert (names, tags) == (NAMES, TAGS)
    assert lines == [[str(value) for value in row] for row in rows]

    sheet = load_workbook(io.BytesIO(asked(client, "xlsx"))).active
    assert sheet is not None
    assert [tuple(row) for row in sheet.values] == [tuple(NAMES), tuple(TAGS), *rows]


def test_the_public_hxl_library_reads_and_adds_it_up(client: Client) -> None:
    table = list(csv.reader(io.StringIO(asked(client, "csv").decode("utf-8-sig"))))
    source = hxl.data(table)
    assert [column.display_tag for column in source.columns] == TAGS
    by_district = source.count(["#adm3+name"], aggregators=["sum(#output+pieces) as Pieces#total"])
    assert {row.get("#adm3+name"): int(row.get("#total")) for row in by_district} == {
        "Gambir": 12,
        "Senen": 1,
    }


def test_no_table_tells_a_count_that_the_page_hides(town: Town, client: Client) -> None:
    before = [asked(client, form) for form in ("csv", "json")]
    town.hand_over(town.laptop(), range(23, 24), Line(FIRST_STAGE, MEALS, 2))
    after = [asked(client, form) for form in ("csv", "json")]
    assert before[0] == after[0]
    told = [json.loads(one)["rows"] for one in (before[1], after[1])]
    assert told[0] == told[1]


def test_no_name_becomes_a_formula(town: Town, client: Client) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE package SET name = '=HYPERLINK(0)'"))
    assert b",'=HYPERLINK(0)," in asked(client, "csv")
    sheet = load_workbook(io.BytesIO(asked(client, "xlsx"))).active
    assert sheet is not None
    found = [cell for row in sheet for cell in row if "HYPERLINK" in str(cell.value)]
    assert {(cell.value, cell.data_type) for cell in found} == {("=HYPERLINK(0)", "s")}


def test_a_day_without_figures_is_an_empty_table(client: Client) -> None:
    answer = client.get("/data/2026-11-20.csv")
    assert answer.status_code == 200
    assert len(answer.text.strip().splitlines()) == 2


@pytest.mark.parametrize(
    "path",
    ["/data/2026-11-24.pdf", "/data/2027-01-01.csv", "/data/kemarin.csv", "/data/2026-13-01.csv"],
)
def test_what_there_is_not_is_no_table(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_page_leads_to_the_tables_of_its_day(client: Client, path: str) -> None:
    page = client.get(path).text
    for form in ("csv", "xlsx", "json"):
        assert f'href="/data/{TODAY}.{form}"' in page
