"""``ksbb-centre``: setting the centre up, filling it, printing slips, running it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Engine

from models.clock import wall_clock
from models.texts import LANGUAGES, Language, text
from models.usage import Usage
from server import migrations
from server.deciding import Ruling
from server.faults import told
from server.keys import Keys, obtain_keys
from server.postgres import open_database
from server.settings import Settings, read_settings
from server.slips.form import EIGHT, FORMS
from sync.messages import ExceptionCode

OK, FAILED = 0, 1
_ASKS = ("photo", "signature", "proxy_document")
"""``models.asks.Asks`` as typed: commands are read before the models are."""


@dataclass(frozen=True, slots=True)
class Centre:
    """An opened centre, and the language it speaks on this terminal."""

    settings: Settings
    engine: Engine
    keys: Keys
    language: Language

    def say(self, leaf: str, **parts: object) -> None:
        """Prints the words under ``cli.centre.<leaf>``."""
        say(self.language, leaf, **parts)


def say(language: Language, leaf: str, **parts: object) -> None:
    """Prints the words under ``cli.centre.<leaf>``."""
    print(text(language, f"cli.centre.{leaf}", **parts), flush=True)


@contextmanager
def open_centre(environment: Mapping[str, str], language: Language) -> Iterator[Centre]:
    """The centre of these settings, its tables up to date. Raises CentreError."""
    settings = read_settings(environment)
    with open_database(settings) as engine:
        migrations.upgrade(engine)
        keys = obtain_keys(engine, settings.keys_file, environment, wall_clock())
        yield Centre(settings, engine, keys, language)


def main(
    arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ
) -> int:
    """Runs one command; returns its exit code. A person's mistake is a message, not a trace."""
    from server import (
        assign_commands,
        backup_commands,
        catalogue_commands,
        commands,
        device_commands,
        paper_command,
        pledge_commands,
    )
    from server.audit_command import audit
    from server.complaint_command import answer_one, complaints
    from server.parcel_command import import_parcel
    from server.reissue_command import reissue_slip
    from server.review_command import decide, reviews
    from server.setting_check import check
    from server.stock_command import stock

    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(given)
    parsed = _parser(language).parse_args(given)
    runs = {
        "init": commands.init,
        "demo": commands.demo,
        "import-roster": commands.import_roster,
        "import-parcel": import_parcel,
        "issue-slips": commands.issue_slips,
        "enrol-code": commands.enrol_code,
        "devices": device_commands.devices,
        "revoke-device": device_commands.block_device,
        "reviews": reviews,
        "check-paper": paper_command.check_one,
        "reissue-slip": reissue_slip,
        "decide": decide,
        "audit": audit,
        "add-programme": catalogue_commands.add_programme,
        "add-stage": catalogue_commands.add_stage,
        "add-package": catalogue_commands.add_package,
        "add-point": catalogue_commands.add_point,
        "add-volunteer": catalogue_commands.add_volunteer,
        "set-pin": catalogue_commands.renew_pin,
        "catalogue": catalogue_commands.show,
        "complaints": complaints,
        "answer-complaint": answer_one,
        "pledges": pledge_commands.pledges,
        "advance-pledge": pledge_commands.advance_one,
        "stock": stock,
        "assign-device": assign_commands.assign_laptop,
        "assign-volunteer": assign_commands.assign_person,
        "backup": backup_commands.back_up,
        "serve": commands.serve,
    }
    try:
        # These two come before there is a centre to open.
        if parsed.command == "restore":
            return backup_commands.restore(environment, language, parsed)
        if parsed.command == "serve" and parsed.check:
            return check(environment, language)
        with open_centre(environment, language) as centre:
            return runs[parsed.command](centre, parsed)
    except KeyboardInterrupt:
        return FAILED
    except Exception as error:
        known = told(error)
        if known is None:
            raise
        print(f"{known.title(language)}. {known.what_to_do(language)}", file=sys.stderr)
        return getattr(known, "exit_code", FAILED)


def _language(given: Sequence[str]) -> Language:
    """The language of the help itself, before anything is parsed."""
    wanted = "--lang=en" in given or (
        "--lang" in given[:-1] and given[given.index("--lang") + 1] == "en"
    )
    return "en" if wanted else "id"


def _parser(language: Language) -> argparse.ArgumentParser:
    from server.catalogue_commands import declare as declare_catalogue

    def say(leaf: str) -> str:
        return text(language, f"cli.centre.{leaf}")

    def speaking(parser: Usage) -> Usage:
        parser.add_argument(
            "--lang", choices=LANGUAGES, help=say("lang"), default=argparse.SUPPRESS
        )
        return parser

    parser = speaking(Usage("ksbb-centre", description=say("description"), language=language))
    commands = parser.add_subparsers(
        dest="command", required=True, title=text(language, "cli.usage.commands")
    )

    def command(name: str, about: str) -> Usage:
        return speaking(commands.add_parser(name, help=say(about), language=language))

    command("init", "about_init")
    demo = command("demo", "about_demo")
    demo.add_argument("--folder", type=Path, default=Path("trial"), help=say("folder"))
    demo.add_argument("--seed", type=int, default=1, help=say("seed"))
    demo.add_argument("--json", action="store_true", help=say("json"))
    demo.add_argument("--asks", nargs="+", choices=_ASKS, default=[], help=say("asks"))
    roster = command("import-roster", "about_import")
    roster.add_argument("file", type=Path, help=say("file"))
    roster.add_argument("--point", help=say("point"))
    roster.add_argument("--stage", help=say("stage"))
    roster.add_argument("--package", action="append", default=[], help=say("package"))
    roster.add_argument("--report", type=Path, help=say("report"))
    parcel = command("import-parcel", "about_parcel")
    parcel.add_argument("files", type=Path, nargs="+", metavar="FILE", help=say("parcel"))
    parcel.add_argument("--receipt", type=Path, help=say("receipt"))
    issue = command("issue-slips", "about_issue")
    issue.add_argument("--point", required=True, help=say("point"))
    issue.add_argument("--stage", action="append", default=[], help=say("stage"))
    issue.add_argument("--folder", type=Path, default=Path("."), help=say("folder"))
    issue.add_argument(
        "--per-page", type=int, choices=sorted(FORMS), default=EIGHT.a_sheet, help=say("per_page")
    )
    issue.add_argument("--pictures", action="store_true", help=say("pictures"))
    enrol = command("enrol-code", "about_enrol")
    enrol.add_argument("--point", required=True, help=say("point"))
    enrol.add_argument("--label", default="", help=say("label"))
    enrol.add_argument("--city", action="store_true", help=say("city"))
    enrol.add_argument("--picture", type=Path, help=say("picture"))
    enrol.add_argument("--json", action="store_true", help=say("json"))
    listed = command("devices", "about_devices")
    listed.add_argument("--json", action="store_true", help=say("json"))
    revoke = command("revoke-device", "about_revoke")
    revoke.add_argument("device", metavar="DEVICE", help=say("device_named"))
    checked = command("check-paper", "about_check_paper")
    checked.add_argument("paper", metavar="TEXT|FILE", help=say("paper"))
    anew = command("reissue-slip", "about_reissue")
    anew.add_argument("number", metavar="NUMBER", help=say("slip_number"))
    anew.add_argument("--folder", type=Path, default=Path("."), help=say("folder"))
    asked = command("reviews", "about_reviews")
    kinds = [kind.name.lower() for kind in ExceptionCode]
    asked.add_argument(
        "--kind", action="append", default=[], choices=kinds, help=say("review_kind")
    )
    asked.add_argument("--point", help=say("review_point"))
    asked.add_argument("--all", action="store_true", help=say("review_all"))
    asked.add_argument("--json", action="store_true", help=say("json"))
    decided = command("decide", "about_decide")
    decided.add_argument("review", type=int, nargs="+", metavar="NO", help=say("decide_ids"))
    decided.add_argument(
        "--as", dest="ruling", required=True, choices=list(Ruling), help=say("decide_as")
    )
    decided.add_argument("--why", required=True, help=say("decide_why"))
    log = command("audit", "about_audit")
    log.add_argument("--last", type=int, default=20, metavar="N", help=say("audit.last"))
    log.add_argument("--json", action="store_true", help=say("json"))
    command("pledges", "about_pledges").add_argument(
        "--json", action="store_true", help=say("json")
    )
    advanced = command("advance-pledge", "about_advance")
    advanced.add_argument("number", metavar="NO", help=say("pledge.number"))
    advanced.add_argument(
        "--as",
        dest="state",
        required=True,
        choices=("confirmed", "arrived", "sent", "declined"),
        help=say("pledge.as"),
    )
    advanced.add_argument("--words", default="", help=say("pledge.words"))
    answered = command("answer-complaint", "about_answer")
    answered.add_argument("number", metavar="NO", help=say("answer_number"))
    answered.add_argument(
        "--as", dest="state", required=True, choices=("handled", "answered"), help=say("answer_as")
    )
    answered.add_argument("--words", default="", help=say("answer_words"))
    complained = command("complaints", "about_complaints")
    complained.add_argument("--point", help=say("complaint_point"))
    complained.add_argument("--json", action="store_true", help=say("json"))
    left = command("stock", "about_stock")
    left.add_argument("--point", help=say("stock_point"))
    left.add_argument("--json", action="store_true", help=say("json"))
    assign = command("assign-device", "about_assign_device")
    assign.add_argument("device", metavar="DEVICE", help=say("device_named"))
    assign.add_argument("--city", action=argparse.BooleanOptionalAction, help=say("city"))
    person = command("assign-volunteer", "about_assign_volunteer")
    person.add_argument("volunteer", metavar="VOLUNTEER", help=say("volunteer_named"))
    for one in (assign, person):
        one.add_argument("--give", action="append", default=[], metavar="POINT", help=say("give"))
        one.add_argument("--take", action="append", default=[], metavar="POINT", help=say("take"))
    declare_catalogue(command, say)
    for name in ("backup", "restore"):
        command(name, f"about_{name}").add_argument("file", type=Path, help=say("backup.file"))
    serve = command("serve", "about_serve")
    serve.add_argument("--check", action="store_true", help=say("check.about"))
    return parser


def console() -> NoReturn:
    """The program's entry: ends the process with the command's code."""
    sys.exit(main())


if __name__ == "__main__":
    console()
