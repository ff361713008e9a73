"""The page behind a certificate's QR: it never says of whom, nor what the certificate says."""

from datetime import date

from queue_server.issuance.sandbox.certificate import long_date
from queue_server.issuance.sandbox.ledger import Certificate
from queue_server.issuance.sandbox.pages.layout import escape, page


def verification(certificate: Certificate | None, today: date) -> bytes:
    """Whether there is such a certificate, and until when it holds."""
    if certificate is None:
        return page("Certificado no encontrado", "<p>Revise el código de verificación.</p>")
    title = "Certificado vigente" if today <= certificate.until else "Certificado vencido"
    return page(
        title,
        f"<p>N.º <strong>{escape(certificate.number)}</strong></p>"
        f"<p>Expedido el {long_date(certificate.issued_on)}; "
        f"vigente hasta el {long_date(certificate.until)}.</p>",
    )
