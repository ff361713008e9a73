"""Messages of nexo Retailer 3.x as JSON: frozen dataclasses to bytes and back. Pure.

The tables at the end name every member that is read. What they do not name (card number, track,
expiry, holder, receipts) is dropped while parsing and is never kept, shown or put in an error.
Source: nexo Sale to POI protocol 3.x, messages Login, Payment, TransactionStatus, Reversal,
Abort and Diagnosis; amounts are decimal soles there and whole céntimos here. The messages about
what a terminal counted are in `totals`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.nexo.members import (
    CENTIMOS,
    FLAG,
    LAST4,
    MOMENT,
    Codec,
    Member,
    MessageRefused,
    at_path,
    fill,
    is_tree,
    kept,
    parse,
    put,
    text,
    values_of,
    word,
)
from devices.nexo.totals import (
    RECONCILIATION,
    TOTALS_REPLY,
    GetTotals,
    GetTotalsReply,
    Reconciliation,
    ReconciliationReply,
)

PROTOCOL_VERSION = "3.0"
RESULTS = ("Success", "Failure", "Partial")
CONDITIONS = (
    *("Aborted", "Busy", "Cancel", "DeviceOut", "InProgress", "InsertedCard", "InvalidCard"),
    *("LoggedOut", "MessageFormat", "NotAllowed", "NotFound", "PaymentRestriction", "Refusal"),
    *("UnavailableDevice", "UnavailableService", "UnreachableHost", "WrongPIN"),
)
HEALTH = ("OK", "Busy", "Maintenance", "Unreachable")


@dataclass(frozen=True, slots=True)
class Login:
    """Open a session with the terminal; ``at`` is the time of the sale system."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Ask for the terminal's health, without a call to the acquirer."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Take ``amount_centimos``."""

    reference: str
    at: datetime
    amount_centimos: int
    currency: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """Give back the transaction which the terminal numbered ``stan`` at ``paid_at``."""

    stan: str
    paid_at: datetime
    amount_centimos: int
    why: str


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """Ask again for the reply to an earlier message, by its category and ServiceID."""

    of_category: str
    of_service_id: str
    of_sale_id: str
    of_poi_id: str


@dataclass(frozen=True, slots=True)
class Abort:
    """Stop an earlier message that is still being worked on; has no reply of its own."""

    of_category: str
    of_service_id: str
    of_sale_id: str
    of_poi_id: str


@dataclass(frozen=True, slots=True)
class LoginReply:
    """Whether the session is open."""

    result: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisReply:
    """The terminal's health: ``health`` is one of ``HEALTH``, flags are None if not given."""

    result: str
    condition: str = ""
    health: str = ""
    card_reader_ok: bool | None = None
    communication_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class PaymentReply:
    """How a payment ended and what may be kept of it; texts not given are empty."""

    result: str
    condition: str = ""
    amount_centimos: int | None = None
    currency: str = ""
    terminal_id: str = ""
    authorisation_code: str = ""
    rrn: str = ""
    stan: str = ""
    masked_last4: str = ""
    scheme: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReversalReply:
    """How a reversal ended; ``amount_centimos`` is None where the whole went back."""

    result: str
    condition: str = ""
    amount_centimos: int | None = None
    stan: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusReply:
    """The repeated reply, or a ``condition`` that says why there is none."""

    result: str
    condition: str = ""
    repeated: "Message | None" = None


Asking = GetTotals | Reconciliation
Request = Login | Diagnosis | Payment | Reversal | TransactionStatus | Abort | Asking
Counting = GetTotalsReply | ReconciliationReply
Reply = LoginReply | DiagnosisReply | PaymentReply | ReversalReply | StatusReply | Counting
Body = Request | Reply


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its category and type follow from its body."""

    service_id: str
    sale_id: str
    poi_id: str
    body: Body

    @property
    def category(self) -> str:
        """The MessageCategory, which is also the name of the command."""
        return _NAMES[type(self.body)][0]

    @property
    def can_be_sent(self) -> bool:
        """Whether its content is such that a terminal would take it."""
        try:
            self.to_bytes()
        except MessageRefused:
            return False
        return True

    def to_bytes(self) -> bytes:
        """Write the message; raises ``MessageRefused`` for content no terminal would take."""
        envelope = f"SaleToPOI{_NAMES[type(self.body)][1]}"
        return json.dumps({envelope: _tree_of(self)}, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Message":
        """Read one message of at most 64 KiB; raises ``MessageRefused``."""
        tree = parse(data)
        for kind in ("Request", "Response"):
            inner = tree.get(f"SaleToPOI{kind}")
            if inner is not None:
                return _message_of(inner, kind)
        raise MessageRefused("envelope", "is neither a request nor a response")

    def must_answer(self, request: "Message") -> Reply:
        """Return the body if this is the reply to ``request``; raises ``MessageRefused``."""
        if not isinstance(self.body, Reply) or self.category != request.category:
            raise MessageRefused("MessageCategory", "belongs to another message")
        for name in ("service_id", "sale_id", "poi_id"):
            if getattr(self, name) != getattr(request, name):
                raise MessageRefused(name, "belongs to another message")
        return self.body


@dataclass(frozen=True, slots=True)
class _Shape:
    """One body: its dataclass, the members it keeps, and what is sent in every one."""

    kind: Callable[..., Body]
    members: tuple[Member, ...]
    always: Mapping[str, object]


def _read_repeated(value: Any) -> Message:
    body = at_path(value, "RepeatedResponseMessageBody")
    if not is_tree(value) or not is_tree(body):
        raise MessageRefused("RepeatedResponseMessageBody", "is missing")
    message = _message_of({**body, "MessageHeader": value.get("MessageHeader")}, "Response")
    if not isinstance(message.body, (PaymentReply, ReversalReply)):
        raise MessageRefused("RepeatedResponseMessageBody", "is not of a transaction")
    return message


def _write_repeated(value: Message) -> object:
    tree = _tree_of(value)
    header = tree.pop("MessageHeader")
    return {"MessageHeader": header, "RepeatedResponseMessageBody": tree}


def _message_of(tree: object, kind: str) -> Message:
    header = values_of(_HEADER, tree)
    if header["message_type"] != kind:
        raise MessageRefused("MessageType", "differs from the envelope")
    category = header["category"]
    shape = COMMANDS[category].get(kind)
    content = at_path(tree, f"{category}{kind}")
    if shape is None or not is_tree(content):
        raise MessageRefused(f"{category}{kind}", "is missing")
    body = shape.kind(**values_of(shape.members, content))
    return Message(header["service_id"], header["sale_id"], header["poi_id"], body)


def _tree_of(message: Message) -> dict[str, Any]:
    category, kind = _NAMES[type(message.body)]
    shape = COMMANDS[category][kind]
    header: dict[str, Any] = {"ProtocolVersion": PROTOCOL_VERSION, "MessageClass": "Service"}
    header |= {"MessageCategory": category, "MessageType": kind}
    content: dict[str, Any] = {}
    tree = {"MessageHeader": header, f"{category}{kind}": content}
    fill(tree, _IDENTITY, message)
    for path, value in shape.always.items():
        put(content, path, value)
    fill(content, shape.members, message.body)
    return tree


_ID = text(r"[A-Za-z0-9]{1,10}")
_NAME = text(r"[A-Za-z0-9_.-]{1,64}")
_CURRENCY = text(r"[A-Z]{3}")
_NUMBER = kept(r"[A-Za-z0-9./-]{1,64}")
_TRANSACTION = word("Payment", "Reversal")

_IDENTITY = (
    Member("service_id", "MessageHeader.ServiceID", _ID),
    Member("sale_id", "MessageHeader.SaleID", _NAME),
    Member("poi_id", "MessageHeader.POIID", _NAME),
)
_RESULT = (
    Member("result", "Response.Result", word(*RESULTS)),
    Member("condition", "Response.ErrorCondition", kept("|".join(CONDITIONS)), False),
)
_TERMINALS_NUMBER = (
    Member("stan", "POIData.POITransactionID.TransactionID", _NUMBER, False),
    Member("at", "POIData.POITransactionID.TimeStamp", MOMENT, False),
)
_REFERENCE = (
    Member("of_category", "MessageReference.MessageCategory", _TRANSACTION),
    Member("of_service_id", "MessageReference.ServiceID", _ID),
    Member("of_sale_id", "MessageReference.SaleID", _NAME),
    Member("of_poi_id", "MessageReference.POIID", _NAME),
)
_LOGIN = (Member("at", "DateTime", MOMENT),)
_LOGIN_ALWAYS = {
    "SaleSoftware.ManufacturerID": "Ventanilla",
    "SaleSoftware.ApplicationName": "Ventanilla",
    "SaleSoftware.SoftwareVersion": "1",
    "SaleTerminalData.TerminalEnvironment": "Unattended",
    "OperatorLanguage": "es",
}
_PAYMENT = (
    Member("reference", "SaleData.SaleTransactionID.TransactionID", _NAME),
    Member("at", "SaleData.SaleTransactionID.TimeStamp", MOMENT),
    Member("currency", "PaymentTransaction.AmountsReq.Currency", _CURRENCY),
    Member("amount_centimos", "PaymentTransaction.AmountsReq.RequestedAmount", CENTIMOS),
)
_INSTRUMENT = "PaymentResult.PaymentInstrumentData.CardData"
_ACQUIRER = "PaymentResult.PaymentAcquirerData"
_PAYMENT_REPLY = (
    *(*_RESULT, *_TERMINALS_NUMBER),
    Member("amount_centimos", "PaymentResult.AmountsResp.AuthorizedAmount", CENTIMOS, False),
    Member("currency", "PaymentResult.AmountsResp.Currency", _CURRENCY, False),
    Member("terminal_id", f"{_ACQUIRER}.AcquirerPOIID", _NUMBER, False),
    Member("authorisation_code", f"{_ACQUIRER}.ApprovalCode", kept("[A-Za-z0-9]{1,8}"), False),
    Member("rrn", f"{_ACQUIRER}.AcquirerTransactionID.TransactionID", _NUMBER, False),
    Member("masked_last4", f"{_INSTRUMENT}.MaskedPan", LAST4, False),
    Member("scheme", f"{_INSTRUMENT}.PaymentBrand", kept("[A-Za-z][A-Za-z0-9]{0,15}"), False),
)
_ORIGINAL = "OriginalPOITransaction.POITransactionID"
_REVERSAL = (
    Member("stan", f"{_ORIGINAL}.TransactionID", text(r"[A-Za-z0-9./-]{1,64}")),
    Member("paid_at", f"{_ORIGINAL}.TimeStamp", MOMENT),
    Member("amount_centimos", "ReversedAmount", CENTIMOS),
    Member("why", "ReversalReason", text(r"[A-Za-z0-9]{1,20}")),
)
_REVERSAL_REPLY = (
    *(*_RESULT, *_TERMINALS_NUMBER),
    Member("amount_centimos", "ReversedAmount", CENTIMOS, False),
)
_REPEATED = Codec(_read_repeated, _write_repeated)
_STATUS_REPLY = (*_RESULT, Member("repeated", "RepeatedMessageResponse", _REPEATED, False))
_DIAGNOSIS_REPLY = (
    *_RESULT,
    Member("health", "POIStatus.GlobalStatus", word(*HEALTH), False),
    Member("card_reader_ok", "POIStatus.CardReaderOKFlag", FLAG, False),
    Member("communication_ok", "POIStatus.CommunicationOKFlag", FLAG, False),
)

COMMANDS: Mapping[str, Mapping[str, _Shape]] = {
    "Login": {
        "Request": _Shape(Login, _LOGIN, _LOGIN_ALWAYS),
        "Response": _Shape(LoginReply, _RESULT, {}),
    },
    "Diagnosis": {
        "Request": _Shape(Diagnosis, (), {"HostDiagnosisFlag": False}),
        "Response": _Shape(DiagnosisReply, _DIAGNOSIS_REPLY, {}),
    },
    "Payment": {
        "Request": _Shape(Payment, _PAYMENT, {"PaymentData.PaymentType": "Normal"}),
        "Response": _Shape(PaymentReply, _PAYMENT_REPLY, {}),
    },
    "Reversal": {
        "Request": _Shape(Reversal, _REVERSAL, {}),
        "Response": _Shape(ReversalReply, _REVERSAL_REPLY, {}),
    },
    "TransactionStatus": {
        "Request": _Shape(TransactionStatus, _REFERENCE, {"ReceiptReprintFlag": False}),
        "Response": _Shape(StatusReply, _STATUS_REPLY, {}),
    },
    "GetTotals": {
        "Request": _Shape(GetTotals, (), {"TotalDetails": []}),
        "Response": _Shape(GetTotalsReply, (*_RESULT, *TOTALS_REPLY), {}),
    },
    "Reconciliation": {
        "Request": _Shape(Reconciliation, RECONCILIATION, {}),
        "Response": _Shape(ReconciliationReply, (*_RESULT, *TOTALS_REPLY), {}),
    },
    "Abort": {"Request": _Shape(Abort, _REFERENCE, {"AbortReason": "MerchantAbort"})},
}
_HEADER = (
    *_IDENTITY,
    Member("version", "MessageHeader.ProtocolVersion", text(r"3\.[0-9]{1,2}"), False),
    Member("class", "MessageHeader.MessageClass", word("Service")),
    Member("category", "MessageHeader.MessageCategory", word(*COMMANDS)),
    Member("message_type", "MessageHeader.MessageType", word("Request", "Response")),
)
_NAMES: Mapping[Callable[..., Body], tuple[str, str]] = {
    shape.kind: (category, kind)
    for category, shapes in COMMANDS.items()
    for kind, shape in shapes.items()
}
