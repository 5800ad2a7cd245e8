"""What Prometheus reads: right numbers, bounded labels, nobody's data, on an address of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from models.clock import DAY
from models.facts import SessionOpened
from server.app import create_app
from server.crew import Crew
from server.upkeep.metrics import Metrics
from tests.support.pages import HERE, KEYS, NOW, Laptop, Town, kk_of, settings, slip_path
from tests.support.serving import visiting

pytestmark = pytest.mark.postgres


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def scraped(metrics: Metrics) -> Iterator[str]:
    """Where Prometheus asks."""
    server, port = metrics.listen("127.0.0.1", 0)
    yield f"http://127.0.0.1:{port}/metrics"
    server.shutdown()
    server.server_close()


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine)
    town.furnish()
    return town


@pytest.fixture
def visitor(town: Town, metrics: Metrics) -> Iterator[httpx.Client]:
    app = create_app(settings(), town.engine, KEYS, town.clock, metrics=metrics)
    with visiting(app) as client:
        yield client


Sample = tuple[str, tuple[tuple[str, str], ...]]


def read(address: str) -> dict[Sample, float]:
    """(name, labels) → value."""
    answer = httpx.get(address, trust_env=False, timeout=60)
    assert answer.status_code == 200
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def of(found: dict[Sample, float], name: str, **labels: str) -> float:
    """The value under a name and labels."""
    return found[name, tuple(sorted(labels.items()))]


def _push(visitor: httpx.Client, laptop: Laptop) -> None:
    segment = laptop.seal([(NOW, SessionOpened(HERE, "sore"))] * 3)
    assert visitor.post("/api/v1/push", content=segment).status_code == 200


def test_facts_receipts_reviews_and_laptops_are_counted(
    town: Town, visitor: httpx.Client, scraped: str
) -> None:
    laptop, silent = town.laptop(HERE), town.laptop(HERE)
    town.settle(range(3))
    town.hand_over(silent, [1])
    town.hand_over(silent, [1])
    town.now = NOW - 3 * DAY
    town.hello(silent)
    town.now = NOW
    town.hello(laptop)
    _push(visitor, laptop)
    found = read(scraped)
    assert of(found, "ksbb_database_up") == 1
    assert of(found, "ksbb_facts_total") == 2 + 2 + 3
    assert of(found, "ksbb_receipts_total", operation="push") == 1
    assert of(found, "ksbb_reviews_open", kind="double") == 1
    assert of(found, "ksbb_reviews_open", kind="fork") == 0
    heard = {w: of(found, "ksbb_devices", heard_within=w) for w in ("hour", "day", "week", "all")}
    assert heard == {"hour": 1, "day": 1, "week": 2, "all": 2}
    assert of(found, "ksbb_device_silent_seconds") == 3 * DAY / 1000
    assert of(found, "ksbb_laptops_requests") == 0
    assert of(found, "ksbb_database_connections", state="in_use") >= 0


def test_a_label_is_never_what_somebody_sent(
    town: Town, visitor: httpx.Client, metrics: Metrics, scraped: str
) -> None:
    number, path = str(kk_of(1)), slip_path(town.slip(1))
    for _ in range(2):
        visitor.get(path)
    visitor.get(f"/{number}")
    visitor.get(f"/status?kk={number}")
    visitor.post("/status", data={"kk": number})
    visitor.request(f"GET{number}", "/")
    visitor.post(f"/api/v1/{number}", content=number.encode())
    text = httpx.get(scraped, trust_env=False, timeout=60).text
    assert number not in text and path.removeprefix("/S/") not in text
    routes = set(re.findall(r"^ksbb_request_seconds_count\{(.*)\}", text, re.M))
    assert 'method="GET",route="/S/{payload}",status="200"' in routes
    assert 'method="GET",route="-",status="404"' in routes
    assert {re.findall(r'method="(\w+)"', one)[0] for one in routes} <= {"GET", "POST", "OTHER"}


def test_the_pages_themselves_hold_no_figures_for_prometheus(visitor: httpx.Client) -> None:
    assert visitor.get("/metrics").status_code == 404


def test_without_its_database_it_says_so_and_counts_the_rest(
    metrics: Metrics, scraped: str
) -> None:
    away = create_engine("postgresql+psycopg://x@127.0.0.1:1/x", poolclass=NullPool)
    with visiting(create_app(settings(), away, KEYS, lambda: NOW, metrics=metrics)) as client:
        assert client.get("/readyz").status_code == 503
    found = read(scraped)
    assert of(found, "ksbb_database_up") == 0
    assert ("ksbb_facts_total", ()) not in found
    count = {"method": "GET", "route": "/readyz", "status": "503"}
    assert of(found, "ksbb_request_seconds_count", **count) == 1


def test_the_work_of_other_processes_is_counted_too(
    town: Town, metrics: Metrics, scraped: str
) -> None:
    laptop = town.laptop(HERE)
    with closing(Crew(2, town.engine.url, KEYS, worked=metrics.segment)) as crew:
        for _ in range(4):
            reply = crew.push(laptop.seal([(NOW, SessionOpened(HERE, "sore"))]))
            assert reply.status == 200
        assert crew.waiting() == 0
    found = read(scraped)
    assert of(found, "ksbb_segment_seconds_count") == 4
    assert 0 < of(found, "ksbb_segment_seconds_sum") < 60
