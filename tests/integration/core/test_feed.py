"""The feed on both databases: everything once and in order, however the listener came by it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text

from queue_server.core import feed as feed_module
from queue_server.core.db import Database
from queue_server.core.feed import Feed
from queue_server.core.problem import Problem
from tests.integration.core.conftest import ACTOR, Open, note, on_postgresql
from tests.support.feeding import FeedServer, reader

DISPLAYS = 20


def everything(_: str) -> bool:
    return True


def ids(chunk: bytes) -> list[int]:
    return [int(line[4:]) for line in chunk.decode().splitlines() if line.startswith("id: ")]


async def until(stream: AsyncIterator[bytes], last: int) -> list[int]:
    """The ids `stream` gives, up to `last`."""
    found: list[int] = []
    async with asyncio.timeout(10):
        while not found or found[-1] < last:
            found += ids(await anext(stream))
    return found


def with_feed(feed: Feed, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` while `feed` is on."""

    async def run() -> None:
        feed.start()
        try:
            await work()
        finally:
            feed.stop()

    asyncio.run(run())


async def listen(feed: Feed, after: int | None) -> AsyncIterator[bytes]:
    """A stream that has begun: its first chunk was taken."""
    stream = feed.stream(ACTOR.site, after, everything)
    assert (await anext(stream)).startswith(b"retry: ")
    return stream


def test_listeners_get_own_and_foreign_commits_once_and_in_order(opened: Open) -> None:
    own, other = opened(), opened()
    feed = Feed(own)

    async def work() -> None:
        before = own.read(lambda uow: uow.last_event_id(ACTOR.site))
        streams = [await listen(feed, before) for _ in range(3)]
        tasks = [asyncio.ensure_future(until(each, before + 40)) for each in streams]
        for _ in range(20):
            await own.call(note)
            await asyncio.to_thread(other.run, note)
        assert await asyncio.gather(*tasks) == [list(range(before + 1, before + 41))] * 3

    with_feed(feed, work)


def test_twenty_displays_cost_one_read_of_the_log(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = opened(), opened()
    feed, reads = Feed(own), 0
    real = feed_module._read

    def counted(*words: Any) -> Any:
        nonlocal reads
        reads += 1
        return real(*words)

    async def work() -> None:
        nonlocal reads
        before = own.read(lambda uow: uow.last_event_id(ACTOR.site))
        streams = [await listen(feed, before) for _ in range(DISPLAYS)]
        tasks = [asyncio.ensure_future(until(each, before + 2)) for each in streams]
        await asyncio.sleep(0.1)
        reads = 0
        monkeypatch.setattr(feed_module, "_read", counted)
        await asyncio.to_thread(other.run, note)
        await asyncio.to_thread(other.run, note)
        await asyncio.gather(*tasks)
        assert reads <= 6, "twenty listeners, two commits: about one read each"

    with_feed(feed, work)


def test_whoever_comes_back_gets_what_it_missed(database: Database) -> None:
    """From the ring if it is recent, else from the log, page by page."""
    feed = Feed(database, kept=5)
    before = database.read(lambda uow: uow.last_event_id(ACTOR.site))
    for _ in range(30):
        database.run(note)

    async def work() -> None:
        for missed in (0, 1, 5, 29, 30):
            stream = await listen(feed, before + 30 - missed)
            if missed:
                got = await until(stream, before + 30)
                assert got == list(range(before + 31 - missed, before + 31))

    with_feed(feed, work)


@pytest.mark.negative_control
def test_a_feed_without_replay_loses_what_was_committed_during_a_cut(database: Database) -> None:
    feed = Feed(database)

    async def work() -> None:
        stream = await listen(feed, None)
        first = asyncio.ensure_future(until(stream, 0))
        await asyncio.sleep(0.1)
        await database.call(note)
        seen = (await first)[-1]
        await stream.aclose()  # type: ignore[attr-defined]
        missed = await database.call(note)
        again = feed.stream(ACTOR.site, None, everything)  # the last id is not sent
        heard = asyncio.ensure_future(until(again, missed))
        await asyncio.sleep(0.1)
        last = await database.call(note)
        assert missed == seen + 1
        assert (await heard) == [last]

    with_feed(feed, work)


def test_one_that_falls_behind_the_ring_is_let_go_and_resumes(database: Database) -> None:
    feed = Feed(database, kept=5)

    async def work() -> None:
        before = await database.look(lambda uow: uow.last_event_id(ACTOR.site))
        slow = await listen(feed, before)
        first = asyncio.ensure_future(until(slow, before + 1))
        await asyncio.sleep(0.05)
        last = [await database.call(note) for _ in range(40)][-1]
        got = await first
        rest = [each async for chunk in slow for each in ids(chunk)]
        resumed = await until(await listen(feed, (got + rest)[-1]), last)
        assert got + rest + resumed == list(range(before + 1, last + 1))
        assert feed.listeners == 1

    with_feed(feed, work)


def test_a_quiet_feed_beats_with_the_last_id(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while there are events, none of them for this listener."""
    monkeypatch.setattr(feed_module, "HEARTBEAT_S", 0.15)
    feed = Feed(database)

    async def work() -> None:
        stream = feed.stream(ACTOR.site, None, lambda kind: kind == "never")
        await anext(stream)
        beat = asyncio.ensure_future(anext(stream))
        began, last = monotonic(), 0
        while not beat.done():
            assert monotonic() - began < 5
            last = await database.call(note)
            await asyncio.sleep(0.05)
        number = ids(await beat)[0]
        assert last - 2 <= number <= last
        assert (await beat) == f": {number}\nid: {number}\n\n".encode()

    with_feed(feed, work)


def test_a_reader_gets_only_the_kinds_and_the_subject_it_asked_for(database: Database) -> None:
    feed = Feed(database)

    async def work() -> None:
        before = await database.look(lambda uow: uow.last_event_id(ACTOR.site))
        for kind, ticket in [("a", "1"), ("b", "1"), ("a", "2")]:
            await database.call(lambda uow, k=kind, t=ticket: uow.record(ACTOR, k, ticket=t))
        stream = feed.stream(
            ACTOR.site, before, {"a"}.__contains__, lambda event: event.body["ticket"] == "2"
        )
        await anext(stream)
        assert await until(stream, before + 3) == [before + 3]

    with_feed(feed, work)


def test_a_database_that_does_not_answer_ends_no_stream(
    database: Database, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "READ_AGAIN_S", 0.05)
    feed, real = Feed(database), database.look

    async def broken(_: Any) -> Any:
        raise Problem(503, "database_unavailable", "no")

    async def work() -> None:
        before = await real(lambda uow: uow.last_event_id(ACTOR.site))
        stream = await listen(feed, before)
        heard = asyncio.ensure_future(until(stream, before + 1))
        await asyncio.sleep(0.05)
        monkeypatch.setattr(database, "look", broken)
        await asyncio.to_thread(opened().run, note)
        await asyncio.sleep(0.2)
        monkeypatch.setattr(database, "look", real)
        assert await heard == [before + 1]

    with_feed(feed, work)


def test_a_client_that_does_not_read_is_hung_up_on_and_resumes_without_loss(
    database: Database,
) -> None:
    """A real socket: its buffers fill, the kernel waits its patience out and ends it."""
    pad = "x" * 2000
    with (
        FeedServer(Feed(database), patience_s=0.5) as server,
        reader(server.port, 0, buffer=4096) as slow,
        reader(server.port, 0) as quick,
    ):
        first = database.run(note)
        slow.read(first)
        last = first + 300
        with ThreadPoolExecutor(1) as pool:
            reads = pool.submit(quick.read, last)
            for _ in range(300):
                database.run(lambda uow: uow.record(ACTOR, "test.long", pad=pad))
            reads.result(10)
        ends = monotonic() + 10
        while server.feed.listeners > 1:
            assert monotonic() < ends, "the one that does not read is still there"
        with pytest.raises(ConnectionError):
            slow.read(last)
        with reader(server.port, slow.ids[-1]) as again:
            again.read(last)
        assert slow.ids + again.ids == quick.ids == list(range(1, last + 1))


@pytest.mark.negative_control
def test_without_patience_a_client_that_does_not_read_holds_its_place(database: Database) -> None:
    pad = "x" * 2000
    with (
        FeedServer(Feed(database), patience_s=60.0) as server,
        reader(server.port, 0, buffer=4096) as slow,
    ):
        slow.read(database.run(note))
        for _ in range(300):
            database.run(lambda uow: uow.record(ACTOR, "test.long", pad=pad))
        ends = monotonic() + 0.8
        while monotonic() < ends:
            assert server.feed.listeners == 1


@on_postgresql
def test_when_the_watch_loses_its_connection_nothing_is_missed(opened: Open) -> None:
    own, other = opened(), opened()
    feed = Feed(own)
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )

    async def work() -> None:
        before = own.read(lambda uow: uow.last_event_id(ACTOR.site))
        heard = asyncio.ensure_future(until(await listen(feed, before), before + 10))
        for _ in range(5):
            await asyncio.to_thread(other.run, note)
            await asyncio.to_thread(other.run, lambda uow: uow.connection.execute(kill).all())
            await asyncio.to_thread(other.run, note)
        assert await heard == list(range(before + 1, before + 11))

    with_feed(feed, work)
