"""A stranger's client at a real centre: what it sends is held, receipted and counted once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.messages import ExceptionCode
from tests.support.centre_world import PROGRAMME, Centre
from tests.support.strangers import (
    FAMILIES,
    OPENED,
    Enrolled,
    again,
    give,
    held,
    in_order,
    new_code,
)
from tests.support.vectors import read
from tests.support.world import (
    AT,
    CENTRE,
    FIRST,
    HERE,
    RANI,
    REGION,
    SEMBAKO,
)
from tests.sync.stranger import papers, wire
from tests.sync.stranger.client import Client
from tests.sync.stranger.line import Down, Pace, Refused, SomebodyElse


def test_from_the_enrolment_text_to_the_figures(
    centre: Centre, address: str, tmp_path: Path
) -> None:
    words = papers.write_invitation(papers.Invitation(new_code(centre), CENTRE.key_id, address))
    invitation = papers.read_invitation(words)
    client = Client(tmp_path / "one", lambda: centre.now, lambda _seconds: None)
    client.enrol(invitation.address, invitation.code, "Laptop asing", invitation.fingerprint)
    assert (client.me["points"], client.me["centre"]) == ([HERE], CENTRE.public_key)
    assert client.sync()

    client.record(OPENED, {1: HERE}, RANI)
    give(client, *FAMILIES[:3])
    assert client.safe == 0
    assert client.sync()
    assert client.safe == 4
    assert held(centre, client) == in_order(client.facts)
    day = centre.rows("SELECT DISTINCT day FROM handover")[0][0]
    assert centre.figures() == {(day, REGION, PROGRAMME, FIRST, SEMBAKO): (3, 3, 0, 0)}
    assert centre.figures() == centre.recount()
    assert centre.rows("SELECT name FROM device") == [("Laptop asing",)]


def test_an_enrolment_whose_answer_was_lost_is_asked_for_again(
    centre: Centre, address: str, tmp_path: Path
) -> None:
    class Deaf(Client):
        def ask(self, make: Callable[[], list[Any]], pace: Pace | None = None) -> bytes:
            super().ask(make, pace)
            raise Down

    code = new_code(centre)
    with pytest.raises(Down):
        Deaf(tmp_path / "one", lambda: AT).enrol(address, code, "one")
    client = Client(tmp_path / "one", lambda: AT)
    client.enrol(address, code, "one")
    assert client.sync()
    assert centre.rows("SELECT count(*) FROM device") == [(1,)]
    with pytest.raises(Refused, match="code"):
        Client(tmp_path / "two", lambda: AT).enrol(address, code, "two")


def test_another_centre_than_the_texts_is_not_taken(
    centre: Centre, address: str, tmp_path: Path
) -> None:
    with pytest.raises(SomebodyElse):
        Client(tmp_path / "one", lambda: AT).enrol(address, new_code(centre), "", bytes(8))


def test_a_receipt_is_the_centres_word_and_nobody_elses(enrolled: Enrolled) -> None:
    client = enrolled()
    give(client, *FAMILIES[:2])
    receipt = papers.read_receipt(client.line.once("push", client.segment(1, 3)), client.trusted)
    assert (receipt.feed, receipt.number) == (client.key.id, 3)
    assert receipt.hash == client.hashes[3]
    assert (receipt.exceptions, receipt.forked) == ([], False)
    client.hello()
    signed = client.me["receipt"]
    for place in range(len(signed)):
        bent = bytearray(signed)
        bent[place] ^= 1
        with pytest.raises((wire.Untrusted, wire.Unreadable)):
            papers.read_receipt(bytes(bent), client.trusted)
    with pytest.raises(wire.Untrusted):
        papers.read_receipt(signed, {})


def test_sending_again_changes_nothing(centre: Centre, enrolled: Enrolled) -> None:
    client = enrolled()
    give(client, *FAMILIES[:5])
    assert client.sync()
    before = centre.contents()
    for first, last in ((1, 6), (1, 6), (2, 4), (3, 3), (5, 6)):
        answer = client.line.once("push", client.segment(first, last))
        receipt = papers.read_receipt(answer, client.trusted)
        assert (receipt.number, receipt.hash, receipt.forked) == (last, client.hashes[last], False)
    assert client.sync()
    assert centre.contents() == before


def test_a_gap_is_not_kept_and_an_overlap_brings_what_is_new(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    give(client, *FAMILIES[:5])
    told = []
    for first, last in ((3, 6), (1, 2), (4, 6), (2, 5), (1, 6)):
        receipt = papers.read_receipt(
            client.line.once("push", client.segment(first, last)), client.trusted
        )
        assert receipt.hash == client.hashes[receipt.number]
        told.append(receipt.number)
    assert told == [0, 2, 2, 5, 6]
    assert held(centre, client) == in_order(client.facts)


def test_a_push_whose_answer_was_lost_is_found_out_by_hello(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    give(client, *FAMILIES[:3])
    client.line.once(
        "push", client.segment(1, 4)
    )  # and the answer is lost with the laptop's battery
    client = again(client)
    assert client.safe == 0
    assert client.hello().number == client.safe == 4
    assert client.sync()
    assert held(centre, client) == in_order(client.facts)


def test_a_centre_that_lost_facts_gets_them_again(centre: Centre, enrolled: Enrolled) -> None:
    client = enrolled()
    give(client, *FAMILIES[:3])
    assert client.sync()
    with centre.engine.begin() as connection:
        for statement in (
            "DELETE FROM fact WHERE seq > 2",
            "DELETE FROM handover WHERE seq > 2",
            "UPDATE feed SET head_seq = 2, head_hash = (SELECT hash FROM fact WHERE seq = 2)",
        ):
            connection.exec_driver_sql(statement)
    assert client.sync()
    assert held(centre, client) == in_order(client.facts)


def test_facts_of_every_kind_are_held_to_the_byte_and_the_odd_ones_questioned(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    for golden in read("fact")["facts"]:
        kind, _, _, _, body = wire.read(bytes.fromhex(golden["hex"]))
        client.record(kind, body, RANI, 1)
    assert client.sync()
    assert client.safe == len(client.facts)
    assert held(centre, client) == in_order(client.facts)
    assert client.last_receipt is not None
    code = ExceptionCode
    # By their places in the vector, one behind the session that was opened first.
    assert client.last_receipt.exceptions == [
        (6, code.UNKNOWN_HOUSEHOLD),
        (7, code.DOUBLE),
        (7, code.UNKNOWN_HOUSEHOLD),
        (7, code.OUT_OF_PLACE),
        (11, code.UNINTERPRETABLE),
        (16, code.FORGED),
        (22, code.WALK_IN),
        (23, code.WALK_IN),
        (24, code.UNINTERPRETABLE),
    ]
