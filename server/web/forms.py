"""Reading a plain form from a request's body, never more of it than a form can need."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

LONGEST_FORM = 2_048
_MOST_FIELDS = 12
_PLAIN = "application/x-www-form-urlencoded"


async def read_form(request: Request, longest: int = LONGEST_FORM) -> dict[str, str]:
    """The form's fields, each by its first value; raises HTTPException."""
    fields = await read_fields(request, longest)
    return {name: values[0] for name, values in fields.items()}


async def read_fields(
    request: Request, longest: int, most: int = _MOST_FIELDS
) -> dict[str, list[str]]:
    """The form's fields with all their values, at most ``most`` of them.

    Raises HTTPException 413 as soon as the body is longer than ``longest``, without reading on,
    and 415 for anything but a plain form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _PLAIN:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPException(413)
    try:
        return parse_qs(body.decode("ascii", "replace"), max_num_fields=most)
    except ValueError as error:
        raise HTTPException(413) from error
