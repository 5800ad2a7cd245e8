"""The centre's web app put together: sync API, public pages, health; nothing happens on import."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from models import __version__
from models.clock import WallClock, wall_clock
from models.slip import slip_key_id
from server.api import Push, sync_router
from server.capacity import Capacity
from server.complaints.answers import ComplaintDesk
from server.complaints.online import WebComplaintDesk
from server.feeds.receiving import Receiving
from server.figures.areas import Areas
from server.figures.daily import Figures
from server.figures.monitoring import Monitoring
from server.giving.pledges import PledgeDesk
from server.giving.steering import Steering
from server.keys import Keys
from server.mail import Mailer
from server.parcels.desk import ParcelOffice
from server.personal import Personal
from server.settings import Settings
from server.status import StatusDesk
from server.upkeep.metrics import Metrics
from server.web.addresses import trusted_networks
from server.web.areas import AreaPages
from server.web.by_number import ByNumber
from server.web.complaining import ComplainingPages
from server.web.counter import Counter
from server.web.guard import Guard
from server.web.home import HomePage
from server.web.household import StatusPages
from server.web.letters import Letters
from server.web.limits import Limiter, Limits, Rate
from server.web.monitoring import MonitoringPage
from server.web.office.house import House, office_routes
from server.web.paper import PaperPages
from server.web.parcels import ParcelPages
from server.web.pledges import PledgePages
from server.web.problems import Problems
from server.web.proof import Hurry, Proofs
from server.web.rendering import STATIC, Pages
from server.web.routing import PageRoute
from server.web.slip import SlipPages

UVICORN: dict[str, Any] = {"access_log": False, "proxy_headers": False, "server_header": False}
"""What uvicorn must be started with: its own access log would hold whole paths (slips, mistyped
numbers), and which proxies are believed is decided by the settings alone."""

_DESCRIPTION = """
The protocol by which field devices enrol, send what they recorded and fetch what changed.
Bodies are deterministic CBOR, signed as COSE_Sign1 (Ed25519); see `docs/sync-protocol.md`.
"""


def create_app(
    settings: Settings,
    engine: Engine,
    keys: Keys,
    clock: WallClock = wall_clock,
    *,
    limits: Limits | None = None,
    push: Push | None = None,
    metrics: Metrics | None = None,
    mailer: Mailer | None = None,
) -> FastAPI:
    """The centre over an open database; raises BadSetting for proxies that are no networks.

    ``push`` takes pushed segments in (``server.crew``); without it this process does. ``metrics``
    counts what is asked and answered; without ``mailer`` no letters are sent.
    """
    metrics, capacity = metrics or Metrics(), Capacity()
    metrics.watch(engine, clock)
    _count_waiting(metrics, capacity)
    trusted = trusted_networks(settings.trusted_proxies)
    limits = limits or Limits.of(settings.status_rate)
    personal = Personal(keys)
    pages = Pages()
    problems = Problems(pages)
    desk = StatusDesk(engine, personal)
    complaints = WebComplaintDesk(engine, personal)
    areas = Areas(engine, settings.smallest_count)
    steering = Steering(engine, areas)

    app = FastAPI(
        title="KSBB centre",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # Swagger's and ReDoc's pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: problems.of_exception},
    )
    app.add_middleware(
        Guard,
        problem=problems.page,
        encrypted=settings.public_address.startswith("https://"),
        observe=metrics.request,
    )
    receiving = Receiving(engine, keys, clock)

    def counter(address: Rate, total: Rate) -> Counter:
        return Counter(pages, problems, Limiter(address, total, clock), trusted, clock)

    app.include_router(sync_router(receiving.receiver, push, capacity, metrics.answered))
    app.router.routes.extend(
        [
            *_health(engine),
            *MonitoringPage(pages, Monitoring(engine, settings.smallest_count), clock).routes(),
            *HomePage(pages, Figures(engine, settings.smallest_count), clock).routes(),
            *AreaPages(pages, areas, steering, clock).routes(),
            *StatusPages(
                counter(limits.status_address, limits.status_total),
                Hurry(
                    Proofs(keys, clock, limits.proof_work),
                    Limiter(limits.proved_address, limits.proved_total, clock),
                ),
                desk,
                complaints,
            ).routes(),
            *ByNumber(
                counter(limits.complaint_address, limits.complaint_total),
                "/pengaduan",
                "complaint.html",
                ComplaintDesk(engine).follow,
            ).routes(),
            *ComplainingPages(
                counter(limits.complain_address, limits.complain_total), complaints
            ).routes(),
            *PledgePages(
                counter(limits.pledge_address, limits.pledge_total),
                PledgeDesk(engine, personal),
                steering,
                Letters(mailer or Mailer(None), settings.public_address),
            ).routes(),
            *SlipPages(
                counter(limits.slip_address, limits.slip_total),
                desk,
                complaints,
                {slip_key_id(keys.slip.key_id): keys.slip.public_key},
            ).routes(),
            *PaperPages(counter(limits.slip_address, limits.slip_total), engine).routes(),
            *ParcelPages(
                counter(limits.parcel_address, limits.parcel_total),
                ParcelOffice(engine, receiving.unloading),
                {keys.centre.key_id: keys.centre.public_key},
            ).routes(),
            *office_routes(
                House(settings, engine, keys, personal, clock), pages, problems, limits, trusted
            ),
            Mount("/static", _Static(directory=STATIC)),
        ]
    )
    return app


def _count_waiting(metrics: Metrics, capacity: Capacity) -> None:
    metrics.gauge(
        "ksbb_laptops_requests", "Laptops' requests under way", lambda: capacity.under_way
    )
    about = "Laptops' requests that were asked to come back"
    metrics.gauge("ksbb_laptops_turned_away", about, lambda: capacity.turned_away, total=True)


def _health(engine: Engine) -> list[PageRoute]:
    def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    def ready(_request: Request) -> Response:
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return PlainTextResponse("database\n", 503, {"cache-control": "no-store"})
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    return [PageRoute("/healthz", alive), PageRoute("/readyz", ready)]


class _Static(StaticFiles):
    """Style, font and mark; an address with a content's mark may be kept for ever."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        response = await super().get_response(path, scope)
        marked = scope["query_string"].startswith(b"v=")
        age = "31536000, immutable" if marked else "3600"
        response.headers["cache-control"] = f"public, max-age={age}"
        return response
