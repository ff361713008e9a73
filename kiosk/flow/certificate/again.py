"""No certificate to sell; one in force is sent once more: e-mail, one request, its outcome."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow.certificate import applying as certificate
from kiosk.flow.certificate.email import stays, trimmed
from kiosk.flow.certificate.receipt import with_slip
from kiosk.flow.effects import Effect, SendAgain, effect_id
from kiosk.flow.events import ApplicantRefused, Event, NothingToSend, SentAgain
from kiosk.flow.facts import InForce, NotPossible, Outcome
from kiosk.flow.follow.states import FollowedOnes
from kiosk.flow.person import Person
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    GiveEmail,
    GiveEmailAgain,
    SendingAgain,
    State,
    StillWorking,
    WithoutEmail,
)
from kiosk.flow.touches import Back, GaveEmail, HasNoEmail, SendMeAgain
from kiosk.flow.world import World

Next = tuple[At, tuple[Effect, ...]]


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever cannot apply; the same state when it means nothing here."""
    match state.at, event:
        case CannotApply(person, _, InForce() as in_force), SendMeAgain() if (
            can_send(state.world) and person.document is not None and person.document.is_proven
        ):
            return GiveEmailAgain(person, in_force), ()
        case GiveEmailAgain(before=FollowedOnes() as before) as at, Back():
            return replace(before, person=at.person), ()
        case GiveEmailAgain(person, in_force), Back():
            return CannotApply(person, NotPossible.ALREADY_VALID, in_force), ()
        case GiveEmailAgain() as at, GaveEmail(email):
            return _send(state.world, at, email)
        case GiveEmailAgain(person) as at, HasNoEmail(typed):
            return WithoutEmail(person, replace(at, typed=typed)), ()
        case WithoutEmail(before=before), Back():
            return replace(before, problem=None, doubt=None), ()
        case WithoutEmail(before=GiveEmailAgain() as before), GaveEmail(None):
            return _send_to(before, None)
        case WithoutEmail(before=GiveEmail() as before), GaveEmail(None):
            return certificate.register(before, None)
        case SendingAgain(person), SentAgain(done) if done == _send_id(person):
            return _arrived(state.world, person, event)
        case SendingAgain(person, in_force), NothingToSend(done) if done == _send_id(person):
            if in_force.until is None:  # they were at no terms yet
                return certificate.begin(state.world, person, in_force.service)
            return certificate.check(person, in_force.service)
        case SendingAgain(person), ApplicantRefused(done, reason) if done == _send_id(person):
            return CannotApply(person, reason), ()
        case at, _:
            return at, ()


def can_send(world: World) -> bool:
    """Whether a certificate in force can be fetched from the centre now."""
    return world.server and world.backend


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    return isinstance(at, SendingAgain)


def _send(world: World, at: GiveEmailAgain, email: str | None) -> Next:
    address = trimmed(email)
    if (at_keyboard := stays(world, at, address)) is not None:
        return at_keyboard, ()
    return _send_to(at, address)


def _send_to(at: GiveEmailAgain, address: str | None) -> Next:
    # Counted, so that another address is another request with an id of its own.
    person = replace(at.person, sends=at.person.sends + 1)
    if person.document is None or not person.document.is_proven:
        return CannotApply(person, NotPossible.ALREADY_VALID), ()
    application = effect_id(person.session, f"sent_again:{person.sends}")
    send = SendAgain(_send_id(person), person.session, application, person.document, address)
    return SendingAgain(person, at.in_force), (send,)


def _arrived(world: World, person: Person, sent: SentAgain) -> Next:
    match sent.outcome:
        case Outcome.ISSUED:
            return with_slip(world, CertificateReady(person, sent.order, sent.link))
        case Outcome.REFUSED:
            return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
        case Outcome.PENDING | Outcome.UNDER_REVIEW:
            return with_slip(world, StillWorking(person, sent.order))


def _send_id(person: Person) -> UUID:
    return effect_id(person.session, f"send_again:{person.sends}")
