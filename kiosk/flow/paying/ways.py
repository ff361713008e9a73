"""From the amount to the outcome: each way to pay, and what became of the money."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow.certificate.receipt import with_slip
from kiosk.flow.effects import (
    ChargeCard,
    DeliverOrder,
    Effect,
    ShowWalletCode,
    StopPaying,
    TakeCash,
    effect_id,
)
from kiosk.flow.events import (
    ApplicationSettled,
    CashSeen,
    Charged,
    ChargeUnknown,
    Event,
    IdleExpired,
    MoneyOwed,
    NotCharged,
    WalletShown,
)
from kiosk.flow.facts import Order, Outcome
from kiosk.flow.person import Person
from kiosk.flow.states import (
    At,
    CertificateReady,
    HoldsClaim,
    InReview,
    PaidButRefused,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    ReadyToPay,
    StillWorking,
    WithReceipt,
    Working,
)
from kiosk.flow.touches import Cancel, Finish, Pay
from kiosk.flow.world import World, ways_to_pay
from kiosk.order import Means

Taking = PayingByCard | PayingByCash | PayingByWallet
Paying = ReadyToPay | Taking | Working
Next = tuple[At, tuple[Effect, ...]]


def step(world: World, at: Paying, event: Event) -> Next:
    """The answer to `event` of whoever pays; every answer names the effect it answers."""
    match at, event:
        case ReadyToPay(), Pay(means) if means in ways_to_pay(world):
            return _begin(at, means)
        case PayingByCard() | PayingByCash() | PayingByWallet(), _:
            return _taking(world, at, event)
        case Working(person, order), ApplicationSettled(done, outcome, link) if done == (
            _deliver_id(person, order)
        ):
            return with_slip(world, _arrived(person, order, outcome, link))
        case Working(person, order), MoneyOwed(done, owed) if done == _deliver_id(person, order):
            return with_slip(world, HoldsClaim(person, replace(order, owed=owed)))
        case _:
            return at, ()


def payment_id(person: Person, order: Order) -> UUID:
    """The id of this try to pay; another try has another id, a repetition the same."""
    return effect_id(person.session, f"payment:{order.attempt}")


def _begin(at: ReadyToPay, means: Means) -> Next:
    payment, session = payment_id(at.person, at.order), at.person.session
    match means:
        case Means.CARD:
            return PayingByCard(at.person, at.order), (ChargeCard(payment, session, at.order),)
        case Means.CASH:
            return PayingByCash(at.person, at.order), (TakeCash(payment, session, at.order),)
        case Means.WALLET:
            show = ShowWalletCode(payment, session, at.order)
            return PayingByWallet(at.person, at.order), (show,)


def _taking(world: World, at: Taking, event: Event) -> Next:
    person, order = at.person, at.order
    payment = payment_id(person, order)
    match event:
        case Cancel() | Finish() | IdleExpired():
            return _stop(at, payment)
        case CashSeen(done, inserted, wanted) if done == payment and isinstance(at, PayingByCash):
            return replace(at, inserted_centimos=inserted, wanted=wanted or at.wanted), ()
        case WalletShown(done, payload) if done == payment and isinstance(at, PayingByWallet):
            return replace(at, payload=payload), ()
        case Charged(done, owed) if done == payment:
            paid = replace(order, means=_means(at), owed=owed)
            deliver = DeliverOrder(_deliver_id(person, paid), person.session, paid, payment)
            return Working(person, paid), (deliver,)
        case NotCharged(done, reason) if done == payment:
            return ReadyToPay(person, replace(order, attempt=order.attempt + 1), reason), ()
        case MoneyOwed(done, owed) if done == payment:
            return with_slip(world, HoldsClaim(person, replace(order, owed=owed)))
        case ChargeUnknown(done) if done == payment:
            return with_slip(world, PaymentUnknown(person, order))
        case _:
            return at, ()


def _means(at: Taking) -> Means:
    match at:
        case PayingByCard():
            return Means.CARD
        case PayingByCash():
            return Means.CASH
        case PayingByWallet():
            return Means.WALLET


def _stop(at: Taking, payment: UUID) -> Next:
    """Enough of notes, coins and codes; a card in the terminal is the terminal's."""
    if isinstance(at, PayingByCard) or at.stopping:
        return at, ()
    return replace(at, stopping=True), (StopPaying(payment),)


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


def _deliver_id(person: Person, order: Order) -> UUID:
    return effect_id(person.session, f"deliver:{order.attempt}")
