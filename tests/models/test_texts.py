"""The words: every one in both languages, with the same blanks to fill in, for every error."""

from __future__ import annotations

import importlib
import string
from collections.abc import Iterator

import pytest

from models import errors
from models.errors import KsbbError
from models.texts import LANGUAGES, catalogue, text
from models.verdict import Verdict

ROOMS = ("models.errors", "desktop.vault_errors", "server.errors")
for room in ROOMS:
    importlib.import_module(room)


def _blanks(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def _kinds(cls: type[KsbbError] = KsbbError) -> Iterator[type[KsbbError]]:
    yield cls
    for kind in cls.__subclasses__():
        yield from _kinds(kind)


# Whatever else was imported by then: an error beside its module's code has words of its own making.
KINDS = sorted(
    {kind for kind in _kinds() if kind.__module__ in ROOMS}, key=lambda kind: kind.__name__
)


def test_every_text_has_both_languages_with_the_same_blanks() -> None:
    uneven = [
        key
        for key, words in catalogue().items()
        if not all(words[language].strip() for language in LANGUAGES)
        or _blanks(words["id"]) != _blanks(words["en"])
        or "" in _blanks(words["id"])  # a blank has a name
    ]
    assert uneven == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_says_what_happened_and_what_to_do(kind: type[KsbbError]) -> None:
    room = "centre.error" if kind.__module__ == "server.errors" else "errors"
    found = 0
    for part in ("title", "what_to_do"):
        own = getattr(kind, part) is getattr(KsbbError, part) or room != "errors"
        if own and f"{room}.{kind.code}.{part}" in catalogue():
            found += 1
        else:
            # It has words of its own making, as for a file that is no roster.
            assert getattr(kind, part) is not getattr(KsbbError, part)
    assert found, f"{kind.__name__} says nothing of its own"


def test_no_two_errors_share_a_code() -> None:
    codes = [(kind.__module__.split(".")[0], kind.code) for kind in KINDS]
    assert len(set(codes)) == len(codes)


def test_no_words_for_an_error_that_does_not_exist() -> None:
    codes = {kind.code for kind in KINDS}
    worded = {key.split(".")[1] for key in catalogue() if key.startswith("errors.")}
    assert worded <= codes


def test_an_error_fills_its_parts_in() -> None:
    trouble = errors.CentreTrouble(status=503)
    assert "503" in trouble.title("id") and "503" in trouble.title("en")
    missing = errors.DatabaseMissing(path="/media/usb")
    assert "/media/usb" in missing.what_to_do("id")
    assert "503" in str(trouble)
    assert str(errors.CentreDown()) == "centre_down"


def test_every_verdict_has_its_words() -> None:
    for verdict in Verdict:
        for part in ("word", "reason", "what_to_do"):
            assert f"verdict.{verdict.key}.{part}" in catalogue()


def test_a_word_that_does_not_exist_is_a_mistake_that_shows() -> None:
    with pytest.raises(KeyError):
        text("id", "errors.no_such_thing.title")
