"""Every failure of a library the centre stands on is told in words, and a bug stays a bug."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy.exc as sa
from psycopg import errors as pg

from models.texts import LANGUAGES
from server.errors import (
    AllocationRefused,
    BadBoundaries,
    BadPassword,
    BadPin,
    BadWords,
    CentreError,
    DatabaseFull,
    DatabaseLost,
    DatabaseTrouble,
    FileTrouble,
    NothingFound,
)
from server.faults import told


def _all_below(kind: type) -> list[type]:
    direct: list[type] = kind.__subclasses__()
    return list(dict.fromkeys(sub for one in direct for sub in (one, *_all_below(one))))


def test_every_psycopg_error_is_told_and_repeats_no_value() -> None:
    for kind in [psycopg.Error, *_all_below(psycopg.Error)]:
        bare = told(kind("secret 3171010101200005"))
        wrapped = told(sa.DBAPIError("INSERT secret", {"kk": 3171010101200005}, kind("secret")))
        assert type(bare) is type(wrapped)
        for error in (bare, wrapped):
            assert isinstance(error, CentreError), kind
            for language in LANGUAGES:
                words = error.title(language) + error.what_to_do(language)
                assert "secret" not in words
                assert "3171010101200005" not in words


def test_every_sqlalchemy_error_is_told() -> None:
    for kind in _all_below(sa.SQLAlchemyError):
        error: Any = BaseException.__new__(kind)
        error.args = ("secret",)
        assert isinstance(told(error), CentreError), kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (pg.DiskFull(), DatabaseFull),
        (pg.AdminShutdown(), DatabaseLost),
        (psycopg.OperationalError("server closed the connection"), DatabaseLost),
        (pg.UniqueViolation(), DatabaseTrouble),
        (PermissionError(13, "denied", "/root/x"), FileTrouble),
        (NothingFound(what="Point", name="X"), NothingFound),
    ],
)
def test_each_failure_is_told_for_what_it_is(error: Exception, kind: type[Exception]) -> None:
    assert type(told(error)) is kind


@pytest.mark.parametrize("bug", [ValueError("x"), KeyError("x"), AssertionError()])
def test_a_bug_stays_a_bug(bug: Exception) -> None:
    assert told(bug) is None


def test_every_error_of_the_centre_has_its_words_in_both_languages() -> None:
    parts: dict[str, object] = {
        "variable": "V",
        "value": "v",
        "expected": "e",
        "file": "f",
        "problem": "missing",
        "server": "s",
        "found": "18",
        "oldest": 15,
        "folder": "/f",
        "missing": (),
        "what": "Point",
        "name": "n",
        "numbers": "1, 2",
        "by": "Sari",
        "number": 7,
        "seconds": 20,
        "known": "a, b",
        "candidates": "Gambir, Cideng",
    }
    of_its_own: dict[type[CentreError], dict[str, object]] = {
        BadWords: {"what": "name"},
        BadPin: {"problem": "pin.length"},
        BadPassword: {"problem": "short", "shortest": 12},
        BadBoundaries: {"problem": "nobodys"},
        AllocationRefused: {"problem": "cancelled"},
    }
    ours = [kind for kind in _all_below(CentreError) if kind.__module__ == "server.errors"]
    for kind in [CentreError, *ours]:
        error = kind(**parts | of_its_own.get(kind, {}))
        for language in LANGUAGES:
            assert error.title(language)
            assert error.what_to_do(language)
