"""The office put together: every page that there is, behind one door. A new page is one more line
in ``_declared``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from models.clock import WallClock
from server.keys import Keys
from server.personal import Personal
from server.settings import Settings
from server.web.addresses import Networks
from server.web.limits import Limits
from server.web.office.accounts import AccountPages
from server.web.office.allocation import AllocationPages
from server.web.office.audit import AuditPages
from server.web.office.catalogue import CataloguePages
from server.web.office.complaints import ComplaintPages
from server.web.office.declared import OfficePage
from server.web.office.devices import DevicePages
from server.web.office.door import Door
from server.web.office.entrance import Entrance
from server.web.office.home import OfficeHome
from server.web.office.merges import MergePages
from server.web.office.owing import OwingPages
from server.web.office.papers import PaperArchive
from server.web.office.partners import PartnerPages
from server.web.office.pledges import OfficePledges
from server.web.office.reports import ReportPages
from server.web.office.reviews import ReviewPages
from server.web.office.roster import RosterPages
from server.web.office.slips import SlipPages
from server.web.office.tokens import Cookies
from server.web.office.volunteers import VolunteerPages
from server.web.problems import Problems
from server.web.rendering import Pages
from server.web.routing import PageRoute


@dataclass(frozen=True, slots=True)
class House:
    """What the office's pages are made of."""

    settings: Settings
    engine: Engine
    keys: Keys
    personal: Personal
    clock: WallClock


def office_routes(
    house: House, pages: Pages, problems: Problems, limits: Limits, trusted: Networks
) -> list[PageRoute]:
    """The entrance and every declared page, in both languages."""
    cookies = Cookies(encrypted=house.settings.public_address.startswith("https://"))
    entrance = Entrance(
        pages,
        problems,
        cookies,
        house.engine,
        house.personal,
        house.clock,
        limits,
        trusted,
    )
    declared = [*office_pages(house), *entrance.declared()]
    door = Door(pages, cookies, house.engine, house.clock, declared)
    return [*entrance.routes(), *door.routes()]


def office_pages(house: House) -> list[OfficePage]:
    """Every page but those of one's own account, in the order of the navigation."""
    return list(_declared(house))


def _declared(house: House) -> Iterator[OfficePage]:
    engine, personal = house.engine, house.personal
    yield from OfficeHome(engine).declared()
    yield from ReviewPages(engine, personal).declared()
    yield from ComplaintPages(engine, personal).declared()
    yield from OfficePledges(engine, personal).declared()
    yield from CataloguePages(engine).declared()
    yield from VolunteerPages(engine).declared()
    yield from DevicePages(engine, personal, house.keys, house.settings.public_address).declared()
    yield from AllocationPages(engine).declared()
    yield from OwingPages(engine).declared()
    yield from PartnerPages(engine).declared()
    yield from ReportPages(engine).declared()
    yield from PaperArchive(engine).declared()
    yield from AuditPages(engine).declared()
    yield from RosterPages(engine, personal).declared()
    yield from MergePages(engine, personal).declared()
    public = house.settings.public_address
    yield from SlipPages(engine, house.keys, personal, public).declared()
    yield from AccountPages(engine, personal, house.settings.public_address).declared()
