"""The checker finds what it is there for: each kind of damage to true books is called so."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from tests.chaos import test_centre, test_laptops
from tests.chaos.audit import Books, Promise, audit
from tests.chaos.forms import HANDOVER, VOID
from tests.chaos.ledger_audit import lines_of, stock_of
from tests.chaos.logbook import Group
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.scene import scene
from tests.chaos.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture(scope="module")
def true_books(town: Town) -> Books:
    """A quiet hour of two laptops: both serve the same households, then sync."""
    with scene(town, "quiet", 1) as stage:
        for name in ("one", "two"):
            laptop = stage.enrol(name)
            laptop.orders = replace(laptop.orders, gap=60.0)
            laptop.start()
        for laptop in stage.laptops:
            for _ in range(80):
                assert laptop.wait_for("done")
        return stage.conclude()


@pytest.fixture
def books(true_books: Books) -> Books:
    """The same books, to be damaged."""
    return deepcopy(true_books)


def test_true_books_are_clean(books: Books) -> None:
    found = audit(books)
    assert (found.lost, found.doubled, found.untrue) == ([], [], [])
    assert found.facts >= 160
    assert found.doubles > 0, "both served the same households"
    assert {fact.plain[0] for one in books.devices for fact in one.facts} >= {1, HANDOVER, VOID, 6}


def test_what_a_kill_prevented_and_the_next_life_did_is_no_double(books: Books) -> None:
    groups = books.accounts["one"].groups
    groups.insert(40, Group(groups[40].facts))
    assert audit(books).clean


def test_what_was_recorded_just_before_a_kill_is_no_double(books: Books) -> None:
    group = books.accounts["one"].groups[40]
    group.seq = None
    found = audit(books)
    assert found.clean and found.perhaps == len(group.facts)


Damage = Callable[[Books], object]


def _the_ledger_lacks_the_last_fact(books: Books) -> None:
    books.devices[0].facts.pop()


def _the_ledger_lacks_a_fact_in_the_middle(books: Books) -> None:
    books.devices[0].facts.pop(40)


def _the_centre_lacks_a_fact(books: Books) -> None:
    books.centre.feeds[books.devices[0].feed].facts.pop(40)


def _a_hand_over_is_missing_at_the_centre(books: Books) -> None:
    books.centre.lines.pop()


def _the_log_says_more(books: Books) -> None:
    account = books.accounts["one"]
    last = books.devices[0].facts[-1].seq
    account.groups.append(Group(("handover 1 1/1/1",), last + 1, books.devices[0].feed.hex()))


@pytest.mark.parametrize(
    "damage",
    [
        _the_ledger_lacks_the_last_fact,
        _the_ledger_lacks_a_fact_in_the_middle,
        _the_centre_lacks_a_fact,
        _a_hand_over_is_missing_at_the_centre,
        _the_log_says_more,
    ],
)
def test_what_is_lost_is_found(books: Books, damage: Damage) -> None:
    damage(books)
    assert audit(books).lost


def _a_fact_nobody_meant(books: Books) -> None:
    books.accounts["one"].groups.pop(40)


def _a_fact_that_failed_and_yet_is_there(books: Books) -> None:
    group = books.accounts["one"].groups[40]
    group.seq, group.failure = None, "disk_full"


def _a_fact_came_twice(books: Books) -> None:
    facts = books.centre.feeds[books.devices[0].feed].facts
    facts.append(facts[40])


def _another_fact_under_the_same_number(books: Books) -> None:
    facts = books.centre.feeds[books.devices[0].feed].facts
    fact, _, at = facts[40]
    facts.append((replace(fact, body=facts[41][0].body), 1, at))


def _a_hand_over_counts_twice(books: Books) -> None:
    books.centre.lines.append(books.centre.lines[0])


@pytest.mark.parametrize(
    "damage",
    [
        _a_fact_nobody_meant,
        _a_fact_that_failed_and_yet_is_there,
        _a_fact_came_twice,
        _another_fact_under_the_same_number,
        _a_hand_over_counts_twice,
    ],
)
def test_what_is_doubled_is_found(books: Books, damage: Damage) -> None:
    damage(books)
    assert audit(books).doubled


def _a_byte_of_a_fact_is_another(books: Books) -> None:
    facts = books.devices[0].facts
    body = bytearray(facts[40].body)
    body[5] ^= 1
    facts[40] = replace(facts[40], body=bytes(body))


def _a_receipt_of_another_feed(books: Books) -> None:
    books.devices[0].receipt = books.devices[1].receipt


def _a_receipt_with_another_signature(books: Books) -> None:
    receipt = books.devices[0].receipt
    assert receipt is not None
    books.devices[0].receipt = receipt[:-1] + bytes([receipt[-1] ^ 1])


def _safe_beyond_the_receipt(books: Books) -> None:
    books.devices[0].safe_seq += 1


def _a_checkpoint_of_another_feed(books: Books) -> None:
    one, two = (books.centre.feeds[device.feed] for device in books.devices)
    one.checkpoints[0] = two.checkpoints[0]


def _a_double_is_not_in_review(books: Books) -> None:
    books.centre.reviews.pop()


def _the_wrong_one_of_two_is_in_review(books: Books) -> None:
    lines = books.centre.lines
    place = next(n for n, (_, _, in_review) in enumerate(lines) if in_review)
    lines[place] = (*lines[place][:2], False)


def _a_figure_is_one_more(books: Books) -> None:
    cell, row = books.centre.figures.popitem()
    books.centre.figures[cell] = (row[0] + 1, *row[1:])


def _the_stock_is_one_less(books: Books) -> None:
    key, left = books.devices[0].stock.popitem()
    books.devices[0].stock[key] = left - 1


def _a_hand_over_is_not_known_at_its_own_station(books: Books) -> None:
    books.devices[0].taken.pop()


def _what_was_taken_back_counts(books: Books) -> None:
    books.devices[0].voided.pop()


def _a_hand_over_of_the_neighbour_is_not_known(books: Books) -> None:
    books.devices[0].elsewhere.pop()


@pytest.mark.parametrize(
    "damage",
    [
        _a_byte_of_a_fact_is_another,
        _a_receipt_of_another_feed,
        _a_receipt_with_another_signature,
        _safe_beyond_the_receipt,
        _a_checkpoint_of_another_feed,
        _a_double_is_not_in_review,
        _the_wrong_one_of_two_is_in_review,
        _a_figure_is_one_more,
        _the_stock_is_one_less,
        _a_hand_over_is_not_known_at_its_own_station,
        _what_was_taken_back_counts,
        _a_hand_over_of_the_neighbour_is_not_known,
    ],
)
def test_what_is_untrue_is_found(books: Books, damage: Damage) -> None:
    damage(books)
    found = audit(books)
    assert found.untrue or found.lost or found.doubled


def test_what_a_hub_did_not_bring_is_found(books: Books) -> None:
    one, two = books.devices
    one.others, two.others = {two.feed: list(two.facts)}, {one.feed: list(one.facts)}
    assert one.receipt is not None and two.receipt is not None
    two.receipts = {one.feed: (one.safe_seq, one.receipt)}
    one.stock, two.stock = stock_of(one), stock_of(two)
    met = replace(books, met=True)
    assert audit(met).clean
    one.receipts = {two.feed: (two.safe_seq - 1, two.receipt)}
    assert audit(met).untrue
    one.receipts.clear()
    two.others[one.feed].pop()
    two.stock = stock_of(two)
    assert audit(books).clean, "it may come later"
    assert audit(met).lost
    one.others[two.feed][40] = two.facts[41]
    assert audit(books).untrue


def test_a_receipt_that_a_kill_made_untrue_is_found(books: Books) -> None:
    device = books.devices[0]
    first = min(at for _, _, at in books.centre.feeds[device.feed].facts)
    early = Promise(first - 1, device.feed, len(device.facts))
    late = Promise(first + 3_600_000, device.feed, len(device.facts))
    assert audit(replace(books, promises=[late])).clean
    assert not audit(replace(books, promises=[early])).clean
    assert lines_of(device), "there was something to lose"


def test_every_scenario_is_played_in_short_too() -> None:
    assert {*test_centre.KILLS, *test_laptops.KILLS} == SCENARIOS.keys()
