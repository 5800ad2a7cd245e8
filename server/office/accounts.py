"""The office's accounts: made, changed and shut by an administrator or a command, set up by whom
they are for.

Nobody knows another's password: an account begins with a one-time code, with which its owner sets a
password and takes over the secret of the one-time passwords. That secret is encrypted under the
centre's keys, as names are. Whatever changes what an account may do ends its sessions.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from models.clock import DAY
from server.catalogue import Desk
from server.errors import BadWords, CodeUsed, NameTaken, NothingFound, OwnAccount, WrongNumber
from server.office.audit import note
from server.office.one_time import new_secret, step_of
from server.office.passwords import check_password, hash_password
from server.personal import Personal, PersonalColumn
from server.tables import Account as Row_
from server.tables import AccountCode, Agregator, OfficeSession, table

SET_UP = "/kantor/pasang"
"""Where a one-time code leads, below the centre's address."""
VALID_MS = 2 * DAY
"""How long a one-time code may wait for its owner."""
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,30}")
_CODE_BYTES = 24
_ACCOUNT, _CODE, _SESSION = table(Row_), table(AccountCode), table(OfficeSession)


class Role(StrEnum):
    """What somebody may do; the words stand under ``office.role.<value>``."""

    ADMINISTRATOR = "administrator"
    AGREGATOR = "agregator"
    """An aggregator's staff: sees what is at its points, and nothing of others."""
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    """Sees everything and changes nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the office sees it; ``agregator`` is that of its staff, else None. ``ready``:
    its owner has set it up."""

    id: int
    name: str
    role: Role
    agregator: int | None
    active: bool = True
    ready: bool = True
    created_at: int = 0
    entered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a one-time code is for, and the secret that goes into their authenticator app."""

    account: Account
    secret: str


def add_account(
    desk: Desk, personal: Personal, name: str, role: Role, agregator: int | None = None
) -> tuple[int, str]:
    """A new account's number, and the one-time code for its owner.

    Raises BadWords for a name that can't be one or staff without an aggregator (and an aggregator
    for anybody else), NameTaken, NothingFound.
    """
    name = name.strip().casefold()
    if not _NAME.fullmatch(name):
        raise BadWords(what="account", value=name[:40])
    _check_agregator(desk.connection, role, agregator)
    known = desk.connection.scalar(select(_ACCOUNT.c.id).where(_ACCOUNT.c.name == name))
    if known is not None:
        raise NameTaken(what="Account", name=name, number=known)
    values = {"name": name, "role": role.value, "agregator": agregator, "created_at": desk.now}
    number: int = desk.connection.execute(
        insert(_ACCOUNT).values(values).returning(_ACCOUNT.c.id)
    ).scalar_one()
    details = {"id": number, "role": role.value, "agregator": agregator}
    note(desk.connection, desk.now, desk.actor, "account.added", details)
    return number, _code_for(desk, personal, number)


def reset_account(desk: Desk, personal: Personal, number: int) -> str:
    """A new one-time code for who lost password or phone; what they had is of no use from now on.
    Raises NothingFound."""
    _change(desk, number, "account.reset", {}, password_hash="", totp_enc=b"")
    return _code_for(desk, personal, number)


def set_role(desk: Desk, number: int, role: Role, agregator: int | None) -> None:
    """Another role. Raises NothingFound, BadWords, OwnAccount."""
    _check_agregator(desk.connection, role, agregator)
    _not_own(desk, number)
    values = {"role": role.value, "agregator": agregator}
    _change(desk, number, "account.role_set", values, **values)


def set_active(desk: Desk, number: int, active: bool) -> None:
    """Shuts an account or opens it again. Raises NothingFound, OwnAccount."""
    _not_own(desk, number)
    _change(desk, number, "account.opened" if active else "account.shut", {}, active=active)


def accounts(connection: Connection) -> list[Account]:
    """All of them, by name."""
    return [account_in(row) for row in connection.execute(select(_ACCOUNT).order_by("name"))]


def find_account(connection: Connection, name: str) -> Account:
    """The account of this name or number; raises NothingFound."""
    wanted = name.strip().casefold()
    found = connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.name == wanted)).first()
    if found is None and wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        found = connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.id == int(wanted))).first()
    if found is None:
        raise NothingFound(what="Account", name=name)
    return account_in(found)


def invited(connection: Connection, personal: Personal, code: str, now: int) -> Invited:
    """Whom the code is for. Raises CodeUsed for one that is unknown, used or too old."""
    found = connection.execute(
        select(_ACCOUNT, _CODE.c.totp_enc.label("secret"))
        .join(_CODE, _CODE.c.account == _ACCOUNT.c.id)
        .where(_CODE.c.code_hash == _digest(code), _CODE.c.expires_at > now, _ACCOUNT.c.active)
    ).first()
    if found is None:
        raise CodeUsed()
    return Invited(account_in(found), personal.decrypt(found.secret, found.id, PersonalColumn.TOTP))


def set_up(
    connection: Connection, personal: Personal, code: str, password: str, number: str, now: int
) -> Account:
    """Sets the password of whom the code is for; ``number`` shows that their app has the secret.

    Raises CodeUsed, BadPassword, WrongNumber.
    """
    one = invited(connection, personal, code, now)
    password = check_password(password, one.account.name)
    step = step_of(one.secret, number, now, 0)
    if step is None:
        raise WrongNumber()
    used = delete(_CODE).where(_CODE.c.code_hash == _digest(code))
    if not connection.execute(used).rowcount:
        raise CodeUsed()
    values = {
        "password_hash": hash_password(password),
        "totp_enc": personal.encrypt(one.secret, one.account.id, PersonalColumn.TOTP),
        "totp_step": step,
    }
    _change(Desk(connection, now, one.account.name), one.account.id, "account.set_up", {}, **values)
    return one.account


def set_password(desk: Desk, account: Account, password: str) -> None:
    """Another password, of whom it belongs to. Raises BadPassword."""
    kept = hash_password(check_password(password, account.name))
    _change(desk, account.id, "account.password_set", {}, password_hash=kept)


def account_in(row: Row[Any]) -> Account:
    """The account in a row of the table."""
    return Account(
        row.id,
        row.name,
        Role(row.role),
        row.agregator,
        row.active,
        bool(row.password_hash),
        row.created_at,
        row.entered_at,
    )


def _change(desk: Desk, number: int, action: str, details: dict[str, Any], **values: Any) -> None:
    """Changes an account, ends its sessions and says so in the office's log."""
    connection = desk.connection
    changed = update(_ACCOUNT).where(_ACCOUNT.c.id == number).values(**values)
    if not connection.execute(changed).rowcount:
        raise NothingFound(what="Account", name=str(number))
    connection.execute(delete(_SESSION).where(_SESSION.c.account == number))
    note(connection, desk.now, desk.actor, action, {"id": number, **details})


def _code_for(desk: Desk, personal: Personal, number: int) -> str:
    """A one-time code in the place of any before it."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    row = {
        "code_hash": _digest(code),
        "account": number,
        "totp_enc": personal.encrypt(new_secret(), number, PersonalColumn.TOTP),
        "expires_at": desk.now + VALID_MS,
    }
    desk.connection.execute(delete(_CODE).where(_CODE.c.account == number))
    desk.connection.execute(insert(_CODE), row)
    return code


def _check_agregator(connection: Connection, role: Role, agregator: int | None) -> None:
    if (role is Role.AGREGATOR) != (agregator is not None):
        raise BadWords(what="account_agregator", value=agregator or "–")
    ids = table(Agregator).c.id
    if agregator is not None and connection.scalar(select(ids).where(ids == agregator)) is None:
        raise NothingFound(what="Agregator", name=str(agregator))


def _not_own(desk: Desk, number: int) -> None:
    """So that there is always an administrator left."""
    name = desk.connection.scalar(select(_ACCOUNT.c.name).where(_ACCOUNT.c.id == number))
    if name == desk.actor:
        raise OwnAccount()


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
