"""Pages that are the same for everybody, kept for a moment as they were sent: a city's table takes
longer to write out than anybody may wait when all of it looks."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.clock import WallClock
from server.kept import Kept

_MOST = 512
_LONGEST = 200
"""A longer address is nobody's of ours, and is not kept."""


@dataclass(frozen=True, slots=True)
class _Sent:
    code: int
    headers: tuple[tuple[str, str], ...]
    plain: bytes
    squeezed: bytes


class KeptPages:
    """Answers by address, each for ``ms``. Only for what is about no one household: what is
    compressed together with something secret tells it by its length."""

    def __init__(self, clock: WallClock, ms: int) -> None:
        self._clock = clock
        self._kept: Kept[str, _Sent] = Kept(ms, _MOST)

    async def answer(self, request: Request, make: Callable[[Request], Response]) -> Response:
        """The page at this address; ``make`` makes it anew, in a thread."""
        key, now = f"{request.url.path}?{request.url.query}", self._clock()
        if len(key) > _LONGEST:
            return await run_in_threadpool(make, request)
        sent = self._kept.fresh(key, now)
        if sent is None:
            sent = await run_in_threadpool(self._kept.get, key, now, lambda: _packed(make(request)))
        return _unpacked(sent, "gzip" in request.headers.get("accept-encoding", ""))


def _packed(response: Response) -> _Sent:
    plain = bytes(response.body)
    kept = [(name, value) for name, value in response.headers.items() if name != "content-length"]
    return _Sent(
        response.status_code, tuple(kept), plain, gzip.compress(plain, compresslevel=5, mtime=0)
    )


def _unpacked(sent: _Sent, squeezed: bool) -> Response:
    response = Response(sent.squeezed if squeezed else sent.plain, sent.code, dict(sent.headers))
    response.headers["vary"] = "accept-encoding"
    if squeezed:
        response.headers["content-encoding"] = "gzip"
    return response
