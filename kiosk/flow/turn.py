"""The journey to a turn: document in the reader, service, place in the queue, slip on paper."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow import certificate
from kiosk.flow.effects import Effect, IssueTicket, PrintTicket, effect_id
from kiosk.flow.events import (
    DocumentProblem,
    DocumentTaken,
    Event,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
)
from kiosk.flow.facts import PrintState, Ticket
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    ChooseService,
    GoesOn,
    InReview,
    ReadDocument,
    State,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.touches import Back, Choose, Start, TakeTurn
from kiosk.flow.world import Part, Service, ServiceKind, World

REVIEW_SERVICE = "review"
Next = tuple[At, tuple[Effect, ...]]


def step(state: State, event: Event) -> Next:
    """The turn journey's answer to `event`; the same state when the event means nothing here."""
    match state.at, event:
        case Welcome(), Start(session, preferential):
            return _start(state.world, _newcomer(session, preferential)), ()
        case ReadDocument() as at, DocumentTaken(document):
            return choose(state.world, replace(at.person, document=document)), ()
        case ReadDocument() as at, DocumentProblem(problem):
            return replace(at, problem=problem, attempts=at.attempts + 1), ()
        case ChooseService() as at, Back() if state.world.usable(Part.READER):
            again = Person(effect_id(at.person.session, "again"), at.person.attention_class)
            return ReadDocument(again), ()
        case ChooseService() as at, Choose(code):
            return _choose_service(state.world, at, code)
        case CannotApply(person) | InReview(person) | GoesOn(person) as at, TakeTurn() if (
            not certificate.is_busy(at)
        ):
            return _turn_for_help(state.world, person)
        case TakingTurn() as at, TicketIssued(issued, ticket) if issued == _issue_id(at):
            job = PrintTicket(_print_id(at.person, ticket), at.person.session, ticket)
            if not ticket.slip or not state.world.usable(Part.PRINTER):
                return TicketReady(at.person, ticket, PrintState.NOT_PRINTED), ()
            return TicketReady(at.person, ticket), (job,)
        case TakingTurn() as at, TicketRefused(refused, words) if refused == _issue_id(at):
            return replace(choose(state.world, at.person), problem=words), ()
        case TicketReady() as at, SlipPrinted(printed, result) if printed == _print_id(
            at.person, at.ticket
        ):
            return replace(at, print_state=result), ()
        case at, _:
            return at, ()


def carry_on(world: World, at: At) -> At:
    """Where the person stands after the world changed: nobody waits for a reader that is gone."""
    match at:
        case ReadDocument(person) if not world.usable(Part.READER):
            return choose(world, person)
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


def choose(world: World, person: Person) -> ChooseService:
    """In front of what the site offers now."""
    return ChooseService(person, world.services)


def _choose_service(world: World, at: ChooseService, code: str) -> Next:
    service = next((each for each in at.services if each.code == code), None)
    if service is None:
        return at, ()
    if service.kind is ServiceKind.CERTIFICATE:
        if at.person.document is None and world.usable(Part.READER):
            return ReadDocument(at.person), ()  # the reader came back meanwhile
        return certificate.begin(world, at.person, service)
    return _take(at.person, service)


def _turn_for_help(world: World, person: Person) -> Next:
    """A turn at the review window, where somebody reads the papers."""
    helping = [each for each in world.services if each.code == REVIEW_SERVICE]
    helping += [each for each in world.services if each.kind is ServiceKind.TURN]
    if not helping:
        return ChooseService(person, world.services), ()
    return _take(person, helping[0])


def _take(person: Person, service: Service) -> Next:
    taking = TakingTurn(person, service)
    ask = IssueTicket(
        _issue_id(taking), person.session, service, person.attention_class, person.document
    )
    return taking, (ask,)


def _issue_id(at: TakingTurn) -> UUID:
    return effect_id(at.person.session, f"issue:{at.service.code}")


def _print_id(person: Person, ticket: Ticket) -> UUID:
    return effect_id(person.session, f"print:{ticket.number}")
