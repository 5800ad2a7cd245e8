"""A stranger's client at a real centre: forks, clocks, refusals and who is not the centre."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.clock import DAY
from sync.messages import ExceptionCode
from tests.support.centre_world import Centre
from tests.support.strangers import (
    COMPLAINT,
    FAMILIES,
    OPENED,
    Enrolled,
    give,
    held,
    in_order,
)
from tests.support.tiny_server import Said, closed_port, serving
from tests.support.vectors import raw
from tests.support.world import (
    AT,
    HERE,
    RANI,
    THERE,
)
from tests.sync.stranger import papers, segments, wire
from tests.sync.stranger.client import Client
from tests.sync.stranger.line import Busy, Down, Lost, OtherVersion, Refused, SomebodyElse, Trouble
from tests.sync.stranger.segments import Segment
from tests.sync.stranger.wire import Signer


def test_both_clones_of_a_disk_see_the_fork_and_both_are_kept(
    centre: Centre, enrolled: Enrolled, tmp_path: Path
) -> None:
    one = enrolled("one")
    give(one, FAMILIES[0])
    assert one.sync()
    shutil.copytree(tmp_path / "one", tmp_path / "clone")
    clone = Client(tmp_path / "clone", lambda: centre.now, lambda _seconds: None)
    give(one, FAMILIES[1], FAMILIES[2])
    give(clone, FAMILIES[3])
    assert one.sync()
    assert not clone.sync()
    assert clone.safe == 3
    assert not one.sync()
    assert one.safe == 4
    assert held(centre, one) == {**in_order(one.facts), (1, 3): clone.facts[2]}
    assert len(centre.reviews(ExceptionCode.FORK)) == 1

    old = one.key.id
    for number, side in ((4, one), (5, clone)):
        side.refeed()
        assert side.sync()
        side.record(OPENED, {1: HERE, 3: old, 4: 1}, RANI)
        give(side, FAMILIES[number])
        assert side.sync()
        assert held(centre, side) == in_order(side.facts)
    assert one.sync()
    assert len({old, one.key.id, clone.key.id}) == 3
    # Each knows what the other did, before the fork was known and since, and nothing of its own.
    for side, other in ((one, clone), (clone, one)):
        served = {row["household"] for row in side.table(papers.ELSEWHERE)}
        assert served == {FAMILIES[n].id for n in ((3, 5) if other is clone else (1, 2, 4))}
    assert centre.rows("SELECT count(DISTINCT id) FROM device") == [(1,)]


def test_a_disk_older_than_what_the_centre_holds_sees_the_fork_too(
    enrolled: Enrolled, tmp_path: Path
) -> None:
    client = enrolled("one")
    shutil.copytree(tmp_path / "one", tmp_path / "image")
    give(client, *FAMILIES[:2])
    assert client.sync()
    restored = Client(tmp_path / "image", client.clock, client.pause)
    assert not restored.sync()
    assert restored.safe == 1


def test_a_wrong_clock_is_mended_and_a_pull_with_a_wrong_one_refused(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled(off=-40 * DAY)
    give(client, FAMILIES[0])
    assert [wire.read(fact)[1] for fact in client.facts] == [AT, AT]
    client.me["offset"] = 0
    with pytest.raises(Refused, match="clock"):
        client.ask(lambda: ["pull", client.now(), HERE, 0, 0, 1, []])
    client.pull(HERE)
    assert client.now() == AT
    assert client.sync()
    assert centre.rows("SELECT clock_offset_ms FROM device") == [(-40 * DAY,)]


def test_a_blocked_device_hands_in_what_it_recorded_and_gets_nothing(
    centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    give(client, *FAMILIES[:2])
    centre.revoke(client.me["device"])
    with pytest.raises(Refused, match="revoked"):
        client.sync()
    assert client.safe == 3
    assert held(centre, client) == in_order(client.facts)


def test_every_refusal_comes_as_the_page_says(enrolled: Enrolled) -> None:
    client = enrolled()
    stranger = Signer(b"\x77" * 32)
    hello = ["hello", AT, 0, wire.start(stranger.id), "1"]
    enrol = ["enrol", AT, "22222222", client.key.public, "", "1", client.key.box_public]
    good = segments.read_segment(client.segment(1, 1))

    def bent(**changed: object) -> bytes:
        return segments.write_segment(Segment(**{**vars(good), **changed}))

    def signed(plain: list[object], purpose: bytes = wire.REQUEST) -> bytes:
        return client.key.sign(wire.write(plain), purpose)

    refused = {
        "malformed": [
            ("push", b"\x00"),
            ("push", client.segment(1, 1) + b"\x00"),
            ("enrol", b""),
            ("hello", signed([*hello, "more"])),
            ("pull", signed(hello)),
        ],
        "not_signed": [("hello", signed(hello, wire.CHECKPOINT)), ("pull", b"\x00")],
        "not_assigned": [
            ("pull", signed(["pull", AT, THERE, 0, 0, 1, []])),
            ("pull", signed(["pull", AT, 0, 0, 0, 1, []])),
            ("snapshot", signed(["snapshot", AT, b"", 1, []])),
        ],
        "unknown_feed": [
            ("hello", stranger.sign(wire.write(hello), wire.REQUEST)),
            ("push", bent(feed=stranger.id)),
        ],
        "clock": [("pull", signed(["pull", AT + 300_001, HERE, 0, 0, 1, []]))],
        "code": [("enrol", signed(enrol))],
        "bad_segment": [
            ("push", bent(facts=(good.facts[0], good.facts[0]))),
            ("push", bent(before=bytes(32))),
            ("push", bent(checkpoint=signed([client.key.id, 1, bytes(32), AT]))),
        ],
    }
    for error, cases in refused.items():
        for operation, body in cases:
            with pytest.raises(Refused) as told:
                client.line.once(operation, body)
            assert (told.value.error, told.value.at) == (error, AT), (operation, error)


@pytest.mark.parametrize(
    ("said", "fault", "pauses", "asked"),
    [
        (Said(200, b"<html>", "text/html"), SomebodyElse, 0, 0),
        (Said(302, b"", "text/html", {"Location": "http://login.example"}), SomebodyElse, 0, 0),
        (Said(511), SomebodyElse, 0, 0),
        (Said(404, b"404\n", "text/plain"), SomebodyElse, 0, 0),
        (Said(200, b"\xa0"), OtherVersion, 0, 0),
        (Said(200, raw("page")), SomebodyElse, 0, 0),
        (Said(200, raw("receipt"), cut=9), Lost, 2, 0),
        (Said(hangs_up=True), Lost, 2, 0),
        (Said(500, b"500\n", "text/plain"), Trouble, 2, 0),
        (Said(503, b"503\n", "text/plain"), Trouble, 2, 0),
        (Said(503, headers={"Retry-After": "7"}), Busy, 2, 7),
        (Said(503, headers={"Retry-After": "3600"}), Busy, 0, 0),
    ],
)
def test_what_is_not_the_centre_loses_nothing(
    enrolled: Enrolled, said: Said, fault: type[Exception], pauses: int, asked: int
) -> None:
    client = enrolled()
    give(client, FAMILIES[0])
    waited: list[float] = []
    client.pause, address = waited.append, client.me["address"]
    with serving(lambda _operation, _body: said) as server:
        client.me["address"] = server.url
        with pytest.raises(fault):
            client.sync()
    assert len(waited) == pauses
    assert all(asked <= seconds <= asked + 2**number for number, seconds in enumerate(waited))
    assert client.safe == 0
    client.me["address"] = address
    assert client.sync()
    assert client.safe == 2


def test_where_nobody_listens_it_is_tried_three_times(enrolled: Enrolled) -> None:
    client = enrolled()
    waited: list[float] = []
    client.pause, client.me["address"] = waited.append, closed_port()
    with pytest.raises(Down):
        client.sync()
    assert len(waited) == 2


def test_a_way_for_small_segments_only_is_found(centre: Centre, enrolled: Enrolled) -> None:
    client = enrolled()
    for number in range(200):
        client.record(COMPLAINT, {1: 8, 2: f"keluhan {number}"}, RANI, 1)
    sent: list[int] = []

    def narrow(operation: str, body: bytes) -> Said:
        if operation == "push":
            sent.append(len(segments.read_segment(body).facts))
            if sent[-1] > 70:
                return Said(502, b"", "text/html")
        return Said.reply(centre.receiver.answer(operation, body))

    with serving(narrow) as server:
        client.me["address"] = server.url
        assert client.sync()
    assert sent == [201, 201, 125, 62, 62, 62, 15]
    assert client.safe == 201
    assert held(centre, client) == in_order(client.facts)
