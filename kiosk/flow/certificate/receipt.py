"""The slip of an application: printed once on arrival, or said at once that there is none."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow.effects import Effect, PrintReceipt, Receipt, effect_id
from kiosk.flow.events import IdleExpired
from kiosk.flow.facts import PrintState
from kiosk.flow.states import (
    At,
    CertificateReady,
    CorrectingEmail,
    EmailCorrected,
    GiveNewEmail,
    HoldsClaim,
    InReview,
    PaidButRefused,
    PaymentUnknown,
    PaymentWaits,
    StillWorking,
    WithReceipt,
)
from kiosk.flow.touches import Cancel, Finish, TakeTurn
from kiosk.flow.world import Part, World

Leaving = Cancel | Finish | IdleExpired | TakeTurn


def with_slip(world: World, at: WithReceipt) -> tuple[At, tuple[Effect, ...]]:
    """Arrive at `at` and print its slip, or say at once that there is none."""
    if not world.usable(Part.PRINTER):
        return replace(at, print_state=PrintState.NOT_PRINTED), ()
    session, order = at.person.session, at.order
    code = isinstance(at, CertificateReady) and at.link is not None
    slip = PrintReceipt(print_id(at), session, order, _receipt(at), world.site, code)
    return at, (slip,)


def owed_before_leaving(at: At, event: Leaving) -> HoldsClaim | None:
    """The screen that says what is owed, for whoever is about to go and has not seen it.

    Its code is on the slip of `at`; a slip can fail, and is easily left lying. Who walked away with
    a slip printed is shown nothing: the code is money for whoever reads it. Whoever corrects an
    address from `at` has not left it.
    """
    while isinstance(at, GiveNewEmail | CorrectingEmail | EmailCorrected) and at.before is not None:
        at = at.before
    if not isinstance(at, WithReceipt) or isinstance(at, HoldsClaim) or not at.order.owed:
        return None
    if isinstance(event, IdleExpired) and at.print_state is PrintState.PRINTED:
        return None
    return HoldsClaim(at.person, at.order, at.print_state, isinstance(event, TakeTurn))


def print_id(at: WithReceipt) -> UUID:
    """The id of the one effect that prints the slip of `at`."""
    what = f"receipt:{_receipt(at)}:{at.order.attempt}"
    return effect_id(at.person.session, what)


def printing(at: At) -> bool:
    """True while the slip of `at` is on its way."""
    return isinstance(at, WithReceipt) and at.print_state is PrintState.PRINTING


def _receipt(at: WithReceipt) -> Receipt:
    match at:
        case PaymentUnknown():
            return Receipt.PAYMENT_UNKNOWN
        case PaymentWaits():
            return Receipt.PAYMENT_WAITS
        case HoldsClaim():
            return Receipt.OWED
        case CertificateReady():
            return Receipt.ISSUED
        case InReview():
            return Receipt.UNDER_REVIEW
        case StillWorking():
            return Receipt.STILL_WORKING
        case PaidButRefused():
            return Receipt.REFUSED
