"""Reading one file from a form's body, never more of it than is allowed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with a file: ``data`` is empty when none was chosen."""

    fields: dict[str, list[str]]
    name: str = ""
    data: bytes = b""


def has_file(request: Request) -> bool:
    """Whether the request's body is a form of that kind."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _KIND


async def read_upload(request: Request, field: str, most: int, fields: int = 4) -> Upload:
    """The file in ``field`` with the form's other fields, at most so many ``fields``.

    Raises ParcelTooLarge for more than ``most`` bytes, and HTTPException for what is no such form.
    """
    if not has_file(request):
        raise HTTPException(415)
    parser = MultiPartParser(
        request.headers, _limited(request, most + _AROUND), max_files=1, max_fields=fields
    )
    parser.spool_max_size = most + 1  # what is in it lies in no temporary file in clear
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(415) from error
    try:
        plain: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                plain.setdefault(name, []).append(value)
        found = form.get(field)
        if not isinstance(found, UploadFile):
            return Upload(plain)
        data = await found.read(most + 1)
    finally:
        await form.close()
    if len(data) > most:
        raise ParcelTooLarge()
    return Upload(plain, found.filename or "", data)


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
