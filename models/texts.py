"""Every word a person reads, Indonesian and English side by side, from ``resources/texts``.

A file ``<room>.toml`` holds tables; each leaf is a table ``{ id = "…", en = "…" }``. Its key is
``<room>.<table>.<leaf>``. Words in braces are filled in by ``text``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from resources import resource

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All texts: key → language → words."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(resource("texts").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            tree = tomllib.loads(file.read_text(encoding="utf-8"))
            found.update(_leaves(file.name.removesuffix(".toml"), tree))
    return found


def _leaves(prefix: str, tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, value in tree.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict) and set(value) == set(LANGUAGES):
            yield key, value
        elif isinstance(value, dict):
            yield from _leaves(key, value)
        else:
            raise ValueError(f"{key}: a text needs both id and en")


def text(language: Language, key: str, /, **parts: object) -> str:
    """The words under ``key``; raises KeyError for a key that does not exist."""
    return catalogue()[key][language].format(**parts)
