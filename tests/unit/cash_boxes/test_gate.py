"""Cash is refused while boxes are out or full, and nobody who pays is interrupted."""

import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from devices.kinds import cash_acceptor
from devices.status import DeviceState, DeviceStatus
from devices.supervisor import StatusChanged
from kiosk.cash.gate import EMPTYING, FULL, CashGate
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.device_news import Posting
from kiosk.flow.effects import TakeCash
from kiosk.flow.events import NotCharged, PartChanged
from kiosk.flow.facts import NotPaid, Order
from kiosk.journal import Journal, load_key
from kiosk.performers.cash import CashDesk

ONLINE = DeviceStatus(DeviceState.ONLINE)
DEADLINE_S = 10.0


def changed(device: str, status: DeviceStatus = ONLINE) -> StatusChanged:
    return StatusChanged(device, cash_acceptor.KIND, "m", status)


def told(events: list[Any]) -> tuple[bool, str]:
    """What the flow knows of the acceptor."""
    last = [each for each in events if isinstance(each, PartChanged)][-1]
    return last.state.usable, last.state.words


def test_cash_vanishes_from_the_ways_to_pay_while_boxes_are_out_and_comes_back() -> None:
    events: list[Any] = []
    posting = Posting(events.append)
    gate = CashGate(("bills", "coins"), posting.bar)
    for device in ("bills", "coins"):
        posting(changed(device))
    assert gate.shut()
    assert told(events) == (False, EMPTYING)
    posting(changed("bills"))
    assert told(events)[0] is False, "a device that comes back meanwhile changes nothing"
    gate.reopen()
    assert told(events)[0] is True


def test_a_full_box_bars_its_own_device_only() -> None:
    events: list[Any] = []
    posting = Posting(events.append)
    gate = CashGate(("bills", "coins"), posting.bar)
    for device in ("bills", "coins"):
        posting(changed(device))
    gate.full(["bills"])
    assert told(events)[0] is True, "coins are still taken"
    assert (gate.admits("bills"), gate.admits("coins")) == (False, True)
    gate.full(["bills", "coins"])
    assert told(events) == (False, FULL)
    gate.full([])
    assert told(events)[0] is True


def test_a_box_that_fills_up_in_the_middle_of_a_payment_takes_the_rest_of_it() -> None:
    gate = CashGate(("bills",))
    with gate.serving():
        gate.full(["bills"])
        assert gate.admits("bills")
        assert gate.barred() == {"bills": FULL}, "the next person is not offered it"
    assert not gate.admits("bills")


def test_the_boxes_wait_for_who_is_paying_and_nobody_else_begins() -> None:
    gate = CashGate(("bills",))
    with gate.serving() as first:
        assert first
        assert not gate.shut(), "somebody is paying"
        with gate.serving() as second:
            assert not second
    assert gate.shut()


def test_a_payment_in_cash_that_comes_too_late_takes_nothing_and_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db", load_key(tmp_path / "k"))
    till = Till([], [])
    desk = CashDesk(till, journal, CashSettlement(journal, till), lambda _: None)
    effect = take_cash(journal)
    till.gate.shut()
    event = desk.perform(effect).event
    assert event == NotCharged(effect.effect_id, NotPaid.NOT_STARTED)
    assert journal.orders.of_payment(effect.effect_id) is None, "nothing was begun"


def test_boxes_are_not_closed_while_a_payment_runs_on_another_thread() -> None:
    gate, entered, leave = CashGate(), threading.Event(), threading.Event()

    def pay() -> None:
        with gate.serving():
            entered.set()
            leave.wait(DEADLINE_S)

    paying = threading.Thread(target=pay)
    paying.start()
    assert entered.wait(DEADLINE_S)
    assert not gate.shut()
    leave.set()
    paying.join(DEADLINE_S)
    assert gate.shut()


def take_cash(journal: Journal) -> TakeCash:
    """An order that is registered and about to be paid in cash."""
    application, session = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, session, 3770)
    return TakeCash(uuid4(), session, an_order(application))


def an_order(application: UUID) -> Order:
    return Order(application, "A01-00001-X", 3770, None)
