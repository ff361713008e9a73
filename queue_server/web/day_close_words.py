"""The day close in Spanish: what each difference is, what to do about it, and amounts."""

from collections.abc import Mapping
from typing import Any

from queue_server.payments.model.day_close import Kind
from queue_server.payments.model.paid import Means

MEANS: Mapping[str, str] = {
    Means.CARD: "Tarjeta",
    Means.CASH: "Efectivo",
    Means.WALLET: "Billetera",
    Means.VOUCHER: "Banco (comprobante)",
}
STANDS: Mapping[str, str] = {
    "kept": "cobrado",
    "untold": "cobrado, sin avisar",
    "under_way": "en curso",
    "in_doubt": "en duda",
    "back": "devuelto",
    "owed": "por entregar",
    "nothing": "no cobrado",
    "serves": "paga su solicitud",
    "goes_back": "por devolver",
    "claimed": "con reclamo",
    "issued": "emitida",
    "under_review": "en revisión",
    "refused": "rechazada",
}
# Of each: what it is, the two books that disagree, what to do.
_KINDS: Mapping[Kind, tuple[str, str, str, str]] = {
    Kind.NO_REPORT: (
        "Sin datos del quiosco",
        "quiosco",
        "servidor",
        "Encienda el quiosco o revise su red; informará solo. Si no vuelve, un técnico lee su"
        " diario.",
    ),
    Kind.NO_CENTRE: (
        "Sin datos de la central",
        "servidor",
        "central",
        "Pulse «Consultar a la central»; se repite sola cada 30 minutos.",
    ),
    Kind.NO_TOTALS: (
        "El terminal de tarjetas no dio sus totales",
        "quiosco",
        "terminal",
        "Revise el terminal; se le pregunta cuando nadie paga. Si no, compare con su rollo.",
    ),
    Kind.PAYMENT_UNDER_WAY: (
        "Pago en curso",
        "quiosco",
        "servidor",
        "Espere: termina solo. Si sigue así, búsquelo en «Por resolver».",
    ),
    Kind.IN_DOUBT: (
        "Pago en duda",
        "quiosco",
        "servidor",
        "Resuélvalo en «Por resolver» con el registro del terminal o de la billetera.",
    ),
    Kind.RETURN_PENDING: (
        "Devolución pendiente",
        "quiosco",
        "servidor",
        "Espere al quiosco, o decida en «Por resolver».",
    ),
    Kind.NEWS_UNTOLD: (
        "Avisos del quiosco que el servidor no aceptó",
        "quiosco",
        "servidor",
        "Avise a soporte: revise los reclamos de ese quiosco uno por uno.",
    ),
    Kind.NOT_ON_SERVER: (
        "Cobrado en el quiosco, no está en el servidor",
        "quiosco",
        "servidor",
        "El quiosco lo entrega solo al tener red. Si no, la persona tiene un reclamo.",
    ),
    Kind.NOT_IN_JOURNAL: (
        "En el servidor, no en el diario del quiosco",
        "quiosco",
        "servidor",
        "¿Se cambió el quiosco o su disco? Compare con el terminal y la caja.",
    ),
    Kind.AMOUNT_DIFFERS: (
        "El monto difiere",
        "quiosco",
        "servidor",
        "Compare el comprobante con la tarifa; avise a soporte.",
    ),
    Kind.MEANS_DIFFER: (
        "El medio de pago difiere",
        "quiosco",
        "servidor",
        "Avise a soporte: el pago figura con otro medio.",
    ),
    Kind.RETURN_DIFFERS: (
        "Devuelto según un solo libro",
        "quiosco",
        "servidor",
        "Busque el extorno en el terminal, o las monedas en la tolva, y anote qué pasó.",
    ),
    Kind.CLAIM_DIFFERS: (
        "El reclamo difiere",
        "quiosco",
        "servidor",
        "Busque el reclamo en «Por resolver» y compare con el papel.",
    ),
    Kind.PIECES_DIFFER: (
        "El efectivo recibido difiere",
        "quiosco",
        "servidor",
        "Cuente la caja de ese quiosco y compare pieza por pieza.",
    ),
    Kind.NOT_AT_CENTRE: (
        "En el servidor, no en la central",
        "servidor",
        "central",
        "La solicitud puede estar en camino: véala en Supervisión y consulte otra vez.",
    ),
    Kind.ONLY_AT_CENTRE: (
        "Solo en la central",
        "servidor",
        "central",
        "La central tiene una solicitud que este módulo no conoce: pregunte por ese número.",
    ),
    Kind.CENTRE_AMOUNT_DIFFERS: (
        "La central tiene otro monto",
        "servidor",
        "central",
        "Informe a la central con el número de la solicitud.",
    ),
    Kind.CENTRE_PAYMENT_DIFFERS: (
        "La central tiene otro pago",
        "servidor",
        "central",
        "Informe a la central: medio o referencia no son los que se enviaron.",
    ),
    Kind.REFUSED_AT_CENTRE: (
        "Rechazada en la central, cobrada aquí",
        "servidor",
        "central",
        "El dinero debe volver: véalo en «Por resolver».",
    ),
    Kind.BACK_BUT_ISSUED: (
        "Dinero devuelto, certificado emitido",
        "servidor",
        "central",
        "Informe a la central con el número de la solicitud.",
    ),
    Kind.UNKNOWN_CHARGE: (
        "Cobro del terminal que nadie conoce",
        "quiosco",
        "terminal",
        "Imprima el detalle del terminal y busque el cobro de más; puede ser un pago en duda.",
    ),
    Kind.NOT_AT_TERMINAL: (
        "El terminal contó menos cobros",
        "quiosco",
        "terminal",
        "Imprima el detalle del terminal y busque el cobro que falta; avise al adquirente.",
    ),
    Kind.TERMINAL_AMOUNT_DIFFERS: (
        "El terminal suma otro monto",
        "quiosco",
        "terminal",
        "Compare el detalle del terminal cobro por cobro.",
    ),
    Kind.REVERSALS_DIFFER: (
        "Los extornos difieren",
        "quiosco",
        "terminal",
        "Compare los extornos del terminal con «Por resolver».",
    ),
    Kind.PIECES_NOT_BOOKED: (
        "El aceptador contó piezas que no están anotadas",
        "quiosco (piezas)",
        "aceptador (piezas)",
        "Cuente la caja entre dos personas; luego libere el equipo.",
    ),
    Kind.PIECES_WITHOUT_PAYMENT: (
        "Efectivo sin pago",
        "aceptadores",
        "pagos",
        "Entró dinero que no es de ningún pago: cuente la caja y guárdelo como sobrante.",
    ),
    Kind.COINS_DIFFER: (
        "Monedas entregadas sin pago",
        "tolvas",
        "pagos",
        "Cuente las tolvas de ese quiosco.",
    ),
    Kind.CASH_UNBALANCED: (
        "El efectivo de un pago no cuadra",
        "entró",
        "explicado",
        "Lo que entró no es tarifa, vuelto ni reclamo: avise a soporte.",
    ),
}


def kind_words(kind: str) -> str:
    """What a difference is."""
    return _KINDS[Kind(kind)][0]


def books_of(kind: str) -> tuple[str, str]:
    """The two books that disagree."""
    return _KINDS[Kind(kind)][1:3]


def what_to_do(kind: str) -> str:
    """What to do about a difference."""
    return _KINDS[Kind(kind)][3]


def soles(centimos: int | None) -> str:
    """An amount for people; a dash where there is none.

    >>> soles(-123456), soles(None)
    ('−S/ 1,234.56', '–')
    """
    if centimos is None:
        return "–"
    whole, rest = divmod(abs(centimos), 100)
    return f"{'−' if centimos < 0 else ''}S/ {whole:,}.{rest:02d}"


# The side of which nothing is known: that is never 0.
_MISSING: Mapping[Kind, str] = {
    Kind.NO_REPORT: "here",
    Kind.NO_CENTRE: "there",
    Kind.NO_TOTALS: "there",
}


def told(difference: Mapping[str, Any], which: str) -> int | None:
    """What the book `here` or `there` says; None when it says nothing."""
    missing = _MISSING.get(Kind(difference["kind"])) == which
    return None if missing else difference[which]


def side(difference: Mapping[str, Any], which: str) -> str:
    """What one of the two books says: an amount, or a number of things."""
    if told(difference, which) is None:
        return "sin datos"
    counts = Kind(difference["kind"]) in (Kind.PIECES_NOT_BOOKED, Kind.NEWS_UNTOLD)
    return str(difference[which]) if counts else soles(difference[which])
