"""A bank's voucher from the kiosk to the certificate, over real processes."""

import itertools
import threading
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, update

from queue_server.core.tables import outbox
from queue_server.payments import tables
from tests.support import issuing
from tests.support.centre import eventually
from tests.support.issuing import PAID_ON, Desk, hurry

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

SEQUENCES = itertools.count(800_000)


def paid_at_bank(world: "World", document: dict[str, str], **changes: Any) -> str:
    """A payment somebody made at the bank; its sequence."""
    voucher = {
        "payer_type": document["type"],
        "payer_number": document["number"],
        "sequence": str(next(SEQUENCES)),
        "paid_on": PAID_ON,
        "amount_centimos": issuing.FEE,
        **changes,
    }
    world.centre.order(voucher=voucher)
    return voucher["sequence"]


def registered(world: "World", document: dict[str, str], email: str | None = None) -> str:
    return world.desk.register(document, email).json()["id"]


def letters_to(world: "World", address: str) -> list[str]:
    """The subjects that arrived, without the number."""
    subjects = [str(each["Subject"]) for each in world.mailbox.messages() if each["To"] == address]
    return [subject.partition(" ·")[0] for subject in subjects]


def times_asked(world: "World") -> int:
    """How often the centre said that a payment does not show yet."""
    calls: list[dict[str, Any]] = world.centre.ledger()["calls"]
    asked = [each for each in calls if each["operation"] == "validarPago"]
    return sum(each["times"] for each in asked if each["code"] == "0045")


def is_put_off(world: "World", voucher: str) -> bool:
    """Whether the question about a voucher waits for later."""
    database = world.site.database()
    state = select(outbox.c.state).where(outbox.c.subject == voucher)
    waits = database.read(lambda uow: uow.connection.execute(state).scalar_one())
    database.close()
    return waits == "waiting"


def test_a_payment_at_the_bank_becomes_a_certificate(world: "World") -> None:
    person = issuing.extra(4)
    sequence = paid_at_bank(world, person, agency="0011", cashier="0042", paid_at="10:15:00")
    application = registered(world, person)
    assert world.desk.state(application)["payment"] == "none"
    answer = world.desk.present(
        application, sequence, agency="0011", cashier="0042", paid_at="10:15:00"
    )
    assert (answer.status_code, answer.json()["payment"]) == (202, "checking")
    body = world.desk.until(application, "issued")
    assert body["payment"] == "applied"
    asked = world.centre.ledger()["requests"][application]
    assert (asked["means"], asked["asked"]) == ("BANCO_NACION", 1)
    assert asked["reference"] == f"BN-20261120-{sequence}"


@pytest.mark.parametrize(
    ("voucher", "word"),
    [
        (None, "payment_not_found"),
        ({"used": True}, "payment_used"),
        ({"payer_number": "10117428"}, "payment_of_another"),
        ({"amount_centimos": 500}, "payment_too_little"),
    ],
    ids=["not found", "used", "of another", "too little"],
)
def test_what_does_not_pay_has_its_own_word_and_another_payment_does(
    world: "World", voucher: dict[str, Any] | None, word: str
) -> None:
    person = issuing.extra(5)
    wrong = "999999" if voucher is None else paid_at_bank(world, person, **voucher)
    application = registered(world, person)
    world.desk.present(application, wrong)
    assert world.desk.until_payment(application, word)["state"] == "registered"
    if word == "payment_used":
        assert world.desk.pay(application).status_code == 202
    else:
        world.desk.present(application, paid_at_bank(world, person))
    payment = "card" if word == "payment_used" else "applied"
    assert world.desk.until(application, "issued")["payment"] == payment


def test_what_does_not_show_yet_is_kept_and_the_person_is_told_once(world: "World") -> None:
    person, address = issuing.extra(6), f"{uuid4().hex[:8]}@example.com"
    world.centre.order(fault="answer", operation="validarPago", code="0045")
    before = times_asked(world)
    application, voucher = registered(world, person, address), str(uuid4())
    world.desk.present(application, paid_at_bank(world, person), voucher_id=voucher)
    assert world.desk.until_payment(application, "not_visible")["state"] == "registered"
    for again in (2, 3):
        eventually(lambda: is_put_off(world, voucher))
        hurry(world.site, voucher)
        eventually(lambda least=before + again: times_asked(world) >= least)
    eventually(lambda: letters_to(world, address))
    world.centre.order(fault="none")
    eventually(lambda: is_put_off(world, voucher))
    hurry(world.site, voucher)
    world.desk.until(application, "issued")
    eventually(lambda: len(letters_to(world, address)) == 2)
    assert letters_to(world, address) == ["Esperamos el aviso del banco", "Su certificado"]


def test_what_never_shows_is_given_up_and_the_person_is_told_the_way_on(world: "World") -> None:
    person, address = issuing.extra(7), f"{uuid4().hex[:8]}@example.com"
    sequence = paid_at_bank(world, person, visible_after_s=3600)
    application, voucher = registered(world, person, address), str(uuid4())
    world.desk.present(application, sequence, voucher_id=voucher)
    world.desk.until_payment(application, "not_visible")
    eventually(lambda: letters_to(world, address))
    database = world.site.database()
    over = update(tables.vouchers).where(tables.vouchers.c.id == voucher)
    database.run(lambda uow: uow.connection.execute(over.values(give_up_at=uow.now)))
    database.close()
    hurry(world.site, voucher)
    assert world.desk.until_payment(application, "payment_not_found")["state"] == "registered"
    eventually(lambda: letters_to(world, address)[1:] == ["Su pago"])


def test_whoever_pays_by_card_meanwhile_does_not_wait_for_the_bank(world: "World") -> None:
    person = issuing.extra(8)
    sequence = paid_at_bank(world, person, visible_after_s=3600)
    application = registered(world, person)
    world.desk.present(application, sequence)
    world.desk.until_payment(application, "not_visible")
    assert world.desk.pay(application).json()["payment"] == "card"
    world.desk.until(application, "issued")
    answer = world.desk.present(application, sequence)
    assert (answer.status_code, answer.json()["title"]) == (409, "already_paid")
    assert world.desk.present(registered(world, person), sequence).status_code == 202


def test_of_two_kiosks_in_the_same_second_one_gets_it_and_the_other_is_told(
    world: "World",
) -> None:
    person = issuing.extra(9)
    desks = [world.desk, Desk(world.site, "T02")]
    sequence = paid_at_bank(world, person)
    applications = [desk.register(person).json()["id"] for desk in desks]
    ready, answers = threading.Barrier(2), dict[str, httpx.Response]()

    def press(desk: Desk, application: str) -> None:
        ready.wait(10)
        answers[application] = desk.present(application, sequence)

    threads = [
        threading.Thread(daemon=True, target=press, args=pair)
        for pair in zip(desks, applications, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    won, lost = sorted(applications, key=lambda each: answers[each].status_code)
    assert [answers[each].status_code for each in (won, lost)] == [202, 409]
    assert answers[lost].json()["title"] == "payment_used"
    assert "otra solicitud" in answers[lost].json()["detail"]
    world.desk.until(won, "issued")
    assert world.desk.state(lost)["payment"] == "none"


def test_the_same_voucher_told_again_is_one(world: "World") -> None:
    person, voucher = issuing.extra(12), str(uuid4())
    sequence = paid_at_bank(world, person, visible_after_s=3600)
    application = registered(world, person)
    first, again = (world.desk.present(application, sequence, voucher_id=voucher) for _ in range(2))
    assert (again.status_code, again.json()) == (202, first.json())
    other = world.desk.present(application, paid_at_bank(world, person))
    assert other.json()["title"] == "payment_waits"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"paid_on": "2999-01-01"}, "paid_in_the_future"),
        ({"paid_on": "1899-01-01"}, "invalid"),
        ({"paid_at": "10:15:00-05:00"}, "invalid"),
        ({"agency": "<11>"}, "invalid"),
        ({"payer_number": "10117428"}, "invalid"),
    ],
)
def test_what_no_bank_prints_is_refused_at_once(
    world: "World", changes: dict[str, Any], kind: str
) -> None:
    application = registered(world, issuing.extra(13))
    answer = world.desk.present(application, "1", **changes)
    assert (answer.status_code, answer.json()["title"]) == (422, kind)


def test_while_the_centre_cannot_say_nothing_is_decided(world: "World") -> None:
    person = issuing.extra(14)
    world.centre.order(fault="answer", operation="validarPago", code="0002", times=1)
    application = registered(world, person)
    world.desk.present(application, paid_at_bank(world, person))
    assert world.desk.until(application, "issued")["payment"] == "applied"


def test_a_payer_the_centre_will_never_know_is_not_asked_about_for_days(world: "World") -> None:
    person = issuing.extra(14)
    world.centre.order(fault="answer", operation="validarPago", code="0006", times=1)
    application = registered(world, person)
    world.desk.present(application, "1")
    world.desk.until_payment(application, "payment_not_accepted")


def test_a_payment_that_hides_again_delays_and_one_used_elsewhere_ends_it(world: "World") -> None:
    person = issuing.extra(15)
    asked = {"fault": "answer", "operation": "solicitarCertificado", "times": 1}
    world.centre.order(**asked, code="0045")
    patient = registered(world, person)
    world.desk.present(patient, paid_at_bank(world, person))
    world.desk.until(patient, "issued")
    world.centre.order(**asked, code="0042")
    late = registered(world, person)
    world.desk.present(late, paid_at_bank(world, person))
    body = world.desk.until(late, "refused")
    assert (body["refusal"], body["payment"]) == ("payment_used", "returned")


@pytest.mark.parametrize("type_", ["06", "99", "1"])
def test_a_document_one_cannot_apply_with_is_refused_in_words(world: "World", type_: str) -> None:
    answer = world.desk.register({**issuing.CLEAN, "type": type_})
    assert answer.status_code == 422
    assert "carné de extranjería" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "document",
    [
        issuing.FOREIGNER,
        {"type": "07", "number": "XA0117460", "birth_date": "1992-08-24"},
        {"type": "26", "number": "800117495", "birth_date": "1996-12-07"},
    ],
    ids=["CE", "passport", "CPP"],
)
def test_foreigners_pay_at_the_bank_with_their_own_document(
    world: "World", document: dict[str, str]
) -> None:
    assert world.desk.check(document)["sellable"]
    application = registered(world, document)
    world.desk.present(application, paid_at_bank(world, document))
    world.desk.until(application, "issued")
