"""Who waits for the database: in order, at most so many, told on their own loop, none forgotten."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from queue_server.core import db
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, note

MANY = 40  # more than share a commit


class Held:
    """Keeps the database thread busy until `let_go`."""

    def __init__(self, database: Database) -> None:
        self._go, begun = threading.Event(), threading.Event()

        def hold(_: UnitOfWork) -> None:
            begun.set()
            assert self._go.wait(10)

        self._thread = threading.Thread(daemon=True, target=database.read, args=(hold,))
        self._thread.start()
        assert begun.wait(10)

    def let_go(self) -> None:
        self._go.set()
        self._thread.join(10)


def test_everybody_who_waits_is_told_on_their_own_loop_and_in_order(opened: Open) -> None:
    database = opened()

    async def many() -> list[int]:
        held = await asyncio.to_thread(Held, database)
        waiting = [asyncio.ensure_future(database.call(note)) for _ in range(MANY)]
        await asyncio.sleep(0)
        held.let_go()
        return await asyncio.gather(*waiting)

    ids = asyncio.run(many())
    assert ids == list(range(ids[0], ids[0] + MANY))


def test_closing_finishes_whoever_waits(opened: Open) -> None:
    database = opened()
    held = Held(database)
    with ThreadPoolExecutor(MANY) as pool:
        told = [pool.submit(database.run, note) for _ in range(MANY)]
        while len(database._waiting) < MANY:
            threading.Event().wait(0.001)
        closing = threading.Thread(daemon=True, target=database.close)
        closing.start()
        held.let_go()
        closing.join(10)
        assert len({each.result(1) for each in told}) == MANY


def test_who_went_away_before_the_turn_came_has_done_nothing(opened: Open) -> None:
    database = opened()
    before = database.run(note)

    async def go_away() -> None:
        held = await asyncio.to_thread(Held, database)
        gone = asyncio.ensure_future(database.call(note))
        await asyncio.sleep(0)
        gone.cancel()
        held.let_go()

    asyncio.run(go_away())
    assert database.run(note) == before + 1


def test_a_loop_that_ended_meanwhile_hurts_nobody(opened: Open) -> None:
    database = opened()
    before = database.run(note)
    began, go = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> int:
        began.set()
        assert go.wait(10)
        return note(uow)

    async def leave() -> None:
        task = asyncio.ensure_future(database.call(slow))
        await asyncio.to_thread(began.wait, 10)
        task.cancel()

    asyncio.run(leave())
    go.set()
    assert database.run(note) == before + 2, "what had begun is done"


def test_beyond_the_bound_is_refused_at_once(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    database = opened()
    monkeypatch.setattr(db, "MAX_WAITING", 3)
    held = Held(database)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(database.run, note) for _ in range(3)]
        while len(database._waiting) < 3:
            threading.Event().wait(0.001)
        with pytest.raises(Problem) as refused:
            database.run(note)
        held.let_go()
        assert len({each.result(10) for each in waiting}) == 3
    assert (refused.value.status, refused.value.kind) == (503, "busy")


@pytest.mark.negative_control
def test_without_a_next_turn_the_rest_would_wait_for_ever(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = opened()
    held = Held(database)
    with ThreadPoolExecutor(MANY) as pool:
        told = [pool.submit(database.run, note) for _ in range(MANY)]
        while len(database._waiting) < MANY:
            threading.Event().wait(0.001)
        see_to_a_turn = Database._see_to_a_turn
        monkeypatch.setattr(Database, "_see_to_a_turn", lambda _: None)
        held.let_go()
        database.read(lambda _: None)
        assert not all(each.done() for each in told)
        monkeypatch.setattr(Database, "_see_to_a_turn", see_to_a_turn)
        database._turn_comes = False
        database._see_to_a_turn()
        assert len({each.result(10) for each in told}) == MANY
