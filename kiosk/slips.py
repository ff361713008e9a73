"""What is printed: each slip as blocks for the receipt printer, from one template."""

import textwrap
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Rule, Text
from kiosk.flow.effects import Receipt
from kiosk.flow.states import AttentionClass, Order, Ticket

COLUMNS = 42  # of an 80 mm roll in font A
LIMA = ZoneInfo("America/Lima")
_CLASS = {AttentionClass.GENERAL: "REGULAR", AttentionClass.PREFERENTIAL: "PREFERENCIAL"}


def ticket_slip(job_id: str, ticket: Ticket) -> PrintJob:
    """The paper of a turn: number, service, class, people ahead, place and time."""
    blocks: tuple[Block, ...] = (
        *_heading(ticket.site),
        Text("SU TURNO", align="center"),
        Text(ticket.number, align="center", bold=True, width=4, height=4),
        Text(_CLASS[ticket.attention_class], align="center", bold=True),
        Feed(1),
        *(replace(line, bold=True) for line in _centred(ticket.service)),
        Text(people_ahead(ticket.ahead), align="center"),
        Rule(),
        *_centred("Espere sentado: la pantalla mostrará su número y la ventanilla."),
        Text(f"Emitido el {local_time(ticket.issued_at)}", align="center"),
        *_ending(),
    )
    return PrintJob(job_id, blocks)


_RECEIPTS: dict[Receipt, tuple[str, tuple[str, ...]]] = {
    Receipt.ISSUED: (
        "SU CERTIFICADO ESTÁ LISTO",
        ("Lo recibirá en su correo o con el código de la pantalla.",),
    ),
    Receipt.UNDER_REVIEW: (
        "SU SOLICITUD ESTÁ EN REVISIÓN",
        ("Le avisaremos por correo. También puede tomar un turno de revisión.",),
    ),
    Receipt.STILL_WORKING: (
        "SU PAGO FUE RECIBIDO",
        ("Su certificado está en camino: llegará a su correo.",),
    ),
    Receipt.PAYMENT_UNKNOWN: (
        "ESTAMOS CONFIRMANDO SU PAGO",
        (
            "No pague otra vez. Guarde este papel.",
            "Si su tarjeta fue cobrada, el certificado llegará a su correo; si no, no debe nada.",
        ),
    ),
    Receipt.REFUSED: (
        "NO PUDIMOS EMITIR SU CERTIFICADO",
        ("Lleve este papel a una ventanilla: el personal le devolverá su dinero.",),
    ),
}


# Who gave no e-mail comes back with the number on the paper.
_WITHOUT_EMAIL: dict[Receipt, tuple[str, ...]] = {
    Receipt.ISSUED: ("Descárguelo con el código de la pantalla.",),
    Receipt.UNDER_REVIEW: ("Vuelva con este número, o tome un turno de revisión.",),
    Receipt.STILL_WORKING: ("Su certificado está en camino. Vuelva con este número.",),
    Receipt.PAYMENT_UNKNOWN: (
        "No pague otra vez. Guarde este papel.",
        "Vuelva con este número: si su tarjeta fue cobrada, su certificado estará listo.",
    ),
}


def receipt_slip(job_id: str, order: Order, receipt: Receipt, site: str) -> PrintJob:
    """The paper of an application: its number, what was paid, what happens next.

    It never says what a certificate contains.
    """
    title, sentences = _RECEIPTS[receipt]
    if order.email is None:
        sentences = _WITHOUT_EMAIL.get(receipt, sentences)
    blocks: tuple[Block, ...] = (
        *_heading(site),
        *(replace(line, bold=True) for line in _centred(title)),
        Feed(1),
        Text("Número de solicitud", align="center"),
        Text(order.number, align="center", bold=True, width=2, height=2),
        Feed(1),
        *(line for sentence in sentences for line in _centred(sentence)),
        *_amount(order, receipt),
        Rule(),
        *_ending(),
    )
    return PrintJob(job_id, blocks)


def _amount(order: Order, receipt: Receipt) -> tuple[Block, ...]:
    if receipt is Receipt.PAYMENT_UNKNOWN:
        return ()
    return (Feed(1), Text(f"Pagado con tarjeta: {soles(order.amount_centimos)}", align="center"))


def soles(centimos: int) -> str:
    """An amount as people read it: `S/ 37.70`."""
    return f"S/ {centimos // 100}.{centimos % 100:02d}"


def people_ahead(ahead: int) -> str:
    """How many will be called before, in words."""
    if ahead == 0:
        return "Usted es la siguiente persona"
    return "1 persona antes que usted" if ahead == 1 else f"{ahead} personas antes que usted"


def local_time(instant: str) -> str:
    """An ISO 8601 instant as people in Lima read it: `21/11/2026 14:53`."""
    return datetime.fromisoformat(instant).astimezone(LIMA).strftime("%d/%m/%Y %H:%M")


def _heading(site: str) -> tuple[Block, ...]:
    return (
        Text("INPE", align="center", bold=True, width=2, height=2),
        Text("Instituto Nacional Penitenciario", align="center"),
        *_centred(site),
        Rule(),
    )


def _ending() -> tuple[Block, ...]:
    return (
        *_centred("¿Un reclamo? Pida el Libro de Reclamaciones en ventanilla."),
        Feed(2),
        Cut(),
    )


def _centred(sentence: str) -> tuple[Text, ...]:
    """`sentence` broken between words, so that the printer never breaks inside one."""
    return tuple(Text(line, align="center") for line in textwrap.wrap(sentence, COLUMNS))
