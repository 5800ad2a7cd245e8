"""The sync API against its own OpenAPI description, by made-up and by nearly right messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models import cbor
from models.cose import Purpose, sign
from models.facts import SessionOpened
from sync.messages import MEDIA_TYPE, Refusal
from tests.support.centre import TestPostgres
from tests.support.pages import HERE, NOW, Laptop, Town
from tests.support.serving import served

pytestmark = pytest.mark.postgres

EXAMPLES = 100
"""An operation; all ten of them take some ten seconds."""
OPERATIONS = (
    "enrol", "hello", "push", "parcel", "pull", "snapshot", "heads", "refeed", "blobs", "blob",
)  # fmt: skip
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_laptops: list[Laptop] = []


def _leaf() -> st.SearchStrategy[object]:
    numbers = st.integers(-(1 << 63), (1 << 64) - 1) | st.sampled_from([0, 1, NOW, 1 << 62])
    return (
        st.none() | st.booleans() | numbers | st.text(max_size=20) | st.binary(max_size=40)
        | st.just(bytes(32)) | st.sampled_from(["enrol", "hello", "pull", "snapshot", "refeed"])
        | st.sampled_from(["heads", "blobs", "blob"])
    )  # fmt: skip


def _things() -> st.SearchStrategy[object]:
    return st.recursive(
        _leaf(),
        lambda inner: (
            st.lists(inner, max_size=6)
            | st.dictionaries(st.integers(0, 99) | st.text(max_size=3), inner, max_size=4)
        ),
        max_leaves=12,
    )


def _signed(said: object) -> bytes:
    """By a laptop that the centre knows: what is in it is looked at."""
    return sign(cbor.dumps(said), _laptops[0].signer, Purpose.REQUEST)


def _parts(name: str, *parts: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    return st.tuples(*parts).map(lambda found: [name, NOW, *found])


def _requests() -> st.SearchStrategy[object]:
    """Of the right form, and with anything in them."""
    number = st.integers(-5, 1 << 63)
    version = st.text(st.characters(exclude_characters="\x00"), max_size=10)
    hash_, feed = st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16)
    heads = st.lists(st.tuples(feed, number, hash_).map(list), max_size=3)
    return st.one_of(
        _parts("hello", number, hash_, version),
        _parts("pull", number | st.just(HERE), number, number, st.integers(0, 50), heads),
        _parts("snapshot", st.binary(max_size=20), st.integers(0, 50), heads),
        _parts("heads", heads),
        _parts("blobs", st.lists(hash_, max_size=3)),
        _parts("blob", hash_, st.integers(0, 1 << 33), number, st.binary(max_size=30)),
        _parts("refeed", st.binary(max_size=60)),
    )


def _bent(whole: bytes) -> st.SearchStrategy[bytes]:
    at = st.integers(0, len(whole) - 1)
    return st.one_of(
        st.just(whole),
        at.map(lambda n: whole[:n]),
        st.tuples(at, st.integers(1, 255)).map(
            lambda one: whole[: one[0]] + bytes([whole[one[0]] ^ one[1]]) + whole[one[0] + 1 :]
        ),
    )


@pytest.fixture(scope="module")
def description(postgres: TestPostgres) -> Iterator[Any]:
    """What the centre says of itself, at an address where it answers."""
    with postgres.database() as engine:
        town = Town(engine)
        town.furnish()
        town.settle(range(5))
        _laptops[:] = [town.laptop(HERE), town.laptop(HERE)]
        # Once and for all: what is drawn must not depend on what was drawn before.
        sealed = [_laptops[1].seal([(NOW, SessionOpened(HERE, "sore"))] * 3) for _ in range(4)]
        schemathesis.openapi.media_type(
            MEDIA_TYPE,
            st.one_of(
                st.binary(max_size=200),
                _things().map(cbor.dumps),
                _things().map(_signed),
                _requests().map(_signed),
                st.sampled_from(sealed),
                st.sampled_from(sealed).flatmap(_bent),
            ),
        )
        with served(town.app()) as address:
            yield schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_documented_answers_come_and_never_a_fault(description: Any, name: str) -> None:
    seen: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(description[f"/api/v1/{name}"]["POST"].as_strategy())
    def answers(case: schemathesis.Case[Any]) -> None:
        response = case.call(timeout=60)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    answers()
    assert sum(seen.values()) >= EXAMPLES // 2
    assert seen[400], "what is no message is refused as such"
    if name in ("hello", "push", "pull", "heads", "blobs"):
        assert seen[200], "and some of what was made up is answered"


def test_the_description_holds_every_operation_and_every_answer(description: Any) -> None:
    paths = description.raw_schema["paths"]
    assert set(paths) == {f"/api/v1/{name}" for name in OPERATIONS}
    for path in paths.values():
        assert set(path["post"]["responses"]) == {
            "200", "408", "503", *(str(int(refusal)) for refusal in Refusal),
        }  # fmt: skip
