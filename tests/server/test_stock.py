"""The stock at the centre: what is left by all laptops of a point, whatever order they sync in."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import text as sql

from models.facts import Handover, Line, Movement, Source, Stock, Void, VoidReason
from models.feed import verify_segment
from server.cli import main
from server.keys import write_keys
from server.stock import stock_left
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre, empty
from tests.support.feeds import MadeFeed
from tests.support.world import AT, FIRST, HERE, LEBARAN, SEMBAKO, THERE, family

FAMILIES = [family(number) for number in range(1, 30)]
MINUTE = 60_000


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with families and three devices, the third at the other point."""
    return furnished(reused_engine)


def furnished(engine: Engine) -> Centre:
    """The same, emptied and filled."""
    empty(engine)
    made = Centre(engine)
    made.furnish(FAMILIES)
    for device, point in ((1, HERE), (2, HERE), (3, THERE)):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=[point])
    return made


def take(centre: Centre, feed: MadeFeed, first: int = 1, last: int | None = None) -> None:
    """Pushes a stretch of a feed."""
    segment = feed.segment(first, last)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def left(centre: Centre, point: int = HERE) -> dict[int, int]:
    """Package → pieces left."""
    with centre.engine.connect() as connection:
        return {one.package: one.left for one in stock_left(connection, point)}


def gave(number: int, quantity: int = 1, package: int = SEMBAKO) -> Handover:
    """A hand-over to a family."""
    return Handover(FAMILIES[number].id, (Line(FIRST, package, quantity),), Source.CAMERA)


def stations() -> tuple[MadeFeed, MadeFeed]:
    """Two laptops' morning: the second counts after ten minutes."""
    one, two = MadeFeed(1), MadeFeed(2)
    for feed in (one, two):
        feed.open(HERE)
    at = [AT + minute * MINUTE for minute in range(40)]
    one.add(Stock(Movement.COUNTED, SEMBAKO, 100), at=at[1])
    one.add(gave(1), at=at[2])
    one.add(gave(2), at=at[20])
    one.add(Stock(Movement.RECEIVED, SEMBAKO, 10, "SJ 17"), at=at[21])
    one.add(gave(3), at=at[22])
    one.add(Void(6, VoidReason.GOODS_NOT_TAKEN), at=at[23])
    two.add(gave(11), at=at[3])
    two.add(Stock(Movement.COUNTED, SEMBAKO, 90), at=at[10])
    two.add(gave(12, 2), at=at[12])
    two.add(Stock(Movement.RECEIVED, LEBARAN, 5), at=at[13])
    two.add(Stock(Movement.LENT, SEMBAKO, 20, other_point=THERE), at=at[14])
    return one, two


def test_it_is_the_same_whatever_order_the_laptops_sync_in(reused_engine: Engine) -> None:
    one, two = stations()
    halves = [(one, 1, 3), (one, 4, len(one.facts)), (two, 1, 3), (two, 4, len(two.facts))]
    for order in itertools.permutations(range(4)):
        if order.index(0) > order.index(1) or order.index(2) > order.index(3):
            continue  # of one feed the earlier comes first
        centre = furnished(reused_engine)
        for n in order:
            take(centre, *halves[n])
        # 90 at ten; then 2 at the second laptop, 1 at the first (one was taken back), 20 lent, 10
        # received.
        assert left(centre) == {SEMBAKO: 90 - 2 - 1 - 20 + 10, LEBARAN: 5}, order
        assert left(centre, THERE) == {}
        for feed in (one, two):  # and once more
            take(centre, feed)
        assert left(centre) == {SEMBAKO: 77, LEBARAN: 5}


def test_a_count_that_is_taken_back_counts_no_more(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open(HERE)
    bodies: Sequence[Stock | Handover | Void] = (
        Stock(Movement.COUNTED, SEMBAKO, 50),
        gave(1),
        Stock(Movement.COUNTED, SEMBAKO, 400),
        Void(4, VoidReason.WRONG_QUANTITY),
    )
    feed.add(*bodies)
    take(centre, feed, 1, 4)
    assert left(centre) == {SEMBAKO: 400}
    take(centre, feed, 5)
    assert left(centre) == {SEMBAKO: 49}


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


def test_the_command_says_what_is_left_and_since_when(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stock"], environment) == 0
    assert capsys.readouterr().out.startswith("Belum ada stok")
    for feed in stations():
        take(centre, feed)
    assert main(["stock"], environment) == 0
    said = capsys.readouterr().out
    assert "Balai RW 03" in said and "sisa 77 (dihitung" in said
    assert "sisa 5 (diterima sejak" in said
    assert main(["stock", "--point", str(THERE), "--json"], environment) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["stock", "--json"], environment) == 0
    assert [one["left"] for one in json.loads(capsys.readouterr().out)] == [77, 5]
