"""Where a claim stands, in words for whoever holds its slip."""

from datetime import datetime

from queue_server.payments.model.claims import Claim, ClaimReason, ClaimState, Given, Settled
from queue_server.web.tracking_words import Mood, Story

_WHY = {
    ClaimReason.CASH_NOT_RETURNED: "El quiosco no pudo devolverle su efectivo.",
    ClaimReason.CHANGE_NOT_GIVEN: "El quiosco no pudo entregarle todo su vuelto.",
    ClaimReason.PAID_BUT_REFUSED: "Usted pagó y la central no admitió su solicitud.",
    ClaimReason.NOT_REGISTERED: "Se le cobró y su solicitud no quedó registrada.",
    ClaimReason.REFUND_REFUSED: "La billetera no pudo devolverle su pago.",
    ClaimReason.FOUND_LATE: "Quedó dinero suyo en el quiosco cuando usted ya había terminado.",
}
_CLOSED = {
    Settled.NOT_CHARGED: (
        "No se le cobró",
        "Comprobamos el pago: el dinero no salió de su cuenta, así que no hay nada que devolver.",
    ),
    Settled.REVERSED: (
        "El cobro se anuló",
        "El dinero vuelve por donde pagó. Su banco puede tardar unos días en mostrarlo.",
    ),
    Settled.PAID_BY_KIOSK: ("El quiosco le devolvió su dinero", "Este reclamo ya no hace falta."),
    Settled.REGISTERED: (
        "Su pago sí quedó registrado",
        "Sirvió para su solicitud: no se devuelve. Sígala con su número de solicitud.",
    ),
}
_ASK = "Si no es así, acérquese a una ventanilla con este papel y su documento."


def claim_story(claim: Claim, given_at: datetime | None, place: str) -> Story:
    """What the page says of a claim. `given_at`: local time; `place`: the counter's name."""
    match claim.state:
        case ClaimState.IN_DOUBT:
            return Story(
                Mood.WAIT,
                "Estamos comprobando si se le cobró",
                f"Son {_soles(claim)}. En cuanto se sepa, aquí lo verá.",
                (
                    "Guarde este papel y no pague otra vez.",
                    "Si prefiere preguntar, acérquese a una ventanilla con su documento.",
                ),
            )
        case ClaimState.OPEN:
            return Story(
                Mood.READY,
                f"Le debemos {_soles(claim)}",
                _WHY[claim.reason],
                (
                    "Cóbrelos en una ventanilla de este módulo: lleve este papel y su documento.",
                    "Quien tiene el código puede cobrarlos: no lo comparta.",
                ),
            )
        case ClaimState.REDEEMED:
            return Story(
                Mood.OVER, f"Ya se pagaron {_soles(claim)}", _given(claim), _when(given_at, place)
            )
        case ClaimState.WITHDRAWN:
            assert claim.withdrawn_for is not None
            title, meaning = _CLOSED[claim.withdrawn_for]
            return Story(Mood.OVER, title, meaning, (_ASK,))


def _given(claim: Claim) -> str:
    if claim.given is Given.TRANSFER:
        return "Se ordenó una transferencia a la cuenta que usted indicó."
    return "Se entregaron en efectivo."


def _when(given_at: datetime | None, place: str) -> tuple[str, ...]:
    assert given_at is not None
    return (f"El {given_at:%d/%m/%Y} a las {given_at:%H:%M}, en {place}.", _ASK)


def _soles(claim: Claim) -> str:
    return f"S/ {claim.amount_centimos // 100}.{claim.amount_centimos % 100:02d}"
