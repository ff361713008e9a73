"""What the hub wants of a kiosk is ordered once, whatever becomes of the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service as actions
from queue_server.fleet.actions.model import Kind, State, signed
from queue_server.fleet.actions.service import Report
from queue_server.hub.wire import OrderBody
from queue_server.hub_link.services import orders
from queue_server.staff.model import Role
from tests.integration.hub_link.conftest import BOTH
from tests.support.hub import SITE, Bench, StandInHub

K01 = Actor(SITE, Role.KIOSK, "K01")


def order(
    kind: Kind = Kind.SELF_TEST, kiosk: str = "K01", hours: float = 24, **given: Any
) -> OrderBody:
    """One order of the hub, good for so many hours."""
    until = datetime.now(UTC) + timedelta(hours=hours)
    return OrderBody(
        id=str(uuid4()),
        kiosk=kiosk,
        kind=kind,
        arguments=given,
        ordered_by="carmen",
        valid_until=until,
    )


def acted(bench: Bench) -> list[actions.Action]:
    return bench.database.read(lambda uow: actions.listed(uow, SITE))


def speak(bench: Bench) -> None:
    bench.later(61)
    bench.turn_until_told()


def report(bench: Bench, *states: State) -> None:
    """The kiosk carries its open action out."""

    def work(uow: UnitOfWork, state: State) -> None:
        (action,) = [each for each in actions.listed(uow, SITE) if each.state in OPEN]
        actions.report(uow, K01, action.id, Report(state, "listo", 0))

    for state in states:
        bench.database.run(lambda uow, state=state: work(uow, state))


OPEN = (State.ORDERED, State.TAKEN, State.RUNNING)


@BOTH
def test_an_order_is_relayed_and_its_end_is_told(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    wanted = order(Kind.OUT_OF_SERVICE, reason="cleaning")
    hub.orders.append(wanted)
    speak(bench)
    (action,) = acted(bench)
    assert (action.kiosk, action.kind, action.ordered_by) == ("K01", wanted.kind, "centro:carmen")
    assert action.arguments == {"reason": "cleaning"}
    assert hub.said == [(wanted.id, "relayed")]
    offered = bench.database.read(lambda uow: actions.pending(uow, K01))
    assert offered is not None
    bench.key.public_key().verify(offered.signature, signed(offered.body))
    report(bench, State.TAKEN, State.RUNNING, State.DONE)
    speak(bench)
    speak(bench)
    assert hub.said == [(wanted.id, "relayed"), (wanted.id, "done")]
    kinds = [each["kind"] for each in hub.events.values()]
    assert kinds.count("action.ordered") == 1


@BOTH
def test_an_order_whose_answers_are_lost_is_carried_out_once(bench: Bench, hub: StandInHub) -> None:
    assert ordered_with_lost_answers(bench, hub) == 1


@pytest.mark.negative_control
def test_a_site_that_does_not_remember_orders_is_caught(
    bench: Bench, hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_keep", lambda *_: None)
    assert ordered_with_lost_answers(bench, hub) > 1


def ordered_with_lost_answers(bench: Bench, hub: StandInHub) -> int:
    """The hub never hears what became of it, and hands it out again and again, also after the
    kiosk is done and the jobs process began anew. How often the kiosk was told."""
    bench.let_kiosk_in("K01")
    bench.turn_until_told()
    wanted = order()
    for _ in range(3):
        hub.orders = [wanted]
        speak(bench)
        if any(each.state in OPEN for each in acted(bench)):
            report(bench, State.TAKEN, State.RUNNING, State.DONE)
        bench.link.stop()
        bench.link = bench.new_link(hub.url)
    return len(acted(bench))


def test_two_processes_that_both_think_they_speak_order_it_once(
    bench: Bench, hub: StandInHub
) -> None:
    bench.let_kiosk_in("K01")
    wanted = order()
    other = bench.new_link(hub.url)
    for link in (bench.link, other):
        hub.orders = [wanted]
        bench.later(61)
        while link.turn():
            pass
    other.stop()
    assert len(acted(bench)) == 1


def test_what_the_hub_asks_about_again_is_told_again(bench: Bench, hub: StandInHub) -> None:
    """It went on from an older copy of itself and knows nothing of the answer."""
    bench.let_kiosk_in("K01")
    wanted = order()
    hub.orders.append(wanted)
    speak(bench)
    report(bench, State.TAKEN, State.RUNNING, State.FAILED)
    speak(bench)
    hub.orders = [wanted]
    speak(bench)
    speak(bench)
    assert hub.said[-1] == (wanted.id, "failed")
    assert len(hub.said) == 3
    assert len(acted(bench)) == 1


def test_while_the_kiosk_attends_another_the_order_waits(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    first, second = order(), order(Kind.TEST_PRINT)
    hub.orders = [first, second]
    speak(bench)
    assert [each.kind for each in acted(bench)] == [Kind.SELF_TEST]
    report(bench, State.TAKEN, State.RUNNING, State.DONE)
    speak(bench)
    speak(bench)
    assert {each.kind for each in acted(bench)} == {Kind.SELF_TEST, Kind.TEST_PRINT}
    assert (second.id, "relayed") in hub.said


@pytest.mark.parametrize(
    ("wanted", "state"),
    [
        (order(kiosk="K99"), "refused"),
        (order(hours=-0.1), "expired"),
        (order(Kind.OUT_OF_SERVICE), "refused"),
        (order(Kind.OUT_OF_SERVICE, reason="because"), "refused"),
        (order(Kind.SELF_TEST, shell="rm"), "refused"),
        (order(Kind.SELF_TEST, device=["a"]), "refused"),
        (order(Kind.CONFIGURE, changes={"server.url": "https://elsewhere"}), "refused"),
        (order(Kind.CONFIGURE, changes=7), "refused"),
    ],
    ids=[
        "unknown kiosk",
        "late",
        "no reason",
        "a reason of its own",
        "more",
        "a list",
        "a setting",
        "a number",
    ],
)
def test_what_cannot_be_is_refused_with_words(
    bench: Bench, hub: StandInHub, wanted: OrderBody, state: str
) -> None:
    bench.let_kiosk_in("K01")
    hub.orders = [wanted]
    speak(bench)
    assert hub.said == [(wanted.id, state)]
    assert hub.batches[-1].orders == [] or hub.batches[-1].orders[0].detail
    assert acted(bench) == []
    assert f"hub_order.{state}" in {each["kind"] for each in hub.events.values()}


def test_a_site_without_tls_refuses(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    bench.link._sign = lambda: None
    hub.orders = [wanted := order()]
    speak(bench)
    assert hub.said == [(wanted.id, "refused")]


def test_orders_are_forgotten_before_their_actions(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    hub.orders = [order()]
    speak(bench)
    assert not bench.link.forget()
    old = (datetime.now(UTC) - timedelta(days=91)).replace(tzinfo=None).isoformat(" ")
    bench.database.run(
        lambda uow: uow.connection.exec_driver_sql(f"UPDATE hub_orders_taken SET at = '{old}'")
    )
    assert bench.link.forget()
