"""Every thread of the field app: one that owns the database, a few for all that waits.

All ledger calls run on the one database thread, in the order they were given. The network, codes
in pictures and the PIN's key run in a small pool; what lasts as long as the app, such as keeping in
touch with a hub, has threads of its own. What comes back is called on the GUI thread, so presenters
and views need no lock. (The hub's connections have the threads that ``socketserver`` gives them.)
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, Signal, Slot

from models.errors import Cancelled

T = TypeVar("T")
OnError = Callable[[BaseException], None]

_DB = "ksbb-db"
_POOL = "ksbb-net"
_BESIDE = "ksbb-beside"


class Cancel:
    """A wish to stop: set by the person, looked at by the work, from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._wake: list[Callable[[], None]] = []

    def set(self) -> None:
        """Asks the work to stop; it does so at its next look."""
        self._event.set()
        for wake in self._wake:
            wake()

    def when_set(self, wake: Callable[[], None]) -> None:
        """Has ``wake`` called too, by whoever asks: for work that waits where it can't look."""
        self._wake.append(wake)
        if self._event.is_set():
            wake()

    def clear(self) -> None:
        """Takes the wish back, before the work is tried again."""
        self._event.clear()

    def is_set(self) -> bool:
        """Whether the work should stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled when the work should stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, timeout: float) -> bool:
        """Pauses the work (before it tries again, say); True as soon as it should stop."""
        return self._event.wait(timeout)


class Threads(QObject):
    """Runs work off the GUI thread and hands results back on it. Made on the GUI thread.

    ``unhandled`` gets, on the GUI thread, every exception of work that came without an
    ``on_error`` of its own; but for Cancelled, which is then nobody's error.
    """

    _to_gui = Signal(object)

    def __init__(self, unhandled: OnError, pool: int = 3, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unhandled = unhandled
        self._closing = threading.Event()
        self._closed = False
        """The database has done all it was given. Of the GUI thread."""
        self._running: weakref.WeakSet[Cancel] = weakref.WeakSet()
        self._db = ThreadPoolExecutor(max_workers=1, thread_name_prefix=_DB)
        self._net = ThreadPoolExecutor(max_workers=pool, thread_name_prefix=_POOL)
        self._beside: list[threading.Thread] = []
        self._to_gui.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def submit_db(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], None] | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Runs ``work`` on the database thread after all that was given before.

        It is run even when the app closes meanwhile: a fact once submitted is written. After the
        app has closed it ends as Cancelled: what came of other work may still ask for a reading.
        """
        if self._closed:
            self._run(_cancelled, None, on_error)
        else:
            self._db.submit(self._run, work, on_done, on_error)

    def submit_net(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], None] | None = None,
        on_error: OnError | None = None,
        cancel: Cancel | None = None,
    ) -> None:
        """Runs ``work`` in the pool. ``cancel`` is set when the app closes; work that has not
        begun by then, or whose ``cancel`` is set, ends as Cancelled."""
        if cancel is not None:
            self._running.add(cancel)

        def unless_stopped() -> T:
            if self._closing.is_set():
                raise Cancelled
            if cancel is not None:
                cancel.check()
            return work()

        if self._closing.is_set():
            self._run(_cancelled, None, on_error)
        else:
            self._net.submit(self._run, unless_stopped, on_done, on_error)

    def run_beside(
        self, work: Callable[[], None], cancel: Cancel, on_error: OnError | None = None
    ) -> None:
        """Runs ``work`` on a thread of its own until ``cancel`` is set, at the latest when the app
        closes; it must then end by itself. On the GUI thread."""
        if self._closing.is_set():
            return
        self._running.add(cancel)
        self._beside = [thread for thread in self._beside if thread.is_alive()]
        thread = threading.Thread(target=self._run, args=(work, None, on_error), name=_BESIDE)
        self._beside.append(thread)
        thread.start()

    def in_db(self, work: Callable[[], T]) -> T:
        """``work`` done on the database thread, its result awaited here: for work in the pool,
        such as a sync that reads and writes the ledger between requests.

        Raises what ``work`` raises, and RuntimeError on the GUI thread, which must not wait.
        """
        if threading.current_thread().name.startswith(_DB):
            return work()
        if QThread.currentThread() is self.thread():
            raise RuntimeError("the GUI thread must not wait for the database")
        return self._db.submit(work).result()

    def post_to_gui(self, call: Callable[[], None]) -> None:
        """Calls ``call`` on the GUI thread soon, in order; for progress. From any thread."""
        self._to_gui.emit(call)

    def shutdown(self) -> None:
        """Asks all other work to stop, lets the database finish all it was given, waits for both
        and delivers what came of it. On the GUI thread; a second call does nothing."""
        self._closing.set()
        for cancel in list(self._running):
            cancel.set()
        # These first: what they still await from the database must be able to come.
        for thread in self._beside:
            thread.join()
        self._net.shutdown(wait=True)
        self._db.shutdown(wait=True)
        self._closed = True
        if QCoreApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _run(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], None] | None,
        on_error: OnError | None,
    ) -> None:
        try:
            result = work()
        except BaseException as error:
            failed, handler = error, on_error or self._unhandled
            if on_error is not None or not isinstance(error, Cancelled):
                self._to_gui.emit(lambda: handler(failed))
        else:
            if on_done is not None:
                done = on_done
                self._to_gui.emit(lambda: done(result))

    @Slot(object)
    def _call(self, call: object) -> None:
        cast(Callable[[], None], call)()


def _cancelled() -> None:
    raise Cancelled


def within(seconds: float, work: Callable[[], T]) -> T:
    """``work`` done within so many seconds, for calls into the system that may never come back.

    Raises what it raises, and TimeoutError; the thread of a call that hangs is left behind and
    does not keep the app from ending.
    """
    finished = threading.Event()
    results: list[T] = []
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finished.set()

    threading.Thread(target=attempt, name="ksbb-within", daemon=True).start()
    if not finished.wait(seconds):
        raise TimeoutError(f"no answer within {seconds} s")
    if errors:
        raise errors[0]
    return results[0]
