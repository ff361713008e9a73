"""`kill -9` at the worst moment: nothing accepted or charged is lost, nothing is done twice."""

from uuid import UUID

import pytest

from kiosk.journal.claims import Claim
from kiosk.order import Means, OrderState
from tests.crash.money.audit import audit
from tests.crash.money.books import Books, Order, gathered
from tests.crash.money.lives import PAYING, Lives, Target
from tests.crash.money.points import AFTER, BEFORE
from tests.crash.money.street import Habits
from tests.support.centre import eventually

SILENT = Habits(means=("card",), moods=("no reply silent",), leaves=0.0)
UNHEARD = Habits(means=("card",), moods=("lose request silent",), leaves=0.0)
SOME = Target("note stacked", AFTER, 1, "cash")
ENOUGH = Target("note stacked", AFTER, 2, "cash")
ACCEPTED = Target("server commit", AFTER, 2, "card")


def settled(lives: Lives) -> tuple[Books, Order]:
    """All books once everything has ended, and the newest order; the books must agree."""
    lives.settle_quickly()
    books = gathered(lives.world)
    found = audit(books)
    assert found.sound, found
    assert lives.toll.late == []
    return books, max(books.orders, key=lambda each: each.number)


def claims_of(lives: Lives, order: Order) -> list[Claim]:
    journal = lives.world.kiosk.journal()
    try:
        entry = journal.orders.entry(UUID(order.application))
        assert entry is not None
        assert entry.payment is not None
        return journal.claims.of_payment(entry.payment)
    finally:
        journal.close()


def coins_out(lives: Lives) -> int:
    till = lives.world.kiosk.hardware.till
    assert till is not None
    return till.given()


def test_a_card_charged_while_the_kiosk_dies_becomes_one_certificate(lives: Lives) -> None:
    lives.live(SILENT, lives.charged)
    books, order = settled(lives)
    assert order.state is OrderState.ACCEPTED
    assert books.charged[order.number] == 1
    assert len(books.certificates[order.application]) == 1
    assert lives.world.kiosk.hardware.terminal.obey("ledger")["duplicates"] == 0


def test_a_card_that_was_never_charged_leaves_nothing_owed(lives: Lives) -> None:
    lives.live(UNHEARD, lambda: lives.street.at in PAYING[1:])
    books, order = settled(lives)
    assert order.state in (OrderState.DECLINED, OrderState.ABANDONED)
    assert order.number not in books.charged
    assert books.applications[order.application][0] == "registered"


def test_too_little_inside_when_the_kiosk_dies_is_owed_by_one_claim_on_paper(lives: Lives) -> None:
    given = coins_out(lives)
    assert lives.die_at(SOME)
    books, order = settled(lives)
    assert order.state is OrderState.OWED
    (claim,) = claims_of(lives, order)
    assert (claim.amount_centimos, claim.proven, claim.means) == (2000, True, Means.CASH)
    assert books.owed[str(claim.id)] == ("open", 2000)
    assert sum(claim.code in slip for slip in lives.world.kiosk.paper) == 1
    assert coins_out(lives) == given
    assert books.applications[order.application][0] == "registered"


@pytest.mark.thorough
def test_enough_inside_when_the_kiosk_dies_is_one_certificate(lives: Lives) -> None:
    assert lives.die_at(ENOUGH)
    books, order = settled(lives)
    assert order.state is OrderState.ACCEPTED
    assert len(books.certificates[order.application]) == 1


def test_an_accepted_application_survives_the_death_of_every_server_process(
    lives: Lives,
) -> None:
    assert lives.die_at(ACCEPTED)
    books, order = settled(lives)
    assert order.state is OrderState.ACCEPTED
    assert len(books.certificates[order.application]) == 1
    issued = sum(state == "issued" for state, _ in books.applications.values())
    eventually(lambda: len(lives.world.letters()) >= issued)
    assert len(lives.world.letters()) == len(set(lives.world.letters())) == issued


@pytest.mark.thorough
def test_a_kiosk_that_dies_before_it_wrote_anything_has_sold_nothing(lives: Lives) -> None:
    assert lives.die_at(Target("journal write", BEFORE, 1, "card"))
    books, order = settled(lives)
    assert order.state is OrderState.ABANDONED
    assert order.number not in books.charged
