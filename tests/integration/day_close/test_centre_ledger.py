"""The centre's ledger of a day over SOAP: the product's client, a real sandbox, and odd replies."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import lxml.etree as etree
import pytest

from queue_server.issuance.adapters.guarded import GuardedBackend, is_outage
from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.model import Applicant, Issued, PaymentEvidence, UnderReview
from queue_server.issuance.sandbox import takings as sandbox_takings
from queue_server.issuance.sandbox.ledger import Ledger, Request
from queue_server.issuance.sandbox.soap import envelope_of
from queue_server.issuance.wsdl import XSD
from queue_server.payments.model.day_books import (
    CentreState,
    CentreTaking,
    TakingsNotTold,
    TakingsPage,
)
from queue_server.payments.model.paid import Means
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import RawServer, answering, http
from tests.integration.issuance_adapters.replies import FAULT, reply
from tests.support.centre import EXTRA_REVIEW, Centre, extra_number, running

PERU = timezone(timedelta(hours=-5))
PAID_AT = datetime(2026, 11, 21, 15, 4, 5, tzinfo=UTC)
OPERATION = "consultarRecaudacion"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    made = Centre(tmp_path_factory.mktemp("centre"))
    with running(made):
        yield made


@pytest.fixture
def backend(centre: Centre) -> Iterator[SoapBackend]:
    client = SoapBackend(settings(f"http://127.0.0.1:{centre.port}/emision"))
    yield client
    client.close()


def today() -> date:
    return datetime.now(PERU).date()


def requested(
    backend: SoapBackend, index: int, amount: int = 3770, means: str = "card"
) -> tuple[UUID, str]:
    who = Applicant("01", extra_number(index), date(1985, 7, 28))
    application, reference = uuid4(), uuid4().hex
    paid = PaymentEvidence(means, amount, reference, PAID_AT)
    backend.request(application, who, paid)
    return application, reference


def told(backend: SoapBackend, day: date | None = None, page: int = 1) -> TakingsPage:
    answer = backend.takings(day or today(), page)
    assert isinstance(answer, TakingsPage), answer
    return answer


def test_what_was_recorded_today_is_told_with_its_payment_to_the_centimo(
    backend: SoapBackend,
) -> None:
    before = told(backend)
    application, reference = requested(backend, 1, 3771)
    page = told(backend)
    assert page.takings[-1] == CentreTaking(
        str(application), Means.CARD, 3771, reference, PAID_AT, CentreState.ISSUED
    )
    assert (page.count, page.centimos) == (before.count + 1, before.centimos + 3771)
    assert sum(each.amount_centimos for each in page.takings) == page.centimos


def test_what_waits_for_review_and_what_was_refused_is_told_as_such(backend: SoapBackend) -> None:
    review, _ = requested(backend, EXTRA_REVIEW)
    refused, _ = requested(backend, 2, amount=1)
    found = {each.application: each for each in told(backend).takings}
    assert found[str(review)].state is CentreState.UNDER_REVIEW
    assert found[str(refused)].state is CentreState.REFUSED
    assert found[str(refused)].fee_centimos == 0


def test_a_request_asked_for_twice_stands_there_once(backend: SoapBackend) -> None:
    who = Applicant("01", extra_number(3), date(1985, 7, 28))
    application, paid = uuid4(), PaymentEvidence("cash", 3770, uuid4().hex, PAID_AT)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: backend.request(application, who, paid), range(4)))
    assert all(isinstance(each, Issued | UnderReview) for each in answers)
    mine = [each for each in told(backend).takings if each.application == str(application)]
    assert len(mine) == 1


def test_another_day_and_another_site_have_ledgers_of_their_own(
    backend: SoapBackend, centre: Centre
) -> None:
    requested(backend, 4)
    assert told(backend, today() - timedelta(days=1)) == TakingsPage(1, 1, 0, 0, [])
    elsewhere = SoapBackend(
        replace(settings(f"http://127.0.0.1:{centre.port}/emision"), site="OTRA-SEDE")
    )
    assert told(elsewhere).count == 0
    elsewhere.close()


def test_a_long_day_comes_page_by_page_and_the_pages_add_up(
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    for number in range(250):
        content = f'{{"pago": {{"medio": "TARJETA", "montoCentimos": "{number + 1}", '
        content += f'"referencia": "R{number}", "fechaHora": "2026-11-21T10:00:00-05:00"}}}}'
        id_ = str(UUID(int=number))
        parts = (id_, content, "01", "1", "TARJETA", f"R{number}", "EMITIDO", "0000")
        ledger.record(Request(*parts, "2026-11-21T10:00:00-05:00"))
        sandbox_takings.note_site(ledger, id_, "S")
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    pages = []
    for page in (1, 2, 3):
        body = sandbox_takings.takings(ledger, "S", "2026-11-21", page)
        head = {
            "coRespuesta": "0000",
            "deRespuesta": "palabras",
            "idTransaccion": "t1",
            "fechaHora": "2026-11-21T10:00:00-05:00",
        }
        envelope = envelope_of(f"{OPERATION}Response", {**head, "recaudacion": body})
        schema.assertValid(envelope[0][0])
        content = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
        with RawServer(answering(http(content))) as server:
            client = SoapBackend(settings(server.url))
            pages.append(told(client, date(2026, 11, 21), page))
            client.close()
    assert [len(each.takings) for each in pages] == [100, 100, 50]
    assert {(each.pages, each.count, each.centimos) for each in pages} == {(3, 250, 31375)}
    assert sum(one.amount_centimos for each in pages for one in each.takings) == 31375
    ledger.close()


def row(**changes: str) -> str:
    fields = {
        "idSolicitud": "11111111-1111-4111-8111-111111111111",
        "medio": "TARJETA",
        "montoCentimos": "3770",
        "referencia": "RRN1",
        "fechaHora": "2026-11-21T10:00:00-05:00",
        "estado": "EMITIDO",
        **changes,
    }
    inside = "".join(f"<r:{name}>{value}</r:{name}>" for name, value in fields.items())
    return f"<r:operacion>{inside}</r:operacion>"


def ledger_of(rows: str, day: str = "2026-11-21", page: str = "1", count: str = "1") -> bytes:
    body = (
        f"<r:recaudacion><r:fecha>{day}</r:fecha><r:pagina>{page}</r:pagina>"
        f"<r:paginas>1</r:paginas><r:operaciones>{count}</r:operaciones>"
        f"<r:montoCentimos>3770</r:montoCentimos>{rows}</r:recaudacion>"
    )
    return reply(OPERATION, "0000", body)


def answered(content: bytes, status: str = "200 OK") -> TakingsPage | TakingsNotTold:
    with RawServer(answering(http(content, status))) as server:
        client = SoapBackend(settings(server.url))
        try:
            return client.takings(date(2026, 11, 21), 1)
        finally:
            client.close()


def test_a_good_reply_written_by_hand_is_understood() -> None:
    assert isinstance(answered(ledger_of(row())), TakingsPage)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (reply(OPERATION, "0000"), "incomplete"),
        (reply(OPERATION, "0002"), "backend"),
        (reply(OPERATION, "0005"), "backend"),
        (reply(OPERATION, "0010"), "quota"),
        (reply(OPERATION, "0001"), "code_0001"),
        (ledger_of(row(), day="2026-11-20"), "another_page"),
        (ledger_of(row(), page="2"), "another_page"),
        (ledger_of(row(medio="TRUEQUE")), "incomplete"),
        (ledger_of(row(estado="PERDIDO")), "incomplete"),
        (ledger_of(row(montoCentimos="0")), "incomplete"),
        (ledger_of(row(idSolicitud="1")), "incomplete"),
        (ledger_of(row(referencia="a b")), "incomplete"),
        (ledger_of(row(), count="-1"), "incomplete"),
        (ledger_of(row() * 101), "malformed"),
        (reply("estadoServicio", "0000"), "another_answer"),
        (b"<html/>", "malformed"),
    ],
)
def test_a_reply_that_is_not_this_ledger_is_no_answer(content: bytes, reason: str) -> None:
    assert answered(content) == TakingsNotTold(reason)


def test_a_centre_that_does_not_know_the_question_is_not_away() -> None:
    blames_us = FAULT.replace(b"s:Server", b"s:Client")
    answer = answered(blames_us, "500 Internal Server Error")
    assert answer == TakingsNotTold("client_fault")
    assert not is_outage(answer)
    assert is_outage(TakingsNotTold("timeout"))


def test_the_breaker_lets_the_question_through(backend: SoapBackend) -> None:
    assert isinstance(GuardedBackend(backend).takings(today(), 1), TakingsPage)


@pytest.mark.negative_control
def test_a_centimo_changed_in_the_centres_ledger_is_seen(
    backend: SoapBackend, centre: Centre
) -> None:
    application, _ = requested(backend, 5)
    (file,) = [each for each in centre.state.glob("*.db*") if each.suffix == ".db"]
    db = sqlite3.connect(file, timeout=5)
    with db:
        db.execute(
            "UPDATE requests SET content = json_set(content, '$.pago.montoCentimos', '3769')"
            " WHERE id = ?",
            (str(application),),
        )
    db.close()
    found = {each.application: each for each in told(backend).takings}
    with pytest.raises(AssertionError):
        assert found[str(application)].amount_centimos == 3770
