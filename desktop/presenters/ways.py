"""The other ways a hand-over ends, as the scan flow offers them: which, what each asks, and what is
made of the answers.

On the GUI thread; a look at the roster and the record itself are made on the database thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.presenters.capture_desk import Captured, kinds_of
from desktop.presenters.desk import Desk, Seen
from desktop.presenters.faults import notice
from desktop.presenters.names import card
from desktop.presenters.scanning import BUSY, Phase, Scanning
from desktop.threads import Threads
from desktop.views.parts.history import HistoryItem
from desktop.views.scan_screen import ScanScreen
from desktop.views.state import Goods, HouseholdCard, Notice
from desktop.views.ways_state import Asked, Kind, Way, WaysPanelState
from models.facts import Line, Outcome, ProxyDocument, WalkIn
from models.field.ledger import Recorded
from models.field.other_ways import Proxy, Replacement, Taker, household_of, receiver_of
from models.numbers import KK_DIGITS, kk_warnings, parse_kk
from models.verdict import Tone

_YES, _NO = "yes", "no"
_PROXY = (
    Asked("proxy_name"),
    Asked("proxy_relation"),
    Asked("proxy_document", Kind.CHOICE, tuple(one.name.lower() for one in ProxyDocument)),
    Asked("letter", Kind.CHOICE, (_YES, _NO)),
)
_BECAUSE = (
    Outcome.DECEASED,
    Outcome.MOVED,
    Outcome.DUPLICATE,
    Outcome.REFUSED,
    Outcome.UNKNOWN,
    Outcome.ABSENT,
)
_REPLACEMENT = (
    Asked("because", Kind.CHOICE, tuple(one.name.lower() for one in _BECAUSE)),
    Asked("replacing_kk", Kind.KK, longest=2 * KK_DIGITS),
    Asked("head"),
    Asked("answered_by"),
)


_WALK_IN = (
    Asked("walk_in_name"),
    Asked("walk_in_kk", Kind.KK, needed=False, longest=2 * KK_DIGITS),
    Asked("rw", Kind.COUNT, most=999, longest=3),
    Asked("rt", Kind.COUNT, most=999, longest=3),
    Asked("address", longest=200),
    Asked("people", Kind.COUNT, most=99, longest=2),
    Asked("words", needed=False, longest=200),
)


@dataclass(frozen=True, slots=True)
class _Open:
    """The panel is open over this scan (None: over none); ``before`` is what was recorded last
    without goods."""

    seen: Seen | None
    before: HistoryItem | None = None
    way: Way | None = None
    found: HouseholdCard | None = None
    notices: tuple[Notice, ...] = ()


class Ways(QObject):
    """The panel's state, and what follows from what is done there."""

    changed = Signal()

    def __init__(
        self, scanning: Scanning, threads: Threads, desk: Desk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._scanning = scanning
        self._threads = threads
        self._desk = desk
        self._open: _Open | None = None
        scanning.changed.connect(self._follow)
        # A code that the camera sees meanwhile would put away what is being typed.
        scanning.held = lambda: self._open is not None and self._open.way is not None

    # --- which way ---------------------------------------------------------------------------

    def begin(self) -> None:
        """F7: shows the ways there are now."""
        scan = self._scanning.state
        seen = scan.seen if scan.phase is Phase.SHOWN else None
        if self._open is None and scan.phase not in BUSY:
            self._show(_Open(seen, scan.without))

    def choose(self, way: Way) -> None:
        """One of them."""
        if self._open is not None and way in _offered(self._open.seen):
            self._show(replace(self._open, way=way, notices=()))

    def step_back(self) -> None:
        """Back to all ways."""
        if self._open is not None:
            self._show(_Open(self._open.seen, self._open.before))

    def leave(self) -> None:
        """Closes the panel; nothing is recorded."""
        if self._open is not None:
            self._show(None)

    def _follow(self) -> None:
        """The scan that it was opened over may be gone, or recorded."""
        scan, now_open = self._scanning.state, self._open
        if now_open is None or scan.phase in (Phase.CAPTURING, Phase.RECORDING):
            return  # what was typed is still there where it could not be written
        shown = scan.seen if scan.phase is Phase.SHOWN else None
        if shown is not now_open.seen or scan.without is not now_open.before:
            self._show(None)

    # --- what it asks ------------------------------------------------------------------------

    @property
    def panel(self) -> WaysPanelState | None:
        """As the screen shows it; None while it is closed."""
        now_open, scan = self._open, self._scanning.state
        if now_open is None or scan.phase is Phase.CAPTURING:
            return None
        failed = tuple(one for one in scan.notices if one.tone is Tone.STOP)
        seen, way = now_open.seen, now_open.way
        return WaysPanelState(
            name=seen.card.name if seen is not None and seen.card is not None else "",
            goods=seen.due if seen is not None else (),
            offered=_offered(seen),
            way=way,
            asked=asked_by(way, seen.due if seen is not None else ()),
            found=now_open.found,
            odd=bool(now_open.found and now_open.found.kk and is_odd(now_open.found.kk)),
            busy=scan.phase is Phase.RECORDING,
            notices=(*now_open.notices, *failed),
            now=seen.now if seen is not None else 0,
        )

    def look_up(self, typed: str) -> None:
        """A KK number in a form: whose it is by the roster."""
        kk = parse_kk(typed)

        def work() -> HouseholdCard:
            listed = self._desk.station.roster.household_by_kk(kk)
            return card(listed) if listed is not None else HouseholdCard("", kk=kk)

        def found(one: HouseholdCard) -> None:
            if self._open is not None and self._open.way in (Way.REPLACEMENT, Way.WALK_IN):
                self._show(replace(self._open, found=one))

        self._threads.submit_db(work, found, self._failed)

    def _failed(self, error: BaseException) -> None:
        if self._open is not None:
            self._show(replace(self._open, notices=(notice(error),)))

    # --- recording ---------------------------------------------------------------------------

    def without(self, outcome: Outcome) -> None:
        """Nothing is handed over."""
        if self._open is not None:
            self._scanning.without_goods(outcome)

    def answer(self, answers: Mapping[str, str]) -> None:
        """All that the way asks was answered: it is recorded."""
        now_open = self._open
        if now_open is None:
            return
        seen = now_open.seen
        if now_open.way is Way.WALK_IN:
            self._register(_walk_in(answers), now_open.found)
            return
        if seen is None:
            return
        match now_open.way:
            case Way.PROXY:
                self._record(seen, _proxy(answers))
            case Way.REPLACEMENT:
                taker = _replacement(answers)
                listed = seen.look.household
                if listed is not None and listed.kk == taker.kk:
                    self._refuse("itself")
                else:
                    self._record(seen, taker)
            case Way.PART:
                lines = _part(seen, answers)
                if any(line.quantity for line in lines):
                    self._record(seen, None, lines)
                else:
                    self._refuse("part_of_nothing")
            case _:
                pass

    def _register(self, walk_in: WalkIn, found: HouseholdCard | None) -> None:
        listed = found is not None and bool(found.name)
        if listed and found is not None and found.kk == walk_in.kk:
            self._refuse("listed")
        else:
            self._scanning.register(walk_in)

    def _refuse(self, why: str) -> None:
        if self._open is not None:
            said = Notice(f"handover.notice.{why}", Tone.CHECK, dismissible=False)
            self._show(replace(self._open, notices=(said,)))

    def _record(
        self, seen: Seen, taker: Taker | None, lines: tuple[Line, ...] | None = None
    ) -> None:
        if self._scanning.state.phase is not Phase.SHOWN:
            return
        chosen = replace(seen, taker=taker, lines=lines)

        def act(captured: Captured) -> tuple[Seen, Recorded]:
            # Whoever fills a form in has looked: that is deliberate.
            return self._desk.hand_over(chosen, True, captured.blobs, captured.note)

        self._scanning.hand_over(chosen, kinds_of(seen.asks, receiver_of(taker)), act)

    def _show(self, now_open: _Open | None) -> None:
        self._open = now_open
        self.changed.emit()


def ways_links(screen: ScanScreen, ways: Ways) -> tuple[tuple[object, object], ...]:
    """(signal, slot) of the panel."""
    panel = screen.ways
    return (
        (panel.way_chosen, ways.choose),
        (panel.outcome_chosen, ways.without),
        (panel.number_given, ways.look_up),
        (panel.answered, ways.answer),
        (panel.stepped_back, ways.step_back),
    )


def _offered(seen: Seen | None) -> tuple[Way, ...]:
    """What the verdict allows; somebody on no list may come at any time."""
    ways: list[Way] = [Way.WALK_IN]
    if seen is None:
        return tuple(ways)
    if seen.verdict.tone is not Tone.STOP and seen.due:
        ways += [Way.PROXY, Way.REPLACEMENT]
        if sum(one.quantity for one in seen.due) > 1:
            ways.append(Way.PART)
    if household_of(seen.look) is not None:
        ways.append(Way.NONE)
    return tuple(ways)


def asked_by(way: Way | None, due: Sequence[Goods]) -> tuple[Asked, ...]:
    """What a way asks, where so much is due."""
    match way:
        case Way.PROXY:
            return _PROXY
        case Way.REPLACEMENT:
            return _REPLACEMENT
        case Way.WALK_IN:
            return _WALK_IN
        case Way.PART:
            return tuple(_count(place, one) for place, one in enumerate(due))
        case _:
            return ()


def _count(place: int, goods: Goods) -> Asked:
    return Asked(f"line_{place}", Kind.COUNT, goods=goods, most=goods.quantity, longest=6)


def _proxy(answers: Mapping[str, str]) -> Proxy:
    return Proxy(
        answers["proxy_name"],
        answers["proxy_relation"],
        ProxyDocument[answers["proxy_document"].upper()],
        answers["letter"] == _YES,
    )


def _replacement(answers: Mapping[str, str]) -> Replacement:
    return Replacement(
        answers["head"],
        parse_kk(answers["replacing_kk"]),
        Outcome[answers["because"].upper()],
        answers["answered_by"],
    )


def _part(seen: Seen, answers: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(
        replace(line, quantity=int(answers[f"line_{place}"]))
        for place, line in enumerate(seen.look.decision.due)
    )


def is_odd(kk: int) -> bool:
    """Whether a KK number looks odd; one from outside Jakarta is as good as any."""
    return bool(kk_warnings(kk))


def _walk_in(answers: Mapping[str, str]) -> WalkIn:
    return WalkIn(
        answers["walk_in_name"],
        parse_kk(answers["walk_in_kk"]) if answers["walk_in_kk"] else None,
        int(answers["rw"]),
        int(answers["rt"]),
        answers["address"],
        int(answers["people"]),
        answers["words"],
    )
