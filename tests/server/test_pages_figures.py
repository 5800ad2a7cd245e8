"""The page of a day's figures, fed by segments that laptops push."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx import Client
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.clock import DAY
from models.facts import Line, Void, VoidReason
from server.figures.telling import Amount, Cell, Count, amount, stage_rows, tell
from server.web.home import KEPT_MS
from tests.support.centre import TestPostgres
from tests.support.pages import (
    CIDENG,
    FIRST_STAGE,
    GAMBIR,
    HERE,
    MEALS,
    NOW,
    SECOND_STAGE,
    SEMBAKO,
    SENEN,
    THERE,
    TODAY,
    Town,
)
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    return town


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


def words(html: str) -> str:
    """The page as it is read aloud: what is drawn for the eye alone left out."""
    heard = re.sub(r'<(svg|span)[^>]*aria-hidden="true".*?</\1>', " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", heard)).replace("&lt;", "<")


def row_of(html: str, name: str) -> list[str]:
    """The cells of the table row that begins with ``name``, as they are heard."""
    for row in re.findall(r"<tr.*?</tr>", html, flags=re.S):
        heading = re.search(r"<th[^>]*>(.*?)</th>", row, flags=re.S)
        if heading is not None and words(heading[1]).strip() == name:
            return [words(cell).strip() for cell in re.findall(r"<td.*?</td>", row, flags=re.S)]
    raise AssertionError(f"no row {name}")


def test_what_was_pushed_stands_on_the_page_by_kelurahan_and_package(
    town: Town, client: Client
) -> None:
    town.settle(range(20), GAMBIR)
    town.settle(range(20, 40), SENEN)
    town.hand_over(town.laptop(HERE), range(12), Line(FIRST_STAGE, SEMBAKO, 1))
    town.hand_over(town.laptop(THERE), range(20, 28), Line(FIRST_STAGE, MEALS, 2))
    html = client.get("/").text
    assert row_of(html, "Gambir") == ["12", "tidak ada", "12", "12", "tidak ada", "tidak ada"]
    assert row_of(html, "Senen") == ["tidak ada", "16", "16", "8", "tidak ada", "tidak ada"]
    assert row_of(html, "Kec. Gambir Jakarta Pusat")[2] == "12"
    assert row_of(html, "Jumlah")[:4] == ["12", "16", "28", "20"]
    assert re.search(r'id="paket">\s*28\s*<', html)
    assert "paket diserahkan di 2 kelurahan" in words(html)


def test_the_page_is_compressed_for_who_can_read_that(town: Town, client: Client) -> None:
    town.settle(range(20))
    town.hand_over(town.laptop(), range(12))
    squeezed = client.get("/", headers={"accept-encoding": "gzip, br"})
    plain = client.get("/", headers={"accept-encoding": "identity"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert squeezed.text == plain.text
    assert int(squeezed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_a_push_moves_the_headline(town: Town, client: Client) -> None:
    town.settle(range(20))
    laptop = town.laptop()
    town.hand_over(laptop, range(5))
    assert re.search(r'id="paket">\s*5\s*<', client.get("/").text)
    town.hand_over(laptop, [5])
    town.now += KEPT_MS
    assert re.search(r'id="paket">\s*6\s*<', client.get("/").text)


def test_doubles_and_voids_are_counted_apart(town: Town, client: Client) -> None:
    town.settle(range(30))
    laptop, other = town.laptop(HERE), town.laptop(THERE)
    town.hand_over(laptop, range(20))
    town.hand_over(other, range(6))
    town.push(other, [(NOW, Void(seq, VoidReason.WRONG_HOUSEHOLD)) for seq in range(2, 3)])
    town.push(laptop, [(NOW, Void(seq, VoidReason.WRONG_HOUSEHOLD)) for seq in range(15, 21)])
    pieces, lines, in_review, voided = row_of(client.get("/").text, "Gambir")
    assert (pieces, lines, in_review, voided) == ("14", "14", "5", "7")


def test_each_stage_has_its_table_and_what_it_came_to_so_far(town: Town, client: Client) -> None:
    town.settle(range(30))
    laptop = town.laptop()
    town.hand_over(laptop, range(7), at=NOW - DAY)
    town.hand_over(laptop, range(7, 16))
    town.hand_over(laptop, range(6), Line(SECOND_STAGE, SEMBAKO, 1))
    html = client.get("/").text
    assert html.index("Tahap 1") < html.index("Tahap 2")
    heard = words(html)
    assert "Sejak awal tahap ini: 16 paket dalam 16 penyerahan" in heard
    assert "Sejak awal tahap ini: 6 paket dalam 6 penyerahan" in heard
    assert "Paket sejak awal 22" in heard


def test_what_is_synced_late_reaches_the_sums_of_later_days_within_half_a_minute(
    town: Town, client: Client
) -> None:
    town.settle(range(30))
    laptop = town.laptop()
    town.hand_over(laptop, range(9))
    assert "Paket sejak awal 9 " in words(client.get("/").text)
    town.hand_over(laptop, range(10, 17), at=NOW - DAY)
    town.now += 30_000
    assert "Paket sejak awal 16 " in words(client.get("/").text)


def test_a_household_nobody_knows_counts_where_it_was_served_and_strange_numbers_are_shown(
    town: Town, client: Client
) -> None:
    laptop = town.laptop(HERE)
    town.hand_over(laptop, range(500, 506), Line(77, 88, 1))
    html = client.get("/").text
    assert row_of(html, "Cideng")[0] == "6"
    assert "#77" in html and "#88" in html


# --- small counts ----------------------------------------------------------------------------


def test_one_to_four_are_written_as_fewer_than_five_and_sums_say_that_they_are_lower_bounds(
    town: Town, client: Client
) -> None:
    town.settle(range(20), GAMBIR)
    town.settle(range(20, 40), CIDENG)
    laptop = town.laptop()
    town.hand_over(laptop, range(9))
    town.hand_over(laptop, range(20, 23))
    html = client.get("/").text
    assert row_of(html, "Cideng")[:2] == ["kurang dari 5", "kurang dari 5"]
    assert "&lt;5" in html
    assert row_of(html, "Jumlah")[0] == "sedikitnya 10"
    assert "10+" in html
    assert "12" not in row_of(html, "Jumlah")


def test_a_centre_may_tell_every_count(town: Town) -> None:
    town.settle(range(3))
    town.hand_over(town.laptop(), range(3))
    with visiting(town.app(smallest=1)) as client:
        html = client.get("/").text
    assert row_of(html, "Gambir")[0] == "3"
    assert "dikenali" not in html


_small = st.integers(1, 4)
_cells = st.dictionaries(
    st.tuples(st.sampled_from([GAMBIR, CIDENG, SENEN, "", "32.01.01.2001"]), st.integers(1, 3)),
    st.tuples(*[st.one_of(st.integers(0, 12), _small)] * 3, st.integers(1, 3)),
    max_size=12,
)


def _cell(region: str, package: int, counts: tuple[int, int, int], each: int) -> Cell:
    handed, voided, in_review = counts
    return Cell(region, 1, package, handed, handed * each, voided, in_review)


@given(_cells, st.data())
def test_no_figure_depends_on_which_small_count_was_not_told(
    drawn: dict[tuple[str, int], tuple[int, int, int, int]], data: st.DataObject
) -> None:
    """The rule itself: with any other counts of 1 to 4 in place of the untold ones, and other
    pieces with them, every figure of the page is the same. So nothing computes them back."""
    cells, others = [], []
    for (region, package), (*counts, each) in drawn.items():
        handed, voided, in_review = counts
        cells.append(_cell(region, package, (handed, voided, in_review), each))
        swapped = [data.draw(_small) if 1 <= count < 5 else count for count in counts]
        small = 1 <= handed < 5
        others.append(
            _cell(region, package, (swapped[0], swapped[1], swapped[2]),
                  data.draw(st.integers(1, 3)) if small else each)
        )  # fmt: skip
    packages = sorted({cell.package for cell in cells})
    assert stage_rows(cells, packages, 5) == stage_rows(others, packages, 5)


@given(_cells)
def test_every_sum_is_the_sum_of_what_its_cells_tell_and_never_more_than_the_truth(
    drawn: dict[tuple[str, int], tuple[int, int, int, int]],
) -> None:
    cells = [_cell(*place, counts[:3], counts[3]) for place, counts in drawn.items()]
    packages = sorted({cell.package for cell in cells})
    districts, total = stage_rows(cells, packages, 5)
    told = sum((amount(cell, 5) for cell in cells), Amount())
    assert total.total == told
    assert sum((district.total.total for district in districts), Amount()) == told
    assert total.total.lines.at_least <= sum(cell.handed for cell in cells)
    assert total.total.pieces.at_least <= sum(cell.quantity for cell in cells)
    if not total.total.lines.untold:
        assert total.total.lines.told == sum(cell.handed for cell in cells)


def test_counts_are_told_from_the_threshold_on() -> None:
    assert [tell(value, 5) for value in (-1, 0, 1, 4, 5)] == [
        Count(), Count(), Count(untold=1), Count(untold=1), Count(told=5)
    ]  # fmt: skip


@contextmanager
def _town_of(postgres: TestPostgres, small: int, other: int) -> Iterator[Client]:
    with postgres.database() as engine:
        town = Town(engine)
        town.furnish()
        town.settle(range(20), GAMBIR)
        town.settle(range(20, 40), CIDENG)
        laptop = town.laptop()
        town.hand_over(laptop, range(10), at=NOW - DAY)
        town.hand_over(laptop, range(20, 20 + small), at=NOW - DAY)
        town.hand_over(laptop, range(10, 20))
        town.hand_over(laptop, range(30, 30 + other))
        town.now = NOW
        with visiting(town.app()) as client:
            yield client


def test_pages_of_towns_that_differ_in_small_counts_only_are_the_same_bytes(
    postgres: TestPostgres,
) -> None:
    """Over days too: no figure of one day minus that of another gives a small count back."""
    with _town_of(postgres, 1, 4) as one, _town_of(postgres, 4, 2) as another:
        for path in ("/", "/en/", "/?hari=2026-11-23"):
            assert one.get(path).content == another.get(path).content


# --- days, freshness, languages --------------------------------------------------------------


def test_an_empty_day_says_what_will_be_there_and_leads_to_the_last_one(
    town: Town, client: Client
) -> None:
    assert "Hari ini belum ada penyerahan yang masuk" in client.get("/").text
    town.settle(range(9))
    town.hand_over(town.laptop(), range(7), at=NOW - DAY)
    town.now += KEPT_MS
    html = client.get("/").text
    assert "Begitu laptop di titik penyaluran tersinkron" in html
    assert 'href="/?hari=2026-11-23"' in html
    assert "Lihat Senin, 23 November 2026" in html


def test_days_are_reached_by_links_and_by_a_plain_form(town: Town, client: Client) -> None:
    town.settle(range(20))
    laptop = town.laptop()
    town.hand_over(laptop, range(5), at=NOW - 2 * DAY)
    town.hand_over(laptop, range(5, 11), at=NOW - DAY)
    town.hand_over(laptop, range(11, 18))
    html = client.get("/", params={"hari": "2026-11-23"}).text
    assert 'rel="prev" href="/?hari=2026-11-22"' in html
    assert re.search(r'rel="next" href="/"', html)
    assert re.findall(r'<option value="([^"]+)"', html) == [TODAY, "2026-11-23", "2026-11-22"]
    assert re.search(r'id="paket">\s*6\s*<', html)
    assert 'rel="next"' not in client.get("/").text


@pytest.mark.parametrize(
    "written",
    ["2026-11-25", "2026-13-01", "20261124", "kemarin", "<script>", "9999-12-31", "2026-W48-2"],
)
def test_a_day_that_cannot_be_or_has_not_come_is_no_page(client: Client, written: str) -> None:
    answer = client.get("/", params={"hari": written})
    assert answer.status_code == 404
    assert "<script" not in answer.text


def test_days_long_ago_are_empty_pages(client: Client) -> None:
    assert client.get("/", params={"hari": "0001-01-01"}).status_code == 200


def test_the_page_says_when_data_last_came_and_who_was_silent(town: Town, client: Client) -> None:
    assert "Belum ada laptop titik penyaluran yang pernah tersinkron" in client.get("/").text
    early, late = town.laptop(HERE), town.laptop(THERE)
    town.now = NOW - 5 * 3_600_000
    town.hello(early)
    town.now = NOW - 600_000
    town.hello(late)
    town.now = NOW + KEPT_MS
    heard = words(client.get("/").text)
    assert "Data terakhir masuk hari ini pukul 13.55 WIB" in heard
    assert "1 dari 2 laptop, di 1 titik penyaluran, belum tersinkron sejak hari ini pukul 12.05" in heard  # noqa: E501  # fmt: skip
    town.hello(early)
    town.now += KEPT_MS
    assert "Semua laptop (2) sudah tersinkron" in words(client.get("/").text)
    yesterday = words(client.get("/", params={"hari": "2026-11-23"}).text)
    assert "Semua laptop (2) sudah tersinkron setelah hari itu berakhir" in yesterday


def test_a_laptop_put_away_long_ago_is_not_waited_for(town: Town, client: Client) -> None:
    town.laptop(enrolled_at=NOW - 90 * DAY)
    fresh = town.laptop()
    town.hello(fresh)
    assert "Semua laptop (1) sudah tersinkron" in words(client.get("/").text)


def test_both_languages_lead_to_each_other_and_keep_the_day(town: Town, client: Client) -> None:
    town.settle(range(9))
    town.hand_over(town.laptop(), range(9), at=NOW - DAY)
    indonesian = client.get("/", params={"hari": "2026-11-23"}).text
    english = client.get("/en/", params={"hari": "2026-11-23"}).text
    assert '<html lang="id">' in indonesian and '<html lang="en">' in english
    assert 'href="/en/?hari=2026-11-23" hreflang="en"' in indonesian
    assert 'href="/?hari=2026-11-23" hreflang="id"' in english
    assert "packages handed over in 1 kelurahan" in words(english)
    assert "paket" not in words(english).replace("Paket sembako", "")
    assert client.get("/en").headers["location"] == "/en/"


def test_names_from_the_database_are_shown_as_text(town: Town, client: Client) -> None:
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stage SET name = '<script>alert(1)</script>'")
        connection.exec_driver_sql("UPDATE package SET name = '\"><img src=x onerror=alert(1)>'")
    town.settle(range(9))
    laptop = town.laptop()
    town.hand_over(laptop, range(9))
    town.hand_over(laptop, range(9), Line(FIRST_STAGE, MEALS, 1))
    html = client.get("/").text
    assert "<script" not in html and "<img src=x" not in html
    assert "&lt;script&gt;" in html
