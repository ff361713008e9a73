"""Everything that was written down about money, gathered from everybody who writes it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kiosk.journal import Journal
from kiosk.order import UNSETTLED, OrderState, application_number, service_id
from tests.crash.money.world import MoneyWorld
from tests.support.card import booked

PAID_WORDS = ("Pagado con", "Pagado en efectivo", "SU PAGO FUE RECIBIDO")


@dataclass(frozen=True)
class Payment:
    """One try to pay, and what moved by the word of whoever moved it (céntimos, never ours)."""

    id: str
    application: str
    means: str
    money: int
    claimed: int = 0  # by the kiosk's journal


@dataclass(frozen=True)
class Order:
    """One order of the journal. `payment`: the newest try."""

    application: str
    number: str
    amount: int
    state: OrderState
    payment: str

    @property
    def price(self) -> int:
        """What was sold, in céntimos."""
        return self.amount if self.state in (OrderState.PAID, OrderState.ACCEPTED) else 0


@dataclass(frozen=True)
class Books:
    """All of it at one moment. Amounts in céntimos, ids as text."""

    orders: tuple[Order, ...]
    payments: tuple[Payment, ...]
    charged: Mapping[str, int]  # how often the terminal charged, by the order's number
    strays: tuple[str, ...]  # charges of a terminal or gateway that no journal knows
    taken: int  # by the machines
    credited: int  # by the journal
    given: int  # by the hoppers
    paid_out: int  # by the journal
    claims: Mapping[str, int]  # of the journal: id, amount; withdrawn ones not
    owed: Mapping[str, tuple[str, int]]  # of the server: id, state and amount; withdrawn ones not
    sold: Mapping[str, tuple[str, str, int]]  # of the server: payment, application, means, amount
    applications: Mapping[str, tuple[str, str]]  # of the server: state, certificate's number
    certificates: Mapping[str, tuple[str, ...]]  # of the centre, by application
    receipts: tuple[str, ...]  # numbers on paper that says it was paid
    slips: int
    left_over: tuple[str, ...]  # what nobody has brought to an end


def gathered(world: MoneyWorld) -> Books:
    """Ask everybody. Nothing may be running on the kiosk."""
    journal = world.kiosk.journal()
    try:
        return _gathered(world, journal)
    finally:
        journal.close()


def _gathered(world: MoneyWorld, journal: Journal) -> Books:
    till = world.kiosk.hardware.till
    assert till is not None
    read = journal.file.read
    orders = tuple(_order(world, journal, row[0]) for row in read("SELECT application FROM orders"))
    payments, strays = _payments(world, journal)
    claims = dict(map(tuple, read("SELECT id, amount FROM claims WHERE amount > 0")))
    owed = world.booked("SELECT id, state, amount_centimos FROM claims WHERE state <> 'withdrawn'")
    sold = world.booked(
        "SELECT id, application, means, amount_centimos FROM payments WHERE returned_at IS NULL"
    )
    known = world.booked("SELECT id, state, certificate_number FROM applications")
    issued = world.centre.ledger()["requests"]
    paper = world.kiosk.paper
    return Books(
        orders=orders,
        payments=payments,
        charged=Counter(row["reference"] for row in _approved(world)),
        strays=strays,
        taken=till.taken(),
        credited=read("SELECT coalesce(sum(amount), 0) FROM cash_credits")[0][0],
        given=till.given(),
        paid_out=_paid_out(read("SELECT payout, paid FROM cash_payouts WHERE paid > 0")),
        claims=claims,
        owed={id_: (state, amount) for id_, state, amount in owed},
        sold={id_: (application, means, amount) for id_, application, means, amount in sold},
        applications={id_: (state, number or "") for id_, state, number in known},
        certificates={id_: tuple(row["certificates"]) for id_, row in issued.items()},
        receipts=tuple(number for slip in paper for number in _paid_numbers(slip, world)),
        slips=len(paper),
        left_over=tuple(_left_over(world, journal, orders)),
    )


def _order(world: MoneyWorld, journal: Journal, application: str) -> Order:
    entry = journal.orders.entry(UUID(application))
    assert entry is not None
    number = application_number(world.kiosk.code, journal.orders.counter(entry.application))
    payment = str(entry.payment) if entry.payment else ""
    return Order(application, number, entry.amount_centimos, entry.state, payment)


def _payments(world: MoneyWorld, journal: Journal) -> tuple[tuple[Payment, ...], tuple[str, ...]]:
    charged = {row["service_id"]: _amount(row) for row in _approved(world)}
    kept = world.gateway.money_kept()
    read = journal.file.read
    credited = dict(map(tuple, read("SELECT session, sum(amount) FROM cash_credits GROUP BY 1")))
    given: Counter[str] = Counter()
    for payment, payout, paid in read(
        "SELECT payment, payout, paid FROM cash_payouts WHERE paid > 0"
    ):
        given[payment] += paid * int(payout.rpartition(":")[2])
    claimed = dict(map(tuple, read("SELECT payment, sum(amount) FROM claims GROUP BY payment")))
    found = []
    for id_, application, means in read("SELECT payment, application, means FROM order_payments"):
        match means:
            case "card":
                money = charged.pop(service_id(UUID(id_)), 0)
            case "wallet":
                money = kept.pop(id_, 0)
            case _:
                money = credited.pop(id_, 0) - given.pop(id_, 0)
        found.append(Payment(id_, application, means, money, claimed.get(id_, 0)))
    strays = [
        *(f"the terminal charged {name}" for name in charged),
        *(f"the gateway kept {amount} for {id_}" for id_, amount in kept.items() if amount),
        *(f"{amount} in the book for no payment ({id_!r})" for id_, amount in credited.items()),
        *(f"{amount} given for no payment {id_}" for id_, amount in given.items()),
    ]
    return tuple(found), tuple(strays)


def _approved(world: MoneyWorld) -> list[dict[str, Any]]:
    return [row for row in booked(world.kiosk.hardware.terminal) if row["state"] == "approved"]


def _amount(row: Mapping[str, Any]) -> int:
    return int(row["authorised_centimos"])


def _paid_out(rows: list[Any]) -> int:
    return sum(paid * int(payout.rpartition(":")[2]) for payout, paid in rows)


def _paid_numbers(slip: str, world: MoneyWorld) -> list[str]:
    if not any(words in slip for words in PAID_WORDS):
        return []
    return re.findall(rf"{world.kiosk.code}-\d{{5,}}-[0-9A-Z]", slip)


def _left_over(world: MoneyWorld, journal: Journal, orders: tuple[Order, ...]) -> list[str]:
    """What must have ended a minute after the last start."""
    count = journal.outgoing.count()
    open_payouts = journal.file.read("SELECT payout FROM cash_payouts WHERE outcome IS NULL")
    unproven = journal.file.read("SELECT id FROM claims WHERE proven = 0 AND means = 'cash'")
    doubts = world.booked("SELECT payment FROM doubts WHERE ended IS NULL OR contradicted")
    codes = world.booked(
        "SELECT id, state FROM wallet_charges WHERE state NOT IN"
        " ('paid', 'refused', 'expired', 'canceled', 'refunded')"
    )
    waiting = world.booked("SELECT id FROM applications WHERE state = 'accepted'")
    return [
        *(f"{each.number}: still {each.state}" for each in orders if each.state in UNSETTLED),
        *([f"{count} news untold: {journal.outgoing.refusals()}"] if count else []),
        *(f"payout {row[0]}: open" for row in open_payouts),
        *(f"claim {row[0]}: not proven" for row in unproven),
        *(f"payment {row[0]}: in doubt at the server" for row in doubts),
        *(f"wallet's code {row[0]}: {row[1]}" for row in codes),
        *(f"application {row[0]}: accepted, and not decided" for row in waiting),
    ]
