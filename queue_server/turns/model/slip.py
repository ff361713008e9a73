"""PURE: the ticket on paper, from one template for every route: kiosk, counter, offline block."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from queue_server.turns.model.ticket import AttentionClass


class Style(StrEnum):
    """How a line is printed; whoever prints knows its own sizes."""

    TITLE = "title"
    NORMAL = "normal"
    BOLD = "bold"
    NUMBER = "number"
    RULE = "rule"
    QR = "qr"


@dataclass(frozen=True)
class SlipLine:
    """One line of the ticket. Of `qr` the text is what the code says, of `rule` it is empty."""

    style: Style
    text: str = ""


_CLASS = {AttentionClass.GENERAL: "REGULAR", AttentionClass.PREFERENTIAL: "PREFERENCIAL"}
_ON_SCREEN = "Espere sentado: la pantalla mostrará su número y la ventanilla."
_BY_VOICE = "Espere sentado y cerca: el personal llamará su número en voz alta."
# What a kiosk writes itself into the paper of a number of its block.
NUMBER, DAY, TIME = "{number}", "{day}", "{time}"


def slip(
    *,
    site_name: str,
    number: str,
    attention_class: AttentionClass,
    service_name: str,
    ahead: int | None,
    wait_words: str,
    link: str | None,
    issued_local: datetime,
    complaints: str,
) -> tuple[SlipLine, ...]:
    """The lines of a ticket, top to bottom. Without `link` no QR is printed (it would be dead);
    `ahead` None (nobody can say) leaves place and wait out."""
    lines = _head(site_name, number, attention_class, service_name)
    if ahead is not None:
        lines.append(SlipLine(Style.NORMAL, people_ahead(ahead)))
    if wait_words:
        lines.append(SlipLine(Style.NORMAL, f"Espera aproximada: {wait_words}"))
    lines.append(SlipLine(Style.RULE))
    if link is not None:
        lines.append(SlipLine(Style.QR, link))
        lines.append(SlipLine(Style.NORMAL, "Siga su turno en su teléfono con este código."))
    day, time = f"{issued_local:%d/%m/%Y}", f"{issued_local:%H:%M}"
    return (*lines, *_tail(_ON_SCREEN, day, time, complaints))


def offline_slip(
    *, site_name: str, attention_class: AttentionClass, service_name: str, complaints: str
) -> tuple[SlipLine, ...]:
    """The lines of a ticket that a kiosk gives out while the server is away.

    It writes the number, the local day and the time in the places of NUMBER, DAY and TIME. Place,
    wait and link are left out: nobody knows them.
    """
    lines = _head(site_name, NUMBER, attention_class, service_name)
    lines.append(SlipLine(Style.RULE))
    return (*lines, *_tail(_BY_VOICE, DAY, TIME, complaints))


def _head(
    site_name: str, number: str, attention_class: AttentionClass, service_name: str
) -> list[SlipLine]:
    return [
        SlipLine(Style.TITLE, site_name),
        SlipLine(Style.NORMAL, "SU TURNO"),
        SlipLine(Style.NUMBER, number),
        SlipLine(Style.BOLD, _CLASS[attention_class]),
        SlipLine(Style.BOLD, service_name),
    ]


def _tail(waiting: str, day: str, time: str, complaints: str) -> list[SlipLine]:
    lines = [
        SlipLine(Style.NORMAL, waiting),
        SlipLine(Style.NORMAL, f"Emitido el {day} a las {time}"),
    ]
    if complaints:
        lines.append(SlipLine(Style.NORMAL, f"Reclamos: {complaints}"))
    return lines


def people_ahead(count: int) -> str:
    """How many are called before, as people say it."""
    if count == 0:
        return "Usted es el siguiente."
    return (
        "Hay 1 persona antes que usted." if count == 1 else f"Hay {count} personas antes que usted."
    )
