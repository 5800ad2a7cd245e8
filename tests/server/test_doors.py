"""What holds for every door of the centre, those that come later too: headers, logs, limits."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Message

from models.facts import Body, Complaint, HouseholdNote, WalkIn
from models.facts import Receiver as Taker
from server.upkeep.logs import Form, Level, set_up, told_of
from server.web.guard import HEADERS, Guard, Patience
from tests.support.centre import TestPostgres
from tests.support.pages import HERE, NOW, Town, kk_of, slip_path
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres

NAME, STREET, PROXY = "Siti Rahmawati Kusuma", "Jl. Kenanga Dalam 77", "Bambang Pamungkas Wijaya"
NUMBER = kk_of(4711)
PERSONAL = (NAME, STREET, PROXY, f"{NUMBER}", f"{NUMBER:,}".replace(",", "."), "Kusuma", "Kenanga")


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    town.settle([4711, 4712])
    return town


@pytest.fixture
def app(town: Town) -> FastAPI:
    return town.app()


def _doors(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of each, with a KK number wherever a path takes something."""
    found = []
    for route in app.routes:
        pattern = str(getattr(route, "path", ""))
        path = re.sub(r"\{[^}]*\}", f"{NUMBER}", pattern)
        if isinstance(route, Mount):
            found.append(("GET", f"{path}/{NUMBER}"))
        found += [(method, path) for method in getattr(route, "methods", None) or ()]
    assert len(found) > 40
    return found


def test_every_door_answers_with_the_strict_headers(app: FastAPI) -> None:
    with visiting(app) as visitor:
        for method, path in _doors(app):
            answer = visitor.request(method, path)
            assert answer.status_code < 500, (method, path)
            for name in HEADERS:
                assert answer.headers.get(name), (method, path, name)
            assert "unsafe" not in answer.headers["content-security-policy"], path


def test_no_door_takes_more_than_it_has_use_for(app: FastAPI) -> None:
    """A form is refused by its length before it is read to its end; a laptop's message too."""
    form = {"kk": "1" * 70_000, "name": "x" * 70_000}
    with visiting(app) as visitor:
        for method, path in _doors(app):
            if method == "POST" and not path.startswith("/api/"):
                answer = visitor.post(path, data=form)
                assert 300 <= answer.status_code < 500, (path, answer.status_code)
        for operation in ("enrol", "hello", "push", "parcel"):
            answer = visitor.post(f"/api/v1/{operation}", content=bytes(8 * 1024 * 1024 + 1))
            assert answer.status_code == 413, operation


# --- the log ---------------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged from here on, as JSON and from the lowest level."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    set_up(Form.JSON, Level.INFO, out)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the visitor's own
    try:
        yield out
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("ksbb").setLevel(logging.NOTSET)
        logging.getLogger("httpx").setLevel(logging.NOTSET)


def test_whatever_is_said_at_a_door_no_log_repeats_it(
    town: Town, app: FastAPI, postgres: TestPostgres, written: io.StringIO
) -> None:
    before = postgres.log_file.stat().st_size
    said = {
        "kk": f"{NUMBER}", "name": NAME, "nama": NAME, "donor": NAME, "contact": "0812 3456 7890",
        "number": f"{NUMBER}", "nomor": f"{NUMBER}", "words": f"{NAME}, {NUMBER}, {STREET}",
        "address": STREET,
    }  # fmt: skip
    with visiting(app) as visitor:
        visitor.get(slip_path(town.slip(4711)))
        visitor.get(f"/{NUMBER}/{NAME}", params=said)
        visitor.post("/status", content=str(said).encode())
        for method, path in _doors(app):
            query = said if method == "GET" else None
            referred = {"referer": f"http://x/{NUMBER}"}
            visitor.request(method, path, params=query, headers=referred)
            if method == "POST":
                visitor.post(path, data=said)
                visitor.post(path, files={"file": (f"{NAME}.ksbb", str(said).encode())}, data=said)
        laptop = town.laptop(HERE)
        facts: list[tuple[int, Body]] = [
            (NOW, WalkIn(NAME, NUMBER, 3, 4, STREET, 2, NAME)),
            (NOW, Complaint(1, f"{NAME} {NUMBER}", number=4_123_456_789)),
            (NOW, HouseholdNote(5, 1, NUMBER, NAME)),
        ]
        visitor.post("/api/v1/push", content=laptop.seal(facts))
        bent = laptop.seal(facts)
        visitor.post("/api/v1/push", content=bent[:-9] + bytes(9))
    town.hand_over(town.laptop(), [4711, 4712], taker=Taker.PROXY, proxy=PROXY)
    everything = written.getvalue()
    lines = [json.loads(line) for line in everything.splitlines()]
    assert len([one for one in lines if one["logger"] == "ksbb.access"]) > 60
    with postgres.log_file.open(encoding="utf-8", errors="replace") as log:
        log.seek(before)
        everything += log.read()
    for one in PERSONAL:
        assert one not in everything


def test_a_line_for_a_machine_has_its_parts_apart(app: FastAPI, written: io.StringIO) -> None:
    with visiting(app) as visitor:
        visitor.get("/status")
    (line,) = [one for one in map(json.loads, written.getvalue().splitlines()) if "route" in one]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/status", 200)
    assert line["ms"] > 0 and line["level"] == "info"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:.]+\+00:00", line["at"])


def _fail() -> None:
    try:
        raise ValueError(f"of {NAME}")
    except ValueError as error:
        raise RuntimeError(f"no household {NUMBER}") from error


@pytest.mark.parametrize("form", Form)
def test_of_what_others_log_only_their_own_words_are_kept(form: Form) -> None:
    out = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up(form, Level.WARNING, out)
    try:
        logging.getLogger("elsewhere").warning("could not insert %s", NAME)
        logging.getLogger("ksbb.access").info("a request")
        try:
            _fail()
        except RuntimeError:
            logging.getLogger("elsewhere").exception("failed for %s", NUMBER)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("ksbb").setLevel(logging.NOTSET)
    told = out.getvalue()
    assert "could not insert %s" in told and "RuntimeError from ValueError" in told
    assert "in _fail" in told
    assert NAME not in told and str(NUMBER) not in told and "a request" not in told


def test_an_error_is_told_by_its_kinds_and_places() -> None:
    with pytest.raises(RuntimeError) as caught:
        _fail()
    kinds, places = told_of(caught.value)
    assert kinds == "RuntimeError from ValueError"
    assert "test_doors.py" in places and str(NUMBER) not in kinds


# --- time ------------------------------------------------------------------------------------


def _problem(_request: Request, status: int) -> PlainTextResponse:
    return PlainTextResponse("", status)


def _asked(patience: Patience, pieces: list[bytes], pause: float, *, ends: bool) -> int:
    """The status for a body that comes in ``pieces``, each after a ``pause``; unless it ``ends``,
    nothing comes after them."""

    async def run() -> int:
        coming, statuses = iter(pieces), []
        for_ever = asyncio.Event()

        async def receive() -> Message:
            piece = next(coming, None)
            if piece is None and not ends:
                await for_ever.wait()
            await asyncio.sleep(pause)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def endpoint(request: Request) -> PlainTextResponse:
            return PlainTextResponse(f"{len(await request.body())}")

        inner = Starlette(routes=[Route("/", endpoint, methods=["POST"])])
        guard = Guard(inner, _problem, encrypted=False, patience=patience)
        scope: dict[str, Any] = {
            "type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"",
        }  # fmt: skip
        await asyncio.wait_for(guard(scope, receive, send), 60)
        return int(statuses[0])

    return asyncio.run(run())


def test_who_falls_silent_within_a_request_is_let_go() -> None:
    assert _asked(Patience(silence=0.05), [b"x"] * 3, 0, ends=False) == 408


def test_who_sends_drop_by_drop_is_let_go_too() -> None:
    began = time.monotonic()
    drops = [b"x"] * 10_000
    assert _asked(Patience(silence=30, whole=0.3), drops, 0.01, ends=True) == 408
    assert time.monotonic() - began < 50


def test_who_sends_slowly_and_on_is_heard_to_the_end() -> None:
    assert _asked(Patience(silence=30, whole=60), [b"x"] * 20, 0.001, ends=True) == 200
