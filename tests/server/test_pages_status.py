"""A household's own status by KK number, and what the page must never give away."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from httpx import Client, Response
from sqlalchemy import Engine

from models.clock import DAY
from models.decide import HouseholdStatus
from models.facts import Line, Receiver, Void, VoidReason
from models.numbers import format_kk, format_slip_number, mask_kk
from server.web.limits import Limits, Rate
from tests.support.pages import (
    CLOSES,
    FIRST_STAGE,
    HERE,
    MEALS,
    NOW,
    SECOND_STAGE,
    SEMBAKO,
    THERE,
    Town,
    kk_of,
)
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres
DUE = (Line(FIRST_STAGE, SEMBAKO, 1), Line(FIRST_STAGE, MEALS, 2), Line(SECOND_STAGE, SEMBAKO, 1))


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    town.settle(range(10), due=DUE)
    return town


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


def ask(client: Client, kk: object, slip: object = "", path: str = "/status") -> Response:
    return client.post(path, data={"kk": str(kk), "slip": str(slip)})


def words(answer: Response) -> str:
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def test_the_form_is_a_plain_labelled_form_that_posts(client: Client) -> None:
    answer = client.get("/status")
    assert answer.status_code == 200
    assert '<form class="card ask" method="post" action="/status"' in answer.text
    assert '<label for="kk">' in answer.text and '<label for="slip">' in answer.text
    assert 'action="/en/status"' in client.get("/en/status").text


def test_a_listed_household_sees_each_stage_and_package(town: Town, client: Client) -> None:
    town.hand_over(town.laptop(THERE), [3], Line(FIRST_STAGE, SEMBAKO, 1))
    answer = ask(client, kk_of(3))
    heard = words(answer)
    assert answer.status_code == 200
    assert re.search(
        r"Paket sembako Jatah 1 Sudah menerima Kapan Selasa, 24 November 2026"
        r" Di mana Kantor Kelurahan Senen Jl. Pasar Senen 1",
        heard,
    )
    assert re.search(
        r"Makanan siap saji Jatah 2 Belum menerima Ambil di Balai RW 03 Cideng Jl. Cideng Barat 10"
        r" Waktu sekarang, sampai 29 November 2026",
        heard,
    )
    assert re.search(r"Tahap 2 .* Belum menerima .* mulai 29 November 2026", heard)
    assert mask_kk(kk_of(3)) in heard


def test_part_of_what_is_due_is_called_a_part(town: Town, client: Client) -> None:
    town.hand_over(town.laptop(), [3], Line(FIRST_STAGE, MEALS, 1))
    assert "Makanan siap saji 1 dari 2 Menerima sebagian" in words(ask(client, kk_of(3)))


def test_what_was_voided_was_not_received(town: Town, client: Client) -> None:
    laptop = town.laptop()
    town.hand_over(laptop, [3])
    town.push(laptop, [(NOW, Void(2, VoidReason.GOODS_NOT_TAKEN))])
    assert "Sudah menerima" not in words(ask(client, kk_of(3)))


def test_both_of_two_hand_overs_are_shown_to_whom_they_concern(town: Town, client: Client) -> None:
    town.hand_over(town.laptop(HERE), [3], at=NOW - DAY)
    town.hand_over(town.laptop(THERE), [3])
    heard = words(ask(client, kk_of(3)))
    assert "Balai RW 03 Cideng" in heard and "Kantor Kelurahan Senen" in heard
    assert heard.count("Sudah menerima") == 1


def test_a_stage_that_is_over_sends_nobody_to_the_point(town: Town, client: Client) -> None:
    town.now = CLOSES + 8 * DAY
    heard = words(ask(client, kk_of(3)))
    assert "tahap ini berakhir 29 November 2026" in heard
    assert "Ambil di" not in heard


def test_a_former_kk_number_is_honoured(town: Town, client: Client) -> None:
    former = 3173_0202_0210_0007
    town.alias(former, 3)
    assert "Tahap 1" in words(ask(client, former))


def test_a_number_that_is_another_familys_now_is_theirs(town: Town, client: Client) -> None:
    town.alias(kk_of(4), 3)
    town.hand_over(town.laptop(), [3])
    assert "Sudah menerima" not in words(ask(client, kk_of(4)))


def test_a_household_the_roster_has_a_question_about_is_sent_to_an_officer(
    town: Town, client: Client
) -> None:
    for number, status in enumerate(
        (HouseholdStatus.MOVED, HouseholdStatus.DECEASED, HouseholdStatus.SUSPENDED), 100
    ):
        town.settle([number], due=DUE, status=status)
        heard = words(ask(client, kk_of(number)))
        assert "perlu dicocokkan" in heard
        assert not re.search("pindah|meninggal|tangguh", heard)


# --- the slip number -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taker", "said"), [(Receiver.HOLDER, "pemegang undangan"), (Receiver.PROXY, "wakil")]
)
def test_with_the_slip_number_it_says_who_collected_but_not_their_name(
    town: Town, client: Client, taker: Receiver, said: str
) -> None:
    slip = town.slip(3)
    town.hand_over(town.laptop(), [3], taker=taker, proxy="Budi Santoso")
    assert "Diambil oleh" not in words(ask(client, kk_of(3)))
    answer = ask(client, kk_of(3), format_slip_number(slip.number))
    assert f"Diambil oleh {said}" in words(answer)
    assert "Budi" not in answer.text


def test_another_households_slip_number_adds_nothing(town: Town, client: Client) -> None:
    town.hand_over(town.laptop(), [3])
    heard = words(ask(client, kk_of(3), town.slip(4).number))
    assert "bukan milik keluarga ini" in heard
    assert "Diambil oleh" not in heard


# --- bad input -------------------------------------------------------------------------------


def test_spaces_dots_and_quotes_do_not_matter(client: Client) -> None:
    grouped = format_kk(kk_of(3))
    for typed in (grouped, grouped.replace(" ", "."), f"  '{kk_of(3)} ", grouped.replace(" ", "-")):
        assert ask(client, typed).status_code == 200


@pytest.mark.parametrize(
    ("kk", "slip", "said"),
    [
        ("317101012345678", "", "harus 16 angka; yang diketik 15 angka"),
        ("3171 0101 2345 67890", "", "harus 16 angka; yang diketik 17 angka"),
        ("", "", "Nomor KK belum diisi"),
        ("317101012345678A", "", "hanya berisi angka"),
        ("３１７１０１０１２３４５６７８９", "", "hanya berisi angka"),
        ("3171010101200003", "123", "harus 11 angka; yang diketik 3 angka"),
        ("3171010101200003", "48000000030", "salah ketik"),
        ("3171010101200003", "abc", "Nomor undangan hanya berisi angka"),
    ],
)
def test_a_mistyped_number_is_explained_and_not_repeated(
    client: Client, kk: str, slip: str, said: str
) -> None:
    answer = ask(client, kk, slip)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert " value=" not in answer.text
    assert not kk or kk not in answer.text


def test_what_is_typed_never_comes_back_into_the_page(client: Client) -> None:
    for typed in ('"><script>alert(1)</script>', "<img src=x>", "' OR 1=1 --", "{{7*7}}"):
        answer = ask(client, typed, typed)
        assert answer.status_code == 422
        assert "<script" not in answer.text and "alert(1)" not in answer.text
        assert "49" not in answer.text and "OR 1=1" not in answer.text


def test_bodies_no_form_sends_are_refused_unread(client: Client) -> None:
    assert client.post("/status", data={"kk": "1" * 3000}).status_code == 413
    huge = client.post("/en/status", data={"kk": "1" * 10_000_000})
    assert huge.status_code == 413 and "too large" in huge.text
    assert client.post("/status", json={"kk": kk_of(3)}).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(50))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/status", content=many, headers=kind).status_code == 413
    assert client.post("/status", content=b"\xff\xfe=\x00", headers=kind).status_code == 422
    assert client.post("/status", content=b"", headers=kind).status_code == 422


# --- what it must not give away --------------------------------------------------------------


def test_unknown_and_not_listed_get_the_very_same_answer(town: Town, client: Client) -> None:
    town.settle([700], due=())
    town.settle([701], due=(), status=HouseholdStatus.SUSPENDED)
    slip = town.slip(3)
    for path in ("/status", "/en/status"):
        answers = [
            ask(client, kk_of(700), path=path),
            ask(client, kk_of(701), path=path),
            ask(client, kk_of(9_999), path=path),
            ask(client, 9999_9999_9999_9999, path=path),
            ask(client, kk_of(700), slip.number, path=path),
            ask(client, kk_of(9_999), slip.number, path=path),
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        heads = [{k: v for k, v in a.headers.items() if k != "date"} for a in answers]
        assert all(head == heads[0] for head in heads)


def test_unknown_and_not_listed_cost_the_same_statements(town: Town) -> None:
    from sqlalchemy import event

    town.settle([700], due=())
    ran: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        ran.append(statement)

    event.listen(town.engine, "before_cursor_execute", note)
    with visiting(town.app()) as client:
        counts = []
        for kk in (kk_of(700), kk_of(9_999)):
            ran.clear()
            ask(client, kk)
            counts.append(list(ran))
    assert counts[0] == counts[1] != []


def test_no_answer_holds_a_name_an_address_or_a_whole_number(
    town: Town, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    town.slip(3)
    town.hand_over(town.laptop(), [3], taker=Receiver.PROXY, proxy="Rahasia Wakil")
    with caplog.at_level(logging.DEBUG):
        answers = [
            ask(client, kk_of(3)),
            ask(client, kk_of(3), town.slip(4).number),
            ask(client, kk_of(9_999)),
            ask(client, str(kk_of(3))[:15]),
            client.get("/status", params={"kk": "x"}),
        ]
    for answer in answers:
        assert "Rahasia" not in answer.text and "Jl. Sunyi" not in answer.text
        for written in (str(kk_of(3)), format_kk(kk_of(3)), str(kk_of(9_999))):
            assert written not in answer.text
            assert written not in str(answer.url)
            assert written not in str(answer.headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
    assert str(kk_of(3)) not in caplog.text
    assert str(kk_of(9_999)) not in caplog.text


# --- limits ----------------------------------------------------------------------------------


def test_who_asks_too_often_is_told_how_long_to_wait(town: Town) -> None:
    limits = Limits(status_address=Rate(2, 30_000), status_total=Rate(100, 1))
    with visiting(town.app(limits=limits)) as client:
        assert [ask(client, kk_of(3)).status_code for _ in range(3)] == [200, 200, 429]
        refused = ask(client, kk_of(3))
        assert refused.headers["retry-after"] == "30"
        assert "Tunggu 30 detik" in words(refused)
        assert "Wait 30 seconds" in words(ask(client, kk_of(3), path="/en/status"))
        assert client.get("/status").status_code == 200
        assert ask(client, "12").status_code == 422
        town.now += 30_000
        assert ask(client, kk_of(3)).status_code == 200


def test_all_together_are_limited_too_and_each_address_by_itself(town: Town) -> None:
    limits = Limits(status_address=Rate(1, 600_000), status_total=Rate(3, 1_000))
    with visiting(town.app(limits=limits, proxies=["127.0.0.1"])) as client:

        def from_(address: str) -> int:
            headers = {"x-forwarded-for": address}
            form = {"kk": str(kk_of(3))}
            return client.post("/status", data=form, headers=headers).status_code

        assert [from_("198.51.100.1"), from_("198.51.100.1")] == [200, 429]
        assert [from_(f"198.51.100.{n}") for n in (2, 3, 4)] == [200, 200, 429]


def test_without_a_trusted_proxy_nobody_gets_around_the_limit_by_a_header(town: Town) -> None:
    limits = Limits(status_address=Rate(1, 600_000), status_total=Rate(100, 1))
    with visiting(town.app(limits=limits)) as client:
        answers = [
            client.post(
                "/status", data={"kk": str(kk_of(3))}, headers={"x-forwarded-for": f"10.0.0.{n}"}
            )
            for n in range(2)
        ]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "Tunggu 10 menit" in answers[1].text
