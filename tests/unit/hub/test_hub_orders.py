"""An order waits at the hub until its site takes it, it is called off, or given up."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, insert, select

from queue_server.audit_command import reports_of
from queue_server.core.audit_anchors import Found
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions.model import Kind
from queue_server.hub import tables
from queue_server.hub.model.orders import LONGEST, OrderState, may_become
from queue_server.hub.services import keeping, orders, receiving
from queue_server.hub.wire import OrderState as ToldState
from queue_server.hub.wire import OrderWordBody
from tests.support.hall import MovableClock
from tests.support.hub import HUB
from tests.support.site import Kind as DatabaseKind
from tests.support.site import Site
from tests.support.sites_at_hub import body, digest_of, held_ids, let_in, who

CODE, OTHER = "AQP01", "CUS01"
CARMEN = Actor(HUB, "it", "carmen")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
S = OrderState


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    kind: DatabaseKind = request.param
    site = Site(tmp_path_factory.mktemp("hub"), database=kind)
    database = site.database()
    let_in(database, [CODE, OTHER])
    database.close()
    yield site
    site.remove()


@pytest.fixture
def hub(made: Site) -> Iterator[Database]:
    database = made.database()
    database.clock = MovableClock(NOW)
    database.run(_forget_all)
    yield database
    database.close()


def _forget_all(uow: UnitOfWork) -> None:
    for table in (tables.hub_orders, tables.hub_events, tables.hub_sites, tables.hub_anchors):
        uow.connection.execute(delete(table))


def place(hub: Database, kiosk: str = "K01", lasts: timedelta = timedelta(hours=1)) -> str:
    return hub.run(
        lambda uow: orders.place(uow, CARMEN, CODE, kiosk, Kind.SELF_TEST, {}, lasts=lasts)
    )


def say(hub: Database, order: str, state: ToldState, site: str = CODE) -> None:
    word = OrderWordBody(id=order, state=state, detail="", at=hub.clock.now())
    hub.run(lambda uow: receiving.receive(uow, who(site), body(orders=[word.model_dump()])))


def handed(hub: Database, site: str = CODE) -> list[str]:
    return [each.id for each in hub.run(lambda uow: orders.handed_out(uow, site))]


def state(hub: Database, order: str) -> str:
    found = select(tables.hub_orders.c.state).where(tables.hub_orders.c.id == order)
    return hub.read(lambda uow: uow.connection.execute(found).scalar_one())


def later(hub: Database, by: timedelta) -> None:
    assert isinstance(hub.clock, MovableClock)
    hub.clock.at += by


def test_it_is_handed_out_until_the_site_says_that_it_took_it(hub: Database) -> None:
    first, second = place(hub, "K01"), place(hub, "K02")
    assert set(handed(hub)) == {first, second}
    assert handed(hub, OTHER) == []
    say(hub, first, "relayed")
    assert handed(hub) == [second]
    say(hub, first, "done")
    assert (state(hub, first), state(hub, second)) == ("done", "waiting")


def test_no_site_speaks_for_another(hub: Database) -> None:
    order = place(hub)
    say(hub, order, "done", OTHER)
    assert state(hub, order) == "waiting"


def test_what_nobody_came_for_is_given_up_and_said(hub: Database) -> None:
    order = place(hub, lasts=timedelta(hours=2))
    later(hub, timedelta(hours=3))
    assert handed(hub) == []
    assert hub.run(lambda uow: orders.expire(uow, HUB)) == 1
    assert hub.run(lambda uow: orders.expire(uow, HUB)) == 0
    assert state(hub, order) == "expired"


def test_what_the_site_had_taken_in_time_is_believed_afterwards(hub: Database) -> None:
    order = place(hub, lasts=timedelta(hours=2))
    later(hub, timedelta(hours=3))
    hub.run(lambda uow: orders.expire(uow, HUB))
    say(hub, order, "done")
    assert state(hub, order) == "done"
    say(hub, order, "failed")
    assert state(hub, order) == "done", "what ended stays"


def test_a_waiting_order_can_be_called_off_and_no_other(hub: Database) -> None:
    order = place(hub)
    hub.run(lambda uow: orders.cancel(uow, CARMEN, CODE, order))
    assert (handed(hub), state(hub, order)) == ([], "cancelled")
    taken = place(hub)
    say(hub, taken, "relayed")
    with pytest.raises(Problem, match="ya no espera"):
        hub.run(lambda uow: orders.cancel(uow, CARMEN, CODE, taken))


def test_who_is_not_enrolled_receives_none(hub: Database) -> None:
    with pytest.raises(Problem) as refused:
        hub.run(lambda uow: orders.place(uow, CARMEN, "TAC01", "K01", Kind.RESTART, {}))
    assert (refused.value.status, refused.value.kind) == (404, "unknown_site")


@pytest.mark.parametrize("lasts", [timedelta(), LONGEST + timedelta(seconds=1)])
def test_none_waits_longer_than_a_week(hub: Database, lasts: timedelta) -> None:
    with pytest.raises(Problem, match="siete días"):
        place(hub, lasts=lasts)


def test_a_site_that_is_away_collects_a_bounded_number(
    hub: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MOST_WAITING", 3)
    for _ in range(3):
        place(hub)
    with pytest.raises(Problem, match="Demasiadas órdenes"):
        place(hub)


def test_each_step_stands_in_a_sound_chain(hub: Database) -> None:
    order, other = place(hub), place(hub)
    hub.run(lambda uow: orders.cancel(uow, CARMEN, CODE, other))
    say(hub, order, "done")
    late = place(hub, lasts=timedelta(minutes=1))
    later(hub, timedelta(hours=1))
    hub.run(lambda uow: orders.expire(uow, HUB))
    rows = select(events.c.kind).where(events.c.site == HUB).order_by(events.c.id.desc()).limit(6)
    kinds = hub.read(lambda uow: list(uow.connection.execute(rows).scalars()))
    assert [each.removeprefix("hub_order.") for each in reversed(kinds)] == [
        "placed", "placed", "cancelled", "told", "placed", "expired",
    ]  # fmt: skip
    assert state(hub, late) == "expired"
    assert all(report.sound for report in reports_of(hub, Found((), ())))


def test_who_calls_off_while_the_site_speaks_does_not_wait_for_it_for_ever(
    hub: Database, made: Site
) -> None:
    """Both lock the hub's log first; in another order PostgreSQL would have to end one of them."""
    other = made.database()
    try:
        for _ in range(10):
            order = place(hub)
            refused = cancelled_meanwhile(other, order, partial(say, hub, order, "relayed"))
            assert refused in ([], [409])
            assert state(hub, order) == "relayed"
    finally:
        other.close()


def cancelled_meanwhile(hub: Database, order: str, meanwhile: Callable[[], None]) -> list[int]:
    """With which status somebody was refused who called it off at the same moment."""
    begin = Barrier(2)
    refused: list[int] = []

    def cancel() -> None:
        begin.wait(10)
        try:
            hub.run(lambda uow: orders.cancel(uow, CARMEN, CODE, order))
        except Problem as problem:
            refused.append(problem.status)

    thread = Thread(target=cancel)
    thread.start()
    begin.wait(10)
    meanwhile()
    thread.join(10)
    return refused


# --- how an order may go on -----------------------------------------------------------------------
ENDS = {S.DONE, S.FAILED, S.REFUSED}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_only_what_can_be_follows(before: OrderState, after: OrderState) -> None:
    if after in (S.WAITING, S.CANCELLED) or before in ENDS or before is after:
        assert not may_become(before, after)
    elif before is S.WAITING or after in ENDS:
        assert may_become(before, after)


# --- how long the hub keeps what it was told ------------------------------------------------------
def test_events_anchors_and_orders_go_when_their_time_is_over(hub: Database) -> None:
    def told(uow: UnitOfWork) -> None:
        for number, age in ((1, 36), (2, 34)):
            row = {"site": CODE, "id": number, "at": uow.now - timedelta(days=age),
                   "kind": "k", "actor": "a", "body": {}}  # fmt: skip
            uow.connection.execute(insert(tables.hub_events), row)
        for number, age in ((1, 401), (2, 399)):
            row = {"site": CODE, "id": number, "mac": bytes(32),
                   "at": uow.now - timedelta(days=age)}  # fmt: skip
            uow.connection.execute(insert(tables.hub_anchors), row)

    hub.run(told)
    assert hub.run(keeping.forget) is False
    assert held_ids(hub, CODE) == [2]
    assert [each.split()[3] for each in lines(hub)] == ["2"]


def test_the_newest_head_always_stands_and_one_of_each_hour_stays(hub: Database) -> None:
    for number in range(1, 241):
        tell_head(hub, number)
        later(hub, timedelta(minutes=1))
    assert [int(each.split()[3]) for each in lines(hub)] == [60, 120, 180, 240]


def test_a_site_that_shows_a_shorter_log_moves_no_head(hub: Database) -> None:
    tell_head(hub, 50)
    tell_head(hub, 20)
    tell_head(hub, 50, "rewritten")
    (kept,) = lines(hub)
    assert kept.split()[3:] == ["50", digest_of("50")]


def tell_head(hub: Database, number: int, words: str = "") -> None:
    head = {"id": number, "mac": digest_of(words or str(number))}
    hub.run(lambda uow: receiving.receive(uow, who(CODE), body(head=head)))


def lines(hub: Database) -> list[str]:
    return hub.read(lambda uow: keeping.anchor_lines(uow, CODE))
