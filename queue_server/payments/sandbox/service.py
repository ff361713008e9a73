"""What the gateway answers to its callers: one JSON object a question, and its HTTP status."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from queue_server.payments.sandbox.faults import Fault
from queue_server.payments.sandbox.ledger import AnotherContent, Ledger, Row

_UUID = r"(?P<{}>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})"
_CHARGE = "/v1/charges/" + _UUID.format("charge")
_ROUTES = (
    ("GET", "/v1/health", "health"),
    ("PUT", _CHARGE, "open"),
    ("GET", _CHARGE, "standing"),
    ("POST", _CHARGE + "/cancel", "cancel"),
    ("PUT", _CHARGE + "/refunds/" + _UUID.format("refund"), "refund"),
)
_REFERENCE = re.compile(r"[ -~]{1,25}")
_TOLD = ("id", "amount_centimos", "reference", "state", "payload", "expires_at")


@dataclass(frozen=True)
class Question:
    """One question of a caller: what, about which charge, with which body."""

    operation: str
    charge: UUID | None
    refund: UUID | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """Status and body; `word`: how the ledger calls it."""

    status: int
    body: Mapping[str, Any]
    word: str


def routed(method: str, path: str, body: Mapping[str, Any]) -> Question | None:
    """The question that a request asks; None when there is none like it."""
    for verb, pattern, operation in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found is not None and verb == method:
            ids = {name: UUID(text) for name, text in found.groupdict().items()}
            return Question(operation, ids.get("charge"), ids.get("refund"), body)
    return None


def answered(ledger: Ledger, asked: Question, fault: Fault | None) -> Answer:
    """Do what is asked, and say what is."""
    try:
        return _answered(ledger, asked, fault)
    except AnotherContent:
        return Answer(409, {"error": "another_content"}, "another_content")


def _answered(ledger: Ledger, asked: Question, fault: Fault | None) -> Answer:
    refusal = fault.reason if fault is not None and fault.name == "refuse" else ""
    if asked.operation == "health" or asked.charge is None:
        return Answer(200, {"status": "ok"}, "ok")
    match asked.operation:
        case "open":
            return _opened(ledger, asked.charge, asked.body, refusal)
        case "refund":
            assert asked.refund is not None
            return _refunded(ledger.refund(asked.charge, asked.refund, refusal))
        case "cancel":
            return _standing(ledger.cancel(asked.charge))
        case _:
            return _standing(ledger.charge(asked.charge))


def _opened(ledger: Ledger, id: UUID, body: Mapping[str, Any], refusal: str) -> Answer:
    amount, valid_s = body.get("amount_centimos"), body.get("valid_s")
    reference = body.get("reference")
    if not (_is_whole(amount, 1, 99_999_999) and _is_whole(valid_s, 1, 86_400)):
        refusal = refusal or "amount"
    elif not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        refusal = refusal or "reference"
    elif body.get("currency") != "PEN":
        refusal = refusal or "currency"
    if refusal:
        return Answer(422, {"refused": refusal}, "refused")
    return _standing(ledger.open(id, amount, reference, valid_s))  # type: ignore[arg-type]


def _standing(charge: Row | None) -> Answer:
    if charge is None:
        return Answer(404, {"error": "not_known"}, "not_known")
    told = {name: charge[name] for name in _TOLD}
    payment = charge["payment"]
    told["payment"] = payment and {
        name: payment[name] for name in ("reference", "amount_centimos", "paid_at")
    }
    return Answer(200, {"charge": told}, charge["state"])


def _refunded(refund: Row | None) -> Answer:
    if refund is None:
        return Answer(404, {"error": "not_known"}, "not_known")
    told = {name: refund[name] for name in ("id", "charge", "state", "reference", "reason", "at")}
    return Answer(200, {"refund": told}, refund["state"])


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
