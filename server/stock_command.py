"""``ksbb-centre stock``: what is left at the points, in words or for another program."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from models.clock import local
from models.texts import text
from server.cli import OK, Centre
from server.named import by_name, find_named
from server.reviews.places import read_names
from server.stock import stock_left
from server.tables import Point


def stock(centre: Centre, parsed: argparse.Namespace) -> int:
    """Every package that was counted or received anywhere, with what is left of it."""
    with centre.engine.connect() as connection:
        point = None
        if parsed.point is not None:
            point = find_named(Point.__name__, parsed.point, by_name(connection, Point))
        found = stock_left(connection, point)
        names = read_names(connection)
    if parsed.json:
        print(json.dumps([asdict(one) for one in found]))
        return OK
    if not found:
        print(text(centre.language, "stock.list.none"), flush=True)
    before = None
    for one in found:
        if one.point != before:
            before = one.point
            print(names.point(one.point).name or f"#{one.point}")
        form = "%d-%m-%Y %H.%M" if centre.language == "id" else "%Y-%m-%d %H:%M"
        line = text(
            centre.language,
            "stock.list.counted" if one.counted else "stock.list.received",
            package=names.package(one.package).name or f"#{one.package}",
            left=one.left,
            at=local(one.since).strftime(form),
        )
        print(f"   {line}")
    return OK
