"""Nothing is given twice: two windows, a window and the kiosk's news, a return and a claim."""

import threading
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import resume, whose
from queue_server.payments import tables
from queue_server.payments.model.claims import (
    ClaimReason,
    ClaimState,
    Given,
    NewClaim,
    News,
    Settled,
)
from queue_server.payments.model.doubts import NewDoubt, Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import Result, ReturnState
from queue_server.payments.services import (
    claims,
    doubts,
    resolve,
    returns,
    returns_as_claims,
    told,
)
from tests.support.office import FEE, KIOSK, PERSON
from tests.support.owed import BOSS, CASHIER, OTHER_CASHIER, Treasury, cash_of, new_claim, piece
from tests.support.same_second import in_the_same_second
from tests.support.site import Kind, Site

ROUNDS = 4


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Treasury]:
    kind: Kind = request.param
    made = Treasury(Site(tmp_path_factory.mktemp("site"), database=kind))
    yield made
    made.close()


@pytest.fixture(scope="module")
def elsewhere(office: Treasury) -> Iterator[Database]:
    """The same rows, as another process has them."""
    with closing(office.another_process()) as database:
        yield database


def redeems(database: Database, who: Actor, new: NewClaim) -> None:
    database.run(
        lambda uow: claims.redeem(uow, who, new.code, "V1", Given.CASH, document_shown=True)
    )


def redeems_by_reading(
    database: Database, who: Actor, new: NewClaim, both: threading.Barrier
) -> None:
    """As programs do it that look first: is it open? Then write that it is redeemed."""
    found = database.read(lambda uow: claims.by_code(uow, "PRUEBA", new.code))
    both.wait(10)
    assert found.state is ClaimState.OPEN

    def write(uow: UnitOfWork) -> None:
        row = tables.claims
        given = {
            "given": Given.CASH,
            "given_by": who.name,
            "given_at_counter": "V1",
            "given_at": uow.now,
        }
        put = update(row).where(row.c.id == found.id)
        uow.connection.execute(put.values(came_from="open", state="redeemed", **given))

    database.run(write)


def test_of_two_windows_one_gives_the_money_and_the_other_is_told_who_did(
    office: Treasury, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        new = office.claim()
        told_ = in_the_same_second(
            lambda n=new: redeems(office.database, CASHIER, n),
            lambda n=new: redeems(elsewhere, OTHER_CASHIER, n),
        )
        assert sorted(told_) == ["claim_redeemed", "done"]
        first = (CASHIER, OTHER_CASHIER)[told_.index("done")]
        assert office.stands(new).given_by == first.name


@pytest.mark.negative_control
def test_who_reads_first_and_then_writes_gives_it_twice(
    office: Treasury, elsewhere: Database
) -> None:
    new, both = office.claim(), threading.Barrier(2)
    told_ = in_the_same_second(
        lambda: redeems_by_reading(office.database, CASHIER, new, both),
        lambda: redeems_by_reading(elsewhere, OTHER_CASHIER, new, both),
    )
    assert told_ == ["done", "done"]


def test_what_the_kiosk_learned_and_the_window_gave_never_both_count(
    office: Treasury, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        new = office.claim()
        news = News(withdrawn=Settled.REVERSED)
        told_ = in_the_same_second(
            lambda n=new: redeems(office.database, CASHIER, n),
            lambda n=new, w=news: elsewhere.run(lambda uow: told.hear(uow, KIOSK, str(n.id), w)),
        )
        state = office.stands(new).state
        if state is ClaimState.REDEEMED:
            assert told_ == ["done", "claim_redeemed"]
        else:
            assert (state, told_) == (ClaimState.WITHDRAWN, ["claim_withdrawn", "done"])


def test_a_return_begun_and_a_claim_made_of_it_exclude_each_other(
    office: Treasury, elsewhere: Database
) -> None:
    for _ in range(ROUNDS):
        payment = office.refused()
        told_ = in_the_same_second(
            lambda p=payment: office.says(p, Result.UNDER_WAY),
            lambda p=payment: elsewhere.run(
                lambda uow: returns_as_claims.turn_into_claim(uow, BOSS, p, None)
            ),
        )
        claimed = office.return_of(payment).state == ReturnState.CLAIMED
        assert told_ == (["return_claimed", "done"] if claimed else ["done", "proof_needed"])


def test_two_claims_of_one_return_are_one(office: Treasury, elsewhere: Database) -> None:
    for _ in range(ROUNDS):
        payment = office.refused()
        told_ = in_the_same_second(
            *(
                lambda d=database, p=payment: d.run(
                    lambda uow: returns_as_claims.turn_into_claim(uow, BOSS, p, Proof.CASH_COUNT)
                )
                for database in (office.database, elsewhere)
            )
        )
        assert sorted(told_) == ["done", "return_claimed"]
        assert claims_of(office, payment) == ["open"]


def test_two_notices_of_one_note_count_it_once(office: Treasury, elsewhere: Database) -> None:
    for _ in range(ROUNDS):
        note = piece()
        both = [office.register(), office.register()]
        told_ = in_the_same_second(
            lambda n=note, a=both[0]: office.pay_in_cash(a, cash_of(n, piece())),
            lambda n=note, e=elsewhere: e.run(
                lambda uow: told.make(
                    uow,
                    KIOSK,
                    new_claim(means=Means.CASH, payment=None, amount_centimos=2000, pieces=(n,)),
                )
            ),
        )
        assert sorted(told_) == ["done", "piece_used"]


def test_what_staff_and_kiosks_read_is_the_same_on_both(office: Treasury) -> None:
    application = office.register()
    doubted = NewDoubt(uuid4(), application, Means.CARD, FEE, office.clock.now(), "no_reply")
    office.database.run(lambda uow: doubts.tell(uow, KIOSK, doubted))
    new, payment = office.claim(application=application), office.refused()
    office.clock.pass_by(seconds=61)
    read = office.database.read
    found = {each.id: each for each in read(lambda uow: resolve.unresolved(uow, "PRUEBA"))}
    assert [found[str(each)].state for each in (doubted.payment, new.id, payment)] == [
        "open",
        "open",
        "owed",
    ]
    last = found[str(new.id)].last
    assert last is not None
    assert (last.what, last.who) == ("claim.made", "kiosk:A01")
    counts = read(lambda uow: resolve.counted(uow, "PRUEBA"))
    assert counts.claims >= 1
    assert counts.now >= 2
    ids = {each.application for each in found.values() if each.application}
    faces = read(lambda uow: whose.faces(uow, "PRUEBA", ids))
    assert faces[str(application)].masked == "*****410"
    assert read(lambda uow: resume.is_in_doubt(uow, "PRUEBA", PERSON))
    goes_on = read(lambda uow: resume.resume_of(uow, "PRUEBA", PERSON))
    assert goes_on is not None
    owed = read(lambda uow: returns.of_kiosk(uow, KIOSK))
    assert payment in {each.payment for each in owed}


def claims_of(office: Treasury, payment: str) -> list[str]:
    claim = tables.claims.c
    return [row.state for row in office.rows(select(claim.state).where(claim.payment == payment))]


# --- a return and a claim for one payment ---------------------------------------------------------
def returned_anyway(uow: UnitOfWork, payment: str) -> None:
    """As a program does it that never heard of the claim."""
    row = tables.returns
    put = update(row).where(row.c.payment == payment)
    uow.connection.execute(put.values(came_from="claimed", state="returned"))


def test_while_a_claim_stands_its_return_cannot_be_returned(office: Treasury) -> None:
    payment = office.refused()
    office.database.run(lambda uow: returns_as_claims.turn_into_claim(uow, BOSS, payment, None))
    with pytest.raises(IntegrityError):
        office.database.run(lambda uow: returned_anyway(uow, payment))
    assert office.return_of(payment).state == ReturnState.CLAIMED


def test_no_claim_is_made_of_what_went_back(office: Treasury) -> None:
    payment = office.refused()
    office.says(payment, Result.UNDER_WAY)
    office.says(payment, Result.RETURNED)
    late = new_claim(payment=payment, reason=ClaimReason.PAID_BUT_REFUSED)
    with pytest.raises(IntegrityError):
        office.database.run(lambda uow: claims.write_down(uow, KIOSK, "A01", late))


@pytest.mark.negative_control
def test_were_claim_and_return_not_tied_both_would_be_paid(office: Treasury) -> None:
    """The same, with a claim that says nothing of its return, as an untied one would be."""
    payment = office.refused()
    untied = new_claim(payment=payment, reason=ClaimReason.CASH_NOT_RETURNED, means=Means.CASH)
    office.database.run(lambda uow: claims.write_down(uow, KIOSK, "A01", untied))
    office.says(payment, Result.UNDER_WAY)
    office.says(payment, Result.RETURNED)
    assert office.redeem(untied).amount_centimos == FEE
    given = select(func.count()).where(tables.claims.c.state == ClaimState.REDEEMED)
    assert office.rows(given)[0][0] >= 1
    assert office.return_of(payment).state == ReturnState.RETURNED


def test_a_refused_payment_is_owed_once(office: Treasury) -> None:
    payment = office.refused()
    application = office.return_of(payment).application
    office.database.run(lambda uow: returns.owe(uow, application))
    assert office.return_of(payment).state == ReturnState.OWED
