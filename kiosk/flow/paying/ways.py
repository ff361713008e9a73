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
    CashCounted,
    CashSeen,
    Charged,
    ChargeUnknown,
    Event,
    IdleExpired,
    MoneyOwed,
    NotCharged,
    WalletShown,
)
from kiosk.flow.facts import Counted, Order, Outcome
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
            return _stop(at, payment, absent=isinstance(event, IdleExpired))
        case CashSeen(done) | CashCounted(done) if done == payment and isinstance(at, PayingByCash):
            return _counting(at, event), ()
        case WalletShown(done, payload) if done == payment and isinstance(at, PayingByWallet):
            return replace(at, payload=payload), ()
        case Charged(done, owed, change) if done == payment:
            paid = replace(order, means=_means(at), owed=owed, change_centimos=change)
            deliver = DeliverOrder(_deliver_id(person, paid), person.session, paid, payment)
            return Working(person, paid), (deliver,)
        case NotCharged(done, reason) if done == payment:
            again = replace(order, attempt=order.attempt + 1)
            return ReadyToPay(person, again, reason, _given_back(at)), ()
        case MoneyOwed(done, owed) if done == payment:
            return with_slip(world, HoldsClaim(person, replace(order, owed=owed)))
        case ChargeUnknown(done) if done == payment:
            return with_slip(world, PaymentUnknown(person, replace(order, means=_means(at))))
        case _:
            return at, ()


def _given_back(at: Taking) -> int:
    """How many céntimos of cash came out again."""
    return at.counted.back_centimos if isinstance(at, PayingByCash) and at.counted else 0


def _means(at: Taking) -> Means:
    match at:
        case PayingByCard():
            return Means.CARD
        case PayingByCash():
            return Means.CASH
        case PayingByWallet():
            return Means.WALLET


def ending(at: Taking) -> bool:
    """Whether it ends by itself: nobody can stop it any more."""
    match at:
        case PayingByCard():
            return True  # a card in the terminal is the terminal's
        case PayingByCash(stopping=stopping, counted=counted):
            return stopping or counted is not None
        case PayingByWallet(stopping=stopping):
            return stopping


def _counting(at: PayingByCash, event: CashSeen | CashCounted) -> PayingByCash:
    match event:
        case CashSeen(_, inserted, wanted, pieces):
            wanted = wanted or at.wanted
            return replace(at, inserted_centimos=inserted, wanted=wanted, pieces=pieces)
        case CashCounted(_, paid, back):
            return replace(at, counted=Counted(paid, back))


def nobody_is_left(at: At) -> bool:
    """Whether whoever began to pay walked away: without a payment their session is over."""
    return isinstance(at, PayingByCash | PayingByWallet) and at.absent


def _stop(at: Taking, payment: UUID, *, absent: bool) -> Next:
    """Enough of notes, coins and codes."""
    if isinstance(at, PayingByCard) or ending(at):
        return at, ()
    return replace(at, stopping=True, absent=absent), (StopPaying(payment),)


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
