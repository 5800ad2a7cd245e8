"""Processes that take pushed segments in, one a core; the web process only hands bytes through.

Reading, checking and deriving a segment is arithmetic, and of that a Python process does one thing
at a time. Only pushes go here: they are what comes by the thousand, and a push that broke off can
be given to another process, because sending a segment twice changes nothing. All else stays in the
one web process, so that its limits hold for everybody together.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from sqlalchemy import URL

from models.clock import wall_clock
from server.feeds.receiving import Receiving
from server.keys import Keys
from server.upkeep.logs import Form, Level, set_up
from server.upkeep.postgres import bounded, engine_at
from sync.messages import Reply
from sync.receiver import Receiver

_at_work: list[Receiver] = []
"""In a process of the crew: what it works with."""


class Crew:
    """``size`` processes at the database ``url``; to be closed."""

    def __init__(
        self,
        size: int,
        url: URL,
        keys: Keys,
        logging: tuple[Form, Level] = (Form.TEXT, Level.WARNING),
        worked: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        """``worked`` is told how many seconds the work on each segment took."""
        self._size = size
        self._place = url, keys, logging
        self._worked = worked
        self._asked = 0
        self._guard = threading.Lock()
        self._pool = self._begin()

    def push(self, body: bytes) -> Reply:
        """The answer to a pushed segment. Where a process was killed, the crew is made anew and
        another one is asked, once."""
        with self._guard:
            self._asked += 1
            pool = self._pool
        try:
            return self._pushed(pool, body)
        except BrokenProcessPool:
            with self._guard:
                if self._pool is pool:
                    self._pool = self._begin()
            return self._pushed(self._pool, body)
        finally:
            with self._guard:
                self._asked -= 1

    def waiting(self) -> int:
        """How many segments wait for a process."""
        return max(0, self._asked - self._size)

    def _pushed(self, pool: ProcessPoolExecutor, body: bytes) -> Reply:
        reply, seconds = pool.submit(_push, body).result()
        self._worked(seconds)
        return reply

    def close(self) -> None:
        """Lets what is being taken in come to its end, then ends the processes."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._size,
            # Not forked: a child would share the web process's sockets and database connections.
            multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=self._place,
        )
        for _ in range(self._size):  # they are started by work alone, and the first takes a second
            pool.submit(_nothing)
        return pool


# --- in a process of the crew ----------------------------------------------------------------


def _prepare(url: URL, keys: Keys, logging: tuple[Form, Level]) -> None:
    set_up(*logging)
    # The web process is asked to stop and ends this one when its work is done; where it was killed,
    # this one ends too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    engine = bounded(engine_at(url, connections=1))
    _at_work.append(Receiving(engine, keys, wall_clock).receiver)
    # What is loaded by now lives as long as this process. Left to the garbage collector, a look
    # through all of it fell into the middle of a segment and took as long as taking that in.
    gc.freeze()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _push(body: bytes) -> tuple[Reply, float]:
    (receiver,) = _at_work
    began = time.perf_counter()
    reply = receiver.answer("push", body)
    return reply, time.perf_counter() - began


def _nothing() -> None:
    """Work for a process that is to start."""
