"""A stranger's client at a real centre: what it is told, and slips told apart offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.facts import Line
from sync.messages import ExceptionCode
from tests.support.centre_world import Centre
from tests.support.strangers import (
    FAMILIES,
    GOODS_NOT_TAKEN,
    VOIDED,
    Enrolled,
    again,
    give,
    new_code,
)
from tests.support.vectors import raw
from tests.support.world import (
    CENTRE,
    FIRST,
    HERE,
    LEBARAN,
    PACKAGES,
    POINTS,
    RANI,
    SEMBAKO,
    STAGES,
    THERE,
    VOLUNTEERS,
    family,
)
from tests.sync.stranger import papers, wire
from tests.sync.stranger.client import Client
from tests.sync.stranger.wire import Signer


@pytest.mark.parametrize("most", [1, 3, 2_000])
def test_the_pages_bring_what_the_centre_knows(
    centre: Centre, address: str, tmp_path: Path, most: int
) -> None:
    client = Client(tmp_path / "one", lambda: centre.now)
    client.enrol(address, new_code(centre), "one")
    left = 1
    while left:
        left = client.pull(HERE, most).left
        client = again(client)

    def told(section: int) -> list[tuple[object, ...]]:
        names = [field.split()[0] for field in papers.SECTIONS[section].split("·")]
        return sorted(tuple(row[name] for name in names) for row in client.table(section))

    assert told(papers.HOUSEHOLDS) == [one.row for one in FAMILIES]
    assert told(papers.ENTITLEMENTS) == [
        (one.id, line.stage, line.package, HERE, line.quantity)
        for one in FAMILIES
        for line in one.due
    ]
    assert sorted(row["number"] for row in client.table(papers.SLIPS)) == [
        one.slip_number for one in FAMILIES
    ]
    assert [wire.read(row["lines"]) for row in client.table(papers.SLIPS)] == [
        [FIRST, SEMBAKO, 1] for _ in FAMILIES
    ]
    assert told(papers.POINTS) == sorted(POINTS)
    assert told(papers.STAGES) == sorted(STAGES)
    assert [row[:2] for row in told(papers.PACKAGES)] == [row[:2] for row in PACKAGES]
    assert [row[:3] for row in told(papers.VOLUNTEERS)] == [row[:3] for row in VOLUNTEERS]
    assert client.trusted == {CENTRE.key_id: CENTRE.public_key}
    assert len(client.slip_keys) == 1


def test_what_one_device_did_is_told_to_the_other_and_a_double_to_the_later(
    centre: Centre, enrolled: Enrolled
) -> None:
    one, two = enrolled("one"), enrolled("two")
    give(one, FAMILIES[0])
    assert one.sync()
    centre.now += 60_000
    give(two, FAMILIES[0])  # offline: it could not know
    assert two.sync()
    assert two.last_receipt is not None
    assert two.last_receipt.exceptions == [(2, ExceptionCode.DOUBLE)]
    row = two.table(papers.ELSEWHERE)[0]
    assert (row["household"], row["feed"], row["seq"]) == (FAMILIES[0].id, one.key.id, 2)
    assert (row["point"], row["actor"], row["voided"]) == (HERE, RANI, False)

    one.record(VOIDED, {1: 2, 2: GOODS_NOT_TAKEN}, RANI, 1)
    assert one.sync()
    assert two.sync()
    assert [row["voided"] for row in two.table(papers.ELSEWHERE)] == [True]
    told = {(row["feed"], row["seq"], row["voided"]) for row in one.table(papers.ELSEWHERE)}
    assert told == {(two.key.id, 2, False), (one.key.id, 2, True)}
    assert not centre.reviews(ExceptionCode.DOUBLE)


def test_a_household_whose_entitlement_moves_away_is_gone(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    moved = family(90, Line(FIRST, LEBARAN, 2))
    centre.list_families([moved])
    assert client.sync()
    assert moved.id in {row["id"] for row in client.table(papers.HOUSEHOLDS)}
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE entitlement SET point = %s WHERE household = %s", (THERE, moved.id)
        )
        connection.exec_driver_sql(
            "WITH taken AS (UPDATE point_counter SET last_n = last_n + 1 WHERE point = %s"
            " RETURNING last_n) INSERT INTO point_change (point, n, kind, household)"
            " SELECT %s, last_n, 1, %s FROM taken",
            (HERE, HERE, moved.id),
        )
    assert client.sync()
    assert moved.id not in {row["id"] for row in client.table(papers.HOUSEHOLDS)}
    assert moved.id not in {row["household"] for row in client.table(papers.ENTITLEMENTS)}


def test_slips_are_told_apart_offline(enrolled: Enrolled) -> None:
    client = enrolled()
    good = papers.slip_bytes(FAMILIES[0].code)
    slip = papers.read_slip(good, client.slip_keys)
    assert (slip.number, slip.household) == (FAMILIES[0].slip_number, FAMILIES[0].id)
    forger = Signer(bytes(32), wire.SLIP_ID)
    for bad in (papers.write_slip(slip, forger), bytearray(good), raw("receipt")):
        if isinstance(bad, bytearray):
            bad[-1] ^= 1
        with pytest.raises(papers.Forged):
            papers.read_slip(bytes(bad), client.slip_keys)
    for text in ("https://example.id/", "HTTPS://KSBB.EXAMPLE.ID/S/ABC", "3171010101200005"):
        with pytest.raises(papers.Foreign):
            papers.slip_bytes(text)
