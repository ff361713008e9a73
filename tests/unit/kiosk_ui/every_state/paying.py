"""Of every way of paying."""

from kiosk.flow.facts import (
    Counted,
    NotPaid,
    VoucherProblem,
)
from kiosk.flow.states import (
    At,
    CheckingVoucher,
    GiveDay,
    GiveEmail,
    GiveSequence,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    ReadyToPay,
    TypeDay,
    Working,
)
from tests.unit.kiosk_ui.every_state.facts import (
    CHANGE,
    LONG_EMAIL,
    OFFER,
    ORDER,
    PERSON,
    SERVICES,
    WALLET_CODE,
)

MOST_KINDS = (2000, 1000, 500, 100, 50, 20, 20, 10)
"""As many kinds as fit below the fee: more would pay it."""


ASKED = GiveEmail(PERSON, SERVICES[0], OFFER, typed=ORDER.email or "")


def paying() -> dict[str, At]:
    """Of every way of paying."""
    return {
        "ready_to_pay": ReadyToPay(PERSON, ORDER),
        "ready_to_pay-asked": ReadyToPay(PERSON, ORDER, asked=ASKED),
        "ready_to_pay-asked_long": ReadyToPay(PERSON, LONG_EMAIL, asked=ASKED),
        **{f"ready_to_pay-{why}": ReadyToPay(PERSON, ORDER, why) for why in NotPaid},
        "ready_to_pay-came_back": ReadyToPay(PERSON, ORDER, NotPaid.GIVEN_BACK, back_centimos=2010),
        "paying_by_card": PayingByCard(PERSON, ORDER),
        "paying_by_cash": PayingByCash(PERSON, ORDER),
        "paying_by_cash-most": PayingByCash(
            PERSON, ORDER, sum(MOST_KINDS), wanted=(10, 20, 50, 100, 1000), pieces=MOST_KINDS
        ),
        "paying_by_cash-paid": PayingByCash(
            PERSON, ORDER, 4000, pieces=(2000, 2000), counted=Counted(True, 230)
        ),
        "paying_by_cash-returned": PayingByCash(
            PERSON, ORDER, 2010, stopping=True, pieces=(2000, 10), counted=Counted(False, 2010)
        ),
        "give_sequence": GiveSequence(PERSON, ORDER),
        **{f"give_sequence-{why}": GiveSequence(PERSON, ORDER, why) for why in VoucherProblem},
        "give_sequence-kept": GiveSequence(
            PERSON, ORDER, VoucherProblem.NOT_FOUND, sequence="0012345"
        ),
        "give_day": GiveDay(PERSON, ORDER, "0012345"),
        "type_day": TypeDay(PERSON, ORDER, "0012345"),
        "type_day-mistyped": TypeDay(PERSON, ORDER, "0012345", mistyped=True),
        "type_day-to_come": TypeDay(PERSON, ORDER, "0012345", to_come=True),
        "checking_voucher": CheckingVoucher(PERSON, ORDER),
        "paying_by_wallet": PayingByWallet(PERSON, ORDER),
        "paying_by_wallet-shown": PayingByWallet(PERSON, ORDER, WALLET_CODE),
        "paying_by_wallet-stopping": PayingByWallet(PERSON, ORDER, WALLET_CODE, stopping=True),
        "paying_by_cash-stopping": PayingByCash(
            PERSON, ORDER, 2010, stopping=True, pieces=(2000, 10)
        ),
        "working": Working(PERSON, ORDER),
        "working-change": Working(PERSON, CHANGE),
    }
