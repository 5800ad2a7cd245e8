"""A stranger's device at a served centre, and what a test does with it."""

from __future__ import annotations

from collections.abc import Callable

from server.laptops.enrolment import create_code
from tests.support.centre_world import Centre
from tests.support.world import AT, HERE, RANI, Family, family
from tests.sync.stranger import papers
from tests.sync.stranger.client import Client

FAMILIES = [family(number) for number in range(1, 8)]
OPENED, HANDED, VOIDED, COMPLAINT = 1, 3, 5, 8
CAMERA = 1
GOODS_NOT_TAKEN = 2
Enrolled = Callable[..., Client]
"""(name, how far its clock is off in ms) → a device that has synced once and opened a session."""


def new_code(centre: Centre) -> str:
    """A one-time code."""
    with centre.engine.begin() as connection:
        return create_code(connection, HERE, AT)


def again(client: Client) -> Client:
    """The same device after a restart."""
    return Client(client.folder, client.clock, client.pause)


def give(client: Client, *families: Family) -> None:
    """Scans each family's slip and hands over what it says, if the roster agrees."""
    for one in families:
        slip = papers.read_slip(papers.slip_bytes(one.code), client.slip_keys)
        due = [
            [row["stage"], row["package"], row["quantity"]]
            for row in client.table(papers.ENTITLEMENTS)
            if row["household"] == slip.household and row["point"] == slip.point == HERE
        ]
        assert due == slip.lines
        client.record(HANDED, {1: slip.household, 2: due, 3: CAMERA, 4: slip.number}, RANI, 1)


def held(centre: Centre, client: Client) -> dict[tuple[int, int], bytes]:
    """What the centre holds of its feed: (branch, number) → bytes."""
    return centre.facts_of(client.key.id)


def in_order(facts: list[bytes]) -> dict[tuple[int, int], bytes]:
    """A feed without a fork, as the centre should hold it."""
    return {(0, number): fact for number, fact in enumerate(facts, 1)}
