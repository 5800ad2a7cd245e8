"""What each command of ``ksbb-centre`` does, on an opened centre."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from pathlib import Path

from sqlalchemy import Connection

from models import enrolment_text
from models.clock import local, wall_clock
from models.texts import text
from server.cli import FAILED, OK, Centre
from server.enrolment import VALID_MS, create_code
from server.named import by_name, find_named
from server.tables import CentreTable, Package, Point, Stage


def init(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Says where everything is; opening has set it up."""
    centre.say("ready", folder=centre.settings.dsn or centre.settings.database_folder)
    centre.say("keys", file=centre.settings.keys_file)
    return OK


def import_roster(centre: Centre, parsed: argparse.Namespace) -> int:
    """Loads the good rows and names the bad ones; ends with 1 when there were any."""
    from server.personal import Personal
    from server.roster_import import import_roster as load
    from server.roster_import import summary_lines, write_report

    with centre.engine.connect() as connection:
        point = parsed.point and str(_find(connection, Point, parsed.point))
        stage = parsed.stage and str(_find(connection, Stage, parsed.stage))
        packages = tuple(str(_find(connection, Package, name)) for name in parsed.package)

    def progress(rows: int) -> None:
        print(text(centre.language, "cli.centre.rows", rows=rows), file=sys.stderr)

    report = load(
        centre.engine,
        Personal(centre.keys),
        parsed.file,
        now=wall_clock(),
        point=point,
        stage=stage,
        packages=packages,
        progress=progress,
    )
    for line in summary_lines(report, centre.language):
        print(line)
    if parsed.report is not None:
        write_report(report, parsed.report, centre.language)
        centre.say("report_at", file=parsed.report)
    return FAILED if report.bad else OK


def enrol_code(centre: Centre, parsed: argparse.Namespace) -> int:
    """Makes a one-time code and says it in every form a person may need."""
    now = wall_clock()
    with centre.engine.begin() as connection:
        point = _find(connection, Point, parsed.point)
        code = create_code(connection, point, now, label=parsed.label)
    address = centre.settings.public_address
    invitation = enrolment_text.to_text(code, address, centre.keys.centre.key_id)
    if parsed.picture is not None:
        _draw(invitation, parsed.picture)
    if parsed.json:
        print(json.dumps({"code": code, "address": address, "invitation": invitation}))
        return OK
    until = f"{local(now + VALID_MS):%Y-%m-%d %H.%M}"
    centre.say("code", code=enrolment_text.show_code(code), until=until)
    centre.say("address", address=address)
    centre.say("qr", text=invitation)
    if parsed.picture is not None:
        centre.say("qr_at", file=parsed.picture)
    return OK


def serve(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Runs the centre until it is stopped."""
    import uvicorn

    from server.app import UVICORN, create_app

    settings = centre.settings
    if _is_taken(settings.host, settings.port):
        words = text(
            centre.language, "cli.centre.port_taken", host=settings.host, port=settings.port
        )
        print(words, file=sys.stderr)
        return FAILED
    app = create_app(settings, centre.engine, centre.keys)
    centre.say("serving", address=settings.public_address)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", **UVICORN)
    return OK


def _find(connection: Connection, kind: type[CentreTable], name: str) -> int:
    return find_named(kind.__name__, name, by_name(connection, kind))


def _draw(content: str, file: Path) -> None:
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=10, border=4)
    code.add_data(content)
    file.parent.mkdir(parents=True, exist_ok=True)
    code.make_image().save(str(file))


def _is_taken(host: str, port: int) -> bool:
    """Asked beforehand: uvicorn would end the process with a trace of its own."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
