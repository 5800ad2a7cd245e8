"""Laptops: what each holds and lacks, a code to enrol another, blocking a lost one, and the report
whose data it held."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from starlette.responses import Response

from models import enrolment_text
from server.errors import Incomplete, NothingFound
from server.keys import Keys
from server.laptops.blocking import revoke_device
from server.laptops.enrolment import VALID_MS, create_code
from server.laptops.exposure import exposure_of, file_name, write_exposure
from server.laptops.listing import DeviceReport, list_devices
from server.office.accounts import Role
from server.office.audit import note
from server.personal import Personal
from server.tables import Point
from server.web.office.declared import ADMINISTRATORS, CENTRAL, EVERYBODY, OfficePage
from server.web.office.paging import part_of
from server.web.office.qr import qr_drawing
from server.web.office.reviews import names_of
from server.web.office.visit import Visit
from server.web.rendering import NO_STORE

PATH = "/kantor/laptop"
_ENROLS = frozenset({Role.ADMINISTRATOR, Role.AGREGATOR})
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OF_AGREGATOR = text(
    "SELECT DISTINCT dp.device FROM device_point AS dp JOIN point AS p ON p.id = dp.point"
    " WHERE p.agregator = :agregator"
)
_POINTS_OF = text("SELECT id FROM point WHERE agregator = :agregator")


class DevicePages:
    """``/kantor/laptop`` and below."""

    def __init__(self, engine: Engine, personal: Personal, keys: Keys, public_address: str) -> None:
        self._engine = engine
        self._personal = personal
        self._keys = keys
        self._public_address = public_address

    def declared(self) -> list[OfficePage]:
        """An aggregator's staff sees the laptops of its own points and enrols them."""
        return [
            OfficePage(PATH, self._all, EVERYBODY, entry="devices"),
            OfficePage(f"{PATH}/daftar", self._enrol, _ENROLS, _ENROLS),
            OfficePage(f"{PATH}/{{number}}", self._one, EVERYBODY, ADMINISTRATORS),
            OfficePage(f"{PATH}/{{number}}/laporan", self._report, CENTRAL, ADMINISTRATORS),
        ]

    def _all(self, visit: Visit) -> Response:
        with self._engine.connect() as connection:
            found = _mine(connection, visit)
        return visit.page(
            "office/devices.html",
            part=part_of(visit, found),
            may_enrol=visit.account.role in _ENROLS,
        )

    def _one(self, visit: Visit) -> Response:
        with self._engine.begin() as connection:
            one = _named(_mine(connection, visit), visit)
            if visit.posted:
                if visit.field("apa") != "blokir":
                    raise Incomplete()
                revoke_device(connection, one.id, visit.now, actor=visit.account.name)
                return visit.see(f"{PATH}/{one.id}", "device.blocked")
            central = visit.account.role in CENTRAL
            held = exposure_of(connection, one.id) if central else None
        return visit.page(
            "office/device.html",
            one=one,
            held=held,
            may=visit.account.role in ADMINISTRATORS,
        )

    def _report(self, visit: Visit) -> Response:
        """Masked for who looks; with names for who sends the form, which is noted."""
        with self._engine.begin() as connection:
            held = exposure_of(connection, visit.number("number") or 0)
            if visit.posted:
                details = {"device": held.device, "households": held.households, "names": True}
                note(connection, visit.now, visit.account.name, "device.exposure_told", details)
            content = write_exposure(
                connection,
                self._personal,
                held,
                visit.language,
                visit.now,
                names=visit.posted,
            )
        headers = {
            **NO_STORE,
            "content-disposition": f'attachment; filename="{file_name(held, visit.now)}"',
        }
        return Response(content, media_type=_XLSX, headers=headers)

    def _enrol(self, visit: Visit) -> Response:
        with self._engine.begin() as connection:
            points = names_of(connection, Point)
            if visit.agregator is not None:
                own = set(connection.scalars(_POINTS_OF, {"agregator": visit.agregator}))
                points = {number: name for number, name in points.items() if number in own}
            if not visit.posted:
                return visit.page(
                    "office/enrol.html", points=points, may_city=visit.agregator is None
                )
            chosen = visit.field("titik")
            point = int(chosen) if chosen.isascii() and chosen.isdecimal() else 0
            if point not in points:
                raise Incomplete()
            city = visit.field("kota") == "ya" and visit.agregator is None
            label = visit.field("nama")[:80]
            code = create_code(connection, point, visit.now, label=label, city=city)
            given = {"point": point, "city": city}
            note(connection, visit.now, visit.account.name, "enrolment_code.made", given)
        key = self._keys.centre.key_id
        invitation = enrolment_text.to_text(code, self._public_address, key)
        return visit.page(
            "office/enrol_code.html",
            point=points[point],
            typed=enrolment_text.show_code(code),
            centre=self._public_address,
            drawing=qr_drawing(invitation),
            until=visit.now + VALID_MS,
        )


def _mine(connection: Connection, visit: Visit) -> list[DeviceReport]:
    """All, or those that work at a point of the visitor's aggregator."""
    found = list_devices(connection)
    if visit.agregator is None:
        return found
    own = set(connection.scalars(_OF_AGREGATOR, {"agregator": visit.agregator}))
    return [one for one in found if one.id in own]


def _named(found: list[DeviceReport], visit: Visit) -> DeviceReport:
    number = visit.number("number")
    for one in found:
        if one.id == number:
            return one
    raise NothingFound(what="Device", name=str(visit.request.path_params["number"])[:20])
