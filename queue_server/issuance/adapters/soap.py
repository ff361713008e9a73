"""The centre over SOAP: our contract through zeep, its codes turned into the port's closed answers.

The contract is in `issuance/wsdl/`; what its codes mean to us is in `soap_answers`.
"""

import logging
import re
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
import zeep
from zeep.exceptions import Error as ZeepError
from zeep.ns import SOAP_ENV_11
from zeep.wsdl.bindings.soap import SoapBinding
from zeep.wsdl.utils import etree_to_string

from queue_server.core.clock import Clock, SystemClock
from queue_server.issuance.adapters import soap_answers, soap_xml
from queue_server.issuance.adapters.soap_takings import to_takings
from queue_server.issuance.adapters.soap_transport import (
    DeadlineTransport,
    ExchangeFailed,
    HttpReply,
    NotSent,
    ReplyLost,
)
from queue_server.issuance.model import (
    Applicant,
    Fetched,
    Inquiry,
    Outcome,
    PaymentEvidence,
    Titular,
    TryLater,
    Unknown,
)
from queue_server.issuance.wsdl import WSDL
from queue_server.payments.model.day_books import TakingsNotTold, TakingsPage
from queue_server.payments.model.vouchers import NotAnswered, Voucher, VoucherAnswer

BINDING = "{urn:x-ventanilla:emision:1}EmisionBinding"
MEANS = {
    "cash": "EFECTIVO",
    "card": "TARJETA",
    "wallet": "BILLETERA",
    "voucher": "BANCO_NACION",
}
PERU = timezone(timedelta(hours=-5))
PROBE = "estadoServicio"
PDF = "{urn:x-ventanilla:emision:1}pdf"
# Ours have four digits, other services' one to three: strange, but a code.
CODE = re.compile(r"[0-9]{1,4}")
# What reading raises for a reply that is XML but not an answer of this contract.
_NOT_AN_ANSWER = (ZeepError, AttributeError, LookupError, TypeError, ValueError, OverflowError)

T = TypeVar("T")

log = structlog.get_logger("issuance")


class CredentialUnreadable(Exception):
    """The credential file cannot be used; write `user = "…"` and `password = "…"` into it."""


class EnvelopeSecurity(Protocol):
    """What protects envelopes, where the centre asks for it (`wsse`)."""

    def apply(self, envelope: Any) -> str:
        """Completes a request; what its reply may repeat. Raises CredentialUnreadable."""
        ...

    def verify(self, document: Any, asked: str) -> Any:
        """The part of a reply that may be believed. Raises ReplyLost."""
        ...


@dataclass(frozen=True)
class Credential:
    """The account the centre gave this site."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class BackendSettings:
    """How the centre is reached and who asks.

    `credential` is asked before every call, so that it can be changed while the server runs.
    `ruc` (11 digits) of the institution; `operator_dni` (8 digits) of the person answerable for
    the machines; `site`, `terminal` and `address` (this server's IP) go into the centre's audit.
    `deadline_s` bounds a whole call, `connect_s` the part of it until there is a connection;
    `probe_s` bounds the question whether the centre serves, on which kiosks wait.
    Without `ca_bundle` the system's authorities are trusted. `security` protects the envelopes.
    """

    url: str
    credential: Callable[[], Credential]
    ruc: str
    operator_dni: str
    site: str
    terminal: str
    address: str = "127.0.0.1"
    ca_bundle: Path | None = None
    deadline_s: float = 8.0
    connect_s: float = 2.0
    probe_s: float = 1.0
    security: EnvelopeSecurity | None = None


def credential_file(path: Path) -> Callable[[], Credential]:
    """Reads the TOML file at `path` (`user`, `password`) each time. Raises CredentialUnreadable."""

    def read() -> Credential:
        try:
            raw = tomllib.loads(path.read_text())
            return Credential(str(raw["user"]), str(raw["password"]))
        except (OSError, ValueError, KeyError) as error:
            raise CredentialUnreadable(f"{path}: {type(error).__name__}") from None

    return read


class SoapBackend:
    """`IssuanceBackend` over SOAP; one for all threads of a process.

    A lost reply is `Unknown` for every operation; `TryLater("no_connection")` says that nothing
    was sent. A code that nobody knows is `Unknown` for a request, `TryLater` elsewhere.
    """

    def __init__(self, settings: BackendSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._transport = DeadlineTransport(
            settings.url, settings.ca_bundle, settings.deadline_s, settings.connect_s
        )
        self._contract: SoapBinding | None = None
        self._building = threading.Lock()
        self._probe_said = ""

    def holder(self, applicant: Applicant) -> Titular:
        """Who this document belongs to (`consultarTitular`)."""
        return self._ask(
            "consultarTitular",
            soap_answers.to_holder,
            documento=_document(applicant),
            fechaNacimiento=applicant.birth_date,
            **_printed(applicant),
        )

    def request(self, application: UUID, applicant: Applicant, paid: PaymentEvidence) -> Outcome:
        """Ask for the certificate (`solicitarCertificado`); sent once, never repeated in here."""
        return self._ask(
            "solicitarCertificado",
            lambda reply: soap_answers.to_request(reply, application),
            repeatable=False,
            idSolicitud=str(application),
            solicitante={
                "documento": _document(applicant),
                "fechaNacimiento": applicant.birth_date,
            },
            pago={
                "medio": MEANS[paid.means],
                "montoCentimos": paid.amount_centimos,
                "referencia": paid.reference,
                # Whole seconds: the same wherever it was stored on its way here.
                "fechaHora": paid.paid_at.astimezone(PERU).replace(microsecond=0),
            },
        )

    def inquire(self, application: UUID) -> Inquiry:
        """What became of a request (`consultarSolicitud`)."""
        return self._ask(
            "consultarSolicitud",
            lambda reply: soap_answers.to_inquiry(reply, application),
            idSolicitud=str(application),
        )

    def fetch(self, certificate_number: str) -> Fetched:
        """The signed PDF (`obtenerCertificado`), once digest and length are those announced."""
        return self._ask(
            "obtenerCertificado",
            lambda reply: soap_answers.to_fetch(reply, certificate_number),
            numeroCertificado=certificate_number,
        )

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether a bank's voucher pays (`validarPago`)."""
        asked = {
            "secuencia": voucher.sequence,
            "fecha": voucher.paid_on,
            "agencia": voucher.agency,
            "cajero": voucher.cashier,
            "hora": voucher.paid_at,
        }
        answer = self._ask(
            "validarPago",
            soap_answers.to_voucher,
            pagador={"tipo": voucher.payer_type, "numero": voucher.payer_number},
            voucher={name: value for name, value in asked.items() if value is not None},
        )
        return NotAnswered(answer.reason) if isinstance(answer, TryLater | Unknown) else answer

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        """What the centre recorded for this site on a day (`consultarRecaudacion`)."""
        answer = self._ask(
            "consultarRecaudacion",
            lambda reply: to_takings(reply, day, page),
            fecha=day,
            pagina=page,
        )
        return TakingsNotTold(answer.reason) if isinstance(answer, TryLater | Unknown) else answer

    def healthy(self) -> bool:
        """Whether the centre answers within `probe_s` that it serves (`estadoServicio`)."""
        serves = self._ask(PROBE, soap_answers.says_it_serves) is True
        if serves:
            self._probe_said = ""
        return serves

    def close(self) -> None:
        """Let go of idle connections."""
        self._transport.close()

    def _ask(
        self,
        operation: str,
        meaning: Callable[[Any], T],
        *,
        repeatable: bool = True,
        **body: Any,
    ) -> T | TryLater | Unknown:
        """What the reply's fields mean, or the answer to give when there is none."""
        try:
            shared = self._shared_part()
            return self._exchange(operation, {**shared, **body}, meaning, repeatable)
        except NotSent as failure:
            self._note(operation, "the centre cannot be reached", failure.reason)
            return TryLater("no_connection")
        except ExchangeFailed as failure:
            self._note(operation, "a reply was lost", failure.reason)
            return Unknown(failure.reason)
        except CredentialUnreadable as failure:
            self._note(operation, "no credential for the centre", str(failure))
            return TryLater("backend")

    def _exchange(
        self, operation: str, body: dict[str, Any], meaning: Callable[[Any], T], repeatable: bool
    ) -> T:
        """Raises NotSent, ReplyLost; anything else is a mistake in what we wanted to send."""
        contract = self._loaded().get(operation)
        question = contract.create(**body)
        security = self._settings.security
        asked = security.apply(question.content) if security else ""
        headers = {**question.headers, "Content-Type": "text/xml; charset=utf-8"}
        message = etree_to_string(question.content)
        within_s = self._settings.probe_s if operation == PROBE else None
        raw = self._transport.exchange(message, headers, repeatable=repeatable, within_s=within_s)
        try:
            document = _parsed(raw)
            if security:
                document = security.verify(document, asked)
            reply = _understood(contract, document)
            if reply.coRespuesta in soap_answers.CREDENTIAL_CODES:
                self._note(operation, "the centre refuses our account", reply.coRespuesta)
            return meaning(reply)
        except _NOT_AN_ANSWER as error:
            raise ReplyLost("malformed") from error

    def _note(self, operation: str, event: str, why: str) -> None:
        """Into the log; of the probe, which comes every second, only what it did not say last."""
        if operation == PROBE:
            if why == self._probe_said:
                return
            self._probe_said = why
        log.warning(event, operation=operation, why=why)

    def _loaded(self) -> SoapBinding:
        """The contract, read once, from our own package."""
        with self._building:
            if self._contract is None:
                self._contract = _load_contract(self._transport)
            return self._contract

    def _shared_part(self) -> dict[str, Any]:
        """Credential and audit fields, which every call carries. Raises CredentialUnreadable."""
        settings = self._settings
        credential = settings.credential()
        return {
            "credencial": {
                "usuario": credential.user,
                "clave": credential.password,
                "ruc": settings.ruc,
            },
            "auditoria": {
                "usuarioDni": settings.operator_dni,
                "equipo": settings.terminal,
                "ip": settings.address,
                "sede": settings.site,
                "fechaHora": self._clock.now().astimezone(PERU).replace(microsecond=0),
            },
        }


def _load_contract(transport: DeadlineTransport) -> SoapBinding:
    # At DEBUG zeep writes whole envelopes (people, passwords), at ERROR values it cannot read.
    logging.getLogger("zeep").setLevel(logging.CRITICAL)
    settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_external=True)  # pyright: ignore[reportCallIssue]
    client = zeep.Client(str(WSDL), transport=transport, settings=settings)
    binding = client.wsdl.bindings[BINDING]
    if not isinstance(binding, SoapBinding):
        raise TypeError(f"{WSDL}: {BINDING} is not a SOAP binding")
    return binding


def _parsed(raw: HttpReply) -> Any:
    """The envelope in `raw`. Raises ReplyLost for a fault, signed or not, and XmlRefused."""
    document = soap_xml.parse(raw.content, raw.charset, long=(PDF,))
    if raw.status_code != 200 or _names_in_body(document) == [f"{{{SOAP_ENV_11}}}Fault"]:
        raise ReplyLost("client_fault" if _blames_the_caller(document) else "fault")
    return document


def _blames_the_caller(document: Any) -> bool:
    """SOAP 1.1 §4.4.1: `Client` says that the message itself is wrong; sending it again is of no
    use."""
    code = document.findtext(f"{{{SOAP_ENV_11}}}Body/{{{SOAP_ENV_11}}}Fault/faultcode") or ""
    return code.strip().rpartition(":")[2].partition(".")[0] == "Client"


def _names_in_body(document: Any) -> list[Any]:
    bodies = document.findall(f"{{{SOAP_ENV_11}}}Body")
    if document.tag != f"{{{SOAP_ENV_11}}}Envelope" or len(bodies) != 1:
        raise ReplyLost("malformed")
    return [child.tag for child in bodies[0]]


def _understood(contract: Any, document: Any) -> Any:
    """The fields of the reply `contract` promises. Raises ReplyLost and what zeep raises.

    zeep reads whatever element stands in the body as the one it expects, so its name is checked.
    """
    names = _names_in_body(document)
    if names != [contract.output.body.qname]:
        raise ReplyLost("another_answer" if names else "malformed")
    reply = contract.process_reply(document)
    if not isinstance(reply.coRespuesta, str) or not CODE.fullmatch(reply.coRespuesta):
        raise ReplyLost("malformed")
    return reply


def _document(applicant: Applicant) -> dict[str, str]:
    return {"tipo": applicant.document_type, "numero": applicant.document_number}


def _printed(applicant: Applicant) -> dict[str, Any]:
    """What was typed from the card besides its number, where anything was."""
    if (card := applicant.printed) is None:
        return {}
    return {"impreso": {"caracterVerificacion": card.check, "fechaEmision": card.issued_on}}
