"""Where an application stands, in words for who applied: never a word of the result."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from queue_server.issuance.model import ApplicationState, LetterState, Refusal
from queue_server.issuance.services.tracking import Tracked
from queue_server.payments.model.standing import PaymentStanding

_P = PaymentStanding


class Mood(StrEnum):
    """What the page looks like: to wait, to do something, ready, over."""

    WAIT = "wait"
    ACT = "near"
    READY = "ready"
    OVER = "over"


@dataclass(frozen=True)
class Story:
    """The page in words: what is, what that means, and the ways on."""

    mood: Mood
    title: str
    meaning: str
    steps: tuple[str, ...]


_CORRECT = "en cualquier quiosco del módulo, con su documento y este número de solicitud"
_COLLECT = "recójalo en una ventanilla con su documento"
_NOT_TWICE = "No pague otra vez."
_PAID_ALREADY = (
    "Si ya pagó, conserve su comprobante y no pague otra vez: en la ventanilla ven qué se hace con "
    "ese pago."
)
_FREE_AGAIN = (
    "No pague otra vez: su comprobante del banco quedó libre y puede presentarlo en una solicitud "
    "nueva."
)
_ANOTHER_WAY = "Pague de otra forma en un quiosco, o acérquese a una ventanilla con su comprobante."

# A payment that does not pay: said of a voucher, and of what the centre refused.
_PAYMENTS = {
    _P.NOT_FOUND: (
        "No encontramos su pago",
        "Con los datos del comprobante no figura ningún pago.",
        "Revise el número de secuencia y la fecha, y preséntelo otra vez en un quiosco.",
    ),
    _P.USED: (
        "Ese pago ya se usó",
        "El comprobante ya sirvió para otra solicitud; un pago vale para un certificado.",
        _ANOTHER_WAY,
    ),
    _P.OF_ANOTHER: (
        "Ese pago es de otro documento",
        "El comprobante se pagó a nombre de otro documento de identidad.",
        _ANOTHER_WAY,
    ),
    _P.TOO_LITTLE: (
        "Ese pago no alcanza",
        "El monto del comprobante es menor que la tasa de hoy.",
        _ANOTHER_WAY,
    ),
    _P.NOT_ACCEPTED: (
        "No se aceptó ese pago",
        "El comprobante no corresponde a este trámite.",
        _ANOTHER_WAY,
    ),
}

_REFUSALS = {
    Refusal.UNKNOWN_DOCUMENT: (
        "No encontramos su documento",
        "El número de su documento no figura en el registro que consulta el INPE.",
        "Saque un turno y lleve su documento a la ventanilla: allí revisan el número con usted.",
    ),
    Refusal.NOT_IN_FORCE: (
        "Su documento no figura vigente",
        "Migraciones informa que su carné o permiso no está vigente.",
        "Actualícelo en Migraciones y solicite otra vez, o pida orientación en una ventanilla.",
    ),
    Refusal.UNDER_AGE: (
        "El certificado es para mayores de 18 años",
        "Según su documento, usted aún no los cumple.",
        "Si la fecha de nacimiento está equivocada, acérquese a una ventanilla con su documento.",
    ),
    Refusal.DATA_MISMATCH: (
        "Sus datos no coinciden con el registro",
        "La fecha de nacimiento o el número no son los que figuran en el registro.",
        "Saque un turno y lleve su documento a la ventanilla: allí los comparan con usted.",
    ),
    Refusal.CALLER_NOT_ALLOWED: (
        "No pudimos tramitarlo aquí",
        "La central no recibe ahora solicitudes de este módulo. No depende de usted.",
        "Acérquese a una ventanilla con este número: el personal lo tramita.",
    ),
    Refusal.NOT_ACCEPTED: (
        "La central no admitió su solicitud",
        "Con los datos enviados no se puede emitir el certificado desde el quiosco.",
        "Saque un turno: en la ventanilla le explican cómo continuar.",
    ),
}


def story(of: Tracked, until: datetime | None) -> Story:
    """What the page says of an application. `until`: local time to which it can be collected."""
    match of.state:
        case ApplicationState.REGISTERED:
            return _unpaid(of)
        case ApplicationState.ACCEPTED:
            return _in_process(of)
        case ApplicationState.UNDER_REVIEW:
            return _in_review(of)
        case ApplicationState.ISSUED:
            return _issued(of, until) if until else _forgotten(of)
        case ApplicationState.REFUSED:
            return _refused(of)


def _unpaid(of: Tracked) -> Story:
    if of.payment in (_P.CHECKING, _P.NOT_VISIBLE):
        return Story(
            Mood.WAIT,
            "Su pago aún no figura",
            "El banco informa los pagos unas 3 horas después. Lo consultamos por usted.",
            (_NOT_TWICE, *_told_later(of, "figure")),
        )
    if of.payment in _PAYMENTS:
        return Story(Mood.ACT, *_payment(of.payment))
    if of.payment in (_P.WALLET_OPENING, _P.WALLET_WAITING, _P.WALLET_CANCELING):
        return Story(
            Mood.WAIT,
            "Estamos confirmando su pago",
            "La billetera todavía no nos dijo si se pagó.",
            (_NOT_TWICE, "Vuelva a consultar en unos minutos."),
        )
    if of.payment in (_P.WALLET_TO_REFUND, _P.WALLET_REFUNDED, _P.WALLET_REFUND_REFUSED):
        return Story(
            Mood.ACT,
            "Su pago se devuelve",
            "Lo que pagó con su billetera no pudo usarse para esta solicitud.",
            (
                "Revise su billetera; si no lo ve, acérquese a una ventanilla con este número.",
                "Puede pagar otra vez en un quiosco.",
            ),
        )
    return Story(
        Mood.ACT,
        "Falta el pago",
        "Recibimos su solicitud y todavía no está pagada.",
        (
            "Si no terminó, empiece otra vez en un quiosco: por esta no se cobró nada.",
            "Si ya pagó, no pague otra vez: acérquese a una ventanilla con su comprobante.",
        ),
    )


def _in_process(of: Tracked) -> Story:
    return Story(
        Mood.WAIT,
        "Estamos tramitando su certificado",
        "Su solicitud está con la central del INPE. Suele tardar pocos minutos.",
        (_NOT_TWICE, *_told_later(of, "esté listo")),
    )


def _in_review(of: Tracked) -> Story:
    return Story(
        Mood.WAIT,
        "Su solicitud está en revisión",
        "Personal del INPE compara los datos a mano, por ejemplo cuando otras personas se llaman "
        "igual. Es un paso normal: no tiene que pagar ni hacer nada más.",
        (
            *_told_later(of, "termine"),
            "Si prefiere preguntar, saque en un quiosco un turno de revisión.",
        ),
    )


def _issued(of: Tracked, until: datetime) -> Story:
    collect = (
        f"También puede recogerlo en una ventanilla con su documento, hasta el {until:%d/%m/%Y}."
    )
    correct = f"Corrija su correo {_CORRECT}: se lo enviamos otra vez, sin costo."
    match of.email:
        case LetterState.SENT:
            meaning = f"Lo enviamos a {of.masked_email}."
            look = "Si no lo ve, búsquelo en correo no deseado."
            steps = (look, f"¿No es su correo? {correct}", collect)
        case LetterState.WAITING:
            meaning = f"Lo estamos enviando a {of.masked_email}."
            look = "Vuelva a consultar en unos minutos."
            steps = (look, f"¿No es su correo? {correct}", collect)
        case LetterState.FAILED:
            meaning = f"No pudimos entregarlo en {of.masked_email}."
            steps = (correct, collect)
        case _:
            meaning = "No dejó un correo para recibirlo."
            steps = (f"Deje su correo {_CORRECT}.", collect)
    return Story(Mood.READY, "Su certificado está listo", meaning, steps)


def _forgotten(of: Tracked) -> Story:
    steps = ["Pídalo otra vez en un quiosco con su documento: mientras esté vigente no se cobra."]
    if of.email == LetterState.SENT:
        steps.insert(0, f"Lo enviamos a {of.masked_email}: búsquelo allí.")
    return Story(
        Mood.OVER,
        "Su certificado ya fue emitido",
        "Por seguridad, el archivo ya no se guarda aquí.",
        tuple(steps),
    )


def _refused(of: Tracked) -> Story:
    assert of.refusal is not None
    if of.refusal in _REFUSALS:
        title, meaning, way_on = _REFUSALS[of.refusal]
        return Story(Mood.ACT, title, meaning, (way_on, _paid_with(of)))
    title, meaning, _ = _payment(PaymentStanding(of.refusal))
    return Story(Mood.ACT, title, meaning, (_paid_with(of),))


def _paid_with(of: Tracked) -> str:
    """What becomes of what was paid for a refused application."""
    return _FREE_AGAIN if of.payment is _P.RETURNED else _PAID_ALREADY


def _payment(standing: PaymentStanding) -> tuple[str, str, tuple[str, ...]]:
    title, meaning, way_on = _PAYMENTS[standing]
    return title, meaning, (way_on,)


def _told_later(of: Tracked, when: str) -> tuple[str, ...]:
    """How the person hears of it: `when` completes "cuando …"."""
    if of.masked_email is None:
        leave = f"Deje un correo {_CORRECT}, o vuelva a consultar aquí."
        return (f"No dejó un correo. {leave}",)
    if of.email == LetterState.FAILED:
        return (f"El correo {of.masked_email} no recibe mensajes. Corríjalo {_CORRECT}.",)
    return (
        f"Cuando {when}, le escribimos a {of.masked_email}. ¿No es el suyo? Corríjalo {_CORRECT}.",
    )
