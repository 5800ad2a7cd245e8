"""What may be typed after ``ksbb-centre``: commands, their arguments, and their help."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from models.asks import NAMES
from models.texts import LANGUAGES, Language, text
from models.usage import Usage
from server.giving.targets import TargetKind
from server.office.accounts import Role
from server.reviews.deciding import Ruling
from server.slips.form import EIGHT, FORMS
from sync.messages import ExceptionCode

_Command = Callable[[str, str], Usage]
"""(name, where the words about it are) → its parser."""
_Say = Callable[[str], str]


def asked_language(given: Sequence[str]) -> Language:
    """The language of the help itself, before anything is parsed."""
    wanted = "--lang=en" in given or (
        "--lang" in given[:-1] and given[given.index("--lang") + 1] == "en"
    )
    return "en" if wanted else "id"


def parser(language: Language) -> argparse.ArgumentParser:
    """Every command with its arguments and what help says of them."""

    def say(leaf: str) -> str:
        return text(language, f"cli.centre.{leaf}")

    def speaking(parser: Usage) -> Usage:
        parser.add_argument(
            "--lang", choices=LANGUAGES, help=say("lang"), default=argparse.SUPPRESS
        )
        return parser

    made = speaking(Usage("ksbb-centre", description=say("description"), language=language))
    commands = made.add_subparsers(
        dest="command", required=True, title=text(language, "cli.usage.commands")
    )

    def command(name: str, about: str) -> Usage:
        return speaking(commands.add_parser(name, help=say(about), language=language))

    for declare in (
        _beginning,
        _lists,
        _devices,
        _questions,
        _catalogue,
        _partners,
        _allocating,
        _accounts,
        _reports,
        _running,
    ):
        declare(command, say)
    return made


def _beginning(command: _Command, say: _Say) -> None:
    """Setting up, and the made-up centre."""
    command("init", "about_init")
    demo = command("demo", "about_demo")
    demo.add_argument("--folder", type=Path, default=Path("trial"), help=say("folder"))
    demo.add_argument("--seed", type=int, default=1, help=say("seed"))
    demo.add_argument("--json", action="store_true", help=say("json"))
    demo.add_argument("--asks", nargs="+", choices=NAMES, default=[], help=say("asks"))


def _lists(command: _Command, say: _Say) -> None:
    """Lists in, slips and papers."""
    roster = command("import-roster", "about_import")
    roster.add_argument("file", type=Path, help=say("file"))
    roster.add_argument("--point", help=say("point"))
    roster.add_argument("--stage", help=say("stage"))
    roster.add_argument("--package", action="append", default=[], help=say("package"))
    roster.add_argument("--report", type=Path, help=say("report"))
    roster.add_argument("--bad-rows", type=Path, metavar="FOLDER", help=say("bad_rows"))
    roster.add_argument("--dry-run", action="store_true", help=say("dry_run"))
    roster.add_argument(
        "--column", action="append", default=[], metavar="NAME=B", help=say("column")
    )
    roster.add_argument("--header-row", type=int, default=1, metavar="N", help=say("header_row"))
    roster.add_argument("--sheet", help=say("sheet"))
    out = command("export-roster", "about_export")
    out.add_argument("file", type=Path, help=say("export_file"))
    out.add_argument("--point", help=say("point"))
    command("merge-households", "about_merge")
    command("part-households", "about_part").add_argument(
        "number", type=int, metavar="NO", help=say("merge.number")
    )
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
    checked = command("check-paper", "about_check_paper")
    checked.add_argument("paper", metavar="TEXT|FILE", help=say("paper"))
    anew = command("reissue-slip", "about_reissue")
    anew.add_argument("number", metavar="NUMBER", help=say("slip_number"))
    anew.add_argument("--folder", type=Path, default=Path("."), help=say("folder"))


def _devices(command: _Command, say: _Say) -> None:
    """Laptops, and who works where."""
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
    assign = command("assign-device", "about_assign_device")
    assign.add_argument("device", metavar="DEVICE", help=say("device_named"))
    assign.add_argument("--city", action=argparse.BooleanOptionalAction, help=say("city"))
    person = command("assign-volunteer", "about_assign_volunteer")
    person.add_argument("volunteer", metavar="VOLUNTEER", help=say("volunteer_named"))
    for one in (assign, person):
        one.add_argument("--give", action="append", default=[], metavar="POINT", help=say("give"))
        one.add_argument("--take", action="append", default=[], metavar="POINT", help=say("take"))


def _questions(command: _Command, say: _Say) -> None:
    """What is before the office: reviews, complaints, pledges, stock, its own log."""
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
    advanced.add_argument("--packages", type=int, metavar="N", help=say("pledge.came"))
    tied = command("tie-pledge", "about_tie")
    tied.add_argument("number", metavar="NO", help=say("pledge.number"))
    for name in ("kolaborator", "package", "agregator"):
        tied.add_argument(f"--{name}", default="", help=say(f"pledge.{name}"))
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


def _catalogue(command: _Command, say: _Say) -> None:
    """What is handed out, when, where and by whom."""

    def named(name: str, *, programme: bool = False) -> Usage:
        made = command(name, f"about_{name.replace('-', '_')}")
        made.add_argument("name", help=say("add.name"))
        if programme:
            made.add_argument("--programme", required=True, help=say("add.programme"))
        return made

    named("add-programme").add_argument("--field", default="pangan", help=say("add.field"))
    stage = named("add-stage", programme=True)
    stage.add_argument("--from", dest="first", required=True, type=_day, help=say("add.first"))
    stage.add_argument("--until", dest="last", required=True, type=_day, help=say("add.last"))
    stage.add_argument("--asks", nargs="+", choices=NAMES, default=[], help=say("add.asks"))
    package = named("add-package", programme=True)
    package.add_argument(
        "--contains", action="append", default=[], metavar="ISI", help=say("add.contains")
    )
    point = named("add-point")
    point.add_argument("--region", required=True, help=say("add.region"))
    point.add_argument("--district", default="", help=say("add.district"))
    point.add_argument("--address", default="", help=say("add.address"))
    point.add_argument("--agregator", default="", help=say("add.agregator"))
    volunteer = named("add-volunteer")
    volunteer.add_argument("--point", action="append", required=True, help=say("add.point"))
    renewed = command("set-pin", "about_set_pin")
    renewed.add_argument("volunteer", metavar="VOLUNTEER", help=say("volunteer_named"))
    for one in (volunteer, renewed):
        one.add_argument("--pin", help=say("add.pin"))
    command("catalogue", "about_catalogue")


def _partners(command: _Command, say: _Say) -> None:
    """Who gives, who distributes, and who else than households is given to."""
    for name in ("kolaborator", "agregator"):
        command(f"add-{name}", f"about_add_{name}").add_argument("name", help=say("add.name"))
    suspended = command("suspend-agregator", "about_suspend")
    suspended.add_argument("agregator", metavar="AGREGATOR", help=say("partner.agregator"))
    suspended.add_argument("--why", default="", help=say("partner.why"))
    suspended.add_argument("--resume", action="store_true", help=say("partner.resume"))
    target = command("add-target", "about_add_target")
    target.add_argument("name", help=say("add.name"))
    target.add_argument("--kind", required=True, choices=list(TargetKind), help=say("partner.kind"))
    target.add_argument("--region", required=True, help=say("add.region"))
    target.add_argument("--district", default="", help=say("add.district"))
    target.add_argument("--rw", type=int, default=0, help=say("partner.rw"))
    target.add_argument("--address", default="", help=say("add.address"))
    target.add_argument("--persons", required=True, type=int, help=say("partner.persons"))
    target.add_argument("--agregator", default="", help=say("partner.serves"))
    need = command("target-need", "about_target_need")
    need.add_argument("target", metavar="TARGET", help=say("partner.named"))
    need.add_argument("--stage", required=True, help=say("stage"))
    need.add_argument("--package", required=True, help=say("pledge.package"))
    need.add_argument("--pieces", required=True, type=int, help=say("partner.pieces"))
    closed = command("close-target", "about_close_target")
    closed.add_argument("target", metavar="TARGET", help=say("partner.named"))
    closed.add_argument("--reopen", action="store_true", help=say("partner.reopen"))
    listed = command("targets", "about_targets")
    listed.add_argument("--stage", default="", help=say("stage"))
    listed.add_argument("--json", action="store_true", help=say("json"))


def _allocating(command: _Command, say: _Say) -> None:
    """Where pledged packages go."""
    shared = command("allocate", "about_allocate")
    shared.add_argument("--stage", required=True, help=say("stage"))
    shared.add_argument("--pledge", help=say("allocate.pledge"))
    shared.add_argument("--packages", type=_count, metavar="N", help=say("allocate.packages"))
    shared.add_argument("--package", default="", help=say("pledge.package"))
    shared.add_argument("--region", default="", help=say("add.region"))
    shared.add_argument("--district", default="", help=say("add.district"))
    shared.add_argument("--rw", type=int, help=say("allocate.rw_named"))
    shared.add_argument("--point", default="", help=say("point"))
    shared.add_argument("--target", default="", help=say("partner.named"))
    shared.add_argument("--accept", metavar="TANDA", help=say("allocate.accept"))
    shared.add_argument("--json", action="store_true", help=say("json"))
    owed = command("allocate-households", "about_allocate_households")
    owed.add_argument("--stage", required=True, help=say("stage"))
    owed.add_argument("--package", required=True, help=say("pledge.package"))
    owed.add_argument("--point", required=True, help=say("point"))
    owed.add_argument("--region", required=True, help=say("add.region"))
    owed.add_argument("--district", default="", help=say("add.district"))
    owed.add_argument("--rw", type=int, help=say("allocate.rw_named"))
    owed.add_argument("--most", type=_count, metavar="N", help=say("allocate.most"))
    owed.add_argument("--pieces", type=_count, default=1, metavar="N", help=say("allocate.each"))
    owed.add_argument("--accept", metavar="TANDA", help=say("allocate.accept"))
    owed.add_argument("--json", action="store_true", help=say("json"))
    listed = command("allocations", "about_allocations")
    for name, leaf in (
        ("stage", "stage"),
        ("pledge", "allocate.pledge"),
        ("point", "point"),
        ("agregator", "partner.agregator"),
    ):
        listed.add_argument(f"--{name}", default="", help=say(leaf))
    listed.add_argument("--json", action="store_true", help=say("json"))
    taken = command("advance-allocation", "about_advance_allocation")
    taken.add_argument("number", type=int, nargs="+", metavar="NO", help=say("allocate.numbers"))
    taken.add_argument(
        "--as",
        dest="step",
        required=True,
        choices=("sent", "handed", "cancelled"),
        help=say("allocate.as"),
    )


def _accounts(command: _Command, say: _Say) -> None:
    """Who may enter the office."""
    added = command("add-account", "about_add_account")
    added.add_argument("name", help=say("account.name"))
    added.add_argument("--role", required=True, choices=list(Role), help=say("account.role"))
    added.add_argument("--agregator", default="", help=say("account.agregator"))
    command("accounts", "about_accounts").add_argument(
        "--json", action="store_true", help=say("json")
    )
    reset = command("reset-account", "about_reset_account")
    reset.add_argument("account", metavar="ACCOUNT", help=say("account.named"))


def _reports(command: _Command, say: _Say) -> None:
    """What was needed, given and received."""
    made = command("report", "about_report")
    made.add_argument(
        "--by", choices=("stage", "agregator", "area"), default="stage", help=say("overview.by")
    )
    made.add_argument("--pledge", default="", help=say("overview.pledge"))
    made.add_argument("--stage", default="", help=say("overview.stage"))
    made.add_argument("--agregator", default="", help=say("overview.agregator"))
    made.add_argument("--xlsx", type=Path, help=say("overview.xlsx"))
    made.add_argument("--pdf", type=Path, help=say("overview.pdf"))
    made.add_argument("--json", action="store_true", help=say("json"))


def _running(command: _Command, say: _Say) -> None:
    """Backups and the service itself."""
    for name in ("backup", "restore"):
        command(name, f"about_{name}").add_argument("file", type=Path, help=say("backup.file"))
    command("migrate", "about_migrate").add_argument(
        "--to", metavar="REVISION", help=say("migrate.to")
    )
    command("load-boundaries", "about_load_boundaries").add_argument(
        "file", type=Path, nargs="?", help=say("boundaries.file")
    )
    command("retain", "about_retain").add_argument(
        "--dry-run", action="store_true", help=say("retain.dry_run")
    )
    serve = command("serve", "about_serve")
    serve.add_argument("--check", action="store_true", help=say("check.about"))


def _count(written: str) -> int:
    """A whole number of packages; raises ValueError, which argparse tells of."""
    count = int(written)
    if count < 0:
        raise ValueError(written)
    return count


def _day(written: str) -> date:
    """``2026-12-01``; raises ValueError, which argparse tells of."""
    return date.fromisoformat(written)
