"""A mistyped e-mail: the application, by its number or the screen it is on; the right address."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow import turn
from kiosk.flow.certificate.email import stays
from kiosk.flow.effects import ChangeEmail, Effect, effect_id
from kiosk.flow.events import EmailChanged, EmailNotChanged, Event
from kiosk.flow.facts import EmailProblem, NotCorrected, PrintState, Standing
from kiosk.flow.person import Person
from kiosk.flow.states import (
    At,
    CertificateReady,
    ChooseService,
    CorrectingEmail,
    EmailCorrected,
    GiveNewEmail,
    GiveNumber,
    GoesOn,
    InReview,
    State,
)
from kiosk.flow.touches import Back, CorrectEmail, GaveEmail, GaveNumber
from kiosk.flow.world import ServiceKind, World
from kiosk.order import typed_number

Next = tuple[At, tuple[Effect, ...]]
_GOES_ON = (Standing.WORKING, Standing.UNDER_REVIEW)


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever corrects an address; the same state when it has none."""
    match state.at, event:
        case ChooseService(person), CorrectEmail() if is_offered(state.world, person):
            return GiveNumber(person), ()
        case CertificateReady() | InReview() | GoesOn() as at, CorrectEmail() if may_correct(
            state.world, at
        ):
            return GiveNewEmail(at.person, _number(at), before=at), ()
        case EmailCorrected(person, email, number) as at, CorrectEmail():
            return GiveNewEmail(person, number, typed=email, before=at), ()
        case EmailCorrected(before=CertificateReady() | InReview() as before), Back():
            return before, ()
        case GiveNumber(person), Back():
            return turn.choose(state.world, person), ()
        case GiveNumber() as at, GaveNumber(text):
            return _given(at, text), ()
        case GiveNewEmail() as at, Back():
            return _back(at), ()
        case GiveNewEmail() as at, GaveEmail(str(email)):
            return _change(state.world, at, email.strip())
        case CorrectingEmail(person, email=email), EmailChanged(done) if done == _change_id(person):
            return _corrected(state.at, person, email), ()
        case CorrectingEmail() as at, EmailNotChanged(done, problem) if done == _change_id(
            at.person
        ):
            return _not_changed(at, problem), ()
        case at, _:
            return at, ()


def is_offered(world: World, person: Person) -> bool:
    """Whether an address can be corrected: certificates are given here, the document was read."""
    sold = any(each.kind is ServiceKind.CERTIFICATE for each in world.services)
    return sold and world.server and _was_read(person)


def may_correct(world: World, at: CertificateReady | InReview | GoesOn) -> bool:
    """Whether the address of the application on this screen can be corrected from here.

    Never while its slip is printing, whose fate would be missed.
    """
    if not world.server or not _was_read(at.person):
        return False
    match at:
        case GoesOn(found=found):
            return found.standing in _GOES_ON and bool(found.number)
        case _:
            return bool(at.order.email) and at.print_state is not PrintState.PRINTING


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    return isinstance(at, CorrectingEmail)


def _was_read(person: Person) -> bool:
    """What is typed of a document proves nothing about whose letters these are."""
    return person.document is not None and not person.document.typed


def _number(at: CertificateReady | InReview | GoesOn) -> str:
    return at.found.number if isinstance(at, GoesOn) else at.order.number


def _corrected(at: CorrectingEmail, person: Person, email: str) -> EmailCorrected:
    before = at.before.before if isinstance(at.before, EmailCorrected) else at.before
    if not isinstance(before, CertificateReady | InReview):
        return EmailCorrected(person, email, at.number)
    now = replace(before, person=person, order=replace(before.order, email=email))
    return EmailCorrected(person, email, at.number, now)


def _given(at: GiveNumber, text: str) -> At:
    number = typed_number(text)
    if number is None:
        return replace(at, problem=NotCorrected.MISTYPED)
    return GiveNewEmail(at.person, number)


def _change(world: World, at: GiveNewEmail, address: str) -> Next:
    if (at_keyboard := stays(world, at, address)) is not None:
        return at_keyboard, ()
    person = replace(at.person, corrections=at.person.corrections + 1)
    if person.document is None or not _was_read(person):
        return turn.choose(world, person), ()
    change = ChangeEmail(_change_id(person), person.session, person.document, at.number, address)
    return CorrectingEmail(person, at.number, address, at.before), (change,)


def _back(at: GiveNewEmail) -> At:
    """To where the address was found to be wrong."""
    if at.before is not None:
        return replace(at.before, person=at.person)
    return GiveNumber(at.person, typed=at.number)


def _not_changed(at: CorrectingEmail, problem: NotCorrected | EmailProblem) -> At:
    if isinstance(problem, NotCorrected) and at.before is None:
        return GiveNumber(at.person, problem, at.number)
    return GiveNewEmail(at.person, at.number, problem, None, at.email, at.before)


def _change_id(person: Person) -> UUID:
    return effect_id(person.session, f"change_email:{person.corrections}")
