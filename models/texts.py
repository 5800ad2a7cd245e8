"""Every word a person reads, Indonesian and English side by side, from ``resources/texts``.

A file ``<room>.toml`` holds tables; each leaf is a table ``{ id = "…", en = "…" }``. Its key is
``<room>.<table>.<leaf>``. Words in braces are filled in by ``text``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

from resources import resource

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """All texts: key → language → words."""
    found: dict[str, dict[Language, str]] = {}
    for file in sorted(resource("texts").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            found.update(_room(file.name.removesuffix(".toml")))
    return found


@cache
def _room(name: str) -> dict[str, dict[Language, str]]:
    """One file's texts. It is read when its first word is asked for: the app's window should not
    wait until the centre's pages have been parsed."""
    file = resource("texts", f"{name}.toml")
    if not file.is_file():
        return {}
    return dict(_leaves(name, tomllib.loads(file.read_text(encoding="utf-8"))))


def _leaves(prefix: str, tree: dict[str, Any]) -> Iterator[tuple[str, dict[Language, str]]]:
    for name, value in tree.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict) and set(value) == set(LANGUAGES):
            yield key, value
        elif isinstance(value, dict):
            yield from _leaves(key, value)
        else:
            raise ValueError(f"{key}: a text needs both id and en")


def both(key: str) -> Mapping[Language, str] | None:
    """What stands under ``key`` in both languages, with its braces; None where nothing does."""
    return _room(key.partition(".")[0]).get(key)


def text(language: Language, key: str, /, **parts: object) -> str:
    """The words under ``key``; raises KeyError for a key that does not exist."""
    found = both(key)
    if found is None:
        raise KeyError(key)
    return found[language].format(**parts)
