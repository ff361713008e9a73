"""The centre over SOAP: our contract through zeep, its codes turned into the port's closed answers.

The contract is in `issuance/wsdl/`; what its codes mean to us is in `soap_answers`.
"""

import logging
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
import zeep
from zeep.exceptions import Error as ZeepError
from zeep.loader import parse_xml
from zeep.ns import SOAP_ENV_11
from zeep.wsdl.bindings.soap import SoapBinding
from zeep.wsdl.utils import etree_to_string

from queue_server.core.clock import Clock, SystemClock
from queue_server.issuance.adapters import soap_answers
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
from queue_server.payments.model import NotAnswered, Voucher, VoucherAnswer

BINDING = "{urn:x-ventanilla:emision:1}EmisionBinding"
MEANS = {
    "cash": "EFECTIVO",
    "card": "TARJETA",
    "wallet": "BILLETERA",
    "voucher": "BANCO_NACION",
}
PERU = timezone(timedelta(hours=-5))
_LOST = (TryLater, Unknown)
# What zeep raises for a reply that is XML but not an answer of this contract.
_NOT_AN_ANSWER = (ZeepError, AttributeError, LookupError, TypeError, ValueError)

log = structlog.get_logger("issuance")


class CredentialUnreadable(Exception):
    """The credential file cannot be used; write `user = "…"` and `password = "…"` into it."""


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
    `deadline_s` bounds a whole call, `connect_s` the part of it until there is a connection.
    Without `ca_bundle` the system's authorities are trusted.
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
    was sent. A code that nobody knows is `Unknown` for a request, `TryLater("backend")` elsewhere.
    """

    def __init__(self, settings: BackendSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._transport = DeadlineTransport(
            settings.url, settings.ca_bundle, settings.deadline_s, settings.connect_s
        )
        self._contract: tuple[zeep.Client, SoapBinding] | None = None
        self._building = threading.Lock()

    def holder(self, applicant: Applicant) -> Titular:
        """Who this document belongs to (`consultarTitular`)."""
        reply = self._ask(
            "consultarTitular",
            documento=_document(applicant),
            fechaNacimiento=applicant.birth_date,
        )
        return reply if isinstance(reply, _LOST) else soap_answers.to_holder(reply)

    def request(self, application: UUID, applicant: Applicant, paid: PaymentEvidence) -> Outcome:
        """Ask for the certificate (`solicitarCertificado`); sent once, never repeated in here."""
        reply = self._ask(
            "solicitarCertificado",
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
        return reply if isinstance(reply, _LOST) else soap_answers.to_request(reply, application)

    def inquire(self, application: UUID) -> Inquiry:
        """What became of a request (`consultarSolicitud`)."""
        reply = self._ask("consultarSolicitud", idSolicitud=str(application))
        return reply if isinstance(reply, _LOST) else soap_answers.to_inquiry(reply, application)

    def fetch(self, certificate_number: str) -> Fetched:
        """The signed PDF (`obtenerCertificado`), once digest and length are those announced."""
        reply = self._ask("obtenerCertificado", numeroCertificado=certificate_number)
        if isinstance(reply, _LOST):
            return reply
        return soap_answers.to_fetch(reply, certificate_number)

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether a bank's voucher pays (`validarPago`)."""
        asked = {
            "secuencia": voucher.sequence,
            "fecha": voucher.paid_on,
            "agencia": voucher.agency,
            "cajero": voucher.cashier,
            "hora": voucher.paid_at,
        }
        reply = self._ask(
            "validarPago",
            pagador={"tipo": voucher.payer_type, "numero": voucher.payer_number},
            voucher={name: value for name, value in asked.items() if value is not None},
        )
        if isinstance(reply, _LOST):
            return NotAnswered(reply.reason)
        return soap_answers.to_voucher(reply)

    def healthy(self) -> bool:
        """Whether the centre answers that it serves now (`estadoServicio`)."""
        reply = self._ask("estadoServicio")
        return not isinstance(reply, _LOST) and soap_answers.says_it_serves(reply)

    def close(self) -> None:
        """Let go of idle connections."""
        self._transport.close()

    def _ask(self, operation: str, *, repeatable: bool = True, **body: Any) -> Any:
        """The reply's fields, or the answer to give when there is none."""
        try:
            shared = self._shared_part()
            reply = self._exchange(operation, {**shared, **body}, repeatable)
        except NotSent as failure:
            log.warning("the centre cannot be reached", operation=operation, why=failure.reason)
            return TryLater("no_connection")
        except ExchangeFailed as failure:
            log.warning("a reply was lost", operation=operation, why=failure.reason)
            return Unknown(failure.reason)
        except CredentialUnreadable as failure:
            log.error("no credential for the centre", why=str(failure))
            return TryLater("backend")
        if reply.coRespuesta in soap_answers.CREDENTIAL_CODES:
            log.error("the centre refuses our account", operation=operation, code=reply.coRespuesta)
        return reply

    def _exchange(self, operation: str, body: dict[str, Any], repeatable: bool) -> Any:
        """Raises NotSent, ReplyLost; anything else is a mistake in what we wanted to send."""
        client, binding = self._loaded()
        contract = binding.get(operation)
        question = contract.create(**body)
        headers = {**question.headers, "Content-Type": "text/xml; charset=utf-8"}
        message = etree_to_string(question.content)
        raw = self._transport.exchange(message, headers, repeatable=repeatable)
        try:
            return _understood(client, contract, raw)
        except _NOT_AN_ANSWER as error:
            raise ReplyLost("malformed") from error

    def _loaded(self) -> tuple[zeep.Client, SoapBinding]:
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


def _load_contract(transport: DeadlineTransport) -> tuple[zeep.Client, SoapBinding]:
    # At DEBUG zeep writes whole envelopes: names, documents, passwords.
    logging.getLogger("zeep").setLevel(logging.WARNING)
    settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_external=True)  # pyright: ignore[reportCallIssue]
    client = zeep.Client(str(WSDL), transport=transport, settings=settings)
    binding = client.wsdl.bindings[BINDING]
    if not isinstance(binding, SoapBinding):
        raise TypeError(f"{WSDL}: {BINDING} is not a SOAP binding")
    return client, binding


def _understood(client: zeep.Client, contract: Any, raw: HttpReply) -> Any:
    """The fields of the reply `contract` promises. Raises ReplyLost and what zeep raises.

    zeep reads whatever element stands in the body as the one it expects, so its name is checked.
    """
    document = parse_xml(raw.content, client.transport, settings=client.settings)  # pyright: ignore[reportArgumentType]
    body = document.find(f"{{{SOAP_ENV_11}}}Body")
    names = [] if body is None else [child.tag for child in body]
    if raw.status_code != 200 or names == [f"{{{SOAP_ENV_11}}}Fault"]:
        raise ReplyLost("fault")
    if names != [contract.output.body.qname]:
        raise ReplyLost("another_answer" if names else "malformed")
    reply = contract.process_reply(document)
    if not isinstance(reply.coRespuesta, str):
        raise ReplyLost("malformed")
    return reply


def _document(applicant: Applicant) -> dict[str, str]:
    return {"tipo": applicant.document_type, "numero": applicant.document_number}
