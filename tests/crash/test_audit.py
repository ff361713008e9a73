"""The audit of the campaign misses nothing: books with one wrong entry are found to be wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.order import OrderState
from tests.crash.money.audit import audit
from tests.crash.money.books import Books, Order, Payment

FEE = 3770
CARD = Order("a1", "M01-00001-A", FEE, OrderState.ACCEPTED, "p1")
CASH = Order("a2", "M01-00002-B", FEE, OrderState.ACCEPTED, "p2")
OWED = Order("a3", "M01-00003-C", FEE, OrderState.OWED, "p3")
LEFT = Order("a4", "M01-00004-D", FEE, OrderState.ABANDONED, "p4")
CODE = Order("a5", "M01-00005-E", FEE, OrderState.ACCEPTED, "p5")
SOUND = Books(
    orders=(CARD, CASH, OWED, LEFT, CODE),
    payments=(
        Payment("p1", "a1", "card", FEE),
        Payment("p2", "a2", "cash", FEE + 100, claimed=100),
        Payment("p3", "a3", "cash", 2000, claimed=2000),
        Payment("p4", "a4", "card", 0),
        Payment("p5", "a5", "wallet", FEE),
    ),
    charged={CARD.number: 1},
    strays=(),
    taken=6000,
    credited=6000,
    given=130,
    paid_out=130,
    claims={"c2": 100, "c3": 2000},
    owed={"c2": ("open", 100), "c3": ("redeemed", 2000)},
    sold={"p1": ("a1", "card", FEE), "p2": ("a2", "cash", FEE), "p5": ("a5", "wallet", FEE)},
    applications={
        "a1": ("issued", "N1"),
        "a2": ("issued", "N2"),
        "a3": ("registered", ""),
        "a4": ("registered", ""),
        "a5": ("under_review", ""),
    },
    certificates={"a1": ("N1",), "a2": ("N2",), "a5": ()},
    receipts=(CARD.number, CASH.number),
    slips=3,
    left_over=(),
)


def with_order(old: Order, new: Order) -> Books:
    return replace(SOUND, orders=tuple(new if each == old else each for each in SOUND.orders))


def with_payment(id_: str, **changes: int) -> Books:
    changed = (replace(each, **changes) if each.id == id_ else each for each in SOUND.payments)
    return replace(SOUND, payments=tuple(changed))


WRONG: dict[str, tuple[Callable[[], Books], str]] = {
    "a charge of which the journal knows nothing": (
        lambda: replace(SOUND, strays=("the terminal charged X",)),
        "lost",
    ),
    "a card charged for an order that was given up": (
        lambda: with_payment("p4", money=FEE),
        "lost",
    ),
    "a code paid for an order that was given up": (
        lambda: with_order(CODE, replace(CODE, state=OrderState.DECLINED)),
        "lost",
    ),
    "an order handed over that the server does not hold": (
        lambda: replace(SOUND, sold={"p2": SOUND.sold["p2"], "p5": SOUND.sold["p5"]}),
        "lost",
    ),
    "an order that stays without a certificate": (
        lambda: replace(SOUND, applications={**SOUND.applications, "a1": ("refused", "")}),
        "lost",
    ),
    "two certificates for one order": (
        lambda: replace(SOUND, certificates={**SOUND.certificates, "a1": ("N1", "N9")}),
        "lost",
    ),
    "one order charged twice": (
        lambda: replace(SOUND, charged={CARD.number: 2}),
        "double_charged",
    ),
    "an order paid by card and by a code": (
        lambda: replace(
            SOUND, payments=(*SOUND.payments, Payment("p9", "a1", "wallet", FEE, claimed=FEE))
        ),
        "double_charged",
    ),
    "an order sold that nobody paid": (
        lambda: with_payment("p1", money=0),
        "receipts_without_charge",
    ),
    "paper that says paid for an order that nobody paid": (
        lambda: replace(SOUND, receipts=(*SOUND.receipts, LEFT.number)),
        "receipts_without_charge",
    ),
    "paper that says paid for no order at all": (
        lambda: replace(SOUND, receipts=(*SOUND.receipts, "M01-00077-Z")),
        "receipts_without_charge",
    ),
    "a certificate for an order that was given up": (
        lambda: replace(SOUND, certificates={**SOUND.certificates, "a4": ("N4",)}),
        "receipts_without_charge",
    ),
    "a payment at the server that the kiosk never took": (
        lambda: replace(SOUND, sold={**SOUND.sold, "p4": ("a4", "card", FEE)}),
        "receipts_without_charge",
    ),
    "an order both issued and claimed": (
        lambda: with_payment("p1", claimed=FEE),
        "claims_without_charge",
    ),
    "a claim of more cash than was inside": (
        lambda: with_payment("p3", claimed=2010),
        "claims_without_charge",
    ),
    "a claim that only the server has": (
        lambda: replace(SOUND, owed={**SOUND.owed, "c9": ("open", 100)}),
        "claims_without_charge",
    ),
    "a claim redeemed for more than is owed": (
        lambda: replace(SOUND, owed={**SOUND.owed, "c3": ("redeemed", 2010)}),
        "claims_without_charge",
    ),
    "cash that nobody accounts for": (
        lambda: with_payment("p3", claimed=1990),
        "credit_errors",
    ),
    "a note in the box that is not in the book": (
        lambda: replace(SOUND, taken=8000),
        "credit_errors",
    ),
    "a credit doubled in the book": (
        lambda: replace(SOUND, credited=8000),
        "credit_errors",
    ),
    "coins given that the book does not know": (
        lambda: replace(SOUND, given=230),
        "credit_errors",
    ),
    "a claim the server never heard of": (
        lambda: replace(SOUND, owed={"c2": SOUND.owed["c2"]}),
        "unresolved",
    ),
    "anything that has not ended": (
        lambda: replace(SOUND, left_over=("M01-00001-A: still unknown",)),
        "unresolved",
    ),
}


def test_books_that_agree_are_sound() -> None:
    found = audit(SOUND)
    assert found.sound, found
    assert found.orders == len(SOUND.orders)


@pytest.mark.negative_control
@pytest.mark.parametrize("what", WRONG)
def test_one_wrong_entry_is_found(what: str) -> None:
    books, fault = WRONG[what]
    found = audit(books())
    assert getattr(found, fault) > 0, found
    assert not found.sound
    assert found.words
