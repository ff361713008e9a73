"""The requests received, newest first, and the reviews that wait for a decision."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.ledger import Certificate, Ledger
from queue_server.issuance.sandbox.pages.layout import escape, message, page, pill, soles, table
from queue_server.issuance.sandbox.people import Person

TITLE, TAB = "Solicitudes", "/"
LISTED = 50
Find = Callable[[str, str], Person | None]
DOCUMENTS: Mapping[str, str] = {
    "01": "DNI",
    "04": "CE",
    "07": "Pasaporte",
    "23": "PTP",
    "26": "CPP",
}
_MEANS = {
    "EFECTIVO": "Efectivo",
    "TARJETA": "Tarjeta",
    "BILLETERA": "Billetera",
    "BANCO_NACION": "Banco de la Nación",
}
_STATES = {
    "EMITIDO": ("Emitida", "good"),
    "EN_REVISION": ("En revisión", "wait"),
    "RECHAZADO": ("Rechazada", "bad"),
}
_COLUMNS = ("Llegó", "Solicitante", "Pago", "Estado", "Pedida", "Certificado")


def requests_page(
    ledger: Ledger, find: Find, before: int | None, error: str, counts: Mapping[str, int]
) -> bytes:
    """What waits for a person, then what arrived, `LISTED` at a time, before a serial."""
    waiting, latest = ledger.waiting(LISTED), ledger.latest(LISTED, before)
    body = message(error) + _totals(ledger.totals())
    if waiting and not before:
        rows = [_row(request, find) for request in waiting]
        body += "<h2>Esperan una decisión</h2>"
        body += table((*_COLUMNS[:-1], "Decidir"), rows, "")
    body += "<h2>Llegaron últimas</h2>"
    body += table(_COLUMNS, [_row(request, find, decide=False) for request in latest],
                  "Todavía no llegó ninguna solicitud.")  # fmt: skip
    if len(latest) == LISTED:
        body += f'<p><a href="/?antes={latest[-1]["serial"]}">Ver las anteriores</a></p>'
    if before:
        body += '<p><a href="/">Volver a las últimas</a></p>'
    return page(TITLE, body, TAB, counts, refresh=not before and not error)


def _totals(totals: Mapping[str, int]) -> str:
    cards = [("Recibidas", sum(totals.values()))]
    cards += [(f"{words}s", totals.get(state, 0)) for state, (words, _) in _STATES.items()
              if state != "EN_REVISION"]  # fmt: skip
    cards.insert(1, ("En revisión", totals.get("EN_REVISION", 0)))
    shown = "".join(
        f'<div class="card"><strong>{count}</strong><span>{escape(words)}</span></div>'
        for words, count in cards
    )
    return f'<div class="totals">{shown}</div>'


def _row(request: Mapping[str, Any], find: Find, decide: bool = True) -> str:
    state, kind = _STATES[request["state"]]
    words = codes.WORDS[request["code"]]
    last = _decision(request["id"]) if decide else _certificate(request)
    asked = f"{request['asked']} " + ("vez" if request["asked"] == 1 else "veces")
    return (
        f"<tr><td class=time>{_arrival(request['arrived'])}</td>"
        f"<td>{_applicant(request, find)}</td><td>{_payment(request)}</td>"
        f"<td>{pill(state, kind)}<small>{escape(request['code'])} · {escape(words)}</small></td>"
        f"<td class=time>{asked}</td><td>{last}</td></tr>"
    )


def _arrival(arrived: str) -> str:
    at = datetime.fromisoformat(arrived)
    return f"{at:%H:%M:%S}<small>{at:%d/%m/%Y}</small>"


def _applicant(request: Mapping[str, Any], find: Find) -> str:
    kind, number = request["document_type"], request["document_number"]
    person = find(kind, number)
    name = person.full_name if person else "Nadie en el registro"
    return (
        f"{escape(name)}<small>{escape(DOCUMENTS[kind])} {escape(number)}</small>"
        f"<small class=mono>{escape(request['id'])}</small>"
    )


def _payment(request: Mapping[str, Any]) -> str:
    paid = json.loads(request["content"])["pago"]
    return (
        f"{soles(int(paid['montoCentimos']))} · {_MEANS[request['means']]}"
        f"<small class=mono>{escape(request['reference'])}</small>"
    )


def _certificate(request: Mapping[str, Any]) -> str:
    certificate: Certificate | None = request["certificate"]
    if certificate is None:
        return "—"
    link = (
        f'<a href="/verificar/{escape(certificate.verification_code)}">'
        f"{escape(certificate.number)}</a>"
    )
    several = request["certificates"]
    return link + (f" {pill(f'{several} certificados', 'bad')}" if several > 1 else "")


def _decision(id: str) -> str:
    return (
        '<form class="row" method="post" action="/revisar">'
        f'<input type="hidden" name="id" value="{escape(id)}">'
        '<button class="main" name="issue" value="yes">Emitir</button>'
        '<button class="stop" name="issue" value="no">Rechazar</button></form>'
    )
