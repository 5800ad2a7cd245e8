"""Many laptops in one process that speak the real protocol: enrol, say hello, push, pull.

Their feeds lie in memory, each with a key of its own and signed as on a laptop; requests, tries and
pauses are those of the field app (``sync.asking``, ``desktop.presenters.rhythm``). Started by the
topics that need a crowd, which talk to it by lines of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from desktop.presenters.rhythm import Rhythm
from models import facts
from models.clock import wall_clock
from models.cose import Signer, key_id_of
from models.errors import CentreBusy, KsbbError
from models.facts import Fact, Handover, Line, SessionOpened, Source
from models.feed import Head, Segment, chain, encode_segment, genesis, make_checkpoint
from models.page import decode_page
from models.streams import own_stream
from sync.asking import Asking
from sync.enrolment import enrol
from sync.messages import Hello, Pull, Reply, read_receipt
from sync.pushing import BATCH
from sync.transport import HttpTransport

MOST_ROWS = 1_000
_ACTOR, _STAGE, _PACKAGE = 7, 1, 1
_GIVE_UP = 600.0
"""Seconds: a crowd that is not in by then never will be."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a laptop works: an enrolment code, whom it serves, and how far it has read."""

    code: str
    point: int
    households: list[int]
    after: int
    mark: int


@dataclass(slots=True)
class Outcome:
    """What became of one laptop; times in seconds, ``started`` and ``ended`` by the system's clock.
    ``answers`` are (operation, seconds) of each that came."""

    device: int = 0
    recorded: int = 0
    receipted: int = 0
    started: float = 0.0
    ended: float = 0.0
    turned_away: int = 0
    waited: float = 0.0
    answers: list[tuple[str, float]] = field(default_factory=list)
    trouble: str = ""


class _Counted:
    """A transport that notes how long each answer took."""

    def __init__(self, transport: HttpTransport, outcome: Outcome) -> None:
        self._transport = transport
        self._outcome = outcome

    def post(self, operation: str, body: bytes) -> Reply:
        """Posts it on."""
        began = time.perf_counter()
        try:
            reply = self._transport.post(operation, body)
        except CentreBusy:
            self._outcome.turned_away += 1
            raise
        self._outcome.answers.append((operation, time.perf_counter() - began))
        return reply


class Device:
    """One laptop with a day's hand-overs that nobody has heard of yet."""

    def __init__(self, address: str, place: Place) -> None:
        self._address = address
        self._place = place
        self.outcome = Outcome()
        with closing(HttpTransport(address)) as transport:
            identity, _ = enrol(
                transport,
                address=address,
                code=place.code,
                name="",
                version="0",
                wall_clock=wall_clock,
            )
        self._signer: Signer = identity.signer
        self._keys = {key_id_of(identity.centre_key): identity.centre_key}
        self.outcome.device = identity.device
        self._record(place)

    def _record(self, place: Place) -> None:
        feed, at = self._signer.key_id, wall_clock() - 3_600_000
        bodies = [SessionOpened(place.point)] + [
            Handover(one, (Line(_STAGE, _PACKAGE, 1),), Source.CAMERA) for one in place.households
        ]
        self._facts = [
            facts.encode(Fact(at + n * 1_000, _ACTOR, min(n, 1), body))
            for n, body in enumerate(bodies)
        ]
        self._hashes = [genesis(feed), *chain(genesis(feed), 1, self._facts)]
        self.outcome.recorded = len(self._facts)

    def sync(self) -> None:
        """Until all of it is in, as the app does it by itself."""
        outcome, never = self.outcome, threading.Event()
        outcome.started = time.time()
        rhythm = Rhythm(time.monotonic())
        with closing(HttpTransport(self._address)) as transport:
            asking = Asking(_Counted(transport, outcome), never, lambda _progress: None)
            while time.time() - outcome.started < _GIVE_UP:
                rhythm.began()
                try:
                    self._exchange(asking)
                except KsbbError as error:
                    rhythm.failed(error, time.monotonic())
                    pause = rhythm.due_in(time.monotonic()) or 0.0
                    outcome.waited += pause
                    outcome.trouble = error.code
                    never.wait(pause)
                else:
                    outcome.ended, outcome.trouble = time.time(), ""
                    return

    def _exchange(self, asking: Asking) -> None:
        head = Head(len(self._facts), self._hashes[-1])

        def hello() -> Hello:
            return Hello(wall_clock(), head, "0")

        reply = asking.ask("hello", hello, self._signer, attempts=1)
        held = self._receipted(reply)
        while held < head.seq:
            segment = partial(self._segment, held, min(held + BATCH, head.seq))
            held = self._receipted(asking.post("push", segment))
        for stream in (own_stream(self.outcome.device), self._place.point):
            self._pull(asking, stream, head)

    def _receipted(self, reply: Reply) -> int:
        receipt = read_receipt(reply.body, self._keys)
        assert receipt.head.hash == self._hashes[receipt.head.seq], "the centre holds what we wrote"
        self.outcome.receipted = receipt.head.seq
        return receipt.head.seq

    def _segment(self, held: int, last: int) -> bytes:
        feed, head = self._signer.key_id, Head(last, self._hashes[last])
        checkpoint = make_checkpoint(feed, head, wall_clock(), self._signer)
        bodies = tuple(self._facts[held:last])
        return encode_segment(Segment(feed, held + 1, self._hashes[held], bodies, checkpoint))

    def _pull(self, asking: Asking, stream: int, head: Head) -> None:
        after, mark = (0, 0) if stream < 0 else (self._place.after, self._place.mark)
        left = 1
        while left:
            cursor, sign = after, mark

            def pull(cursor: int = cursor, sign: int = sign) -> Pull:
                own = ((self._signer.key_id, head),)
                return Pull(wall_clock(), stream, cursor, MOST_ROWS, own, sign)

            page = decode_page(asking.ask("pull", pull, self._signer).body, self._keys)
            after, mark, left = page.upto, page.mark, page.left


class Crowd:
    """The other side of such a process."""

    def __init__(self, address: str, places: Sequence[Place]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.crowd"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say({"address": address, "places": [asdict(one) for one in places]})

    def recorded(self) -> None:
        """Returns when all of them are enrolled and have something to tell."""
        self._hear()

    def go(self) -> None:
        """Lets all of them sync, at once."""
        self._say({})

    def outcomes(self) -> list[Outcome]:
        """What became of them; the process ends."""
        told = self._hear()
        self._process.communicate()
        return [Outcome(**one) for one in told]

    def _say(self, words: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process of a crowd failed")
        return json.loads(line)


def main() -> None:
    """The process: enrols its laptops, waits for the word, lets them go."""
    told = json.loads(input())
    devices = [Device(told["address"], Place(**one)) for one in told["places"]]
    print(json.dumps({}), flush=True)
    input()
    threads = [threading.Thread(target=one.sync) for one in devices]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(json.dumps([asdict(one.outcome) for one in devices]), flush=True)


if __name__ == "__main__":
    main()
