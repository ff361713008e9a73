"""Paid at the bank: the sequence number, the day, and what the centre says of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.flow.certificate.receipt import with_slip
from kiosk.flow.effects import DeliverOrder, Effect, PresentVoucher, effect_id
from kiosk.flow.events import Event, VoucherRefused, VoucherTaken, VoucherWaits
from kiosk.flow.facts import Order, PrintState, VoucherProblem
from kiosk.flow.person import Person
from kiosk.flow.states import (
    At,
    CheckingVoucher,
    GiveDay,
    GiveSequence,
    PaymentWaits,
    ReadyToPay,
    TypeDay,
    Working,
)
from kiosk.flow.touches import (
    Back,
    GaveDay,
    GaveSequence,
    OtherDay,
    PayOtherwise,
    TypedDay,
    UseVoucher,
)
from kiosk.flow.world import World, ways_to_pay

MOST_SIGNS = 20

Voucher = ReadyToPay | GiveSequence | GiveDay | TypeDay | CheckingVoucher | PaymentWaits
Next = tuple[At, tuple[Effect, ...]]


def step(world: World, at: Voucher, event: Event) -> Next:
    """The answer to `event` of whoever paid at the bank; the same state when it has none."""
    match at, event:
        case ReadyToPay(person, order), UseVoucher() if is_offered(world):
            return GiveSequence(person, order), ()
        case GiveSequence(person, order), Back():
            return ReadyToPay(person, order), ()
        case GiveSequence() as at, GaveSequence(text):
            return _given(at, text), ()
        case GiveDay(person, order, sequence), Back():
            return GiveSequence(person, order, sequence=sequence), ()
        case GiveDay(person, order, sequence), GaveDay(day):
            return _present(person, order, sequence, day)
        case GiveDay(person, order, sequence), OtherDay():
            return TypeDay(person, order, sequence), ()
        case TypeDay(person, order, sequence), Back():
            return GiveDay(person, order, sequence), ()
        case TypeDay(person, order, sequence), TypedDay(text):
            day = typed_day(text)
            if day is None or _is_to_come(world, day):
                return replace(at, mistyped=day is None, to_come=day is not None), ()
            return _present(person, order, sequence, day)
        case CheckingVoucher() as at, _:
            return _answered(world, at, event)
        case PaymentWaits(person, order) as at, PayOtherwise() if may_pay_otherwise(world, at):
            return ReadyToPay(person, _next_try(order)), ()
        case _:
            return at, ()


def typed_day(text: str) -> date | None:
    """The day of eight figures; None when there is no such day.

    >>> typed_day("20112026")
    datetime.date(2026, 11, 20)
    """
    figures = [each for each in text if each.isascii() and each.isdigit()]
    if len(figures) != len(text) or len(figures) != 8:
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def is_offered(world: World) -> bool:
    """Whether the centre can be asked about a bank's payment now."""
    return world.server and world.backend


def may_pay_otherwise(world: World, at: PaymentWaits) -> bool:
    """Whether somebody whose payment does not show may pay now without paying twice.

    The server gives a voucher back that still waits when its application is paid another way.
    """
    said = at.print_state is not PrintState.PRINTING
    return at.other_way and said and world.server and bool(ways_to_pay(world))


def _is_to_come(world: World, day: date) -> bool:
    return world.today is not None and day > world.today


def _present(person: Person, order: Order, sequence: str, day: date) -> Next:
    present = PresentVoucher(_present_id(person, order), person.session, order, sequence, day)
    return CheckingVoucher(person, order, sequence), (present,)


def _given(at: GiveSequence, text: str) -> At:
    sequence = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    if not 0 < len(sequence) <= MOST_SIGNS:
        return replace(at, problem=VoucherProblem.MISTYPED)
    return GiveDay(at.person, at.order, sequence)


def _answered(world: World, at: CheckingVoucher, event: Event) -> Next:
    person, order = at.person, at.order
    asked = _present_id(person, order)
    match event:
        case VoucherTaken(done) if done == asked:
            follow = DeliverOrder(_follow_id(person, order), person.session, order, None)
            return Working(person, order), (follow,)
        case VoucherWaits(done, not_visible) if done == asked:
            return with_slip(world, PaymentWaits(person, order, other_way=not_visible))
        case VoucherRefused(done, problem) if done == asked:
            return GiveSequence(person, _next_try(order), problem, at.sequence), ()
        case _:
            return at, ()


def _next_try(order: Order) -> Order:
    return replace(order, attempt=order.attempt + 1)


def _present_id(person: Person, order: Order) -> UUID:
    return effect_id(person.session, f"voucher:{order.attempt}")


def _follow_id(person: Person, order: Order) -> UUID:
    return effect_id(person.session, f"deliver:{order.attempt}")
