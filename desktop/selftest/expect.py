"""What a part of the self-test raises when something works, but not as it should."""

from __future__ import annotations


class NotAsItShould(Exception):
    """The message says what was found."""


def expect(true: object, found: str) -> None:
    """Raises NotAsItShould with ``found`` unless ``true``."""
    if not true:
        raise NotAsItShould(found)
