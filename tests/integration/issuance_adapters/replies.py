"""Replies of the centre written by hand, the client's question to each, and its answer."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.model import (
    Applicant,
    Document,
    Found,
    Issued,
    NotKnown,
    PaymentEvidence,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.payments.model.vouchers import (
    Applied,
    NotAnswered,
    NotVisible,
    Voucher,
    VoucherRefused,
)
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import RawServer, answering, http

WHO = Applicant("01", "10117410", date(1980, 1, 1))
PAID = PaymentEvidence("card", 3770, "RRN1", datetime(2026, 11, 3, 15, tzinfo=UTC))
VOUCHER = Voucher("01", "10117410", "0012345", date(2026, 11, 3))
OURS = UUID("11111111-1111-4111-8111-111111111111")
OTHER = "22222222-2222-4222-8222-222222222222"
PDF = b"%PDF-1.7 invented"
SHA256 = hashlib.sha256(PDF).hexdigest()
ENVELOPE = (
    '<?xml version="1.0"?>{prolog}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    '<s:Body><r:{operation}Response xmlns:r="urn:x-ventanilla:emision:1">'
    "<r:coRespuesta>{code}</r:coRespuesta><r:deRespuesta>palabras</r:deRespuesta>"
    "<r:idTransaccion>t1</r:idTransaccion>"
    "<r:fechaHora>2026-11-03T10:00:00-05:00</r:fechaHora>{more}"
    "</r:{operation}Response></s:Body></s:Envelope>"
)
HOLDER = (
    "<r:titular><r:nombres>JUAN</r:nombres><r:apellidoPaterno>PRUEBA</r:apellidoPaterno>"
    "<r:datosCoinciden>true</r:datosCoinciden><r:mayorDeEdad>true</r:mayorDeEdad>"
    "<r:certificadoVigente><r:numero>CAJ-0000001</r:numero><r:hasta>2026-12-31</r:hasta>"
    "</r:certificadoVigente></r:titular>"
)
SERVES = "<r:estado>OPERATIVO</r:estado>"
FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    b"<faultcode>s:Server</faultcode><faultstring>no</faultstring>"
    b"</s:Fault></s:Body></s:Envelope>"
)


def reply(operation: str, code: str, more: str = "", prolog: str = "") -> bytes:
    """A whole envelope; `more` stands after the four fields every reply has."""
    return ENVELOPE.format(operation=operation, code=code, more=more, prolog=prolog).encode()


def record(state: str, of: str = str(OURS), issued: bool = False) -> str:
    """An application on record; `issued`: with its two numbers."""
    numbers = (
        "<r:numeroCertificado>CAJ-0000001</r:numeroCertificado>"
        "<r:codigoVerificacion>ABCD-EFGH</r:codigoVerificacion>"
    )
    return (
        f"<r:solicitud><r:idSolicitud>{of}</r:idSolicitud><r:estado>{state}</r:estado>"
        f"{numbers if issued else ''}</r:solicitud>"
    )


def file(pdf: bytes = PDF, sha256: str = "", length: int = 0, number: str = "CAJ-0000001") -> str:
    """A PDF; digest and length are its own unless given."""
    return (
        f"<r:archivo><r:numeroCertificado>{number}</r:numeroCertificado>"
        f"<r:pdf>{base64.b64encode(pdf).decode()}</r:pdf>"
        f"<r:sha256>{sha256 or hashlib.sha256(pdf).hexdigest()}</r:sha256>"
        f"<r:longitud>{length or len(pdf)}</r:longitud></r:archivo>"
    )


def paid(
    reference: str = "BN:1", amount: str = "3770", at: str = "2026-11-03T10:00:00-05:00"
) -> str:
    """A bank payment that shows."""
    return (
        f"<r:pago><r:referencia>{reference}</r:referencia><r:montoCentimos>{amount}"
        f"</r:montoCentimos><r:fechaHora>{at}</r:fechaHora></r:pago>"
    )


# A reply of each operation that says yes, but for the part around it.
GOOD = {
    "consultarTitular": HOLDER,
    "validarPago": paid(),
    "solicitarCertificado": record("EMITIDO", issued=True),
    "consultarSolicitud": record("EMITIDO", issued=True),
    "obtenerCertificado": file(),
    "estadoServicio": SERVES,
}
ASK: Mapping[str, Callable[[SoapBackend], object]] = {
    "consultarTitular": lambda it: it.holder(WHO),
    "validarPago": lambda it: it.validate(VOUCHER),
    "solicitarCertificado": lambda it: it.request(OURS, WHO, PAID),
    "consultarSolicitud": lambda it: it.inquire(OURS),
    "obtenerCertificado": lambda it: it.fetch("CAJ-0000001"),
    "estadoServicio": lambda it: it.healthy(),
}
# Everything each question may ever be answered with.
CLOSED_SET: Mapping[str, tuple[type, ...]] = {
    "consultarTitular": (Found, Refused, TryLater, Unknown),
    "validarPago": (Applied, NotVisible, VoucherRefused, NotAnswered),
    "solicitarCertificado": (Issued, UnderReview, Refused, TryLater, Unknown),
    "consultarSolicitud": (Issued, UnderReview, Refused, NotKnown, TryLater, Unknown),
    "obtenerCertificado": (Document, TryLater, Unknown),
    "estadoServicio": (bool,),
}


def answer(operation: str, content: bytes, kind: str = "text/xml") -> object:
    """What the client makes of `content` as the reply to `operation`, over real HTTP."""
    with RawServer(answering(http(content, kind=kind))) as server:
        client = SoapBackend(settings(server.url))
        try:
            return ASK[operation](client)
        finally:
            client.close()


def word(answer: object) -> str:
    """An answer in one word and its reason: `refused:under_age`, `later:quota`, `true`."""
    name = _WORDS[type(answer)] if not isinstance(answer, bool) else str(answer).lower()
    reason = getattr(answer, "reason", None)
    return f"{name}:{reason}" if reason else name


_WORDS: Mapping[type, str] = {
    Applied: "done",
    Document: "done",
    Found: "done",
    Issued: "done",
    NotAnswered: "later",
    NotKnown: "not_known",
    NotVisible: "later:payment_not_visible",
    Refused: "refused",
    TryLater: "later",
    UnderReview: "in_review",
    Unknown: "unknown",
    VoucherRefused: "refused",
}
