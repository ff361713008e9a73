"""The journey to a certificate: terms, name, e-mail, card, and what became of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.flow.certificate.email import stays, trimmed
from kiosk.flow.certificate.receipt import print_id, printing
from kiosk.flow.effects import (
    CheckApplicant,
    Effect,
    RegisterOrder,
    effect_id,
)
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    ApplicationFound,
    Event,
    OrderRegistered,
    SlipPrinted,
)
from kiosk.flow.facts import Found, InForce, NotPossible
from kiosk.flow.identity.limits import reason_told
from kiosk.flow.paying import voucher
from kiosk.flow.paying import ways as paying
from kiosk.flow.person import Person
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    CheckingVoucher,
    ChooseService,
    ConfirmName,
    GiveDay,
    GiveEmail,
    GiveSequence,
    GoesOn,
    HoldsClaim,
    InReview,
    PaidButRefused,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    PaymentWaits,
    ReadyToPay,
    Registering,
    State,
    StillWorking,
    Terms,
    TypeDay,
    WithoutEmail,
    Working,
)
from kiosk.flow.touches import (
    Accept,
    Back,
    Confirm,
    GaveEmail,
    GoOn,
    HasNoEmail,
    PayOtherwise,
    UseVoucher,
)
from kiosk.flow.world import Obstacle, Service, World, certificate_obstacle, offered

# Whom it did not reach in two tries needs a person at a window.
MAX_SENDS = 2

Next = tuple[At, tuple[Effect, ...]]


def begin(world: World, person: Person, service: Service) -> Next:
    """The first step: terms, unless the certificate cannot be finished here now."""
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    match certificate_obstacle(world):
        case None:
            return Terms(person, service), ()
        case Obstacle.SERVER_AWAY:
            return CannotApply(person, NotPossible.SERVER_AWAY), ()
        case Obstacle.BACKEND_AWAY:
            return CannotApply(person, NotPossible.BACKEND_AWAY), ()
        case _:
            return CannotApply(person, NotPossible.NOT_NOW), ()


def step(state: State, event: Event) -> Next:
    """The certificate journey's answer to `event`; the same state when it means nothing here."""
    match state.at, event:
        case Terms(person, service), Accept():
            return check(person, service)
        case Terms(person), Back():
            return ChooseService(person, offered(state.world)), ()
        case CheckingApplicant(person, service), ApplicantChecked(done, offer) if done == _check_id(
            person
        ):
            return ConfirmName(person, service, offer), ()
        case CheckingApplicant() as at, ApplicantRefused(done, reason, until) if done == _check_id(
            at.person
        ):
            told = reason_told(at.person, reason)
            return CannotApply(at.person, told, _in_force(at, until)), ()
        case CheckingApplicant(person), ApplicationFound(done, found, rest) if done == _check_id(
            person
        ):
            then = step(state, rest)[0] if rest is not None else None
            assert isinstance(then, ConfirmName | CannotApply | None)
            return GoesOn(person, _shown_to(person, found), then), ()
        case GoesOn(then=ConfirmName() | CannotApply() as then), GoOn():
            return then, ()
        case ConfirmName(person, service, offer), Confirm():
            return GiveEmail(person, service, offer), ()
        case ConfirmName(person, service), Back():
            return Terms(person, service), ()
        case GiveEmail(person, service, offer), Back():
            return ConfirmName(person, service, offer), ()
        case GiveEmail(person) as at, HasNoEmail(typed):
            return WithoutEmail(person, replace(at, typed=typed)), ()
        case GiveEmail() as at, GaveEmail(email):
            return _register(state.world, at, email)
        case Registering(person, asked=asked), OrderRegistered(done, order) if done == (
            _register_id(person)
        ):
            return ReadyToPay(person, order, asked=asked), ()
        case ReadyToPay(person, asked=GiveEmail() as asked), Back():
            return replace(asked, person=replace(person, orders=person.orders + 1)), ()
        case Registering(person), ApplicantRefused(done, reason) if done == _register_id(person):
            return CannotApply(person, reason), ()
        case ReadyToPay() | PaymentWaits() as at, UseVoucher() | PayOtherwise():
            return voucher.step(state.world, at, event)
        case GiveSequence() | GiveDay() | TypeDay() | CheckingVoucher() as at, _:
            return voucher.step(state.world, at, event)
        case ReadyToPay() | PayingByCard() | PayingByCash() | PayingByWallet() | Working() as at, _:
            return paying.step(state.world, at, event)
        case (
            (
                PaymentUnknown()
                | PaymentWaits()
                | HoldsClaim()
                | CertificateReady()
                | InReview()
                | StillWorking()
                | PaidButRefused()
            ) as at,
            SlipPrinted(printed, result),
        ) if printed == print_id(at):
            return replace(at, print_state=result), ()
        case at, _:
            return at, ()


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    match at:
        case CheckingApplicant() | Registering() | CheckingVoucher() | Working():
            return True
        case PayingByCard() | PayingByCash() | PayingByWallet():
            return paying.ending(at)  # until then leaving stops it
        case _:
            return printing(at)


def check(person: Person, service: Service) -> Next:
    """Ask the server who this is and whether a certificate can be sold."""
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    # Counted, so that after a way back a late answer is not taken for the new one.
    asking = replace(person, checks=person.checks + 1)
    ask = CheckApplicant(_check_id(asking), person.session, person.document)
    return CheckingApplicant(asking, service), (ask,)


def _register(world: World, at: GiveEmail, email: str | None) -> Next:
    address = trimmed(email)
    if (at_keyboard := stays(world, at, address)) is not None:
        return at_keyboard, ()
    return register(at, address)


def register(at: GiveEmail, address: str | None) -> Next:
    """Tell the server of the order. No address: the certificate is had by QR, or from staff."""
    person = at.person
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    register = RegisterOrder(
        _register_id(person),
        person.session,
        effect_id(person.session, _counted("application", person)),
        person.document,
        address,
        at.offer.fee_centimos,
    )
    asked = replace(at, typed=address or "", problem=None, doubt=None)
    return Registering(person, at.offer, address, asked), (register,)


def _shown_to(person: Person, found: Found) -> Found:
    """What goes on, without its number for whoever only typed a document: a number opens more."""
    typed = person.document is not None and person.document.typed
    return replace(found, number="") if typed else found


def _in_force(at: CheckingApplicant, until: date | None) -> InForce | None:
    """What can be sent again instead: what the server named, to whom it may be sent."""
    document = at.person.document
    if until is None or document is None or not document.is_proven:
        return None
    if at.person.sends >= MAX_SENDS:
        return None
    return InForce(at.service, until)


def _check_id(person: Person) -> UUID:
    return effect_id(person.session, f"check:{person.checks}")


def _register_id(person: Person) -> UUID:
    return effect_id(person.session, _counted("register", person))


def _counted(what: str, person: Person) -> str:
    """Another address makes another order: nothing was paid on the one before."""
    return f"{what}:{person.orders}" if person.orders else what
