"""Cash kept at a kiosk: it pays once, goes to the centre, and goes back when the centre refuses."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from tests.support.issuing import FEE, SINGLE_SURNAME, extra

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


def note(amount: int = 2000) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "serial": "bill-12345678",
        "counter": 254,
        "amount_centimos": amount,
        "item": "PE0020A",
    }


def pay_in_cash(world: "World", application: str, **changes: Any) -> httpx.Response:
    """Hand two notes of S/ 20 over; the payment's id is the key."""
    payment = changes.pop("payment_id", str(uuid4()))
    body = {
        "payment_id": payment,
        "amount_centimos": FEE,
        "taken_centimos": 4000,
        "change_centimos": 4000 - FEE,
        "pieces": [note(), note()],
        "paid_at": datetime.now(UTC).isoformat(),
        **changes,
    }
    return world.desk.post(f"/api/v1/applications/{application}/cash", body, payment)


def test_cash_becomes_exactly_one_certificate(world: "World") -> None:
    application = world.desk.register(extra(16)).json()["id"]
    payment, notes = str(uuid4()), [note(), note()]
    paid_at = datetime.now(UTC).isoformat()
    for _ in range(2):
        answer = pay_in_cash(world, application, payment_id=payment, pieces=notes, paid_at=paid_at)
        assert (answer.status_code, answer.json()["payment"]) == (202, "cash")
    body = world.desk.until(application, "issued")
    assert world.centre.certificates(application) == [body["certificate_number"]]
    assert body["return_state"] == "none"
    told = world.centre.ledger()["requests"][application]
    assert f"T01:{payment}" in str(told)


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({"taken_centimos": 4001, "change_centimos": 231}, "pieces_differ", 422),
        ({"change_centimos": 0}, "pieces_differ", 422),
        ({"amount_centimos": FEE - 100, "change_centimos": 330}, "wrong_amount", 409),
        ({"pieces": []}, "invalid", 422),
    ],
)
def test_cash_that_does_not_add_up_is_not_taken(
    world: "World", changes: dict[str, Any], kind: str, status: int
) -> None:
    application = world.desk.register(extra(17)).json()["id"]
    answer = pay_in_cash(world, application, **changes)
    assert (answer.status_code, answer.json()["title"]) == (status, kind)


def test_a_note_pays_for_one_application(world: "World") -> None:
    notes = [note(), note()]
    first, second = (world.desk.register(extra(17)).json()["id"] for _ in range(2))
    assert pay_in_cash(world, first, pieces=notes).status_code == 202
    answer = pay_in_cash(world, second, pieces=[notes[0], note()])
    assert (answer.status_code, answer.json()["title"]) == (409, "piece_used")
    assert world.desk.state(second)["state"] == "registered"


def owed(world: "World", application: str) -> dict[str, Any] | None:
    found = world.desk.kiosk.http.get("/api/v1/returns").json()["returns"]
    return next((each for each in found if each["application"] == application), None)


def test_what_the_centre_refuses_is_owed_to_whoever_paid(world: "World") -> None:
    world.centre.order(fault="answer", operation="solicitarCertificado", code="0009")
    registered = world.desk.register(SINGLE_SURNAME).json()
    application, payment = registered["id"], str(uuid4())
    assert pay_in_cash(world, application, payment_id=payment).status_code == 202
    assert world.desk.until(application, "refused")["return_state"] == "owed"
    assert owed(world, application) == {
        "payment_id": payment,
        "application": application,
        "number": registered["number"],
        "means": "cash",
        "amount_centimos": FEE,
        "state": "owed",
        "same_day": True,
    }
    for result in ("under_way", "returned"):
        answer = world.desk.post(f"/api/v1/returns/{payment}", {"result": result})
        assert (answer.status_code, answer.json()["state"]) == (200, result)
    assert world.desk.state(application)["return_state"] == "returned"
    assert owed(world, application) is None


def test_what_the_check_answers_lets_a_kiosk_go_on(world: "World") -> None:
    who = extra(31)
    assert world.desk.check(who)["resume"] is None
    registered = world.desk.register(who).json()
    doubt = {
        "payment_id": str(uuid4()),
        "application": registered["id"],
        "means": "card",
        "amount_centimos": FEE,
        "since": datetime.now(UTC).isoformat(),
        "why": "no_reply",
    }
    assert world.desk.post("/api/v1/doubts", doubt).status_code == 200
    checked = world.desk.check(who)
    assert (checked["sellable"], checked["reason"]) == (False, "payment_in_doubt")
    assert checked["resume"] == {
        "application": registered["id"],
        "number": registered["number"],
        "state": "registered",
        "claim_open": False,
        "payment": "none",
    }
    settled = f"/api/v1/doubts/{doubt['payment_id']}/settled"
    assert world.desk.post(settled, {"ended": "not_charged"}).status_code == 200
    assert world.desk.check(who)["sellable"]
