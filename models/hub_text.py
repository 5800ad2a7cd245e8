"""Where a hub is, as text: the QR on its screen, and an address typed by hand.

``KSBB-HUB:1:<FEED>:<PORT>:<ADDRESS>/<ADDRESS>…``, upper case so that a QR packs it tightly. The
feed's id says whom to expect there: who scans the code can't be led to another laptop.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.feed import FEED_ID_BYTES

PORT = 25722
"""Where a hub listens unless that is taken: 5722 is KSBB on a telephone's keys."""

MOST_ADDRESSES = 4
"""In one code; a laptop with more networks has some that nobody else is in."""

_PREFIX = "KSBB-HUB:1:"
_TEXT = re.compile(rf"{_PREFIX}([0-9A-F]{{32}}):(\d{{1,5}}):([0-9A-F:./]+)", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class HubPlace:
    """Where a hub may be. ``feed`` is None for an address that a person typed."""

    addresses: tuple[str, ...]
    port: int = PORT
    feed: bytes | None = None


def to_text(feed: bytes, port: int, addresses: Sequence[str]) -> str:
    """The text of the QR."""
    shown = "/".join(addresses[:MOST_ADDRESSES])
    return f"{_PREFIX}{feed.hex()}:{port}:{shown}".upper()


def to_kept(place: HubPlace) -> str:
    """A place as text that either reader below takes back: the code, or the address as typed."""
    if place.feed is None:
        return shown(place.addresses[0], place.port)
    return to_text(place.feed, place.port, place.addresses)


def from_text(text: str) -> HubPlace | None:
    """The place in a scanned text; None when it is something else."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        return None
    addresses = tuple(map(_address, found[3].split("/")))
    known = tuple(address for address in addresses if address is not None)
    port = _port(found[2])
    if port is None or not 1 <= len(known) <= MOST_ADDRESSES or len(known) != len(addresses):
        return None
    feed = bytes.fromhex(found[1])
    assert len(feed) == FEED_ID_BYTES
    return HubPlace(known, port, feed)


def from_typed(typed: str) -> HubPlace | None:
    """The place that a person typed: an address or a name, with a port or without; None when it
    can't be one."""
    text = typed.strip().lower().removeprefix("https://").rstrip("/")
    if (whole := _address(text.strip("[]"))) is not None:
        return HubPlace((whole,))
    host, colon, port = text.rpartition(":") if ":" in text else (text, "", "")
    number = _port(port) if colon else PORT
    bare = host.strip("[]") if host.startswith("[") else host
    name = _address(bare) or (bare if _is_name(bare) else None)
    return HubPlace((name,), number) if name is not None and number is not None else None


def shown(address: str, port: int) -> str:
    """An address as a person reads it and may type it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _is_name(text: str) -> bool:
    """A host's name; not numbers that were meant as an address."""
    return bool(_NAME.fullmatch(text)) and not re.fullmatch(r"[\d.]+", text)


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        return None
    return int(text) if 1 <= int(text) <= 65_535 else None
