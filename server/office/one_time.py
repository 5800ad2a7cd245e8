"""One-time passwords by time (RFC 6238) as a second factor, each taken once."""

from __future__ import annotations

import pyotp

STEP_MS = 30_000
_DRIFT = (0, -1, 1)
"""A phone's clock may be half a minute off, and typing takes a while."""
ISSUER = "KSBB"


def new_secret() -> str:
    """A new secret, as authenticator apps take it."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """What the QR says that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, typed: str, now: int, last: int) -> int | None:
    """The step of time whose number ``typed`` is; None for a wrong one and for one that is no later
    than the ``last`` that was used."""
    number = "".join(typed.split())
    counted = pyotp.HOTP(secret)
    current = now // STEP_MS
    for step in (current + drift for drift in _DRIFT):
        if step > last and counted.verify(number, step):
            return step
    return None
