"""The rules of a wallet's charge: what is owed, when to ask, which standing a kiosk is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from queue_server.payments.model.paid import Means
from queue_server.payments.model.standing import PaymentStanding, standing_of
from queue_server.payments.model.vouchers import VoucherRefusal, VoucherState
from queue_server.payments.model.wallet import (
    CODE_WANTED_FOR,
    TRANSITIONS,
    Charge,
    ChargeState,
    Owed,
    Paid,
    ask_again_s,
    is_unwanted,
    owed_for,
)
from tests.support.site import REPOSITORY

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=1)
S, V, P = ChargeState, VoucherState, PaymentStanding
CHARGE = Charge(
    UUID(int=1), "PRUEBA", "a", "A01", 3770, "A01-00042-K", S.WAITING, NOON, "0002", SOON
)
MONEY = Paid("BIL-1", 3770, SOON)


def test_money_pays_only_for_who_still_owes_it_and_to_the_centimo() -> None:
    assert owed_for(CHARGE, MONEY, is_registered=True) is None
    assert owed_for(CHARGE, MONEY, is_registered=False) is Owed.PAID_OTHERWISE
    for amount in (3769, 3771):
        other = replace(MONEY, amount_centimos=amount)
        assert owed_for(CHARGE, other, is_registered=True) is Owed.WRONG_AMOUNT


def test_what_was_paid_until_we_gave_up_counts() -> None:
    given_up = replace(CHARGE, state=S.CANCELING, gave_up_at=SOON)
    assert owed_for(given_up, MONEY, is_registered=True) is None
    later = replace(MONEY, paid_at=SOON + timedelta(microseconds=1))
    assert owed_for(given_up, later, is_registered=True) is Owed.TOO_LATE


def test_a_code_is_given_up_when_it_is_paid_otherwise_or_nobody_can_have_waited_for_it() -> None:
    opening = replace(CHARGE, state=S.OPENING)
    assert not is_unwanted(opening, NOON, is_paid=False)
    assert is_unwanted(opening, NOON + CODE_WANTED_FOR, is_paid=False)
    assert not is_unwanted(CHARGE, NOON + timedelta(days=1), is_paid=False)
    assert is_unwanted(CHARGE, NOON, is_paid=True)
    for state in (S.CANCELING, S.TO_REFUND):
        assert not is_unwanted(replace(CHARGE, state=state), NOON, is_paid=True)


def test_the_gateway_is_asked_every_second_and_less_often_while_it_does_not_answer() -> None:
    assert [ask_again_s(times) for times in range(7)] == [1, 1, 2, 4, 8, 15, 15]


def test_the_migration_holds_the_same_changes_of_state() -> None:
    source = (REPOSITORY / "queue_server/migrations/versions/0008_wallet.py").read_text()
    assert source.count('{"from_state":') == len(TRANSITIONS)
    for before, after in TRANSITIONS:
        assert f'{{"from_state": "{before}", "to_state": "{after}"}}' in source


@pytest.mark.parametrize(
    ("means", "voucher", "charge", "standing"),
    [
        (None, None, None, P.NONE),
        (None, None, S.WAITING, P.WALLET_WAITING),
        (None, V.WITHDRAWN, S.EXPIRED, P.WALLET_EXPIRED),
        (None, V.CHECKING, None, P.CHECKING),
        (None, V.NOT_VISIBLE, S.EXPIRED, P.NOT_VISIBLE),
        (None, V.NOT_VISIBLE, S.WAITING, P.WALLET_WAITING),
        (None, VoucherRefusal.USED, S.CANCELED, P.WALLET_CANCELED),
        (None, VoucherRefusal.USED, S.TO_REFUND, P.WALLET_TO_REFUND),
        (Means.CARD, V.WITHDRAWN, S.REFUNDED, P.CARD),
        (Means.CASH, None, S.CANCELED, P.CASH),
        (Means.VOUCHER, V.APPLIED, S.EXPIRED, P.APPLIED),
        (Means.WALLET, V.WITHDRAWN, S.PAID, P.WALLET),
        (Means.WALLET, None, S.REFUNDED, P.WALLET_REFUNDED),
    ],
)
def test_a_kiosk_is_told_what_paid_or_what_is_open_or_what_was_tried_last(
    means: Means | None,
    voucher: VoucherState | VoucherRefusal | None,
    charge: ChargeState | None,
    standing: PaymentStanding,
) -> None:
    presented = None if voucher is None else (voucher, NOON)
    opened = None if charge is None else (charge, SOON)
    assert standing_of(means, presented, opened) is standing


def test_of_two_that_failed_the_newer_is_told() -> None:
    refused, expired = (VoucherRefusal.USED, SOON), (S.EXPIRED, NOON)
    assert standing_of(None, refused, expired) is P.USED


def test_every_state_of_a_charge_has_its_standing() -> None:
    told = {standing_of(None, None, (state, NOON)) for state in ChargeState}
    assert len(told) == len(ChargeState)
