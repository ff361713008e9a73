"""What a terminal's reply proves, and what it does not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from devices.nexo.health import status_of, status_of_failure
from devices.nexo.protocol import (
    CONDITIONS,
    DiagnosisReply,
    LoginReply,
    Message,
    PaymentReply,
    Reply,
    ReversalReply,
    StatusReply,
)
from devices.nexo.verdict import ABORTED, DECLINED, NOT_BEGUN, Asked, judge, judge_status
from devices.status import Action, DeviceState

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
PAID = PaymentReply("Success", "", 3770, "PEN", "T1", "A1", "R1", "S1", "4242", "visa", AT)
ASKED = Asked("Payment", "PAY1", 3770, "PEN")


def message(body: Reply, service_id: str = "PAY1") -> Message:
    return Message(service_id, "KIOSK", "TERMINAL", body)


def repeated(body: Reply, service_id: str = "PAY1") -> Message:
    return message(StatusReply("Success", "", message(body, service_id)), "ASK2")


def test_success_with_the_amount_asked_is_approved() -> None:
    verdict = judge(ASKED, message(PAID))
    assert (verdict.outcome, verdict.final) == ("approved", True)
    assert verdict.evidence is not None
    assert verdict.evidence.rrn == "R1"


@pytest.mark.parametrize(
    "body",
    [
        replace(PAID, amount_centimos=3769),
        replace(PAID, amount_centimos=0),
        replace(PAID, currency="USD"),
        replace(PAID, currency=""),
        replace(PAID, amount_centimos=None),
        replace(PAID, at=None),
        replace(PAID, result="Partial"),
        replace(PAID, result="Partial", amount_centimos=1000),
    ],
)
def test_success_of_anything_else_is_unknown(body: PaymentReply) -> None:
    assert judge(ASKED, message(body)).outcome == "unknown"
    assert judge_status(ASKED, repeated(body)).outcome == "unknown"


def test_a_query_without_amount_takes_any_and_shows_it() -> None:
    verdict = judge_status(replace(ASKED, amount_centimos=None), repeated(PAID))
    assert verdict.outcome == "approved"
    assert verdict.evidence is not None
    assert verdict.evidence.amount_centimos == 3770


@pytest.mark.parametrize("condition", ["", *CONDITIONS])
def test_no_failure_is_ever_approved_and_only_clear_ones_are_final(condition: str) -> None:
    verdict = judge(ASKED, message(PaymentReply("Failure", condition)))
    assert verdict.outcome in ("declined", "aborted", "not_started", "unknown")
    assert verdict.final is (condition in DECLINED | ABORTED)
    assert (verdict.outcome == "not_started") is (condition in NOT_BEGUN)


@pytest.mark.parametrize(
    ("condition", "outcome", "final"),
    [
        ("NotFound", "not_found", True),
        ("InProgress", "in_progress", True),
        ("Busy", "unknown", False),
        ("LoggedOut", "unknown", False),
        ("", "unknown", False),
    ],
)
def test_why_there_is_no_repeated_reply(condition: str, outcome: str, final: bool) -> None:
    verdict = judge_status(ASKED, message(StatusReply("Failure", condition), "ASK2"))
    assert (verdict.outcome, verdict.final) == (outcome, final)


def test_a_repeated_reply_of_another_transaction_proves_nothing() -> None:
    assert judge_status(ASKED, repeated(PAID, "PAY2")).outcome == "unknown"
    assert judge_status(ASKED, repeated(ReversalReply("Success", "", 3770, "S", AT))).outcome == (
        "unknown"
    )
    assert judge_status(ASKED, message(StatusReply("Success"), "ASK2")).outcome == "unknown"
    assert judge_status(ASKED, message(PAID)).outcome == "unknown"
    assert judge(ASKED, message(LoginReply("Success"))).outcome == "unknown"


def test_a_reversal_gives_back_exactly_what_was_paid() -> None:
    asked = Asked("Reversal", "REV1", 3770, "")
    for body, outcome in (
        (ReversalReply("Success", "", 3770, "S2", AT), "approved"),
        (ReversalReply("Success", "", None, "S2", AT), "approved"),
        (ReversalReply("Success", "", 3700, "S2", AT), "unknown"),
        (ReversalReply("Success", "", 3770, "S2"), "unknown"),
        (ReversalReply("Failure", "NotFound"), "declined"),
    ):
        assert judge(asked, message(body, "REV1")).outcome == outcome


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (DiagnosisReply("Success", "", "OK", True, True), DeviceState.ONLINE),
        (DiagnosisReply("Success"), DeviceState.ONLINE),
        (DiagnosisReply("Success", "", "Busy"), DeviceState.DEVICE_BUSY),
        (DiagnosisReply("Success", "", "Maintenance"), DeviceState.OFFLINE),
        (DiagnosisReply("Success", "", "Unreachable"), DeviceState.POWER_OFF),
        (DiagnosisReply("Success", "", "OK", False), DeviceState.HARDWARE_ERROR),
        (DiagnosisReply("Success", "", "OK", True, False), DeviceState.OFFLINE),
        (DiagnosisReply("Failure", "Busy"), DeviceState.DEVICE_BUSY),
        (DiagnosisReply("Failure", "LoggedOut"), DeviceState.OFFLINE),
        (LoginReply("Success"), DeviceState.OFFLINE),
    ],
)
def test_a_diagnosis_is_said_in_the_words_of_the_framework(
    reply: Reply, state: DeviceState
) -> None:
    assert status_of(reply).device is state


def test_a_terminal_that_refuses_our_login_needs_its_configuration() -> None:
    assert status_of_failure("NotAllowed").action is Action.CONFIGURATION
