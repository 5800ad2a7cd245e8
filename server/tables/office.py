"""The tables of who works at the office: accounts, their one-time codes, their sessions."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from server.tables.base import CentreTable, big, given_id, key, reference


class Account(CentreTable, table=True):
    """Who may enter the office. ``password_hash`` is empty and ``totp_enc`` too until the one-time
    code was used; ``totp_step`` is the last step of time whose number was used.

    ``agregator``: whose points alone this account sees (role ``agregator``).
    """

    id: int | None = given_id()
    name: str = Field(unique=True)
    role: str
    agregator: int | None = reference("agregator.id", optional=True)
    active: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    password_hash: str = Field(default="", sa_column_kwargs={"server_default": ""})
    totp_enc: bytes = Field(
        default=b"", sa_type=LargeBinary, sa_column_kwargs={"server_default": text("''::bytea")}
    )
    totp_step: int = big(0)
    created_at: int = big()
    entered_at: int | None = big()


class AccountCode(CentreTable, table=True):
    """A one-time code to set an account up with, by its SHA-256; and the secret of the one-time
    passwords that will go with it."""

    __tablename__ = "account_code"
    code_hash: bytes = key(LargeBinary)
    account: int = reference("account.id")
    totp_enc: bytes
    expires_at: int = big()


class OfficeSession(CentreTable, table=True):
    """Somebody who has entered, by the SHA-256 of what their browser holds."""

    __tablename__ = "office_session"
    token_hash: bytes = key(LargeBinary)
    account: int = reference("account.id")
    begun_at: int = big()
    seen_at: int = big()
    __table_args__ = (Index("office_session_by_account", "account"),)
