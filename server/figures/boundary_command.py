"""``ksbb-centre load-boundaries``: the borders of the kelurahan onto the public map, or off it."""

from __future__ import annotations

import argparse

from server.catalogue_commands import desk_of
from server.cli import OK, Centre
from server.errors import BadBoundaries
from server.figures.boundaries import LARGEST_BYTES, Outlines, keep_outlines, read_outlines


def load_boundaries(centre: Centre, parsed: argparse.Namespace) -> int:
    """Loads a file in the place of what was there; without one takes the borders off the map."""
    outlines = Outlines({})
    if parsed.file is not None:
        with parsed.file.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise BadBoundaries(problem="too_large", most=LARGEST_BYTES >> 20)
        outlines = read_outlines(data)
    with centre.engine.begin() as connection:
        keep_outlines(desk_of(connection), outlines)
    if parsed.file is None:
        centre.say("boundaries.cleared")
    else:
        centre.say("boundaries.loaded", count=len(outlines.rings), left_out=outlines.left_out)
    return OK
