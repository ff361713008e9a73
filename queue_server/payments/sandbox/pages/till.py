"""The page of whoever pays: codes that wait, with their buttons, and what became of the others."""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import segno

from queue_server.payments.sandbox.ledger import Ledger, Row

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
SHOWN_OPEN, SHOWN_ENDED = 12, 20
_STYLE = Path(__file__).with_name("style.css")
_STATES = {
    "paid": ("Pagado", "good"),
    "expired": ("Vencido", "wait"),
    "canceled": ("Anulado", "bad"),
}
_BY = {"caller": "por el comercio", "payer": "por quien paga", "time": ""}


def till_page(ledger: Ledger, error: str = "") -> bytes:
    """The whole page; it loads itself again every 3 s unless it says what went wrong."""
    again = "" if error else '<meta http-equiv="refresh" content="3">'
    waiting, ended = ledger.waiting(SHOWN_OPEN), ledger.ended(SHOWN_ENDED)
    now = datetime.now(UTC)
    cards = "".join(_card(charge, now) for charge in waiting)
    none = '<p class="card empty">Ningún quiosco espera un pago con billetera.</p>'
    message = f'<p class="message" role="alert">{_text(error)}</p>' if error else ""
    return (
        '<!doctype html><html lang="es"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>Billetera · simulador</title><style>{_style()}</style></head>"
        "<body><header>SIMULADOR DE LA BILLETERA — NINGÚN PAGO ES DE VERDAD</header>"
        f'<main><h1>Por pagar</h1>{message}<div class="codes">{cards or none}</div>'
        f"<h2>Lo último</h2>{_table(ended)}</main></body></html>"
    ).encode()


def _card(charge: Row, now: datetime) -> str:
    left = max(0, round((datetime.fromisoformat(charge["expires_at"]) - now).total_seconds()))
    id = _text(charge["id"])
    return (
        f'<section class="card code" aria-label="Cobro {_text(charge["reference"])}">'
        f"{_drawn(charge['payload'])}<div><strong>{_soles(charge['amount_centimos'])}</strong>"
        f"<p>{_text(charge['reference'])}<small>vence en {left // 60}:{left % 60:02d}</small></p>"
        f'<div class="row">{_button("/pagar", id, "Pagar", "main")}'
        f"{_button('/rechazar', id, 'Rechazar', 'stop')}</div></div></section>"
    )


def _button(action: str, id: str, words: str, kind: str) -> str:
    return (
        f'<form method="post" action="{action}"><input type="hidden" name="id" value="{id}">'
        f'<button class="{kind}">{words}</button></form>'
    )


def _drawn(payload: str) -> str:
    """The code as a picture inside of the page."""
    picture: str = segno.make(payload, error="m", micro=False).svg_inline(
        scale=3, border=4, svgclass=None, lineclass=None, omitsize=True
    )
    return f'<div class="qr" role="img" aria-label="Código QR">{picture}</div>'


def _table(charges: list[Row]) -> str:
    if not charges:
        return '<p class="card empty">Todavía nada.</p>'
    heads = "".join(
        f"<th scope=col>{each}</th>"
        for each in ("Solicitud", "Monto", "Estado", "Operación", "Devolución")
    )
    return f'<div class="card"><table><tr>{heads}</tr>{"".join(map(_row, charges))}</table></div>'


def _row(charge: Row) -> str:
    words, kind = _STATES[charge["state"]]
    by = _BY[charge["ended_by"]] if charge["state"] == "canceled" else ""
    payment, refund = charge["payment"], charge["refund"]
    amount = payment["amount_centimos"] if payment else charge["amount_centimos"]
    return (
        f"<tr><td>{_text(charge['reference'])}</td><td class=number>{_soles(amount)}</td>"
        f'<td><span class="pill {kind}">{words}</span>{f"<small>{by}</small>" if by else ""}</td>'
        f"<td class=mono>{_text(payment['reference']) if payment else '—'}</td>"
        f"<td>{_refund(refund)}</td></tr>"
    )


def _refund(refund: Row | None) -> str:
    if refund is None:
        return "—"
    if refund["state"] == "refused":
        return f'<span class="pill bad">Negada</span><small>{_text(refund["reason"])}</small>'
    reference = _text(refund["reference"])
    return f'<span class="pill good">Devuelto</span><small class=mono>{reference}</small>'


def _soles(centimos: int) -> str:
    return f"S/ {centimos // 100}.{centimos % 100:02d}"


def _text(text: object) -> str:
    return html.escape(str(text))


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")
