"""The e-mail that carries a certificate: the same words for everybody, nothing of the result."""

from queue_server.core.mail import Attachment, Mail


def certificate_letter(message_id: str, to: str, number: str, site: str, pdf: bytes) -> Mail:
    """The letter for application `number`. Subject and body never say what the PDF contains."""
    text = f"""Buenos días.

Adjuntamos el certificado que solicitó en {site}.

Número de solicitud: {number}

El certificado vale 90 días calendario desde su emisión. Está firmado digitalmente: guárdelo
como archivo PDF, porque impreso pierde su firma.

Si usted no lo solicitó, borre este mensaje.

Instituto Nacional Penitenciario
"""
    attachment = Attachment(f"certificado-{number}.pdf", pdf, "application/pdf")
    return Mail(message_id, to, f"Su certificado · solicitud {number}", text, (attachment,))
