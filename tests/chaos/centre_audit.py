"""The checker's recount of what the centre derives: hand-overs, doubles, figures, what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.centre_books import CentreBooks
from tests.chaos.device_books import Device
from tests.chaos.findings import Findings
from tests.chaos.forms import Line, signed
from tests.chaos.ledger_audit import lines_of, voids_of

DOUBLE = 1
"""The review's kind for a hand-over beyond what is due."""


class Recount:
    """Hand-overs, doubles and figures, counted from the facts of all devices."""

    def __init__(self, devices: Sequence[Device], centre: CentreBooks) -> None:
        self._centre = centre
        self._order = {device.feed: device.number for device in devices}
        voids = {device.feed: voids_of(device) for device in devices}
        self.lines = {
            line: line.seq in voids[line.feed] for device in devices for line in lines_of(device)
        }
        self.beyond = self._beyond()

    def _beyond(self) -> set[Line]:
        """In the order of their times, what goes beyond the entitlement."""
        found = set()
        sums: Counter[tuple[int, int, int]] = Counter()
        ordered = sorted(
            self.lines, key=lambda o: (o.at, self._order[o.feed], o.feed, o.seq, o.number)
        )
        for line in ordered:
            if self.lines[line]:
                continue
            what = (line.household, line.stage, line.package)
            sums[what] += line.quantity
            if sums[what] > self._centre.due[what]:
                found.add(line)
        return found

    def compare(self, found: Findings) -> None:
        """The centre's tables must say the same."""
        found.handed = len(self.lines)
        found.doubles = len(self.beyond)
        said = Counter(self._centre.lines)
        counted = Counter((o, voided, o in self.beyond) for o, voided in self.lines.items())
        for line, *_ in counted - said:
            found.lost.append(f"a hand-over is not told so at the centre: {line}")
        for line, *_ in said - counted:
            found.doubled.append(f"the centre tells a hand-over otherwise: {line}")
        reviews = {(feed, seq) for feed, seq, kind in self._centre.reviews if kind == DOUBLE}
        if reviews != {(line.feed, line.seq) for line in self.beyond}:
            found.untrue.append("what is in review is not what goes beyond what is due")
        if self._centre.figures != self._figures():
            found.untrue.append("the daily figures are not what a recount gives")

    def _figures(self) -> dict[tuple[Any, ...], tuple[int, ...]]:
        figures: dict[tuple[Any, ...], list[int]] = {}
        for line, voided in self.lines.items():
            day = (datetime.fromtimestamp(line.at / 1000, UTC) + timedelta(hours=7)).date()
            region = self._centre.regions[line.household]
            cell = (day, region, self._centre.programmes[line.stage], line.stage, line.package)
            row = figures.setdefault(cell, [0, 0, 0, 0])
            if voided:
                row[2] += 1
            elif line in self.beyond:
                row[3] += 1
            else:
                row[0] += 1
                row[1] += line.quantity
        return {cell: tuple(row) for cell, row in figures.items()}


def audit_elsewhere(found: Findings, device: Device, recount: Recount) -> None:
    """After a sync a device knows every hand-over of others to the households on its list, by the
    centre's word or by the facts themselves; and by no word one of its own."""
    wanted = {
        line: voided
        for line, voided in recount.lines.items()
        if line.feed != device.feed and line.household in device.households
    }
    told = device.elsewhere + [(o, False) for o in device.taken if o.feed != device.feed]
    known: dict[Line, bool] = {}
    for line, voided in told:
        gone = voided or (line.feed, line.seq) in device.voided
        known[line] = known.get(line, False) or gone
    if known != wanted:
        missing = len(wanted.items() - known.items())
        found.untrue.append(
            f"{device.name}: {missing} hand-overs of others are not known, of {len(wanted)}"
        )


def audit_passed_on(
    found: Findings, devices: Sequence[Device], centre_key: bytes, *, all_of_it: bool
) -> None:
    """What a hub brought to a device is what others wrote and the centre signed: the same bytes,
    from the first on, and to the last where ``all_of_it`` was to arrive."""
    written = {device.feed: device.facts for device in devices}
    for device in devices:
        for feed, (through, receipt) in device.receipts.items():
            content = signed(receipt, centre_key, b"ksbb/receipt/1")
            heads = [[1, feed, fact.seq, fact.hash] for fact in written[feed][:through]]
            if not content or not heads or content[:4] != heads[-1] or content[2] != through:
                found.untrue.append(f"{device.name}: of {feed.hex()} it was told {content}")
        for feed, facts in device.others.items():
            if facts != written[feed][: len(facts)]:
                found.untrue.append(f"{device.name}: holds of {feed.hex()} what nobody wrote")
        if all_of_it:
            held = {feed: len(facts) for feed, facts in device.others.items()}
            for other in devices:
                lacking = len(other.facts) - held.get(other.feed, 0)
                if other is not device and lacking:
                    found.lost.append(f"{device.name}: {lacking} of {other.name} did not arrive")
