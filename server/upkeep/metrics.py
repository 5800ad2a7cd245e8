"""What Prometheus may read of a centre: how it is doing, in numbers about nobody.

| what | counted |
|---|---|
| requests, receipts, how long a segment takes | in this process, which all requests go through |
| what waits: requests, segments, connections | as it is when it is asked for |
| facts, reviews, laptops, feeds | by the database, so rightly with any number of processes |

A label is never anything that somebody sent: a route is its pattern, a method one of a few.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from models.clock import WallClock
from sync.messages import ExceptionCode

_LOG = logging.getLogger("ksbb.metrics")
_METHODS = frozenset({"GET", "HEAD", "POST"})
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_RECEIPTED = frozenset({"hello", "push", "parcel", "heads"})
"""What is answered with receipts."""
_SINCE = (("hour", 3_600_000), ("day", 86_400_000), ("week", 7 * 86_400_000))
_OK = 200


class Metrics:
    """Everything that is counted; ``serve`` lets Prometheus read it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = Histogram(
            "ksbb_request_seconds",
            "Time from a request to the end of its answer",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._receipts = Counter(
            "ksbb_receipts",
            "Answers to laptops that hold receipts",
            ["operation"],
            registry=self.registry,
        )
        self._work = Histogram(
            "ksbb_segment_seconds",
            "Work on a pushed segment, without waiting for a process",
            buckets=_SECONDS,
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; ``route`` is a pattern."""
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, f"{status}").observe(seconds)

    def answered(self, operation: str, status: int) -> None:
        """A laptop got an answer."""
        if status == _OK and operation in _RECEIPTED:
            self._receipts.labels(operation).inc()

    def segment(self, seconds: float) -> None:
        """A segment was worked on."""
        self._work.observe(seconds)

    def gauge(
        self, name: str, about: str, read: Callable[[], float], *, total: bool = False
    ) -> None:
        """``read`` is asked whenever Prometheus is; ``total``: it only grows."""
        family = CounterMetricFamily if total else GaugeMetricFamily
        self.registry.register(_Asked(lambda: [family(name, about, value=read())]))

    def watch(self, engine: Engine, clock: WallClock) -> None:
        """Counts what is in the database, and its connections."""
        self.registry.register(_Asked(lambda: _of_pool(engine)))
        self.registry.register(_Asked(lambda: _of_database(engine, clock)))

    def listen(self, host: str, port: int) -> tuple[WSGIServer, int]:
        """Answers Prometheus on an address of its own; (what to shut down, the port)."""
        server, _thread = start_http_server(port, host, self.registry)
        return server, server.server_port


class _Asked(Collector):
    """A collector made of one question."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the database is not asked before Prometheus asks."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The answer now."""
        return self._collect()


def _of_pool(engine: Engine) -> Iterable[Metric]:
    pool = engine.pool
    if isinstance(pool, QueuePool):
        about = "Connections of this process to the database"
        family = GaugeMetricFamily("ksbb_database_connections", about, labels=["state"])
        family.add_metric(["in_use"], pool.checkedout())
        family.add_metric(["idle"], pool.checkedin())
        yield family


def _of_database(engine: Engine, clock: WallClock) -> Iterable[Metric]:
    """One look: what can't be asked is left out, and that the database is away is a figure too."""
    about = "Whether the database answers"
    try:
        with engine.connect() as connection:
            connection.execute(text("SET LOCAL statement_timeout = '5s'"))
            facts = connection.execute(_FACTS).one()
            reviews = {row.kind: row.open for row in connection.execute(_REVIEWS)}
            devices = (
                connection.execute(_DEVICES, {"now": clock(), **dict(_SINCE)}).mappings().one()
            )
    except SQLAlchemyError as error:
        _LOG.warning("the database could not be counted: %s", type(error).__name__)
        return [GaugeMetricFamily("ksbb_database_up", about, value=0)]
    return [
        GaugeMetricFamily("ksbb_database_up", about, value=1),
        CounterMetricFamily("ksbb_facts", "Facts held, forks apart", value=facts.facts),
        GaugeMetricFamily("ksbb_feeds_forked", "Feeds with a fork", value=facts.forked),
        _reviews(reviews),
        *_devices(dict(devices)),
    ]


def _reviews(found: Mapping[int, int]) -> Metric:
    about = "What waits for somebody's decision"
    family = GaugeMetricFamily("ksbb_reviews_open", about, labels=["kind"])
    for kind in ExceptionCode:
        family.add_metric([kind.name.lower()], found.get(int(kind), 0))
    return family


def _devices(found: Mapping[str, int]) -> Iterable[Metric]:
    about = "Laptops that are not blocked, by when they were last heard of"
    family = GaugeMetricFamily("ksbb_devices", about, labels=["heard_within"])
    for name, _ in _SINCE:
        family.add_metric([name], found[name])
    family.add_metric(["ever"], found["ever"])
    family.add_metric(["all"], found["enrolled"])
    yield family
    oldest = found["oldest"]
    about = "Seconds since the laptop was heard of that has been silent for longest"
    yield GaugeMetricFamily("ksbb_device_silent_seconds", about, value=(oldest or 0) / 1000)


# The feeds' table is small (one row a laptop); reviews have an index of the open ones.
_FACTS = text(
    "SELECT coalesce(sum(head_seq), 0)::int8 AS facts,"
    " count(*) FILTER (WHERE forked_at_seq IS NOT NULL) AS forked FROM feed"
)
_REVIEWS = text("SELECT kind, count(*) AS open FROM review WHERE decided_at IS NULL GROUP BY kind")
_DEVICES = text(
    "SELECT count(*) AS enrolled, count(last_contact_at) AS ever,"
    " count(*) FILTER (WHERE last_contact_at > :now - :hour) AS hour,"
    " count(*) FILTER (WHERE last_contact_at > :now - :day) AS day,"
    " count(*) FILTER (WHERE last_contact_at > :now - :week) AS week,"
    " :now - min(last_contact_at) AS oldest FROM device WHERE revoked_at IS NULL"
)
