"""Reading one file from a form's body, never more of it than is allowed."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from models.errors import ParcelTooLarge

_KIND = "multipart/form-data"
_AROUND = 16 * 1024
"""Bytes of the form around the file."""
_WASTE = 256 * 1024 * 1024
"""How much more is read and thrown away, so that a browser gets to see the answer."""


async def read_upload(request: Request, field: str, most: int) -> bytes:
    """The file in ``field``, empty when none was chosen.

    Raises ParcelTooLarge for more than ``most`` bytes, and HTTPException for what is no such form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415)
    parser = MultiPartParser(
        request.headers, _limited(request, most + _AROUND), max_files=1, max_fields=4
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(415) from error
    try:
        found = form.get(field)
        data = await found.read(most + 1) if isinstance(found, UploadFile) else b""
    finally:
        await form.close()
    if len(data) > most:
        raise ParcelTooLarge()
    return data


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body; too long a one is read on to its end without keeping it, then refused."""
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > most + _WASTE:
            raise HTTPException(413)
        if length <= most:
            yield chunk
    if length > most:
        raise ParcelTooLarge()
