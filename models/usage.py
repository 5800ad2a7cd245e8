"""``argparse`` that speaks both languages: its headings, its help and what it says of wrong use."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from models.texts import Language, text

_SAYINGS = {
    "required": re.compile(r"the following arguments are required: (?P<names>.*)"),
    "choice": re.compile(
        r"argument (?P<name>\S+): invalid choice: (?P<value>.*?) \(choose from (?P<choices>.*)\)"
    ),
    "value": re.compile(r"argument (?P<name>\S+): expected .*"),
    "invalid": re.compile(r"argument (?P<name>\S+): invalid .* value: (?P<value>.*)"),
    "unrecognized": re.compile(r"unrecognized arguments: (?P<names>.*)"),
}
"""argparse's own sayings; what fits none of them is passed on as it is."""


class Usage(argparse.ArgumentParser):
    """A parser whose every word is in ``language``; ends with code 2 on wrong use, as argparse."""

    def __init__(
        self, prog: str | None = None, *, language: Language, description: str | None = None
    ) -> None:
        super().__init__(
            prog,
            description=description,
            add_help=False,
            allow_abbrev=False,  # what is short for one option today may be short for two tomorrow
            formatter_class=_formatter(language),
        )
        self._language = language
        self._positionals.title = self._say("arguments")
        self._optionals.title = self._say("options")
        self.add_argument("-h", "--help", action="help", help=self._say("help"))

    def _say(self, leaf: str, **parts: object) -> str:
        return text(self._language, f"cli.usage.{leaf}", **parts)

    def error(self, message: str) -> NoReturn:
        """Say how the command is used and what was wrong with it, and end."""
        told = self._say("error", program=self.prog, problem=self.in_words(message))
        self.exit(2, f"{self.format_usage()}{told}\n")

    def in_words(self, message: str) -> str:
        """One of argparse's sayings in this parser's language."""
        for leaf, saying in _SAYINGS.items():
            if found := saying.fullmatch(message):
                parts = {name: self._named(value) for name, value in found.groupdict().items()}
                return self._say(leaf, **parts)
        return self._say("other", problem=message)

    def _named(self, name: str) -> str:
        return self._say("command") if name == "command" else name


def _formatter(language: Language) -> type[argparse.HelpFormatter]:
    class Formatter(argparse.HelpFormatter):
        def add_usage(
            self,
            usage: str | None,
            actions: Iterable[argparse.Action],
            groups: Iterable[Any],
            prefix: str | None = None,
        ) -> None:
            words = text(language, "cli.usage.usage") if prefix is None else prefix
            super().add_usage(usage, actions, groups, words)

    return Formatter
