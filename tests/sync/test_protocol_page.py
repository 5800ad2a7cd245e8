"""``docs/sync-protocol.md`` and the code name the same things by the same numbers."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from models import enrolment_text, facts, hub_text, numbers, slip, slip_text, snapshot
from models.clock import ALLOWED_AHEAD, ALLOWED_BEHIND, DAY
from models.columns import MAX_UNPACKED
from models.cose import KEY_ID_BYTES, Purpose
from models.facts import BlobKind, Movement, Outcome, ProxyDocument, Receiver, Source, VoidReason
from models.feed import FEED_ID_BYTES, MAX_SEGMENT, MAX_SEGMENT_BYTES
from models.page import MAX_ROWS, SECTIONS
from models.verdict import Verdict
from sync import (
    asking,
    blob_messages,
    blob_sending,
    city_copying,
    exchange,
    hub_client,
    hub_server,
    messages,
    neighbourhood,
    parcel,
    pulling,
    pushing,
    receiver,
    station_link,
    transport,
)
from sync.blob_messages import BlobState
from sync.messages import ALLOWED_SKEW, MAX_BODY, ExceptionCode, Refusal
from tests.support import vectors

PAGE = (Path(__file__).parents[2] / "docs" / "sync-protocol.md").read_text(encoding="utf-8")
LINES = PAGE.splitlines()


def table_after(start: str) -> list[list[str]]:
    """The cells of the first table behind the line that begins with ``start``, without its head."""
    at = next(i for i, line in enumerate(LINES) if line.startswith(start))
    first = next(i for i in range(at, len(LINES)) if LINES[i].startswith("|"))
    rows = []
    for line in LINES[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_every_kind_of_fact_with_its_keys() -> None:
    told = dict(re.findall(r"^\*\*(\d+) (\w+)\*\*", PAGE, re.M))
    assert told == {str(cls.KIND): cls.__name__ for cls in facts._KEYS}
    for cls, keys in facts._KEYS.items():
        rows = table_after(f"**{cls.KIND} {cls.__name__}**")
        assert [(int(row[0]), row[1]) for row in rows] == list(keys)
        # "–" means that the key must be there.
        required = {row[1] for row in rows if row[3] == "–"}
        assert required == {name for _, name in keys} - facts._DEFAULTS[cls].keys()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Source", Source),
        ("Receiver", Receiver),
        ("Blob", BlobKind),
        ("ProxyDocument", ProxyDocument),
        ("Outcome", Outcome),
        ("VoidReason", VoidReason),
        ("Movement", Movement),
        ("Verdict", Verdict),
    ],
)
def test_every_list_of_values(name: str, values: type[IntEnum]) -> None:
    row = next(line for line in LINES if line.startswith(f"| {name} |"))
    assert [int(number) for number in re.findall(r"(\d+) ", row)] == [*values]


def test_every_section_of_a_page_with_its_columns() -> None:
    rows = table_after("rows are left out; unknown section numbers")
    told = {
        section: (int(number), tuple(tuple(field.split()) for field in fields.split(" · ")))
        for number, section, fields in ((*row[:2], row[2].replace("*", "")) for row in rows)
    }
    words = {"int": "int", "str": "text", "bytes": "bytes", "bool": "bool"}
    words |= {f"{kind}?": f"{word}?" for kind, word in words.items()}
    assert {name: fields for name, (_, fields) in told.items()} == {
        name: tuple((column, words[kind]) for column, kind in columns)
        for name, (_, columns) in SECTIONS.items()
    }
    assert {name: number for name, (number, _) in told.items()} == {
        name: number for name, (number, _) in SECTIONS.items()
    }


def test_every_exception_and_every_refusal() -> None:
    told = {int(row[0]): row[1] for row in table_after("An exception does not make a fact")}
    assert told == {int(code): code.name.lower().replace("_", " ") for code in ExceptionCode}
    refused = {int(row[0]): row[1].strip("`") for row in table_after("## Refusals")}
    assert refused == {int(one): one.name.lower() for one in Refusal}


def test_every_purpose_with_its_external_data() -> None:
    told = {row[0]: row[1].strip("`") for row in table_after("The external data keeps")}
    assert told == {
        purpose.name.lower(): purpose.value.decode() or "*(empty)*" for purpose in Purpose
    }


def test_the_limits() -> None:
    told = {row[0]: row[1] for row in table_after("## Limits")}
    assert told == {
        "request body, answer": f"8 MiB ({MAX_BODY:,} bytes)",
        "facts in a segment": f"1 to {MAX_SEGMENT:,}",
        "a segment's facts together, and its block unpacked": f"{MAX_SEGMENT_BYTES >> 20} MiB",
        "first number of a segment": "1 to 2^62 − 1",
        "a page's block unpacked": f"{MAX_UNPACKED >> 20} MiB",
        "rows in a page's section": f"{MAX_ROWS:,}",
        "changes in a page, households in one of a snapshot": f"{receiver.MAX_PAGE:,}",
        "own feeds that a pull or a snapshot names": f"{messages.MOST_HELD}",
        "code, name, version": "64, 200, 64 characters, no U+0000",
        "slip": f"{slip_text.MIN_BYTES} to {slip_text.MAX_BYTES:,} bytes,"
        f" 1 to {slip.MAX_LINES} lines",
        "parcel": f"{parcel.MAX_PARCEL >> 20} MiB, {parcel.MAX_ITEMS:,} items",
        "blobs of a hand-over, hashes in a question": f"{facts.MOST_BLOBS},"
        f" {blob_messages.MOST_ASKED}",
        "a blob, a piece of it": f"{facts.MOST_BLOB_BYTES >> 20} MiB,"
        f" {blob_messages.MOST_PIECE:,} bytes",
        "place": f"{snapshot.LONGEST_PLACE} bytes",
        "a client's clock for pull and snapshot": f"± {ALLOWED_SKEW // 60_000} minutes",
    }


def test_every_state_of_a_blob() -> None:
    told = {int(row[0]): row[1] for row in table_after("for the feed that asked and the hashes")}
    assert told.keys() == {*map(int, BlobState)}
    assert told[BlobState.UNKNOWN].startswith("not wanted")


def test_the_limits_between_stations() -> None:
    told = {row[0]: row[1] for row in table_after("- Without a hub everything goes on")}
    handshake, idle = int(hub_server.HANDSHAKE_SECONDS), int(hub_server.IDLE_SECONDS)
    connect, answer = int(hub_client.CONNECT_SECONDS), int(hub_client.ANSWER_SECONDS)
    assert told == {
        "port": f"{hub_text.PORT}",
        "request, answer": f"{MAX_BODY >> 20} MiB",
        "feeds, certificates, receipts in a message": f"{exchange.MOST_FEEDS:,} each",
        "branches of a feed": f"{exchange.MOST_TIPS}",
        "heads in a `fetch`": f"{2 * exchange.MOST_TIPS}",
        "facts asked for by a `fetch`": f"1 to {MAX_SEGMENT:,}",
        "`wait`": f"0 to {exchange.LONGEST_WAIT:,} ms",
        "a hub's patience with a handshake, with a silent connection": f"{handshake} s, {idle} s",
        "connections to a hub, of one address": f"{hub_server.MOST_CONNECTIONS},"
        f" {hub_server.MOST_OF_ONE_ADDRESS}",
        "a station's patience with a connection, with an answer": f"{connect} s, {answer} s"
        " beside `wait`",
        "addresses in a code": f"{hub_text.MOST_ADDRESSES}",
        "hubs that a station remembers": f"{neighbourhood.MOST_FOUND}",
    }


def test_how_a_hub_is_found_and_asked() -> None:
    told = {row[0]: row[1] for row in table_after("### Finding a hub")}
    assert f"`<feed id in hex>.{neighbourhood.SERVICE}`" in told["announced"]
    assert f"`v={neighbourhood.VERSION}`" in told["announced"]
    assert f"`{hub_text._PREFIX}<FEED>:<PORT>:<ADDRESS>" in told["scanned"]
    requests = {row[0]: row[1] for row in table_after("TLS 1.3 and nothing older")}["requests"]
    assert set(re.findall(r"/(\w+)`", requests)) == {"heads", "tell", "push", "fetch"}
    assert f"`POST {exchange.PATH}heads`" in requests
    pause = station_link.PAUSE_SECONDS
    for words in (
        f"between {int(pause / 2)} and {int(pause)} seconds",
        f"with a `wait` of {exchange.LONGEST_WAIT // 1000} s",
        f"The port is {hub_text.PORT} unless that is taken",
    ):
        assert words in " ".join(PAGE.split()), words


def test_other_figures_of_the_page() -> None:
    connect, silence = int(transport.CONNECT_SECONDS), int(transport.READ_SECONDS)
    behind, ahead = ALLOWED_BEHIND // DAY, ALLOWED_AHEAD // DAY
    for words in (
        f"**{FEED_ID_BYTES}** for a feed's key, **{KEY_ID_BYTES}** for the centre's keys,"
        f" **{slip.SLIP_KEY_ID_BYTES}** for a slip key",
        f"{connect} s to connect, {silence} s of silence",
        f"tries {asking.ATTEMPTS} times in all",
        f"segment ({pushing.BATCH}, down to {pushing.SMALLEST_BATCH})",
        f"page ({pulling.PAGE_ROWS:,}, down to {pulling.SMALLEST_PAGE})",
        f"snapshot ({city_copying.PAGE_HOUSEHOLDS:,}, down to {city_copying.SMALLEST_PAGE})",
        f"({blob_sending.FIRST_PIECE >> 10} KiB are a good size to begin with, up to"
        f" {blob_messages.MOST_PIECE >> 10} KiB while all goes well,"
        f" down to {blob_sending.SMALLEST_PIECE >> 10} KiB)",
        f"1 to {blob_messages.MOST_PIECE:,} bytes; offset",
        f"at most {int(asking.LONGEST_ASKED)} s",
        f"({pushing.BATCH} facts are a good size to begin with, twice as many",
        f"more than {behind} day before or {ahead} days after",
        f"code of {enrolment_text.CODE_LENGTH} signs out of `{enrolment_text.ALPHABET}`",
        f"printed as {numbers.SLIP_DIGITS} digits",
        f"printed as {numbers.KK_DIGITS} digits",
        f"Content-Type: {messages.MEDIA_TYPE}",
        f"POST {messages.PATH}enrol",
    ):
        assert words in " ".join(PAGE.split()), words


def test_the_golden_vectors_and_the_worked_example() -> None:
    told = {row[0].strip("`") for row in table_after("## Golden vectors")}
    assert told == {file.name for file in vectors.FOLDER.glob("*.json")}
    for key in (vectors.CENTRE, vectors.SLIP_KEY, vectors.FEED_KEY, vectors.NEXT_KEY):
        assert key.public_key.hex() in PAGE
    golden = vectors.read("segment")
    for digits in (golden["feed"], golden["before"], *golden["hashes"][:2], *golden["facts"][:2]):
        assert digits in PAGE
