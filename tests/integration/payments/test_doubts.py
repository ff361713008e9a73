"""A payment in doubt: only a definite answer ends it, and its claim follows the answer."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.issuance.model import Found, Holder, NotSellable
from queue_server.issuance.services import before_money, resume
from queue_server.payments.model.claims import ClaimState, Settled
from queue_server.payments.model.doubts import Ended, Finding, NewDoubt, Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.services import doubts, resolve
from tests.support.office import FEE, KIOSK, NOON, PERSON, Office
from tests.support.owed import BOSS, CASHIER, Treasury, cash_of, piece
from tests.support.site import Site

HOLDER = Found(Holder("JUAN", "PRUEBA", "", data_match=True, of_age=True))


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treasury]:
    made = Treasury(Site(tmp_path_factory.mktemp("doubts")))
    yield made
    made.close()


def doubt(office: Office, application: UUID | None = None, payment: UUID | None = None) -> str:
    """A card whose terminal did not answer."""
    new = NewDoubt(payment or uuid4(), application, Means.CARD, FEE, office.clock.now(), "no_reply")
    office.database.run(lambda uow: doubts.tell(uow, KIOSK, new))
    return str(new.payment)


def kiosk_says(office: Office, payment: str, ended: Ended) -> None:
    office.database.run(lambda uow: doubts.settle(uow, KIOSK, payment, ended))


def boss_says(office: Office, payment: str, ended: Any) -> None:
    office.database.run(
        lambda uow: doubts.settle_by_staff(uow, BOSS, payment, ended, Proof.TERMINAL_JOURNAL)
    )


def listed(office: Office) -> dict[str, str]:
    """What stands on the staff's list: doubt -> state."""
    found = office.database.read(lambda uow: resolve.unresolved(uow, "PRUEBA"))
    return {each.id: each.state for each in found if each.sort == "doubt"}


def refused_as(kind: str, work: Any) -> None:
    with pytest.raises(Problem) as refusal:
        work()
    assert refusal.value.kind == kind


def test_a_doubt_is_shown_to_staff_after_a_minute(office: Treasury) -> None:
    payment = doubt(office)
    assert listed(office) == {}
    office.clock.pass_by(seconds=61)
    assert listed(office) == {payment: "open"}
    kiosk_says(office, payment, Ended.NOT_CHARGED)
    assert listed(office) == {}


def test_a_note_ends_nothing(office: Treasury) -> None:
    payment = doubt(office)
    office.clock.pass_by(seconds=61)
    office.database.run(lambda uow: doubts.note(uow, CASHIER, payment, Finding.KIOSK_OFF))
    (mine,) = office.database.read(lambda uow: resolve.unresolved(uow, "PRUEBA"))
    assert (mine.finding, mine.state) == ("kiosk_off", "open")
    assert mine.last is not None
    assert (mine.last.what, mine.last.who) == ("doubt.noted", "cashier:rosa")


@pytest.mark.parametrize("by", [kiosk_says, boss_says], ids=["kiosk", "supervisor"])
def test_the_claim_follows_the_definite_answer(office: Treasury, by: Any) -> None:
    charged = office.claim(proven=False)
    free = office.claim(proven=False)
    for new in (charged, free):
        doubt(office, payment=new.payment)
    by(office, str(charged.payment), Ended.CHARGED)
    by(office, str(free.payment), Ended.NOT_CHARGED)
    assert office.stands(charged).state is ClaimState.OPEN
    assert office.stands(free).withdrawn_for is Settled.NOT_CHARGED


def test_a_late_repetition_opens_nothing_again(office: Treasury) -> None:
    payment = doubt(office)
    kiosk_says(office, payment, Ended.NOT_CHARGED)
    doubt(office, payment=UUID(payment))
    office.clock.pass_by(seconds=61)
    assert listed(office) == {}


def test_two_different_answers_need_a_person_who_decides(office: Treasury) -> None:
    payment = doubt(office)
    boss_says(office, payment, Ended.NOT_CHARGED)
    kiosk_says(office, payment, Ended.CHARGED)
    office.clock.pass_by(seconds=61)
    assert listed(office) == {payment: "contradicted"}
    boss_says(office, payment, Ended.CHARGED)
    office.clock.pass_by(seconds=61)
    assert listed(office) == {payment: "charged"}, "charged, and stands for nothing"
    refused_as("doubt_ended", lambda: boss_says(office, payment, Ended.CHARGED))


def test_what_was_charged_and_stands_for_nothing_becomes_one_claim(office: Treasury) -> None:
    payment = doubt(office)
    refused_as("not_proven", lambda: claimed(office, payment))
    boss_says(office, payment, Ended.CHARGED)
    claimed(office, payment)
    office.clock.pass_by(seconds=61)
    assert listed(office) == {}
    refused_as("payment_serves", lambda: claimed(office, payment))


def claimed(office: Treasury, payment: str) -> None:
    office.database.run(lambda uow: doubts.claim_charged(uow, BOSS, payment))


def test_a_payment_that_was_given_back_becomes_no_claim(office: Treasury) -> None:
    new = office.claim(proven=False)
    payment = doubt(office, payment=new.payment)
    boss_says(office, payment, Ended.CHARGED)
    office.hear(new, withdrawn=Settled.REVERSED)
    office.clock.pass_by(seconds=61)
    assert listed(office) == {}
    refused_as("payment_serves", lambda: claimed(office, payment))


def test_a_payment_that_is_handed_over_is_in_doubt_no_more(office: Treasury) -> None:
    application, paid = office.register(), cash_of(piece(), piece())
    doubt(office, application, paid.id)
    office.pay_in_cash(application, paid)
    office.clock.pass_by(seconds=61)
    assert listed(office) == {}


# --- never sold twice into a doubt ----------------------------------------------------------------
def decision(office: Office) -> Any:
    return office.database.read(lambda uow: before_money.decide(uow, "PRUEBA", PERSON, HOLDER))


def test_while_it_is_not_known_whether_they_paid_nothing_is_sold_to_them(office: Treasury) -> None:
    application = office.register()
    payment = doubt(office, application)
    assert decision(office) is NotSellable.PAYMENT_IN_DOUBT
    kiosk_says(office, payment, Ended.NOT_CHARGED)
    assert not isinstance(decision(office), NotSellable)


def test_a_doubt_of_another_day_sells_again(office: Treasury) -> None:
    doubt(office, office.register())
    office.clock.pass_by(hours=24)
    assert not isinstance(decision(office), NotSellable)


@pytest.mark.negative_control
def test_without_the_question_they_would_be_sold_to_twice(
    office: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt(office, office.register())
    monkeypatch.setattr(resume, "is_in_doubt", lambda *_: False)
    assert not isinstance(decision(office), NotSellable)


def test_their_document_finds_what_goes_on(office: Treasury) -> None:
    def found() -> Any:
        return office.database.read(lambda uow: resume.resume_of(uow, "PRUEBA", PERSON))

    first = office.register()
    assert found() is None, "registered and unpaid: nothing to go on with"
    office.pay_by_card(first)
    assert (found().application, found().state, found().claim_open) == (first, "accepted", False)
    office.clock.pass_by(seconds=1)
    second = office.register()
    new = office.claim(application=second)
    assert (found().application, found().claim_open) == (second, True)
    office.redeem(new)
    assert found().application == first
    office.clock.at = NOON
    office.clock.pass_by(hours=48)
    assert found() is None
    payment = doubt(office, second)
    assert found().application == second
    kiosk_says(office, payment, Ended.CLAIMED)
    assert found() is None
