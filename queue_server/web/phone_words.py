"""PURE: a turn in words for the person who waits for it and is in a hurry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from queue_server.turns.model.ticket import TicketState

ALMOST = 2  # people ahead from which one comes back to the room
_S = TicketState


class Mood(StrEnum):
    """How urgent it is: what the page looks like, and whether it makes itself heard."""

    WAIT = "wait"
    NEAR = "near"
    NOW = "now"
    PAUSE = "pause"
    OVER = "over"
    MISSED = "missed"


@dataclass(frozen=True)
class Place:
    """What the words are made of. `ahead` None: not in line. Times are local to the site.

    `wait_words`: the estimate ("unos 5 a 12 minutos"), "" when nobody can say.
    """

    number: str
    state: TicketState
    ahead: int | None
    wait_words: str
    counter_name: str
    due_local: datetime | None
    now_local: datetime
    missed_calls: int


@dataclass(frozen=True)
class Saying:
    """The page in words. `title`: of the browser's window. `figure`: the one thing to see from
    afar, under `headline`. `facts`: pairs of a name and its value. `advice`: what to do."""

    mood: Mood
    title: str
    headline: str
    figure: str
    facts: tuple[tuple[str, str], ...]
    advice: str

    @property
    def spoken(self) -> str:
        """What a screen reader says when it changes."""
        facts = ". ".join(f"{name}: {value}" for name, value in self.facts)
        words = (f"{self.headline} {self.figure}".strip(), facts, self.advice)
        return ". ".join(word.rstrip(".") for word in words if word) + "."


def saying(place: Place) -> Saying:
    """What the page says of a turn now."""
    if place.state in (_S.WAITING, _S.TRANSFERRED):
        return _waiting(place)
    if place.state is _S.CALLED:
        return Saying(
            Mood.NOW,
            f"¡Su turno! {place.counter_name} · {place.number}",
            "Es su turno. Pase a",
            place.counter_name,
            (),
            "Tenga a la mano su documento.",
        )
    if place.state is _S.SERVING:
        return Saying(
            Mood.OVER,
            f"{place.number} en atención",
            "En atención en",
            place.counter_name,
            (),
            "Puede cerrar esta página.",
        )
    if place.state is _S.ON_HOLD:
        return _on_hold(place)
    return _ended(place)


def _waiting(place: Place) -> Saying:
    if place.missed_calls and place.due_local and place.due_local > place.now_local:
        return Saying(
            Mood.MISSED,
            f"{place.number}: no se presentó",
            "Llamamos su número y nadie se presentó",
            "",
            (("Volveremos a llamar desde las", f"{place.due_local:%H:%M}"),),
            "Regrese a la sala ahora. Si ya está aquí, avise en cualquier ventanilla.",
        )
    ahead = place.ahead or 0
    facts = (("Espera aproximada", place.wait_words),) if place.wait_words else ()
    unsure = "" if place.wait_words else "Por ahora no podemos calcular la espera. "
    if ahead <= ALMOST:
        figure = "Usted sigue" if ahead == 0 else _people(ahead)
        return Saying(
            Mood.NEAR,
            f"Ya casi le toca · {place.number}",
            "Acérquese: ya casi le toca",
            figure,
            facts,
            f"{unsure}Vuelva a la sala y mire la pantalla.",
        )
    return Saying(
        Mood.WAIT,
        f"{ahead} antes que usted · {place.number}",
        "Fue derivado. Espere su llamado"
        if place.state is _S.TRANSFERRED
        else "Su turno está en la fila",
        _people(ahead),
        facts,
        f"{unsure}Puede alejarse un poco: esta página le avisa cuando deba volver.",
    )


def _people(ahead: int) -> str:
    return "1 persona antes que usted" if ahead == 1 else f"{ahead} personas antes que usted"


def _on_hold(place: Place) -> Saying:
    title = f"{place.number} en pausa"
    if place.due_local is None:
        advice = "Cuando tenga lo que le pidieron, avise en la ventanilla para seguir."
        return Saying(Mood.PAUSE, title, "Su turno está en pausa", "", (), advice)
    return Saying(
        Mood.PAUSE,
        title,
        "Su turno está en pausa",
        "",
        (("Le volveremos a llamar desde las", f"{place.due_local:%H:%M}"),),
        "Esté en la sala a esa hora. No necesita sacar otro turno.",
    )


def _ended(place: Place) -> Saying:
    number = place.number
    if place.state is _S.FINISHED:
        return Saying(
            Mood.OVER,
            f"{number} terminado",
            "Atención terminada",
            "¡Gracias!",
            (),
            "Puede cerrar esta página.",
        )
    if place.state is _S.NO_SHOW:
        return Saying(
            Mood.MISSED,
            f"{number}: no se presentó",
            "Llamamos su número y nadie se presentó",
            "",
            (),
            "Si todavía necesita la atención, acérquese a una ventanilla: "
            "el personal puede reincorporarlo hoy.",
        )
    if place.state is _S.CANCELLED:
        words = "Si cambia de idea, saque un turno nuevo en el quiosco."
        return Saying(Mood.OVER, f"{number} cancelado", "Su turno está cancelado", "", (), words)
    words = "El día de atención terminó. Saque un turno nuevo cuando vuelva."
    return Saying(Mood.OVER, f"{number} vencido", "Este turno ya venció", "", (), words)
