"""Work proved by a browser: each proof once, for a while, and only for our own challenges."""

from __future__ import annotations

import base64
import json

from altcha import Challenge, Payload, Solution, solve_challenge

from server.web.limits import Limiter, Rate
from server.web.proof import VALID_MS, Hurry, Proofs
from tests.support.pages import KEYS, NOW


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def solve(challenge: str, more: int = 0) -> str:
    made = Challenge.from_dict(json.loads(challenge))
    solution = solve_challenge(made)
    assert solution is not None
    found = Solution(solution.counter + more, solution.derived_key)
    return Payload(made, found).to_base64()


def test_a_proof_is_good_once_and_for_a_while() -> None:
    clock = Clock()
    proofs = Proofs(KEYS, clock, 50)
    proof = solve(proofs.challenge())
    name = proofs.good(proof)
    assert name is not None and proofs.good(proof) == name
    proofs.use(name)
    assert proofs.good(proof) is None
    other = solve(proofs.challenge())
    clock.now += VALID_MS
    assert proofs.good(other) is None


def test_what_was_not_worked_for_is_no_proof() -> None:
    proofs = Proofs(KEYS, Clock(), 50)
    proof = json.loads(base64.b64decode(solve(proofs.challenge())))
    easier = json.loads(json.dumps(proof))
    easier["challenge"]["parameters"]["keyPrefix"] = ""
    longer = json.loads(json.dumps(proof))
    longer["challenge"]["parameters"]["data"]["until"] += 10**9
    wrong: tuple[object, ...] = (easier, longer, {}, [], 7, {"challenge": {}, "solution": {}})
    for brought in wrong:
        assert proofs.good(base64.b64encode(json.dumps(brought).encode()).decode()) is None
    for written in ("", "x", "é", "A" * 5_000, solve(proofs.challenge(), more=1)):
        assert proofs.good(written) is None


def test_every_challenge_takes_at_least_half_of_the_work() -> None:
    proofs = Proofs(KEYS, Clock(), 40)
    for _ in range(20):
        solution = solve_challenge(Challenge.from_dict(json.loads(proofs.challenge())))
        assert solution is not None and 20 <= solution.counter < 40


def test_who_is_over_the_limit_of_those_who_prove_keeps_the_proof_for_later() -> None:
    clock = Clock()
    proofs = Proofs(KEYS, clock, 10)
    hurry = Hurry(proofs, Limiter(Rate(1, 10_000), Rate(100, 1), clock))
    first, second = solve(proofs.challenge()), solve(proofs.challenge())
    assert hurry.admits(first, "a") and not hurry.admits(first, "b")
    assert not hurry.admits(second, "a")
    clock.now += 10_000
    assert hurry.admits(second, "a")
    assert not hurry.admits("", "c")
