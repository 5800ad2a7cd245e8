"""The text of an enrolment QR: where the centre is, the one-time code, and its key's fingerprint.

``KSBB-ENROL:1:<CODE>:<FINGERPRINT>:<ADDRESS>``, the fingerprint being the 8-byte id of the centre's
public key in hex. The address comes last because it holds colons of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.cose import KEY_ID_BYTES

CODE_LENGTH = 8
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0/O, 1/I/L: a code is read out in a loud hall."""

_PREFIX = "KSBB-ENROL:1:"
_TEXT = re.compile(rf"{_PREFIX}([0-9A-Z]+):([0-9A-F]+):(https?://\S+)", re.IGNORECASE)
_PASSED_OVER = re.compile(r"[\s\-.]+")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an enrolment QR says. ``fingerprint`` is None where the code was typed."""

    code: str
    address: str
    fingerprint: bytes | None


def to_text(code: str, address: str, fingerprint: bytes) -> str:
    """The text of the QR."""
    return f"{_PREFIX}{code}:{fingerprint.hex().upper()}:{address}"


def from_text(text: str) -> Invitation | None:
    """The invitation in a scanned text; None when it is something else."""
    found = _TEXT.fullmatch(text.strip())
    if found is None or len(found[2]) != 2 * KEY_ID_BYTES:
        return None
    code, address = clean_code(found[1]), clean_address(found[3])
    if code is None or address is None:
        return None
    return Invitation(code, address, bytes.fromhex(found[2]))


def clean_code(typed: str) -> str | None:
    """A typed code as it was given out; None when it can't be one."""
    code = _PASSED_OVER.sub("", typed).upper()
    return code if len(code) == CODE_LENGTH and all(sign in ALPHABET for sign in code) else None


def clean_address(typed: str) -> str | None:
    """A typed address of the centre as ``scheme://host[:port]``; None when it can't be one.

    Without a scheme it is ``https``; plain ``http`` is for this very computer only.
    """
    text = typed.strip().rstrip("/")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.\-]+", host):
        return None
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1"):
        return None
    if parts.path or parts.query or parts.fragment or parts.username:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def show_code(code: str) -> str:
    """A code as it is shown and read out: ``ABCD-2345``."""
    return f"{code[:4]}-{code[4:]}"
