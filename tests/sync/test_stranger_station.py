"""A stranger, who has only the protocol's page, is a station of our hub: facts go both ways, and
who is not certified, or blocked, gets nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.box_keys import BoxKey
from models.cose import Signer as OurSigner
from models.feed import FEED_ID_BYTES, Head
from models.feed import Segment as OurSegment
from models.field.device import Identity
from models.hub_text import HubPlace, to_text
from models.verdict import Verdict
from sync.messages import Certificate, Receipt, encode_certificate, encode_receipt, read_certificate
from tests.support.feeds import MadeFeed, certificate_of, gave, siblings_page
from tests.support.field import identity_of, new_device
from tests.support.stations import PATIENCE, Eventually, Laptop
from tests.support.world import AT, CENTRE, HERE, RANI, THERE, Family, family, roster_page
from tests.sync.stranger import hub as words
from tests.sync.stranger import papers, wire
from tests.sync.stranger.hub import NoHub, Place, Refused
from tests.sync.stranger.papers import Row
from tests.sync.stranger.segments import Segment
from tests.sync.stranger.station import Station
from tests.sync.test_stranger_vectors import plain, raw, vector

FAMILIES = [family(number) for number in range(1, 30)]
SITI, JOKO, RINA = FAMILIES[:3]
FAR = 1000
"""Behind the roster's page in the stream."""
OPENED, HANDED, CAMERA = 1, 3, 1
OURS, STRANGER = 1, 2
NEW = 9
"""A device that was enrolled after everybody's last pull."""
OTHER_CENTRE = OurSigner.of(b"\x44" * 32)

Make = Callable[[int], Laptop]


@pytest.fixture
def eventually() -> Eventually:
    return Eventually()


@pytest.fixture
def make(tmp_path: Path, eventually: Eventually) -> Iterator[Make]:
    """Laptops of ours that know devices 1 to 4 from the centre, each with an open session."""
    made = list[Laptop]()

    def one(number: int) -> Laptop:
        device = new_device(tmp_path / str(number), number, page=roster_page(FAMILIES))
        others = [identity_of(other) for other in range(1, 5) if other != number]
        device.pull(siblings_page(others, after=FAR))
        laptop = Laptop(device, eventually)
        laptop.open()
        made.append(laptop)
        return laptop

    yield one
    for laptop in made:
        laptop.close()


def row_of(number: int, *, revoked: bool = False) -> Row:
    """A device as section 15 of a page tells it."""
    signer = identity_of(number).signer
    values = (number, signer.key_id, f"Laptop {number}", signer.public_key)
    names = ("device", "feed", "name", "public_key", "box_key", "revoked")
    return dict(zip(names, (*values, BoxKey.of_feed(signer).public_key, revoked), strict=True))


def stranger(
    number: int = STRANGER,
    identity: Identity | None = None,
    siblings: tuple[Row, ...] | None = None,
) -> Station:
    """A stranger's station with the key and papers of a device, in an open session."""
    identity = identity or identity_of(number)
    told = tuple(map(row_of, range(1, 5))) if siblings is None else siblings
    made = Station(wire.Signer(identity.signer.private_key), identity.certificate, told)
    made.record(OPENED, AT, RANI, 0, {1: HERE, 2: "Tahap 1"})
    return made


def give(station: Station, one: Family) -> None:
    """Hands over what is due to a family."""
    lines = [[line.stage, line.package, line.quantity] for line in one.due]
    body = {1: one.id, 2: lines, 3: CAMERA, 4: one.slip_number}
    station.record(HANDED, AT, RANI, 1, body)


def at(laptop: Laptop) -> Place:
    """Where our laptop is a hub, by the code on its screen."""
    place = laptop.be_hub()
    return words.read_code(to_text(laptop.feed, place.port, place.addresses))


def held(station: Station) -> set[tuple[bytes, int, bytes]]:
    """Every fact that the stranger holds, as our laptops tell theirs."""
    return {
        (feed.id, number, digest)
        for feed in station.feeds.values()
        for digest, (number, _, _) in feed.facts.items()
    }


def bodies(laptop: Laptop, feed: bytes) -> list[bytes]:
    """What our laptop holds of a feed's first branch, to the byte."""
    head = laptop.in_db(lambda: laptop.relay.store.held(feed, Head(0, b""))).head
    segment = laptop.in_db(lambda: laptop.relay.segment(feed, head, ()))
    return [] if segment is None else list(segment.facts)


# --- the purpose of it all -------------------------------------------------------------------


def test_who_is_served_at_the_strangers_is_refused_at_ours_and_the_other_way_round(
    make: Make,
) -> None:
    ours, theirs = make(OURS), stranger()
    with theirs.call(at(ours)) as way:
        assert theirs.hear(way) == 1, "the session that was opened there"
        give(theirs, SITI)
        assert theirs.say(way) == 2
        assert ours.verdict(SITI) is Verdict.ALREADY_COLLECTED
        assert bodies(ours, theirs.key.id) == theirs.own.in_order(theirs.own.heads[0])
        ours.serve(JOKO)
        assert theirs.hear(way) == 1
        feed = theirs.feeds[ours.feed]
        assert feed.in_order(feed.heads[0]) == bodies(ours, ours.feed)
        last = wire.read(feed.in_order(feed.heads[0])[-1])
        assert (last[0], last[4][1]) == (HANDED, JOKO.id)
        assert held(theirs) == ours.held()
        assert theirs.say(way) == theirs.hear(way) == 0, "a second time there is nothing to do"
        assert way.feed == ours.feed and ours.present == {theirs.key.id}


def test_the_hub_keeps_its_answer_back_until_there_is_something(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    place = at(ours)
    with theirs.call(place) as listening, theirs.call(place) as telling:
        theirs.hear(listening)
        theirs.say(telling)
        theirs.hear(listening)
        assert theirs.hear(listening, wait=1) == 0, "the wait is over"
        with ThreadPoolExecutor(1) as pool:
            soon = pool.submit(theirs.hear, listening, words.LONGEST_WAIT)
            ours.serve(SITI)
            assert soon.result(PATIENCE) == 1


def test_what_one_station_of_ours_wrote_reaches_the_stranger_through_the_hub_and_back(
    make: Make, eventually: Eventually
) -> None:
    ours, other, theirs = make(OURS), make(3), stranger()
    place = at(ours)
    other.join(lambda: [HubPlace(("127.0.0.1",), place.port, ours.feed)])
    other.serve(SITI)
    eventually.until(lambda: ours.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    with theirs.call(place) as way:
        assert theirs.hear(way) == 3
        give(theirs, JOKO)
        theirs.say(way)
        eventually.until(lambda: other.verdict(JOKO) is Verdict.ALREADY_COLLECTED)
        assert held(theirs) == ours.held() == other.held()


def test_a_long_feed_comes_in_stretches_that_its_device_signed(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    feed = gave(4, FAMILIES[:20])
    ours.in_db(lambda: ours.relay.store.introduce(certificate_of(feed)))
    for first in range(1, 22, 3):
        ours.take(feed.segment(first, min(first + 2, 21)))
    with theirs.call(at(ours)) as way:
        assert theirs.hear(way) == 22
        taken = theirs.feeds[feed.id]
        assert taken.in_order(taken.heads[0]) == feed.facts


def test_both_branches_of_a_clone_go_both_ways(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    feed = MadeFeed(4)
    feed.open()
    clone = feed.branch_off(1)
    for one, family_ in ((feed, SITI), (clone, JOKO)):
        one.give(family_)
    ours.in_db(lambda: ours.relay.store.introduce(certificate_of(feed)))
    for one in (feed, clone):
        ours.take(one.segment())
    with theirs.call(at(ours)) as way:
        theirs.hear(way)
        known = theirs.feeds[feed.id]
        assert [known.in_order(head) for head in known.heads] == [feed.facts, clone.facts]
        third = feed.branch_off(1)
        third.give(RINA)
        known.take(_theirs(third.segment(2)), wire.chain(feed.hashes[0], 2, third.facts[1:]))
        assert theirs.say(way) == 1 + 2
        assert ours.verdict(RINA) is Verdict.ALREADY_COLLECTED
        assert held(theirs) == ours.held()


def _theirs(segment: OurSegment) -> Segment:
    parts = (segment.feed, segment.first, segment.before, segment.facts, segment.checkpoint)
    return Segment(*parts)


# --- what the centre signed ------------------------------------------------------------------


def test_receipts_go_both_ways(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    ours.serve(SITI)
    place = at(ours)
    with theirs.call(place) as way:
        theirs.hear(way)
        theirs.say(way)
        theirs.hear(way)
        head = Head(2, theirs.feeds[ours.feed].heads[0][1])
        assert theirs.cover(encode_receipt(Receipt(ours.feed, head, AT), CENTRE))
        assert ours.in_db(ours.device.ledger.safety).unsafe == 2
        theirs.say(way)
        assert ours.in_db(ours.device.ledger.safety).unsafe == 0
        number, digest = theirs.own.heads[0]
        receipt = encode_receipt(Receipt(theirs.key.id, Head(number, digest), AT), CENTRE)
        assert ours.in_db(lambda: ours.relay.cover(receipt))
        ours.wrote()
        theirs.hear(way)
        assert (theirs.own.covered, theirs.own.receipt) == (1, receipt)


def test_a_hub_and_a_station_that_never_heard_of_each_other_show_their_certificates(
    make: Make,
) -> None:
    ours, theirs = make(OURS), stranger(NEW, siblings=())
    with theirs.call(at(ours)) as way:
        assert theirs.hear(way) == 1, "by the certificate that came with the answer"
        give(theirs, SITI)
        theirs.say(way)
        assert ours.verdict(SITI) is Verdict.ALREADY_COLLECTED


# --- who gets nothing ------------------------------------------------------------------------


def test_a_station_that_no_centre_of_ours_certified_gets_nothing(make: Make) -> None:
    ours = make(OURS)
    signer = identity_of(STRANGER).signer
    word = Certificate(AT, signer.public_key, STRANGER, "Laptop 2", (HERE,))
    signed = encode_certificate(word, OTHER_CENTRE)
    # It would take the hub's certificate, and shows one of another centre.
    given = read_certificate(signed)
    word_of_ours = papers.read_certificate(identity_of(STRANGER).certificate)
    said = [1, AT, signer.public_key, STRANGER, "Laptop 2", [HERE], OTHER_CENTRE.public_key]
    other = wire.Signer(OTHER_CENTRE.private_key, wire.CENTRE_ID)
    papers_of_both = wire.write([*said, given.x509, word_of_ours.authority])
    mixed = other.sign(papers_of_both, wire.CERTIFICATE)
    theirs = Station(wire.Signer(signer.private_key), mixed, [row_of(OURS)])
    theirs.record(OPENED, AT, RANI, 0, {1: HERE})
    place, before = at(ours), ours.held()
    with pytest.raises(NoHub):
        theirs.hear(theirs.call(place))
    assert list(theirs.feeds) == [theirs.key.id] and ours.held() == before
    assert ours.present == frozenset()


def test_a_blocked_station_gets_nothing_and_brings_nothing(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    page = siblings_page([identity_of(STRANGER)], after=FAR + 1, revoked=True)
    ours.in_db(lambda: ours.device.pull(page))
    place, before = at(ours), ours.held()
    with theirs.call(place) as way:
        give(theirs, SITI)
        for ask in (theirs.hear, theirs.say):
            with pytest.raises(Refused) as told:
                ask(way)
            assert told.value.error == "revoked"
        assert list(theirs.feeds) == [theirs.key.id] and ours.held() == before
        assert ours.verdict(SITI) is Verdict.ELIGIBLE


def test_a_station_of_another_point_gets_nothing(make: Make) -> None:
    ours, theirs = make(OURS), stranger(identity=identity_of(NEW, (THERE,)), siblings=(row_of(1),))
    with theirs.call(at(ours)) as way:
        with pytest.raises(Refused) as told:
            theirs.hear(way)
        assert told.value.error == "revoked"
        assert list(theirs.feeds) == [theirs.key.id]


def test_a_blocked_hub_is_left_and_another_than_the_one_named_is_none(make: Make) -> None:
    ours = make(OURS)
    place = at(ours)
    theirs = stranger(siblings=(row_of(OURS, revoked=True),))
    with pytest.raises(NoHub):
        theirs.hear(theirs.call(place))
    assert {feed for feed, _, _ in held(theirs)} == {theirs.key.id}
    with pytest.raises(NoHub):
        stranger().call(Place(place.addresses, place.port, identity_of(3).signer.key_id))


def test_nobody_can_bring_what_another_did_not_write(make: Make) -> None:
    ours, theirs = make(OURS), stranger()
    with theirs.call(at(ours)) as way:
        theirs.hear(way)
        before = ours.held()
        victim = OurSigner.of(bytes([103]) * 32, FEED_ID_BYTES)  # device 3, whom our hub knows
        own = theirs.own.segment(theirs.own.heads[0], ())
        assert own is not None
        from dataclasses import replace

        from tests.sync.stranger.segments import write_segment

        with pytest.raises(Refused) as told:
            way.ask("push", write_segment(replace(own, feed=victim.key_id)))
        assert told.value.error == "bad_segment"
        with pytest.raises(Refused) as told:
            way.ask("push", write_segment(replace(own, feed=bytes(16))))
        assert told.value.error == "unknown_feed"
        assert ours.held() == before


# --- the golden messages ---------------------------------------------------------------------


def test_the_golden_messages() -> None:
    golden = vector("hub")
    says = {name: plain(said) for name, said in golden["says"].items()}
    for name, said in says.items():
        assert wire.write(said) == raw(golden, name)
    assert wire.read(raw(golden, "tell_answer")) == []
    _, seen, wait, standing = says["heads"]
    made = words.heads(seen, wait, [words.Standing(*one) for one in standing])
    assert made == raw(golden, "heads")
    answer = words.read_held(raw(golden, "heads_answer"))
    assert [
        answer.version,
        [one.plain for one in answer.standing],
        answer.certificates,
        answer.receipts,
        answer.rotten,
    ] == says["heads_answer"]
    assert answer.certificates == [raw(vector("certificate"))]
    assert answer.receipts == [raw(vector("receipt"))]
    assert words.read_head(wire.read(raw(golden, "push_answer"))) == says["fetch"][2]


def test_the_golden_code() -> None:
    golden = vector("hub")["place"]
    place = Place(golden["addresses"], golden["port"], raw(golden, "feed"))
    assert words.read_code(f" {golden['text'].lower()}\n") == place
    with pytest.raises(wire.Unreadable):
        words.read_code(golden["text"].replace("HUB:1", "HUB:2"))
