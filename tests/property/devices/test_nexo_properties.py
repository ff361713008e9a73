"""What holds for every nexo message: it survives the wire, and damage never approves a payment."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.nexo.members import MessageRefused
from devices.nexo.protocol import (
    CONDITIONS,
    Abort,
    Diagnosis,
    DiagnosisReply,
    Login,
    LoginReply,
    Message,
    Payment,
    PaymentReply,
    Reversal,
    ReversalReply,
    StatusReply,
    TransactionStatus,
)
from devices.nexo.verdict import Asked, Verdict, judge, judge_status

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
FEE = 3770
ASKED = Asked("Payment", "PAY1", FEE, "PEN")
PAID = PaymentReply("Success", "", FEE, "PEN", "T1", "A1B2", "R1", "S1", "4242", "visa", AT)
REFUSED = PaymentReply("Failure", "Refusal", FEE, "PEN", "T1", "", "", "S1", "", "", AT)

IDS = st.from_regex(r"[A-Za-z0-9]{1,10}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)
TEXTS = st.from_regex(r"[A-Z][A-Za-z0-9]{0,7}", fullmatch=True) | st.just("")
CENTIMOS = st.integers(0, 99_999_999)
MOMENTS = st.datetimes(timezones=st.just(UTC))
RESULTS = st.sampled_from(["Success", "Failure", "Partial"])
CONDITION = st.sampled_from(["", *CONDITIONS])
CATEGORY = st.sampled_from(["Payment", "Reversal"])
CURRENCY = st.from_regex(r"[A-Z]{3}", fullmatch=True)
PAYMENT_REPLIES = st.builds(
    PaymentReply,
    RESULTS,
    CONDITION,
    st.none() | CENTIMOS,
    st.just("") | CURRENCY,
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    st.just("") | st.from_regex(r"[0-9]{4}", fullmatch=True),
    TEXTS,
    st.none() | MOMENTS,
)
REVERSAL_REPLIES = st.builds(
    ReversalReply, RESULTS, CONDITION, st.none() | CENTIMOS, TEXTS, st.none() | MOMENTS
)
REPEATED = st.builds(Message, IDS, NAMES, NAMES, PAYMENT_REPLIES | REVERSAL_REPLIES)
FLAGS = st.none() | st.booleans()
HEALTH = st.sampled_from(["", "OK", "Busy", "Maintenance", "Unreachable"])
BODIES: st.SearchStrategy[Any] = st.one_of(
    st.builds(Login, MOMENTS),
    st.just(Diagnosis()),
    st.builds(Payment, NAMES, MOMENTS, CENTIMOS, CURRENCY),
    st.builds(Reversal, IDS, MOMENTS, CENTIMOS, IDS),
    st.builds(TransactionStatus, CATEGORY, IDS, NAMES, NAMES),
    st.builds(Abort, CATEGORY, IDS, NAMES, NAMES),
    st.builds(LoginReply, RESULTS, CONDITION),
    st.builds(DiagnosisReply, RESULTS, CONDITION, HEALTH, FLAGS, FLAGS),
    PAYMENT_REPLIES,
    REVERSAL_REPLIES,
    st.builds(StatusReply, RESULTS, CONDITION, st.none() | REPEATED),
)
DAMAGE = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4)
WRAPPED = st.booleans()
MEMBER_NAMES = st.sampled_from(["MessageHeader", "PaymentResponse", "Response", "Result"])
TREES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBER_NAMES, inner),
)


def wire(body: PaymentReply, wrapped: bool) -> bytes:
    direct = Message("PAY1", "KIOSK", "TERMINAL", body)
    status = Message("ASK2", "KIOSK", "TERMINAL", StatusReply("Success", "", direct))
    return (status if wrapped else direct).to_bytes()


def verdict_on(data: bytes) -> Verdict | None:
    """Judge bytes as the driver does; None where they are refused."""
    try:
        message = Message.from_bytes(data)
    except MessageRefused:
        return None
    return (judge_status if isinstance(message.body, StatusReply) else judge)(ASKED, message)


def damaged(data: bytes, damage: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, byte in damage:
        changed[place % len(changed)] = byte
    return bytes(changed)


@given(IDS, NAMES, NAMES, BODIES)
def test_every_message_survives_the_wire(
    service_id: str, sale_id: str, poi_id: str, body: Any
) -> None:
    message = Message(service_id, sale_id, poi_id, body)
    assert Message.from_bytes(message.to_bytes()) == message


@given(CENTIMOS)
def test_every_amount_is_exact_on_the_wire(centimos: int) -> None:
    body = Payment("order-1", AT, centimos, "PEN")
    read = Message.from_bytes(Message("PAY1", "KIOSK", "TERMINAL", body).to_bytes())
    assert read.body == body


@given(WRAPPED, st.data())
def test_a_truncated_reply_is_never_approved(wrapped: bool, data: st.DataObject) -> None:
    whole = wire(PAID, wrapped)
    verdict = verdict_on(whole)
    assert verdict is not None
    assert verdict.outcome == "approved"
    kept = data.draw(st.integers(0, len(whole) - 1))
    assert verdict_on(whole[:kept]) is None


@settings(max_examples=300, deadline=None)
@given(WRAPPED, DAMAGE)
def test_a_garbled_refusal_is_never_approved(wrapped: bool, damage: list[tuple[int, int]]) -> None:
    verdict = verdict_on(damaged(wire(REFUSED, wrapped), damage))
    assert verdict is None or verdict.outcome != "approved"


@settings(max_examples=300, deadline=None)
@given(WRAPPED, DAMAGE)
def test_a_garbled_approval_is_approved_only_for_the_amount_asked(
    wrapped: bool, damage: list[tuple[int, int]]
) -> None:
    verdict = verdict_on(damaged(wire(PAID, wrapped), damage))
    if verdict is not None and verdict.outcome == "approved":
        assert verdict.evidence is not None
        assert verdict.evidence.amount_centimos == FEE
    if verdict is not None and wrapped and verdict.evidence is not None:
        assert verdict.evidence.service_id == "PAY1"


@given(st.binary(max_size=400))
def test_garbage_is_refused_and_never_crashes(data: bytes) -> None:
    assert verdict_on(data) is None


@given(TREES)
def test_any_json_is_refused_and_never_crashes(tree: object) -> None:
    assert verdict_on(json.dumps({"SaleToPOIResponse": tree}).encode()) is None
