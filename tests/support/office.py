"""Somebody at the office for tests: an account made by the desk, set up by its link, entered with
password and one-time number through the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyotp
from fastapi import FastAPI
from httpx import Client, Response
from sqlalchemy import Engine, text

from server.catalogue import Desk
from server.office.accounts import SET_UP, Role, add_account, invited, set_up
from server.office.one_time import STEP_MS
from tests.support.centre_world import empty
from tests.support.pages import Town
from tests.support.serving import visiting

PASSWORD = "kuda besi menari pelan"
_FIELD = re.compile(r'name="tanda" value="([0-9a-f]{64})"')


@dataclass
class Staff:
    """An account whose owner has set it up, and the clock of their phone."""

    town: Town
    name: str
    secret: str
    password: str = PASSWORD

    def number(self) -> str:
        """What the phone shows next; the town's clock goes on to it, as a number works once."""
        self.town.now += STEP_MS
        return pyotp.TOTP(self.secret).at(self.town.now // 1000)


@dataclass
class Browser:
    """A browser at the office's pages; follows no redirect, keeps cookies."""

    client: Client
    page: str = field(default="")

    def get(self, path: str, expected: int | None = 200) -> str:
        """A page's text."""
        answer = self.client.get(path)
        assert expected is None or answer.status_code == expected, (path, answer.status_code)
        self.page = answer.text
        return answer.text

    def post(self, path: str, token: str | None = None, **fields: str | Sequence[str]) -> Response:
        """Sends a form with the token of the page that was opened last, or with another."""
        data = {"tanda": self.token() if token is None else token, **fields}
        return self.client.post(path, data=data)

    def token(self) -> str:
        """The token in the page that was opened last."""
        found = _FIELD.search(self.page)
        return found[1] if found else ""

    def enter(self, staff: Staff, **other: str) -> Response:
        """Fills in the form of the entrance."""
        self.get("/kantor/masuk")
        return self.try_in(staff, **other)

    def try_in(self, staff: Staff, **other: str) -> Response:
        """The same with the form that is open already."""
        typed = {"nama": staff.name, "sandi": staff.password, "angka": staff.number(), **other}
        return self.post("/kantor/masuk", **typed)


def office_town(engine: Engine) -> Town:
    """A town on an emptied database: two aggregators, each at a point of its own."""
    empty(engine)
    town = Town(engine)
    town.furnish()
    with engine.begin() as connection:
        for name in ("Yayasan Peduli", "Rumah Bantu"):
            connection.execute(text("INSERT INTO agregator (name) VALUES (:name)"), {"name": name})
        connection.execute(text("UPDATE point SET agregator = id"))
    return town


def hire(town: Town, name: str, role: Role, agregator: int | None = None) -> Staff:
    """An account that is ready to enter."""
    with town.engine.begin() as connection:
        desk = Desk(connection, town.now, "test")
        _, code = add_account(desk, town.personal, name, role, agregator)
        secret = invited(connection, town.personal, code, town.now).secret
        number = pyotp.TOTP(secret).at(town.now // 1000)
        set_up(connection, town.personal, code, PASSWORD, number, town.now)
    return Staff(town, name, secret)


def invite(town: Town, name: str, role: Role) -> str:
    """The path of the link for a new account's owner."""
    with town.engine.begin() as connection:
        _, code = add_account(Desk(connection, town.now, "test"), town.personal, name, role)
    return f"{SET_UP}/{code}"


@contextmanager
def browsing(app: FastAPI) -> Iterator[Browser]:
    """A browser of ``app`` that holds no cookie yet."""
    with visiting(app) as client:
        yield Browser(client)


@contextmanager
def entered(app: FastAPI, staff: Staff) -> Iterator[Browser]:
    """A browser in which ``staff`` has entered."""
    with browsing(app) as browser:
        answer = browser.enter(staff)
        assert answer.status_code == 303, answer.text
        browser.get("/kantor")
        yield browser
