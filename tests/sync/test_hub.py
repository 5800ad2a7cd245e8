"""Stations and their hub over real TLS: who is served at one is refused at the others; hubs go and
come; strangers get nothing and can inject nothing."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.clock import Anchor
from models.cose import Signer
from models.errors import HubError, HubNotTrusted, HubRefused
from models.feed import encode_segment
from models.field.database import write
from models.field.device import Identity, save_anchor
from models.field.projections import FACT
from models.hub_text import HubPlace
from models.page import Page
from models.verdict import Verdict
from sync import hub_server, mending
from sync.exchange import PATH, AskHeads, Tell, encode_ask_heads
from sync.hub_client import HubConnection, NotIntroduced
from sync.messages import (
    MAX_BODY,
    MEDIA_TYPE,
    Certificate,
    Receipt,
    encode_certificate,
    encode_receipt,
    read_certificate,
)
from sync.tls import station_context
from tests.support.feeds import certificate_of, gave, siblings_page
from tests.support.field import identity_of, new_device
from tests.support.stations import PATIENCE, Eventually, Laptop
from tests.support.world import AT, CENTRE, HERE, THERE, family, roster_page

FAMILIES = [family(number) for number in range(1, 30)]
SITI, JOKO, RINA = FAMILIES[:3]
OTHER_CENTRE = Signer.of(b"\x44" * 32)

FAR = 1000
"""Behind the roster's page in the stream."""

Make = Callable[[int], Laptop]


@pytest.fixture
def eventually() -> Eventually:
    return Eventually()


@pytest.fixture
def make(tmp_path: Path, eventually: Eventually) -> Iterator[Make]:
    """Enrolled laptops with a roster, which know of each other from the centre's last page."""
    made = list[Laptop]()

    def one(number: int) -> Laptop:
        device = new_device(tmp_path / str(number), number, page=roster_page(FAMILIES))
        others = [identity_of(other) for other in (1, 2, 3, 4) if other != number]
        device.pull(siblings_page(others, after=FAR))
        laptop = Laptop(device, eventually)
        laptop.open()
        made.append(laptop)
        return laptop

    yield one
    for laptop in made:
        laptop.close()


def always(*places: HubPlace) -> Callable[[], tuple[HubPlace, ...]]:
    """A finder that knows these."""
    return lambda: places


def all_hold_the_same(eventually: Eventually, *laptops: Laptop) -> None:
    """Waits until they do."""
    eventually.until(lambda: len({frozenset(laptop.held()) for laptop in laptops}) == 1)


# --- the purpose of it all -------------------------------------------------------------------


def test_who_is_served_at_one_station_is_refused_at_the_others(
    make: Make, eventually: Eventually
) -> None:
    hub, a, b = make(1), make(2), make(3)
    place = hub.be_hub()
    for station in (a, b):
        station.join(always(place))
    eventually.until(lambda: all(laptop.states[-1].hub == hub.feed for laptop in (a, b)))
    assert b.verdict(SITI) is Verdict.ELIGIBLE
    a.serve(SITI)
    eventually.until(lambda: b.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    assert hub.verdict(SITI) is Verdict.ALREADY_COLLECTED
    hub.serve(JOKO)
    eventually.until(lambda: a.verdict(JOKO) is b.verdict(JOKO) is Verdict.ALREADY_COLLECTED)
    b.serve(RINA)
    eventually.until(lambda: a.verdict(RINA) is hub.verdict(RINA) is Verdict.ALREADY_COLLECTED)
    all_hold_the_same(eventually, hub, a, b)


def test_a_station_knows_when_the_hub_has_what_it_wrote(make: Make, eventually: Eventually) -> None:
    hub, a = make(1), make(2)
    a.join(always(hub.be_hub()))
    a.serve(SITI, JOKO)
    eventually.until(lambda: a.states[-1].passed_on == 3)
    assert a.states[-1].hub == hub.feed
    assert a.states[-1].address == f"127.0.0.1:{_port(hub)}"
    assert a.states[-1].problem is None
    assert hub.present == {a.feed}


def test_one_connection_serves_for_long_and_a_silent_one_is_opened_anew(
    make: Make, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_server._Handler, "timeout", 0.2)
    hub, a, b = make(1), make(2), make(3)
    place = hub.be_hub()
    for station in (a, b):
        station.join(always(place))
    a.serve(SITI)
    eventually.until(lambda: b.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    # The connection that tells is let go; the one that listens waits for an answer meanwhile.
    eventually.until(lambda: hub.server is not None and hub.server.connections() <= 2)
    a.serve(JOKO)
    eventually.until(lambda: b.verdict(JOKO) is Verdict.ALREADY_COLLECTED)
    assert all(state.problem is None for state in a.states)


@pytest.mark.parametrize("at", [0, 1], ids=["hub", "station"])
def test_what_rots_on_one_disk_comes_whole_from_another(
    make: Make, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(mending, "LOOK_EVERY", 0.0)
    laptops = hub, a = make(1), make(2)
    a.join(always(hub.be_hub()))
    a.serve(SITI)
    hub.serve(JOKO)
    all_hold_the_same(eventually, hub, a)
    damaged, other = laptops[at], laptops[1 - at]
    of = (FACT.c.seq == 2, FACT.c.feed == damaged.feed)

    def rot() -> bytes:
        device = damaged.device
        whole: bytes = device.connection.execute(select(FACT.c.body).where(*of)).scalar_one()
        with write(device.connection):
            device.connection.execute(update(FACT).where(*of).values(body=b"rotten"))
        return whole

    def body() -> bytes:
        found: bytes = damaged.device.connection.execute(
            select(FACT.c.body).where(*of)
        ).scalar_one()
        return found

    whole = damaged.in_db(rot)
    other.serve(RINA)  # so that they speak
    eventually.until(lambda: damaged.in_db(body) == whole)


# --- hubs that go and come -------------------------------------------------------------------


def test_a_station_goes_on_alone_and_catches_up_with_another_hub(
    make: Make, eventually: Eventually
) -> None:
    first, second, a, b = make(1), make(4), make(2), make(3)
    places = [first.be_hub()]
    for station in (a, b):
        station.join(lambda: tuple(places))
    a.serve(SITI)
    eventually.until(lambda: b.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    first.stop_hub()
    eventually.until(lambda: all(laptop.states[-1].hub is None for laptop in (a, b)))
    assert all(isinstance(laptop.states[-1].problem, HubError) for laptop in (a, b))
    a.serve(JOKO)
    b.serve(RINA)
    assert b.verdict(JOKO) is a.verdict(RINA) is Verdict.ELIGIBLE
    places[:] = [second.be_hub()]
    eventually.until(
        lambda: (
            a.verdict(RINA) is b.verdict(JOKO) is second.verdict(SITI) is Verdict.ALREADY_COLLECTED
        )
    )
    all_hold_the_same(eventually, second, a, b)


def test_two_doubles_made_alone_both_stand_everywhere(make: Make, eventually: Eventually) -> None:
    hub, a, b = make(1), make(2), make(3)
    for station in (a, b):
        station.serve(SITI)
    place = hub.be_hub()
    for station in (a, b):
        station.join(always(place))
    eventually.until(lambda: hub.held() == a.held() == b.held() and len(hub.held()) == 5)


def test_with_two_addresses_the_one_that_answers_is_taken(
    make: Make, eventually: Eventually
) -> None:
    hub, a = make(1), make(2)
    place = hub.be_hub()
    with socket.socket() as taken:
        taken.bind(("127.0.0.2", 0))  # nobody listens on it
        a.join(always(replace(place, addresses=("127.0.0.2", "127.0.0.1"))))
        eventually.until(lambda: a.states[-1].hub == hub.feed)


def test_of_two_hubs_the_one_that_fails_is_passed_over(make: Make, eventually: Eventually) -> None:
    hub, a = make(1), make(2)
    gone, place = make(4).be_hub(), hub.be_hub()
    a.join(always(replace(gone, port=1), place))
    eventually.until(lambda: a.states[-1].hub == hub.feed)


def test_a_hub_may_be_another_hubs_station(make: Make, eventually: Eventually) -> None:
    upper, lower, a, b = make(1), make(4), make(2), make(3)
    place = upper.be_hub()
    a.join(always(place))
    lower.join(always(place))
    b.join(always(lower.be_hub()))
    a.serve(SITI)
    eventually.until(lambda: b.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    b.serve(JOKO)
    eventually.until(lambda: a.verdict(JOKO) is Verdict.ALREADY_COLLECTED)


# --- what the centre signed goes round -------------------------------------------------------


def test_a_receipt_that_one_brought_makes_safe_what_the_others_wrote(
    make: Make, eventually: Eventually
) -> None:
    hub, a, b = make(1), make(2), make(3)
    place = hub.be_hub()
    for station in (a, b):
        station.join(always(place))
    a.serve(SITI)
    all_hold_the_same(eventually, hub, a, b)
    head = a.in_db(a.device.ledger.head)
    receipt = encode_receipt(Receipt(a.feed, head, AT), CENTRE)
    assert a.in_db(a.device.ledger.safety).unsafe == 2
    assert b.in_db(lambda: b.relay.cover(receipt))  # it was at the centre, and carried what it had
    b.wrote()
    eventually.until(lambda: a.in_db(a.device.ledger.safety).unsafe == 0)
    assert hub.in_db(lambda: hub.relay.receipts([a.feed])) == (receipt,)


def test_a_receipt_of_another_centre_is_passed_over(make: Make, eventually: Eventually) -> None:
    hub, a = make(1), make(2)
    a.join(always(hub.be_hub()))
    eventually.until(lambda: a.states[-1].passed_on == 1)
    receipt = encode_receipt(Receipt(a.feed, a.device.ledger.head(), AT), OTHER_CENTRE)
    connection = HubConnection(HubPlace(("127.0.0.1",), _port(hub)), _context(2))
    with pytest.raises(HubError):
        connection.tell(Tell((), (receipt,)))
    connection.close()
    assert hub.in_db(lambda: hub.relay.receipts([a.feed])) == ()


# --- who was enrolled lately -----------------------------------------------------------------


def test_a_station_that_the_hub_never_heard_of_shows_its_certificate(
    make: Make, eventually: Eventually
) -> None:
    hub, a, new = make(1), make(2), make(9)
    place = hub.be_hub()
    for station in (a, new):
        station.join(always(place))
    new.serve(SITI)
    eventually.until(lambda: a.verdict(SITI) is Verdict.ALREADY_COLLECTED)


def test_a_hub_that_the_stations_never_heard_of_shows_its_certificate(
    make: Make, eventually: Eventually
) -> None:
    hub, a = make(9), make(2)
    a.join(always(hub.be_hub()))
    hub.serve(SITI)
    eventually.until(lambda: a.verdict(SITI) is Verdict.ALREADY_COLLECTED)


def test_an_address_without_a_name_will_do(make: Make, eventually: Eventually) -> None:
    hub, a = make(1), make(2)
    a.join(always(replace(hub.be_hub(), feed=None)))
    a.serve(SITI)
    eventually.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)


@pytest.mark.parametrize("days", [-365, 365, -20 * 365])
def test_wrong_clocks_keep_nobody_apart(make: Make, eventually: Eventually, days: int) -> None:
    hub, a = make(1), make(2)
    a.in_db(lambda: save_anchor(a.device.connection, Anchor(AT, 0)))
    a.in_db(a.device.station.reload)
    a.device.clock.off(days)
    a.join(always(hub.be_hub()))
    a.serve(SITI)
    eventually.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)


# --- forks -----------------------------------------------------------------------------------


def test_a_cloned_laptops_two_sides_are_kept_by_all(
    make: Make, eventually: Eventually, tmp_path: Path
) -> None:
    hub, a, b = make(1), make(2), make(3)
    a.serve(SITI)
    clone = a.cloned(tmp_path / "clone")
    try:
        a.serve(JOKO)
        clone.serve(RINA)
        place = hub.be_hub()
        for station in (a, clone, b):
            station.join(always(place))
        eventually.until(
            lambda: hub.held() == a.held() == b.held() == clone.held() and len(b.held()) == 6
        )
        assert b.verdict(JOKO) is b.verdict(RINA) is Verdict.ALREADY_COLLECTED
    finally:
        clone.close()


# --- strangers -------------------------------------------------------------------------------


def _port(hub: Laptop) -> int:
    assert hub.server is not None
    return hub.server.port


def _context(number: int) -> ssl.SSLContext:
    return station_context(identity_of(number))


def _of_another_centre(number: int) -> Identity:
    mine = identity_of(number)
    word = Certificate(AT, mine.signer.public_key, number, mine.name, (HERE,))
    signed = encode_certificate(word, OTHER_CENTRE)
    certified = read_certificate(signed)
    return replace(
        mine,
        centre_key=OTHER_CENTRE.public_key,
        certificate=signed,
        x509=certified.x509,
        authority=certified.authority,
    )


def _bare_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _post(port: int, context: ssl.SSLContext | None, path: str, body: bytes) -> int:
    """What a stranger's program gets; raises what it meets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.connect()
        if context is not None:
            connection.sock = context.wrap_socket(connection.sock)
        connection.request("POST", path, body, {"Content-Type": MEDIA_TYPE})
        return connection.getresponse().status
    finally:
        connection.close()


ASK = encode_ask_heads(AskHeads(b"", 0, ()))


def test_a_stranger_without_a_certificate_gets_nothing(make: Make) -> None:
    hub = make(1)
    port = hub.be_hub().port
    before = hub.held()
    for context in (None, _bare_context()):
        for operation, body in (("heads", ASK), ("push", gave(2, [SITI]).wire())):
            with pytest.raises((OSError, http.client.HTTPException)):
                _post(port, context, PATH + operation, body)
    older = _context(2)
    older.minimum_version = ssl.TLSVersion.TLSv1_2
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(OSError):
        _post(port, older, PATH + "heads", ASK)
    assert hub.held() == before
    assert hub.present == frozenset()


def test_a_device_of_another_centre_gets_nothing_and_is_listened_to_by_nobody(
    make: Make, eventually: Eventually
) -> None:
    hub, a = make(1), make(2)
    stranger = _of_another_centre(3)
    hub_refuses = HubConnection(hub.be_hub(), _mixed(stranger, hub.device.identity))
    with pytest.raises(HubError):
        hub_refuses.heads(AskHeads(b"", 0, ()))
    b = make(3)
    place = b.be_hub(identity=_of_another_centre(3))
    a.join(always(place))
    eventually.until(lambda: isinstance(a.states[-1].problem, HubNotTrusted))
    assert a.in_db(lambda: a.relay.store.sender(b.feed)) is not None
    assert b.held() & a.held() == set()


def _mixed(shown: Identity, trusted: Identity) -> ssl.SSLContext:
    """A stranger's context that shows its own certificate and would take the hub's."""
    return station_context(replace(shown, authority=trusted.authority))


def test_another_device_than_the_one_named_is_not_the_hub(
    make: Make, eventually: Eventually
) -> None:
    hub, a = make(1), make(2)
    a.join(always(replace(hub.be_hub(), feed=identity_of(3).signer.key_id)))
    eventually.until(lambda: isinstance(a.states[-1].problem, HubNotTrusted))
    a.serve(SITI)
    assert hub.verdict(SITI) is Verdict.ELIGIBLE


def test_a_blocked_station_is_refused_and_a_blocked_hub_is_left(
    make: Make, eventually: Eventually
) -> None:
    hub, blocked, a = make(1), make(2), make(3)
    place = hub.be_hub()
    for station in (blocked, a):
        station.join(always(place))
    blocked.serve(SITI)
    eventually.until(lambda: a.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    # The hub hears of it by a sync; what was recorded before stays, and goes on to others.
    hub.in_db(lambda: hub.device.pull(_blocked(2)))
    hub.wrote()
    eventually.until(lambda: isinstance(blocked.states[-1].problem, HubRefused))
    blocked.serve(JOKO)
    hub.serve(RINA)
    eventually.until(lambda: a.verdict(RINA) is Verdict.ALREADY_COLLECTED)
    assert a.verdict(JOKO) is hub.verdict(JOKO) is Verdict.ELIGIBLE
    assert blocked.verdict(RINA) is Verdict.ELIGIBLE
    a.in_db(lambda: a.device.pull(_blocked(1)))
    hub.serve(FAMILIES[5])
    eventually.until(lambda: isinstance(a.states[-1].problem, HubNotTrusted))
    a.serve(FAMILIES[6])
    assert hub.verdict(FAMILIES[6]) is Verdict.ELIGIBLE


def _blocked(number: int) -> Page:
    return siblings_page([identity_of(number)], after=FAR + 1, revoked=True)


def test_what_a_blocked_device_wrote_is_passed_on_by_others(
    make: Make, eventually: Eventually
) -> None:
    hub, a, b = make(1), make(2), make(3)
    feed = gave(4, [SITI])
    for laptop in (hub, a, b):
        page = siblings_page([feed], after=FAR + 1, revoked=True)
        laptop.in_db(partial(laptop.device.pull, page))
    a.in_db(lambda: a.relay.store.introduce(certificate_of(feed)))
    a.take(feed.segment())
    place = hub.be_hub()
    for station in (a, b):
        station.join(always(place))
    eventually.until(lambda: b.verdict(SITI) is Verdict.ALREADY_COLLECTED)


def test_a_device_of_another_point_is_refused(make: Make, tmp_path: Path) -> None:
    hub = make(1)
    place = hub.be_hub()
    elsewhere = identity_of(9, (THERE,))
    connection = HubConnection(place, station_context(elsewhere))
    with pytest.raises(HubRefused):
        connection.tell(Tell((elsewhere.certificate,)))
    with pytest.raises(HubRefused):
        connection.heads(AskHeads(b"", 0, ()))
    connection.close()


def test_a_certified_station_can_not_pass_off_anything_as_anothers(make: Make) -> None:
    hub = make(1)
    connection = HubConnection(hub.be_hub(), _context(2))
    victim = gave(4, [SITI])
    hub.in_db(lambda: hub.relay.store.introduce(certificate_of(victim)))
    before = hub.held()
    forged = gave(4, [SITI, JOKO])
    segment = replace(victim.segment(), facts=tuple(forged.facts))
    for wire in (encode_segment(segment), encode_segment(replace(segment, checkpoint=b"")), b"x"):
        with pytest.raises(HubError):
            connection.push(victim.id, wire)
    stranger = gave(7, [RINA])
    with pytest.raises(NotIntroduced):
        connection.push(stranger.id, stranger.wire())
    assert hub.held() == before
    connection.close()


# --- limits ----------------------------------------------------------------------------------


def test_who_opens_a_connection_and_says_nothing_holds_up_nobody(
    make: Make, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_server, "HANDSHAKE_SECONDS", 0.3)
    hub, a = make(1), make(2)
    place = hub.be_hub()
    silent = [socket.create_connection(("127.0.0.1", place.port)) for _ in range(3)]
    a.join(always(place))
    eventually.until(lambda: a.states[-1].hub == hub.feed)
    for one in silent:
        one.settimeout(PATIENCE)
        assert one.recv(1) == b""  # it is hung up on
        one.close()


def test_one_address_has_only_so_many_connections(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_server, "MOST_OF_ONE_ADDRESS", 2)
    place = make(1).be_hub()
    held = [HubConnection(place, _context(2)) for _ in range(2)]
    for connection in held:
        connection.connect()
    with pytest.raises(HubError):
        HubConnection(place, _context(3)).heads(AskHeads(b"", 0, ()))
    held[0].heads(AskHeads(b"", 0, ()))
    for connection in held:
        connection.close()


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        (PATH + "heads", str(MAX_BODY + 1), 413),
        (PATH + "heads", "-1", 400),
        (PATH + "heads", "", 400),
        ("/", "0", 400),
        (PATH + "other", "0", 400),
    ],
)
def test_what_is_no_request_is_refused_before_it_is_read(
    make: Make, path: str, length: str, status: int
) -> None:
    place = make(1).be_hub()
    with (
        socket.create_connection(("127.0.0.1", place.port), PATIENCE) as plain,
        _context(2).wrap_socket(plain) as closed,
    ):
        head = f"POST {path} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
        closed.sendall(head.encode())
        assert int(closed.recv(99).split()[1]) == status
