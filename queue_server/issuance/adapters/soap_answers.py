"""What the centre's codes and records mean: its replies turned into the port's closed answers.

Each function takes the fields of one reply as zeep gives them (the names are the contract's).
"""

import hashlib
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from queue_server.issuance.model import (
    Document,
    Fetched,
    Found,
    Holder,
    Inquiry,
    Issued,
    NotKnown,
    Outcome,
    Refusal,
    Refused,
    Titular,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.payments.model.vouchers import (
    Applied,
    NotAnswered,
    NotVisible,
    VoucherAnswer,
    VoucherRefusal,
    VoucherRefused,
)

MAX_WORDS = 200
# The forms of the contract (issuance.xsd), which zeep does not look at.
NUMBER = re.compile(r"[0-9A-Z-]{6,30}")
VERIFICATION_CODE = re.compile(r"[0-9A-Z-]{8,40}")
REFERENCE = re.compile(r"[0-9A-Za-z._:/-]{1,64}")
NAME = re.compile(r"[^\W\d_][^\d_<>&\x00-\x1f]{0,79}")
MAX_CENTIMOS = 10_000_000
DONE = "0000"
IN_REVIEW = "0020"
NEVER_ARRIVED = "0030"
# What our own account may have wrong; the applicant has no part in it.
CREDENTIAL_CODES = frozenset({"0005", "0011"})
REFUSALS = {
    "0001": Refusal.UNKNOWN_DOCUMENT,
    "0006": Refusal.UNKNOWN_DOCUMENT,
    "0007": Refusal.UNDER_AGE,
    "0008": Refusal.DATA_MISMATCH,
    "0009": Refusal.NOT_IN_FORCE,
    "0021": Refusal.NOT_ACCEPTED,
    "0040": Refusal.NOT_ACCEPTED,
    "0041": Refusal.PAYMENT_NOT_FOUND,
    "0042": Refusal.PAYMENT_USED,
    "0043": Refusal.PAYMENT_OF_ANOTHER,
    "0044": Refusal.PAYMENT_TOO_LITTLE,
}
# Of these a question about a person may be answered; the rest is about requests and payments.
OF_A_PERSON = frozenset({"0001", "0006", "0007", "0008", "0009"})
VOUCHER_REFUSALS = {
    "0040": VoucherRefusal.NOT_ACCEPTED,
    "0041": VoucherRefusal.NOT_FOUND,
    "0042": VoucherRefusal.USED,
    "0043": VoucherRefusal.OF_ANOTHER,
    "0044": VoucherRefusal.TOO_LITTLE,
}
NOT_VISIBLE_YET = "0045"
NOT_NOW = {
    "0002": "backend",
    "0003": "backend",
    "0010": "quota",
    NOT_VISIBLE_YET: "payment_not_visible",
}


def to_holder(reply: Any) -> Titular:
    """The answer to `consultarTitular`."""
    code = reply.coRespuesta
    if code == DONE:
        return _found(reply)
    if code in CREDENTIAL_CODES:
        return Refused(Refusal.CALLER_NOT_ALLOWED, _words(reply))
    return (_refused(reply) if code in OF_A_PERSON else None) or _not_now(reply)


def to_request(reply: Any, application: UUID) -> Outcome:
    """The answer to `solicitarCertificado`. A code that nobody knows leaves it `Unknown`."""
    code = reply.coRespuesta
    if reply.solicitud is not None:
        return _recorded(reply, application)
    if code in (DONE, IN_REVIEW):
        return Unknown("contradiction")
    # A refused account is ours to mend: who has paid waits, and is not refused for it.
    if code in NOT_NOW or code in CREDENTIAL_CODES:
        return _not_now(reply)
    return _refused(reply) or Unknown(f"code_{code}")


def to_inquiry(reply: Any, application: UUID) -> Inquiry:
    """The answer to `consultarSolicitud`. Nothing is refused here that is not on record."""
    code = reply.coRespuesta
    if reply.solicitud is not None:
        return _recorded(reply, application)
    if code == NEVER_ARRIVED:
        return NotKnown()
    if code in REFUSALS or code in (DONE, IN_REVIEW):
        return Unknown("contradiction")
    return _not_now(reply)


def to_fetch(reply: Any, certificate_number: str) -> Fetched:
    """The answer to `obtenerCertificado`: digest and length are those announced."""
    if reply.coRespuesta != DONE:
        return _not_now(reply)
    file = reply.archivo
    if file is None or not isinstance(file.pdf, bytes):
        return Unknown("incomplete")
    if file.numeroCertificado != certificate_number:
        return Unknown("another_certificate")
    digest = hashlib.sha256(file.pdf).hexdigest()
    if digest != file.sha256 or len(file.pdf) != file.longitud:
        return Unknown("digest")
    return Document(file.pdf, digest)


def to_voucher(reply: Any) -> VoucherAnswer:
    """The answer to `validarPago`."""
    code = reply.coRespuesta
    if code == DONE:
        return _applied(reply.pago)
    if code in VOUCHER_REFUSALS:
        return VoucherRefused(VOUCHER_REFUSALS[code])
    if code in REFUSALS:  # of the payer, for good: to ask again would get the same
        return VoucherRefused(VoucherRefusal.NOT_ACCEPTED)
    return NotVisible() if code == NOT_VISIBLE_YET else NotAnswered(_not_now(reply).reason)


def says_it_serves(reply: Any) -> bool:
    """The answer to `estadoServicio`."""
    return reply.coRespuesta == DONE and reply.estado == "OPERATIVO"


def _found(reply: Any) -> Titular:
    found = reply.titular
    if found is None or not all(_is(NAME, each) for each in _names(found)):
        return Unknown("incomplete")
    if found.situacionMigratoria == "NO_REGULAR":
        return Refused(Refusal.NOT_IN_FORCE, _words(reply))
    in_force = found.certificadoVigente
    if in_force and not (_is(NUMBER, in_force.numero) and isinstance(in_force.hasta, date)):
        return Unknown("incomplete")
    return Found(
        Holder(
            given_names=found.nombres,
            first_surname=found.apellidoPaterno,
            second_surname=found.apellidoMaterno or "",
            data_match=found.datosCoinciden is True,
            of_age=found.mayorDeEdad is True,
            certificate_number=in_force.numero if in_force else None,
            certificate_until=in_force.hasta if in_force else None,
        )
    )


def _names(found: Any) -> list[Any]:
    """Those a holder must have, and the second surname where there is one."""
    second = [found.apellidoMaterno] if found.apellidoMaterno else []
    return [found.nombres, found.apellidoPaterno, *second]


def _applied(paid: Any) -> VoucherAnswer:
    """What a voucher paid; amount, reference and moment are those of a payment."""
    if paid is None or not _is(REFERENCE, paid.referencia):
        return NotAnswered("incomplete")
    amount, paid_at = paid.montoCentimos, paid.fechaHora
    if type(amount) is not int or not 1 <= amount <= MAX_CENTIMOS:
        return NotAnswered("incomplete")
    if not isinstance(paid_at, datetime) or paid_at.tzinfo is None:
        return NotAnswered("incomplete")
    return Applied(paid.referencia, amount, paid_at)


def _is(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _recorded(reply: Any, application: UUID) -> Outcome:
    """What is on record; `Unknown` unless it is of our application and the code agrees with it."""
    record, code = reply.solicitud, reply.coRespuesta
    if record.idSolicitud != str(application):
        return Unknown("another_application")
    number, verification = record.numeroCertificado, record.codigoVerificacion
    match record.estado:
        case "EMITIDO" if code == DONE and number and verification:
            whole = _is(NUMBER, number) and _is(VERIFICATION_CODE, verification)
            return Issued(number, verification) if whole else Unknown("incomplete")
        case "EN_REVISION" if code == IN_REVIEW:
            return UnderReview()
        case "RECHAZADO" if code in REFUSALS:
            return Refused(REFUSALS[code], _words(reply))
        case _:
            return Unknown("contradiction")


def _refused(reply: Any) -> Refused | None:
    reason = REFUSALS.get(reply.coRespuesta)
    return Refused(reason, _words(reply)) if reason else None


def _not_now(reply: Any) -> TryLater:
    code = reply.coRespuesta
    if code in CREDENTIAL_CODES:
        return TryLater("backend")
    return TryLater(NOT_NOW.get(code, f"code_{code}"))


def _words(reply: Any) -> str:
    return str(reply.deRespuesta or "")[:MAX_WORDS]
