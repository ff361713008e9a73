"""The certificate through a whole kiosk without a screen: serial bytes, nexo, HTTP, SOAP, SMTP."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from deploy.demo.people import Visitor
from kiosk.flow.facts import NotCorrected, NotPaid, NotPossible, Standing
from kiosk.flow.states import (
    CannotApply,
    CertificateReady,
    ChooseService,
    ConfirmName,
    EmailCorrected,
    GiveEmail,
    GiveEmailAgain,
    GiveNewEmail,
    GiveNumber,
    GoesOn,
    InReview,
    PayingByCard,
    PaymentUnknown,
    ReadDocument,
    ReadyToPay,
    Terms,
    TicketReady,
    Welcome,
)
from kiosk.flow.touches import (
    Accept,
    Choose,
    Confirm,
    CorrectEmail,
    GaveEmail,
    GaveNumber,
    Pay,
    SendMeAgain,
    Start,
    TakeTurn,
)
from kiosk.flow.world import Part
from kiosk.order import OrderState
from tests.support.card import booked, check_paid_at_most_once
from tests.support.centre import EXTRA_REVIEW, eventually, extra_number
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

CARMEN = Visitor("10117479", "690228", "F", "PRUEBA", "CARMEN JULIA", "carmen@example.com")
MINOR = Visitor("10117444", "150505", "M", "PRUEBA", "LUIS", "x@example.com")
UNKNOWN = Visitor("49999999", "800101", "M", "NADIE", "NADIE", "x@example.com")


def somebody(index: int) -> Visitor:
    """The `index`-th of the ordinary people the tests add to the register."""
    address = f"alguien{index}@example.com"
    return Visitor(extra_number(index), "850728", "F", "PRUEBA", "ALGUIEN", address)


@pytest.fixture(scope="module")
def bench(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("kiosk")
    with switched_on(Bench(folder, world.site, "K01")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def open_kiosk(bench: Bench) -> Iterator[None]:
    """Each test begins at the first screen with everything working, and ends there."""
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.backend
            and all(state.world.usable(part) for part in Part if part is not Part.ACCEPTOR)
        )
    )
    yield
    bench.terminal.obey("approve")
    bench.printer.obey("paper full")
    bench.leave()


def to_terms(bench: Bench, visitor: Visitor) -> None:
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(visitor.mrz())
    bench.until_at(ChooseService)
    bench.post(Choose("certificate"))
    bench.until_at(Terms)
    bench.post(Accept())


def to_payment(bench: Bench, visitor: Visitor) -> None:
    to_terms(bench, visitor)
    bench.until_at(ConfirmName)
    bench.post(Confirm())
    bench.until_at(GiveEmail)
    bench.post(GaveEmail(visitor.email))
    bench.until_at(ReadyToPay)
    bench.post(Pay())


def test_a_document_and_a_card_become_a_certificate_and_a_receipt(
    world: "World", bench: Bench
) -> None:
    person = somebody(0)
    to_payment(bench, person)
    at = bench.until_printed(CertificateReady)
    assert at.link is not None
    assert at.link.startswith("https://turnos.example.pe/c/")
    slip = bench.slips()[-1]
    assert at.order.number in slip
    assert "37.70" in slip
    assert person.number not in slip
    application = str(at.order.application)
    assert len(world.centre.certificates(application)) == 1
    assert bench.live.journal.orders.unsettled() == []


@pytest.mark.parametrize(
    ("visitor", "reason"),
    [(MINOR, NotPossible.UNDER_AGE), (UNKNOWN, NotPossible.UNKNOWN_DOCUMENT)],
)
def test_who_cannot_have_one_is_told_before_money_and_offered_a_turn(
    bench: Bench, visitor: Visitor, reason: NotPossible
) -> None:
    before = booked(bench.terminal)
    to_terms(bench, visitor)
    at = bench.until_at(CannotApply)
    assert at.reason is reason
    bench.post(TakeTurn())
    bench.until_printed(TicketReady)
    assert booked(bench.terminal) == before


def letters_to(world: "World", address: str) -> list[EmailMessage]:
    return [each for each in world.mailbox.messages() if each["To"] == address]


def to_new_email(bench: Bench, visitor: Visitor, number: str) -> None:
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(visitor.mrz())
    bench.until_at(ChooseService)
    bench.post(CorrectEmail())
    bench.until_at(GiveNumber)
    bench.post(GaveNumber(number))
    bench.until_at(GiveNewEmail)
    bench.post(GaveEmail(f"bien{visitor.number}@example.com"))


def test_a_mistyped_address_is_corrected_with_number_and_document_and_nobody_elses(
    world: "World", bench: Bench
) -> None:
    owner, other = somebody(7), somebody(8)
    to_payment(bench, replace(owner, email="mal@example.com"))
    number = bench.until_printed(CertificateReady).order.number
    bench.leave()
    to_new_email(bench, other, number)
    refused = bench.until_at(GiveNumber, lambda at: at.problem is not None)
    assert refused.problem is NotCorrected.NOT_FOUND
    bench.leave()
    to_new_email(bench, owner, number.replace("-", "").lower())
    bench.until_at(EmailCorrected)
    eventually(lambda: letters_to(world, f"bien{owner.number}@example.com"))
    assert letters_to(world, f"bien{other.number}@example.com") == []


def to_sending_again(bench: Bench) -> CannotApply:
    """Carmen, who has a certificate in force, is asked for her e-mail."""
    to_terms(bench, CARMEN)
    offered = bench.until_at(CannotApply)
    bench.post(SendMeAgain())
    bench.until_at(GiveEmailAgain)
    return offered


def test_a_certificate_in_force_arrives_again_and_no_card_is_charged(
    world: "World", bench: Bench
) -> None:
    before, address = booked(bench.terminal), f"{uuid4().hex[:8]}@example.com"
    offered = to_sending_again(bench)
    assert offered.reason is NotPossible.ALREADY_VALID
    assert offered.in_force is not None
    bench.post(GaveEmail(address))
    at = bench.until_printed(CertificateReady)
    assert at.link is not None
    slip = bench.slips()[-1]
    assert at.order.number in slip
    assert "No se cobró nada" in slip
    assert CARMEN.number not in slip
    (letter,) = eventually(lambda: letters_to(world, address))
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    assert booked(bench.terminal) == before
    journal = bench.live.journal
    assert journal.orders.entry(at.order.application) is None
    bench.leave()
    effects = journal.effects
    eventually(lambda: all(each.body is None for each in effects.entries(at.person.session)))


def test_a_certificate_in_force_can_be_had_by_the_code_alone(bench: Bench) -> None:
    to_sending_again(bench)
    bench.post(GaveEmail(None))
    at = bench.until_printed(CertificateReady)
    assert at.order.email is None
    assert at.link is not None


def test_with_the_centre_away_nothing_is_sent_again_and_a_turn_is_given(
    world: "World", bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.again.SEND_DEADLINE_S", 0.1)
    to_sending_again(bench)
    world.centre.order(fault="answer", code="0002", operation="consultarTitular")
    bench.post(GaveEmail(CARMEN.email))
    at = bench.until_at(CannotApply)
    assert (at.reason, at.in_force) == (NotPossible.BACKEND_AWAY, None)
    bench.post(TakeTurn())
    bench.until_printed(TicketReady)


def test_a_declined_card_charges_nothing_and_may_be_tried_again(bench: Bench) -> None:
    bench.terminal.obey("decline")
    to_payment(bench, somebody(1))
    at = bench.until_at(ReadyToPay, lambda at: at.problem is not None)
    assert at.problem is NotPaid.DECLINED
    bench.terminal.obey("approve")
    bench.post(Pay())
    at = bench.until_printed(CertificateReady)
    check_paid_at_most_once(bench.terminal)


def test_a_reply_that_is_lost_is_asked_about_and_never_charged_again(bench: Bench) -> None:
    bench.terminal.obey("no reply")
    to_payment(bench, somebody(2))
    at = bench.until_printed(CertificateReady)
    assert [row["reference"] for row in booked(bench.terminal)].count(at.order.number) == 1
    check_paid_at_most_once(bench.terminal)


def test_a_homonym_is_under_review_and_gets_a_turn(bench: Bench) -> None:
    to_payment(bench, somebody(EXTRA_REVIEW))
    at = bench.until_printed(InReview)
    bench.post(TakeTurn())
    at = bench.until_printed(TicketReady)
    assert at.ticket.number.startswith("R-")


def test_who_comes_back_with_the_document_finds_what_goes_on_and_pays_nothing_again(
    bench: Bench,
) -> None:
    before = booked(bench.terminal)
    to_terms(bench, somebody(EXTRA_REVIEW))
    at = bench.until_at(GoesOn)
    assert at.found.standing is Standing.UNDER_REVIEW
    assert at.found.number.startswith("K01-")
    assert booked(bench.terminal) == before


def test_a_silent_terminal_ends_in_doubt_with_a_slip_and_is_settled_when_it_speaks(
    world: "World", bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.card.PAYMENT_DEADLINE_S", 2.0)
    person = somebody(3)
    to_terms(bench, person)
    bench.until_at(ConfirmName)
    bench.post(Confirm())
    bench.until_at(GiveEmail)
    bench.post(GaveEmail(person.email))
    at = bench.until_at(ReadyToPay)
    bench.terminal.obey("no reply silent")
    bench.post(Pay())
    bench.until_at(PayingByCard)
    number = at.order.number
    eventually(lambda: number in [row["reference"] for row in booked(bench.terminal)])
    bench.terminal.obey("mute on")
    at = bench.until_at(PaymentUnknown, deadline_s=30)
    bench.until_printed(PaymentUnknown)
    assert "No pague otra vez" in bench.slips()[-1]
    bench.terminal.obey("mute off")
    bench.terminal.obey("approve")
    orders = bench.live.journal.orders

    def settled() -> bool:
        entry = orders.entry(at.order.application)
        return entry is not None and entry.state is OrderState.ACCEPTED

    eventually(settled, 30)
