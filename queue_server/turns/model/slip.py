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
    `ahead` None (a ticket given out while the server was away) leaves place and wait out."""
    lines = [
        SlipLine(Style.TITLE, site_name),
        SlipLine(Style.NORMAL, "SU TURNO"),
        SlipLine(Style.NUMBER, number),
        SlipLine(Style.BOLD, _CLASS[attention_class]),
        SlipLine(Style.BOLD, service_name),
    ]
    if ahead is not None:
        lines.append(SlipLine(Style.NORMAL, people_ahead(ahead)))
    if wait_words:
        lines.append(SlipLine(Style.NORMAL, f"Espera aproximada: {wait_words}"))
    lines.append(SlipLine(Style.RULE))
    if link is not None:
        lines.append(SlipLine(Style.QR, link))
        lines.append(SlipLine(Style.NORMAL, "Siga su turno en su teléfono con este código."))
    lines += [
        SlipLine(Style.NORMAL, "Espere sentado: la pantalla mostrará su número y la ventanilla."),
        SlipLine(Style.NORMAL, f"Emitido el {issued_local:%d/%m/%Y} a las {issued_local:%H:%M}"),
    ]
    if complaints:
        lines.append(SlipLine(Style.NORMAL, f"Reclamos: {complaints}"))
    return tuple(lines)


def people_ahead(count: int) -> str:
    """How many are called before, as people say it."""
    if count == 0:
        return "Usted es el siguiente."
    return (
        "Hay 1 persona antes que usted." if count == 1 else f"Hay {count} personas antes que usted."
    )
