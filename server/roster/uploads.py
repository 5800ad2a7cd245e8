"""A list between the steps of its import: the file as it came and what was said of it so far.

It holds names and KK numbers, so it lies encrypted in the database, bound to its own number and to
the account that brought it, and is gone when that is done with it, or a day later.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from models.clock import DAY
from server.errors import NothingFound
from server.personal import Personal
from server.roster_import import Choice, Column, Finding, Reason, RosterFile, RosterReport
from server.tables import RosterUpload, table

MOST_BYTES = 16 * 1024 * 1024
"""A quarter of a million rows as a workbook; larger lists go by the command."""
_MOST = 5
"""Lists of one account at a time; the oldest makes room."""
_UPLOAD = table(RosterUpload)


@dataclass(frozen=True, slots=True)
class State:
    """How far an import is: what was asked for, and what came of it (``report.dry``: by a trial).
    ``problem`` are title and words of what kept the list from being read."""

    name: str
    point: str = ""
    stage: str = ""
    packages: tuple[str, ...] = ()
    choice: Choice | None = None
    report: RosterReport | None = None
    problem: tuple[str, str] | None = None

    @property
    def loaded(self) -> bool:
        """Whether it was loaded, and is only shown now."""
        return self.report is not None and not self.report.dry


@dataclass(frozen=True, slots=True)
class Held:
    """A list that is held for an account."""

    id: bytes
    at: int
    state: State
    file: RosterFile = field(repr=False)


class Uploads:
    """The lists of one account, in the caller's transaction."""

    def __init__(self, connection: Connection, personal: Personal, account: int) -> None:
        self._connection = connection
        self._personal = personal
        self._account = account

    def put(self, content: bytes, state: State, now: int) -> bytes:
        """Keeps a new list; its number. What is too old goes."""
        number = secrets.token_bytes(16)
        connection = self._connection
        connection.execute(delete(_UPLOAD).where(_UPLOAD.c.at < now - DAY))
        newest = (
            select(_UPLOAD.c.id)
            .where(_UPLOAD.c.account == self._account)
            .order_by(_UPLOAD.c.at.desc())
            .limit(_MOST - 1)
        )
        connection.execute(
            delete(_UPLOAD).where(_UPLOAD.c.account == self._account, _UPLOAD.c.id.not_in(newest))
        )
        row = {
            "id": number,
            "account": self._account,
            "at": now,
            "file_enc": self._personal.seal(content, self._bound(number, b"file")),
            "state_enc": self._sealed(number, state),
        }
        connection.execute(insert(_UPLOAD), row)
        return number

    def get(self, number: str) -> Held:
        """The list with this number in hexadecimal; raises NothingFound, also for another's."""
        try:
            wanted = bytes.fromhex(number)
        except ValueError:
            wanted = b""
        row = self._connection.execute(
            select(_UPLOAD).where(_UPLOAD.c.id == wanted, _UPLOAD.c.account == self._account)
        ).first()
        if row is None:
            raise NothingFound(what="RosterUpload", name=number[:8])
        state = self._opened(wanted, bytes(row.state_enc))
        content = self._personal.unseal(bytes(row.file_enc), self._bound(wanted, b"file"))
        return Held(wanted, row.at, state, RosterFile(state.name, content))

    def all(self, now: int) -> list[tuple[bytes, int, State]]:
        """(number, when, how far) of each that is kept, the newest first."""
        rows = self._connection.execute(
            select(_UPLOAD.c.id, _UPLOAD.c.at, _UPLOAD.c.state_enc)
            .where(_UPLOAD.c.account == self._account, _UPLOAD.c.at >= now - DAY)
            .order_by(_UPLOAD.c.at.desc())
        )
        return [
            (bytes(row.id), row.at, self._opened(bytes(row.id), bytes(row.state_enc)))
            for row in rows
        ]

    def say(self, number: bytes, state: State) -> None:
        """What is said of a list from now on."""
        self._connection.execute(
            update(_UPLOAD)
            .where(_UPLOAD.c.id == number, _UPLOAD.c.account == self._account)
            .values(state_enc=self._sealed(number, state))
        )

    def drop(self, number: bytes) -> None:
        """Forgets a list."""
        self._connection.execute(
            delete(_UPLOAD).where(_UPLOAD.c.id == number, _UPLOAD.c.account == self._account)
        )

    def _bound(self, number: bytes, what: bytes) -> bytes:
        return b"roster/" + what + number + self._account.to_bytes(8, "big")

    def _sealed(self, number: bytes, state: State) -> bytes:
        plain = json.dumps(_plain(state), separators=(",", ":")).encode()
        return self._personal.seal(plain, self._bound(number, b"state"))

    def _opened(self, number: bytes, sealed: bytes) -> State:
        return _state(json.loads(self._personal.unseal(sealed, self._bound(number, b"state"))))


def _plain(state: State) -> dict[str, Any]:
    plain = asdict(replace(state, choice=None))
    if state.choice is not None:
        columns = {column.value: at for column, at in state.choice.columns.items()}
        plain["choice"] = [state.choice.sheet, state.choice.row, columns]
    return plain


def _state(plain: Mapping[str, Any]) -> State:
    choice = None
    if plain["choice"] is not None:
        sheet, row, columns = plain["choice"]
        choice = Choice(sheet, row, {Column(name): at for name, at in columns.items()})
    return State(
        plain["name"],
        plain["point"],
        plain["stage"],
        tuple(plain["packages"]),
        choice,
        _report(plain["report"]) if plain["report"] is not None else None,
        tuple(plain["problem"]) if plain["problem"] is not None else None,
    )


def _report(plain: dict[str, Any]) -> RosterReport:
    findings = [
        Finding(
            **{
                **one,
                "column": Column(one["column"]),
                "reason": Reason(one["reason"]),
                "pair": tuple(one["pair"]),
            }
        )
        for one in plain["findings"]
    ]
    return RosterReport(**{**plain, "findings": findings})
