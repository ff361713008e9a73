"""A claim: told once, reduced, proven, withdrawn, and paid to whoever brings its code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.payments import tables
from queue_server.payments.model import claims as rules
from queue_server.payments.model import returns as return_rules
from queue_server.payments.model.claim_code import shown_code
from queue_server.payments.model.claims import ClaimReason, ClaimState, Settled
from queue_server.payments.model.doubts import Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.services import claims, doubts, told, wallet_claims
from tests.support.office import FEE, KIOSK
from tests.support.owed import BOSS, CASHIER, Treasury, cash_of, new_claim, piece
from tests.support.site import Site


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treasury]:
    made = Treasury(Site(tmp_path_factory.mktemp("claims")))
    yield made
    made.close()


def refused_as(kind: str, work: Any) -> None:
    with pytest.raises(Problem) as refusal:
        work()
    assert refusal.value.kind == kind


def test_told_again_under_another_key_it_is_the_same_claim(office: Treasury) -> None:
    new = office.claim()
    again = office.database.run(lambda uow: told.make(uow, KIOSK, new))
    assert (again.id, again.state) == (str(new.id), ClaimState.OPEN)
    other = new_claim(id=new.id)
    refused_as(
        "claim_conflict", lambda: office.database.run(lambda uow: told.make(uow, KIOSK, other))
    )


def test_a_claim_is_paid_once_and_the_second_is_told_by_whom_and_where(office: Treasury) -> None:
    new = office.claim()
    assert office.redeem(new).state is ClaimState.REDEEMED
    with pytest.raises(Problem, match="en Ventanilla 1, por rosa") as refusal:
        office.redeem(new, BOSS)
    assert refusal.value.kind == "claim_redeemed"


def test_without_the_document_nothing_is_given(office: Treasury) -> None:
    new = office.claim()
    refused_as("document_not_shown", lambda: office.redeem(new, document=False))
    assert office.stands(new).state is ClaimState.OPEN


def test_a_claim_in_doubt_is_paid_only_when_the_charge_is_proven(office: Treasury) -> None:
    new = office.claim(proven=False)
    refused_as("claim_in_doubt", lambda: office.redeem(new))
    assert office.hear(new, proven=True).state is ClaimState.OPEN
    office.redeem(new)


def test_a_claim_only_ever_falls(office: Treasury) -> None:
    new = office.claim(means=Means.CASH, reason=ClaimReason.CASH_NOT_RETURNED)
    assert office.hear(new, amount_centimos=1000).amount_centimos == 1000
    refused_as("amount_raised", lambda: office.hear(new, amount_centimos=1001))
    assert office.redeem(new).amount_centimos == 1000


def test_a_redeemed_claim_never_changes(office: Treasury) -> None:
    new = office.claim()
    office.redeem(new)
    for news in ({"amount_centimos": 1}, {"proven": True}, {"withdrawn": Settled.REVERSED}):
        refused_as("claim_redeemed", lambda n=news: office.hear(new, **n))


def test_withdrawn_twice_is_no_contradiction_and_for_something_else_is(office: Treasury) -> None:
    new = office.claim(proven=False)
    for _ in range(2):
        office.hear(new, withdrawn=Settled.NOT_CHARGED)
    refused_as("claim_withdrawn", lambda: office.hear(new, withdrawn=Settled.REVERSED))
    refused_as("claim_withdrawn", lambda: office.redeem(new))


def test_a_card_payment_is_claimed_once_and_cash_in_parts(office: Treasury) -> None:
    new = office.claim()
    refused_as("payment_claimed", lambda: office.claim(payment=new.payment))
    application, paid = office.register(), cash_of(piece(), piece())
    office.pay_in_cash(application, paid)
    change = {"means": Means.CASH, "payment": paid.id, "reason": ClaimReason.CHANGE_NOT_GIVEN}
    for coins in (200, 30):
        office.redeem(office.claim(amount_centimos=coins, **change))
    assert office.state(application) == "accepted"


@pytest.mark.parametrize("owed", [True, False], ids=["owed", "not owed"])
@pytest.mark.parametrize("means", [Means.CARD, Means.CASH])
def test_a_supervisor_finds_out_whether_a_claim_in_doubt_is_owed(
    office: Treasury, means: Means, owed: bool
) -> None:
    new = office.claim(proven=False, means=means)
    of = office.database.run(
        lambda uow: doubts.settle_claim(uow, BOSS, str(new.id), Proof.CASH_COUNT, owed=owed)
    )
    fallen = Settled.PAID_BY_KIOSK if means is Means.CASH else Settled.NOT_CHARGED
    assert (of.state, of.withdrawn_for) == (
        (ClaimState.OPEN, None) if owed else (ClaimState.WITHDRAWN, fallen)
    )
    refused_as(
        "not_in_doubt",
        lambda: office.database.run(
            lambda uow: doubts.settle_claim(uow, BOSS, str(new.id), Proof.CASH_COUNT, owed=True)
        ),
    )


def test_a_payment_that_serves_its_application_is_not_owed(office: Treasury) -> None:
    application, paid = office.register(), cash_of(piece(), piece())
    early = office.claim(
        means=Means.CASH,
        payment=paid.id,
        pieces=paid.pieces,
        amount_centimos=4000,
        application=application,
    )
    office.pay_in_cash(application, paid)
    late = office.claim(means=Means.CASH, payment=paid.id, application=application)
    for each in (early, late):
        assert office.stands(each).withdrawn_for is Settled.REGISTERED
    assert office.state(application) == "accepted"


def test_money_that_was_given_at_a_window_pays_for_nothing_more(office: Treasury) -> None:
    application, paid = office.register(), cash_of(piece(), piece())
    new = office.claim(means=Means.CASH, payment=paid.id, pieces=paid.pieces)
    office.redeem(new)
    refused_as("payment_redeemed", lambda: office.pay_in_cash(application, paid))
    assert office.state(application) == "registered"


def test_a_note_pays_once_whatever_its_counter_says(office: Treasury) -> None:
    note = piece(2000)
    office.pay_in_cash(office.register(), cash_of(note, piece()))
    second = office.register()
    refused_as("piece_used", lambda: office.pay_in_cash(second, cash_of(note, piece())))
    refused_as(
        "piece_used",
        lambda: office.claim(
            means=Means.CASH, amount_centimos=2000, pieces=(note,), reason=ClaimReason.FOUND_LATE
        ),
    )
    office.pay_in_cash(second, cash_of(piece(), piece()))


@pytest.mark.negative_control
def test_by_serial_and_counter_two_notes_would_be_one(office: Treasury) -> None:
    one, other = piece(), piece()
    assert (one.serial, one.counter) == (other.serial, other.counter)
    office.pay_in_cash(office.register(), cash_of(one, other))


def test_the_pieces_of_a_withdrawn_claim_may_pay(office: Treasury) -> None:
    note, other = piece(), piece()
    new = office.claim(
        means=Means.CASH, payment=None, amount_centimos=2000, pieces=(note,), proven=True
    )
    office.hear(new, withdrawn=Settled.PAID_BY_KIOSK)
    office.pay_in_cash(office.register(), cash_of(note, other))


def test_cash_that_does_not_add_up_is_not_taken(office: Treasury) -> None:
    wrong = cash_of(piece(), piece())
    refused_as(
        "pieces_differ",
        lambda: office.pay_in_cash(
            office.register(), type(wrong)(wrong.id, FEE, 4001, 231, wrong.pieces, wrong.paid_at)
        ),
    )


def test_the_code_is_sealed_and_in_no_event(office: Treasury) -> None:
    new = office.claim()
    office.redeem(new)
    (row,) = office.rows(select(tables.claims).where(tables.claims.c.id == str(new.id)))
    assert new.code.encode() not in row.code
    shown = office.database.read(lambda uow: claims.code_of(uow, str(new.id)))
    assert shown == shown_code(new.code)
    bodies = [str(row.body) for row in office.rows(select(events.c.body))]
    assert not any(new.code in body or shown in body for body in bodies)


def test_a_lost_slip_is_shown_again_by_a_supervisor_and_written_down(office: Treasury) -> None:
    new = office.claim()
    code = office.database.run(lambda uow: claims.show_code(uow, BOSS, str(new.id)))
    assert code == shown_code(new.code)
    (newest, *_) = office.rows(select(events.c.kind, events.c.actor).order_by(events.c.id.desc()))
    assert newest == ("claim.code_shown", "supervisor:beatriz")


def test_a_counter_that_does_not_exist_gives_nothing(office: Treasury) -> None:
    new = office.claim()
    refused_as(
        "unknown_counter",
        lambda: office.database.run(
            lambda uow: claims.redeem(
                uow, CASHIER, new.code, "V99", rules.Given.CASH, document_shown=True
            )
        ),
    )


def wallet_charge(office: Treasury, state: str, **more: Any) -> str:
    """A wallet's charge as its gateway's answers left it."""
    payment, now = str(uuid4()), office.clock.now()
    row = {
        "id": payment,
        "site": "PRUEBA",
        "application": str(uuid4()),
        "kiosk": "A01",
        "amount_centimos": FEE,
        "reference": "T01-00001-L",
        "came_from": "to_refund",
        "state": state,
        "opened_at": now,
        "changed_at": now,
        "gateway_reference": f"G-{payment[:8]}",
        "paid_centimos": FEE,
        "paid_at": now,
        "owed_for": "refused",
        **more,
    }
    office.database.run(
        lambda uow: uow.connection.execute(insert(tables.wallet_charges).values(**row))
    )
    return payment


def test_what_a_wallet_refuses_to_give_back_is_claimed_and_nothing_else_of_it(
    office: Treasury,
) -> None:
    def claimed(payment: str) -> tuple[str, str]:
        return office.database.run(lambda uow: wallet_claims.make(uow, BOSS, payment))

    refused = wallet_charge(office, "refund_refused", refusal="account closed")
    returned = wallet_charge(office, "refunded", refund_reference="R-1")
    refused_as("wallet_answers", lambda: claimed(returned))
    new = office.claim(means=Means.WALLET, payment=UUID(returned))
    refused_as("wallet_answers", lambda: office.redeem(new))
    troubles = office.database.read(lambda uow: wallet_claims.troubles(uow, "PRUEBA"))
    assert [str(each.payment) for each in troubles] == [refused]
    _, code = claimed(refused)
    refused_as("payment_claimed", lambda: claimed(refused))
    assert office.database.read(lambda uow: wallet_claims.troubles(uow, "PRUEBA")) == []
    done = office.database.run(
        lambda uow: claims.redeem(uow, CASHIER, code, "V1", rules.Given.CASH, document_shown=True)
    )
    assert (done.amount_centimos, done.reason) == (FEE, ClaimReason.REFUND_REFUSED)


# --- what the database holds itself ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("table", "legal"),
    [
        (tables.claim_transitions, rules.TRANSITIONS),
        (tables.return_transitions, return_rules.TRANSITIONS),
    ],
    ids=["claims", "returns"],
)
def test_the_database_knows_the_same_changes_of_state(
    office: Treasury, table: Any, legal: Any
) -> None:
    assert {tuple(row) for row in office.rows(select(table))} == {
        (before, str(after)) for before, after in legal
    }


def test_a_redeemed_claim_cannot_be_opened_by_hand(office: Treasury) -> None:
    new = office.claim()
    office.redeem(new)
    again = {"came_from": "redeemed", "state": "open"}
    nobody = {"given": None, "given_by": None, "given_at_counter": None, "given_at": None}
    with pytest.raises(IntegrityError):
        office.database.run(
            lambda uow: uow.connection.execute(
                update(tables.claims)
                .where(tables.claims.c.id == str(new.id))
                .values(**again, **nobody)
            )
        )


@pytest.mark.negative_control
def test_were_that_change_in_the_table_it_would_be_made(tmp_path: Path) -> None:
    office = Treasury(Site(tmp_path / "site"))
    try:
        new = office.claim()
        office.redeem(new)
        again = {"came_from": "redeemed", "state": "open"}
        nobody = {"given": None, "given_by": None, "given_at_counter": None, "given_at": None}
        legal = {"from_state": "redeemed", "to_state": "open"}
        office.database.run(
            lambda uow: (
                uow.connection.execute(insert(tables.claim_transitions), legal),
                uow.connection.execute(update(tables.claims).values(**again, **nobody)),
            )
        )
        assert office.redeem(new).state is ClaimState.REDEEMED
    finally:
        office.close()


def test_an_unknown_code_is_told_apart_from_nothing(office: Treasury) -> None:
    refused_as("unknown_claim", lambda: office.redeem(new_claim()))
    assert office.database.read(lambda uow: claims.followed(uow, str(uuid4()))) is None
