"""What somebody gets who tries to list KK numbers through the status door, in an hour.

The guesses are as good as they can be: the guesser knows in which kecamatan and on which days the
cards were issued, and goes through the serials from 0001. So every answer is a find, and what is
measured is the door alone. The figures stand in docs/public-pages.md.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from altcha import Challenge, Payload, solve_challenge
from sqlalchemy import Engine

from server.web.limits import Limiter, Limits, Rate
from tests.support.pages import Town, kk_of
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres
HOUR = 3_600_000
TEN_MINUTES = 600_000
DAYS, A_DAY = 16, 13
ALONE, PROVING, TOGETHER, TOGETHER_PROVING = 200, 570, 36_300, 54_400
"""Answers an hour: to one address, to one that proves work, to all of them, to all that prove."""


@dataclass
class Got:
    """What the guesser was told."""

    answers: int = 0
    found: int = 0


def guesses() -> Iterator[int]:
    """KK numbers by their structure: each day of issue (a year apart here), each serial."""
    for serial in range(1, 10_000):
        for year in range(DAYS):
            yield kk_of(year * 10_000 + serial)


def solved(page: str) -> str:
    """What a browser would bring for the challenge of a page."""
    found = re.search(r'data-challenge="([^"]*)"', page)
    assert found
    challenge = Challenge.from_dict(json.loads(html.unescape(found[1])))
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def listed(town: Town, limits: Limits, ms: int, *, proving: bool) -> Got:
    """Asks as often as it is let; waits only when told to and no proof helps."""
    end, got, brought = town.now + ms, Got(), ""
    with visiting(town.app(limits=limits)) as client:
        for kk in guesses():
            while town.now < end:
                answer = client.post("/status", data={"kk": str(kk), "bukti": brought})
                if answer.status_code == 200:
                    got.answers += 1
                    got.found += "Tahap 1" in answer.text
                    brought = ""
                    break
                assert answer.status_code == 429
                if proving and not brought:
                    brought = solved(answer.text)
                    continue
                wait = int(answer.headers["retry-after"])
                town.now += 1_000 * (min(wait, 10) if proving else wait)
            else:
                return got
    raise AssertionError("there were not enough numbers to guess")


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    town.settle([year * 10_000 + n for year in range(DAYS) for n in range(1, A_DAY + 1)])
    return town


def test_without_proof_an_hour_of_good_guesses_finds_two_hundred_households(town: Town) -> None:
    got = listed(town, Limits(), HOUR, proving=False)
    assert got.found == got.answers
    assert ALONE - 1 <= got.answers <= ALONE


def test_with_proof_of_work_it_is_less_than_three_times_as_many(town: Town) -> None:
    limits, now = replace(Limits(), proof_work=4), [0]
    got = listed(town, limits, TEN_MINUTES, proving=True)
    assert got.found == got.answers
    # The door lets through what its two limits say, and so the hour is theirs.
    rates = limits.status_address, limits.proved_address
    assert got.answers <= sum(one.burst + TEN_MINUTES // one.every_ms for one in rates)
    limiters = [Limiter(one, Rate(10**9, 1), lambda: now[0]) for one in rates]
    asked = 0
    for now[0] in range(0, HOUR, 1_000):
        for limiter in limiters:
            while not limiter.take("a"):
                asked += 1
    assert PROVING - 5 <= asked <= PROVING


def test_whatever_number_of_addresses_ask_they_share_what_there_is_for_all() -> None:
    limits, now = Limits(), [0]
    free = Limiter(limits.status_address, limits.status_total, lambda: now[0])
    proved = Limiter(limits.proved_address, limits.proved_total, lambda: now[0])
    asked = [0, 0]
    for now[0] in range(0, HOUR, 10_000):
        for which, limiter in enumerate((free, proved)):
            for n in range(400):  # a few hundred addresses, each as often as it may
                asked[which] += limiter.take(f"{n}") == 0
    assert asked[0] <= TOGETHER
    assert sum(asked) <= TOGETHER_PROVING
