"""The rules of money: the fee of a day, what a voucher must be worth, when it is asked about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from queue_server.payments.model.fees import Fee, fee_on
from queue_server.payments.model.vouchers import (
    Applied,
    NotVisible,
    VoucherRefusal,
    VoucherRefused,
    ask_again_s,
    weighed,
)

FEES = [Fee(date(2026, 12, 1), 3540), Fee(date(2022, 1, 1), 3770)]
BANK = Applied("BN-1", 3770, datetime(2026, 11, 20, tzinfo=UTC))
HOUR = 3600.0


@pytest.mark.parametrize(
    ("day", "fee"),
    [
        (date(2021, 12, 31), None),
        (date(2022, 1, 1), 3770),
        (date(2026, 11, 30), 3770),
        (date(2026, 12, 1), 3540),
        (date(2030, 1, 1), 3540),
    ],
)
def test_a_fee_counts_from_its_day_on(day: date, fee: int | None) -> None:
    assert fee_on(day, FEES) == fee


def test_who_paid_more_has_paid_and_who_paid_less_has_not() -> None:
    assert weighed(BANK, 3770) == BANK
    assert weighed(BANK, 3540) == BANK
    assert weighed(BANK, 3771) == VoucherRefused(VoucherRefusal.TOO_LITTLE)
    assert weighed(NotVisible(), 3770) == NotVisible()


def test_a_payment_that_does_not_show_is_asked_about_less_and_less_often() -> None:
    pauses = [ask_again_s(kept, 72 * HOUR) for kept in (0, 600, HOUR, 2 * HOUR, 48 * HOUR)]
    assert pauses == [300, 300, 900, 1800, 1800]


def test_the_last_question_is_asked_when_its_time_is_over() -> None:
    assert ask_again_s(72 * HOUR - 60, 60) == 60
    assert ask_again_s(72 * HOUR, 0) == 1
    kept, asked = 0.0, 0
    while kept < 72 * HOUR:
        kept += ask_again_s(kept, 72 * HOUR - kept)
        asked += 1
    assert timedelta(seconds=kept) == timedelta(hours=72)
    assert asked < 160
