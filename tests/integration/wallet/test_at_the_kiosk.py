"""A wallet's code from the kiosk to the certificate, over real processes."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from devices.wallet_qr.protocol import read
from tests.support import issuing
from tests.support.centre import eventually
from tests.support.issuing import FEE

if TYPE_CHECKING:
    from tests.integration.wallet.conftest import World

LONG_S = 60.0


def offered(world: "World") -> bool:
    return world.desk.kiosk.http.get("/api/v1/offer").json()["wallet"]


def registered(world: "World", person: dict[str, str]) -> str:
    return world.desk.register(person).json()["id"]


def calls(world: "World", operation: str, payment: object) -> list[str]:
    return [each["answer"] for each in world.gateway.calls(operation, payment)]


def test_a_paid_code_becomes_a_certificate(world: "World") -> None:
    eventually(lambda: offered(world))
    application, payment = world.wallet.waiting(issuing.extra(0))
    assert world.desk.state(application)["payment"] == "wallet_waiting"
    code = world.wallet.charge(application, payment)
    number = world.desk.state(application)["number"]
    assert read(code["payload"], FEE).reference == number
    world.gateway.pay(payment)
    body = world.desk.until(application, "issued")
    assert body["payment"] == "wallet"
    asked = world.centre.ledger()["requests"][application]
    assert (asked["means"], asked["asked"]) == ("BILLETERA", 1)
    [money] = world.gateway.charge(payment)["payments"]
    assert asked["reference"] == money["reference"]
    paid = world.wallet.charge(application, payment)
    assert (paid["state"], paid["payload"]) == ("paid", None)


def test_the_same_request_again_is_one_charge_and_tells_how_it_stands(world: "World") -> None:
    application, payment = world.wallet.waiting(issuing.extra(1))
    again = world.wallet.ask(application, payment)
    assert (again.status_code, again.json()) == (202, world.wallet.charge(application, payment))
    assert calls(world, "open", payment) == ["waiting"]
    assert world.wallet.ask(application).json()["title"] == "wallet_waits"
    other = registered(world, issuing.extra(1))
    assert world.wallet.ask(other, payment, key=str(uuid4())).json()["title"] == "payment_repeated"
    assert world.wallet.ask(other, amount=FEE - 1).json()["title"] == "wrong_amount"
    assert world.wallet.cancel(other, payment).json()["title"] == "unknown_payment"


def test_a_code_given_up_is_definitely_not_paid_and_another_can_be_asked_for(
    world: "World",
) -> None:
    application, payment = world.wallet.waiting(issuing.extra(2))
    answer = world.wallet.cancel(application, payment)
    assert (answer.status_code, answer.json()["state"]) == (202, "canceled")
    assert world.gateway.order(pay=payment) == 409, "the gateway takes nothing afterwards"
    assert world.desk.state(application)["payment"] == "wallet_canceled"
    assert world.wallet.cancel(application, payment).json()["state"] == "canceled"
    second = world.wallet.ask(application).json()
    assert (second["state"], second["payment_id"] != str(payment)) == ("waiting", True)


@pytest.mark.parametrize(("order", "state"), [("expire", "expired"), ("refuse", "canceled")])
def test_the_gateways_word_ends_a_code(world: "World", order: str, state: str) -> None:
    application, payment = world.wallet.waiting(issuing.extra(3))
    assert world.gateway.order(**{order: payment}) == 200
    world.wallet.until(application, payment, state)
    body = world.desk.state(application)
    assert (body["state"], body["payment"]) == ("registered", f"wallet_{state}")


def test_a_code_the_gateway_refuses_is_told_so(world: "World") -> None:
    application = registered(world, issuing.extra(4))
    world.gateway.order(fault="refuse", operation="open", times=1)
    assert world.wallet.ask(application).json()["state"] == "refused"
    assert world.desk.state(application)["payment"] == "wallet_refused"
    assert world.desk.pay(application).json()["payment"] == "card"


@pytest.mark.parametrize(
    ("fault", "work"),
    [
        pytest.param("lose", True, id="its reply was lost"),
        pytest.param("html_500", False, id="it never arrived"),
        pytest.param("lose", False, marks=pytest.mark.thorough),
        pytest.param("html_500", True, marks=pytest.mark.thorough),
        pytest.param("truncated", True, marks=pytest.mark.thorough),
    ],
)
def test_a_code_whose_opening_was_not_answered_is_one_charge_in_the_end(
    world: "World", fault: str, work: bool
) -> None:
    application, payment = registered(world, issuing.extra(5)), uuid4()
    world.gateway.order(fault=fault, operation="open", times=1, work=work)
    told = world.wallet.ask(application, payment).json()
    assert (told["state"], told["payload"]) == ("opening", None)
    code = world.wallet.until(application, payment, "waiting")
    assert code["payload"]
    assert len(calls(world, "open", payment)) == (1 if work else 2)
    of_person = world.desk.state(application)["number"]
    charges = world.gateway.ledger()["charges"].values()
    assert sum(each["reference"] == of_person for each in charges) == 1


def test_a_cancellation_that_was_not_answered_is_finished_by_the_watch(world: "World") -> None:
    application, payment = world.wallet.waiting(issuing.extra(6))
    world.gateway.order(fault="lose", operation="cancel", times=1)
    assert world.wallet.cancel(application, payment).json()["state"] in ("canceling", "canceled")
    world.wallet.until(application, payment, "canceled")
    assert world.gateway.charge(payment)["state"] == "canceled"


def test_what_never_arrived_can_be_given_up_for_certain(world: "World") -> None:
    application, payment = registered(world, issuing.extra(7)), uuid4()
    for operation in ("open", "standing"):
        world.gateway.order(fault="lose", operation=operation, work=False)
    assert world.wallet.ask(application, payment).json()["state"] == "opening"
    world.wallet.cancel(application, payment)
    world.gateway.order(fault="none")
    world.wallet.until(application, payment, "canceled")
    assert world.gateway.charge(payment)["state"] == "canceled", "a late opening finds it so"


def test_who_pays_by_card_meanwhile_cannot_pay_twice(world: "World") -> None:
    application, payment = world.wallet.waiting(issuing.extra(8))
    assert world.desk.pay(application).json()["payment"] == "card"
    world.wallet.until(application, payment, "canceled")
    assert world.gateway.order(pay=payment) == 409


def test_who_paid_twice_gets_one_of_them_back_once(world: "World") -> None:
    application, payment = world.wallet.waiting(issuing.extra(9))
    world.gateway.order(fault="lose", operation="cancel", work=False)
    world.gateway.order(fault="lose", operation="standing", work=False)
    world.desk.pay(application)
    world.gateway.pay(payment)
    world.gateway.order(fault="none")
    world.gateway.order(fault="lose", operation="refund", times=1)
    world.wallet.until(application, payment, "refunded")
    assert world.desk.until(application, "issued")["payment"] == "card"
    [refund] = world.gateway.charge(payment)["refunds"]
    assert refund["state"] == "refunded"
    assert len(calls(world, "refund", payment)) == 2, "its reply was lost once"
    assert str(payment) not in world.gateway.money_kept()


def test_another_amount_than_asked_for_goes_back(world: "World") -> None:
    application, payment = world.wallet.waiting(issuing.extra(10))
    world.gateway.pay(payment, amount_centimos=FEE + 500)
    world.wallet.until(application, payment, "refunded")
    body = world.desk.state(application)
    assert (body["state"], body["payment"]) == ("registered", "wallet_refunded")


def test_what_a_refused_application_was_paid_with_goes_back(world: "World") -> None:
    world.centre.order(fault="answer", operation="solicitarCertificado", code="0021", times=1)
    application, payment = world.wallet.waiting(issuing.extra(11))
    world.gateway.pay(payment)
    assert world.desk.until(application, "refused")["payment"] in (
        "wallet_to_refund",
        "wallet_refunded",
    )
    world.wallet.until(application, payment, "refunded")
    assert str(payment) not in world.gateway.money_kept()


def test_an_application_nobody_registered_gets_no_code(world: "World") -> None:
    path = f"/api/v1/applications/{uuid4()}/wallet"
    body: dict[str, Any] = {"payment_id": str(uuid4()), "amount_centimos": FEE}
    assert world.desk.post(path, body).json()["title"] == "unknown_application"
    assert world.desk.post(path, {**body, "payload": "x"}).status_code == 422


# --- `kill -9` between the gateway's commit and ours ----------------------------------------------
def unheard(asks: Callable[[], object]) -> threading.Thread:
    """A kiosk whose line dies with the server."""

    def ask() -> None:
        with suppress(httpx.HTTPError):
            asks()

    return threading.Thread(daemon=True, target=ask)


def test_a_server_that_dies_amid_every_question_finds_out_what_became_of_each(
    world: "World",
) -> None:
    """One code is being opened, one was paid, one is canceled, one refunded: the gateway has done
    all of it and its replies are on their way when every process of the server dies."""
    gateway = world.gateway
    opened, opening = world.desk.register(issuing.extra(12)).json()["id"], uuid4()
    paid, paying = world.wallet.waiting(issuing.extra(13))
    given_up, canceling = world.wallet.waiting(issuing.extra(14))
    _, refunding = world.wallet.waiting(issuing.extra(15))
    operations = {opening: "open", paying: "standing", canceling: "cancel", refunding: "refund"}
    gateway.order(fault="lose", operation="standing", charge=paying, work=False, times=1)
    for charge, operation in operations.items():
        gateway.order(fault="slow", operation=operation, charge=charge, seconds=LONG_S)
    # Between two questions, so that the next one finds it paid.
    eventually(lambda: any(each["fault"] == "lose" for each in gateway.calls("standing", paying)))
    gateway.pay(paying)
    gateway.pay(refunding, amount_centimos=1)
    asking = [
        unheard(lambda: world.wallet.ask(opened, opening)),
        unheard(lambda: world.wallet.cancel(given_up, canceling)),
    ]
    for each in asking:
        each.start()
    done = {opening: "waiting", paying: "paid", canceling: "canceled", refunding: "refunded"}
    for charge, operation in operations.items():
        eventually(
            lambda c=charge, o=operation: done[c] in [x["answer"] for x in gateway.calls(o, c)]
        )
    world.site.kill_all()
    for each in asking:
        each.join(20)
    gateway.order(fault="none")
    world.site.fork("jobs")
    world.site.fork("web")
    world.site.wait_ready()
    assert world.wallet.until(opened, opening, "waiting")["payload"]
    assert world.desk.until(paid, "issued")["payment"] == "wallet"
    world.wallet.until(given_up, canceling, "canceled")
    eventually(lambda: str(refunding) not in gateway.money_kept())
    assert len(gateway.charge(refunding)["refunds"]) == 1
    assert gateway.money_kept()[str(paying)] == issuing.FEE
    assert len(world.centre.certificates(paid)) == 1
