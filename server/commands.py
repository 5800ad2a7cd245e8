"""What each command of ``ksbb-centre`` does, on an opened centre."""

from __future__ import annotations

import argparse
import gc
import json
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from models import enrolment_text
from models.asks import Asks
from models.clock import local, wall_clock
from models.texts import text
from server.catalogue import Desk
from server.cli import FAILED, OK, Centre
from server.errors import NothingFound
from server.laptops.enrolment import VALID_MS, create_code
from server.named import by_name, find_named
from server.office.accounts import Role, add_account
from server.office.audit import note, person
from server.slips.form import EIGHT, FORMS, Form
from server.tables import CentreTable, Point, Stage, table

DEMO_ACCOUNT = "kantor"
"""The made-up centre's administrator; whoever has the link that ``demo`` says."""

if TYPE_CHECKING:
    from server.demo import Filled
    from server.samples import Sample
    from server.slips.issue import IssuedSlip


def init(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Says where everything is; opening has set it up."""
    centre.say("ready", folder=centre.settings.dsn or centre.settings.database_folder)
    centre.say("keys", file=centre.settings.keys_file)
    return OK


def enrol_code(centre: Centre, parsed: argparse.Namespace) -> int:
    """Makes a one-time code and says it in every form a person may need."""
    now = wall_clock()
    with centre.engine.begin() as connection:
        point = _find(connection, Point, parsed.point)
        code = create_code(connection, point, now, label=parsed.label, city=parsed.city)
        given = {"point": point, "city": parsed.city}
        note(connection, now, person(), "enrolment_code.made", given)
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


def issue_slips(centre: Centre, parsed: argparse.Namespace) -> int:
    """Issues the slips that are missing at a point and writes its sheets as a PDF."""
    from server.slips.issue import issue_slips as issue

    now, form = wall_clock(), FORMS[parsed.per_page]
    with centre.engine.begin() as connection:
        point = _find(connection, Point, parsed.point)
        stages = [_find(connection, Stage, name) for name in parsed.stage] or _open(connection, now)
        if not stages:
            raise NothingFound(what="Stage", name="")
        begins, ends = _period(connection, stages)
        note(connection, now, person(), "slips.issued", {"point": point, "stages": stages})
        issued = issue(
            connection,
            centre.keys,
            point=point,
            stages=stages,
            now=now,
            valid_from=begins,
            valid_until=ends,
        )
        name = connection.scalar(select(table(Point).c.name).where(table(Point).c.id == point))
        files = _print(connection, centre, point, stages, parsed.folder, now, form)
        if parsed.pictures:
            _write_pictures(connection, centre, issued, parsed.folder, form)
    if issued:
        centre.say("issued", count=len(issued), point=name, file=", ".join(map(str, files)))
    else:
        centre.say("issued_none", point=name)
    return OK


def demo(centre: Centre, parsed: argparse.Namespace) -> int:
    """Fills an empty centre with the trial's example, prints its slips, says what to try."""
    from server.demo import fill
    from server.office.account_commands import link
    from server.personal import Personal
    from server.samples import write_samples
    from server.slips.issue import issue_slips as issue

    now, folder = wall_clock(), parsed.folder
    filled = fill(centre.engine, centre.keys, folder, now, parsed.seed, Asks.of(parsed.asks))
    first, second = filled.stages
    with centre.engine.begin() as connection:
        desk = Desk(connection, now, person())
        _, code = add_account(desk, Personal(centre.keys), DEMO_ACCOUNT, Role.ADMINISTRATOR)
    with centre.engine.begin() as connection:
        issued = [
            issue(
                connection,
                centre.keys,
                point=point,
                stages=[first[0]],
                now=now,
                valid_from=first[1],
                valid_until=first[2],
            )
            for point in filled.points
        ]
        samples = write_samples(
            connection,
            centre.keys,
            centre.settings.public_address,
            folder / "undangan",
            issued[0],
            issued[1],
            second,
            now,
        )
        sheets = [
            sheet
            for point in filled.points
            for sheet in _print(connection, centre, point, [first[0]], folder, now)
        ]
    _say_demo(centre, filled, samples, sheets, link(centre, code), as_json=parsed.json)
    return OK


def _say_demo(
    centre: Centre,
    filled: Filled,
    samples: list[Sample],
    sheets: list[Path],
    office: str,
    *,
    as_json: bool,
) -> None:
    from server.demo import PINS, STOCK

    if as_json:
        print(
            json.dumps(
                {
                    "points": filled.points,
                    "pins": PINS,
                    "stock": STOCK,
                    "samples": {str(sample.file): sample.verdict for sample in samples},
                    "sheets": [str(sheet) for sheet in sheets],
                    "roster": str(filled.roster),
                    "loaded": filled.report.loaded,
                    "bad": filled.report.bad,
                    "office": office,
                }
            )
        )
        return
    centre.say("demo_loaded", loaded=filled.report.loaded, bad=filled.report.bad)
    centre.say("demo_sheets", files=", ".join(str(sheet) for sheet in sheets))
    centre.say("demo_pictures", folder=samples[0].file.parent)
    for name, pin in PINS.items():
        centre.say("demo_volunteer", name=name, pin=pin)
    centre.say("demo_office", name=DEMO_ACCOUNT, link=office)


def _print(
    connection: Connection,
    centre: Centre,
    point: int,
    stages: list[int],
    folder: Path,
    now: int,
    form: Form = EIGHT,
) -> tuple[Path, ...]:
    """The sheets of a point's valid slips as PDFs in ``folder``."""
    from server.slips.card import Selection
    from server.slips.printing import print_slips

    return print_slips(
        connection,
        centre.keys,
        Selection(point, tuple(stages), now),
        folder,
        address=centre.settings.public_address,
        language=centre.language,
        form=form,
    ).files


def _write_pictures(
    connection: Connection, centre: Centre, issued: list[IssuedSlip], folder: Path, form: Form
) -> None:
    from server.slips.card import Cards
    from server.slips.picture import save_picture

    cards = Cards(connection, centre.keys, centre.settings.public_address, centre.language)
    pictures = folder / "undangan"
    pictures.mkdir(parents=True, exist_ok=True)
    for one in issued:
        card = cards.card(one.slip.number)
        if card is not None:
            file = pictures / f"{one.slip.number:011d}.png"
            save_picture(card, file, centre.language, form=form)


def _open(connection: Connection, now: int) -> list[int]:
    """The stages that are handed out now."""
    stage = table(Stage).c
    rows = select(stage.id).where(stage.starts_at <= now, stage.ends_at > now).order_by(stage.id)
    return list(connection.scalars(rows))


def _period(connection: Connection, stages: list[int]) -> tuple[int, int]:
    stage = table(Stage).c
    row = connection.execute(
        select(func.min(stage.starts_at), func.max(stage.ends_at)).where(stage.id.in_(stages))
    ).one()
    return int(row[0]), int(row[1])


def serve(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Runs the centre until it is stopped."""
    import uvicorn

    from server.app import UVICORN, create_app
    from server.crew import Crew
    from server.mail import Mailer
    from server.upkeep.logs import set_up
    from server.upkeep.metrics import Metrics
    from server.upkeep.postgres import bounded

    settings, logging = centre.settings, (centre.settings.log, centre.settings.log_level)
    for host, port in ((settings.host, settings.port), settings.metrics or (None, None)):
        if host is not None and port is not None and is_taken(host, port):
            words = text(centre.language, "cli.centre.port_taken", host=host, port=port)
            print(words, file=sys.stderr)
            return FAILED
    set_up(*logging)
    # uvicorn ends the process by the signal it was stopped with; this lets what was opened close.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
    engine, metrics = bounded(centre.engine), Metrics()
    with (
        closing(Crew(settings.workers, engine.url, centre.keys, logging, metrics.segment)) as crew,
        closing(Mailer(settings.mail)) as mailer,
    ):
        app = create_app(
            settings, engine, centre.keys, push=crew.push, metrics=metrics, mailer=mailer
        )
        about = "Segments that wait for a process"
        metrics.gauge("ksbb_segments_waiting", about, crew.waiting)
        if settings.metrics is not None:
            metrics.listen(*settings.metrics)
        gc.freeze()  # as in the crew's processes
        centre.say("serving", address=settings.public_address)
        uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, **UVICORN)
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


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens there. Asked beforehand: uvicorn would end the process with a
    trace of its own."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
