"""The text in a slip's QR: an upper-case link to the slip's own status page.

``HTTPS://<HOST>/S/<BASE32>``: the COSE_Sign1 bytes of ``models.slip`` in base32 (RFC 4648, without
padding). Upper case keeps the whole link in the QR's alphanumeric mode; a phone that scans it opens
the centre's status page; the field app looks only at what follows ``/S/`` and needs no network.
Why a link and why base32: ``docs/decisions/0003-slip-code-text.md``.
"""

from __future__ import annotations

import base64
import binascii
import re

MIN_BYTES = 72
"""Less can't hold a COSE_Sign1 with its 64-byte signature."""
MAX_BYTES = 1024
"""More than any slip; a QR can't hold it at level Q."""

# re.A: without it, ignoring case lets a long s and a Kelvin sign pass for letters.
_CENTRE = re.compile(
    r"(?:(https?)://)?([a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?::[0-9]{1,5})?)/?", re.I | re.A
)
_LINK = re.compile(r"https?://[^/?#\s]+/s/([a-z2-7]+)", re.I | re.A)


def to_text(cose: bytes, centre: str) -> str:
    """The text of the slip whose signed bytes are ``cose``.

    ``centre`` is the public address under which recipients reach the centre: ``ksbb.example.id``,
    with a port or ``https://`` (in a trial: ``http://``) if need be, without a path. Raises
    ValueError for another address or for bytes of an impossible length.
    """
    address = _CENTRE.fullmatch(centre)
    if address is None:
        raise ValueError(f"not a host that fits into a slip: {centre!r}")
    if not MIN_BYTES <= len(cose) <= MAX_BYTES:
        raise ValueError(f"a slip has {MIN_BYTES} to {MAX_BYTES} bytes, not {len(cose)}")
    scheme, host = (address[1] or "https").upper(), address[2].upper()
    return f"{scheme}://{host}/S/{base64.b32encode(cose).decode().rstrip('=')}"


def from_text(text: str) -> bytes | None:
    """The signed bytes in a scanned ``text``, or None when it is not one of our slips.

    Any host will do (slips outlive a change of address), as will lower case, ``http`` and white
    space or line ends around it; everything else is strict: one spelling of one slip, so no query,
    no fragment, no padding, no stray bits. Nothing is verified here; ``models.slip`` does that.
    """
    link = _LINK.fullmatch(text.strip())
    return None if link is None else _bytes_of(link[1].upper())


def _bytes_of(base32: str) -> bytes | None:
    try:
        data = base64.b32decode(base32 + "=" * (-len(base32) % 8))
    except binascii.Error:
        return None
    if not MIN_BYTES <= len(data) <= MAX_BYTES:
        return None
    # base32 decoding ignores the last character's spare bits; a second spelling is refused.
    return data if base64.b32encode(data).decode().rstrip("=") == base32 else None
