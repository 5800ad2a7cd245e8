"""``ksbb-centre``: setting the centre up, filling it, printing slips, running it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Engine

from models.clock import wall_clock
from models.texts import Language, text
from server import migrations
from server.arguments import asked_language, parser
from server.faults import told
from server.keys import Keys, obtain_keys
from server.settings import Settings, read_settings
from server.upkeep.postgres import open_database

OK, FAILED = 0, 1


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
    from server import catalogue_commands, commands
    from server.allocating import commands as allocation_commands
    from server.complaints.commands import answer_one, complaints
    from server.figures.boundary_command import load_boundaries
    from server.giving import partner_commands, pledge_commands
    from server.laptops import assign_commands
    from server.laptops import commands as device_commands
    from server.office import account_commands
    from server.office.audit_command import audit
    from server.papers import command as paper_command
    from server.parcels.command import import_parcel
    from server.reports.commands import report
    from server.reviews.commands import decide, reviews
    from server.roster.commands import give_out, load_roster, merge_two, part_two
    from server.slips.reissue_command import reissue_slip
    from server.stock_command import stock
    from server.upkeep import backup_commands
    from server.upkeep.migration_command import migrate
    from server.upkeep.retention_command import retain
    from server.upkeep.setting_check import check

    given = list(sys.argv[1:] if arguments is None else arguments)
    language = asked_language(given)
    parsed = parser(language).parse_args(given)
    runs = {
        "init": commands.init,
        "demo": commands.demo,
        "import-roster": load_roster,
        "export-roster": give_out,
        "merge-households": merge_two,
        "part-households": part_two,
        "load-boundaries": load_boundaries,
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
        "tie-pledge": pledge_commands.tie_one,
        "add-kolaborator": partner_commands.add_kolaborator,
        "add-agregator": partner_commands.add_agregator,
        "suspend-agregator": partner_commands.suspend_agregator,
        "add-target": partner_commands.add_one_target,
        "target-need": partner_commands.target_need,
        "close-target": partner_commands.close_one_target,
        "targets": partner_commands.show_targets,
        "allocate": allocation_commands.allocate,
        "allocate-households": allocation_commands.allocate_households,
        "allocations": allocation_commands.show_allocations,
        "advance-allocation": allocation_commands.advance_some,
        "report": report,
        "stock": stock,
        "assign-device": assign_commands.assign_laptop,
        "assign-volunteer": assign_commands.assign_person,
        "add-account": account_commands.add,
        "accounts": account_commands.show,
        "reset-account": account_commands.reset,
        "backup": backup_commands.back_up,
        "retain": retain,
        "serve": commands.serve,
    }
    try:
        # These come before there is a centre to open.
        if parsed.command == "restore":
            return backup_commands.restore(environment, language, parsed)
        if parsed.command == "migrate":
            return migrate(environment, language, parsed)
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


def console() -> NoReturn:
    """The program's entry: ends the process with the command's code."""
    sys.exit(main())


if __name__ == "__main__":
    console()
