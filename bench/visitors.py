"""People who look at pages, in a process of their own: so many requests a second, whether or not
the answers come (an open loop), each timed from when it was due.

``python -m bench.visitors ADDRESS RATE SECONDS`` reads the requests as JSON lines, ``[path,
form]``, and writes ``[milliseconds, status]`` for each.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

_PATIENCE = 30.0


class _Caller:
    """Connections to one server, kept open and used again."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> int:
        """Sends a request, reads all of the answer; its status. A kept connection that the server
        has ended meanwhile is no failure of the page."""
        while self._idle:
            try:
                return await self._exchange(self._idle.pop(), request)
            except (asyncio.IncompleteReadError, ConnectionError):
                continue
        return await self._exchange(await asyncio.open_connection(*self._place), request)

    async def _exchange(
        self, pair: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
    ) -> int:
        reader, writer = pair
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        await reader.readexactly(length)
        self._idle.append(pair)
        return int(head.split(b" ", 2)[1])


def written(path: str, form: str, number: int) -> bytes:
    """A request as bytes; each comes from another address, as a proxy would say."""
    who = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    head = (
        f"{'POST' if form else 'GET'} {path} HTTP/1.1\r\nHost: ksbb\r\n"
        f"Accept-Encoding: gzip\r\nX-Forwarded-For: {who}\r\n"
    )
    if form:
        head += (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
        )
    return f"{head}\r\n{form}".encode()


async def _visit(
    address: str, requests: Sequence[tuple[str, str]], rate: float, count: int
) -> list[tuple[float, int]]:
    parts = urlsplit(address)
    assert parts.hostname is not None and parts.port is not None
    caller, found = _Caller(parts.hostname, parts.port), []

    async def one(number: int, due: float) -> None:
        path, form = requests[number % len(requests)]
        try:
            async with asyncio.timeout(_PATIENCE):
                status = await caller.ask(written(path, form, number))
        except (OSError, asyncio.IncompleteReadError):  # a TimeoutError is an OSError too
            status = 0
        found.append(((time.perf_counter() - due) * 1000, status))

    begun = time.perf_counter() + 0.1
    waiting = []
    for number in range(count):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        waiting.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*waiting)
    return found


def main() -> int:
    """One run."""
    address, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    requests = [tuple(json.loads(line)) for line in sys.stdin]
    for ms, status in asyncio.run(_visit(address, requests, rate, int(rate * seconds))):
        print(json.dumps([round(ms, 3), status]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
