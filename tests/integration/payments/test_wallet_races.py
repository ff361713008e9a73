"""A wallet's money pays once or goes back, whoever notices first and whatever came meanwhile."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.exc import IntegrityError

from queue_server.bootstrap import database_url
from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import Refusal
from queue_server.issuance.services import settle
from queue_server.payments import tables
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.model.wallet import (
    ANSWERED_WITHIN,
    CODE_WANTED_FOR,
    Canceled,
    ChargeState,
    Expired,
    NotKnown,
    Owed,
    Refunded,
    Refused,
    RefusedRefund,
)
from queue_server.payments.services import wallet
from tests.support.office import Office
from tests.support.same_second import in_the_same_second
from tests.support.site import Kind, Site
from tests.support.wallet_office import CODE, WalletOffice

ROUNDS = 3
S = ChargeState


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind: Kind = request.param
    office = Office(Site(tmp_path_factory.mktemp("site"), database=kind))
    yield office
    office.close()


@pytest.fixture(scope="module")
def till(office: Office) -> WalletOffice:
    return WalletOffice(office)


@pytest.fixture(scope="module")
def elsewhere(office: Office) -> Iterator[Database]:
    """The same rows, as another process has them."""
    with closing(office.another_process()) as database:
        yield database


# --- one code at a time ---------------------------------------------------------------------------
def test_of_two_codes_asked_for_at_once_one_is_opened(
    office: Office, till: WalletOffice, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        application = office.register()
        told = in_the_same_second(
            lambda a=application: till.opening(a), lambda a=application: till.opening(a, elsewhere)
        )
        assert sorted(told) == ["done", "wallet_waits"]
        assert till.open_charges(application) == 1


@pytest.mark.negative_control
def test_without_the_index_both_would_be_opened(
    office: Office, till: WalletOffice, elsewhere: Database
) -> None:
    with without_index(office, "uq_wallet_charges_open"):
        application = office.register()
        told = in_the_same_second(
            lambda: till.opening(application), lambda: till.opening(application, elsewhere)
        )
        assert told == ["done", "done"]
        assert till.open_charges(application) == 2


@contextmanager
def without_index(office: Office, name: str) -> Iterator[None]:
    """Drops an index of the charges; puts it back on an empty table."""
    index = next(each for each in tables.wallet_charges.indexes if each.name == name)
    engine = create_engine(database_url(load_config(office.site.folder / "server.toml")))
    try:
        with engine.begin() as connection:
            index.drop(connection)
        yield
        with engine.begin() as connection:
            connection.execute(tables.wallet_charges.delete())
            index.create(connection)
    finally:
        engine.dispose()


def test_nobody_asks_for_ever_new_codes(office: Office, till: WalletOffice) -> None:
    application = office.register()
    for _ in range(wallet.MAX_CHARGES):
        till.say(till.opening(application), Expired())
    with pytest.raises(Problem, match="payment_tries"):
        till.opening(application)


# --- paid once ------------------------------------------------------------------------------------
def test_two_who_notice_the_payment_at_once_accept_it_once(
    office: Office, till: WalletOffice, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        charge = till.waiting()
        money = till.money()
        told = in_the_same_second(
            lambda c=charge, m=money: till.say(c, m),
            lambda c=charge, m=money: till.say(c, m, elsewhere),
        )
        assert told == ["done", "done"]
        assert till.payments(charge) == [("wallet", None)]
        assert till.requests(charge) == 1
        assert kinds(office, charge.id).count("application.accepted") == 1
        assert till.charge(charge.id).state is S.PAID


def kinds(office: Office, payment: UUID) -> list[str]:
    """The kinds of the events about a payment, in order."""
    rows = office.rows(select(events.c.kind, events.c.body).order_by(events.c.id))
    return [row.kind for row in rows if row.body.get("payment") == str(payment)]


@pytest.mark.negative_control
def test_who_does_not_look_at_the_state_would_owe_the_same_money_back(
    till: WalletOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge, money = till.waiting(), till.money()
    till.say(charge, money)
    assert till.say(charge, money).state is S.PAID
    every = tuple(ChargeState)
    monkeypatch.setattr("queue_server.issuance.services.wallets.OPEN", every)
    assert till.say(charge, money).state is S.TO_REFUND, "a certificate for nothing"


def test_a_card_and_a_wallet_at_the_same_moment_pay_once_and_the_other_is_not_kept(
    office: Office, till: WalletOffice, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        charge = till.waiting()
        money = till.money()
        told = in_the_same_second(
            lambda c=charge: office.pay_by_card(UUID(c.application)),
            lambda c=charge, m=money: till.say(c, m, elsewhere),
        )
        [(means, _)] = till.payments(charge)
        stands = till.charge(charge.id)
        if means == "card":
            assert told == ["done", "done"]
            assert (stands.state, stands.owed_for) == (S.TO_REFUND, Owed.PAID_OTHERWISE)
            assert office.standing(UUID(charge.application)) is PaymentStanding.CARD
        else:
            assert told == ["already_paid", "done"]
            assert stands.state is S.PAID
        assert till.requests(charge) == 1


def test_a_voucher_that_waits_is_free_again_when_a_wallet_pays(
    office: Office, till: WalletOffice
) -> None:
    application = office.register()
    office.present(application, "700")
    till.say(till.waiting(application), till.money())
    assert office.standing(application) is PaymentStanding.WALLET
    office.present(office.register(), "700")


# --- money that must go back ----------------------------------------------------------------------
def test_paid_before_it_was_given_up_counts_and_paid_afterwards_goes_back(
    office: Office, till: WalletOffice
) -> None:
    before, after = till.waiting(), till.waiting()
    early = till.money()
    till.cancel(before)
    till.cancel(after)
    office.clock.pass_by(seconds=1)
    assert till.say(before, early).state is S.PAID
    owed = till.say(after, till.money())
    assert (owed.state, owed.owed_for) == (S.TO_REFUND, Owed.TOO_LATE)
    assert till.payments(after) == []


def test_another_amount_than_the_fee_goes_back(till: WalletOffice) -> None:
    for amount in (1, 3771):
        owed = till.say(till.waiting(), till.money(amount))
        assert (owed.state, owed.owed_for) == (S.TO_REFUND, Owed.WRONG_AMOUNT)
        assert owed.paid_centimos == amount


@pytest.mark.parametrize(
    "answer", [Expired(), Canceled(), Refused("amount")], ids=["expired", "canceled", "refused"]
)
def test_money_that_comes_after_a_definite_no_is_not_kept(
    office: Office, till: WalletOffice, answer: Expired | Canceled | Refused
) -> None:
    charge = till.say(till.opening(), answer)
    owed = till.say(charge, till.money())
    assert (owed.state, owed.owed_for) == (S.TO_REFUND, Owed.TOO_LATE)
    assert office.state(UUID(charge.application)) == "registered"


def test_two_payments_of_one_name_are_one(till: WalletOffice) -> None:
    money = till.money(reference="BIL-TWICE")
    assert till.say(till.waiting(), money).state is S.PAID
    owed = till.say(till.waiting(), money)
    assert (owed.state, owed.owed_for) == (S.TO_REFUND, Owed.USED)


def test_what_paid_for_a_refused_application_goes_back_and_is_then_no_payment(
    office: Office, till: WalletOffice
) -> None:
    charge = till.say(till.waiting(), till.money())
    errand = office.errand(charge.application)
    office.database.run(lambda uow: settle.refused(uow, errand, Refusal.NOT_ACCEPTED))
    owed = till.charge(charge.id)
    assert (owed.state, owed.owed_for) == (S.TO_REFUND, Owed.REFUSED)
    assert till.payments(charge) == [("wallet", None)]
    at = office.clock.now()
    assert till.say(owed, Refunded("DEV-1", at)).state is S.REFUNDED
    assert till.say(owed, RefusedRefund("late")).state is S.REFUNDED, "old news"
    assert till.payments(charge) == [("wallet", at)]
    assert office.standing(UUID(charge.application)) is PaymentStanding.WALLET_REFUNDED
    assert owed.refund_id == till.charge(charge.id).refund_id


def test_a_refund_that_is_refused_stands_on_the_staffs_list(
    office: Office, till: WalletOffice
) -> None:
    owed = till.say(till.waiting(), till.money(1))
    till.say(owed, RefusedRefund("account_closed"))
    [trouble] = [each for each in till.troubles() if each.payment == owed.id]
    assert (trouble.reason, trouble.amount_centimos) == ("account_closed", 1)
    assert trouble.since == office.clock.now()
    assert (trouble.application, trouble.kiosk) == (owed.application, "A01")


def test_what_the_gateway_never_settles_stands_there_too(
    office: Office, till: WalletOffice
) -> None:
    began = office.clock.at
    charge = till.waiting()
    try:
        office.clock.at = began + ANSWERED_WITHIN
        assert charge.id not in [each.payment for each in till.troubles()]
        office.clock.pass_by(seconds=1)
        [trouble] = [each for each in till.troubles() if each.payment == charge.id]
        assert trouble.reason == "unanswered"
    finally:
        office.clock.at = began
    till.say(charge, Expired())


# --- what a charge may become ---------------------------------------------------------------------
def test_a_code_that_nobody_waits_for_any_more_is_to_be_given_up(
    office: Office, till: WalletOffice
) -> None:
    began = office.clock.at
    late, paid, shown = till.opening(), till.waiting(), till.waiting()
    office.pay_by_card(UUID(paid.application))
    try:
        office.clock.at = began + CODE_WANTED_FOR
        unwanted = {each.id for each, yes in office.database.read(wallet.unresolved) if yes}
    finally:
        office.clock.at = began
    assert {late.id, paid.id} <= unwanted
    assert shown.id not in unwanted, "only the gateway says that its time is over"
    for each in (late, paid, shown):
        till.say(till.cancel(each), Canceled())


def test_old_news_change_nothing(till: WalletOffice) -> None:
    gone = till.say(till.cancel(till.opening()), Refused("amount"))
    assert gone.state is S.CANCELED, "it was never opened, and was not wanted"
    for answer in (Expired(), Refused("x"), NotKnown(), Refunded("D", gone.opened_at)):
        assert till.say(gone, answer).state is S.CANCELED


def test_the_database_refuses_what_may_not_happen(office: Office, till: WalletOffice) -> None:
    refunded = till.say(till.waiting(), till.money(1))
    till.say(refunded, Refunded("DEV-2", office.clock.now()))
    charges = tables.wallet_charges

    def pay_again(uow: UnitOfWork) -> None:
        uow.connection.execute(
            update(charges)
            .where(charges.c.id == str(refunded.id))
            .values(came_from=charges.c.state, state="paid", owed_for=None, refund_reference=None)
        )

    with pytest.raises(IntegrityError):
        office.database.run(pay_again)


def test_the_code_is_sealed_and_no_event_holds_it(office: Office, till: WalletOffice) -> None:
    charge = till.waiting()
    assert charge.payload == CODE
    rows = select(tables.wallet_charges.c.payload)
    [sealed] = [
        row.payload for row in office.rows(rows.where(tables.wallet_charges.c.id == str(charge.id)))
    ]
    assert CODE.encode() not in sealed
    assert kinds(office, charge.id) == ["application.wallet_opening", "application.wallet_waiting"]
    assert charge.expires_at == office.clock.now() + timedelta(minutes=3)
    till.say(charge, Canceled())
