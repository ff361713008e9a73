"""What the true ledgers, the journal and the server say of every order, to the céntimo."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kiosk.journal import Journal, load_key
from kiosk.journal.orders import OrderEntry
from kiosk.order import UNSETTLED, Means, OrderState, application_number
from tests.crash.money.world import KIOSK, MoneyWorld

_HELD = (OrderState.PAID, OrderState.ACCEPTED)


@dataclass(frozen=True)
class Audit:
    """All but `orders` must be 0; `words` says which order and why."""

    orders: int = 0
    lost: int = 0  # money taken that ended as nothing
    double_charged: int = 0
    without_charge: int = 0  # accepted, and nobody paid
    credit_errors: int = 0  # céntimos that books and boxes disagree about
    unresolved: int = 0
    words: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every céntimo is where it belongs."""
        faults = (self.lost, self.double_charged, self.without_charge, self.unresolved)
        return not any(faults) and self.credit_errors == 0


def open_journal_of(world: MoneyWorld) -> Journal:
    """The kiosk's journal, read from outside."""
    folder = world.kiosk.folder
    return Journal(folder / "journal.db", load_key(folder / "journal.key"))


def audit(world: MoneyWorld) -> Audit:
    """Compare them all; nothing may be running on the kiosk."""
    journal = open_journal_of(world)
    try:
        return _audited(world, journal)
    finally:
        journal.close()


def _audited(world: MoneyWorld, journal: Journal) -> Audit:
    rows = journal.file.read("SELECT application FROM orders")
    entries = [journal.orders.entry(UUID(row[0])) for row in rows]
    orders = [each for each in entries if each is not None]
    words: list[str] = []
    lost, double, free = _cards(world, journal, orders, words)
    wallet_lost, wallet_free = _wallets(world, orders, words)
    return Audit(
        orders=len(orders),
        lost=lost + wallet_lost + _not_issued(world, orders, words),
        double_charged=double,
        without_charge=free + wallet_free,
        credit_errors=_cash(world, journal, orders, words),
        unresolved=_unresolved(journal, orders, words),
        words=words,
    )


def _cards(
    world: MoneyWorld, journal: Journal, orders: list[OrderEntry], words: list[str]
) -> tuple[int, int, int]:
    charged, lost, double, free = world.charged(), 0, 0, 0
    for order in orders:
        number = application_number(KIOSK, journal.orders.counter(order.application))
        count = len(charged.pop(number, []))
        by_card = order.means is Means.CARD and order.state in _HELD
        if count > 1:
            double += 1
            words.append(f"{number}: charged {count} times")
        if count and not by_card:
            lost += 1
            words.append(f"{number}: charged, and the order is {order.state} by {order.means}")
        if by_card and not count:
            free += 1
            words.append(f"{number}: accepted, and the terminal knows no charge")
    words += [f"{number}: charged, and the journal has no such order" for number in charged]
    return lost + len(charged), double, free


def _wallets(world: MoneyWorld, orders: list[OrderEntry], words: list[str]) -> tuple[int, int]:
    kept, lost, free = world.gateway.money_kept(), 0, 0
    for order in orders:
        if order.means is not Means.WALLET:
            continue
        amount = kept.pop(str(order.payment), 0)
        if order.state in _HELD and amount != order.amount_centimos:
            free += 1
            words.append(f"{order.application}: accepted, and the gateway kept {amount}")
        if order.state not in _HELD and amount:
            lost += 1
            words.append(f"{order.application}: the gateway kept {amount}, it is {order.state}")
    words += [f"payment {each}: kept by the gateway for nothing" for each in kept]
    return lost + len(kept), free


def _cash(world: MoneyWorld, journal: Journal, orders: list[OrderEntry], words: list[str]) -> int:
    till = world.kiosk.hardware.till
    assert till is not None
    credited = _sum(journal, "SELECT sum(amount) FROM cash_credits")
    price = sum(
        each.amount_centimos for each in orders if each.means is Means.CASH and each.state in _HELD
    )
    claimed = _sum(journal, "SELECT sum(amount) FROM claims WHERE means = 'cash'")
    in_boxes = till.taken() - till.given()
    if till.taken() != credited:
        words.append(f"the boxes took {till.taken()}, the book has {credited}")
    if in_boxes != price + claimed:
        words.append(f"{in_boxes} in the boxes, {price} paid and {claimed} claimed")
    return abs(till.taken() - credited) + abs(in_boxes - price - claimed)


def _not_issued(world: MoneyWorld, orders: list[OrderEntry], words: list[str]) -> int:
    """Accepted orders that are not exactly one certificate in the end."""
    desk, wrong = world.desk, 0
    for order in orders:
        if order.state is not OrderState.ACCEPTED:
            continue
        application = str(order.application)
        body: dict[str, Any] = desk.until(application, "issued", 60)
        if world.centre.certificates(application) != [body["certificate_number"]]:
            wrong += 1
            words.append(f"{application}: not exactly one certificate")
    return wrong


def _unresolved(journal: Journal, orders: list[OrderEntry], words: list[str]) -> int:
    left = [each for each in orders if each.state in UNSETTLED]
    words += [f"{each.application}: still {each.state} by {each.means}" for each in left]
    untold = journal.outgoing.count()
    if untold:
        words.append(f"{untold} news the server has not heard: {journal.outgoing.refusals()}")
    return len(left) + untold


def _sum(journal: Journal, query: str) -> int:
    return journal.file.read(query)[0][0] or 0
