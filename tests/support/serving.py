"""The app on a port of its own for browser tests, as ``ksbb-centre serve`` runs it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from server.app import UVICORN


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Runs ``app`` for as long as the block lasts; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # asyncio sets this itself only on sockets it opened; without it each answer takes 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(app, log_level="warning", lifespan="off", **UVICORN)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def visiting(app: FastAPI) -> Iterator[httpx.Client]:
    """A plain client of ``app``, over a real connection; follows no redirects."""
    with (
        served(app) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client
