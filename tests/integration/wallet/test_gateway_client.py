"""However a gateway's reply gets lost, damaged or odd: it is `NotAnswered`, never a claim."""

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from queue_server.payments.adapters.gateway import HttpGateway, token_file
from queue_server.payments.adapters.json_http import JsonHttp
from queue_server.payments.model.wallet import (
    Canceled,
    Expired,
    NotAnswered,
    NotKnown,
    Opened,
    Paid,
    Refunded,
    Refused,
    RefusedRefund,
    Waiting,
)
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.raw_server import RawServer, answering, http
from tests.support.gateway import Gateway

FEE, VALID_S = 3770, 180
ID = UUID("3f0c6c7e-1111-4222-8333-444455556666")
REFUND = UUID("3f0c6c7e-1111-4222-8333-777788889999")
CHARGE: dict[str, Any] = {
    "id": str(ID),
    "amount_centimos": FEE,
    "state": "waiting",
    "payload": "000201",
    "expires_at": "2026-11-22T12:00:00+00:00",
    "payment": None,
}
PAYMENT = {
    "reference": "BIL-1",
    "amount_centimos": FEE,
    "paid_at": "2026-11-22T11:58:00.5+00:00",
}
REFUNDED = {
    "id": str(REFUND),
    "charge": str(ID),
    "state": "refunded",
    "reference": "DEV-1",
    "reason": "",
    "at": "2026-11-22T12:00:00+00:00",
}


def opened(client: HttpGateway, amount: int = FEE) -> UUID:
    charge = uuid4()
    assert isinstance(client.open(charge, amount, "A01-00042-K", VALID_S), Opened)
    return charge


# --- at the stand-in ------------------------------------------------------------------------------
def test_a_charge_and_what_becomes_of_it(gateway: Gateway) -> None:
    client = gateway.client()
    charge = opened(client)
    shown = client.open(charge, FEE, "A01-00042-K", VALID_S)
    assert isinstance(shown, Opened)
    assert client.standing(charge) == Waiting(shown.payload, shown.expires_at)
    gateway.pay(charge)
    paid = client.standing(charge)
    assert isinstance(paid, Paid)
    assert client.cancel(charge) == paid
    id_ = uuid4()
    refund = client.refund(charge, id_)
    assert isinstance(refund, Refunded)
    assert client.refund(charge, id_) == refund, "the same id, the same answer"
    assert client.refund(charge, uuid4()) == RefusedRefund("already_refunded")
    assert client.open(charge, FEE, "A01-00042-K", VALID_S) == shown


def test_what_was_canceled_or_expired_or_never_heard_of(gateway: Gateway) -> None:
    client = gateway.client()
    canceled, expired = opened(client), opened(client)
    assert client.cancel(canceled) == Canceled() == client.standing(canceled)
    assert client.refund(canceled, uuid4()) == RefusedRefund("not_paid")
    gateway.order(expire=expired)
    assert client.standing(expired) == Expired() == client.cancel(expired)
    assert client.standing(uuid4()) == NotKnown() == client.cancel(uuid4())
    assert gateway.order(pay=canceled) == gateway.order(pay=expired) == 409


def test_one_id_is_one_charge_and_what_is_refused_is_said(gateway: Gateway) -> None:
    client = gateway.client()
    charge = opened(client)
    assert client.open(charge, FEE + 1, "A01-00042-K", VALID_S) == NotAnswered("http_409")
    assert client.open(uuid4(), FEE, "", VALID_S) == Refused("reference")
    gateway.order(fault="refuse", operation="refund", reason="account_closed", times=1)
    gateway.pay(charge)
    refund = uuid4()
    assert client.refund(charge, refund) == RefusedRefund("account_closed")
    other = opened(client)
    assert client.refund(other, refund) == NotAnswered("http_409")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": "lose"}, "closed"),
        ({"fault": "html_500"}, "http_500"),
        ({"fault": "truncated"}, "not_json"),
        ({"fault": "slow", "seconds": 60}, "timeout"),
        ({"fault": "drip", "seconds": 1}, "timeout"),
    ],
    ids=lambda value: value["fault"] if isinstance(value, dict) else "",
)
def test_a_reply_that_does_not_come_whole_in_time_is_no_answer(
    gateway: Gateway, fault: dict[str, Any], reason: str
) -> None:
    """Dripping, a reply would take minutes: that this ends is the proof."""
    client = gateway.client(deadline_s=0.5 if reason == "timeout" else 20.0)
    charge = opened(gateway.client())
    gateway.order(**fault)
    said = NotAnswered(reason)
    assert client.open(charge, FEE, "A01-00042-K", VALID_S) == said
    if reason != "timeout":
        assert client.standing(charge) == client.cancel(charge) == said
        assert client.refund(charge, REFUND) == said
        assert not client.healthy()


def test_who_holds_no_token_or_a_wrong_one_is_told_nothing(
    gateway: Gateway, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    client = HttpGateway(JsonHttp(gateway.url), token_file(file), 5.0, 1.0)
    charge = opened(gateway.client())
    assert client.standing(charge) == NotAnswered("credential")
    file.write_text("another\n")
    assert client.standing(charge) == NotAnswered("http_401")
    assert not client.healthy()
    file.write_text((gateway.folder / "token").read_text())
    assert isinstance(client.standing(charge), Waiting), "read anew for every call"
    assert client.healthy()


def test_nobody_there_is_no_answer() -> None:
    client = HttpGateway(JsonHttp("http://127.0.0.1:1"), lambda: "t", 1.0, 1.0)
    assert client.cancel(uuid4()) == NotAnswered("no_connection")


def test_over_tls_only_whom_the_configured_authority_certified_is_asked(tmp_path: Path) -> None:
    root, stranger = Authority("root"), Authority("stranger")
    certificate, key = root.issue("127.0.0.1").write(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    reply = http(json.dumps(charge()).encode(), kind="application/json")
    with RawServer(answering(reply), tls=context) as server:
        url = f"https://127.0.0.1:{server.port}"
        said = [
            HttpGateway(JsonHttp(url, trusted), lambda: "token", 5.0, 1.0).standing(ID)
            for trusted in (root.write(tmp_path), stranger.write(tmp_path), None)
        ]
    assert isinstance(said[0], Waiting)
    assert said[1:] == [NotAnswered("no_tls")] * 2


# --- replies that contradict ----------------------------------------------------------------------
def told(answer: object, ask: Any, status: str = "200 OK", kind: str = "application/json") -> Any:
    """What the client makes of a reply."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with RawServer(answering(http(body, status, kind))) as server:
        url = f"http://127.0.0.1:{server.port}"
        return ask(HttpGateway(JsonHttp(url), lambda: "token", 5.0, 1.0))


def charge(**changes: Any) -> dict[str, Any]:
    return {"charge": {**CHARGE, **changes}}


def paid(**changes: Any) -> dict[str, Any]:
    return charge(state="paid", payment={**PAYMENT, **changes})


def refund(**changes: Any) -> dict[str, Any]:
    return {"refund": {**REFUNDED, **changes}}


def standing(client: HttpGateway) -> Any:
    return client.standing(ID)


def cancel(client: HttpGateway) -> Any:
    return client.cancel(ID)


def give_back(client: HttpGateway) -> Any:
    return client.refund(ID, REFUND)


def open_it(client: HttpGateway) -> Any:
    return client.open(ID, FEE, "A01-00042-K", VALID_S)


def test_what_is_whole_is_taken() -> None:
    at = datetime(2026, 11, 22, 11, 58, 0, 500_000, UTC)
    assert told(paid(), standing) == Paid("BIL-1", FEE, at)
    assert told(paid(note="new"), standing) == Paid("BIL-1", FEE, at), "more members than known"
    assert isinstance(told(refund(), give_back), Refunded)
    assert told(refund(state="refused", reason="¡NO!"), give_back) == RefusedRefund("other")


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        (b"", standing),
        (b"[]", standing),
        (b'{"charge": ', standing),
        (b"{" * 30_000, standing),
        ({}, standing),
        (charge(id=str(REFUND)), standing),
        (charge(state="settled"), standing),
        (charge(state="paid"), standing),
        (paid(amount_centimos="3770"), standing),
        (paid(amount_centimos=3770.0), standing),
        (paid(amount_centimos=True), standing),
        (paid(amount_centimos=0), standing),
        (paid(reference=""), standing),
        (paid(reference="x" * 65), standing),
        (paid(paid_at="2026-11-22T11:58:00"), standing),
        (charge(payload=""), standing),
        (charge(payload="0" * 513), standing),
        (charge(expires_at="soon"), standing),
        (charge(), cancel),
        (charge(amount_centimos=FEE - 1), open_it),
        (charge(payload=None), open_it),
        (refund(id=str(ID)), give_back),
        (refund(charge=str(REFUND)), give_back),
        (refund(state="pending"), give_back),
        (refund(reference=None), give_back),
    ],
)
def test_what_is_not_of_this_contract_is_no_answer(answer: object, ask: Any) -> None:
    assert isinstance(told(answer, ask), NotAnswered)


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (b"<h1>404</h1>", "404 Not Found", "text/html"),
        ({"error": "no such page"}, "404 Not Found", "application/json"),
        (charge(state="canceled"), "500 Oops", "application/json"),
        (charge(state="canceled"), "202 Accepted", "application/json"),
        (charge(state="canceled"), "200 OK", "text/plain"),
        (b" " * 70_000 + b"{}", "200 OK", "application/json"),
    ],
)
def test_whoever_stands_in_between_does_not_speak_for_the_gateway(
    answer: object, status: str, kind: str
) -> None:
    assert isinstance(told(answer, cancel, status, kind), NotAnswered)
    assert told({"error": "not_known"}, cancel, "404 Not Found") == NotKnown()


@pytest.mark.negative_control
def test_a_client_that_takes_any_404_for_unknown_would_open_a_second_time() -> None:
    """As a program does that looks at the status alone."""

    def careless(client: HttpGateway) -> Any:
        said = client.standing(ID)
        return NotKnown() if said == NotAnswered("http_404") else said

    page = (b"<h1>404</h1>", "404 Not Found", "text/html")
    assert told(page[0], careless, *page[1:]) == NotKnown()
    assert told(page[0], standing, *page[1:]) == NotAnswered("http_404")
