"""What was begun before: an application by its document or number, a claim by its code."""

from dataclasses import replace
from typing import get_args
from uuid import UUID

from devices.documents.document_types import DOCUMENT_TYPES, is_number
from kiosk.claim_code import typed_code
from kiosk.flow import turn
from kiosk.flow.certificate import applying as certificate
from kiosk.flow.certificate.again import can_send
from kiosk.flow.closed import follows_while_closed
from kiosk.flow.effects import Effect, FollowApplications, FollowClaim, effect_id
from kiosk.flow.events import (
    ApplicationsFollowed,
    ClaimFollowed,
    DocumentProblem,
    DocumentTaken,
    Event,
    FollowRefused,
    NumberTaken,
)
from kiosk.flow.facts import InForce
from kiosk.flow.follow import correction
from kiosk.flow.follow.states import (
    Follow,
    FollowCode,
    FollowDocument,
    FollowedMoney,
    FollowedNothing,
    FollowedOnes,
    FollowEnding,
    Following,
    FollowKind,
    FollowMenu,
    FollowNumber,
    NotFollowed,
    Story,
)
from kiosk.flow.identity.change import afresh
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    ChooseService,
    GiveEmailAgain,
    GiveNewEmail,
    GiveNumber,
    OutOfService,
    State,
    Welcome,
)
from kiosk.flow.touches import (
    AlreadyApplied,
    AskForCertificate,
    Back,
    ChoseDocument,
    Complain,
    CorrectEmail,
    GaveNumber,
    NextOne,
    SeeApplication,
    SeeClaim,
    SendMeAgain,
    TypeNumberInstead,
)
from kiosk.flow.world import (
    Part,
    Service,
    ServiceKind,
    World,
    certificate_obstacle,
    closed_because,
    offered,
)
from kiosk.order import typed_number

FOLLOW: tuple[type, ...] = get_args(Follow)
ENDING = 4
MOST_LOOKUPS = 12
"""Questions of one person; whoever asks more needs somebody to help."""

Next = tuple[At, tuple[Effect, ...]]


def answers(state: State, event: Event) -> bool:
    """Whether `step` here answers to `event`, and no other journey."""
    if isinstance(event, Complain):
        return False  # the guide leads there, and back
    return isinstance(event, AlreadyApplied) or isinstance(state.at, FOLLOW)


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever asks about something begun before."""
    match state.at, event:
        case Welcome(), AlreadyApplied(session) if can_follow(state.world):
            return FollowMenu(_newcomer(session)), ()
        case OutOfService(), AlreadyApplied(session) if follows_while_closed(state.world):
            return FollowMenu(_newcomer(session)), ()
        case ChooseService(person), AlreadyApplied() if can_follow(state.world):
            return FollowMenu(person), ()
        case FollowMenu() as at, _:
            return _menu(state.world, at, event)
        case FollowDocument() | FollowKind() | FollowNumber() | FollowEnding() as at, _:
            return _which(state.world, at, event)
        case FollowCode() as at, _:
            return _code(at, event)
        case Following() as at, _:
            return _answered(at, event)
        case FollowedNothing() | FollowedOnes() | FollowedMoney() as at, _:
            return _told(state.world, at, event)
        case at, _:
            return at, ()


def _newcomer(session: UUID) -> Person:
    return Person(session, AttentionClass.GENERAL, came_by_document=True)


def can_follow(world: World) -> bool:
    """Only the server knows what was begun before."""
    return world.server


def may_go_back(world: World, at: FollowMenu) -> bool:
    """Whether there are services to go back to, for somebody who is known."""
    return at.person.document is not None and closed_because(world) is None


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    return isinstance(at, Following)


def carry_on(world: World, at: At) -> At:
    """Nobody waits for a reader that is gone."""
    if isinstance(at, FollowDocument) and not world.usable(Part.READER):
        return FollowNumber(at.person)
    return at


# --- which one -----------------------------------------------------------------------------------
def _menu(world: World, at: FollowMenu, event: Event) -> Next:
    match event:
        case Back() if may_go_back(world, at):
            return turn.choose(world, at.person), ()
        case SeeApplication() if _is_proven(at.person.document):
            return _ask(at.person)
        case SeeApplication():
            reads = world.usable(Part.READER)
            return FollowDocument(at.person) if reads else FollowNumber(at.person), ()
        case CorrectEmail() if correction.is_offered(world, at.person):
            return GiveNumber(at.person), ()
        case SeeClaim():
            return FollowCode(at.person), ()
        case _:
            return at, ()


Which = FollowDocument | FollowKind | FollowNumber | FollowEnding


def _which(world: World, at: Which, event: Event) -> Next:
    match at, event:
        case FollowKind(person), Back():
            return FollowDocument(person), ()
        case FollowKind(person, read), ChoseDocument(kind):
            return _of_kind(person, read, kind)
        case FollowEnding(), Back():
            return FollowNumber(at.person), ()
        case FollowNumber(), Back() if world.usable(Part.READER) and at.person.document is None:
            return FollowDocument(at.person), ()
        case _, Back():
            return FollowMenu(at.person), ()
        case FollowDocument(person) | FollowKind(person), DocumentTaken(document):
            return _shown(person, document)
        case FollowNumber(person), DocumentTaken(document) if _may_be_shown(person, document):
            return _shown(person, document)
        case FollowDocument(), DocumentProblem(problem):
            return replace(at, problem=problem, scanned=False), ()
        case FollowDocument(), NumberTaken():
            return replace(at, problem=None, scanned=True), ()
        case FollowDocument(), TypeNumberInstead():
            return FollowNumber(at.person), ()
        case FollowNumber(), GaveNumber(text):
            return _numbered(at, text), ()
        case FollowEnding(), GaveNumber(text):
            return _ended(at, text)
        case _:
            return at, ()


def _may_be_shown(person: Person, document: Document) -> bool:
    """Whether the card is this person's, or nobody's was read yet: what was typed is no card."""
    return not _is_proven(person.document) or person.document == document


def _shown(person: Person, document: Document) -> Next:
    """A document was read: it is asked about, as another session's where something was typed."""
    if not document.type:
        return FollowKind(person, document), ()
    if person.document in (None, document):
        return _ask(replace(person, document=document))
    new, gone = afresh(person)
    there, effects = _ask(replace(new, document=document))
    return there, (*gone, *effects)


def _of_kind(person: Person, read: Document, kind: str) -> Next:
    """With what they say that it is; of any other kind the number on the paper helps."""
    if kind in DOCUMENT_TYPES and is_number(kind, read.number):
        return _shown(person, replace(read, type=kind))
    return FollowNumber(person), ()


def _numbered(at: FollowNumber, text: str) -> At:
    number = typed_number(text)
    if number is None:
        return replace(at, problem=NotFollowed.MISTYPED)
    return FollowEnding(at.person, number)


def _ended(at: FollowEnding, text: str) -> Next:
    ending = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    if len(ending) != ENDING:
        return replace(at, short=True), ()
    return _ask(at.person, at.number, ending)


def _code(at: FollowCode, event: Event) -> Next:
    match event:
        case Back():
            return FollowMenu(at.person), ()
        case GaveNumber(text):
            code = typed_code(text)
            if code is None:
                return replace(at, problem=NotFollowed.MISTYPED), ()
            return _ask_of_claim(at.person, code)
        case _:
            return at, ()


# --- the server ----------------------------------------------------------------------------------
def _ask(person: Person, number: str = "", ending: str = "") -> Next:
    """By number and ending where they were typed, else by the document."""
    if person.lookups >= MOST_LOOKUPS:
        return FollowNumber(person, NotFollowed.TOO_MANY_TRIES), ()
    asking = replace(person, lookups=person.lookups + 1)
    document = None if number else person.document
    follow = FollowApplications(_ask_id(asking), person.session, document, number, ending)
    return Following(asking), (follow,)


def _ask_of_claim(person: Person, code: str) -> Next:
    if person.lookups >= MOST_LOOKUPS:
        return FollowCode(person, NotFollowed.TOO_MANY_TRIES), ()
    asking = replace(person, lookups=person.lookups + 1)
    return Following(asking, by_code=True, code=code), (
        FollowClaim(_ask_id(asking), person.session, code),
    )


def _answered(at: Following, event: Event) -> Next:
    asked = _ask_id(at.person)
    match event:
        case ApplicationsFollowed(done, found) if done == asked and found:
            return FollowedOnes(at.person, found), ()
        case ApplicationsFollowed(done) if done == asked:
            return _not_found(at, NotFollowed.NOT_FOUND), ()
        case ClaimFollowed(done, claim) if done == asked:
            return FollowedMoney(at.person, claim), ()
        case FollowRefused(done, problem) if done == asked:
            return _not_found(at, problem), ()
        case _:
            return at, ()


def _not_found(at: Following, problem: NotFollowed) -> At:
    if at.by_code:
        return FollowCode(at.person, problem)
    if problem is NotFollowed.NOT_FOUND and _is_proven(at.person.document):
        return FollowedNothing(at.person)
    return FollowNumber(at.person, problem)


# --- what was found ------------------------------------------------------------------------------
def _told(world: World, at: FollowedNothing | FollowedOnes | FollowedMoney, event: Event) -> Next:
    service = _certificate(world)
    match at, event:
        case FollowedNothing(), TypeNumberInstead():
            # Perhaps with another document than the one that was read.
            return FollowNumber(replace(at.person, document=None)), ()
        case FollowedOnes(), NextOne():
            return replace(at, shown=(at.shown + 1) % len(at.found)), ()
        case FollowedOnes(person) as at, CorrectEmail() if may_correct(at):
            return GiveNewEmail(person, at.one.number, before=at), ()
        case FollowedOnes(person) as at, SendMeAgain() if service and may_send_again(world, at):
            return GiveEmailAgain(person, InForce(service), before=at), ()
        case FollowedOnes(person) | FollowedNothing(person), AskForCertificate() if (
            service and may_apply(world, at)
        ):
            return certificate.begin(world, person, service)
        case _, Back():
            return FollowMenu(at.person), ()
        case _:
            return at, ()


_ANEW = (Story.NOT_PAID, Story.PAYMENT_REFUSED, Story.KEPT_NO_MORE, Story.NOT_KEPT)


def may_send_again(world: World, at: FollowedOnes) -> bool:
    """Whether what was sent can be sent once more from here, to whoever showed the document."""
    left = at.person.sends < certificate.MAX_SENDS
    sent = at.one.story is Story.SENT and _is_proven(at.person.document)
    return sent and left and can_send(world) and _certificate(world) is not None


def may_apply(world: World, at: FollowedOnes | FollowedNothing) -> bool:
    """Whether a certificate can be asked for from here: the document is read, and this
    application brings none any more."""
    over = not isinstance(at, FollowedOnes) or at.one.story in _ANEW
    can = certificate_obstacle(world) is None and _certificate(world) is not None
    return over and can and _is_proven(at.person.document)


def _certificate(world: World) -> Service | None:
    kinds = (each for each in offered(world) if each.kind is ServiceKind.CERTIFICATE)
    return next(kinds, None)


def may_correct(at: FollowedOnes) -> bool:
    """An address is changed for who showed the document only."""
    return _is_proven(at.person.document)


def _is_proven(document: Document | None) -> bool:
    return document is not None and not document.typed


def _ask_id(person: Person) -> UUID:
    return effect_id(person.session, f"follow:{person.lookups}")
