"""What a centre's database says, read with SQL of our own and the keys that lie beside it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.chaos.forms import Fact, Line


@dataclass
class Kept:
    """What the centre holds of one feed."""

    device: int
    head: tuple[int, bytes]
    forked: bool
    facts: list[tuple[Fact, int, int]] = field(default_factory=list)
    """(fact, branch, received at)."""
    checkpoints: list[bytes] = field(default_factory=list)


@dataclass
class CentreBooks:
    """What the centre's database says."""

    public_key: bytes
    feeds: dict[bytes, Kept]
    lines: list[tuple[Line, bool, bool]]
    """(line, voided, in review)."""
    reviews: list[tuple[bytes, int, int]]
    """(feed, number, kind)."""
    figures: dict[tuple[Any, ...], tuple[int, ...]]
    due: dict[tuple[int, int, int], int]
    """(household, stage, package) → quantity."""
    listed: dict[int, set[int]]
    """Point → households that have something due there."""
    regions: dict[int, str]
    programmes: dict[int, int]


def read_centre(connection: psycopg.Connection[Any], keys_file: Path) -> CentreBooks:
    """What the centre's database says, opened with the keys that lie beside it."""
    keys = {
        name: base64.b64decode(value) for name, value in json.loads(keys_file.read_text()).items()
    }
    feeds: dict[bytes, Kept] = {}
    names: dict[int, bytes] = {}
    for feed_no, feed, device, seq, digest, forked in connection.execute(
        "SELECT feed_no, feed_id, device, head_seq, head_hash, forked_at_seq IS NOT NULL FROM feed"
    ):
        names[feed_no] = feed
        feeds[feed] = Kept(device, (seq, digest), forked)
    for feed_no, fact, branch, at in _facts(connection, AESGCM(keys["personal"])):
        feeds[names[feed_no]].facts.append((fact, branch, at))
    for feed_no, cose in connection.execute("SELECT feed_no, cose FROM checkpoint"):
        feeds[names[feed_no]].checkpoints.append(cose)
    listed: dict[int, set[int]] = {}
    due = {}
    for household, stage, package, quantity, point in connection.execute(
        "SELECT household, stage, package, quantity, point FROM entitlement"
    ):
        due[household, stage, package] = quantity
        listed.setdefault(point, set()).add(household)
    return CentreBooks(
        public_key=connection.execute(
            "SELECT public_key FROM centre_key WHERE purpose = 'centre'"
        ).fetchall()[0][0],
        feeds=feeds,
        lines=[
            (Line(names[row[0]], *row[1:9]), row[9], row[10])
            for row in connection.execute(
                "SELECT feed_no, seq, line_no, household, stage, package, quantity, at, point,"
                " voided, in_review FROM handover"
            )
        ],
        reviews=sorted(
            (names[feed_no], seq, kind)
            for feed_no, seq, kind in connection.execute("SELECT feed_no, seq, kind FROM review")
        ),
        figures={
            tuple(row[:5]): tuple(row[5:])
            for row in connection.execute(
                "SELECT day, region, programme, stage, package, handed, quantity, voided, in_review"
                " FROM daily_figure"
            )
            if any(row[5:])
        },
        due=due,
        listed=listed,
        regions=dict(connection.execute("SELECT id, region FROM household").fetchall()),
        programmes=dict(connection.execute("SELECT id, programme FROM stage").fetchall()),
    )


def _facts(
    connection: psycopg.Connection[Any], cipher: AESGCM
) -> Iterator[tuple[int, Fact, int, int]]:
    rows = connection.execute(
        "SELECT feed_no, branch, seq, hash, body, received_at FROM fact ORDER BY feed_no, seq"
    )
    for feed_no, branch, seq, digest, sealed, at in rows:
        context = b"fact/%d/%d/%d" % (feed_no, branch, seq)
        body = cipher.decrypt(sealed[1:13], sealed[13:], context)
        yield feed_no, Fact(seq, digest, body), branch, at
