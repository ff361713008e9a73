"""Where mutation begins: what the sandbox really answered, to every operation of the contract."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from zeep.wsdl.utils import etree_to_string

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.adapters.soap_transport import DeadlineTransport, HttpReply
from queue_server.issuance.model import Applicant, Issued, PaymentEvidence
from queue_server.payments.model.vouchers import Voucher
from tests.integration.issuance_adapters.conftest import SandboxProcess, settings

Question = Callable[[SoapBackend], object]
JUAN = Applicant("01", "10117410", date(1980, 1, 1))
JOSE = Applicant("01", "10117436", date(1990, 3, 15))
MIA = Applicant("01", "10117444", date(2015, 5, 5))
CARMEN = Applicant("01", "10117479", date(1969, 2, 28))
LUIS = Applicant("04", "900117500", date(1985, 4, 18))
NOBODY = Applicant("01", "99999999", date(1980, 1, 1))


@dataclass(frozen=True)
class Sample:
    """One question and the bytes it was answered with.

    `ours`: the id or the number asked about, where the answer must be of it.
    """

    operation: str
    ask: Question
    content: bytes
    ours: str = ""


class Recording(DeadlineTransport):
    """Keeps the body of the last reply."""

    last: HttpReply

    def exchange(self, *words: Any, **more: Any) -> HttpReply:
        self.last = super().exchange(*words, **more)
        return self.last


class Canned(DeadlineTransport):
    """Answers with `reply` and asks nobody: everything after the network is the product's."""

    reply: HttpReply

    def exchange(self, *_: Any, **__: Any) -> HttpReply:
        return self.reply


def record(sandbox: SandboxProcess) -> list[Sample]:
    """Real replies to all seven operations, a signed PDF among them."""
    given = settings(sandbox.url)
    client = SoapBackend(given)
    transport = Recording(given.url, None, given.deadline_s, given.connect_s)
    client._transport = transport
    samples: list[Sample] = []

    def note(operation: str, ask: Question, ours: str = "") -> object:
        answer = ask(client)
        samples.append(Sample(operation, ask, transport.last.content, ours))
        return answer

    for who in (JUAN, CARMEN, LUIS, MIA, NOBODY):
        note("consultarTitular", lambda it, who=who: it.holder(who))
    for sequence in ("000123", "000125", "000126", "999999"):
        voucher = Voucher("01", "10117410", sequence, date(2026, 11, 20))
        note("validarPago", lambda it, voucher=voucher: it.validate(voucher))
    for who in (JUAN, CARMEN, JOSE, MIA):
        application, evidence = uuid4(), _paid()
        issued = note(
            "solicitarCertificado",
            lambda it, a=application, who=who, p=evidence: it.request(a, who, p),
            str(application),
        )
        note("consultarSolicitud", lambda it, a=application: it.inquire(a), str(application))
        if isinstance(issued, Issued):
            number = issued.certificate_number
            note("obtenerCertificado", lambda it, number=number: it.fetch(number), number)
    nobody = uuid4()
    note("consultarSolicitud", lambda it: it.inquire(nobody), str(nobody))
    note("obtenerCertificado", lambda it: it.fetch("CAJ-0000-0000000"), "CAJ-0000-0000000")
    note("estadoServicio", lambda it: it.healthy())
    code = _verification_code(samples)
    verified = _ask_by_hand(client, transport, "verificarCertificado", {"codigoVerificacion": code})
    # Our client never asks it; its reply comes in place of another's.
    samples.append(Sample("obtenerCertificado", samples[-2].ask, verified, samples[-2].ours))
    client.close()
    return samples


def _paid() -> PaymentEvidence:
    return PaymentEvidence("card", 3770, uuid4().hex[:12], datetime(2026, 11, 3, 15, tzinfo=UTC))


def _verification_code(samples: list[Sample]) -> str:
    text = next(each.content for each in samples if b"codigoVerificacion" in each.content).decode()
    return text.split("codigoVerificacion>")[1].split("<")[0]


def _ask_by_hand(
    client: SoapBackend, transport: DeadlineTransport, operation: str, body: Mapping[str, str]
) -> bytes:
    question = client._loaded().get(operation).create(**client._shared_part(), **body)
    headers = {**question.headers, "Content-Type": "text/xml"}
    message = etree_to_string(question.content)
    return transport.exchange(message, headers, repeatable=True).content


def is_application(ours: str) -> bool:
    """Whether `ours` is an application's id and not a certificate's number."""
    try:
        UUID(ours)
    except ValueError:
        return False
    return True
