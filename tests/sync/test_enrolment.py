"""Enrolment: a one-time code makes one device, also over a line that loses the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from models.box_keys import BoxKey
from models.clock import DAY, Anchor
from models.cose import Signer, key_id_of
from models.errors import (
    BadAnswer,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    EnrolmentRefused,
    LinkLost,
    NotTheCentre,
    NotTrusted,
    SyncError,
)
from models.feed import FEED_ID_BYTES, Head, genesis
from models.field.device import Identity
from models.x509 import public_key_of
from server.laptops.enrolment import VALID_MS, CodeEnroller, create_code
from sync.enrolment import enrol
from sync.messages import (
    Certificate,
    Enrol,
    Refusal,
    Reply,
    encode_certificate,
    encode_request,
    read_certificate,
    refuse,
)
from sync.receiver import Receiver
from tests.support.centre_world import Centre
from tests.support.syncing import Straight
from tests.support.world import AT, CENTRE, HERE

FINGERPRINT = CENTRE.key_id
Answer = Callable[[str, bytes], Reply]


def receiving(centre: Centre, signer: Signer = CENTRE) -> Receiver:
    """A receiving end that enrols."""
    enroller = CodeEnroller(centre.engine)
    return Receiver(centre.store, signer, lambda: centre.now, centre.stream.page, enroller)


def code_of(centre: Centre) -> str:
    """A new code for the first point."""
    with centre.engine.begin() as connection:
        return create_code(connection, HERE, AT, label="Laptop 7")


def ask(
    answer: Answer,
    code: str,
    *,
    fingerprint: bytes | None = FINGERPRINT,
    name: str = "",
    at: int = AT,
) -> tuple[Identity, Anchor]:
    """One enrolment as the app does it."""
    return enrol(
        Straight(answer),
        address="http://centre",
        code=code,
        name=name,
        version="0.1.0",
        wall_clock=lambda: at,
        fingerprint=fingerprint,
    )


def test_a_code_makes_a_device_at_its_point(centre: Centre) -> None:
    identity, anchor = ask(receiving(centre).answer, code_of(centre), name="Laptop RW 03")
    assert (identity.name, identity.points, identity.centre) == (
        "Laptop RW 03",
        (HERE,),
        "http://centre",
    )
    assert identity.centre_key == CENTRE.public_key
    assert anchor == Anchor(AT, 0)
    sender = centre.store.sender(identity.signer.key_id)
    assert sender is not None
    assert (sender.device, sender.public_key) == (identity.device, identity.signer.public_key)


def test_the_others_at_the_point_are_told_of_it_with_the_key_for_its_boxes(
    centre: Centre,
) -> None:
    asking, _ = ask(receiving(centre).answer, code_of(centre))
    feed = asking.signer.key_id
    before = centre.rows("SELECT last_n FROM point_counter WHERE point = :p", p=HERE)[0][0]
    identity, _ = ask(receiving(centre).answer, code_of(centre), name="Laptop RW 03")
    told = centre.stream.page(1, HERE, before, 10, AT, [(feed, Head(0, genesis(feed)))])
    assert told.dicts("siblings") == [
        {
            "device": identity.device,
            "feed": identity.signer.key_id,
            "name": "Laptop RW 03",
            "public_key": identity.signer.public_key,
            "box_key": BoxKey.of_feed(identity.signer).public_key,
            "revoked": False,
        }
    ]


def test_the_certificate_is_kept_with_the_pair_for_tls(centre: Centre) -> None:
    identity, _ = ask(receiving(centre).answer, code_of(centre))
    kept = read_certificate(identity.certificate)
    assert kept.certificate.feed == identity.signer.key_id
    assert kept.certificate.device == identity.device
    assert (kept.x509, kept.authority) == (identity.x509, identity.authority)
    assert public_key_of(identity.x509) == identity.signer.public_key
    assert public_key_of(identity.authority) == CENTRE.public_key


def test_the_code_may_be_typed_carelessly_and_the_name_left_out(centre: Centre) -> None:
    code = code_of(centre)
    identity, _ = ask(receiving(centre).answer, f" {code[:4].lower()} {code[4:]} ")
    assert identity.name == "Laptop 7"


def test_a_code_works_once(centre: Centre) -> None:
    code = code_of(centre)
    ask(receiving(centre).answer, code)
    with pytest.raises(EnrolmentRefused):
        ask(receiving(centre).answer, code)
    assert centre.rows("SELECT count(*) FROM device") == [(1,)]


def test_a_key_that_is_a_feed_already_uses_up_no_second_code(centre: Centre) -> None:
    first, second = code_of(centre), code_of(centre)
    signer = Signer.generate(FEED_ID_BYTES)

    def ask_with(code: str) -> Reply:
        request = Enrol(AT, code, signer.public_key, "Laptop 7", "0.1.0", bytes(32))
        return receiving(centre).answer("enrol", encode_request(request, signer))

    assert ask_with(first).status == 200
    assert ask_with(second) == refuse(Refusal.CODE, AT)
    assert centre.rows("SELECT count(*) FROM device") == [(1,)]
    identity, _ = ask(receiving(centre).answer, second)
    assert identity.points == (HERE,)


@pytest.mark.parametrize("code", ["", "ABCD2345", "ABCD-2345-", "'; DROP TABLE device", "A" * 64])
def test_a_wrong_code_makes_nothing(centre: Centre, code: str) -> None:
    with pytest.raises(EnrolmentRefused):
        ask(receiving(centre).answer, code)
    assert centre.rows("SELECT count(*) FROM device") == [(0,)]


def test_a_code_runs_out(centre: Centre) -> None:
    code = code_of(centre)
    centre.now = AT + VALID_MS
    with pytest.raises(EnrolmentRefused):
        ask(receiving(centre).answer, code)


def test_of_two_laptops_with_one_code_one_is_enrolled(centre: Centre) -> None:
    code, done = code_of(centre), list[object]()

    def one() -> None:
        try:
            done.append(ask(receiving(centre).answer, code))
        except EnrolmentRefused as error:
            done.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(found, EnrolmentRefused) for found in done) == [
        False,
        True,
        True,
        True,
    ]
    assert centre.rows("SELECT count(*) FROM device") == [(1,)]


@pytest.mark.parametrize("trouble", [CentreDown(), CentreSlow(), LinkLost()])
def test_an_answer_lost_after_the_commit_does_not_cost_the_code(
    centre: Centre, trouble: SyncError
) -> None:
    true, asked = receiving(centre).answer, [0]

    def answer(operation: str, body: bytes) -> Reply:
        reply = true(operation, body)
        asked[0] += 1
        if asked[0] == 1:
            raise trouble
        return reply

    identity, _ = ask(answer, code_of(centre))
    assert centre.rows("SELECT count(*) FROM device") == [(1,)]
    assert centre.store.sender(identity.signer.key_id) is not None


@pytest.mark.parametrize("trouble", [CentreDown(), CentreTrouble(status=500), NotTheCentre()])
def test_what_keeps_going_wrong_is_told(centre: Centre, trouble: SyncError) -> None:
    def answer(_operation: str, _body: bytes) -> Reply:
        raise trouble

    with pytest.raises(type(trouble)):
        ask(answer, code_of(centre))


def test_another_centre_than_the_codes_qr_names_is_not_trusted(centre: Centre) -> None:
    other = Signer.of(b"\x77" * 32)
    with pytest.raises(NotTrusted):
        ask(receiving(centre, other).answer, code_of(centre))
    identity, _ = ask(receiving(centre, other).answer, code_of(centre), fingerprint=None)
    assert identity.centre_key == other.public_key
    with pytest.raises(NotTrusted):
        ask(receiving(centre).answer, code_of(centre), fingerprint=key_id_of(other.public_key))


def test_how_far_the_clock_is_off_is_known_from_the_first_day(centre: Centre) -> None:
    _, anchor = ask(receiving(centre).answer, code_of(centre), at=AT - 365 * DAY)
    assert anchor == Anchor(AT, 365 * DAY)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b""),
        Reply(200, b"\xa0"),
        Reply(200, encode_certificate(Certificate(AT, bytes(32), 1, "x", (HERE,)), CENTRE)),
        Reply(400, b"garbage"),
        refuse(Refusal.MALFORMED, AT),
        refuse(Refusal.CLOCK, AT),
    ],
)
def test_an_answer_that_is_none_is_told(reply: Reply) -> None:
    with pytest.raises(BadAnswer):
        ask(lambda _operation, _body: reply, "ABCD2345")


def test_nobody_can_enrol_a_key_that_they_do_not_hold(centre: Centre) -> None:
    victim, thief = Signer.of(b"\x05" * 32, 16), Signer.of(b"\x06" * 32, 16)
    request = Enrol(AT, code_of(centre), victim.public_key, "Laptop", "0.1.0", bytes(32))
    for signer in (thief, Signer(thief.private_key, victim.key_id)):
        reply = receiving(centre).answer("enrol", encode_request(request, signer))
        assert reply.status == 400
    assert centre.rows("SELECT count(*) FROM device") == [(0,)]


def test_a_receiving_end_that_enrols_nobody_says_so(centre: Centre) -> None:
    with pytest.raises(BadAnswer):
        ask(centre.receiver.answer, code_of(centre))
