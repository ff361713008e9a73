"""A unit that waited for its site is later than the one it waited for."""

import threading
from datetime import datetime
from time import sleep

import pytest

from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, on_postgresql

HELD_S = 0.2


def two_at_once(first: Database, second: Database, *, lock: bool) -> tuple[datetime, datetime]:
    """The instants of a unit that holds the site, read last, and of one that waits for it."""
    holding = threading.Event()
    instants: dict[str, datetime] = {}

    def hold(uow: UnitOfWork) -> None:
        uow.lock_site("PRUEBA")
        uow.last_event_id("PRUEBA")  # the lock is held when a question after it is answered
        holding.set()
        sleep(HELD_S)
        instants["first"] = first.clock.now()

    def wait(uow: UnitOfWork) -> None:
        if lock:
            uow.lock_site("PRUEBA")
        instants["second"] = uow.now

    second.read(lambda _: None)  # it is connected: only the lock is waited for
    holder = threading.Thread(daemon=True, target=first.run, args=(hold,))
    holder.start()
    assert holding.wait(5)
    second.run(wait)
    holder.join(5)
    return instants["first"], instants["second"]


def test_who_waited_is_later(opened: Open) -> None:
    first, second = two_at_once(opened(), opened(), lock=True)
    assert first <= second


@pytest.mark.negative_control
@on_postgresql  # SQLite's lock is held before a unit begins
def test_an_instant_taken_before_the_lock_would_be_earlier(opened: Open) -> None:
    first, second = two_at_once(opened(), opened(), lock=False)
    assert second < first
