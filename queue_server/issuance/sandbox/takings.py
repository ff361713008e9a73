"""What one site's requests of one day were paid with, page by page: `consultarRecaudacion`."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from queue_server.issuance.sandbox.ledger import Ledger

PAGE = 100
_OF_A_DAY = (
    "FROM requests JOIN request_sites ON request = id WHERE site = ? AND substr(arrived, 1, 10) = ?"
)
_AMOUNT = "CAST(json_extract(content, '$.pago.montoCentimos') AS INTEGER)"


def note_site(ledger: Ledger, request: str, site: str) -> None:
    """Remember who asked for a request first."""
    ledger.write(
        "INSERT INTO request_sites VALUES (?, ?) ON CONFLICT (request) DO NOTHING", request, site
    )


def takings(ledger: Ledger, site: str, day: str, page: int) -> Mapping[str, Any]:
    """One page of a day (ISO 8601, Peru's), with the totals of all of them."""
    totals = ledger.one(f"SELECT count(*), coalesce(sum({_AMOUNT}), 0) {_OF_A_DAY}", site, day)
    count, centimos = tuple(totals) if totals else (0, 0)
    rows = ledger.all(
        f"SELECT id, content, state {_OF_A_DAY} ORDER BY serial LIMIT ? OFFSET ?",
        site,
        day,
        PAGE,
        (page - 1) * PAGE,
    )
    return {
        "fecha": day,
        "pagina": page,
        "paginas": max(1, -(-count // PAGE)),
        "operaciones": count,
        "montoCentimos": centimos,
        "operacion": [_operation(row) for row in rows],
    }


def _operation(row: sqlite3.Row) -> Mapping[str, Any]:
    paid = json.loads(row["content"])["pago"]
    return {
        "idSolicitud": row["id"],
        "medio": paid["medio"],
        "montoCentimos": paid["montoCentimos"],
        "referencia": paid["referencia"],
        "fechaHora": paid["fechaHora"],
        "estado": row["state"],
    }
