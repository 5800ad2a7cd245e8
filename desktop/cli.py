"""``ksbb-field``: the app, and what it can do without a screen (sync, USB, enrol, decode,
diagnostics, self-test)."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from models.texts import LANGUAGES, Language, text
from models.usage import Usage

if TYPE_CHECKING:
    from models.enrolment_text import Invitation

OK, FAILED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0 when done, 1 when it failed with a message, 2 for wrong use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = _parser(_language(given)).parse_args(given)
    if parsed.self_test:
        from desktop.selftest.command import run as self_test

        return self_test(sys.stdout, parsed.lang)
    match parsed.command:
        case "decode":
            from desktop.scan.decode_command import run as decode

            return decode(parsed.files, sys.stdout, parsed.lang)
        case "sync" | "export-usb" | "import-usb" if not parsed.pin_stdin and not _at_terminal():
            print(text(parsed.lang, "cli.field.no_terminal"), file=sys.stderr)
            return USAGE
        case "sync":
            from desktop.headless import Photos, sync_once

            return sync_once(
                parsed.folder,
                parsed.volunteer,
                _pin_reader(parsed),
                parsed.lang,
                Photos(parsed.photos),
            )
        case "export-usb":
            from desktop.usb_commands import export_usb

            return export_usb(
                parsed.folder,
                parsed.target,
                parsed.volunteer,
                _pin_reader(parsed),
                parsed.lang,
                siblings=not parsed.centre_only,
            )
        case "import-usb":
            from desktop.usb_commands import import_usb

            reader = _pin_reader(parsed)
            return import_usb(parsed.folder, parsed.files, parsed.volunteer, reader, parsed.lang)
        case "diagnostics":
            from desktop.headless import diagnose

            return diagnose(parsed.folder, parsed.out, parsed.lang)
        case "enrol":
            from desktop.headless import enrol_here

            return enrol_here(parsed.folder, _invitation(parsed), parsed.name, parsed.lang)
        case _ if not has_display() and "QT_QPA_PLATFORM" not in os.environ:
            print(text(parsed.lang, "cli.field.no_display"), file=sys.stderr)
            return USAGE
        case _:
            from desktop.app import run

            return run(parsed.folder, parsed.lang if "--lang" in given else None)


def has_display() -> bool:
    """Whether a window can be shown here; Qt ends a process that has no display, with a trace."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _at_terminal() -> bool:
    """Whether a PIN can be asked for; a program of a window has no standard input at all."""
    return sys.stdin is not None and sys.stdin.isatty()


def _language(given: Sequence[str]) -> Language:
    """The language of the help itself, before anything is parsed."""
    return "en" if any(a == "--lang=en" for a in given) or _after(given, "--lang") == "en" else "id"


def _after(given: Sequence[str], option: str) -> str | None:
    return given[given.index(option) + 1] if option in given[:-1] else None


def _parser(language: Language) -> argparse.ArgumentParser:
    def say(leaf: str) -> str:
        return text(language, f"cli.field.{leaf}")

    def common(parser: Usage) -> Usage:
        suppress = argparse.SUPPRESS
        parser.add_argument("--folder", type=Path, help=say("folder"), default=suppress)
        parser.add_argument("--lang", choices=LANGUAGES, help=say("lang"), default=suppress)
        return parser

    parser = common(Usage("ksbb-field", description=say("description"), language=language))
    parser.set_defaults(folder=None, lang="id")
    parser.add_argument("--self-test", action="store_true", help=say("self_test"))
    commands = parser.add_subparsers(dest="command", title=text(language, "cli.usage.commands"))

    def command(name: str) -> Usage:
        about = say(f"about_{name.replace('-', '_')}")
        return common(commands.add_parser(name, help=about, language=language))

    def opening(name: str) -> Usage:
        parser = command(name)
        parser.add_argument("--volunteer", help=say("volunteer"))
        parser.add_argument("--pin-stdin", action="store_true", help=say("pin_stdin"))
        return parser

    command("app")
    photos = opening("sync").add_mutually_exclusive_group()
    for name in ("none", "all"):
        flag = f"--{'no' if name == 'none' else name}-photos"
        help_ = say(f"photos_{name}")
        photos.add_argument(
            flag, action="store_const", const=name, default="limited", dest="photos", help=help_
        )
    export = opening("export-usb")
    export.add_argument("target", type=Path, metavar="FILE", help=say("export_target"))
    export.add_argument("--centre-only", action="store_true", help=say("centre_only"))
    take_in = opening("import-usb")
    take_in.add_argument("files", type=Path, nargs="+", metavar="FILE", help=say("import_files"))
    enrol = command("enrol")
    enrol.add_argument("--centre", help=say("centre"))
    enrol.add_argument("--code", help=say("code"))
    enrol.add_argument("--invitation", help=say("invitation"))
    enrol.add_argument("--name", help=say("name"), default="")
    command("diagnostics").add_argument("--out", type=Path, help=say("diagnostics_out"))
    decode = command("decode")
    decode.add_argument("files", nargs="+", metavar="FILE", help=say("files"))
    return parser


def _pin_reader(parsed: argparse.Namespace) -> Callable[[str], str]:
    language: Language = parsed.lang

    def read(name: str) -> str:
        if parsed.pin_stdin:
            return sys.stdin.readline().strip()
        return getpass.getpass(text(language, "cli.field.ask_pin", name=name))

    return read


def _invitation(parsed: argparse.Namespace) -> Invitation | None:
    from models import enrolment_text

    if parsed.invitation:
        return enrolment_text.from_text(parsed.invitation)
    code = enrolment_text.clean_code(parsed.code or "")
    address = enrolment_text.clean_address(parsed.centre or "")
    if code is None or address is None:
        return None
    return enrolment_text.Invitation(code, address, None)


def console() -> NoReturn:
    """The program's entry: ends the process with the command's code."""
    sys.exit(main())


if __name__ == "__main__":
    console()
