"""An application from the question before money to the PDF in the mail, over real processes."""

import hashlib
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.issuance import tables
from queue_server.issuance.adapters.pdf import PdfSignatureVerifier
from tests.support import issuing
from tests.support.centre import eventually

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


def test_a_paid_application_becomes_a_signed_pdf_in_the_mail_and_behind_the_link(
    world: "World",
) -> None:
    address = f"{uuid4().hex[:8]}@example.com"
    application = world.desk.apply(issuing.CLEAN, address)
    body = world.desk.until(application, "issued")
    assert world.centre.certificates(application) == [body["certificate_number"]]
    eventually(lambda: world.desk.state(application)["email"] == "sent")
    (letter,) = [each for each in world.mailbox.messages() if each["To"] == address]
    (pdf,) = [part.get_content() for part in letter.iter_attachments()]
    token = body["link"].rpartition("/")[2]
    download = httpx.get(f"{world.site.url}/c/{token}/certificado.pdf", trust_env=False)
    assert download.content == pdf
    assert download.headers["cache-control"] == "no-store"
    assert PdfSignatureVerifier(world.centre.state / "ca.pem").verify(pdf).valid


def test_nothing_of_the_result_is_in_the_subject_or_body(world: "World") -> None:
    letters = {}
    for document in (issuing.CLEAN, issuing.WITH_RECORD):
        address = f"{uuid4().hex[:8]}@example.com"
        application = world.desk.apply(document, address)
        world.desk.until(application, "issued")
        number = world.desk.state(application)["number"]
        eventually(lambda a=application: world.desk.state(a)["email"] == "sent")
        (letter,) = [each for each in world.mailbox.messages() if each["To"] == address]
        part = letter.get_body(("plain",))
        assert part is not None
        letters[document["number"]] = (letter["Subject"] + part.get_content()).replace(number, "#")
    assert len(set(letters.values())) == 1, "the words differ between a record and none"
    assert not re.search(r"registra|antecedente", next(iter(letters.values())), re.IGNORECASE)


def test_a_record_and_none_look_the_same_to_the_kiosk(world: "World") -> None:
    shapes = []
    for document in (issuing.CLEAN, issuing.WITH_RECORD):
        body = world.desk.until(world.desk.apply(document), "issued")
        shapes.append({key: len(str(value)) for key, value in body.items() if key != "id"})
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (issuing.UNKNOWN, "unknown_document"),
        (issuing.MINOR, "under_age"),
        (issuing.NOT_IN_FORCE, "not_in_force"),
        (issuing.ALREADY, "already_valid"),
        ({**issuing.CLEAN, "birth_date": "1981-01-01"}, "data_mismatch"),
    ],
)
def test_before_money_each_refusal_has_its_own_word(
    world: "World", document: dict[str, str], reason: str
) -> None:
    answer = world.desk.check(document)
    assert (answer["sellable"], answer["reason"]) == (False, reason)


def test_before_money_the_name_is_masked_and_the_fee_is_todays(world: "World") -> None:
    answer = world.desk.check(issuing.extra(10))
    assert answer["sellable"]
    assert answer["fee_centimos"] == issuing.FEE
    assert re.fullmatch(r"PR\*{4} \w+", answer["masked_name"])


def test_with_the_backend_down_nothing_is_sold_and_what_was_accepted_waits(
    world: "World",
) -> None:
    world.centre.order(fault="down")
    assert world.desk.check(issuing.CLEAN)["reason"] == "backend_away"
    eventually(lambda: not _offer(world)["backend"], 10)
    application = world.desk.apply(issuing.SINGLE_SURNAME)
    assert world.desk.state(application)["state"] == "accepted"
    world.centre.order(fault="none")
    world.desk.until(application, "issued")
    eventually(lambda: _offer(world)["backend"], 10)


def test_a_lost_reply_ends_in_one_certificate(world: "World") -> None:
    world.centre.order(fault="lose_reply")
    application = world.desk.apply(issuing.WITH_RECORD)
    world.desk.until(application, "issued")
    assert len(world.centre.certificates(application)) == 1


def test_a_review_is_followed_until_the_centre_decides(world: "World") -> None:
    application = world.desk.apply(issuing.HOMONYM)
    body = world.desk.until(application, "under_review")
    assert (body["certificate_number"], body["link"]) == (None, None)
    world.centre.order(decide=application, issue=True)
    _hurry(world, application)
    world.desk.until(application, "issued")


def test_a_refusal_after_money_is_final_and_named(world: "World") -> None:
    world.centre.order(fault="answer", operation="solicitarCertificado", code="0009")
    application = world.desk.apply(issuing.SINGLE_SURNAME)
    assert world.desk.until(application, "refused")["refusal"] == "not_in_force"


def test_a_mail_server_that_is_away_delays_the_letter_and_nothing_else(world: "World") -> None:
    world.mailbox.stop()
    address = f"{uuid4().hex[:8]}@example.com"
    application = world.desk.apply(issuing.CLEAN, address)
    assert world.desk.until(application, "issued")["email"] == "waiting"
    world.mailbox.start()
    _hurry(world, application)
    eventually(lambda: world.desk.state(application)["email"] == "sent")
    assert [each["To"] for each in world.mailbox.messages()].count(address) == 1


def test_a_handed_over_payment_may_be_told_again_and_another_is_refused(world: "World") -> None:
    application = world.desk.register(issuing.CLEAN).json()["id"]
    payment = str(uuid4())
    first, again = (world.desk.pay(application, payment) for _ in range(2))
    assert (first.status_code, again.json()) == (202, first.json())
    assert world.desk.pay(application).json()["title"] == "already_paid"


def test_a_payment_pays_for_one_application_only(world: "World") -> None:
    first, second = (world.desk.register(issuing.CLEAN).json()["id"] for _ in range(2))
    assert world.desk.pay(first, rrn="RRN-1").status_code == 202
    assert world.desk.pay(second, rrn="RRN-1").json()["title"] == "payment_used"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount_centimos": 1}, "wrong_amount"),
        ({"pan": "4000000000000002"}, "invalid"),
        ({"masked_last4": "40000002"}, "invalid"),
        ({"paid_at": "2026-11-21T15:00:00"}, "invalid"),
    ],
)
def test_a_payment_that_is_not_what_was_registered_is_refused(
    world: "World", changes: dict[str, Any], kind: str
) -> None:
    application = world.desk.register(issuing.CLEAN).json()["id"]
    assert world.desk.pay(application, **changes).json()["title"] == kind
    assert world.desk.state(application)["state"] == "registered"


def test_a_changed_fee_and_a_minor_are_refused_at_registration(world: "World") -> None:
    assert world.desk.register(issuing.CLEAN, amount=1).json()["title"] == "fee_changed"
    assert world.desk.register(issuing.MINOR).json()["title"] == "under_age"


def test_an_unknown_link_and_a_stranger_get_nothing(world: "World") -> None:
    assert httpx.get(f"{world.site.url}/c/{'x' * 43}", trust_env=False).status_code == 404
    application = world.desk.register(issuing.CLEAN).json()["id"]
    stranger = httpx.get(f"{world.site.url}/api/v1/applications/{application}", trust_env=False)
    assert stranger.status_code == 401


def test_the_certificate_is_unreadable_in_the_database_file(world: "World") -> None:
    application = world.desk.apply(issuing.CLEAN, "sellado@example.com")
    world.desk.until(application, "issued")
    written = b"".join(path.read_bytes() for path in world.site.folder.glob("ventanilla.db*"))
    assert application.encode() in written
    for secret in (b"sellado@example.com", b"%PDF-", b"10117410"):
        assert secret not in written

    def stored(uow) -> str:
        certificates = tables.certificates
        return uow.connection.execute(
            select(certificates.c.sha256).where(certificates.c.application == application)
        ).scalar_one()

    database = world.site.database()
    token = world.desk.state(application)["link"].rpartition("/")[2]
    pdf = httpx.get(f"{world.site.url}/c/{token}/certificado.pdf", trust_env=False).content
    assert hashlib.sha256(pdf).hexdigest() == database.read(stored)
    database.close()


def _offer(world: "World") -> dict[str, object]:
    return world.desk.kiosk.http.get("/api/v1/offer").json()


def _hurry(world: "World", application: str) -> None:
    """Make the application's next errand due now instead of in a minute."""
    from queue_server.core.tables import outbox

    database = world.site.database()
    database.run(
        lambda uow: uow.connection.execute(
            outbox.update()
            .where(outbox.c.subject == application, outbox.c.state == "waiting")
            .values(not_before=uow.now)
        )
    )
    database.close()
