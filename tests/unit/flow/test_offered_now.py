"""What is offered is what can be had: a closed kiosk begins nothing, the bank's payment pays."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch
from uuid import UUID

import pytest

from kiosk.flow.effects import IssueTicket
from kiosk.flow.events import DocumentTaken, Event, JournalChanged, TicketRefused
from kiosk.flow.facts import NotPossible, NoTurn
from kiosk.flow.follow.states import ClaimStory, FollowedClaim, FollowedMoney, FollowMenu
from kiosk.flow.guide.states import GuideService
from kiosk.flow.identity.states import OfferPreference
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import (
    CannotApply,
    ChooseService,
    GiveSequence,
    OutOfService,
    ReadDocument,
    ReadyToPay,
    State,
    TakingTurn,
    Terms,
)
from kiosk.flow.step import step
from kiosk.flow.touches import (
    AlreadyApplied,
    Choose,
    OpenGuide,
    Prefer,
    SeeServices,
    TakeTurn,
    UseVoucher,
)
from kiosk.flow.world import (
    Closure,
    Obstacle,
    Part,
    World,
    certificate_notice,
    certificate_obstacle,
)
from tests.support.flow import CERTIFICATE, DOCUMENT, ORDER, SESSION, after, open_kiosk

SOMEBODY = Person(SESSION, AttentionClass.GENERAL)
KNOWN = replace(SOMEBODY, document=DOCUMENT)
SHUT: list[Event] = [*map(ClosureChanged, Closure), JournalChanged(usable=False)]
NOTHING_HERE = (Part.TERMINAL, Part.ACCEPTOR)


# --- closed --------------------------------------------------------------------------------------
@pytest.mark.parametrize("shut", SHUT, ids=str)
def test_by_the_way_of_information_a_closed_kiosk_gives_no_turn(shut: Event) -> None:
    closed = after(open_kiosk(), shut)
    assert isinstance(closed.at, OutOfService)
    service = after(closed, OpenGuide(SESSION), SeeServices(), Choose("information"))
    assert isinstance(service.at, GuideService)
    assert step(service, TakeTurn()) == (service, ()), "it says why, and stays there"


@pytest.mark.parametrize("shut", SHUT, ids=str)
def test_a_kiosk_closed_while_somebody_chooses_lets_them_choose_nothing(shut: Event) -> None:
    choosing = replace(open_kiosk(), at=ChooseService(KNOWN, open_kiosk().world.services))
    closed = after(choosing, shut)
    for code in ("information", CERTIFICATE.code):
        assert step(closed, Choose(code)) == (closed, ())


def test_a_document_shown_for_a_certificate_sells_nothing_there() -> None:
    reading = replace(open_kiosk(), at=ReadDocument(SOMEBODY, then=CERTIFICATE))
    told = after(reading, ClosureChanged(Closure.REPAIR), DocumentTaken(DOCUMENT))
    assert isinstance(told.at, CannotApply)
    assert told.at.reason is NotPossible.NOT_NOW


def test_a_turn_refused_while_staff_closed_the_kiosk_leads_to_no_sale() -> None:
    """The way the first reader found."""
    asked = after(open_kiosk(), OpenGuide(SESSION), SeeServices(), Choose("information"))
    asked, (ask,) = step(after(asked, TakeTurn()), Prefer(yes=False))
    assert isinstance(asked.at, TakingTurn)
    assert isinstance(ask, IssueTicket)
    closed = after(asked, ClosureChanged(Closure.REPAIR))
    refused = TicketRefused(ask.effect_id, why=NoTurn.SERVICE_CLOSED)
    choosing = after(closed, refused)
    assert isinstance(choosing.at, ChooseService)
    assert step(choosing, Choose(CERTIFICATE.code)) == (choosing, ())


@pytest.mark.negative_control
def test_a_kiosk_that_forgets_it_is_closed_is_caught() -> None:
    closed = after(open_kiosk(), ClosureChanged(Closure.REPAIR))
    service = after(closed, OpenGuide(SESSION), SeeServices(), Choose("information"))
    with patch("kiosk.flow.world._shut", lambda _world: None):
        asking = after(service, TakeTurn())
        _, effects = step(asking, Prefer(yes=False))
    assert any(isinstance(each, IssueTicket) for each in effects)


# --- preference ----------------------------------------------------------------------------------
def by_information() -> State:
    return after(open_kiosk(), OpenGuide(SESSION), SeeServices(), Choose("information"))


def by_my_application() -> State:
    menu = after(open_kiosk(), AlreadyApplied(SESSION))
    assert isinstance(menu.at, FollowMenu)
    claim = FollowedClaim("C-7KQ2-M9XT-9", 2010, ClaimStory.OWED)
    return replace(menu, at=FollowedMoney(menu.at.person, claim))


@pytest.mark.parametrize("way", [by_information, by_my_application])
def test_whoever_did_not_begin_with_empezar_is_asked_too(way: Callable[[], State]) -> None:
    offered = after(way(), TakeTurn())
    assert isinstance(offered.at, OfferPreference)
    _, (ask,) = step(offered, Prefer(yes=True))
    assert isinstance(ask, IssueTicket)
    assert ask.attention_class is AttentionClass.PREFERENTIAL


def test_whoever_began_with_empezar_was_asked_there() -> None:
    guide = replace(open_kiosk(), at=GuideService(SOMEBODY, open_kiosk().world.services[1]))
    assert isinstance(after(guide, TakeTurn()).at, TakingTurn)


# --- no way to pay here --------------------------------------------------------------------------
def test_the_banks_payment_needs_no_device() -> None:
    world = open_kiosk(*NOTHING_HERE).world
    assert certificate_obstacle(world) is None
    assert certificate_notice(world) is Obstacle.NO_WAY_TO_PAY, "and that is said before"
    ready = replace(open_kiosk(*NOTHING_HERE), at=ReadyToPay(KNOWN, ORDER))
    assert isinstance(after(ready, UseVoucher()).at, GiveSequence)


def begun(world: Callable[[World], World], *broken: Part) -> object:
    state = open_kiosk(*broken)
    state = replace(state, world=world(state.world), at=ReadDocument(SOMEBODY, then=CERTIFICATE))
    return after(state, DocumentTaken(DOCUMENT, UUID(int=3))).at


def test_each_reason_is_the_true_one() -> None:
    assert isinstance(begun(lambda world: world, *NOTHING_HERE), Terms)
    away = begun(lambda world: replace(world, backend=False))
    assert away == CannotApply(KNOWN, NotPossible.BACKEND_AWAY)
    priceless = begun(lambda world: replace(world, fee_centimos=None))
    assert priceless == CannotApply(KNOWN, NotPossible.NOT_NOW), "the system does answer"
    lost = begun(lambda world: replace(world, server=False))
    assert lost == CannotApply(KNOWN, NotPossible.SERVER_AWAY)


@pytest.mark.negative_control
def test_a_certificate_that_vanishes_with_the_terminal_is_caught() -> None:
    def strict(world: World) -> Obstacle | None:
        return certificate_notice(world)

    with patch("kiosk.flow.certificate.applying.certificate_obstacle", strict):
        assert not isinstance(begun(lambda world: world, *NOTHING_HERE), Terms)
