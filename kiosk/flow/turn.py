"""The journey to a turn: document in the reader, service, place in the queue, slip on paper."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow.certificate import applying as certificate
from kiosk.flow.effects import Effect, IssueTicket, PrintTicket, TakeNumber, effect_id
from kiosk.flow.events import (
    Event,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
    TicketUnanswered,
)
from kiosk.flow.facts import NoTurn, PrintState, Ticket, Typed
from kiosk.flow.follow.states import FollowedMoney, FollowedNothing, FollowedOnes
from kiosk.flow.guide.states import GuideService
from kiosk.flow.identity.change import afresh
from kiosk.flow.identity.preference import offers_preference
from kiosk.flow.identity.states import ChooseDocument, OfferPreference
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    ChooseService,
    GoesOn,
    HoldsClaim,
    InReview,
    ReadDocument,
    State,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.touches import Back, Choose, Start, TakeTurn
from kiosk.flow.world import (
    Part,
    Service,
    ServiceKind,
    World,
    number_obstacle,
    offered,
    turn_obstacle,
)

HELPING = ("review", "information")
"""Services at which somebody looks at a person's case, the best first."""
Next = tuple[At, tuple[Effect, ...]]


def step(state: State, event: Event) -> Next:
    """The turn journey's answer to `event`; the same state when the event means nothing here."""
    match state.at, event:
        case Welcome(), Start(session, preferential):
            return _start(state.world, _newcomer(session, preferential)), ()
        case ChooseService() as at, Back() if state.world.usable(Part.READER):
            new, gone = afresh(at.person)
            return ReadDocument(new), gone
        case ReadDocument(person, then=Service()), Back():
            return choose(state.world, person), ()
        case ChooseService() as at, Choose(code) if not _is_shut(state.world):
            return _choose_service(state.world, at, code)
        case GuideService(_, service), TakeTurn() if turn_obstacle(state.world, service):
            return state.at, ()
        case GuideService(person, service), TakeTurn():
            return take(state.world, person, service)
        case (
            CannotApply(person)
            | InReview(person)
            | HoldsClaim(person)
            | GoesOn(person)
            | FollowedNothing(person)
            | FollowedOnes(person)
            | FollowedMoney(person)
        ) as at, TakeTurn() if not certificate.is_busy(at):
            return _turn_for_help(state.world, person)
        case TakingTurn() as at, TicketIssued(issued, ticket) if issued in _asked(at):
            return _issued(state.world, at.person, ticket)
        case TakingTurn() as at, TicketUnanswered(asked) if asked == _issue_id(at):
            return _unanswered(state.world, at)
        case TakingTurn() as at, TicketRefused(refused, words, why) if refused in _asked(at):
            return replace(choose(state.world, at.person), problem=words, no_turn=why), ()
        case TicketReady() as at, SlipPrinted(printed, result) if printed == _print_id(
            at.person, at.ticket
        ):
            return _printed(state.world, at, result), ()
        case at, _:
            return at, ()


def carry_on(world: World, at: At) -> At:
    """Where the person stands after the world changed: nobody waits for a reader that is gone."""
    match at:
        case ReadDocument(person, then=None) if not world.usable(Part.READER):
            return choose(world, person)
        case ReadDocument(person, then=then) if not world.usable(Part.READER):
            return ask_who(world, person, then)
        case _:
            return at


def person_of(at: At) -> Person | None:
    """The person standing at the kiosk, if any."""
    return getattr(at, "person", None)


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    match at:
        case TakingTurn() | TicketReady(print_state=PrintState.PRINTING):
            return True
        case _:
            return False


def _newcomer(session: UUID, preferential: bool) -> Person:
    attention = AttentionClass.PREFERENTIAL if preferential else AttentionClass.GENERAL
    return Person(session, attention)


def _start(world: World, person: Person) -> At:
    if world.usable(Part.READER):
        return ReadDocument(person)
    return choose(world, person)


def ask_who(world: World, person: Person, then: Service | None) -> At:
    """In front of the reader, or where there is none of what is typed instead."""
    if world.usable(Part.READER):
        return ReadDocument(person, then=then)
    return ChooseDocument(person, Typed(then=then))


def choose(world: World, person: Person) -> ChooseService:
    """In front of what the site offers now."""
    return ChooseService(person, offered(world))


def _choose_service(world: World, at: ChooseService, code: str) -> Next:
    service = next((each for each in at.services if each.code == code), None)
    if service is None:
        return at, ()
    if service.kind is ServiceKind.CERTIFICATE:
        if at.person.document is None:
            new, gone = afresh(at.person)
            return ask_who(world, new, service), gone
        return certificate.begin(world, at.person, service)
    return take(world, at.person, service)


def _turn_for_help(world: World, person: Person) -> Next:
    """A turn at the review window, where somebody reads the papers; where there is none at that of
    information, and else none: another line would be waited in for nothing."""
    turns = {each.code: each for each in offered(world) if each.kind is ServiceKind.TURN}
    for code in HELPING:
        if code in turns and turn_obstacle(world, turns[code]) is None:
            return take(world, person, turns[code])
    return replace(choose(world, person), no_turn=NoTurn.ASK_STAFF), ()


def _is_shut(world: World) -> bool:
    """Whether nobody chooses anything here: staff closed the kiosk, or it cannot write."""
    return world.closure is not None or not world.journal


def take(world: World, person: Person, service: Service) -> Next:
    """Ask the server; while it is away take a number of our own, where there is one.

    Whoever may be attended first is asked before, once.
    """
    taking = TakingTurn(person, service)
    if turn_obstacle(world, service) is not None:
        return choose(world, person), ()
    if offers_preference(world, person):
        return OfferPreference(person, service), ()
    if not world.server:
        return taking, (_take_number(taking),)
    ask = IssueTicket(
        _issue_id(taking), person.session, service, person.attention_class, person.document
    )
    return taking, (ask,)


def _unanswered(world: World, at: TakingTurn) -> Next:
    """The turn may exist where nobody can be asked: the number of a paper takes its place."""
    if number_obstacle(world, at.service) is not None:
        return replace(choose(world, at.person), no_turn=NoTurn.AWAY), ()
    return at, (_take_number(at, asked_as=_issue_id(at)),)


def _take_number(at: TakingTurn, asked_as: UUID | None = None) -> TakeNumber:
    person = at.person
    return TakeNumber(
        _number_id(at),
        person.session,
        at.service,
        person.attention_class,
        person.document,
        asked_as,
    )


def _issued(world: World, person: Person, ticket: Ticket) -> Next:
    if ticket.slip and world.usable(Part.PRINTER):
        job = PrintTicket(_print_id(person, ticket), person.session, ticket)
        return TicketReady(person, ticket), (job,)
    return _printed(world, TicketReady(person, ticket), PrintState.NOT_PRINTED), ()


def _printed(world: World, at: TicketReady, result: PrintState) -> At:
    """What is known of the paper. A number that is called from paper is nothing without it."""
    if not at.ticket.by_voice or result is not PrintState.NOT_PRINTED:
        return replace(at, print_state=result)
    person = replace(at.person, papers=at.person.papers + 1)
    return replace(choose(world, person), no_paper=True)


def _asked(at: TakingTurn) -> tuple[UUID, UUID]:
    return _issue_id(at), _number_id(at)


def _number_id(at: TakingTurn) -> UUID:
    return effect_id(at.person.session, f"number:{at.service.code}:{at.person.papers}")


def _issue_id(at: TakingTurn) -> UUID:
    return effect_id(at.person.session, f"issue:{at.service.code}")


def _print_id(person: Person, ticket: Ticket) -> UUID:
    return effect_id(person.session, f"print:{ticket.number}")
