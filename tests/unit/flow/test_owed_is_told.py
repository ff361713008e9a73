"""Money that is owed: nobody goes without having seen its code."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from unittest.mock import patch
from uuid import UUID

import pytest

from kiosk.flow.effects import CheckApplicant, IssueTicket
from kiosk.flow.events import (
    DocumentTaken,
    Event,
    IdleExpired,
)
from kiosk.flow.facts import Found as FoundBefore
from kiosk.flow.facts import Owed, PrintState, Standing
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    ConfirmName,
    GoesOn,
    HoldsClaim,
    InReview,
    PaidButRefused,
    PaymentUnknown,
    State,
    StillWorking,
    TakingTurn,
    Welcome,
    WithReceipt,
)
from kiosk.flow.step import step
from kiosk.flow.touches import Accept, Cancel, Choose, Complain, Finish, GoOn, Start, TakeTurn
from kiosk.order import Means
from kiosk.performers.applicant import ApplicantDesk
from kiosk.queue_client import Granted
from tests.support.flow import DOCUMENT, ORDER, SESSION, after, open_kiosk

PERSON = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
CODE = "C-7KQ2-M9XT-9"
OWING = replace(ORDER, means=Means.CASH, owed=(Owed(CODE, 2010),))
LOST = PrintState.NOT_PRINTED
SHOWN = [
    CertificateReady(PERSON, OWING, None, LOST),
    InReview(PERSON, OWING, LOST),
    StillWorking(PERSON, OWING, LOST),
    PaidButRefused(PERSON, OWING, LOST),
    PaymentUnknown(PERSON, OWING, LOST),
]
WAYS_OUT = [Finish(), Cancel(), IdleExpired(), TakeTurn()]


def name(one: object) -> str:
    return type(one).__name__


def standing(at: WithReceipt) -> State:
    return replace(open_kiosk(), at=at)


@pytest.mark.parametrize("event", WAYS_OUT, ids=name)
@pytest.mark.parametrize("at", SHOWN, ids=name)
def test_every_way_out_shows_the_code_first(at: WithReceipt, event: Event) -> None:
    told, sent = step(standing(at), event)
    assert isinstance(told.at, HoldsClaim)
    assert (told.at.order.owed[0].code, sent) == (CODE, ())
    if isinstance(event, TakeTurn):
        return
    gone, _ = step(told, event)
    assert isinstance(gone.at, Welcome), "shown once, not for ever"


def test_a_turn_that_was_wanted_is_taken_after_the_code_was_seen() -> None:
    told = after(standing(InReview(PERSON, OWING, LOST)), TakeTurn())
    taking, (ask,) = step(told, Finish())
    assert isinstance(taking.at, TakingTurn)
    assert isinstance(ask, IssueTicket)
    assert isinstance(after(told, Cancel()).at, Welcome)


def test_whoever_reads_of_the_complaint_book_and_walks_away_has_it_shown_too() -> None:
    reading = after(standing(InReview(PERSON, OWING, LOST)), Complain())
    assert isinstance(after(reading, IdleExpired()).at, HoldsClaim)


def test_a_printed_code_is_not_shown_to_whoever_comes_after_an_absent_owner() -> None:
    printed = standing(InReview(PERSON, OWING, PrintState.PRINTED))
    assert isinstance(after(printed, IdleExpired()).at, Welcome)
    assert isinstance(after(printed, Finish()).at, HoldsClaim), "a slip is easily left lying"


def test_where_nothing_is_owed_nothing_is_in_the_way() -> None:
    for event in (Finish(), Cancel(), IdleExpired()):
        assert isinstance(after(standing(InReview(PERSON, ORDER, LOST)), event).at, Welcome)
    assert isinstance(after(standing(InReview(PERSON, ORDER, LOST)), TakeTurn()).at, TakingTurn)


def only_finish(original: Callable[..., HoldsClaim | None]) -> Callable[..., HoldsClaim | None]:
    """The guard as it was: it knew one way out."""
    return lambda at, event: original(at, event) if isinstance(event, Finish) else None


@pytest.mark.negative_control
def test_a_guard_of_one_way_out_is_caught() -> None:
    from kiosk.flow.certificate.receipt import owed_before_leaving

    with patch("kiosk.flow.step.owed_before_leaving", only_finish(owed_before_leaving)):
        test_every_way_out_shows_the_code_first(SHOWN[0], Finish())
        for event in (Cancel(), IdleExpired(), TakeTurn()):
            with pytest.raises(AssertionError):
                test_every_way_out_shows_the_code_first(SHOWN[1], event)


# --- who comes back ------------------------------------------------------------------------------
SELLABLE = {"sellable": True, "masked_name": "PR**** JUAN", "fee_centimos": 3770}
IN_FORCE = {
    "sellable": False,
    "reason": "already_valid",
    "instead": ["send_again"],
    "certificate_until": "2027-02-12",
}


class Answers:
    """A server that says the same to everybody."""

    def __init__(self, body: dict[str, object]) -> None:
        self._body = body

    def put(self, *_what: object) -> Granted:
        return Granted(self._body)


def checked(rest: dict[str, object], state: str, *, claim: bool) -> tuple[State, Event]:
    """A document was shown; what the kiosk makes of the server's whole answer."""
    begun = after(open_kiosk(), Start(SESSION), DocumentTaken(DOCUMENT), Choose("certificate"))
    asking, (ask,) = step(begun, Accept())
    assert isinstance(asking.at, CheckingApplicant)
    assert isinstance(ask, CheckApplicant)
    resume = {"application": str(UUID(int=5)), "number": "A01-00042-K"}
    body = {**rest, "resume": {**resume, "state": state, "claim_open": claim}}
    event = ApplicantDesk(Answers(body)).perform(ask).event  # pyright: ignore[reportArgumentType]
    return after(asking, event), event


@pytest.mark.parametrize(
    ("rest", "state", "goes_to"),
    [
        (SELLABLE, "registered", ConfirmName),
        (SELLABLE, "refused", ConfirmName),
        (IN_FORCE, "issued", CannotApply),
    ],
    ids=["registered", "refused", "issued"],
)
def test_a_document_shown_again_tells_of_money_that_waits_and_goes_on(
    rest: dict[str, object], state: str, goes_to: type
) -> None:
    told, _ = checked(rest, state, claim=True)
    assert isinstance(told.at, GoesOn)
    assert told.at.found == FoundBefore("A01-00042-K", Standing.OWED, claim_open=True)
    on, sent = step(told, GoOn())
    assert isinstance(on.at, goes_to)
    assert sent == ()


def test_where_no_money_waits_the_way_is_as_ever() -> None:
    told, _ = checked(SELLABLE, "registered", claim=False)
    assert isinstance(told.at, ConfirmName)
    refused, _ = checked(IN_FORCE, "issued", claim=False)
    assert isinstance(refused.at, CannotApply)
    assert refused.at.in_force is not None
    assert refused.at.in_force.until == date(2027, 2, 12)


def test_what_goes_on_is_still_sold_to_nobody() -> None:
    told, _ = checked(SELLABLE, "accepted", claim=True)
    assert isinstance(told.at, GoesOn)
    assert (told.at.found.standing, told.at.then) == (Standing.WORKING, None)
    assert step(told, GoOn()) == (told, ())


@pytest.mark.negative_control
def test_an_answer_that_drops_the_open_claim_is_caught() -> None:
    with (
        patch("kiosk.performers.applicant._found", lambda _answer: None),
        pytest.raises(AssertionError),
    ):
        test_a_document_shown_again_tells_of_money_that_waits_and_goes_on(
            SELLABLE, "registered", ConfirmName
        )
