"""Reading what is still legible of an encrypted file that SQLite refuses to open.

Each page is decrypted by itself and its b-tree cells are read one by one, so that a torn header, a
bent page or a file cut short costs what stood there and nothing else. Nothing is trusted for that:
facts prove themselves by their chain, and of the rest only what stood on a page whose HMAC fits
counts as ``proved``. The write-ahead log is followed through its last commit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE = 4096
_IV, _MAC = 16, 64
_USABLE = PAGE - _IV - _MAC
_MOST_LOCAL = (_USABLE - 12) * 64 // 255 - 23
_LEAST_LOCAL = (_USABLE - 12) * 32 // 255 - 23
_LOG_HEAD, _FRAME_HEAD = 32, 24
_INTERIOR, _LEAF = 2, 10
"""Kinds of page of a table without row numbers, which the ledger's are: both hold rows."""


@dataclass(frozen=True, slots=True)
class Carved:
    """A row of some table, its columns in order; ``proved``: all of it is what was written."""

    row: tuple[Any, ...]
    proved: bool


def carve(file: Path, key: bytes) -> Iterator[Carved]:
    """Every row that can be read in ``file`` and its log, whatever table it belonged to."""
    pages = _pages(file)
    salt = pages.get(1, b"")[:_IV]
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    clear: dict[int, bytes] = {}
    sound: set[int] = set()
    for number, page in pages.items():
        if number == 1:  # only the tables' names stand there, and ours are known
            continue
        mac = hmac.digest(mac_key, page[: PAGE - _MAC] + number.to_bytes(4, "little"), "sha512")
        if mac == page[PAGE - _MAC :]:
            sound.add(number)
        clear[number] = _decrypted(page, key)
    for number in clear:
        yield from _rows(number, clear, sound)


def _pages(file: Path) -> dict[int, bytes]:
    """The encrypted pages as the last commit left them."""
    data = file.read_bytes() if file.exists() else b""
    pages = {
        place // PAGE + 1: data[place : place + PAGE]
        for place in range(0, len(data) - PAGE + 1, PAGE)
    }
    log_file = file.with_name(file.name + "-wal")
    log = log_file.read_bytes() if log_file.exists() else b""
    salts = log[16:24]
    waiting: dict[int, bytes] = {}
    for place in range(_LOG_HEAD, len(log) - _FRAME_HEAD - PAGE + 1, _FRAME_HEAD + PAGE):
        head = log[place : place + _FRAME_HEAD]
        if head[8:16] != salts:  # of an earlier round
            break
        waiting[int.from_bytes(head[:4])] = log[place + _FRAME_HEAD :][:PAGE]
        if int.from_bytes(head[4:8]):
            pages.update(waiting)
            waiting.clear()
    return pages


def _decrypted(page: bytes, key: bytes) -> bytes:
    vector = page[_USABLE : _USABLE + _IV]
    decryptor = Cipher(AES(key), CBC(vector)).decryptor()
    return decryptor.update(page[:_USABLE]) + decryptor.finalize()


def _rows(number: int, clear: dict[int, bytes], sound: set[int]) -> Iterator[Carved]:
    page = clear[number]
    kind, cells = page[0], int.from_bytes(page[3:5])
    if kind not in (_INTERIOR, _LEAF):
        return
    begin = 8 if kind == _LEAF else 12
    for place in range(begin, min(begin + 2 * cells, _USABLE - 1), 2):
        cell = int.from_bytes(page[place : place + 2]) + (4 if kind == _INTERIOR else 0)
        try:
            payload, touched = _payload(page, cell, clear)
            row = _columns(payload)
        except (ValueError, IndexError, KeyError, UnicodeDecodeError):
            continue
        yield Carved(row, touched | {number} <= sound)


def _payload(page: bytes, cell: int, clear: dict[int, bytes]) -> tuple[bytes, set[int]]:
    """A cell's whole payload, and the overflow pages that a part of it lies on."""
    size, begin = _varint(page, cell)
    if size <= _MOST_LOCAL:
        return _exactly(page, begin, size), set()
    local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % (_USABLE - 4)
    if local > _MOST_LOCAL:
        local = _LEAST_LOCAL
    parts = [_exactly(page, begin, local)]
    touched: set[int] = set()
    following = int.from_bytes(_exactly(page, begin + local, 4))
    left = size - local
    while left > 0:
        if following in touched:
            raise ValueError("a circle")
        touched.add(following)
        overflow = clear[following]
        parts.append(overflow[4 : 4 + min(left, _USABLE - 4)])
        left -= len(parts[-1])
        following = int.from_bytes(overflow[:4])
    return b"".join(parts), touched


def _columns(payload: bytes) -> tuple[Any, ...]:
    head, place = _varint(payload, 0)
    kinds: list[int] = []
    while place < head:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    values: list[Any] = []
    for kind in kinds:
        if kind in (8, 9):
            values.append(kind - 8)
            continue
        if kind == 0:
            values.append(None)
            continue
        size = (0, 1, 2, 3, 4, 6, 8)[kind] if kind < 7 else (kind - 12) // 2
        if kind in (7, 10, 11):
            raise ValueError("no column of ours")
        value = _exactly(payload, place, size)
        place += size
        if kind < 7:
            values.append(int.from_bytes(value, signed=True))
        else:
            values.append(value.decode() if kind % 2 else value)
    return tuple(values)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[place + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + step + 1
    return value << 8 | data[place + 8], place + 9


def _exactly(data: bytes, begin: int, size: int) -> bytes:
    found = data[begin : begin + size]
    if len(found) != size:
        raise ValueError("cut short")
    return found
