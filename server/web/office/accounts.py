"""Who may enter the office: the administrator's page of accounts, and that of one of them."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select
from starlette.responses import Response

from server.errors import Incomplete
from server.office.accounts import (
    SET_UP,
    VALID_MS,
    Role,
    accounts,
    add_account,
    find_account,
    reset_account,
    set_active,
    set_role,
)
from server.personal import Personal
from server.tables import Agregator, table
from server.web.office.declared import ADMINISTRATORS, OfficePage
from server.web.office.visit import Visit

PATH = "/kantor/akun"
_CHANGED = "account.changed"


class AccountPages:
    """``/kantor/akun`` and ``/kantor/akun/{name}``. ``public_address`` is where links lead."""

    def __init__(self, engine: Engine, personal: Personal, public_address: str) -> None:
        self._engine = engine
        self._personal = personal
        self._public_address = public_address

    def declared(self) -> list[OfficePage]:
        """Both pages, the administrator's alone."""
        return [
            OfficePage(PATH, self._all, ADMINISTRATORS, ADMINISTRATORS, entry="accounts"),
            OfficePage(f"{PATH}/{{name}}", self._one, ADMINISTRATORS, ADMINISTRATORS),
        ]

    def _all(self, visit: Visit) -> Response:
        if visit.posted:
            role, agregator = _role_in(visit)
            with self._engine.begin() as connection:
                desk = visit.desk(connection)
                name = visit.field("nama")
                _, code = add_account(desk, self._personal, name, role, agregator)
            return self._link(visit, name.casefold(), code)
        with self._engine.connect() as connection:
            return visit.page(
                "office/accounts.html",
                accounts=accounts(connection),
                agregators=_agregators(connection),
                roles=list(Role),
            )

    def _one(self, visit: Visit) -> Response:
        name = str(visit.request.path_params["name"])
        if not visit.posted:
            with self._engine.connect() as connection:
                return visit.page(
                    "office/account.html",
                    one=find_account(connection, name),
                    agregators=_agregators(connection),
                    roles=list(Role),
                )
        what = visit.field("apa")
        with self._engine.begin() as connection:
            one, desk = find_account(connection, name), visit.desk(connection)
            if what == "ulang":
                return self._link(visit, one.name, reset_account(desk, self._personal, one.id))
            if what == "peran":
                set_role(desk, one.id, *_role_in(visit))
            elif what in ("tutup", "buka"):
                set_active(desk, one.id, what == "buka")
        return visit.see(f"{PATH}/{one.name}", _CHANGED)

    def _link(self, visit: Visit, name: str, code: str) -> Response:
        """The answer to the form itself: the code is nowhere afterwards."""
        link = f"{self._public_address}{SET_UP}/{code}"
        return visit.page("office/link.html", name=name, link=link, until=visit.now + VALID_MS)


def _role_in(visit: Visit) -> tuple[Role, int | None]:
    """The role of a form, and the aggregator with it. Raises Incomplete."""
    try:
        role = Role(visit.field("peran"))
    except ValueError as error:
        raise Incomplete() from error
    chosen = visit.field("agregator")
    return role, int(chosen) if role is Role.AGREGATOR and chosen.isdecimal() else None


def _agregators(connection: Connection) -> dict[int, str]:
    columns = table(Agregator).c
    rows = connection.execute(select(columns.id, columns.name).order_by(columns.name))
    return {row.id: row.name for row in rows}
