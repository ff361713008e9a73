"""The campaign audits only what has come to rest: the rest of a change that a crash cut in two."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.journal import Journal, load_key
from kiosk.order import Means, OrderState
from tests.crash.money import kiosk as mortal
from tests.crash.money.kiosk import at_rest

PRICE, NOTES = 3770, 4000


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db", load_key(tmp_path / "journal.key"))


@pytest.fixture
def payment(journal: Journal) -> UUID:
    """Paid with 40 soles and handed over; power went after the first of two hoppers: 30 céntimos
    of the change never came out, and no payout of them was begun."""
    application, payment = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), PRICE)
    journal.orders.begin(application, Means.CASH, payment)
    credit = Credit("bill-1", 1, NOTES, "PE", str(payment))
    journal.cash.commit("bill-1", Tally(1, None, "", 0, ""), (credit,))
    journal.orders.step(application, OrderState.PAID, {"taken_centimos": NOTES})
    payout = Payout(f"{payment}:change:100", "hopper-100", 1, coins=2)
    journal.cash.begin(payout)
    journal.cash.end(Payout(payout.payout_id, "hopper-100", 1, 2, None, "paid", 2, 0))
    journal.orders.step(application, OrderState.ACCEPTED)
    return payment


def test_what_is_still_to_be_claimed_is_waited_for(
    journal: Journal, payment: UUID, tmp_path: Path
) -> None:
    assert not at_rest(tmp_path / "journal.db")
    settled = CashSettlement(journal, Till([], [])).settle(payment, give=False)
    assert [each.amount_centimos for each in settled.owed] == [30]
    for news in journal.outgoing.waiting():
        journal.outgoing.acknowledged(news.id)
    assert at_rest(tmp_path / "journal.db")


@pytest.mark.negative_control
def test_a_look_at_payouts_alone_would_audit_too_soon(
    journal: Journal, payment: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = tuple(each for each in mortal._OPEN if "cash_credits" not in each)
    monkeypatch.setattr(mortal, "_OPEN", queries)
    assert journal.claims.of_payment(payment) == []
    assert at_rest(tmp_path / "journal.db")
