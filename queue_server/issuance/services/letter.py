"""The words of the e-mails: plain, the same for everybody, nothing of a result.

No letter holds a name, a document or what a certificate says. Its length follows from its kind, the
site, the length of the application's number and the closed word of a refusal; from nobody's record.
"""

from dataclasses import dataclass, field

from queue_server.core.mail import Attachment, Mail
from queue_server.issuance.model import LetterKind, Refusal
from queue_server.payments.model.vouchers import VoucherRefusal

SENDER = "Instituto Nacional Penitenciario"


@dataclass(frozen=True)
class Facts:
    """What a letter tells. `follow`: where the application can be followed, where phones reach it.

    `reason` goes with the refusals, `pdf` with the certificate.
    """

    number: str
    site: str
    follow: str | None = None
    reason: Refusal | VoucherRefusal | None = None
    pdf: bytes | None = field(default=None, repr=False)


def compose(kind: LetterKind, message_id: str, to: str, facts: Facts) -> Mail:
    """The letter of this kind about one application."""
    subject, words = _WORDS[kind]
    paragraphs = ["Buenos días.", words(facts), f"Número de solicitud: {facts.number}"]
    if kind is not LetterKind.CERTIFICATE:
        paragraphs.append(_follow(facts))
    paragraphs += ["Si usted no hizo esta solicitud, borre este mensaje.", SENDER]
    attachments: tuple[Attachment, ...] = ()
    if facts.pdf is not None:
        file = f"certificado-{facts.number}.pdf"
        attachments = (Attachment(file, facts.pdf, "application/pdf"),)
    text = "\n\n".join(paragraphs) + "\n"
    return Mail(message_id, to, f"{subject} · solicitud {facts.number}", text, attachments)


def _follow(facts: Facts) -> str:
    if facts.follow is None:
        return f"Puede preguntar por ella en {facts.site}, con ese número y su documento."
    return (
        "Puede seguirla aquí, con las 4 últimas letras o cifras de su documento:\n"
        f"{facts.follow}\n\n"
        f"También puede preguntar por ella en {facts.site}."
    )


def _certificate(facts: Facts) -> str:
    return (
        f"Adjuntamos el certificado que solicitó en {facts.site}.\n\n"
        "Vale 90 días calendario desde su emisión. Está firmado digitalmente: guárdelo como\n"
        "archivo PDF, porque impreso pierde su firma."
    )


def _payment_waits(_: Facts) -> str:
    return (
        "Recibimos su solicitud y los datos de su pago en el banco.\n\n"
        "El banco avisa los pagos después de unas horas, y el suyo todavía no aparece. No pague\n"
        "otra vez y no necesita volver: seguiremos preguntando y le escribiremos."
    )


def _payment_refused(facts: Facts) -> str:
    return (
        f"{_PAYMENTS.get(facts.reason, _PAYMENT_NOT_TAKEN)}\n\n"
        "Por eso su solicitud no avanzó. Acérquese a un módulo con su documento y el comprobante\n"
        "del banco: ahí puede presentar otro pago, pagar de otra forma o hablar con una persona."
    )


def _in_review(_: Facts) -> str:
    return (
        "Su solicitud está en revisión. Es un paso habitual: una persona confirma los datos antes\n"
        "de emitir el certificado.\n\n"
        "No necesita volver. Le escribiremos cuando termine."
    )


def _refused(facts: Facts) -> str:
    return (
        "No pudimos emitir el certificado que solicitó.\n\n"
        f"{_REFUSALS.get(facts.reason, _SEE_SOMEBODY)}\n\n"
        "Si pagó, conserve su comprobante: en la ventanilla le dirán cómo seguir."
    )


_WORDS = {
    LetterKind.CERTIFICATE: ("Su certificado", _certificate),
    LetterKind.PAYMENT_WAITS: ("Esperamos el aviso del banco", _payment_waits),
    LetterKind.PAYMENT_REFUSED: ("Su pago", _payment_refused),
    LetterKind.IN_REVIEW: ("En revisión", _in_review),
    LetterKind.REFUSED: ("Su solicitud", _refused),
}
_PAYMENT_NOT_TAKEN = "No pudimos usar el pago que presentó."
_PAYMENTS: dict[Refusal | VoucherRefusal | None, str] = {
    VoucherRefusal.NOT_FOUND: "El pago que presentó no aparece en el banco.",
    VoucherRefusal.USED: "El pago que presentó ya se usó para otro certificado.",
    VoucherRefusal.OF_ANOTHER: "El pago que presentó está a nombre de otra persona.",
    VoucherRefusal.TOO_LITTLE: "El pago que presentó es menor que la tasa del certificado.",
}
_SEE_SOMEBODY = (
    "Acérquese a una ventanilla con su documento y su número de solicitud: una persona verá\n"
    "su caso con usted."
)
_REFUSALS: dict[Refusal | VoucherRefusal | None, str] = {
    Refusal.NOT_IN_FORCE: (
        "Según el registro de Migraciones, el documento que presentó no figura vigente. Consulte\n"
        "ahí su situación. Después acérquese a una ventanilla con su documento y su número de\n"
        "solicitud."
    ),
    Refusal.PAYMENT_NOT_FOUND: (
        "El pago no aparece en el banco. Acérquese a una ventanilla con su documento y su\n"
        "comprobante."
    ),
    Refusal.PAYMENT_USED: (
        "El pago ya se usó para otro certificado. Acérquese a una ventanilla con su documento y\n"
        "su comprobante."
    ),
    Refusal.PAYMENT_OF_ANOTHER: (
        "El pago está a nombre de otra persona. Acérquese a una ventanilla con su documento y su\n"
        "comprobante."
    ),
    Refusal.PAYMENT_TOO_LITTLE: (
        "El pago es menor que la tasa del certificado. Acérquese a una ventanilla con su\n"
        "documento y su comprobante."
    ),
}
