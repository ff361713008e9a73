"""What the centre's ledger of a day says: replies of `consultarRecaudacion`, checked.

The function takes the fields of one reply as zeep gives them (the names are the contract's).
"""

import re
from datetime import date, datetime
from typing import Any

from queue_server.issuance.adapters.soap_answers import (
    CREDENTIAL_CODES,
    DONE,
    MAX_CENTIMOS,
    NOT_NOW,
    REFERENCE,
)
from queue_server.payments.model.day_books import (
    CentreState,
    CentreTaking,
    TakingsNotTold,
    TakingsPage,
)
from queue_server.payments.model.paid import Means

MOST_ON_A_PAGE, MOST_PAGES = 100, 1000
_APPLICATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MEANS = {
    "EFECTIVO": Means.CASH,
    "TARJETA": Means.CARD,
    "BILLETERA": Means.WALLET,
    "BANCO_NACION": Means.VOUCHER,
}
_STATES = {
    "EMITIDO": CentreState.ISSUED,
    "EN_REVISION": CentreState.UNDER_REVIEW,
    "RECHAZADO": CentreState.REFUSED,
}


def to_takings(reply: Any, day: date, page: int) -> TakingsPage | TakingsNotTold:
    """The answer to `consultarRecaudacion` for this day and page, all of it or nothing."""
    code = reply.coRespuesta
    if code in CREDENTIAL_CODES:
        return TakingsNotTold("backend")
    if code != DONE:
        return TakingsNotTold(NOT_NOW.get(code, f"code_{code}"))
    told = reply.recaudacion
    if told is None:
        return TakingsNotTold("incomplete")
    if (told.fecha, told.pagina) != (day, page):
        return TakingsNotTold("another_page")
    rows = [_taking(each) for each in told.operacion or ()]
    whole = [each for each in rows if each is not None]
    in_bounds = len(rows) <= MOST_ON_A_PAGE and 1 <= told.paginas <= MOST_PAGES
    counted = _is_count(told.operaciones) and _is_count(told.montoCentimos)
    if len(whole) < len(rows) or not in_bounds or not counted:
        return TakingsNotTold("incomplete")
    return TakingsPage(page, told.paginas, told.operaciones, told.montoCentimos, whole)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _taking(row: Any) -> CentreTaking | None:
    """One request; None for what is no such thing."""
    means, state, amount = _MEANS.get(row.medio), _STATES.get(row.estado), row.montoCentimos
    at = row.fechaHora
    if means is None or state is None or type(amount) is not int:
        return None
    texts = ((_APPLICATION, row.idSolicitud), (REFERENCE, row.referencia))
    if not all(isinstance(text, str) and form.fullmatch(text) for form, text in texts):
        return None
    if not 1 <= amount <= MAX_CENTIMOS or not isinstance(at, datetime) or at.tzinfo is None:
        return None
    return CentreTaking(row.idSolicitud, means, amount, row.referencia, at, state)
