"""What is known in two places is given, and sold, once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.issuance.model import Found, Holder, NotSellable
from queue_server.issuance.services import before_money, resume, wallets
from queue_server.payments.model.claims import ClaimReason, ClaimState, Given, NewClaim
from queue_server.payments.model.doubts import Ended, NewDoubt, Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.model.wallet import Opened
from queue_server.payments.services import claims, doubts, resolve, wallet
from tests.support.office import FEE, KIOSK, NOON, PERSON
from tests.support.owed import BOSS, CASHIER, Treasury, piece
from tests.support.site import Site

HOLDER = Found(Holder("JUAN", "PRUEBA", "", data_match=True, of_age=True))
SITE = "PRUEBA"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Treasury]:
    made = Treasury(Site(tmp_path))
    made.clock.at = NOON
    yield made
    made.close()


def tell_doubt(office: Treasury, application: UUID | None, means: Means) -> UUID:
    payment = uuid4()
    new = NewDoubt(payment, application, means, FEE, office.clock.now(), "no answer")
    office.database.run(lambda uow: doubts.tell(uow, KIOSK, new))
    return payment


def counted_and_given(office: Treasury, application: UUID) -> UUID:
    """Staff counted the box of a kiosk that is away, and gave the whole fee at a window."""
    payment = tell_doubt(office, application, Means.CASH)
    say_charged(office, payment)
    _, code = office.database.run(lambda uow: doubts.claim_charged(uow, BOSS, str(payment)))
    office.database.run(
        lambda uow: claims.redeem(uow, CASHIER, code, "V1", Given.CASH, document_shown=True)
    )
    return payment


def say_charged(office: Treasury, payment: UUID) -> None:
    answer = (BOSS, str(payment), Ended.CHARGED, Proof.CASH_COUNT)
    office.database.run(lambda uow: doubts.settle_by_staff(uow, *answer))


def kiosk_is_back(office: Treasury, application: UUID, payment: UUID) -> NewClaim:
    """It found S/ 20 inside, too little, and claims them for the person."""
    office.database.run(lambda uow: doubts.settle(uow, KIOSK, str(payment), Ended.RETURNED))
    return office.claim(
        application=application,
        payment=payment,
        means=Means.CASH,
        amount_centimos=2000,
        reason=ClaimReason.CASH_NOT_RETURNED,
        pieces=(piece(2000),),
    )


def test_a_claim_of_money_that_staff_gave_already_waits_for_a_person(office: Treasury) -> None:
    application = office.register()
    payment = counted_and_given(office, application)
    late = kiosk_is_back(office, application, payment)
    assert office.stands(late).state is ClaimState.IN_DOUBT
    with pytest.raises(Problem):
        office.redeem(late)
    say_charged(office, payment)  # who decides between the two answers has not looked at the claim
    assert office.stands(late).state is ClaimState.IN_DOUBT


@pytest.mark.negative_control
def test_a_server_that_forgets_what_staff_gave_pays_twice(
    office: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "by_staff", lambda *_: False)
    application = office.register()
    late = kiosk_is_back(office, application, counted_and_given(office, application))
    assert office.redeem(late).state is ClaimState.REDEEMED


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=30)])
def test_a_doubt_is_shown_to_staff_whatever_its_kiosks_clock_says(
    office: Treasury, ahead: timedelta
) -> None:
    payment = uuid4()
    new = NewDoubt(payment, None, Means.CARD, FEE, office.clock.now() + ahead, "no answer")
    office.database.run(lambda uow: doubts.tell(uow, KIOSK, new))
    office.clock.at += timedelta(minutes=2)
    found = office.database.read(lambda uow: resolve.unresolved(uow, SITE))
    assert str(payment) in {each.id for each in found}


def in_doubt(office: Treasury, application: UUID) -> None:
    tell_doubt(office, application, Means.CARD)


def by_voucher(office: Treasury, application: UUID) -> None:
    """Its slip says: it does not show yet, do not pay again."""
    office.present(application, "123456")


def by_wallet(office: Treasury, application: UUID) -> None:
    """The code was on the screen when the kiosk lost power."""
    payment, run = uuid4(), office.database.run
    run(lambda uow: wallets.open_charge(uow, KIOSK, application, payment, FEE))
    charge = office.database.read(lambda uow: wallet.charge(uow, SITE, str(payment)))
    code = Opened("000201", office.clock.now() + timedelta(minutes=3))
    run(lambda uow: wallets.settled(uow, charge, code))


def nothing(office: Treasury, application: UUID) -> None:
    """They left before they paid."""


@pytest.mark.parametrize(
    ("begun", "sold"), [(nothing, True), (in_doubt, False), (by_voucher, False), (by_wallet, False)]
)
def test_who_may_have_paid_already_is_sold_nothing_and_told_what_goes_on(
    office: Treasury, begun: Callable[[Treasury, UUID], None], sold: bool
) -> None:
    begun(office, office.register())
    office.clock.at += timedelta(minutes=1)
    check = office.database.read(lambda uow: before_money.decide(uow, SITE, PERSON, HOLDER))
    found = office.database.read(lambda uow: resume.resume_of(uow, SITE, PERSON))
    assert (check is not NotSellable.PAYMENT_IN_DOUBT) is sold
    assert (found is None) is sold
