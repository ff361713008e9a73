"""What a site tells arrives once, however often and in whatever order its batches come."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub import tables
from queue_server.hub.services import receiving
from queue_server.hub.services.receiving import Received
from queue_server.hub.wire import BatchBody
from tests.support.country import Told, state_of
from tests.support.site import Kind, Site
from tests.support.sites_at_hub import body, digest_of, held_ids, who

CODE = "AQP01"
Receive = Callable[[BatchBody], Received]


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from _database(tmp_path_factory.mktemp("hub"), "sqlite")


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from _database(tmp_path_factory.mktemp("hub"), "postgresql")


def _database(folder: Path, kind: Kind) -> Iterator[Database]:
    site = Site(folder, database=kind)
    database = site.database()
    yield database
    database.close()
    site.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    _forget(found)
    return found


@pytest.fixture
def receive(database: Database) -> Receive:
    return receiver(database)


def receiver(database: Database) -> Receive:
    return lambda told: database.run(lambda uow: receiving.receive(uow, who(CODE), told))


def _forget(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        for table in (tables.hub_events, tables.hub_sites, tables.hub_anchors, tables.hub_days):
            uow.connection.execute(delete(table))

    database.run(work)


def test_the_same_batch_three_times_is_held_once(database: Database, receive: Receive) -> None:
    told = body(0, [1, 2, 3])
    assert [receive(told).last_event for _ in range(3)] == [3, 3, 3]
    assert held_ids(database, CODE) == [1, 2, 3]


def test_ids_may_jump_after_a_restore_at_the_site(database: Database, receive: Receive) -> None:
    receive(body(0, [1, 2, 3]))
    assert receive(body(3, [2_000_003, 2_000_004])).last_event == 2_000_004
    assert held_ids(database, CODE) == [1, 2, 3, 2_000_003, 2_000_004]


def test_what_overlaps_with_what_is_known_adds_the_rest(
    database: Database, receive: Receive
) -> None:
    receive(body(0, [1, 2, 3]))
    assert receive(body(1, [2, 3, 4, 5])).last_event == 5
    assert held_ids(database, CODE) == [1, 2, 3, 4, 5]


def test_events_that_come_out_of_order_are_held_in_order(
    database: Database, receive: Receive
) -> None:
    assert receive(body(0, [3, 1, 2, 3])).last_event == 3
    assert held_ids(database, CODE) == [1, 2, 3]


def test_after_a_gap_nothing_is_taken_and_the_site_is_told_where_to_begin(
    database: Database, receive: Receive
) -> None:
    receive(body(0, [1, 2]))
    assert receive(body(5, [6, 7])).last_event == 2
    assert held_ids(database, CODE) == [1, 2]


def test_a_state_is_asked_for_until_it_is_held(receive: Receive) -> None:
    state = state_of(Told(CODE, kiosks=2, up=2), datetime.now(UTC))
    assert receive(body()).wants_state
    assert not receive(body(state=state.model_dump(mode="json"))).wants_state
    assert not receive(body()).wants_state
    assert receive(body(state_digest=digest_of("another"))).wants_state


def test_the_summary_is_made_of_the_state_that_came(database: Database, receive: Receive) -> None:
    state = state_of(Told(CODE, "Módulo Cayma", kiosks=3, up=2), datetime.now(UTC))
    receive(body(state=state.model_dump(mode="json")))
    row = _row(database)
    assert (row.summary["name"], row.summary["kiosks"], row.summary["up"]) == ("Módulo Cayma", 3, 2)
    assert row.state["about"]["name"] == "Módulo Cayma"


def test_a_clock_far_off_is_noted_and_refuses_nothing(database: Database, receive: Receive) -> None:
    fast = datetime.now(UTC) + timedelta(hours=3)
    assert receive(body(0, [1], sent_at=fast.isoformat())).last_event == 1
    assert 10_790_000 < _row(database).clock_offset_ms < 10_810_000


def test_a_day_told_again_replaces_what_was_told_before(
    database: Database, receive: Receive
) -> None:
    for windows in (4, 9):
        assert list(receive(body(days=[_day(windows)])).days) == [date(2026, 3, 2)]
    days = database.read(lambda uow: uow.connection.execute(select(tables.hub_days)).all())
    assert [(each.certificates, each.figures["certificates_window"]) for each in days] == [(29, 9)]


def test_the_first_head_told_of_an_event_stays(database: Database, receive: Receive) -> None:
    """A site that rewrote its log cannot take back what it said."""
    receive(body(0, [1], head={"id": 1, "mac": digest_of("first")}))
    receive(body(1, [], head={"id": 1, "mac": digest_of("rewritten")}))
    held = database.read(lambda uow: uow.connection.execute(select(tables.hub_anchors)).all())
    assert [(each.id, bytes(each.mac).hex()) for each in held] == [(1, digest_of("first"))]


def test_sites_do_not_see_each_others_events(database: Database, receive: Receive) -> None:
    receive(body(0, [1, 2]))
    other = database.run(lambda uow: receiving.receive(uow, who("CUS01"), body(0, [1])))
    assert other.last_event == 1
    assert (held_ids(database, CODE), held_ids(database, "CUS01")) == ([1, 2], [1])


def _day(windows: int) -> dict[str, Any]:
    return {
        "day": "2026-03-02",
        "certificates_kiosk": 20,
        "certificates_window": windows,
        "tickets": 80,
        "attended": 70,
        "no_shows": 3,
        "waits_s": [10, 20],
        "waited_s": 9000,
        "availability": [],
    }


def _row(database: Database) -> Any:
    found = select(tables.hub_sites).where(tables.hub_sites.c.site == CODE)
    return database.read(lambda uow: uow.connection.execute(found).one())


# --- however batches are cut, repeated and mixed up -----------------------------------------------
@st.composite
def logs(draw: st.DrawFn) -> Sequence[int]:
    """The ids of a site's log: they grow, and jump after a restore."""
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2_000_000]), min_size=1, max_size=30))
    ids = [0]
    for step in steps:
        ids.append(ids[-1] + step)
    return ids[1:]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Sequence[int], Sequence[BatchBody]]:
    """A log, and batches of it as a bad line delivers them: cut anywhere, again, in any order."""
    log = draw(logs())
    edges = st.integers(0, len(log))
    cuts = draw(st.lists(st.tuples(edges, edges), min_size=1, max_size=12))
    parts = [log[min(cut) : max(cut)] for cut in cuts]
    before = [log[min(cut) - 1] if min(cut) else 0 for cut in cuts]
    return log, [body(after, ids) for after, ids in zip(before, parts, strict=True)]


def fault_of(
    database: Database, receive: Receive, log: Sequence[int], told: Sequence[BatchBody]
) -> str:
    """What is wrong with what the hub holds, against the plain model: always the log up to some
    event, never less than before, and all of it once the site has told the rest."""
    _forget(database)
    before = 0
    for each in told:
        last = receive(each).last_event
        held = held_ids(database, CODE)
        if last < before or held != [id for id in log if id <= last]:
            return f"after {each.after}+{len(each.events)}: {last} acknowledged, held {held}"
        before = last
    while rest := [id for id in log if id > before][:4]:
        before = receive(body(before, rest)).last_event
    return "" if held_ids(database, CODE) == list(log) else "not all arrived"


@settings(max_examples=60, deadline=None)
@given(deliveries())
def test_whatever_the_line_does_the_hub_holds_the_log_without_holes(
    sqlite: Database, told: tuple[Sequence[int], Sequence[BatchBody]]
) -> None:
    assert fault_of(sqlite, receiver(sqlite), *told) == ""


# A part of the log that comes before the one ahead of it, and one that comes twice.
AHEAD = ([1, 2, 3, 4], [body(2, [3, 4]), body(0, [1, 2])])
TWICE = ([1, 2, 3], [body(0, [1, 2]), body(1, [2, 3])])


def test_the_two_cases_of_the_controls_are_no_trouble(sqlite: Database) -> None:
    assert [fault_of(sqlite, receiver(sqlite), *case) for case in (AHEAD, TWICE)] == ["", ""]


@pytest.mark.negative_control
def test_a_hub_that_trusts_the_order_of_batches_has_holes(sqlite: Database) -> None:
    def trusting(told: BatchBody) -> Received:
        return receiver(sqlite)(told.model_copy(update={"after": 0}))

    assert "acknowledged" in fault_of(sqlite, trusting, *AHEAD)


@pytest.mark.negative_control
def test_a_hub_that_inserts_blindly_stumbles_over_what_it_knows(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_fresh", lambda events, _last: list(events))
    with pytest.raises(IntegrityError):
        fault_of(sqlite, receiver(sqlite), *TWICE)
