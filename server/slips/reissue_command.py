"""``ksbb-centre reissue-slip``: a lost or spoilt slip is revoked, and another printed instead."""

from __future__ import annotations

import argparse

from models.clock import wall_clock
from models.numbers import NumberError, format_slip_number, parse_slip_number
from server.cli import OK, Centre
from server.errors import FileTrouble, NoSlipNumber


def reissue_slip(centre: Centre, parsed: argparse.Namespace) -> int:
    """Prints the new slip and says both numbers; where nothing can be printed, nothing changes.

    Raises NoSlipNumber, SlipUnusable (unknown, revoked, expired) or FileTrouble.
    """
    from server.slips.issue import reissue
    from server.slips.printing import print_slip

    try:
        old = parse_slip_number(parsed.number)
    except NumberError as error:
        raise NoSlipNumber() from error
    now = wall_clock()
    with centre.engine.begin() as connection:
        new = reissue(connection, centre.keys, old, now).slip.number
        try:
            file = print_slip(
                connection,
                centre.keys,
                new,
                parsed.folder,
                address=centre.settings.public_address,
                now=now,
                language=centre.language,
            )
        except OSError as error:
            problem = error.strerror or str(error)
            raise FileTrouble(file=parsed.folder, problem=problem) from error
    centre.say("reissued", old=format_slip_number(old), new=format_slip_number(new), file=file)
    return OK
