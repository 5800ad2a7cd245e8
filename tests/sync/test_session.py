"""A device's sync with its centre over real HTTP: what goes wrong loses nothing, and is told."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models import cbor
from models.clock import DAY
from models.cose import Purpose, Signer, peek, sign
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    ClockRefused,
    DatabaseLocked,
    DeviceRevoked,
    LinkLost,
    NotTheCentre,
    NotTrusted,
    ProxyRefused,
    SyncError,
)
from models.facts import HouseholdNote, Source, VoidReason
from models.feed import Head, decode_segment, encode_segment, genesis
from models.field.device import load_last_sync
from models.field.pulled import ELSEWHERE
from models.field.reviews import noted
from models.page import Page, encode_page
from models.verdict import Verdict
from sync.messages import Receipt, Refusal, Reply, encode_receipt, refuse
from sync.progress import Phase, Progress
from sync.pushing import BATCH, SMALLEST_BATCH
from sync.transport import HttpTransport
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import Hurry, Straight, sync, sync_over_http
from tests.support.tiny_server import Said, TinyServer, closed_port, serving
from tests.support.world import AT, BUDI, CENTRE, HERE, RANI, THERE, family

FAMILIES = [family(number) for number in range(1, 30)]
SHORT = (0.3, 0.3)


def _true(centre: Centre) -> Callable[[str, bytes], Said]:
    return lambda operation, body: Said.reply(centre.receiver.answer(operation, body))


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """A centre with families."""
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def server(furnished: Centre) -> Iterator[TinyServer]:
    """The centre behind HTTP."""
    with serving(_true(furnished)) as made:
        yield made


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device that is enrolled and has pulled once, with an open session."""
    made = new_device(tmp_path / "one")
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    made.station.open_session(RANI, HERE)
    yield made
    made.close()


def serve(device: FieldDevice, *numbers: int) -> list[int]:
    """Hands over to the families with these places in the list."""
    done = []
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        done.append(device.station.hand_over(look, RANI).seq)
        device.clock.forward()
    return done


def held(centre: Centre, device: FieldDevice) -> int:
    """How many of the device's facts the centre holds, each exactly once and as it was written."""
    facts = centre.facts_of(device.ledger.feed)
    bodies = dict(enumerate((segment.facts for segment in _all(device)), 1))
    flat = [body for chunk in bodies.values() for body in chunk]
    assert facts == {(0, seq): flat[seq - 1] for _, seq in facts}
    return len(facts)


def _all(device: FieldDevice) -> Iterator[Any]:
    after = 0
    while segment := device.ledger.segment_after(after, 1000):
        yield segment
        after = segment.last


def everything_is_safe(centre: Centre, device: FieldDevice) -> None:
    """All is at the centre, under a receipt, and the last sync went well."""
    assert held(centre, device) == device.ledger.head().seq
    assert device.ledger.safety().unsafe == 0
    last = load_last_sync(device.connection)
    assert last is not None and last.problem is None


# --- when all goes well ----------------------------------------------------------------------


def test_a_sync_sends_what_is_new_and_fetches_what_others_did(
    furnished: Centre, server: TinyServer, device: FieldDevice, tmp_path: Path
) -> None:
    serve(device, 0, 1, 2)
    assert device.ledger.safety().unsafe == 4
    synced = sync_over_http(device, server.url)
    assert (synced.sent, synced.exceptions, synced.at) == (4, (), AT)
    everything_is_safe(furnished, device)
    assert server.asked == ["hello", "push", "pull", "pull"]

    other = new_device(tmp_path / "two", 2)
    furnished.enrol(other.identity)
    assert sync_over_http(other, server.url).fetched > len(FAMILIES)
    other.station.open_session(BUDI, HERE)
    look = other.station.look_up_kk(FAMILIES[1].kk)
    assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    (taken,) = look.decision.taken
    assert (taken.actor, taken.point, taken.at) == (RANI, HERE, AT + 60_000)
    other.close()


def test_a_second_sync_changes_nothing_anywhere(
    furnished: Centre, server: TinyServer, device: FieldDevice
) -> None:
    serve(device, 0, 1, 2)
    sync_over_http(device, server.url)
    before, counted = furnished.contents(), device.ledger.count()
    synced = sync_over_http(device, server.url)
    assert (synced.sent, synced.fetched) == (0, 0)
    assert furnished.contents() == before
    assert device.ledger.count() == counted
    everything_is_safe(furnished, device)


def test_a_double_is_told_to_the_device_that_was_later(
    furnished: Centre, server: TinyServer, device: FieldDevice, tmp_path: Path
) -> None:
    other = new_device(tmp_path / "two", 2)
    furnished.enrol(other.identity)
    sync_over_http(other, server.url)
    other.station.open_session(BUDI, HERE)
    serve(device, 0)
    other.clock.forward(30 * 60_000)
    serve(other, 0)
    sync_over_http(device, server.url)
    assert sync_over_http(other, server.url).exceptions == ((2, 1),)
    sync_over_http(other, server.url)
    other.restart()
    (one,), count = noted(other.ledger, 10)
    assert (one.place, one.fact, one.codes, count) == (2, other.ledger.fact(2), (1,), 1)
    assert noted(device.ledger, 10) == ([], 0)
    other.close()


def test_thousands_of_facts_go_in_batches_with_progress(
    furnished: Centre, device: FieldDevice
) -> None:
    notes = [HouseholdNote(FAMILIES[0].id, 2) for _ in range(3 * BATCH + 7)]
    device.ledger.append(RANI, 0, *notes)
    transport, seen = Straight(furnished.receiver.answer), list[Progress]()
    synced = sync(device, transport, report=seen.append)
    assert synced.sent == len(notes) + 1
    assert transport.asked == ["hello", *["push"] * 3, "pull", "pull"]
    sending = [progress for progress in seen if progress.phase is Phase.SENDING]
    assert [progress.done for progress in sending] == [0, 500, 1500, 1508]
    assert {progress.total for progress in sending} == {1508}
    assert seen[0].phase is Phase.CONNECTING and seen[-1].phase is Phase.DONE
    everything_is_safe(furnished, device)


def test_large_rosters_come_in_pages_and_each_is_kept(
    furnished: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.pulling.PAGE_ROWS", 10)
    other = new_device(tmp_path / "two", 2)
    furnished.enrol(other.identity)
    seen = list[Progress]()
    transport = Straight(furnished.receiver.answer)
    sync(other, transport, report=seen.append)
    assert transport.asked == ["hello", *["pull"] * 7]
    fetching = [p for p in seen if p.phase is Phase.FETCHING]
    told = [(n, 58) for n in (10, 20, 30, 40, 50, 58)]
    assert [(p.done, p.total) for p in fetching] == [(1, 1), *told]
    assert other.station.roster.size() == len(FAMILIES)
    other.close()


def test_what_is_recorded_while_the_sync_runs_goes_along(
    furnished: Centre, device: FieldDevice
) -> None:
    serve(device, 0)

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push" and device.ledger.head().seq < 4:
            serve(device, 1, 2)
        return furnished.receiver.answer(operation, body)

    sync(device, Straight(answer))
    everything_is_safe(furnished, device)
    assert device.ledger.head().seq == 4


def test_a_point_that_records_faster_than_it_sends_comes_to_fetch_too(
    furnished: Centre, device: FieldDevice
) -> None:
    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push":
            device.ledger.append(RANI, 0, HouseholdNote(FAMILIES[0].id, 2))
        return furnished.receiver.answer(operation, body)

    transport = Straight(answer)
    sync(device, transport)
    assert transport.asked == ["hello", "push", "push", "pull", "pull"]
    assert device.ledger.safety().unsafe == 1, "the next sync sends it"


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("asked", [False, True])
def test_whatever_is_recorded_or_carried_meanwhile_a_laptop_is_not_told_of_itself(
    furnished: Centre, device: FieldDevice, asked: bool, carried: bool
) -> None:
    """A volunteer never waits; and a hub may be quicker with our facts than we are."""
    first = serve(device, 0)[0]

    def meanwhile() -> None:
        if device.ledger.head().seq < 4:
            serve(device, 1, 2)
            segment = device.ledger.segment_after(0, 100)
            assert segment is not None
            if carried:
                furnished.receiver.answer("push", encode_segment(segment))

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "pull" and asked:
            meanwhile()
        return furnished.receiver.answer(operation, body)

    def report(progress: Progress) -> None:
        sent = progress.phase is Phase.SENDING and 0 < progress.total == progress.done
        if sent and not asked:
            meanwhile()

    sync(device, Straight(answer), report=report)
    assert device.ledger.head().seq == 4
    device.station.void(first, RANI, VoidReason.GOODS_NOT_TAKEN)
    for _ in range(2):
        sync(device, Straight(furnished.receiver.answer))
    everything_is_safe(furnished, device)
    with device.database.roster.connect() as roster:
        assert roster.scalar(select(func.count()).select_from(ELSEWHERE)) == 0
    assert device.station.look_up_kk(FAMILIES[0].kk).decision.verdict is Verdict.ELIGIBLE
    assert len(device.station.roster.taken(FAMILIES[1].id)) == 1


def test_the_clock_is_mended_by_the_centres_word(furnished: Centre, device: FieldDevice) -> None:
    device.clock.off(days=-365)
    sync(device, Straight(furnished.receiver.answer))
    assert device.ledger.clock().now == AT
    assert device.ledger.clock().trusted
    serve(device, 0)
    sync(device, Straight(furnished.receiver.answer))
    (row,) = furnished.rows("SELECT at FROM handover")
    assert row == (AT,)
    (offset,) = furnished.rows("SELECT clock_offset_ms FROM device WHERE id = 1")
    assert abs(offset[0] + 365 * DAY) < 120_000


def test_volunteers_are_in_the_vault_before_the_cursor_moves(
    furnished: Centre, tmp_path: Path
) -> None:
    other = new_device(tmp_path / "two", 2)
    furnished.enrol(other.identity)
    calls: list[list[str]] = []

    def vault(rows: Any) -> None:
        calls.append([row["name"] for row in rows])
        if len(calls) == 1:
            raise DatabaseLocked()

    with pytest.raises(DatabaseLocked):
        sync(other, Straight(furnished.receiver.answer), volunteers=vault)
    sync(other, Straight(furnished.receiver.answer), volunteers=vault)
    assert calls == [["Rani", "Budi"]] * 2, "a page whose volunteers were not kept comes again"
    other.close()


# --- when it does not ------------------------------------------------------------------------

LOGIN = b"<html>Hotel Melati</html>"
OTHER = Signer.of(b"\x77" * 32)


def _by_another_centre(centre: Centre) -> Callable[[str, bytes], Said]:
    receiver = centre.receiving(OTHER)
    return lambda operation, body: Said.reply(receiver.answer(operation, body))


TROUBLES: dict[str, tuple[Said, type[SyncError]]] = {
    "silence": (Said(silent=True), CentreSlow),
    "half an answer": (Said(body=b"x" * 999, stalls=True), CentreSlow),
    "a closed line": (Said(hangs_up=True), LinkLost),
    "an answer cut short": (Said(body=b"x" * 999, cut=9), LinkLost),
    "500": (Said(500, b"oops", "text/html"), CentreTrouble),
    "503 with a time to wait": (Said(503, headers={"Retry-After": "20"}), CentreBusy),
    "429 with a time to wait": (Said(429, b"", "text/plain", {"Retry-After": "9999"}), CentreBusy),
    "a proxy's password": (Said(407, LOGIN, "text/html"), ProxyRefused),
    "a proxy's limit": (Said(413, b"<h1>Too large</h1>", "text/html"), CentreTrouble),
    "a proxy's error": (Said(502, b"<h1>Bad gateway</h1>", "text/html"), CentreTrouble),
    "a login page": (Said(200, LOGIN, "text/html"), NotTheCentre),
    "a redirect": (Said(302, b"", "text/html", {"Location": "http://x/"}), NotTheCentre),
    "511": (Said(511, LOGIN, "text/html"), NotTheCentre),
    "garbage": (Said(200, b"\x00garbage"), NotTrusted),
    "nothing": (Said(200, b""), NotTrusted),
    "a refusal that is none": (Said(400, b"\xff"), BadAnswer),
    "a refusal of the form": (Said.reply(refuse(Refusal.MALFORMED, AT)), BadAnswer),
    "an unknown feed": (Said.reply(refuse(Refusal.UNKNOWN_FEED, AT)), NotTrusted),
    "a blocked device": (Said.reply(refuse(Refusal.REVOKED, AT)), DeviceRevoked),
    "something else that the centre signed": (
        Said(200, sign(cbor.dumps([9]), CENTRE, Purpose.RECEIPT)), BadAnswer,
    ),
    "a page for a receipt": (
        Said(200, encode_page(Page(HERE, 0, 0, 0, AT), CENTRE)), NotTrusted,
    ),
    "another feed's receipt": (
        Said(200, encode_receipt(Receipt(bytes(16), Head(0, bytes(32)), AT), CENTRE)), BadAnswer,
    ),
}  # fmt: skip


@pytest.mark.parametrize("operation", ["hello", "push", "pull"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_is_told_loses_nothing_and_is_over_with_the_next_sync(
    furnished: Centre, server: TinyServer, device: FieldDevice, trouble: str, operation: str
) -> None:
    said, expected = TROUBLES[trouble]
    if operation == "pull" and trouble == "a page for a receipt":
        expected = BadAnswer  # a page it is, but not the one that was asked for
        said = Said(200, encode_page(Page(THERE, 0, 0, 0, AT), CENTRE))
    if operation == "pull" and expected is BadAnswer and said.status == 200:
        said = Said(200, encode_page(Page(HERE, 999, 999, 0, AT), CENTRE))
    serve(device, 0, 1, 2)
    facts = device.ledger.count()
    true = _true(furnished)
    server.answer = lambda asked, body: said if asked == operation else true(asked, body)
    with pytest.raises(expected) as caught:
        sync_over_http(device, server.url, SHORT)
    assert type(caught.value) is expected
    last = load_last_sync(device.connection)
    assert last is not None and last.problem == expected.code
    assert device.ledger.count() == facts
    assert device.ledger.safety().unsafe == (0 if operation == "pull" else 4)
    server.answer = true
    sync_over_http(device, server.url)
    everything_is_safe(furnished, device)
    assert furnished.figures() == furnished.recount()


@pytest.mark.parametrize("operation", ["hello", "push", "pull"])
def test_a_reply_lost_after_the_commit_is_asked_for_again(
    furnished: Centre, server: TinyServer, device: FieldDevice, operation: str
) -> None:
    serve(device, 0, 1, 2)
    true, lost = _true(furnished), [0]

    def answer(asked: str, body: bytes) -> Said:
        said = true(asked, body)
        if asked == operation and lost[0] < 2:
            lost[0] += 1
            return Said(hangs_up=True)
        return said

    server.answer = answer
    sync_over_http(device, server.url)
    assert lost == [2]
    everything_is_safe(furnished, device)


def test_the_answer_of_another_centre_is_not_trusted(
    furnished: Centre, server: TinyServer, device: FieldDevice
) -> None:
    serve(device, 0)
    server.answer = _by_another_centre(furnished)
    with pytest.raises(NotTrusted):
        sync_over_http(device, server.url)
    assert device.ledger.safety().unsafe == 2, "the true centre did not say that it holds them"
    last = load_last_sync(device.connection)
    assert last is not None and last.problem == "not_trusted"


def test_a_brief_try_calls_a_centre_that_is_down_only_once(device: FieldDevice) -> None:
    stop = Hurry()
    transport = HttpTransport(closed_port(), timeouts=SHORT)
    with closing(transport), pytest.raises(CentreDown):
        sync(device, transport, stop=stop, attempts=1)
    assert stop.pauses == []


def test_when_it_last_went_well_is_remembered_beside_what_went_wrong_since(
    server: TinyServer, device: FieldDevice
) -> None:
    device.clock.forward()
    well_at = device.clock.now
    sync_over_http(device, server.url)
    device.clock.forward()
    with pytest.raises(CentreDown):
        sync_over_http(device, closed_port())
    last = load_last_sync(device.connection)
    assert last is not None
    assert (last.at, last.problem, last.well_at) == (device.clock.now, "centre_down", well_at)


def test_a_centre_that_is_down_is_tried_three_times_with_growing_pauses(
    device: FieldDevice,
) -> None:
    hurry = Hurry()
    transport = HttpTransport(closed_port(), timeouts=SHORT)
    with pytest.raises(CentreDown):
        sync(device, transport, stop=hurry)
    transport.close()
    assert len(hurry.pauses) == 2
    assert 0 <= hurry.pauses[0] <= 1 and 0 <= hurry.pauses[1] <= 2


def test_a_centre_that_asks_to_wait_is_waited_for_but_not_for_ever(
    server: TinyServer, device: FieldDevice
) -> None:
    for asked, pauses in (("7", 2), ("86400", 0), ("0", 2)):
        hurry, told = Hurry(), list[Progress]()
        headers = {"Retry-After": asked}
        server.answer = lambda _operation, _body, headers=headers: Said(503, headers=headers)  # type: ignore[misc]
        transport = HttpTransport(server.url, timeouts=SHORT)
        with pytest.raises(CentreBusy) as caught:
            sync(device, transport, stop=hurry, report=told.append)
        transport.close()
        assert len(hurry.pauses) == pauses
        # Never less than was asked for, and a little more, another on each laptop.
        wait = float(asked)
        assert all(wait <= pause <= wait + 2 for pause in hurry.pauses)
        waiting = [progress.total for progress in told if progress.phase is Phase.WAITING]
        assert waiting == [round(pause) for pause in hurry.pauses]
    assert "1 menit" in CentreBusy(7).what_to_do("id")
    assert "1440 min" in CentreBusy(86400).what_to_do("en")
    last = load_last_sync(device.connection)
    assert last is not None and last.problem == "centre_busy"
    assert caught.value.seconds == 0


def test_a_line_too_slow_for_a_large_batch_gets_smaller_ones(
    furnished: Centre, device: FieldDevice
) -> None:
    device.ledger.append(RANI, 0, *[HouseholdNote(FAMILIES[0].id, 2) for _ in range(120)])
    sizes: list[int] = []

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push":
            size = len(decode_segment(body).facts)
            if size > 40:
                raise CentreSlow()
            sizes.append(size)
        return furnished.receiver.answer(operation, body)

    sync(device, Straight(answer))
    assert sizes == [31, 31, 31, 28]
    everything_is_safe(furnished, device)


def test_a_line_too_slow_for_the_smallest_batch_is_given_up(
    furnished: Centre, device: FieldDevice
) -> None:
    device.ledger.append(RANI, 0, *[HouseholdNote(FAMILIES[0].id, 2) for _ in range(600)])
    asked = [0]

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push":
            asked[0] += 1
            raise CentreSlow()
        return furnished.receiver.answer(operation, body)

    with pytest.raises(CentreSlow):
        sync(device, Straight(answer))
    assert BATCH / 2 ** (asked[0] - 2) > SMALLEST_BATCH
    assert device.ledger.safety().unsafe == 601


def test_cancelling_keeps_what_was_receipted(furnished: Centre, device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, *[HouseholdNote(FAMILIES[0].id, 2) for _ in range(1200)])
    stop = threading.Event()

    def answer(operation: str, body: bytes) -> Reply:
        reply = furnished.receiver.answer(operation, body)
        if operation == "push":
            stop.set()
        return reply

    with pytest.raises(Cancelled):
        sync(device, Straight(answer), stop=stop)
    assert device.ledger.safety().unsafe == 701
    last = load_last_sync(device.connection)
    assert last is not None and last.problem == "cancelled"
    sync(device, Straight(furnished.receiver.answer))
    everything_is_safe(furnished, device)


def test_cancelling_ends_a_pause_at_once(device: FieldDevice) -> None:
    stop = threading.Event()

    def answer(_operation: str, _body: bytes) -> Reply:
        stop.set()
        raise CentreBusy(25.0)

    with pytest.raises(Cancelled):
        sync(device, Straight(answer), stop=stop)


def test_a_blocked_device_still_hands_its_facts_in(furnished: Centre, device: FieldDevice) -> None:
    serve(device, 0, 1)
    furnished.revoke(1)
    with pytest.raises(DeviceRevoked):
        sync(device, Straight(furnished.receiver.answer))
    assert held(furnished, device) == 3
    assert device.ledger.safety().unsafe == 0


def test_a_locked_ledger_stops_the_sync_and_not_the_centre(
    furnished: Centre, device: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.field.raw.BUSY_MS", 50)
    serve(device, 0)
    device.restart()
    device.connection.exec_driver_sql("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLocked):
        sync(device, Straight(furnished.receiver.answer))
    device.connection.exec_driver_sql("ROLLBACK")
    sync(device, Straight(furnished.receiver.answer))
    everything_is_safe(furnished, device)


# --- a clock that is set meanwhile -----------------------------------------------------------


@pytest.mark.parametrize("days", [-400, 1, 4_000])
def test_a_clock_set_between_the_greeting_and_the_pull_is_mended_anew(
    furnished: Centre, device: FieldDevice, days: int
) -> None:
    asked: list[str] = []

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "pull" and "pull" not in asked:
            device.clock.off(days)  # while its request is on the way: the next is made with it
            body = late(operation, body)
        asked.append(operation)
        return furnished.receiver.answer(operation, body)

    def late(operation: str, body: bytes) -> bytes:
        plain = cbor.loads(peek(body))
        plain[1] += days * DAY
        return sign(cbor.dumps(plain), device.identity.signer, Purpose.REQUEST)

    sync(device, Straight(answer))
    assert asked == ["hello", "push", "pull", "hello", "pull", "pull"]
    assert device.ledger.clock().now == AT
    everything_is_safe(furnished, device)


def test_a_clock_that_is_refused_again_ends_the_sync(
    furnished: Centre, device: FieldDevice
) -> None:
    asked: list[str] = []

    def answer(operation: str, body: bytes) -> Reply:
        asked.append(operation)
        if operation == "pull":
            return refuse(Refusal.CLOCK, AT)
        return furnished.receiver.answer(operation, body)

    with pytest.raises(ClockRefused):
        sync(device, Straight(answer))
    assert asked == ["hello", "push", "pull", "hello", "pull"]


# --- a centre that was restored --------------------------------------------------------------


def test_a_centre_that_lost_facts_gets_them_again(furnished: Centre, device: FieldDevice) -> None:
    serve(device, 0, 1, 2)
    sync(device, Straight(furnished.receiver.answer))
    with furnished.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM fact WHERE seq > 2")
        connection.exec_driver_sql("DELETE FROM handover WHERE seq > 2")
        connection.exec_driver_sql(
            "UPDATE feed SET head_seq = 2, head_hash = (SELECT hash FROM fact WHERE seq = 2)"
        )
        connection.exec_driver_sql("DELETE FROM daily_figure")
        connection.exec_driver_sql("DELETE FROM point_figure")
    sync(device, Straight(furnished.receiver.answer))
    assert held(furnished, device) == 4
    everything_is_safe(furnished, device)


def test_a_centre_that_says_less_and_less_is_not_followed_for_ever(
    furnished: Centre, device: FieldDevice
) -> None:
    serve(device, 0, 1, 2)
    asked = [0]

    def answer(operation: str, body: bytes) -> Reply:
        asked[0] += 1
        assert asked[0] < 20
        if operation == "pull":
            return furnished.receiver.answer(operation, body)
        head = Head(0, genesis(device.ledger.feed))
        return Reply(200, encode_receipt(Receipt(device.ledger.feed, head, AT), CENTRE))

    with pytest.raises(BadAnswer):
        sync(device, Straight(answer))


# --- a power cut between the centre's commit and the receipt ---------------------------------

CLIENT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.support.field import opened
    from tests.support.syncing import sync_over_http
    device = opened(Path(sys.argv[1]))
    sync_over_http(device, sys.argv[2], (20.0, 20.0))
    """
)


@pytest.mark.parametrize("operation", ["push", "pull"])
def test_killed_between_the_centres_commit_and_the_answer_nothing_is_lost_or_held_twice(
    furnished: Centre, server: TinyServer, device: FieldDevice, operation: str
) -> None:
    voided = serve(device, 0, 1, 2)[0]
    device.station.void(voided, RANI, VoidReason.GOODS_NOT_TAKEN)
    device.close()
    killed = threading.Event()
    true = _true(furnished)

    def answer(asked: str, body: bytes) -> Said:
        said = true(asked, body)  # the centre has committed
        if asked == operation:
            client.send_signal(signal.SIGKILL)
            client.wait()
            killed.set()
            return Said(hangs_up=True)
        return said

    server.answer = answer
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(device.folder), server.url])
    assert killed.wait(60)
    assert client.wait() == -signal.SIGKILL
    server.answer = true
    device.restart()
    assert furnished.rows("SELECT count(*) FROM fact") == [(5,)]
    assert device.ledger.safety().unsafe == (5 if operation == "push" else 0)
    sync_over_http(device, server.url)
    everything_is_safe(furnished, device)
    assert furnished.rows("SELECT count(*) FROM fact") == [(5,)]
    assert furnished.figures() == furnished.recount()
