"""A restored disk, a cloned laptop: the fork is found, both sides are kept, each goes on in a feed
of its own, and everybody knows what everybody did."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models import facts
from models.cose import Signer
from models.errors import (
    BadAnswer,
    DeviceRevoked,
    ForkFound,
    LinkLost,
    NotTrusted,
    SyncError,
)
from models.facts import Handover, SessionOpened, Source, VoidReason
from models.field.device import load_identity, load_last_sync
from models.field.moving import moved_at
from models.field.projections import FACT
from models.verdict import Verdict
from sync.messages import ExceptionCode, Refusal, Reply, refuse
from sync.session import Synced
from tests.support.backup import back_up, put_back
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device, opened
from tests.support.syncing import Straight, sync
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import AT, HERE, RANI, SEMBAKO, family

FAMILIES = [family(number) for number in range(1, 30)]


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """A centre with families."""
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device that is enrolled and has pulled once, with an open session."""
    made = new_device(tmp_path / "one")
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
    yield made
    made.close()


@pytest.fixture
def clone(device: FieldDevice, tmp_path: Path) -> Iterator[FieldDevice]:
    """The same laptop once more, an hour ahead."""
    made = device.copy_to(tmp_path / "clone")
    made.clock.forward(3_600_000)
    yield made
    made.close()


def serve(device: FieldDevice, *numbers: int) -> list[int]:
    """Hands over to the families with these places in the list; returns the records' places."""
    done = []
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        done.append(device.station.hand_over(look, RANI).place)
        device.clock.forward()
    return done


def told(device: FieldDevice, centre: Centre) -> Synced:
    """One sync; what the laptop is by now is read anew."""
    try:
        return sync(device, Straight(centre.receiver.answer))
    finally:
        identity = load_identity(device.connection)
        assert identity is not None
        device.identity = identity


def written(*devices: FieldDevice) -> set[bytes]:
    """Every fact of the devices' own."""
    found: set[bytes] = set()
    for device in devices:
        found |= {
            body
            for own in device.ledger.own_feeds()
            for body in device.connection.scalars(
                select(FACT.c.body).where(FACT.c.feed == own.feed, FACT.c.branch == 0)
            )
        }
    return found


def kept(centre: Centre, *devices: FieldDevice) -> set[bytes]:
    """Every fact that the centre holds of the devices' feeds."""
    feeds = {own.feed for device in devices for own in device.ledger.own_feeds()}
    return {body for feed in feeds for body in centre.facts_of(feed).values()}


def all_is_kept(centre: Centre, *devices: FieldDevice) -> None:
    """Nothing is lost, nothing is at the centre that nobody wrote, and each knows it is safe."""
    assert kept(centre, *devices) == written(*devices)
    for device in devices:
        assert device.ledger.safety().unsafe == 0
        last = load_last_sync(device.connection)
        assert last is not None and last.problem is None
    assert centre.figures() == centre.recount()


def knows(device: FieldDevice) -> set[int]:
    """The families that this laptop will not serve again."""
    found = set()
    for number, one in enumerate(FAMILIES):
        look = device.station.look_up_code(one.code, Source.CAMERA)
        if look.decision.verdict is Verdict.ALREADY_COLLECTED:
            assert len(look.decision.taken) == 1, "and it is known once"
            found.add(number)
    return found


# --- the fork is found and left behind -------------------------------------------------------


@pytest.mark.parametrize("synced_before", [False, True])
def test_a_disk_restored_from_an_old_image_goes_on_and_nothing_is_lost(
    furnished: Centre, device: FieldDevice, tmp_path: Path, synced_before: bool
) -> None:
    serve(device, 0)
    if synced_before:
        told(device, furnished)
    restored = device.copy_to(tmp_path / "image")
    serve(device, 1, 2)
    told(device, furnished)
    device.close()  # its disk broke, and the image takes its place
    restored.clock.forward(3_600_000)
    serve(restored, 5, 6, 7)
    old, opened_at = restored.ledger.feed, restored.station.session
    synced = told(restored, furnished)
    assert synced.moved and moved_at(restored.connection) is not None
    assert restored.ledger.feed != old
    assert len(furnished.facts_of(old)) == 3 + 2 + 3
    assert knows(restored) == {0, 1, 2, 5, 6, 7}, "also what the lost disk did"
    session = restored.station.session
    assert session is not None and opened_at is not None
    assert session.began == opened_at.began
    assert restored.station.handed() == 4
    assert restored.station.roster.stock(HERE) == {SEMBAKO: 46}
    serve(restored, 8)
    assert not told(restored, furnished).moved, "once"
    device.connect()
    all_is_kept(furnished, restored, device)
    assert furnished.reviews(ExceptionCode.FORK) == {(1, 4, 1)}


def test_both_clones_of_a_laptop_go_on_in_feeds_of_their_own_and_know_of_each_other(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    old = device.ledger.feed
    serve(device, 1)
    serve(clone, 2)
    assert not told(device, furnished).moved, "nothing is known against it yet"
    serve(clone, 3)
    assert told(clone, furnished).moved
    serve(device, 4)
    assert told(device, furnished).moved
    assert not told(clone, furnished).moved
    assert len({old, device.ledger.feed, clone.ledger.feed}) == 3
    assert knows(device) == knows(clone) == {1, 2, 3, 4}
    serve(device, 5)
    serve(clone, 6)
    for side in (device, clone, device):
        assert not told(side, furnished).moved
    assert knows(device) == knows(clone) == {1, 2, 3, 4, 5, 6}
    all_is_kept(furnished, device, clone)
    assert furnished.rows("SELECT count(DISTINCT device), count(*) FROM feed") == [(1, 3)]
    assert device.station.handed() == clone.station.handed() == 3
    assert device.station.roster.stock(HERE) == {SEMBAKO: 47}


def test_a_double_between_clones_is_flagged_like_any_other(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    (place,) = serve(clone, 1)
    synced = told(clone, furnished)
    assert (place, int(ExceptionCode.DOUBLE)) in synced.exceptions
    assert furnished.reviews(ExceptionCode.DOUBLE) == {(1, 3, 1)}
    assert furnished.figures() == furnished.recount()


def test_a_disk_restored_without_new_facts_goes_on_too(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    serve(device, 0)
    told(device, furnished)
    restored = device.copy_to(tmp_path / "image")
    serve(device, 1, 2)
    told(device, furnished)
    synced = told(restored, furnished)
    assert synced.moved
    assert knows(restored) == {0, 1, 2}
    assert restored.station.handed() == 1, "of its own it has one"
    (review,) = furnished.rows("SELECT kind, seq, branch FROM review")
    assert review == (int(ExceptionCode.FORK), 4, 0), "from there on others had written"
    assert furnished.rows("SELECT closed_at, follows FROM feed ORDER BY feed_no") == [
        (AT, None),
        (None, 1),
    ]
    assert told(device, furnished).moved, "whoever still writes the closed one goes on as well"
    all_is_kept(furnished, device, restored)
    restored.close()


def test_only_the_ledger_put_back_from_a_copy_gets_told_what_it_lost(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    serve(device, 0)
    told(device, furnished)
    image = device.copy_to(tmp_path / "image")
    image.close()
    serve(device, 1, 2)
    told(device, furnished)
    device.close()
    # The roster is a cache that nobody copies: its cursor is far ahead of the old ledger.
    for name in ("roster.db", "roster.db-wal", "roster.db-shm"):
        source = device.folder / name
        if source.exists():
            (tmp_path / "image" / name).write_bytes(source.read_bytes())
    restored = opened(tmp_path / "image")
    told(restored, furnished)
    assert knows(restored) == {0, 1, 2}
    device.connect()
    restored.close()


def test_a_laptop_forked_again_and_again_goes_on_every_time(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    served = list(range(4))
    serve(device, *served)
    for turn in range(3):
        told(device, furnished)
        twin = device.copy_to(tmp_path / str(turn))
        serve(twin, 20 + turn)
        serve(device, 10 + turn)
        told(device, furnished)
        assert told(twin, furnished).moved
        assert told(device, furnished).moved
        told(device, furnished)
        served += [10 + turn, 20 + turn]
        assert knows(device) == set(served)
        twin.close()
    assert device.station.handed() == 4 + 3
    assert len(device.ledger.own_feeds()) == 4
    assert device.ledger.safety().unsafe == 0
    before = furnished.contents()
    assert told(device, furnished).sent == 0
    assert furnished.contents() == before


def test_a_fork_at_a_centre_that_forgot_the_common_part_is_sent_from_the_beginning(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    """Two mishaps at once: the centre is restored, and then hears a clone first."""
    serve(device, 0, 1)
    told(device, furnished)
    with furnished.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM fact")
        connection.exec_driver_sql("DELETE FROM handover")
        connection.exec_driver_sql("DELETE FROM daily_figure")
        connection.exec_driver_sql("DELETE FROM point_figure")
        connection.exec_driver_sql("UPDATE feed SET head_seq = 0, head_hash = ''")
    serve(clone, 5)
    told(clone, furnished)
    assert told(device, furnished).moved
    assert told(clone, furnished).moved
    all_is_kept(furnished, device, clone)


def test_a_centre_that_lost_facts_of_an_earlier_feed_gets_them_again(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    serve(clone, 2)
    for side in (device, clone, device):
        told(side, furnished)
    earlier = device.identity.earlier[0].key_id
    with furnished.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM fact WHERE branch = 0 AND seq > 1")
        connection.exec_driver_sql("DELETE FROM handover WHERE branch = 0")
        connection.exec_driver_sql(
            "UPDATE feed SET head_seq = 1, head_hash = (SELECT hash FROM fact AS f"
            " WHERE f.feed_no = feed.feed_no AND seq = 1)"
        )
    told(device, furnished)
    ours = {body for body in written(device)}
    assert ours <= set(furnished.facts_of(earlier).values()) | set(
        furnished.facts_of(device.ledger.feed).values()
    )


def test_a_record_made_while_the_laptop_goes_on_reaches_the_centre_in_the_old_feed(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    """The network is never in the path: people are served while the centre is asked."""
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    old = clone.ledger.feed

    def answer(operation: str, body: bytes) -> Reply:
        reply = furnished.receiver.answer(operation, body)
        if operation == "refeed":
            serve(clone, 3)
        return reply

    synced = sync(clone, Straight(answer))
    assert synced.moved
    identity = load_identity(clone.connection)
    assert identity is not None
    clone.identity = identity
    place = clone.ledger.place_of(clone.ledger.feed, 1) - 1
    assert clone.ledger.locate(place)[0] == old
    assert clone.ledger.safety().unsafe == 0
    serve(clone, 4)
    told(clone, furnished)
    told(device, furnished)
    all_is_kept(furnished, device, clone)
    assert knows(device) == knows(clone) == {1, 2, 3, 4}


def test_a_hand_over_of_the_old_feed_is_taken_back_everywhere(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    common, own = device.ledger.head().seq, serve(clone, 2)[0]
    assert common == own, "two hand-overs under one number"
    told(clone, furnished)
    clone.station.void(own, RANI, VoidReason.WRONG_HOUSEHOLD)
    for side in (clone, device, clone):
        told(side, furnished)
    assert knows(device) == knows(clone) == {1}
    assert furnished.rows("SELECT branch, voided FROM handover ORDER BY branch") == [
        (0, False),
        (1, True),
    ]
    assert furnished.reviews(ExceptionCode.UNINTERPRETABLE) == set()
    assert device.station.roster.stock(HERE) == {SEMBAKO: 49}
    assert clone.station.roster.stock(HERE) == {SEMBAKO: 50}
    all_is_kept(furnished, device, clone)


def test_what_travels_in_the_new_feed_first_says_what_it_goes_on_with(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    old = clone.ledger.feed
    told(clone, furnished)
    (first,) = furnished.facts_of(clone.ledger.feed).values()
    assert facts.decode(first).body == SessionOpened(HERE, "", old, 1)
    serve(clone, 3)
    told(clone, furnished)
    assert furnished.rows("SELECT DISTINCT point FROM handover") == [(HERE,)]


# --- when it can't be done -------------------------------------------------------------------


REFUSED: dict[Refusal, type[SyncError]] = {
    Refusal.MALFORMED: ForkFound,  # an older centre
    Refusal.REVOKED: DeviceRevoked,
    Refusal.CODE: ForkFound,
    Refusal.UNKNOWN_FEED: NotTrusted,
}


@pytest.mark.parametrize("refusal", REFUSED)
def test_without_a_new_feed_it_stays_in_the_old_one_and_is_told(
    furnished: Centre, device: FieldDevice, clone: FieldDevice, refusal: Refusal
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    old = clone.ledger.feed

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "refeed":
            return refuse(refusal, AT)
        return furnished.receiver.answer(operation, body)

    for _ in range(2):
        with pytest.raises(REFUSED[refusal]):
            sync(clone, Straight(answer))
    assert clone.ledger.feed == old
    assert clone.ledger.safety().unsafe == 0, "the centre did sign for what it got"
    assert moved_at(clone.connection) is None
    serve(clone, 3)
    assert told(clone, furnished).moved
    told(device, furnished)
    all_is_kept(furnished, device, clone)


def test_a_blocked_laptop_gets_no_new_feed(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    furnished.revoke(1)
    with pytest.raises(DeviceRevoked):
        told(clone, furnished)
    assert furnished.rows("SELECT count(*) FROM feed") == [(1,)]
    assert kept(furnished, clone) == written(device, clone)


def test_another_centres_certificate_is_not_taken(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    imposter = furnished.receiving(Signer.of(b"\x77" * 32))

    def answer(operation: str, body: bytes) -> Reply:
        of = imposter if operation == "refeed" else furnished.receiver
        return of.answer(operation, body)

    with pytest.raises(NotTrusted):
        sync(clone, Straight(answer))
    assert clone.identity.earlier == ()


def test_a_certificate_for_another_key_is_not_taken(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "refeed":
            return Reply(200, clone.identity.certificate)
        return furnished.receiver.answer(operation, body)

    with pytest.raises(BadAnswer):
        sync(clone, Straight(answer))
    assert load_identity(clone.connection) == clone.identity


def test_a_centre_restored_from_before_the_new_feed_certifies_it_again(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    backup = back_up(furnished.engine)
    assert told(clone, furnished).moved
    serve(clone, 3)
    assert told(device, furnished).moved
    assert not told(clone, furnished).moved
    serve(device, 4)
    put_back(furnished.engine, backup)
    feeds = {one.ledger.feed for one in (device, clone)}
    for one in (clone, device, clone):
        assert not told(one, furnished).moved
    assert {one.ledger.feed for one in (device, clone)} == feeds
    all_is_kept(furnished, device, clone)
    assert furnished.rows("SELECT count(*) FROM feed") == [(3,)]


# --- power cuts and lost answers -------------------------------------------------------------


def test_a_lost_certificate_is_asked_for_again_and_makes_no_second_feed(
    furnished: Centre, device: FieldDevice, clone: FieldDevice
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)

    def answer(operation: str, body: bytes) -> Reply:
        reply = furnished.receiver.answer(operation, body)
        if operation == "refeed":
            raise LinkLost()
        return reply

    with pytest.raises(LinkLost):
        sync(clone, Straight(answer))
    assert furnished.rows("SELECT count(*) FROM feed") == [(2,)]
    clone.restart()
    serve(clone, 3)
    assert told(clone, furnished).moved
    assert furnished.rows("SELECT count(*) FROM feed") == [(2,)]
    told(device, furnished)
    all_is_kept(furnished, device, clone)


CLIENT = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from sync import session
    from tests.support.field import opened
    from tests.support.syncing import sync_over_http
    move, when = session.move, sys.argv[3]

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    def moving(*given):
        if when == "before the move":
            die()
        moved = move(*given)
        if when == "after the move":
            die()
        return moved

    session.move = moving
    if when == "before the points are read anew":
        session.read_anew_after_move = die
    sync_over_http(opened(Path(sys.argv[1])), sys.argv[2], (20.0, 20.0))
    """
)


def _true(centre: Centre) -> Callable[[str, bytes], Said]:
    return lambda operation, body: Said.reply(centre.receiver.answer(operation, body))


@pytest.fixture
def server(furnished: Centre) -> Iterator[TinyServer]:
    """The centre behind HTTP."""
    with serving(_true(furnished)) as made:
        yield made


MOMENTS = ["refeed asked", "refeed done", "before the move", "after the move"]
MOMENTS += ["before the points are read anew", "hello in the new feed", "push in the new feed"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_of_it_the_laptop_can_go_on(
    furnished: Centre, server: TinyServer, device: FieldDevice, clone: FieldDevice, moment: str
) -> None:
    serve(device, 1)
    told(device, furnished)
    serve(clone, 2)
    clone.close()
    true, killed, moved = _true(furnished), threading.Event(), threading.Event()

    def answer(operation: str, body: bytes) -> Said:
        if moment == f"{operation} asked":
            return kill()
        said = true(operation, body)
        if moment == f"{operation} done" or (
            moved.is_set() and moment == f"{operation} in the new feed"
        ):
            return kill()
        if operation == "refeed":
            moved.set()
        return said

    def kill() -> Said:
        client.send_signal(signal.SIGKILL)
        client.wait()
        killed.set()
        return Said(hangs_up=True)

    server.answer = answer
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(clone.folder), server.url, moment])
    assert client.wait(60) == -signal.SIGKILL
    server.answer = true
    clone.restart()
    serve(clone, 3)
    assert clone.station.handed() == 2
    told(clone, furnished)
    clone.restart()
    serve(clone, 4)
    assert clone.station.handed() == 3
    for side in (clone, device, clone):
        told(side, furnished)
    assert furnished.rows("SELECT count(*) FROM feed") == [(3,)], "no feed in vain"
    all_is_kept(furnished, device, clone)
    assert knows(device) == knows(clone) == {1, 2, 3, 4}
    assert len(clone.identity.earlier) == 1
    handed = [
        fact.body.household for _, fact in clone.ledger.since(0) if isinstance(fact.body, Handover)
    ]
    assert handed == [FAMILIES[number].id for number in (2, 3, 4)]
