"""What was begun before: an application by its document or number, a claim by its code."""

from dataclasses import replace
from typing import get_args
from uuid import UUID

from kiosk.claim_code import typed_code
from kiosk.flow import turn
from kiosk.flow.effects import Effect, FollowApplications, FollowClaim, effect_id
from kiosk.flow.events import (
    ApplicationsFollowed,
    ClaimFollowed,
    DocumentProblem,
    DocumentTaken,
    Event,
    FollowRefused,
)
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
    FollowMenu,
    FollowNumber,
    NotFollowed,
)
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import At, ChooseService, GiveNewEmail, GiveNumber, State, Welcome
from kiosk.flow.touches import (
    AlreadyApplied,
    Back,
    CorrectEmail,
    GaveNumber,
    NextOne,
    SeeApplication,
    SeeClaim,
    TypeNumberInstead,
)
from kiosk.flow.world import Part, World
from kiosk.order import typed_number

FOLLOW: tuple[type, ...] = get_args(Follow)
ENDING = 4
MOST_LOOKUPS = 12
"""Questions of one person; whoever asks more needs somebody to help."""

Next = tuple[At, tuple[Effect, ...]]


def answers(state: State, event: Event) -> bool:
    """Whether `step` here answers to `event`, and no other journey."""
    return isinstance(event, AlreadyApplied) or isinstance(state.at, FOLLOW)


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever asks about something begun before."""
    match state.at, event:
        case Welcome(), AlreadyApplied(session) if can_follow(state.world):
            return FollowMenu(Person(session, AttentionClass.GENERAL)), ()
        case ChooseService(person), AlreadyApplied() if can_follow(state.world):
            return FollowMenu(person), ()
        case FollowMenu() as at, _:
            return _menu(state.world, at, event)
        case FollowDocument() | FollowNumber() | FollowEnding() as at, _:
            return _which(state.world, at, event)
        case FollowCode() as at, _:
            return _code(at, event)
        case Following() as at, _:
            return _answered(at, event)
        case FollowedNothing() | FollowedOnes() | FollowedMoney() as at, _:
            return _told(at, event)
        case at, _:
            return at, ()


def can_follow(world: World) -> bool:
    """Only the server knows what was begun before."""
    return world.server


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
        case Back() if at.person.document is not None:
            return turn.choose(world, at.person), ()
        case SeeApplication() if _is_proven(at.person.document):
            return _ask(at.person, FollowNumber(at.person))
        case SeeApplication():
            reads = world.usable(Part.READER)
            return FollowDocument(at.person) if reads else FollowNumber(at.person), ()
        case CorrectEmail() if correction.is_offered(world, at.person):
            return GiveNumber(at.person), ()
        case SeeClaim():
            return FollowCode(at.person), ()
        case _:
            return at, ()


def _which(world: World, at: FollowDocument | FollowNumber | FollowEnding, event: Event) -> Next:
    match at, event:
        case FollowEnding(), Back():
            return FollowNumber(at.person), ()
        case FollowNumber(), Back() if world.usable(Part.READER) and at.person.document is None:
            return FollowDocument(at.person), ()
        case _, Back():
            return FollowMenu(at.person), ()
        case FollowDocument() | FollowNumber(), DocumentTaken(document) if at.person.document in (
            None,
            document,
        ):
            return _ask(replace(at.person, document=document), at)
        case FollowDocument(), DocumentProblem(problem):
            return replace(at, problem=problem), ()
        case FollowDocument(), TypeNumberInstead():
            return FollowNumber(at.person), ()
        case FollowNumber(), GaveNumber(text):
            return _numbered(at, text), ()
        case FollowEnding(), GaveNumber(text):
            return _ended(at, text)
        case _:
            return at, ()


def _numbered(at: FollowNumber, text: str) -> At:
    number = typed_number(text)
    if number is None:
        return replace(at, problem=NotFollowed.MISTYPED)
    return FollowEnding(at.person, number)


def _ended(at: FollowEnding, text: str) -> Next:
    ending = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    if len(ending) != ENDING:
        return replace(at, short=True), ()
    return _ask(at.person, FollowNumber(at.person), at.number, ending)


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
def _ask(person: Person, before: At, number: str = "", ending: str = "") -> Next:
    """By number and ending where they were typed, else by the document."""
    if person.lookups >= MOST_LOOKUPS:
        return before, ()
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
def _told(at: FollowedNothing | FollowedOnes | FollowedMoney, event: Event) -> Next:
    match at, event:
        case FollowedNothing(), TypeNumberInstead():
            # Perhaps with another document than the one that was read.
            return FollowNumber(replace(at.person, document=None)), ()
        case FollowedOnes(), NextOne():
            return replace(at, shown=(at.shown + 1) % len(at.found)), ()
        case FollowedOnes(person), CorrectEmail() if may_correct(at):
            return GiveNewEmail(person, at.one.number), ()
        case _, Back():
            return FollowMenu(at.person), ()
        case _:
            return at, ()


def may_correct(at: FollowedOnes) -> bool:
    """An address is changed for who showed the document only."""
    return _is_proven(at.person.document)


def _is_proven(document: Document | None) -> bool:
    return document is not None and not document.typed


def _ask_id(person: Person) -> UUID:
    return effect_id(person.session, f"follow:{person.lookups}")
