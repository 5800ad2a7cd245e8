"""``ksbb-centre reviews`` and ``decide``: what is before a person, and what they make of it."""

from __future__ import annotations

import argparse
import json

from models.clock import wall_clock
from models.texts import text
from server.cli import OK, Centre
from server.named import by_name, find_named
from server.office.audit import person
from server.personal import Personal
from server.reviews.deciding import Ruling
from server.reviews.deciding import decide as settle
from server.reviews.lines import question_lines
from server.reviews.listing import list_questions
from server.tables import Point
from sync.messages import ExceptionCode


def reviews(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every open question with its stories."""
    with centre.engine.connect() as connection:
        point = None
        if parsed.point is not None:
            point = find_named(Point.__name__, parsed.point, by_name(connection, Point))
        found = list_questions(
            connection,
            Personal(centre.keys),
            kinds=[ExceptionCode[name.upper()] for name in parsed.kind],
            point=point,
            everything=parsed.all,
        )
    if parsed.json:
        print(json.dumps([one.as_json() for one in found]))
        return OK
    if not found:
        _say(centre, "none_such" if parsed.kind or parsed.point else "none")
        return OK
    _say(centre, "title_all" if parsed.all else "title", count=len(found))
    for n, one in enumerate(found, 1):
        print()
        for line in question_lines(one, n, centre.language):
            print(line)
    return OK


def decide(centre: Centre, parsed: argparse.Namespace) -> int:
    """Writes down what a person made of some questions."""
    with centre.engine.begin() as connection:
        settle(
            connection,
            parsed.review,
            Ruling(parsed.ruling),
            parsed.why,
            wall_clock(),
            actor=person(),
        )
    _say(
        centre,
        "decided_now",
        ids=", ".join(map(str, sorted(set(parsed.review)))),
        what=text(centre.language, f"review.ruling.{parsed.ruling}"),
    )
    return OK


def _say(centre: Centre, leaf: str, **parts: object) -> None:
    print(text(centre.language, f"review.list.{leaf}", **parts), flush=True)
