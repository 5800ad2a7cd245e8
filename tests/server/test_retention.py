"""What is past its time goes, all figures stay, and every chain can be checked as before."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.clock import DAY
from models.facts import (
    Blob,
    BlobKind,
    Body,
    Complaint,
    Handover,
    HouseholdNote,
    Line,
    NoHandover,
    Outcome,
    Source,
    Void,
    VoidReason,
    WalkIn,
)
from models.facts import Receiver as Taker
from models.feed import chain, genesis, read_checkpoint
from server.cli import main
from server.complaints.answers import State, answer
from server.feeds.arrived import fact_context
from server.feeds.blobs import PostgresBlobs
from server.giving.pledges import Offer, PledgeDesk
from server.keys import write_keys
from server.office.audit import entries
from server.personal import PersonalColumn
from server.streams.city import CitySnapshot
from server.streams.pages import PointStream
from server.upkeep import retention
from server.upkeep.periods import Periods
from server.upkeep.retention import Erased, Retention
from sync.blob_messages import BlobPiece, BlobState
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.pages import (
    CIDENG,
    CLOSES,
    FIRST_STAGE,
    GAMBIR,
    HERE,
    KEYS,
    NOW,
    SECOND_STAGE,
    SEMBAKO,
    THERE,
    TODAY,
    Laptop,
    Town,
    household_id,
    kk_of,
)
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres

PERIODS = Periods(households=365, photos=180, donors=730)
LATER = CLOSES + 366 * DAY
NAME, PHOTO = "Bambang Pamungkas Wijaya", b"a photo of somebody" * 10
NUMBER = 41_234_567_890
FAMILIES = range(12)


@pytest.fixture(scope="module")
def one_engine(postgres: TestPostgres) -> Iterator[Engine]:
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def engine(one_engine: Engine) -> Engine:
    """One database for all of these tests, emptied for each."""
    empty(one_engine)
    return one_engine


@pytest.fixture
def town(engine: Engine) -> Town:
    """A day of the first stage, with everything that says something of somebody."""
    town = Town(engine)
    town.furnish()
    town.settle(FAMILIES[:8], GAMBIR)
    town.settle(FAMILIES[8:], CIDENG)
    town.alias(kk_of(999), 1)
    return town


@pytest.fixture
def laptop(town: Town) -> Laptop:
    laptop = town.laptop(HERE, THERE)
    town.hand_over(laptop, FAMILIES[:3])
    town.hand_over(laptop, FAMILIES[3:5], taker=Taker.PROXY, proxy=NAME)
    photo = Blob(BlobKind.PHOTO, hashlib.sha256(PHOTO).digest())
    said: list[Body] = [
        Handover(household_id(6), (Line(FIRST_STAGE, SEMBAKO, 1),), Source.CAMERA, blobs=(photo,)),
        NoHandover(household_id(7), Outcome.ABSENT, FIRST_STAGE, note=NAME),
        Complaint(1, f"{NAME} {kk_of(7)}", household_id(7), NUMBER),
        HouseholdNote(household_id(8), 1, kk_of(500), NAME),
        WalkIn(NAME, kk_of(501), 1, 2, "Jl. Kenanga", 3),
        Void(2, VoidReason.OTHER, note=NAME),
    ]
    town.push(laptop, [(NOW, body) for body in said])
    piece = BlobPiece(NOW, photo.hash, len(PHOTO), 0, PHOTO)
    blobs = PostgresBlobs(town.engine, town.personal)
    assert blobs.take(laptop.device, piece, NOW).state is BlobState.WHOLE
    return laptop


def decided(town: Town) -> None:
    """Every question is decided."""
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE review SET decided_at = 1, decision = 'valid'"))


def retained(
    town: Town, now: int = LATER, *, dry: bool = False, periods: Periods = PERIODS
) -> Erased:
    """One run."""
    return Retention(town.engine, town.personal, periods, now, dry=dry).run("test")


def rows(town: Town, statement: str) -> list[tuple[Any, ...]]:
    with town.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def bodies(town: Town, device: int) -> list[bytes]:
    """The device's facts as they are kept, opened."""
    found = rows(
        town, f"SELECT feed_no, branch, seq, body FROM fact WHERE device = {device} ORDER BY seq"
    )
    return [
        town.personal.unseal(bytes(body), fact_context(feed_no, branch, seq))
        for feed_no, branch, seq, body in found
    ]


def everything(town: Town) -> str:
    """Every row of every table."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return "\n".join(
        f"{name} {row}"
        for (name,) in rows(town, tables)
        for row in sorted(map(repr, rows(town, f'SELECT * FROM "{name}"')))
    )


def test_nobody_is_left_in_what_is_past_its_time(town: Town, laptop: Laptop) -> None:
    decided(town)
    with town.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO household_merge (kept, gone, at, by, before)"
                " SELECT min(id), max(id), 0, 'sari', jsonb_build_object('digest',"
                " encode(max(kk_hmac::text)::bytea, 'hex')) FROM household"
            )
        )
    erased = retained(town)
    # Two hand-overs by proxy, and all that was said but the hand-over with the photo.
    assert erased.counts() == {
        "households": 12, "facts": 7, "complaints": 1, "photos": 1, "donors": 0, "uploads": 0,
    }  # fmt: skip
    kept = b"".join(bodies(town, laptop.device))
    for said in (NAME, f"{kk_of(7)}", "Kenanga"):
        assert said.encode() not in kept
    for number in (500, 501):
        assert kk_of(number).to_bytes(8, "big") not in kept, "as CBOR writes it"
    for family in FAMILIES:
        digest = town.personal.kk_hmac(kk_of(family)).hex()
        assert not rows(town, f"SELECT 1 FROM household WHERE encode(kk_hmac, 'hex') = '{digest}'")
    opened = town.personal.decrypt
    for number, kk, name, address, rt in rows(
        town, "SELECT id, kk_enc, name_enc, address_enc, rt FROM household"
    ):
        assert opened(bytes(kk), number, PersonalColumn.KK) == "0"
        assert opened(bytes(name), number, PersonalColumn.NAME) == ""
        assert opened(bytes(address), number, PersonalColumn.ADDRESS) == ""
        assert rt == 0
    assert rows(town, "SELECT before FROM household_merge") == [({},)]
    for table in ("kk_alias", "blob_data"):
        assert rows(town, f"SELECT * FROM {table}") == []
    assert rows(town, "SELECT DISTINCT receiver_enc FROM handover") == [(None,)]


def test_a_second_run_finds_nothing_to_do(town: Town, laptop: Laptop) -> None:
    decided(town)
    retained(town)
    before = everything(town)
    assert not any(retained(town).counts().values())
    audit = [line for line in everything(town).splitlines() if line not in before.splitlines()]
    assert [line.split()[0] for line in audit] == ["audit_log"]


def test_a_dry_run_counts_the_same_and_changes_nothing(town: Town, laptop: Laptop) -> None:
    decided(town)
    before = everything(town)
    told = retained(town, dry=True)
    assert everything(town) == before
    assert told.counts() == retained(town).counts()


def test_the_chain_and_every_signature_over_it_can_be_checked_as_before(
    town: Town, laptop: Laptop
) -> None:
    decided(town)
    before = bodies(town, laptop.device)
    retained(town)
    kept = bodies(town, laptop.device)
    assert kept != before
    feed, key = laptop.signer.key_id, laptop.signer.public_key
    hashes = chain(genesis(feed), 1, kept)
    assert hashes[-1] == laptop.head.hash
    signed = rows(town, f"SELECT seq, cose FROM checkpoint WHERE device = {laptop.device}")
    assert len(signed) == 4
    for seq, cose in signed:
        head, _ = read_checkpoint(bytes(cose), feed, key)
        assert head.hash == hashes[seq - 1]


def test_what_was_erased_does_not_come_back_with_a_laptop_that_sends_it_again(
    town: Town, laptop: Laptop
) -> None:
    again = town.laptop(HERE)
    begun = replace(again)
    said: list[tuple[int, Body]] = [(NOW, WalkIn(NAME, kk_of(501)))]
    town.push(again, said)
    decided(town)
    retained(town)
    kept = bodies(town, again.device)
    town.now = LATER
    town.push(begun, said)
    assert bodies(town, again.device) == kept


def test_households_are_gone_from_what_laptops_pull(town: Town, laptop: Laptop) -> None:
    stream = PointStream(town.engine, town.personal)
    after = stream.page(laptop.device, HERE, 0, 5_000, NOW)
    decided(town)
    retained(town)
    page = stream.page(laptop.device, HERE, after.upto, 5_000, LATER, (), after.mark)
    assert {row[0] for row in page.rows["gone"]} == set(map(household_id, FAMILIES))
    assert "households" not in page.rows
    snapshot = CitySnapshot(town.engine, town.personal).page(laptop.device, b"", 100, LATER)
    assert snapshot is not None and "households" not in snapshot.rows


@pytest.mark.parametrize("when", [NOW, CLOSES + 364 * DAY], ids=["it runs", "it ended lately"])
def test_a_stage_that_runs_or_ended_too_lately_is_left_alone(
    town: Town, laptop: Laptop, when: int
) -> None:
    decided(town)
    erased = retained(town, when, periods=replace(PERIODS, photos=365))
    assert not any(erased.counts().values())
    assert erased.held_back == []


def test_a_stage_with_an_open_question_is_held_back_and_named(town: Town, laptop: Laptop) -> None:
    decided(town)
    town.hand_over(laptop, [1])  # for the second time
    erased = retained(town)
    assert not any(erased.counts().values())
    assert [(one.id, one.reviews) for one in erased.held_back] == [(FIRST_STAGE, 1)]
    decided(town)
    assert retained(town).counts()["households"] == len(FAMILIES)


def test_a_household_with_something_due_in_a_later_stage_stays(town: Town, laptop: Laptop) -> None:
    decided(town)
    town.settle([20], due=[Line(FIRST_STAGE, SEMBAKO, 1), Line(SECOND_STAGE, SEMBAKO, 1)])
    erased = retained(town)
    assert erased.counts()["households"] == len(FAMILIES)
    left = rows(town, "SELECT id FROM household WHERE erased_at IS NULL")
    assert left == [(household_id(20),)]


def test_photos_go_earlier_and_are_not_asked_for_again(town: Town, laptop: Laptop) -> None:
    decided(town)
    erased = retained(town, CLOSES + 181 * DAY)
    assert erased.counts() == {
        "households": 0, "facts": 0, "complaints": 0, "photos": 1, "donors": 0, "uploads": 0,
    }  # fmt: skip
    blobs = PostgresBlobs(town.engine, town.personal)
    digest = hashlib.sha256(PHOTO).digest()
    assert blobs.read(laptop.device, digest) is None
    assert blobs.look(laptop.device, [digest])[0].state is BlobState.WHOLE
    piece = BlobPiece(NOW, digest, len(PHOTO), 0, PHOTO)
    assert blobs.take(laptop.device, piece, LATER).state is BlobState.WHOLE
    assert rows(town, "SELECT * FROM blob_data") == []


def test_who_gave_is_forgotten_and_the_pledge_is_not(town: Town) -> None:
    desk = PledgeDesk(town.engine, town.personal)
    day = date(2026, 11, 24)
    old = desk.take(Offer(NAME, "0812", "beras", 5, "", day, day), NOW)
    new = desk.take(Offer("PT Baru", "0813", "beras", 5, "", day, date(2029, 1, 1)), NOW)
    assert retained(town, NOW + 732 * DAY).counts()["donors"] == 1
    givers = {one.pledge.number: (one.name, one.contact) for one in desk.all()}
    assert givers == {old: ("", ""), new: ("PT Baru", "0813")}
    assert desk.follow(old) is not None


def test_what_was_left_half_done_at_the_office_goes_after_a_day(town: Town) -> None:
    account, keys = "SELECT max(id) FROM account", [(NOW, b"1"), (NOW + 2 * DAY, b"2")]
    upload = "INSERT INTO roster_upload (id, account, at, file_enc, state_enc) VALUES"
    session = "INSERT INTO office_session (token_hash, account, begun_at, seen_at) VALUES"
    with town.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO account (name, role, created_at) VALUES ('ani', 'admin', 1)")
        )
        for at, key in keys:
            given = {"key": key, "at": at}
            connection.execute(text(f"{upload} (:key, ({account}), :at, 'x', 'x')"), given)
            connection.execute(text(f"{session} (:key, ({account}), :at, :at)"), given)
    assert retained(town, NOW + 2 * DAY, dry=True).counts()["uploads"] == 1
    assert retained(town, NOW + 2 * DAY).counts()["uploads"] == 1
    assert rows(town, "SELECT at FROM roster_upload") == [(NOW + 2 * DAY,)]
    assert rows(town, "SELECT begun_at FROM office_session") == [(NOW + 2 * DAY,)]


def test_words_of_answers_go_with_the_complaint(town: Town, laptop: Laptop) -> None:
    with town.engine.begin() as connection:
        answer(connection, NUMBER, State.ANSWERED, f"Sudah diantar ke {NAME}", NOW, actor="test")
    decided(town)
    retained(town)
    assert rows(town, "SELECT state, words FROM complaint_answer") == [("answered", "")]


def test_a_laptop_that_comes_even_later_is_counted_as_ever(town: Town, laptop: Laptop) -> None:
    late = town.laptop(HERE)
    decided(town)
    retained(town)
    town.now = LATER
    town.hand_over(late, [9], at=LATER - DAY)
    assert rows(town, "SELECT count(*) FROM review WHERE decided_at IS NULL") == [(0,)]
    assert not retained(town).counts()["facts"]


def test_small_steps_come_to_the_same(
    town: Town, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(town)
    told = retained(town, dry=True).counts()
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    monkeypatch.setattr(retention, "_BLOBS_AT_ONCE", 1)
    assert retained(town, dry=True).counts() == told
    assert retained(town).counts() == told
    assert not any(retained(town).counts().values())


# --- the figures -----------------------------------------------------------------------------


def _history(town: Town, seed: int) -> None:
    """A stage as it might go: whole and in part, twice, taken back, by proxies, of strangers."""
    chance = random.Random(seed)
    town.settle(range(100, 140), CIDENG, [Line(FIRST_STAGE, SEMBAKO, 2)])
    laptops = [town.laptop(point) for point in (HERE, THERE, HERE)]
    for _ in range(chance.randrange(20, 50)):
        laptop = chance.choice(laptops)
        families: Sequence[int] = chance.sample([*FAMILIES, *range(100, 145)], 3)
        lines = [Line(FIRST_STAGE, SEMBAKO, chance.choice([1, 1, 2]))]
        taker = chance.choice([Taker.HOLDER, Taker.PROXY])
        at = NOW + chance.randrange(-DAY, 3 * DAY)
        town.hand_over(laptop, families, *lines, at=at, taker=taker, proxy=NAME)
        if chance.random() < 0.4:
            target = chance.randrange(2, laptop.head.seq + 1)
            town.push(laptop, [(NOW, Void(target, VoidReason.OTHER, note=NAME))])


def _figures(town: Town) -> dict[str, Any]:
    """Whatever the public and the office are told in numbers."""
    pages = ["/", "/wilayah", "/en/", "/en/wilayah", f"/wilayah/{GAMBIR}"]
    told: dict[str, Any] = {}
    with visiting(town.app(smallest=1)) as visitor:
        for path in (*pages, *_DATA):
            answer = visitor.get(path)
            told[path] = answer.status_code, answer.text
    for name in _TOLD:
        told[name] = sorted(rows(town, f"SELECT * FROM {name}"))
    told["handover"] = sorted(
        rows(
            town,
            "SELECT household, stage, package, device, feed_no, seq, line_no, quantity, at, day,"
            " region, point, voided, in_review FROM handover",
        )
    )
    return told


_TOLD = ("daily_figure", "point_figure", "need", "package_need", "stock_move", "entitlement")
_DATA = (f"/data/{TODAY}.csv", f"/data/{TODAY}.json")


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_what_they_were(town: Town, laptop: Laptop, seed: int) -> None:
    _history(town, seed)
    decided(town)
    town.now = LATER
    before = _figures(town)
    assert retained(town).counts()["households"] > 40
    assert _figures(town) == before


def test_the_command_says_what_it_did_and_the_offices_log_too(
    town: Town,
    laptop: Laptop,
    postgres: TestPostgres,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = postgres.url(str(town.engine.url.database)).set(drivername="postgresql")
    settings = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path),
        "KSBB_KEEP_DAYS": "400",
    }
    write_keys(KEYS, tmp_path / "centre-keys.json")
    assert main(["retain", "--dry-run"], settings) == 0
    assert "tidak ada yang diubah" in capsys.readouterr().out
    assert main(["retain", "--lang", "en"], settings) == 0
    told = capsys.readouterr().out
    assert "0 households: KK number, name, address" in told
    with town.engine.connect() as connection:
        (entry,) = [one for one in entries(connection) if one.action == "retention.done"]
    assert entry.sound
    assert entry.details["households"] == 0 and entry.details["households_days"] == 400
