"""The sync protocol's HTTP routes: bytes in, bytes out; all thinking is in ``sync.receiver``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from server.capacity import Busy, Capacity
from sync.messages import MAX_BODY, MEDIA_TYPE, PATH, Refusal, Reply, refuse
from sync.receiver import Receiver

Push = Callable[[bytes], Reply]
"""(segment) → the answer."""
Answered = Callable[[str, int], None]
"""(operation, status): a laptop got an answer."""
_THREADS = 32
"""For laptops alone: pages have threads of their own, and are answered beside them."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_OPERATIONS = {
    "enrol": (
        "Make a laptop a device",
        'A COSE_Sign1 by the new feed\'s key over CBOR `["enrol", at, code, public key, name,'
        " version, box key]`. The answer is a certificate signed by the centre.",
    ),
    "hello": (
        "Ask what is held of a feed",
        'A COSE_Sign1 by the feed\'s key over CBOR `["hello", at, seq, hash, version]`. The answer'
        " is a receipt; its time mends a wrong clock.",
    ),
    "push": (
        "Send a sealed segment of facts",
        "A segment as it is, signed by its checkpoint. Sending it twice changes nothing. The"
        " answer is a receipt: what it covers is safe.",
    ),
    "parcel": (
        "Bring what another device exported",
        "A parcel of facts, whole or its head with some of its frames. It proves itself, so anyone"
        " may bring it. The answer is a parcel of receipts, each signed by the centre.",
    ),
    "pull": (
        "Fetch the next page of a stream",
        'A COSE_Sign1 by the feed\'s key over CBOR `["pull", at, point, after, mark, most, own'
        " heads]`. The answer is a page signed by the centre.",
    ),
    "snapshot": (
        "Fetch the next households of the city",
        'A COSE_Sign1 by the feed\'s key over CBOR `["snapshot", at, place, most, own heads]`; for'
        " a help desk. The answer is a page signed by the centre.",
    ),
    "heads": (
        "Say what is held of all feeds",
        'A COSE_Sign1 by the feed\'s key over CBOR `["heads", at, [[feed, number, hash], …]]`. The'
        " answer is CBOR `[receipt, …]`, each signed by the centre.",
    ),
    "refeed": (
        "Go on in a new feed after a fork",
        'A COSE_Sign1 by the old feed\'s key over CBOR `["refeed", at, offer]`; the offer is signed'
        " by the new feed's. The answer is a certificate signed by the centre.",
    ),
    "blobs": (
        "Ask which photos and signatures are wanted",
        'A COSE_Sign1 by the feed\'s key over CBOR `["blobs", at, [hash, …]]`. The answer says of'
        " each how much of it is held, signed by the centre.",
    ),
    "blob": (
        "Send a piece of a photo or signature",
        'A COSE_Sign1 by the feed\'s key over CBOR `["blob", at, hash, length, offset, bytes]`.'
        " Taken only when a fact of the device names the hash; the answer is as to `blobs`.",
    ),
}


def sync_router(
    receiver: Receiver,
    push: Push | None = None,
    capacity: Capacity | None = None,
    answered: Answered = lambda _operation, _status: None,
) -> APIRouter:
    """The routes under ``/api/v1/``; ``docs/sync-protocol.md`` describes the bytes. ``push`` takes
    the segments in instead of ``receiver``."""
    room = _Room(capacity or Capacity(), answered)
    router = APIRouter(prefix=PATH.rstrip("/"), tags=["sync"])
    for operation, (summary, description) in _OPERATIONS.items():
        router.add_api_route(
            f"/{operation}",
            _endpoint(receiver, operation, push if operation == "push" else None, room),
            methods=["POST"],
            name=operation,
            summary=summary,
            description=description,
            response_class=Response,
            responses=_responses(),
            openapi_extra={
                "requestBody": {"required": True, "content": {MEDIA_TYPE: _BINARY}},
            },
        )
    router.add_api_route(
        "/{_other:path}", _unknown(receiver), methods=["POST"], include_in_schema=False
    )
    return router


def _unknown(receiver: Receiver) -> Any:
    async def answer() -> Response:
        """Says to another version that it is one, and that this is the centre."""
        return _response(refuse(Refusal.MALFORMED, receiver.now()))

    return answer


class _Room:
    """The room for laptops' requests, and the threads on which they are answered."""

    def __init__(self, capacity: Capacity, answered: Answered) -> None:
        self._capacity = capacity
        self._answered = answered
        self._threads: CapacityLimiter | None = None

    async def answer(self, operation: str, take: Callable[[bytes], Reply], body: bytes) -> Response:
        """What ``take`` says to ``body``, or when to come back."""
        # It belongs to the event loop, which there is now.
        self._threads = self._threads or CapacityLimiter(_THREADS)
        try:
            with self._capacity.taken(operation):
                # The database is spoken to without async: a segment's work is a few dozen
                # milliseconds.
                reply = await to_thread.run_sync(take, body, limiter=self._threads)
        except Busy as busy:
            return Response(status_code=503, headers={"retry-after": str(busy.seconds)})
        self._answered(operation, reply.status)
        return _response(reply)


def _endpoint(receiver: Receiver, operation: str, push: Push | None, room: _Room) -> Any:
    take = push or partial(receiver.answer, operation)

    async def answer(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _response(refuse(Refusal.TOO_LARGE, receiver.now()))
        return await room.answer(operation, take, body)

    return answer


async def _body(request: Request) -> bytes | None:
    """The whole body; None as soon as it is longer than any message, without reading on."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=MEDIA_TYPE)


def _responses() -> dict[int | str, dict[str, Any]]:
    refusals: dict[int | str, dict[str, Any]] = {
        int(refusal): {
            "description": f'Refused: CBOR `{{"error": "{refusal.name.lower()}", "at": ms}}`',
            "content": {MEDIA_TYPE: _BINARY},
        }
        for refusal in Refusal
    }
    answer = {"description": "A COSE_Sign1 by the centre", "content": {MEDIA_TYPE: _BINARY}}
    return {
        200: answer,
        **refusals,
        408: {"description": "The body did not come in time"},
        503: {
            "description": "More to do than the centre takes on at once, or its database is away",
            "headers": {
                "Retry-After": {
                    "description": "Whole seconds; absent where the database is away",
                    "schema": {"type": "integer"},
                }
            },
        },
    }
