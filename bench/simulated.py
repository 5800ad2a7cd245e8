"""Tens of thousands of laptops and a few machines in simulated time: who waits, where, how long.

Event by event, with fixed seeds. The rules are the real ones: who is let in and when the others are
asked to come back (``server.capacity``), when a laptop tries again (``desktop.presenters.rhythm``)
and how long a sync under way waits (``sync.asking``). Simulated is the rest: a machine's cores work
off requests in the order in which they came, each for as long as was measured.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from desktop.presenters.rhythm import Rhythm
from models.errors import CentreBusy
from server.capacity import Busy, Capacity
from sync.asking import ATTEMPTS, FIRST_PAUSE, LONGEST_ASKED, LONGEST_PAUSE

THERE_AND_BACK = 0.1
"""Seconds on a mobile network's line."""


class Admission(Protocol):
    """Who is let in."""

    under_way: int

    def taken(self, operation: str = "") -> AbstractContextManager[None]:
        """Room while the block runs; raises Busy."""


Admit = Callable[[Callable[[], float], Callable[[], float]], Admission]
"""(clock, chance) → what a machine lets in by."""


def appointments(clock: Callable[[], float], chance: Callable[[], float]) -> Admission:
    """As the centre does it."""
    return Capacity(clock=clock, chance=chance)


@dataclass(frozen=True, slots=True)
class Scene:
    """``sync`` is what a laptop asks for in order, each (operation, seconds of work on a core)."""

    laptops: int
    machines: int
    sync: tuple[tuple[str, float], ...]
    cores: int = 2
    within: float = 1.0
    """All of them come online in so many seconds."""
    seed: int = 1
    admit: Admit = appointments


@dataclass(slots=True)
class Came:
    """What came of it. ``ended`` are the seconds at which each laptop was in, in order."""

    ended: list[float] = field(default_factory=list)
    turned_away: int = 0
    worked: float = 0.0
    longest_queue: int = 0
    """Requests at one machine, waiting or worked on."""
    waiting: list[tuple[float, int]] = field(default_factory=list)
    """(second, laptops that are not in), a minute apart."""

    def share_in(self, share: float) -> float:
        """The second at which this share of the laptops was in."""
        return self.ended[min(len(self.ended) - 1, int(share * len(self.ended)))]

    def busy(self, scene: Scene) -> float:
        """The share of the cores' time that went into work, until the last laptop was in."""
        return self.worked / (scene.machines * scene.cores * self.ended[-1])


Wish = tuple[str, float]
"""What a laptop does next: ("sleep", seconds) or (operation, seconds of work)."""
Life = Generator[Wish, int | None, None]
"""Is sent the seconds to wait of a refusal, None for an answer."""


class Simulation:
    """One scene, played."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._chance = random.Random(scene.seed)
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.came = Came()
        machines = [_Machine(self, scene) for _ in range(scene.machines)]
        self._machines: Mapping[int, _Machine] = {
            laptop: self._chance.choice(machines) for laptop in range(scene.laptops)
        }

    def run(self) -> Came:
        """Until every laptop is in."""
        for laptop in range(self._scene.laptops):
            life = self._life()
            begins = self._chance.random() * self._scene.within
            self.at(begins, lambda life=life, laptop=laptop: self._step(laptop, life))  # type: ignore[misc]
        self.at(0, self._note)
        while self._events:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
        return self.came

    def clock(self) -> float:
        """The simulated second."""
        return self._now

    def chance(self) -> float:
        """From 0 to 1."""
        return self._chance.random()

    def at(self, when: float, happen: Callable[[], None]) -> None:
        """Lets it happen then."""
        self._count += 1
        heapq.heappush(self._events, (when, self._count, happen))

    def _note(self) -> None:
        left = self._scene.laptops - len(self.came.ended)
        self.came.waiting.append((self._now, left))
        if left:
            self.at(self._now + 60, self._note)

    def _life(self) -> Life:
        rhythm = Rhythm(self._now, chance=self.chance)
        while True:
            rhythm.began()
            refused = yield from self._sync()
            if refused is None:
                self.came.ended.append(self._now)
                return
            rhythm.failed(CentreBusy(refused), self._now)
            yield "sleep", rhythm.due_in(self._now) or 0.0

    def _sync(self) -> Generator[Wish, int | None, int | None]:
        """One sync as the app begins it by itself; the seconds to wait where it was given up."""
        for number, (operation, work) in enumerate(self._scene.sync):
            most = ATTEMPTS if number else 1
            for tries in range(1, most + 1):
                asked = yield operation, work
                if asked is None:
                    break
                if tries == most or asked > LONGEST_ASKED:
                    return asked
                pause = self.chance() * min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
                yield "sleep", pause + asked
        return None

    def _step(self, laptop: int, life: Life, said: int | None = None) -> None:
        try:
            wish, seconds = life.send(said)
        except StopIteration:
            return
        if wish == "sleep":
            self.at(self._now + seconds, lambda: self._step(laptop, life))
            return

        def answer(refused: int | None) -> None:
            heard = self._now + THERE_AND_BACK
            self.at(heard, lambda: self._step(laptop, life, refused))

        self._machines[laptop].ask(wish, seconds, answer)


class _Machine:
    """Cores behind one admission."""

    def __init__(self, play: Simulation, scene: Scene) -> None:
        self._play = play
        self._admission = scene.admit(play.clock, play.chance)
        self._idle = scene.cores
        self._queue: deque[tuple[float, Callable[[], None]]] = deque()

    def ask(self, operation: str, work: float, answer: Callable[[int | None], None]) -> None:
        """A request comes in."""
        room = self._admission.taken(operation)
        came = self._play.came
        try:
            room.__enter__()
        except Busy as busy:
            came.turned_away += 1
            answer(busy.seconds)
            return

        def done() -> None:
            room.__exit__(None, None, None)
            self._idle += 1
            came.worked += work
            answer(None)
            self._work()

        self._queue.append((work, done))
        came.longest_queue = max(came.longest_queue, self._admission.under_way)
        self._work()

    def _work(self) -> None:
        while self._idle and self._queue:
            work, done = self._queue.popleft()
            self._idle -= 1
            self._play.at(self._play.clock() + work, done)
