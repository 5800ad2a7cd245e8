"""The checker's look at one device: its log against its ledger, and its ledger at the centre."""

from __future__ import annotations

from collections import Counter

from tests.chaos.centre_books import CentreBooks, Kept
from tests.chaos.device_books import Device
from tests.chaos.findings import Findings
from tests.chaos.forms import HANDOVER, VOID, Fact, Line, genesis, link, signed
from tests.chaos.logbook import Account


def audit_device(found: Findings, account: Account, device: Device, centre: CentreBooks) -> None:
    """All that concerns one device and its own feed."""
    _the_ledger_is_what_was_logged(found, account, device)
    _the_chain_holds(found, device)
    _the_receipt_is_true(found, device, centre)
    _the_centre_holds_the_same(found, device, centre)
    _what_is_derived_is_a_recount(found, device)


def _the_ledger_is_what_was_logged(found: Findings, account: Account, device: Device) -> None:
    """Each fact is explained by exactly one intent that did not fail, in order and whole."""
    words = {fact.seq: fact.words for fact in device.facts}
    certain = {
        seq
        for group in account.groups
        if group.seq is not None
        for seq in range(group.seq, group.seq + len(group.facts))
    }
    explained: Counter[int] = Counter()
    upto = 0
    for group in account.groups:
        if group.failure:
            continue
        first = upto + 1 if group.seq is None else group.seq
        numbers = range(first, first + len(group.facts))
        there = [words.get(seq) == text for seq, text in zip(numbers, group.facts, strict=True)]
        if group.seq is None:
            # The same may have been meant again by the next life, and done then.
            if not all(there) or certain.intersection(numbers):
                continue  # what a kill prevented; a part of it would stay unexplained below
            found.perhaps += len(there)
        else:
            found.facts += len(there)
            if group.feed != device.feed.hex() or first != upto + 1:
                found.untrue.append(f"{device.name}: {first} was logged after {upto}")
        for seq, is_there in zip(numbers, there, strict=True):
            if not is_there:
                found.lost.append(f"{device.name}: fact {seq} was logged as recorded")
            explained[seq] += 1
        upto = numbers[-1]
    for seq, text in words.items():
        if explained[seq] != 1:
            found.doubled.append(f"{device.name}: {seq} ({text}) was intended {explained[seq]}×")


def _the_chain_holds(found: Findings, device: Device) -> None:
    before = genesis(device.feed)
    for number, fact in enumerate(device.facts, 1):
        before = link(before, number, fact.body)
        if (fact.seq, fact.hash) != (number, before):
            found.untrue.append(f"{device.name}: the chain breaks at {number} ({fact.seq})")
            return


def _the_receipt_is_true(found: Findings, device: Device, centre: CentreBooks) -> None:
    """Signed by the centre, about this feed, and through the very end after a clean sync."""
    if not device.facts:
        return
    last = device.facts[-1]
    content = device.receipt and signed(device.receipt, centre.public_key, b"ksbb/receipt/1")
    match content:
        case [1, device.feed, last.seq, last.hash, _, _, False] if device.safe_seq == last.seq:
            return
    found.untrue.append(f"{device.name}: safe through {device.safe_seq}, receipt {content}")


def _the_centre_holds_the_same(found: Findings, device: Device, centre: CentreBooks) -> None:
    kept = centre.feeds.get(device.feed)
    if kept is None:
        found.lost.append(f"{device.name}: the centre has no such feed")
        return
    there = Counter(fact for fact, _, _ in kept.facts)
    for fact in device.facts:
        if there[fact] == 0:
            found.lost.append(f"{device.name}: the centre lacks {fact.seq} ({fact.words})")
    for fact, count in (there - Counter(device.facts)).items():
        found.doubled.append(f"{device.name}: the centre has {fact.seq} {count}× too often")
    if kept.forked or any(branch for _, branch, _ in kept.facts):
        found.doubled.append(f"{device.name}: the centre sees a fork")
    last = device.facts[-1] if device.facts else Fact(0, b"", b"")
    if (kept.device, *kept.head) != (device.number, last.seq, last.hash):
        found.untrue.append(f"{device.name}: the centre's head is {kept.head}")
    _checkpoints_are_signed(found, device, kept)


def _checkpoints_are_signed(found: Findings, device: Device, kept: Kept) -> None:
    heads = {fact.seq: fact.hash for fact in device.facts}
    for cose in kept.checkpoints:
        match signed(cose, device.public_key, b"ksbb/checkpoint/1"):
            case [device.feed, seq, digest, _] if heads.get(seq) == digest:
                heads.pop(seq, None)
            case other:
                found.untrue.append(f"{device.name}: a checkpoint says {other}")


def _what_is_derived_is_a_recount(found: Findings, device: Device) -> None:
    own = [line for line in device.taken if line.feed == device.feed]
    if Counter(own) != Counter(lines_of(device)):
        found.untrue.append(f"{device.name}: who has what is not what the facts say")
    if {seq for feed, seq in device.voided if feed == device.feed} != voids_of(device):
        found.untrue.append(f"{device.name}: what was taken back is not what the facts say")
    opened: set[int] = set()
    for fact in device.facts:
        kind, _, _, session, _ = fact.plain
        match kind:
            case 1:
                opened.add(fact.seq)
            case 2:
                opened.discard(session)
    stock = stock_of(device)
    if device.stock != stock:
        found.untrue.append(f"{device.name}: the stock is {device.stock}, not {stock}")
    if device.open_sessions != sorted(opened):
        found.untrue.append(f"{device.name}: open sessions are {device.open_sessions}")


def stock_of(device: Device) -> dict[tuple[int, int], int]:
    """What is left at each point by all facts held here: the latest count of any station, without
    what was handed over after it at all of them. Here nothing but counts is said of stock."""
    counts: dict[tuple[int, int], dict[bytes, tuple[int, int, int]]] = {}
    given: list[tuple[tuple[int, int], bytes, int, int, int]] = []
    for feed, facts in {**device.others, device.feed: device.facts}.items():
        points: dict[int, int] = {}
        voided = {fact.plain[4][1] for fact in facts if fact.plain[0] == VOID}
        for fact in facts:
            kind, at, _, session, body = fact.plain
            point = points.get(session, 0)
            if kind == 1:
                points[fact.seq] = body[1]
            elif kind == 6 and fact.seq not in voided:
                counts.setdefault((point, body[2]), {})[feed] = fact.seq, at, body[3]
            elif kind == HANDOVER and fact.seq not in voided:
                for _, package, quantity in body[2]:
                    given.append(((point, package), feed, fact.seq, at, quantity))
    stock = {}
    for place, by_feed in counts.items():
        base, (seq, at, left) = max(by_feed.items(), key=lambda one: (one[1][1], one[0]))
        for where, feed, number, when, quantity in given:
            later = number > seq if feed == base else when >= at
            if where == place and later:
                left -= quantity
        stock[place] = left
    return stock


def lines_of(device: Device) -> list[Line]:
    """The hand-over lines that a device's facts tell."""
    points: dict[int, int] = {}
    found = []
    for fact in device.facts:
        kind, at, _, session, body = fact.plain
        if kind == 1:
            points[fact.seq] = body[1]
        if kind == HANDOVER:
            point = points[session]
            for number, (stage, package, quantity) in enumerate(body[2]):
                line = (body[1], stage, package, quantity, at, point)
                found.append(Line(device.feed, fact.seq, number, *line))
    return found


def voids_of(device: Device) -> set[int]:
    """The numbers of the facts that later facts take back."""
    return {fact.plain[4][1] for fact in device.facts if fact.plain[0] == VOID}
