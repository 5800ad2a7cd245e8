"""The independent checker: compares logs, devices and centre, and says what is lost or doubled.

It recounts everything from the bytes of the facts, which it reads itself (``forms``,
``device_books``, ``centre_books``), and believes no table that is derived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.centre_audit import Recount, audit_elsewhere, audit_passed_on
from tests.chaos.centre_books import CentreBooks
from tests.chaos.device_books import Device
from tests.chaos.findings import Findings
from tests.chaos.ledger_audit import audit_device
from tests.chaos.logbook import Account


@dataclass(frozen=True)
class Promise:
    """At ``at`` (ms), just after the centre was killed, a device held a receipt through ``seq``."""

    at: int
    feed: bytes
    seq: int


@dataclass(frozen=True)
class Books:
    """All that is compared: what the logs say, what each device holds, what the centre holds."""

    accounts: Mapping[str, Account]
    devices: Sequence[Device]
    centre: CentreBooks
    promises: Sequence[Promise] = ()
    met: bool = False
    """Whether the devices were in touch to the end, so that each must hold what all wrote."""


def audit(books: Books) -> Findings:
    """Everything that can be checked after a clean sync of every device."""
    found, centre = Findings(), books.centre
    for device in books.devices:
        audit_device(found, books.accounts[device.name], device, centre)
    for promise in books.promises:
        _a_receipt_outlived_the_kill(found, promise, centre)
    recount = Recount(books.devices, centre)
    recount.compare(found)
    audit_passed_on(found, books.devices, centre.public_key, all_of_it=books.met)
    for device in books.devices:
        audit_elsewhere(found, device, recount)
    return found


def _a_receipt_outlived_the_kill(found: Findings, promise: Promise, centre: CentreBooks) -> None:
    """What was receipted before the kill came in before it: it was not lost and sent again."""
    arrived = {fact.seq: at for fact, _, at in centre.feeds[promise.feed].facts}
    for seq in range(1, promise.seq + 1):
        if arrived.get(seq, promise.at + 1) > promise.at:
            found.untrue.append(f"{promise.feed.hex()}: {seq} was receipted and then lost")
            return
