"""Entering the office, and the sessions of who did: known by a hash alone, ended by time and by
whatever changes the account."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from server.office.accounts import Account, account_in
from server.office.audit import note
from server.office.one_time import new_secret, step_of
from server.office.passwords import fits
from server.personal import Personal, PersonalColumn
from server.tables import Account as Row_
from server.tables import OfficeSession, table

_MINUTE = 60_000
IDLE_MS, LONGEST_MS = 30 * _MINUTE, 600 * _MINUTE
_SEEN_EVERY_MS = _MINUTE
"""A page need not write each time that it is looked at."""
_TOKEN_BYTES = 32
_ACCOUNT, _SESSION = table(Row_), table(OfficeSession)
_NOBODYS = new_secret()


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying to enter. ``exposed``: the account whose password was right and number
    wrong; who typed it is told neither."""

    account: Account | None = None
    exposed: int | None = None


def enter(
    engine: Engine, personal: Personal, name: str, password: str, number: str, now: int
) -> Tried:
    """Who this is, by name, password and one-time number; nobody for anything wrong. An account
    that there is not, or not any more, takes as long as one that there is."""
    wanted = name.strip().casefold()
    with engine.begin() as connection:
        row = connection.execute(
            select(_ACCOUNT).where(_ACCOUNT.c.name == wanted, _ACCOUNT.c.active)
        ).first()
        known = row is not None and bool(row.password_hash)
        secret, last = _NOBODYS, 0
        if row is not None and known:
            secret = personal.decrypt(bytes(row.totp_enc), row.id, PersonalColumn.TOTP)
            last = row.totp_step
        right = fits(row.password_hash if row is not None else "", password)
        step = step_of(secret, number, now, last)
        if row is None or not right:
            return Tried()
        if step is None or not _take(connection, row.id, step):
            return Tried(exposed=row.id)
        entered = update(_ACCOUNT).where(_ACCOUNT.c.id == row.id).values(entered_at=now)
        connection.execute(entered)
        return Tried(account_in(row))


def again(
    connection: Connection,
    personal: Personal,
    account: Account,
    password: str,
    number: str,
    now: int,
) -> bool:
    """Whether who has entered is still the same person, before something that locks others out."""
    row = connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.id == account.id)).one()
    secret = personal.decrypt(bytes(row.totp_enc), row.id, PersonalColumn.TOTP)
    step = step_of(secret, number, now, row.totp_step)
    return (
        fits(row.password_hash, password) and step is not None and _take(connection, row.id, step)
    )


def _take(connection: Connection, account: int, step: int) -> bool:
    """Uses a number up; False when another request was quicker."""
    account_ = _ACCOUNT.c
    taken = update(_ACCOUNT).where(account_.id == account, account_.totp_step < step)
    return bool(connection.execute(taken.values(totp_step=step)).rowcount)


def warn(engine: Engine, account: int, now: int) -> None:
    """Notes that somebody knows an account's password. Apart from ``enter``, after the answer: the
    time it takes would tell."""
    with engine.begin() as connection:
        note(connection, now, "ksbb-centre", "account.number_refused", {"id": account})


def begin(connection: Connection, account: Account, now: int) -> str:
    """A session; what the browser is to hold. Sweeps out those that are over."""
    connection.execute(
        delete(_SESSION).where(
            (_SESSION.c.begun_at <= now - LONGEST_MS) | (_SESSION.c.seen_at <= now - IDLE_MS)
        )
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {"token_hash": _digest(token), "account": account.id, "begun_at": now, "seen_at": now}
    connection.execute(insert(_SESSION), row)
    note(connection, now, account.name, "account.entered", {"id": account.id})
    return token


def who(engine: Engine, token: str, now: int) -> Account | None:
    """Whose session it is; None where it is over or never was."""
    with engine.begin() as connection:
        row = connection.execute(
            select(_ACCOUNT, _SESSION.c.begun_at, _SESSION.c.seen_at)
            .join(_SESSION, _SESSION.c.account == _ACCOUNT.c.id)
            .where(_SESSION.c.token_hash == _digest(token), _ACCOUNT.c.active)
        ).first()
        if row is None or row.begun_at <= now - LONGEST_MS or row.seen_at <= now - IDLE_MS:
            return None
        if row.seen_at <= now - _SEEN_EVERY_MS:
            mine = update(_SESSION).where(_SESSION.c.token_hash == _digest(token))
            connection.execute(mine.values(seen_at=now))
    return account_in(row)


def leave(connection: Connection, token: str, account: Account, now: int) -> None:
    """Ends a session."""
    connection.execute(delete(_SESSION).where(_SESSION.c.token_hash == _digest(token)))
    note(connection, now, account.name, "account.left", {"id": account.id})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
