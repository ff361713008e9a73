"""What is printed: each slip as blocks for the receipt printer.

What a turn's paper says is written by the server; what a receipt says stands here.
"""

import textwrap
from dataclasses import replace

from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Qr, Rule, Text
from kiosk.flow.effects import Receipt
from kiosk.flow.facts import Order, Owed, Ticket
from kiosk.flow.slip import SlipLine
from kiosk.journal.claims import Claim
from kiosk.order import Means

COLUMNS = 42  # of an 80 mm roll in font A
NUMBER_SIZE = 4  # times the normal character, where the number fits
_INSTITUTION: tuple[Block, ...] = (
    Text("INPE", align="center", bold=True, width=2, height=2),
    Text("Instituto Nacional Penitenciario", align="center"),
)
_ENDING: tuple[Block, ...] = (Feed(2), Cut())


def ticket_slip(job_id: str, ticket: Ticket) -> PrintJob:
    """The paper of a turn: the institution, then line by line what the server wrote."""
    blocks: tuple[Block, ...] = (
        *_INSTITUTION,
        *(block for line in ticket.slip for block in _printed(line)),
        *_ENDING,
    )
    return PrintJob(job_id, blocks)


def _printed(line: SlipLine) -> tuple[Block, ...]:
    """One line on paper; of a style nobody here knows (the server is newer) at least the text."""
    match line.style:
        case "title":
            return (*_centred(line.text), Rule())
        case "bold":
            return tuple(replace(each, bold=True) for each in _centred(line.text))
        case "number":
            return _number(line.text)
        case "rule":
            return (Rule(),)
        case "qr":
            return (Qr(line.text),)
        case _:
            return _centred(line.text)


def _number(text: str) -> tuple[Text, ...]:
    """As large as it fits on one line."""
    size = max(1, min(NUMBER_SIZE, COLUMNS // max(1, len(text))))
    return tuple(
        replace(each, bold=True, width=size, height=size)
        for each in _centred(text, COLUMNS // size)
    )


_RECEIPTS: dict[Receipt, tuple[str, tuple[str, ...]]] = {
    Receipt.ISSUED: (
        "SU CERTIFICADO ESTÁ LISTO",
        ("Lo recibirá en su correo.",),
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
            "Si se cobró, el certificado llegará a su correo; si no, no debe nada.",
        ),
    ),
    Receipt.OWED: (
        "LE DEBEMOS SU DINERO",
        ("No pudimos devolverle todo aquí. Con este papel se lo entregan en una ventanilla.",),
    ),
    Receipt.PAYMENT_WAITS: (
        "SU PAGO TODAVÍA NO SE VE",
        (
            "El banco tarda unas tres horas. Lo guardamos y lo seguimos revisando.",
            "No pague otra vez: le avisaremos por correo.",
        ),
    ),
    Receipt.REFUSED: (
        "NO PUDIMOS EMITIR SU CERTIFICADO",
        ("Lleve este papel a una ventanilla: el personal le devolverá su dinero.",),
    ),
}


# Who gave no e-mail comes back with the number on the paper.
_WITHOUT_EMAIL: dict[Receipt, tuple[str, ...]] = {
    Receipt.ISSUED: ("Pídalo en el módulo con este número y su documento.",),
    Receipt.UNDER_REVIEW: ("Vuelva con este número, o tome un turno de revisión.",),
    Receipt.STILL_WORKING: ("Su certificado está en camino. Vuelva con este número.",),
    Receipt.PAYMENT_WAITS: (
        "El banco tarda unas tres horas. Lo guardamos y lo seguimos revisando.",
        "No pague otra vez: vuelva mañana con este número.",
    ),
    Receipt.PAYMENT_UNKNOWN: (
        "No pague otra vez. Guarde este papel.",
        "Vuelva con este número: si se cobró, su certificado estará listo.",
    ),
}


# Where phones reach the server the screen shows a code: with an e-mail, and without one.
_WITH_CODE = {
    True: ("Lo recibirá en su correo o con el código de la pantalla.",),
    False: ("Descárguelo con el código de la pantalla.",),
}


# What the bank has is not given back by staff.
_AT_BANK: dict[Receipt, tuple[str, ...]] = {
    Receipt.REFUSED: (
        "Su pago del banco queda libre: puede usarlo otra vez.",
        "Muestre este papel en una ventanilla.",
    ),
}


# What is sent again was not paid here.
_FREE: dict[Receipt, tuple[str, tuple[str, ...]]] = {
    Receipt.STILL_WORKING: (
        "SU CERTIFICADO ESTÁ EN CAMINO",
        ("Es el mismo certificado: llegará a su correo.",),
    ),
}


def receipt_slip(
    job_id: str, order: Order, receipt: Receipt, site: str, *, code: bool = False
) -> PrintJob:
    """The paper of an application: its number, what was paid, what happens next.

    It never says what a certificate contains. `code`: the screen shows one that downloads it.
    """
    title, sentences = _RECEIPTS[receipt]
    if order.free:
        title, sentences = _FREE.get(receipt, (title, sentences))
    if order.email is None:
        sentences = _WITHOUT_EMAIL.get(receipt, sentences)
    if receipt is Receipt.ISSUED and code:
        sentences = _WITH_CODE[order.email is not None]
    if order.means is None and not order.free:
        sentences = _AT_BANK.get(receipt, sentences)
    blocks: tuple[Block, ...] = (
        *_INSTITUTION,
        *_centred(site),
        Rule(),
        *(replace(line, bold=True) for line in _centred(title)),
        Feed(1),
        Text("Número de solicitud", align="center"),
        Text(order.number, align="center", bold=True, width=2, height=2),
        Feed(1),
        *(line for sentence in sentences for line in _centred(sentence)),
        *_amount(order, receipt),
        *(line for owed in order.owed for line in _owed(owed)),
        Rule(),
        *_centred("¿Un reclamo? Pida el Libro de Reclamaciones en ventanilla."),
        *_ENDING,
    )
    return PrintJob(job_id, blocks)


def _amount(order: Order, receipt: Receipt) -> tuple[Block, ...]:
    if receipt in (Receipt.PAYMENT_UNKNOWN, Receipt.PAYMENT_WAITS, Receipt.OWED):
        return ()
    paid = f"{_PAID_BY.get(order.means, 'Pagado en el banco')}: {soles(order.amount_centimos)}"
    return (Feed(1), Text("No se cobró nada" if order.free else paid, align="center"))


_PAID_BY: dict[Means | None, str] = {
    Means.CARD: "Pagado con tarjeta",
    Means.CASH: "Pagado en efectivo",
    Means.WALLET: "Pagado con billetera",
}


def claim_slip(job_id: str, claim: Claim) -> PrintJob:
    """The paper of a claim that was made with nobody at the screen: amount, code, where to go."""
    owed = Owed(claim.code, claim.amount_centimos, claim.proven)
    blocks: tuple[Block, ...] = (
        *_INSTITUTION,
        Rule(),
        *(replace(line, bold=True) for line in _centred("TIENE DINERO POR RECOGER")),
        *_owed(owed),
        Rule(),
        *_centred("¿Un reclamo? Pida el Libro de Reclamaciones en ventanilla."),
        *_ENDING,
    )
    return PrintJob(job_id, blocks)


def _owed(owed: Owed) -> tuple[Block, ...]:
    """What can be collected, and the code that collects it, for eyes and for a scanner."""
    doubt = () if owed.proven else _centred("Lo estamos verificando; siga su código.")
    return (
        Feed(1),
        Text(f"Por devolver: {soles(owed.amount_centimos)}", align="center", bold=True),
        Text(owed.code, align="center", bold=True, width=2, height=2),
        Qr(owed.code),
        *doubt,
        *_centred("Acérquese a una ventanilla con este papel y su documento."),
    )


def soles(centimos: int) -> str:
    """An amount as people read it: `S/ 37.70`."""
    return f"S/ {centimos // 100}.{centimos % 100:02d}"


def _centred(sentence: str, columns: int = COLUMNS) -> tuple[Text, ...]:
    """`sentence` broken between words, so that the printer never breaks inside one."""
    return tuple(Text(line, align="center") for line in textwrap.wrap(sentence, columns))
