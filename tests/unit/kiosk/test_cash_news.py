"""What a cash payment tells the screen: never more than the journal holds at that moment."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from devices.kinds.cash_acceptor import Credit, Credited
from devices.supervisor import Reported
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.flow.effects import TakeCash
from kiosk.flow.events import CashCounted, CashSeen, Charged, Event, MoneyOwed
from kiosk.flow.facts import Order
from kiosk.journal import Journal, load_key
from kiosk.order import OrderState
from kiosk.performers.cash import CashDesk
from tests.unit.kiosk.test_recovery import FEE, Acceptor, registered

PAID = (OrderState.PAID, OrderState.ACCEPTED)


class Witness:
    """Hears the desk, and looks into the journal each time."""

    def __init__(self, journal: Journal, payment: UUID) -> None:
        self._journal, self._payment = journal, payment
        self.heard: list[Event] = []
        self.untrue: list[Event] = []

    def tell(self, event: Event) -> None:
        self.heard.append(event)
        pieces_held = self._journal.cash.pieces(str(self._payment))
        held = [each.credit.amount_centimos for each in pieces_held]
        match event:
            case CashSeen(_, inserted, _, pieces):
                true = list(pieces) == held[: len(pieces)] and inserted == sum(pieces)
            case CashCounted(_, paid, back):
                entry = self._journal.orders.of_payment(self._payment)
                true = (entry is not None and entry.state in PAID) == paid
                true = true and back == sum(held) - (FEE if paid else 0)
            case _:
                true = True
        if not true:
            self.untrue.append(event)


def paying(journal: Journal, pieces: tuple[int, ...], desk_of: type[CashDesk]) -> Witness:
    """Somebody puts in `pieces`, and then their notes end."""
    acceptor, payment = Acceptor(journal), uuid4()
    till = Till([acceptor], [])
    witness = Witness(journal, payment)
    clock = iter(range(0, 100_000, 20))

    def puts_in() -> None:
        acceptor.on_start = lambda: None
        for piece in pieces:
            acceptor.credit(piece)
            credit = Credit("bill-1", 1, piece, "PE", str(payment))
            till.hear(Reported("notes", "cash_acceptor", Credited(credit)))

    acceptor.on_start = puts_in
    settlement = CashSettlement(journal, till)
    desk = desk_of(till, journal, settlement, witness.tell, lambda: next(clock))
    order = Order(registered(journal), "A01-00001-X", FEE, None)
    witness.heard.append(desk.perform(TakeCash(payment, uuid4(), order)).event)
    return witness


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db", load_key(tmp_path / "key"))


def test_enough_is_told_with_its_pieces_and_the_change_once_it_is_paid(journal: Journal) -> None:
    witness = paying(journal, (2000, 2000), CashDesk)
    *_, seen, counted, ended = witness.heard
    assert isinstance(seen, CashSeen)
    assert seen.pieces == (2000, 2000)
    assert isinstance(counted, CashCounted)
    assert (counted.paid, counted.back_centimos) == (True, 230)
    assert isinstance(ended, Charged)
    assert ended.change_centimos == 0, "no hopper gave anything"
    assert [each.amount_centimos for each in ended.owed] == [230]
    assert witness.untrue == []


def test_too_little_goes_back_and_is_told_as_that(journal: Journal) -> None:
    witness = paying(journal, (2000,), CashDesk)
    *_, counted, ended = witness.heard
    assert isinstance(counted, CashCounted)
    assert (counted.paid, counted.back_centimos) == (False, 2000)
    assert isinstance(ended, MoneyOwed)
    assert witness.untrue == []


class HastyDesk(CashDesk):
    """The broken variant says "paid" as soon as enough is inside, before anything is decided."""

    def _take(self, payment: UUID, amount: int) -> bool:
        started = super()._take(payment, amount)
        self._tell(CashCounted(payment, True, 230))
        return started


@pytest.mark.negative_control
def test_what_is_told_before_the_journal_has_it_is_caught(journal: Journal) -> None:
    witness = paying(journal, (2000, 2000), HastyDesk)
    assert [type(each) for each in witness.untrue] == [CashCounted]
