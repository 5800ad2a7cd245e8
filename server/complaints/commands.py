"""``ksbb-centre complaints`` and ``answer-complaint``: what recipients complained of at the points,
and what the office says of it."""

from __future__ import annotations

import argparse
import json

from models.clock import local, wall_clock
from models.numbers import NumberError, format_slip_number, parse_slip_number
from models.regions import regions
from models.texts import Language, text
from server.cli import OK, Centre
from server.complaints.answers import State, answer
from server.complaints.listing import Complained, list_complaints
from server.errors import NothingFound
from server.named import by_name, find_named
from server.office.audit import person
from server.personal import Personal
from server.reviews.questions import Home
from server.tables import Point

CATEGORIES = range(1, 9)


def complaints(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every complaint with its number, what it is about, and where it was made."""
    with centre.engine.connect() as connection:
        point = None
        if parsed.point is not None:
            point = find_named(Point.__name__, parsed.point, by_name(connection, Point))
        found = list_complaints(connection, Personal(centre.keys), point)
    if parsed.json:
        print(json.dumps([one.as_json() for one in found]))
        return OK
    if not found:
        print(_say(centre.language, "none"), flush=True)
        return OK
    print(_say(centre.language, "title", count=len(found)), flush=True)
    for one in found:
        print()
        for line in _lines(centre.language, one):
            print(line)
    return OK


def answer_one(centre: Centre, parsed: argparse.Namespace) -> int:
    """Writes down what the office says of a complaint."""
    try:
        number = parse_slip_number(parsed.number)
    except NumberError as error:
        raise NothingFound(what="Complaint", name=parsed.number) from error
    state = State(parsed.state)
    with centre.engine.begin() as connection:
        answer(connection, number, state, parsed.words, wall_clock(), actor=person())
    print(
        _say(
            centre.language,
            "answered",
            number=format_slip_number(number),
            state=text(centre.language, f"pages.complaint.state.{state}"),
        )
    )
    return OK


def _lines(language: Language, one: Complained) -> list[str]:
    known = one.category in CATEGORIES
    category = text(language, f"complaint.category.{one.category if known else 8}")
    number = _say(language, "no_number") if one.number is None else format_slip_number(one.number)
    lines = [f"{number} · {category}"]
    if one.words:
        # A laptop may have signed anything: nothing in it shall steer the terminal.
        plain = "".join(sign if sign.isprintable() else " " for sign in one.words)
        lines.append("   " + _say(language, "words", words=plain))
    if one.household is not None:
        lines.append("   " + _home(language, one.household))
    lines.append("   " + _made(language, one))
    for said in one.answers:
        at = local(said.at).strftime("%d-%m-%Y" if language == "id" else "%Y-%m-%d")
        state = text(language, f"pages.complaint.state.{said.state}")
        lines.append(f"   {at} {state}: {said.words}".rstrip(": "))
    return lines


def _made(language: Language, one: Complained) -> str:
    at = local(one.at).strftime("%d-%m-%Y %H.%M" if language == "id" else "%Y-%m-%d %H:%M")
    if one.made is None:
        region = regions().get(one.region)
        where = region.name if region is not None else _say(language, "nowhere")
        return _say(language, "made_online", at=at, region=where)
    made = one.made
    return _say(
        language,
        "made",
        at=at,
        point=made.point.name or _say(language, "point", id=made.point.id),
        device=made.device.name,
        volunteer=made.volunteer.name or f"#{made.volunteer.id}",
    )


def _home(language: Language, home: Home) -> str:
    if not home.kk:
        return text(language, "review.household.unknown", id=home.id)
    region = regions().get(home.region)
    return text(
        language,
        "review.household.known",
        kk=home.kk,
        rt=f"{home.rt:02}",
        rw=f"{home.rw:02}",
        region=region.name if region is not None else home.region,
    )


def _say(language: Language, leaf: str, **parts: object) -> str:
    return text(language, f"complaint.list.{leaf}", **parts)
