"""Who is here: by a document read, scanned or typed; somebody else's; who is attended first."""

from dataclasses import replace
from datetime import date
from typing import get_args

from devices.documents.document_types import DNI, DOCUMENT_TYPES, is_number
from kiosk.flow import turn
from kiosk.flow.certificate import applying as certificate
from kiosk.flow.effects import Effect
from kiosk.flow.events import DocumentProblem, DocumentTaken, Event, NumberTaken
from kiosk.flow.facts import NotPossible, PrintState, ReadProblem, Typed, TypingProblem
from kiosk.flow.identity.change import afresh
from kiosk.flow.identity.limits import may_retry, wants_card
from kiosk.flow.identity.states import (
    ChooseDocument,
    FinishFirst,
    Identity,
    OfferPreference,
    TypeBirth,
    TypeCheck,
    TypeIssue,
    TypeNumber,
    Typing,
)
from kiosk.flow.identity.typed import birth_in, check_in, issue_in, number_in
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    ChooseService,
    ConfirmName,
    EmailCorrected,
    GoesOn,
    ReadDocument,
    ReadyToPay,
    State,
    Terms,
    TicketReady,
    Welcome,
    WithReceipt,
)
from kiosk.flow.touches import (
    Back,
    ChoseDocument,
    GoOn,
    NotMe,
    Prefer,
    TryAgain,
    TypedText,
    TypeInstead,
)
from kiosk.flow.world import Part, Service, ServiceKind, World, offered

Reading = DocumentTaken | NumberTaken | DocumentProblem
Otherwise = TypeInstead | TryAgain | NotMe
Next = tuple[At, tuple[Effect, ...]]
ASKING: tuple[type, ...] = get_args(Identity)
SHOWN: tuple[type, ...] = get_args(Reading)
OTHERWISE: tuple[type, ...] = get_args(Otherwise)
TYPING: tuple[type, ...] = get_args(Typing)
# Here another document is answered in words: nothing is typed, and nothing is under way.
_RESTING = (
    ChooseService,
    OfferPreference,
    Terms,
    ConfirmName,
    GoesOn,
    CannotApply,
    ReadyToPay,
    TicketReady,
    EmailCorrected,
    *get_args(WithReceipt),
)


def answers(state: State, event: Event) -> bool:
    """Whether `step` here answers to `event`, and no other journey."""
    return isinstance(event, (*SHOWN, *OTHERWISE)) or isinstance(state.at, ASKING)


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever says who they are; the same state when it has none."""
    match event:
        case DocumentTaken() | NumberTaken() | DocumentProblem():
            return _shown(state.world, state.at, event)
        case TypeInstead() | TryAgain() | NotMe():
            return _otherwise(state.world, state.at, event)
        case _:
            return _asked(state.world, state.at, event)


# --- what the reader says ------------------------------------------------------------------------
def _shown(world: World, at: At, event: Reading) -> Next:
    match at, event:
        case Welcome(), DocumentTaken(document, session) if session is not None:
            person = Person(session, AttentionClass.GENERAL, came_by_document=True)
            return _known(world, person, document)
        case ReadDocument(person, then=then), DocumentTaken(document):
            return _known(world, person, document, then)
        case ReadDocument(person, then=then), NumberTaken():
            return _scanned(person, event, then), ()
        case ReadDocument(), DocumentProblem(problem):
            return replace(at, problem=problem, attempts=at.attempts + 1), ()
        case ChooseDocument() | TypeNumber(), NumberTaken():
            return _scanned(at.person, event, at.typed.then), ()
        case ChooseService() | Terms() | ChooseDocument(), DocumentTaken(beside=True) if (
            _is_another(at, event)
        ):
            return _two_at_once(at)
        case _, DocumentTaken(document) if isinstance(at, Typing):
            return _known(world, at.person, document, at.typed.then)
        case _, DocumentTaken(document) if isinstance(at, _RESTING):
            return _second(world, at, document)
        case _:
            return at, ()


def _scanned(person: Person, taken: NumberTaken, then: Service | None) -> At:
    """What a bar code does not tell is typed."""
    typed = Typed(taken.type, taken.number, taken.check, then=then)
    if not is_number(typed.type, typed.number):
        return ChooseDocument(person, Typed(then=then))
    if typed.type == DNI and not typed.check:
        return TypeCheck(person, typed)
    return TypeBirth(person, typed)


def _second(world: World, at: At, document: Document) -> Next:
    """A document in the middle of a session: the first one, where none was; else not now."""
    person = turn.person_of(at)
    if person is None or getattr(at, "print_state", None) is PrintState.PRINTING:
        return at, ()
    if isinstance(at, ChooseService) and person.document is None:
        new, gone = afresh(person)
        there, effects = _known(world, new, document)
        return there, (*gone, *effects)
    if isinstance(at, CannotApply) and wants_card(at):
        new, gone = afresh(person)
        there, effects = _known(world, new, document, _certificate(world))
        return there, (*gone, *effects)
    if person.document is not None and _same(person.document, document):
        return at, ()
    if isinstance(at, CannotApply) and may_retry(at):
        new, gone = afresh(replace(person, retries=person.retries + 1))
        there, effects = _known(world, new, document, _certificate(world))
        return there, (*gone, *effects)
    return FinishFirst(person, at), ()


def _is_another(at: ChooseService | Terms | ChooseDocument, taken: DocumentTaken) -> bool:
    """Whether somebody was just taken here by the other document."""
    read = at.read if isinstance(at, ChooseDocument) else at.person.document
    return read is not None and not read.typed and not _same(read, taken.document)


def _two_at_once(at: ChooseService | Terms | ChooseDocument) -> Next:
    """Two documents were shown: neither is taken, one is asked for."""
    new, gone = afresh(at.person)
    then = at.service if isinstance(at, Terms) else None
    then = at.typed.then if isinstance(at, ChooseDocument) else then
    return ReadDocument(new, ReadProblem.TWO_DOCUMENTS, 1, then), gone


def _same(one: Document, other: Document) -> bool:
    return one.number == other.number


# --- another way ---------------------------------------------------------------------------------
def _otherwise(world: World, at: At, event: Otherwise) -> Next:
    match at, event:
        case ReadDocument(person, then=then), TypeInstead():
            return ChooseDocument(person, Typed(then=then)), ()
        case ChooseService(person), TypeInstead() if person.document is None:
            new, gone = afresh(person)
            return ChooseDocument(new), gone
        case ConfirmName(person), NotMe():
            new, gone = afresh(person)
            return CannotApply(new, NotPossible.FOR_ANOTHER), gone
        case CannotApply(), TryAgain() if wants_card(at) and world.usable(Part.READER):
            new, gone = afresh(at.person)
            return ReadDocument(new, then=_certificate(world)), gone
        case CannotApply(), TryAgain() if may_retry(at):
            new, gone = afresh(replace(at.person, retries=at.person.retries + 1))
            return _again(world, at, new), gone
        case _:
            return at, ()


def _again(world: World, at: CannotApply, person: Person) -> At:
    """Where the next try begins; a foreigner's card may be of another kind than it seemed."""
    then, was = _certificate(world), at.person.document
    if was is not None and was.typed:
        return TypeNumber(person, Typed(was.type, then=then))
    if was is not None and was.type != DNI and at.reason is NotPossible.UNKNOWN_DOCUMENT:
        return ChooseDocument(person, Typed(then=then), was)
    return turn.ask_who(world, person, then)


def _certificate(world: World) -> Service | None:
    """What whoever could not apply came for."""
    sold = (each for each in offered(world) if each.kind is ServiceKind.CERTIFICATE)
    return next(sold, None)


# --- one question a screen -----------------------------------------------------------------------
def _asked(world: World, at: At, event: Event) -> Next:
    match at, event:
        case ChooseDocument(), ChoseDocument(kind):
            return _chosen(world, at, kind)
        case TypeNumber(person, typed), TypedText(text):
            number = number_in(typed.type, text)
            return _number(at, number), ()
        case TypeCheck(person, typed), TypedText(text):
            check = check_in(typed.number, text)
            if isinstance(check, TypingProblem):
                return replace(at, problem=check), ()
            return TypeBirth(person, replace(typed, check=check)), ()
        case TypeBirth(), TypedText(text):
            return _born(world, at, birth_in(text, world.today))
        case TypeIssue(), TypedText(text):
            return _issued(world, at, issue_in(text, at.typed, world.today))
        case OfferPreference(), Prefer(yes):
            return _preferred(world, at, yes=yes)
        case FinishFirst(before=before), GoOn() | Back():
            return turn.carry_on(world, before), ()
        case _, Back():
            return _back(world, at), ()
        case _:
            return at, ()


def _chosen(world: World, at: ChooseDocument, kind: str) -> Next:
    if kind not in DOCUMENT_TYPES:
        return CannotApply(at.person, NotPossible.OTHER_DOCUMENT), ()
    if at.read is not None and is_number(kind, at.read.number):
        return _known(world, at.person, replace(at.read, type=kind), at.typed.then)
    return TypeNumber(at.person, replace(at.typed, type=kind)), ()


def _number(at: TypeNumber, number: str | TypingProblem) -> At:
    if isinstance(number, TypingProblem):
        return replace(at, problem=number)
    typed = replace(at.typed, number=number)
    return TypeCheck(at.person, typed) if typed.type == DNI else TypeBirth(at.person, typed)


def _born(world: World, at: TypeBirth, day: date | TypingProblem) -> Next:
    if isinstance(day, TypingProblem):
        return replace(at, problem=day), ()
    typed = replace(at.typed, birth_date=day)
    if typed.type == DNI:
        return TypeIssue(at.person, typed), ()
    document = Document(typed.type, typed.number, day, typed=True)
    return _known(world, at.person, document, typed.then)


def _issued(world: World, at: TypeIssue, day: date | TypingProblem) -> Next:
    typed = at.typed
    if isinstance(day, TypingProblem):
        return replace(at, problem=day), ()
    if typed.birth_date is None:
        return TypeBirth(at.person, typed), ()
    document = Document(
        typed.type,
        typed.number,
        typed.birth_date,
        typed=True,
        check=typed.check,
        issue_date=day,
    )
    return _known(world, at.person, document, typed.then)


def _back(world: World, at: At) -> At:
    """One question back."""
    match at:
        case ChooseDocument(person, typed):
            reader = world.usable(Part.READER)
            return ReadDocument(person, then=typed.then) if reader else turn.choose(world, person)
        case TypeNumber(person, typed):
            return ChooseDocument(person, Typed(then=typed.then))
        case TypeBirth(person, typed) if typed.type == DNI:
            return TypeCheck(person, replace(typed, check=""))
        case TypeCheck(person, typed) | TypeBirth(person, typed):
            return TypeNumber(person, Typed(typed.type, then=typed.then))
        case TypeIssue(person, typed):
            return TypeBirth(person, replace(typed, birth_date=None))
        case OfferPreference(person):
            return turn.choose(world, person)
        case _:
            return at


def _preferred(world: World, at: OfferPreference, *, yes: bool) -> Next:
    if yes:
        person = replace(at.person, attention_class=AttentionClass.PREFERENTIAL)
    else:
        person = replace(at.person, declined=True)
    return turn.take(world, person, at.service)


def _known(world: World, person: Person, document: Document, then: Service | None = None) -> Next:
    """On with a document: to the service that asked for it, or to all of them."""
    if not document.type:
        return ChooseDocument(person, Typed(then=then), document), ()
    holder = replace(person, document=document)
    if then is not None and then.kind is ServiceKind.CERTIFICATE:
        return certificate.begin(world, holder, then)
    return turn.choose(world, holder), ()
