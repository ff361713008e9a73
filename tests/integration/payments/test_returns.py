"""What was paid for a refused application goes back: by its kiosk, or as a claim."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.fleet.model.heartbeat import Heartbeat
from queue_server.fleet.services import heartbeats as fleet
from queue_server.payments.model.claims import ClaimReason, ClaimState, Given, Settled
from queue_server.payments.model.doubts import Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import (
    Evidence,
    NeedsPerson,
    Result,
    ReturnStanding,
    ReturnState,
)
from queue_server.payments.services import claims, resolve, returns, returns_as_claims
from queue_server.staff.model import Role
from queue_server.staff.services.credentials import create_credential
from tests.support.office import FEE, KIOSK, NOON
from tests.support.owed import BOSS, CASHIER, Treasury, cash_of, new_claim, piece
from tests.support.site import Site

NEXT_DAY = 24 * 3600


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treasury]:
    made = Treasury(Site(tmp_path_factory.mktemp("returns")))
    made.database.run(lambda uow: create_credential(uow, BOSS, Role.KIOSK, "A01"))
    yield made
    made.close()


@pytest.fixture
def office(whole: Treasury) -> Iterator[Treasury]:
    """At noon of one day, and the kiosk is heard of."""
    whole.clock.at = NOON
    beat(whole)
    yield whole
    whole.clock.at = NOON


def beat(office: Treasury) -> None:
    """The kiosk says that it lives."""
    news = Heartbeat(str(uuid4()), 1, "1", "idle", (), 0)
    office.database.run(lambda uow: fleet.record_heartbeat(uow, KIOSK, news))


def needs(office: Treasury, payment: str) -> NeedsPerson | None:
    found = office.database.read(lambda uow: returns.open_at(uow, "PRUEBA"))
    return next(why for of, why in found if of.payment == payment)


def claim_it(office: Treasury, payment: str, proof: Proof | None = None) -> tuple[str, str]:
    return office.database.run(
        lambda uow: returns_as_claims.turn_into_claim(uow, BOSS, payment, proof)
    )


def refused_as(kind: str, work: Any) -> None:
    with pytest.raises(Problem) as refusal:
        work()
    assert refusal.value.kind == kind


def standing(office: Treasury, payment: str) -> ReturnStanding:
    application = office.return_of(payment).application
    return office.database.read(lambda uow: returns.standing(uow, application))


def test_a_refused_card_payment_is_given_back_by_its_kiosk(office: Treasury) -> None:
    payment = office.refused()
    (mine,) = [
        each
        for each in office.database.read(lambda uow: returns.of_kiosk(uow, KIOSK))
        if each.payment == payment
    ]
    assert (mine.amount_centimos, mine.state) == (FEE, ReturnState.OWED)
    assert needs(office, payment) is None
    office.says(payment, Result.UNDER_WAY)
    assert standing(office, payment) is ReturnStanding.UNDER_WAY
    proof = Evidence("T-1", "000000000001", "7", "123456", datetime.now(UTC))
    assert office.says(payment, Result.RETURNED, evidence=proof) is ReturnState.RETURNED
    assert office.return_of(payment).evidence["rrn"] == "000000000001"
    assert standing(office, payment) is ReturnStanding.RETURNED


def test_nothing_is_given_before_the_server_was_asked(office: Treasury) -> None:
    payment = office.refused()
    refused_as("not_under_way", lambda: office.says(payment, Result.RETURNED))


def test_told_twice_it_is_told_once(office: Treasury) -> None:
    payment = office.refused(cash_of(piece(), piece()))
    for result in (Result.UNDER_WAY, Result.UNDER_WAY, Result.RETURNED, Result.RETURNED):
        office.says(payment, result)
    refused_as("already_returned", lambda: office.says(payment, Result.UNDER_WAY))


def test_another_kiosk_gives_nothing_back(office: Treasury) -> None:
    payment = office.refused()
    other = type(KIOSK)("PRUEBA", "kiosk", "B02")
    refused_as(
        "unknown_return",
        lambda: office.database.run(
            lambda uow: returns.answer(uow, other, payment, Result.UNDER_WAY)
        ),
    )


def test_what_the_terminal_refuses_needs_a_person_and_becomes_a_claim(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    assert office.says(payment, Result.REFUSED) is ReturnState.STUCK
    assert needs(office, payment) is NeedsPerson.REFUSED
    assert standing(office, payment) is ReturnStanding.OWED
    claim, code = claim_it(office, payment)
    assert standing(office, payment) is ReturnStanding.CLAIMED
    found = office.database.read(lambda uow: claims.by_code(uow, "PRUEBA", code))
    assert (found.id, found.state, found.reason) == (
        claim,
        ClaimState.OPEN,
        ClaimReason.PAID_BUT_REFUSED,
    )
    refused_as("return_claimed", lambda: office.says(payment, Result.UNDER_WAY))


def test_while_its_kiosk_sees_to_it_no_claim_is_made(office: Treasury) -> None:
    payment = office.refused()
    refused_as("kiosk_returns_it", lambda: claim_it(office, payment))


def test_a_kiosk_that_fell_silent_or_a_day_that_is_over_needs_a_person(office: Treasury) -> None:
    payment = office.refused()
    office.clock.pass_by(minutes=11)
    assert needs(office, payment) is NeedsPerson.KIOSK_SILENT
    beat(office)
    assert needs(office, payment) is None
    office.clock.pass_by(seconds=NEXT_DAY)
    assert needs(office, payment) is NeedsPerson.DAY_OVER


def test_what_may_have_begun_becomes_a_claim_only_with_a_proof(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    office.clock.pass_by(minutes=11)
    refused_as("proof_needed", lambda: claim_it(office, payment))
    claim_it(office, payment, Proof.TERMINAL_JOURNAL)
    assert office.return_of(payment).proof == "terminal_journal"


def test_a_kiosk_that_does_not_know_needs_a_proof_too(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    office.says(payment, Result.UNKNOWN)
    refused_as("proof_needed", lambda: claim_it(office, payment))
    office.database.run(
        lambda uow: returns_as_claims.found_returned(uow, BOSS, payment, Proof.TERMINAL_JOURNAL)
    )
    assert standing(office, payment) is ReturnStanding.RETURNED
    refused_as("already_returned", lambda: claim_it(office, payment, Proof.CASH_COUNT))


def test_the_kiosks_own_slip_takes_the_place_of_its_return(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    new = office.claim(payment=UUID(payment), reason=ClaimReason.PAID_BUT_REFUSED)
    assert office.says(payment, Result.REFUSED, claim=new.id) is ReturnState.CLAIMED
    refused_as("another_claim", lambda: office.says(payment, Result.REFUSED, claim=uuid4()))
    refused_as(
        "return_claimed",
        lambda: office.claim(payment=UUID(payment), reason=ClaimReason.PAID_BUT_REFUSED),
    )
    refused_as("not_given_back", lambda: office.hear(new, withdrawn=Settled.NOT_CHARGED))
    office.hear(new, withdrawn=Settled.REVERSED)
    assert standing(office, payment) is ReturnStanding.RETURNED


def test_refused_cash_is_claimed_in_parts_by_its_kiosk_and_whole_by_staff(
    office: Treasury,
) -> None:
    mine, theirs = (office.refused(cash_of(piece(), piece())) for _ in range(2))
    part = {"means": Means.CASH, "reason": ClaimReason.PAID_BUT_REFUSED}
    for payment in (mine, theirs):
        office.says(payment, Result.UNDER_WAY)
    first = office.claim(payment=UUID(mine), **part)
    late = office.claim(payment=UUID(mine), amount_centimos=100, pieces=(piece(100),), **part)
    office.hear(first, withdrawn=Settled.PAID_BY_KIOSK)
    assert standing(office, mine) is ReturnStanding.CLAIMED
    office.hear(late, withdrawn=Settled.PAID_BY_KIOSK)
    assert standing(office, mine) is ReturnStanding.RETURNED
    office.clock.pass_by(minutes=11)
    claim_it(office, theirs, Proof.CASH_COUNT)
    refused_as("return_claimed", lambda: office.claim(payment=UUID(theirs), **part))


def test_what_the_kiosk_gave_after_all_ends_the_claim_unless_it_was_paid(office: Treasury) -> None:
    one, other = office.refused(), office.refused()
    for payment in (one, other):
        office.says(payment, Result.UNDER_WAY)
    office.clock.pass_by(minutes=11)
    claim, _ = claim_it(office, one, Proof.TERMINAL_JOURNAL)
    _, code = claim_it(office, other, Proof.TERMINAL_JOURNAL)
    office.database.run(
        lambda uow: claims.redeem(uow, CASHIER, code, "V1", Given.CASH, document_shown=True)
    )
    assert office.says(one, Result.RETURNED) is ReturnState.RETURNED
    of = office.database.read(lambda uow: claims.of_site(uow, "PRUEBA", claim))
    assert of.withdrawn_for is Settled.REVERSED
    refused_as("return_claimed", lambda: office.says(other, Result.RETURNED))


def test_no_claim_is_made_where_nothing_was_refused(office: Treasury) -> None:
    late = new_claim(reason=ClaimReason.PAID_BUT_REFUSED)
    refused_as("no_return", lambda: office.claim(payment=late.payment, reason=late.reason))


def test_every_return_stands_on_the_list_with_who_did_what_last(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    office.says(payment, Result.UNKNOWN)
    found = office.database.read(lambda uow: resolve.unresolved(uow, "PRUEBA"))
    (mine,) = [each for each in found if each.id == payment]
    assert (mine.sort, mine.state, mine.reason, mine.now) == ("return", "stuck", "unknown", True)
    assert mine.last is not None
    assert (mine.last.what, mine.last.who) == ("return.unknown", "kiosk:A01")
