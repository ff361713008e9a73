"""Two small pages for people: whether a code is a certificate, and what the ledger holds."""

import html
from datetime import date
from typing import Any

from queue_server.issuance.sandbox.certificate import WORTHLESS, long_date
from queue_server.issuance.sandbox.ledger import Certificate

_PAGE = """<!doctype html><html lang="es"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{margin:0;font:17px/1.5 system-ui,sans-serif;color:#1d2733}}
header{{background:#8c1c22;color:#fff;padding:.7rem;text-align:center;letter-spacing:.08em}}
main{{max-width:52rem;margin:2rem auto;padding:0 1rem}}table{{border-collapse:collapse;width:100%}}
th,td{{text-align:left;padding:.4rem;border-bottom:1px solid #c9ced4;font-size:.9rem}}</style>
</head><body><header>SIMULADOR — {worthless}</header>
<main><h1>{title}</h1>{body}</main></body></html>
"""


def verification(certificate: Certificate | None, today: date) -> bytes:
    """The page behind the QR: it never says of whom, nor what the certificate says."""
    if certificate is None:
        return _page("Certificado no encontrado", "<p>Revise el código de verificación.</p>")
    title = "Certificado vigente" if today <= certificate.until else "Certificado vencido"
    return _page(
        title,
        f"<p>N.º <strong>{html.escape(certificate.number)}</strong></p>"
        f"<p>Expedido el {long_date(certificate.issued_on)}; "
        f"vigente hasta el {long_date(certificate.until)}.</p>",
    )


def overview(report: dict[str, Any]) -> bytes:
    """The requests received so far, without names."""
    rows = "".join(
        f"<tr><td>{html.escape(id)}</td><td>{html.escape(request['state'])}</td>"
        f"<td>{html.escape(request['code'])}</td><td>{request['asked']}</td>"
        f"<td>{html.escape(', '.join(request['certificates']))}</td></tr>"
        for id, request in report["requests"].items()
    )
    titles = ("Solicitud", "Estado", "Código", "Veces", "Certificado")
    heads = "".join(f"<th>{title}</th>" for title in titles)
    return _page("Solicitudes recibidas", f"<table><tr>{heads}</tr>{rows}</table>")


def _page(title: str, body: str) -> bytes:
    return _PAGE.format(title=html.escape(title), worthless=WORTHLESS, body=body).encode()
