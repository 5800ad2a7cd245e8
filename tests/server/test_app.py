"""The app put together: health, headers, problem pages, logs, the API beside the pages."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from httpx import Client
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from models.errors import CentreBusy
from models.facts import SessionOpened
from server.api import sync_router
from server.app import create_app
from server.capacity import LATEST, SOONEST, Capacity
from server.errors import BadSetting
from server.feeds.receiving import Receiving
from sync.messages import MEDIA_TYPE, Reply, read_refusal
from sync.transport import HttpTransport
from tests.support.pages import HERE, KEYS, NOW, Town, kk_of, settings, slip_path
from tests.support.serving import served, visiting

pytestmark = pytest.mark.postgres


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    return town


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    with visiting(town.app()) as client:
        yield client


@pytest.fixture
def broken() -> Iterator[Client]:
    """A centre whose database is away."""
    away = create_engine("postgresql+psycopg://x@127.0.0.1:1/x", poolclass=NullPool)
    with visiting(create_app(settings(), away, KEYS, lambda: NOW)) as client:
        yield client


def test_health_says_the_process_is_up_and_readiness_that_the_database_answers(
    client: Client, broken: Client
) -> None:
    assert client.get("/healthz").text == client.get("/readyz").text == "ok\n"
    assert broken.get("/healthz").status_code == 200
    assert broken.get("/readyz").status_code == 503


def test_the_description_of_the_api_holds_the_protocol_and_no_pages(client: Client) -> None:
    described = client.get("/openapi.json").json()
    operations = {"enrol", "hello", "push", "parcel", "pull", "snapshot", "heads", "refeed"}
    operations |= {"blobs", "blob"}
    assert set(described["paths"]) == {f"/api/v1/{name}" for name in operations}
    assert described["info"]["title"] == "KSBB centre"
    for page in ("/docs", "/redoc"):
        assert client.get(page).status_code == 404


def test_every_answer_carries_the_strict_headers(client: Client) -> None:
    asked = ["/", "/en/", "/status", "/nothing", "/S/X", "/static/centre.css", "/healthz"]
    for path in asked:
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "script" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in headers
        assert "set-cookie" not in headers


def test_an_encrypted_centre_tells_browsers_to_stay_encrypted(town: Town) -> None:
    config = replace(settings(), public_address="https://ksbb.example.id")
    with visiting(create_app(config, town.engine, KEYS, town.clock)) as client:
        assert client.get("/").headers["strict-transport-security"]


def test_pages_hold_no_script_and_nothing_inline_and_nothing_from_elsewhere(
    town: Town, client: Client
) -> None:
    town.settle(range(9))
    town.hand_over(town.laptop(), range(7))
    path = slip_path(town.slip(8))
    for html in (client.get(p).text for p in ("/", "/en/", "/status", path, "/nothing")):
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", html)
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', html)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/tidak-ada", 404, "Halaman ini tidak ada"),
        ("GET", "/en/nothing", 404, "There is no such page"),
        ("POST", "/", 405, "tidak dibuka dengan cara itu"),
        ("GET", "/S/" + "A" * 3000, 414, "Alamat ini terlalu panjang"),
        ("GET", "/en/" + "A" * 3000, 414, "This address is too long"),
        ("GET", "/static/nothing.css", 404, "Halaman ini tidak ada"),
        ("GET", "/static/../app.py", 404, "Halaman ini tidak ada"),
    ],
)
def test_what_cannot_be_answered_gets_a_page_in_its_language(
    client: Client, method: str, path: str, status: int, words: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_refused_method_says_which_are_allowed(client: Client) -> None:
    assert set(client.post("/").headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_without_its_database_the_centre_says_so_and_shows_no_trace(
    broken: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.get("/")
    assert answer.status_code == 503
    assert "Pusat sedang tidak dapat menjawab" in answer.text
    assert "127.0.0.1" not in answer.text and "Error" not in answer.text
    form = {"kk": str(kk_of(1))}
    assert broken.post("/en/status", data=form).status_code == 503
    assert str(kk_of(1)) not in caplog.text
    assert "OperationalError" in caplog.text


def test_a_bug_becomes_a_page_and_a_log_line_that_names_the_place_but_no_value(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    app = town.app()

    def fail() -> None:
        raise ValueError(f"household {kk_of(5)}")

    app.add_route("/boom", lambda _request: fail())  # type: ignore[arg-type, return-value]
    with visiting(app) as client:
        answer = client.get("/boom")
    assert answer.status_code == 500
    assert "Terjadi kesalahan di pusat" in answer.text
    assert str(kk_of(5)) not in caplog.text + answer.text
    assert "ValueError" in caplog.text and "in fail" in caplog.text


def test_the_api_answers_devices_in_their_own_form(town: Town, client: Client) -> None:
    laptop = town.laptop(HERE)
    segment = laptop.seal([(NOW, SessionOpened(HERE, "sore"))])
    answer = client.post("/api/v1/push", content=segment)
    assert answer.status_code == 200 and answer.headers["content-type"] == MEDIA_TYPE
    assert client.post("/api/v1/push", content=b"x").status_code == 400
    assert client.get("/api/v1/push").text == "405\n"
    assert client.get("/api/v2/push").text == "404\n"
    for operation in ("blob-list", "push/", "pull/x", ""):
        other = client.post(f"/api/v1/{operation}", content=b"x")
        assert other.headers["content-type"] == MEDIA_TYPE
        assert (other.status_code, read_refusal(other.content)[0]) == (400, "malformed")


def test_a_centre_with_too_much_to_do_asks_to_come_back(town: Town) -> None:
    """One request too many, while others are worked on; afterwards there is room again."""
    began, go_on = threading.Semaphore(0), threading.Event()

    def push(_segment: bytes) -> Reply:
        began.release()
        assert go_on.wait(30)
        return Reply(200, b"done")

    receiver = Receiving(town.engine, KEYS, lambda: NOW).receiver
    app = FastAPI()
    app.include_router(sync_router(receiver, push, Capacity(2)))
    with served(app) as url, ThreadPoolExecutor(2) as pool:

        def ask() -> httpx.Response:
            return httpx.post(f"{url}/api/v1/push", content=b"x", timeout=30)

        waiting = [pool.submit(ask) for _ in range(2)]
        for _ in waiting:
            assert began.acquire(timeout=30)
        busy = ask()
        assert busy.status_code == 503
        assert SOONEST <= int(busy.headers["retry-after"]) <= LATEST
        with closing(HttpTransport(url)) as transport, pytest.raises(CentreBusy):
            transport.post("push", b"x")
        go_on.set()
        assert [one.result(30).content for one in waiting] == [b"done", b"done"]
        assert ask().status_code == 200


def test_the_access_log_names_the_route_and_never_the_path(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    path = slip_path(town.slip(1))
    # A line is written after its answer is sent: all of them are there once the server has ended.
    with caplog.at_level(logging.DEBUG), visiting(town.app()) as client:
        client.get(path)
        client.get(f"/{kk_of(1)}")
        client.get(f"/status?kk={kk_of(1)}")
        client.post("/status", data={"kk": str(kk_of(1))})
    ours = [record.getMessage() for record in caplog.records if record.name == "ksbb.access"]
    assert [line.rsplit(" ", 2)[0] for line in ours] == [
        "GET /S/{payload} 200",
        "GET - 404",
        "GET /status 200",
        "POST /status 200",
    ]
    everything = "\n".join(r.getMessage() for r in caplog.records if r.name not in _CLIENT)
    assert path.removeprefix("/S/") not in everything
    assert str(kk_of(1)) not in everything


_CLIENT = {"httpx"}
"""The test's own browser logs what it asks for."""


def test_static_files_are_kept_by_their_content_and_pages_only_briefly(client: Client) -> None:
    html = client.get("/").text
    marked = re.search(r'href="(/static/centre\.css\?v=[0-9a-f]{12})"', html)
    assert marked is not None
    assert "immutable" in client.get(marked[1]).headers["cache-control"]
    assert client.get("/static/inter.woff2").headers["cache-control"] == "public, max-age=3600"
    assert client.get("/").headers["cache-control"] == "public, max-age=10"


def test_a_proxy_that_is_no_address_is_refused_when_the_app_is_made(town: Town) -> None:
    with pytest.raises(BadSetting):
        town.app(proxies=["the proxy"])
