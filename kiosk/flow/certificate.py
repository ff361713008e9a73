"""The journey to a certificate: terms, name, e-mail, card, and what became of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.flow.effects import (
    ChargeCard,
    CheckApplicant,
    DeliverOrder,
    Effect,
    RegisterOrder,
    effect_id,
)
from kiosk.flow.email import stays, trimmed
from kiosk.flow.events import (
    Accept,
    ApplicantChecked,
    ApplicantRefused,
    ApplicationSettled,
    Back,
    CardCharged,
    CardNotCharged,
    CardUnknown,
    Confirm,
    Event,
    GaveEmail,
    OrderRegistered,
    Outcome,
    Pay,
    SlipPrinted,
)
from kiosk.flow.person import Person
from kiosk.flow.receipt import print_id, printing, with_slip
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    ConfirmName,
    GiveEmail,
    InForce,
    InReview,
    NotPossible,
    Order,
    PaidButRefused,
    PayingByCard,
    PaymentUnknown,
    ReadyToPay,
    Registering,
    State,
    StillWorking,
    Terms,
    WithReceipt,
    Working,
)
from kiosk.flow.world import Part, Service, World, certificate_obstacle

# Whom it did not reach in two tries needs a person at a window.
MAX_SENDS = 2

Next = tuple[At, tuple[Effect, ...]]


def begin(world: World, person: Person, service: Service) -> Next:
    """The first step: terms, unless the certificate cannot be finished here now."""
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    if certificate_obstacle(world, document_known=True) is not None:
        return CannotApply(person, NotPossible.BACKEND_AWAY), ()
    return Terms(person, service), ()


def step(state: State, event: Event) -> Next:
    """The certificate journey's answer to `event`; the same state when it means nothing here."""
    match state.at, event:
        case Terms(person, service), Accept():
            return check(person, service)
        case CheckingApplicant(person, service), ApplicantChecked(done, offer) if done == _check_id(
            person
        ):
            return ConfirmName(person, service, offer), ()
        case CheckingApplicant() as at, ApplicantRefused(done, reason, until) if done == _check_id(
            at.person
        ):
            return CannotApply(at.person, reason, _in_force(at, until)), ()
        case ConfirmName(person, service, offer), Confirm():
            return GiveEmail(person, service, offer), ()
        case GiveEmail(person, service, offer), Back():
            return ConfirmName(person, service, offer), ()
        case GiveEmail() as at, GaveEmail(email):
            return _register(state.world, at, email)
        case Registering(person), OrderRegistered(done, order) if done == _register_id(person):
            return ReadyToPay(person, order), ()
        case Registering(person), ApplicantRefused(done, reason) if done == _register_id(person):
            return CannotApply(person, reason), ()
        case ReadyToPay() as at, Pay() if state.world.usable(Part.TERMINAL):
            return _charge(at)
        case PayingByCard() | Working() as at, _:
            return _paying(state.world, at, event)
        case (
            (
                PaymentUnknown()
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


def _paying(world: World, at: PayingByCard | Working, event: Event) -> Next:
    """From the card in the terminal to the outcome; every answer names the effect it answers."""
    person, order = at.person, at.order
    match at, event:
        case PayingByCard(), CardCharged(done) if done == payment_id(person, order):
            deliver = DeliverOrder(_deliver_id(person, order), person.session, order, done)
            return Working(person, order), (deliver,)
        case PayingByCard(), CardNotCharged(done, reason) if done == payment_id(person, order):
            return ReadyToPay(person, replace(order, attempt=order.attempt + 1), reason), ()
        case PayingByCard(), CardUnknown(done) if done == payment_id(person, order):
            return with_slip(world, PaymentUnknown(person, order))
        case Working(), ApplicationSettled(done, outcome, link) if done == _deliver_id(
            person, order
        ):
            return with_slip(world, _arrived(person, order, outcome, link))
        case _:
            return at, ()


def _arrived(person: Person, order: Order, outcome: Outcome, link: str | None) -> WithReceipt:
    match outcome:
        case Outcome.ISSUED:
            return CertificateReady(person, order, link)
        case Outcome.UNDER_REVIEW:
            return InReview(person, order)
        case Outcome.REFUSED:
            return PaidButRefused(person, order)
        case Outcome.PENDING:
            return StillWorking(person, order)


def payment_id(person: Person, order: Order) -> UUID:
    """The id of this try to pay; another try has another id, a repetition the same."""
    return effect_id(person.session, f"payment:{order.attempt}")


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two."""
    match at:
        case CheckingApplicant() | Registering() | PayingByCard() | Working():
            return True
        case _:
            return printing(at)


def check(person: Person, service: Service) -> Next:
    """Ask the server who this is and whether a certificate can be sold."""
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    ask = CheckApplicant(_check_id(person), person.session, person.document)
    return CheckingApplicant(person, service), (ask,)


def _register(world: World, at: GiveEmail, email: str | None) -> Next:
    address = trimmed(email)
    if (at_keyboard := stays(world, at, address)) is not None:
        return at_keyboard, ()
    person = at.person
    if person.document is None:
        return CannotApply(person, NotPossible.NOT_ACCEPTED), ()
    register = RegisterOrder(
        _register_id(person),
        person.session,
        effect_id(person.session, "application"),
        person.document,
        address,
        at.offer.fee_centimos,
    )
    return Registering(person, at.offer, address), (register,)


def _charge(at: ReadyToPay) -> Next:
    charge = ChargeCard(payment_id(at.person, at.order), at.person.session, at.order)
    return PayingByCard(at.person, at.order), (charge,)


def _in_force(at: CheckingApplicant, until: date | None) -> InForce | None:
    """What can be sent again instead: what the server named, as long as tries are left."""
    if until is None or at.person.sends >= MAX_SENDS:
        return None
    return InForce(at.service, until)


def _check_id(person: Person) -> UUID:
    return effect_id(person.session, "check")


def _register_id(person: Person) -> UUID:
    return effect_id(person.session, "register")


def _deliver_id(person: Person, order: Order) -> UUID:
    return effect_id(person.session, f"deliver:{order.attempt}")
