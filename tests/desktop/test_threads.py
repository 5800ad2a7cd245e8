"""Work off the GUI thread: order, delivery, errors, cancelling, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop.threads import Cancel, Threads, within
from models.errors import Cancelled, DiskFull


class Box:
    """Collects what arrives on the GUI thread, and on which thread it arrived."""

    def __init__(self) -> None:
        self.items: list[object] = []
        self.threads: list[QThread] = []

    def add(self, item: object) -> None:
        self.items.append(item)
        self.threads.append(QThread.currentThread())

    def holds(self, count: int) -> Callable[[], bool]:
        return lambda: len(self.items) >= count


@pytest.fixture
def unhandled() -> Box:
    return Box()


@pytest.fixture
def threads(qtbot: QtBot, unhandled: Box) -> Iterator[Threads]:
    made = Threads(unhandled.add)
    yield made
    made.shutdown()


def fail() -> None:
    raise DiskFull


def test_a_result_arrives_on_the_gui_thread(qtbot: QtBot, threads: Threads) -> None:
    box = Box()
    threads.submit_db(lambda: threading.current_thread().name, box.add)
    threads.submit_net(lambda: threading.current_thread().name, box.add)
    qtbot.waitUntil(box.holds(2))
    assert {str(name).rsplit("_", 1)[0] for name in box.items} == {"ksbb-db", "ksbb-net"}
    assert all(thread is QThread.currentThread() for thread in box.threads)


def test_the_database_thread_keeps_the_order_and_is_always_the_same(
    qtbot: QtBot, threads: Threads
) -> None:
    box = Box()
    for number in range(200):
        threads.submit_db(partial(lambda n: (n, threading.get_ident()), number), box.add)
    qtbot.waitUntil(box.holds(200))
    pairs = [item for item in box.items if isinstance(item, tuple)]
    assert [number for number, _ in pairs] == list(range(200))
    assert len({ident for _, ident in pairs}) == 1


def test_an_exception_goes_to_its_handler_and_the_next_work_still_runs(
    qtbot: QtBot, threads: Threads, unhandled: Box
) -> None:
    errors, box = Box(), Box()
    threads.submit_db(fail, box.add, errors.add)
    threads.submit_db(lambda: "next", box.add, errors.add)
    qtbot.waitUntil(box.holds(1))
    assert box.items == ["next"]
    assert [type(error) for error in errors.items] == [DiskFull]
    assert errors.threads == [QThread.currentThread()]
    assert unhandled.items == []


@pytest.mark.parametrize("submit", ["submit_db", "submit_net"])
def test_an_exception_that_nobody_asked_for_is_not_lost(
    qtbot: QtBot, threads: Threads, unhandled: Box, submit: str
) -> None:
    getattr(threads, submit)(fail)
    qtbot.waitUntil(unhandled.holds(1))
    assert [type(error) for error in unhandled.items] == [DiskFull]


def test_progress_comes_before_the_result_and_in_order(qtbot: QtBot, threads: Threads) -> None:
    box = Box()

    def work() -> str:
        for step in range(3):
            threads.post_to_gui(partial(box.add, step))
        return "done"

    threads.submit_net(work, box.add)
    qtbot.waitUntil(box.holds(4))
    assert box.items == [0, 1, 2, "done"]


def test_work_in_the_pool_can_wait_for_the_database(qtbot: QtBot, threads: Threads) -> None:
    box = Box()

    def sync() -> tuple[str, str]:
        name = threads.in_db(lambda: threading.current_thread().name)
        # From the database thread itself it is a plain call, not a wait for oneself.
        return name, threads.in_db(lambda: threads.in_db(lambda: threading.current_thread().name))

    threads.submit_net(sync, box.add)
    qtbot.waitUntil(box.holds(1))
    assert box.items == [("ksbb-db_0", "ksbb-db_0")]


def test_an_exception_of_the_database_reaches_the_work_that_waits_for_it(
    qtbot: QtBot, threads: Threads
) -> None:
    errors = Box()
    threads.submit_net(lambda: threads.in_db(fail), on_error=errors.add)
    qtbot.waitUntil(errors.holds(1))
    assert [type(error) for error in errors.items] == [DiskFull]


def test_the_gui_thread_may_not_wait_for_the_database(threads: Threads) -> None:
    with pytest.raises(RuntimeError, match="must not wait"):
        threads.in_db(lambda: None)


def test_work_that_is_cancelled_ends_as_cancelled(qtbot: QtBot, threads: Threads) -> None:
    errors, cancel, begun = Box(), Cancel(), threading.Event()

    def work() -> None:
        begun.set()
        assert cancel.wait(60)
        cancel.check()

    threads.submit_net(work, on_error=errors.add, cancel=cancel)
    assert begun.wait(60)
    cancel.set()
    qtbot.waitUntil(errors.holds(1))
    assert [type(error) for error in errors.items] == [Cancelled]


def test_work_cancelled_before_it_began_does_not_begin(qtbot: QtBot, threads: Threads) -> None:
    errors, box, cancel = Box(), Box(), Cancel()
    cancel.set()
    threads.submit_net(lambda: box.add("ran"), on_error=errors.add, cancel=cancel)
    qtbot.waitUntil(errors.holds(1))
    assert box.items == []


def test_closing_stops_the_pool_finishes_the_database_and_delivers_both(qtbot: QtBot) -> None:
    errors, box, begun = Box(), Box(), threading.Event()
    threads = Threads(errors.add, pool=1)
    cancel = Cancel()

    def download() -> None:
        begun.set()
        assert cancel.wait(60)
        cancel.check()

    threads.submit_net(download, on_error=errors.add, cancel=cancel)
    threads.submit_net(lambda: box.add("never"), on_error=errors.add)
    for number in range(5):
        threads.submit_db(partial(abs, number), box.add)
    assert begun.wait(60)
    threads.shutdown()
    assert box.items == [0, 1, 2, 3, 4]
    assert [type(error) for error in errors.items] == [Cancelled, Cancelled]
    threads.shutdown()


@pytest.mark.parametrize("submit", ["submit_db", "submit_net"])
def test_after_closing_work_is_not_begun_and_whoever_asks_is_told(
    qtbot: QtBot, unhandled: Box, submit: str
) -> None:
    errors, box = Box(), Box()
    threads = Threads(unhandled.add)
    threads.shutdown()
    getattr(threads, submit)(lambda: box.add("never"), box.add, errors.add)
    qtbot.waitUntil(errors.holds(1))
    assert [type(error) for error in errors.items] == [Cancelled]
    assert box.items == unhandled.items == []


def test_what_came_of_work_may_ask_for_more_while_the_app_closes(
    qtbot: QtBot, unhandled: Box
) -> None:
    box, threads = Box(), Threads(unhandled.add)

    def asks_for_more(_none: None) -> None:
        box.add("came")
        threads.submit_db(lambda: box.add("never"))

    begun = threading.Event()
    threads.submit_net(begun.set, asks_for_more)
    threads.submit_db(lambda: None, asks_for_more)
    assert begun.wait(30), "what has not begun by then does not come"
    threads.shutdown()
    threads.submit_db(lambda: box.items.append("never"))
    qtbot.wait(0)
    assert box.items == ["came", "came"]
    assert unhandled.items == []


def test_a_call_that_never_comes_back_is_left_behind() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.05, never.wait)
    never.set()


def test_a_call_that_comes_back_in_time_gives_what_it_gave_or_raised() -> None:
    assert within(30, lambda: 7) == 7
    with pytest.raises(DiskFull):
        within(30, fail)


# --- what lasts ------------------------------------------------------------------------------


def test_what_lasts_runs_until_it_is_asked_to_stop_and_may_ask_the_database(
    qtbot: QtBot, threads: Threads
) -> None:
    box, cancel, woken = Box(), Cancel(), threading.Event()

    def lasting() -> None:
        threads.post_to_gui(lambda: box.add("begun"))
        while not cancel.is_set():
            woken.wait()
        box.items.append(threads.in_db(lambda: threading.current_thread().name))

    cancel.when_set(woken.set)
    threads.run_beside(lasting, cancel)
    qtbot.waitUntil(box.holds(1))
    cancel.set()
    qtbot.waitUntil(box.holds(2))
    assert str(box.items[1]).startswith("ksbb-db")


def test_closing_ends_what_lasts(qtbot: QtBot, threads: Threads) -> None:
    ended, cancel, woken = list[bool](), Cancel(), threading.Event()

    def lasting() -> None:
        woken.wait()
        ended.append(cancel.is_set())

    cancel.when_set(woken.set)
    threads.run_beside(lasting, cancel)
    threads.shutdown()
    assert ended == [True]
    threads.run_beside(lambda: ended.append(False), Cancel())
    assert ended == [True]


def test_what_lasts_and_fails_is_told_on_the_gui_thread(qtbot: QtBot, threads: Threads) -> None:
    box = Box()
    threads.run_beside(fail, Cancel(), box.add)
    qtbot.waitUntil(box.holds(1))
    assert isinstance(box.items[0], DiskFull)
    assert box.threads == [QThread.currentThread()]


def test_who_waits_for_a_wish_that_is_there_already_is_woken_at_once() -> None:
    cancel, woken = Cancel(), list[int]()
    cancel.set()
    cancel.when_set(lambda: woken.append(1))
    assert woken == [1]
