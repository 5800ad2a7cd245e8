"""Where a slip's QR leads a recipient's phone."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from httpx import Client, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.clock import DAY
from models.cose import Signer
from models.facts import Line, Void, VoidReason
from models.numbers import format_slip_number
from server.web.limits import Limits, Rate
from tests.support.pages import (
    CLOSES,
    FIRST_STAGE,
    MEALS,
    NOW,
    OPENS,
    SEMBAKO,
    THERE,
    Town,
    household_id,
    kk_of,
    slip_path,
)
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    town.settle(range(10))
    return town


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


def words(answer: Response) -> str:
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def test_a_genuine_slip_says_what_it_is_for_where_and_until_when(
    town: Town, client: Client
) -> None:
    slip = town.slip(3, Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2))
    answer = client.get(slip_path(slip))
    heard = words(answer)
    assert answer.status_code == 200
    assert "Undangan ini asli" in heard
    assert format_slip_number(slip.number) in heard
    assert "Berlaku 22–29 November 2026" in heard
    assert "Balai RW 03 Cideng Jl. Cideng Barat 10" in heard
    assert "Paket sembako Jatah 1 Belum menerima" in heard
    assert "Makanan siap saji Jatah 2 Belum menerima" in heard
    assert 'href="/status"' in answer.text


def test_upper_and_lower_case_and_both_languages_lead_to_the_same_slip(
    town: Town, client: Client
) -> None:
    path = slip_path(town.slip(3))
    assert path.startswith("/S/")
    # The mark by which a complaint would know the slip is sealed anew each time.
    pages = [re.sub('value="[^"]+"', "", client.get(one).text) for one in (path, path.lower())]
    assert pages[0] == pages[1]
    english = client.get(f"/en{path}")
    assert "This slip is genuine" in words(english)
    assert f'href="/en{path}"' in client.get(path).text
    assert f'href="{path}"' in english.text


def test_it_says_received_however_the_goods_were_handed_over(town: Town, client: Client) -> None:
    path = slip_path(town.slip(3))
    laptop = town.laptop(THERE)
    town.hand_over(laptop, [3])
    heard = words(client.get(path))
    assert "Semua paket di undangan ini sudah diterima" in heard
    assert "Selasa, 24 November 2026" in heard and "Kantor Kelurahan Senen" in heard
    town.push(laptop, [(NOW, Void(2, VoidReason.WRONG_HOUSEHOLD))])
    assert "Belum menerima" in words(client.get(path))


def test_another_packages_hand_over_is_not_this_slips(town: Town, client: Client) -> None:
    path = slip_path(town.slip(3))
    town.hand_over(town.laptop(), [3], Line(FIRST_STAGE, MEALS, 1))
    heard = words(client.get(path))
    assert "Belum menerima" in heard and "Makanan" not in heard


def test_before_and_after_its_time_it_is_genuine_and_says_when(town: Town, client: Client) -> None:
    path = slip_path(town.slip(3))
    town.now = OPENS - DAY
    assert "belum berlaku. Datang mulai 22 November 2026" in words(client.get(path))
    town.now = CLOSES + DAY
    heard = words(client.get(path))
    assert "masa berlakunya berakhir 29 November 2026" in heard
    assert "Bawa" not in heard


def test_a_revoked_slip_says_so(town: Town, client: Client) -> None:
    heard = words(client.get(slip_path(town.slip(3, revoked=True))))
    assert "Undangan ini sudah dicabut" in heard
    assert "Undangan ini asli" not in heard


def test_a_genuine_slip_the_database_has_lost_is_genuine_still(town: Town, client: Client) -> None:
    path = slip_path(town.slip(3))
    with town.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM slip")
        connection.exec_driver_sql("DELETE FROM household")
    assert "Undangan ini asli" in words(client.get(path))


def test_a_forged_slip_is_told_apart_from_a_damaged_code(town: Town, client: Client) -> None:
    slip = town.slip(3)
    forged = client.get(slip_path(slip, Signer.generate()))
    assert forged.status_code == 404
    assert "Undangan ini tidak asli" in words(forged)
    assert "Jangan membayar" in words(forged)
    whole = slip_path(slip)
    for path in (whole[:-9], whole[:40], "/S/", "/S/ABC", "/s/a/b/c", f"{whole}?x=1#y", "/S/%00"):
        answer = client.get(path)
        if path.startswith(whole):
            assert answer.status_code == 200
            continue
        assert answer.status_code == 404
        assert "Kode ini tidak terbaca utuh" in words(answer)
    assert "not genuine" in words(client.get("/en" + slip_path(slip, Signer.generate())))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 150), flip=st.integers(1, 255))
def test_no_changed_byte_leaves_a_slip_genuine(
    town: Town, client: Client, place: int, flip: int
) -> None:
    import base64

    from models.decide import Slip
    from models.slip import encode_slip
    from tests.support.pages import HERE, KEYS

    slip = Slip(
        48_000_000_009, household_id(3), HERE, (Line(FIRST_STAGE, SEMBAKO, 1),), OPENS, CLOSES
    )
    signed = bytearray(encode_slip(slip, KEYS.slip))
    signed[place % len(signed)] ^= flip
    payload = base64.b32encode(signed).decode().rstrip("=")
    answer = client.get(f"/S/{payload}")
    assert answer.status_code == 404
    assert "asli" not in words(answer) or "tidak asli" in words(answer)


@pytest.mark.parametrize(
    "payload",
    ["%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "..%2F..%2Fetc", "%E2%80%AE", "A" * 1_800],
)
def test_what_stands_in_the_address_never_gets_into_the_page(client: Client, payload: str) -> None:
    answer = client.get(f"/S/{payload}")
    assert answer.status_code == 404
    assert "<script" not in answer.text and "alert(1)" not in answer.text
    assert "Kode ini tidak terbaca utuh" in words(answer)


def test_nothing_says_whose_slip_it_is_and_nothing_is_kept_or_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    path = slip_path(town.slip(3))
    with caplog.at_level(logging.DEBUG), visiting(town.app()) as client:
        answer = client.get(path)
    for secret in ("Rahasia", "Jl. Sunyi", str(kk_of(3)), str(household_id(3)), "3171"):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
    assert ours and not any(path[3:20] in line for line in ours)


def test_slips_are_limited_by_address(town: Town) -> None:
    path = slip_path(town.slip(3))
    limits = Limits(slip_address=Rate(2, 1_000), slip_total=Rate(100, 1))
    with visiting(town.app(limits=limits)) as client:
        answers = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "1"
