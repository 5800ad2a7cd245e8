"""What is said of the line follows from how the last tries ended, and is not said for ever."""

from __future__ import annotations

import pytest

from desktop.presenters.line import FORGOTTEN_MS, STALE_MS, Line
from desktop.views.state import Link, LinkState
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreTrouble,
    DeviceRevoked,
    DiskFull,
    ForkFound,
    LinkLost,
    NotTheCentre,
    NotTrusted,
    ProxyRefused,
    SyncRunning,
)

AT = 1_000_000
ONLINE, OFFLINE, LOGIN = (LinkState(link, AT) for link in (Link.ONLINE, Link.OFFLINE, Link.LOGIN))


@pytest.mark.parametrize(
    ("error", "heard", "expected"),
    [
        (CentreDown(), False, OFFLINE),
        (CentreTrouble(status=502), False, OFFLINE),
        (CentreBusy(9), False, OFFLINE),
        (ProxyRefused(), False, OFFLINE),
        (NotTrusted(), False, OFFLINE),
        (BadAnswer(), True, OFFLINE),
        (LinkLost(), True, OFFLINE),
        (NotTheCentre(), False, LOGIN),
        (NotTheCentre(), True, LOGIN),
        (DeviceRevoked(), False, ONLINE),
        (ForkFound(), True, ONLINE),
        (SyncRunning(), False, LinkState()),
        (Cancelled(), False, LinkState()),
        (DiskFull(), False, LinkState()),
        (RuntimeError(), False, LinkState()),
        (RuntimeError(), True, ONLINE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_what_a_failure_says(error: BaseException, heard: bool, expected: LinkState) -> None:
    line = Line()
    line.failed(error, AT, heard=heard)
    assert line.at(AT) == expected


def test_it_is_offline_since_the_first_failure_in_a_row() -> None:
    line = Line()
    line.heard(AT)
    for minutes in (1, 2, 3):
        line.failed(CentreDown(), AT + minutes * 60_000, heard=False)
    assert line.at(AT + 200_000) == LinkState(Link.OFFLINE, AT + 60_000)
    line.failed(NotTheCentre(), AT + 240_000, heard=False)
    assert line.at(AT + 240_000) == LinkState(Link.LOGIN, AT + 240_000)
    line.heard(AT + 300_000)
    assert line.at(AT + 300_000) == LinkState(Link.ONLINE, AT + 300_000)


def test_what_was_long_ago_is_not_said_any_more() -> None:
    line = Line()
    assert line.at(AT) == LinkState()
    line.heard(AT)
    assert line.at(AT + STALE_MS).link is Link.ONLINE
    assert line.at(AT + STALE_MS + 1) == LinkState()
    assert line.at(AT - STALE_MS - 1) == LinkState(), "nor after the clock was set back"
    line.failed(CentreDown(), AT, heard=False)
    assert line.at(AT + FORGOTTEN_MS).link is Link.OFFLINE
    assert line.at(AT + FORGOTTEN_MS + 1) == LinkState()
    again = AT + FORGOTTEN_MS + 2
    line.failed(CentreDown(), again, heard=False)
    assert line.at(again).at == again, "between the two nobody knows"
