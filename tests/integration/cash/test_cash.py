"""The fee in notes and coins through a whole kiosk: every céntimo is price, back, or claimed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from deploy.demo.people import Visitor
from devices.kinds import cash_dispenser
from kiosk.flow.facts import Counted, NotPaid
from kiosk.flow.states import (
    CertificateReady,
    HoldsClaim,
    PaidButRefused,
    PayingByCash,
    ReadyToPay,
    Welcome,
)
from kiosk.flow.touches import Cancel, Pay
from kiosk.flow.world import Part
from kiosk.order import Means, OrderState
from tests.support.applicant import somebody, to_the_amount
from tests.support.card import booked
from tests.support.centre import eventually
from tests.support.hardware import CashMachines
from tests.support.kiosk import Bench

if TYPE_CHECKING:
    from tests.integration.cash.conftest import World


@pytest.fixture
def till(bench: Bench) -> CashMachines:
    assert bench.hardware.till is not None
    return bench.hardware.till


@pytest.fixture(autouse=True)
def open_kiosk(world: "World", bench: Bench, till: CashMachines) -> Iterator[None]:
    """Each test begins at the first screen with everything working, and ends there."""
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.backend
            and all(state.world.usable(part) for part in Part)
        )
    )
    yield
    for hopper in till.hoppers.values():
        hopper.obey("jam off")
        hopper.obey("fill 200")
    world.centre.order(fault="none")
    bench.leave()


def to_cash(bench: Bench, visitor: Visitor) -> PayingByCash:
    to_the_amount(bench, visitor)
    bench.post(Pay(Means.CASH))
    return bench.until_at(PayingByCash)


def put_note(bench: Bench, till: CashMachines, soles: int) -> None:
    """Put a note in as soon as the machine takes it."""
    eventually(lambda: till.bills.obey(f"insert note {soles}")["taken"])


def put_coin(till: CashMachines, centimos: int) -> None:
    eventually(lambda: till.coins.obey(f"coin {centimos // 100}.{centimos % 100:02d}")["taken"])


def run_empty(bench: Bench, till: CashMachines) -> None:
    """No coin is left in any hopper, and the kiosk has seen their level."""
    for hopper in till.hoppers.values():
        hopper.obey("empty")
    hoppers = [each for each in bench.live.devices if each.kind == cash_dispenser.KIND]
    eventually(lambda: all(each.status.parts.get("bins") == "low" for each in hoppers))


def has(bench: Bench, inserted: int) -> None:
    bench.until(
        lambda state: (
            not isinstance(state.at, PayingByCash) or state.at.inserted_centimos >= inserted
        )
    )


def test_notes_pay_and_the_change_comes_out_to_the_centimo(
    world: "World", bench: Bench, till: CashMachines
) -> None:
    taken, given = till.taken(), till.given()
    to_cash(bench, somebody(0))
    put_note(bench, till, 20)
    has(bench, 2000)
    put_note(bench, till, 20)
    counted = bench.until_at(PayingByCash, lambda at: at.counted is not None)
    assert counted.pieces == (2000, 2000)
    assert counted.counted == Counted(paid=True, back_centimos=230)
    at = bench.until_printed(CertificateReady)
    assert (at.order.means, at.order.owed) == (Means.CASH, ())
    assert at.order.change_centimos == 230
    assert till.taken() - taken == 4000
    assert till.given() - given == 230
    assert "Pagado en efectivo" in bench.slips()[-1]
    entry = bench.live.journal.orders.entry(at.order.application)
    assert entry is not None
    assert entry.state is OrderState.ACCEPTED
    assert len(world.centre.certificates(str(at.order.application))) == 1


def test_who_cancels_gets_back_what_was_inside(bench: Bench, till: CashMachines) -> None:
    taken, given = till.taken(), till.given()
    to_cash(bench, somebody(1))
    put_note(bench, till, 10)
    has(bench, 1000)
    bench.post(Cancel())
    at = bench.until_at(ReadyToPay)
    assert at.problem is NotPaid.GIVEN_BACK
    assert till.taken() - taken == till.given() - given == 1000


def test_who_puts_nothing_in_and_cancels_owes_nothing(bench: Bench) -> None:
    to_cash(bench, somebody(2))
    bench.post(Cancel())
    assert bench.until_at(ReadyToPay).problem is NotPaid.NO_CASH


def test_what_hoppers_cannot_give_is_a_claim_with_a_code_on_paper(
    bench: Bench, till: CashMachines
) -> None:
    run_empty(bench, till)
    to_cash(bench, somebody(3))
    put_note(bench, till, 20)
    has(bench, 2000)
    bench.post(Cancel())
    at = bench.until_printed(HoldsClaim)
    (owed,) = at.order.owed
    assert (owed.amount_centimos, owed.proven) == (2000, True)
    assert owed.code in bench.slips()[-1]
    assert "S/ 20.00" in bench.slips()[-1]


def test_a_note_that_no_change_could_follow_comes_back_from_escrow(
    bench: Bench, till: CashMachines
) -> None:
    run_empty(bench, till)
    to_cash(bench, somebody(4))
    put_note(bench, till, 20)
    has(bench, 2000)
    taken, returned = till.taken(), till.bills.ledger.count("returned")
    if till.bills.obey("insert note 20")["taken"]:  # the mouth was still open: from escrow then
        eventually(lambda: till.bills.ledger.count("returned") == returned + 1)
    assert till.taken() == taken
    put_note(bench, till, 10)
    has(bench, 3000)
    for coin in (500, 200, 50, 20):
        put_coin(till, coin)
    at = bench.until_printed(CertificateReady)
    assert till.taken() - taken == 1770
    assert at.order.owed == ()


def refuse_the_next(world: "World") -> None:
    """The centre refuses what it is asked next, after the fee was taken."""
    world.centre.order(fault="answer", code="0001", operation="solicitarCertificado")


def test_a_card_whose_application_the_centre_refuses_is_reversed_at_the_terminal(
    world: "World", bench: Bench
) -> None:
    to_the_amount(bench, somebody(5))
    refuse_the_next(world)
    bench.post(Pay())
    at = bench.until_printed(PaidButRefused)
    desk, application = world.desk, str(at.order.application)
    eventually(lambda: desk.state(application)["return_state"] == "returned", 30)
    (payment,) = [row for row in booked(bench.terminal) if row["reference"] == at.order.number]
    assert payment["state"] == "reversed"
    entry = bench.live.journal.orders.entry(at.order.application)
    assert entry is not None
    assert entry.state is OrderState.RETURNED


def test_cash_whose_application_the_centre_refuses_becomes_one_claim_on_paper(
    world: "World", bench: Bench, till: CashMachines
) -> None:
    to_cash(bench, somebody(6))
    refuse_the_next(world)
    given = till.given()
    put_note(bench, till, 20)
    has(bench, 2000)
    put_note(bench, till, 20)
    at = bench.until_printed(PaidButRefused)
    desk, application = world.desk, str(at.order.application)
    eventually(lambda: desk.state(application)["return_state"] == "claimed", 30)
    entry = bench.live.journal.orders.entry(at.order.application)
    assert entry is not None
    assert entry.payment is not None
    (claim,) = bench.live.journal.claims.of_payment(entry.payment)
    assert (claim.amount_centimos, claim.reason) == (3770, "paid_but_refused")
    assert till.given() - given == 230, "the change was given when it was paid"
    eventually(lambda: claim.code in "".join(bench.slips()), 30)
    eventually(lambda: bench.live.journal.outgoing.count() == 0)
