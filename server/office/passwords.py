"""Passwords of the office's accounts: what may be one, and its Argon2id digest."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import BadPassword

SHORTEST, LONGEST = 12, 200
_FEWEST_SIGNS = 5
"""Different signs in it: ``aaaaaaaaaaaa`` is none."""

# 19 MiB, twice, one lane: the least that OWASP advises for Argon2id. Whoever has no account can
# make the centre do this as often as the limits allow, so it is not more.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash("")
"""Stands in for the digest of an account that there is not, so that looking takes as long."""


def check_password(password: str, name: str) -> str:
    """``password`` in the one spelling of it that is kept, for the account ``name``; raises
    BadPassword naming what is wrong."""
    password = _folded(password)
    if len(password) < SHORTEST:
        raise BadPassword(problem="short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise BadPassword(problem="long", longest=LONGEST)
    if len(set(password)) < _FEWEST_SIGNS or name in password.casefold():
        raise BadPassword(problem="easy")
    return password


def hash_password(password: str) -> str:
    """What is kept of a checked password."""
    return _HASHER.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether ``password`` is the one; takes as long where nothing is kept, and says no."""
    try:
        return _HASHER.verify(kept or _NOBODYS, _folded(password)[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def _folded(password: str) -> str:
    """Keyboards send the same letter in several ways."""
    return unicodedata.normalize("NFKC", password)
