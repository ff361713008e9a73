"""nexo messages: written as published, read by name only, refused without showing content."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from stdnum import luhn

from devices.nexo.members import MAX_MESSAGE_BYTES, MessageRefused, might_be_card
from devices.nexo.protocol import (
    Abort,
    Diagnosis,
    DiagnosisReply,
    Login,
    Message,
    Payment,
    PaymentReply,
    Reversal,
    StatusReply,
    TransactionStatus,
)

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
PAN = "4000001234567899"
HEADER = {
    "ProtocolVersion": "3.0",
    "MessageClass": "Service",
    "MessageCategory": "Payment",
    "MessageType": "Response",
    "ServiceID": "PAY1",
    "SaleID": "KIOSK",
    "POIID": "TERMINAL",
}


def payment_reply(**members: Any) -> dict[str, Any]:
    """A reply as a terminal writes it, with much that is not for us."""
    body = {
        "Response": {"Result": "Success", "AdditionalResponse": f"pan={PAN}"},
        "SaleData": {"SaleTransactionID": {"TransactionID": "order-1"}},
        "POIData": {
            "POITransactionID": {"TransactionID": "T9.77", "TimeStamp": "2026-03-02T15:30:00.000Z"}
        },
        "PaymentResult": {
            "PaymentInstrumentData": {
                "PaymentInstrumentType": "Card",
                "CardData": {
                    "PaymentBrand": "visa",
                    "MaskedPan": "400000 **** 7899",
                    "SensitiveCardData": {"PAN": PAN, "ExpiryDate": "1230"},
                },
            },
            "AmountsResp": {"Currency": "PEN", "AuthorizedAmount": 37.7},
            "PaymentAcquirerData": {
                "MerchantID": "M1",
                "AcquirerPOIID": "SIM00001",
                "AcquirerTransactionID": {"TransactionID": "603015000042"},
                "ApprovalCode": "A1B2C3",
            },
        },
        "PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt", "Text": PAN}],
        **members,
    }
    return {"SaleToPOIResponse": {"MessageHeader": HEADER, "PaymentResponse": body}}


def read(tree: object) -> Message:
    return Message.from_bytes(json.dumps(tree).encode())


def body_of(message: Message) -> PaymentReply:
    assert isinstance(message.body, PaymentReply)
    return message.body


def test_a_payment_request_is_written_as_published() -> None:
    body = Payment("order-1", AT, 3770, "PEN")
    tree = json.loads(Message("PAY1", "KIOSK", "TERMINAL", body).to_bytes())
    assert tree == {
        "SaleToPOIRequest": {
            "MessageHeader": {**HEADER, "MessageType": "Request"},
            "PaymentRequest": {
                "PaymentData": {"PaymentType": "Normal"},
                "SaleData": {
                    "SaleTransactionID": {
                        "TransactionID": "order-1",
                        "TimeStamp": "2026-03-02T15:30:00+00:00",
                    }
                },
                "PaymentTransaction": {"AmountsReq": {"Currency": "PEN", "RequestedAmount": 37.7}},
            },
        }
    }


def test_a_question_about_a_payment_carries_its_own_id_and_the_old_one() -> None:
    body = TransactionStatus("Payment", "PAY1", "KIOSK", "TERMINAL")
    tree = json.loads(Message("ASK2", "KIOSK", "TERMINAL", body).to_bytes())
    request = tree["SaleToPOIRequest"]
    assert request["MessageHeader"]["ServiceID"] == "ASK2"
    assert request["TransactionStatusRequest"]["MessageReference"] == {
        "MessageCategory": "Payment",
        "ServiceID": "PAY1",
        "SaleID": "KIOSK",
        "POIID": "TERMINAL",
    }


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (Login(AT), "LoginRequest"),
        (Diagnosis(), "DiagnosisRequest"),
        (Reversal("T9.77", AT, 3770, "Malfunction"), "ReversalRequest"),
        (Abort("Payment", "PAY1", "KIOSK", "TERMINAL"), "AbortRequest"),
    ],
)
def test_every_command_has_its_request(body: Any, name: str) -> None:
    message = Message("ID1", "KIOSK", "TERMINAL", body)
    data = message.to_bytes()
    assert name in json.loads(data)["SaleToPOIRequest"]
    assert Message.from_bytes(data) == message


def test_of_a_reply_only_what_may_be_kept_is_read() -> None:
    message = read(payment_reply())
    assert body_of(message) == PaymentReply(
        result="Success",
        amount_centimos=3770,
        currency="PEN",
        terminal_id="SIM00001",
        authorisation_code="A1B2C3",
        rrn="603015000042",
        stan="T9.77",
        masked_last4="7899",
        scheme="visa",
        at=AT,
    )
    assert PAN not in repr(message)
    assert "1230" not in repr(message)


@pytest.mark.parametrize("hidden", [PAN, "4000-0012-3456-7899", f"{PAN}D30121010000000000"])
def test_a_card_number_in_the_place_of_another_text_is_dropped(hidden: str) -> None:
    tree = payment_reply(POIData={"POITransactionID": {"TransactionID": hidden}})
    result = tree["SaleToPOIResponse"]["PaymentResponse"]["PaymentResult"]
    result["PaymentAcquirerData"] = {
        "AcquirerPOIID": hidden,
        "AcquirerTransactionID": {"TransactionID": hidden},
        "ApprovalCode": hidden,
    }
    result["PaymentInstrumentData"]["CardData"] = {"PaymentBrand": hidden, "MaskedPan": PAN}
    tree["SaleToPOIResponse"]["PaymentResponse"]["Response"]["ErrorCondition"] = hidden
    body = body_of(read(tree))
    kept = (body.terminal_id, body.rrn, body.authorisation_code, body.stan, body.scheme)
    assert kept == ("", "", "", "", "")
    assert (body.condition, body.masked_last4) == ("", "7899")
    assert PAN not in repr(body)


def test_a_repeated_reply_is_the_message_it_repeats() -> None:
    inner = payment_reply()["SaleToPOIResponse"]
    header = inner.pop("MessageHeader")
    tree = {
        "SaleToPOIResponse": {
            "MessageHeader": {
                **HEADER,
                "MessageCategory": "TransactionStatus",
                "ServiceID": "ASK2",
            },
            "TransactionStatusResponse": {
                "Response": {"Result": "Success"},
                "RepeatedMessageResponse": {
                    "MessageHeader": header,
                    "RepeatedResponseMessageBody": inner,
                },
            },
        }
    }
    message = read(tree)
    assert isinstance(message.body, StatusReply)
    assert message.body.repeated == read(payment_reply())
    assert Message.from_bytes(message.to_bytes()) == message


@pytest.mark.parametrize("amount", [37.705, -1, 1e300, "37.70", True, None, [], 1_000_000])
def test_an_amount_that_is_no_number_of_centimos_is_refused(amount: object) -> None:
    result = {"AmountsResp": {"Currency": "PEN", "AuthorizedAmount": amount}}
    tree = payment_reply(PaymentResult=result)
    if amount is None:
        assert body_of(read(tree)).amount_centimos is None
        return
    with pytest.raises(MessageRefused, match="AuthorizedAmount"):
        read(tree)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"SaleToPOIResponse": []}',
        '{"SaleToPOIResponse": {"MessageHeader": "x"}}',
        '{"SaleToPOIResponse": {}, "SaleToPOIResponse": {}}',
        '{"SaleToPOIResponse": NaN}',
        '{"SaleToPOIResponse": 1e99999999999999999999}',
        "[" * 5000,
        '{"a":' * 5000,
    ],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(MessageRefused):
        Message.from_bytes(text.encode())


def test_a_refusal_names_the_member_and_not_its_content() -> None:
    tree = payment_reply()
    tree["SaleToPOIResponse"]["MessageHeader"] = {**HEADER, "ServiceID": PAN}
    with pytest.raises(MessageRefused, match=r"MessageHeader\.ServiceID") as caught:
        read(tree)
    assert PAN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.where == "MessageHeader.ServiceID"


def test_an_overlong_message_is_refused_unread() -> None:
    data = json.dumps(payment_reply()).encode()
    assert body_of(Message.from_bytes(data.ljust(MAX_MESSAGE_BYTES))).result == "Success"
    with pytest.raises(MessageRefused, match="longer"):
        Message.from_bytes(data.ljust(MAX_MESSAGE_BYTES + 1))


@pytest.mark.parametrize("change", [{"ServiceID": "PAY2"}, {"SaleID": "OTHER"}, {"POIID": "OTHER"}])
def test_a_reply_to_another_message_is_refused(change: dict[str, str]) -> None:
    request = Message("PAY1", "KIOSK", "TERMINAL", Payment("order-1", AT, 3770, "PEN"))
    tree = payment_reply()
    assert read(tree).must_answer(request) == read(tree).body
    tree["SaleToPOIResponse"]["MessageHeader"] = {**HEADER, **change}
    with pytest.raises(MessageRefused, match="another message"):
        read(tree).must_answer(request)
    with pytest.raises(MessageRefused, match="another message"):
        request.must_answer(request)


def test_a_time_without_zone_is_refused() -> None:
    poi = {"POITransactionID": {"TransactionID": "T1", "TimeStamp": "2026-03-02T15:30:00"}}
    with pytest.raises(MessageRefused, match="TimeStamp"):
        read(payment_reply(POIData=poi))


def test_health_is_a_closed_set_of_words() -> None:
    message = Message("ID1", "KIOSK", "TERMINAL", DiagnosisReply("Success", "", "OK", True, False))
    assert Message.from_bytes(message.to_bytes()) == message
    changed = message.to_bytes().replace(b'"OK"', b'"Fine"')
    with pytest.raises(MessageRefused, match="GlobalStatus"):
        Message.from_bytes(changed)


NUMBERS = tuple(
    part + luhn.calc_check_digit(part)
    for part in ("400000123456789", "37000012345678", "622126001234567", "422222222222")
)
DRESSES = (
    *("{}", "PAN{}", ".{}", "A{}B", "0000{}", "X7{}99"),
    *("T1/{4}-{12}", "T1.{4}-{4}-{4}-{4}", "-{6}.{9}"),
)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("hidden", DRESSES)
def test_a_card_number_is_kept_nowhere_however_it_is_dressed(number: str, hidden: str) -> None:
    dressed = dress(number, hidden)
    assert might_be_card(dressed), dressed
    body = PaymentReply("Success", "", 3770, "PEN", dressed, "", dressed, dressed, "", "", AT)
    kept = body_of(read(json.loads(Message("PAY1", "KIOSK", "TERMINAL", body).to_bytes())))
    assert (kept.terminal_id, kept.rrn, kept.stan) == ("", "", "")


def dress(number: str, pattern: str) -> str:
    """Fill ``{n}`` with the next ``n`` digits, ``{}`` and the last one with the rest."""
    places = re.findall(r"\{(\d*)\}", pattern)
    for at, size in enumerate(places):
        last = at == len(places) - 1
        part, number = (number, "") if last else (number[: int(size)], number[int(size) :])
        pattern = re.sub(r"\{\d*\}", part, pattern, count=1)
    return pattern


def test_numbers_of_transactions_are_kept() -> None:
    for text in ("SIM-000001", "603015000042", "oLkO001643892070000.VK9DRSLLRCQ2WN82", "T9.77"):
        assert not might_be_card(text), text


@pytest.mark.negative_control
def test_a_check_of_the_beginning_alone_lets_a_dressed_number_through() -> None:
    old = re.compile(r"(?:[0-9][./-]?){13}")
    assert not old.match(f"PAN{NUMBERS[0]}")
    assert might_be_card(f"PAN{NUMBERS[0]}")
