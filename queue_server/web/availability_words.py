"""PURE: the Spanish of the availability report, and its strips drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from queue_server.reports.model.availability import (
    BACKEND,
    DEVICE,
    OTHER,
    SERVER,
    SILENT,
    STAFF,
    WHOLE,
    Piece,
    Span,
    Standing,
    Tally,
    clipped,
)

WIDTH = 1000  # units of a strip, from the day's first opening to its last closing
_CAUSES = {
    SERVER: "servidor del módulo ausente",
    SILENT: "quiosco sin señal",
    BACKEND: "la central no responde",
    STAFF: "cerrado por el personal",
}
_OTHERS = {
    "no_services": "no hay servicios configurados",
    "no_fee": "no hay tarifa configurada",
    "no_way_to_pay": "ningún medio de pago funciona",
    "no_device": "su equipo no está disponible",
    "journal_down": "no puede escribir su diario",
}
_JOURNEYS = {
    WHOLE: "Atiende al público",
    "certificate": "Certificado",
    "pay:card": "Pago con tarjeta",
    "pay:cash": "Pago en efectivo",
    "pay:wallet": "Pago con billetera",
}
STANDINGS = {
    Standing.UP: "disponible",
    Standing.DOWN: "no disponible",
    Standing.MAINTENANCE: "mantenimiento",
    Standing.UNKNOWN: "sin datos",
}
# Upper edge and height in a strip of 24: each standing is told by its shape too.
_SHAPES = {
    Standing.UP: (9, 6),
    Standing.DOWN: (0, 24),
    Standing.MAINTENANCE: (4, 16),
    Standing.UNKNOWN: (11, 2),
}


def cause_words(cause: str) -> str:
    """What a person reads for a cause."""
    if cause.startswith(DEVICE):
        return f"dispositivo: {cause.removeprefix(DEVICE)}"
    if cause.startswith(OTHER):
        word = cause.removeprefix(OTHER)
        return _OTHERS.get(word, word or "otra causa")
    return _CAUSES.get(cause, cause)


def journey_words(journey: str, services: Mapping[str, str]) -> str:
    """What a person reads for a journey. `services`: code -> name."""
    if journey.startswith("turn:"):
        code = journey.removeprefix("turn:")
        return f"Turno: {services.get(code, code)}"
    return _JOURNEYS.get(journey, journey)


def percent(share: float | None) -> str:
    """A share for people; what is not whole is never called 100 %, nor 0 %."""
    if share is None:
        return "—"
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    return f"{min(99.99, max(0.01, share * 100)):.2f} %".replace(".", ",")


def lasted(seconds: float) -> str:
    """A time for people."""
    minutes = round(seconds / 60)
    if not minutes:
        return "—" if not seconds else "< 1 min"
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def tally_words(tally: Tally) -> dict[str, str]:
    """The figures of a line of the table."""
    return {
        "share": percent(tally.share),
        "up": lasted(tally.up_s),
        "down": lasted(tally.down_s),
        "maintenance": lasted(tally.maintenance_s),
        "unknown": lasted(tally.unknown_s),
        "worst": worst(tally),
    }


def worst(tally: Tally) -> str:
    """What kept it from serving for longest; "" when nothing did."""
    if not tally.causes:
        return ""
    return cause_words(min(tally.causes, key=lambda each: (-tally.causes[each], each)))


@dataclass(frozen=True)
class Bar:
    """One piece of a strip: where it is drawn, and what it says."""

    x: float
    width: float
    y: int
    height: int
    standing: str
    words: str


def strip(pieces: Iterable[Piece], hours: Sequence[Span], zone: ZoneInfo) -> list[Bar]:
    """A day drawn from its first opening to its last closing; a pause stays empty."""
    if not hours:
        return []
    begins, ends = hours[0].since, hours[-1].until
    unit = WIDTH / (ends - begins).total_seconds()
    bars = []
    for each in clipped(pieces, hours):
        y, height = _SHAPES[each.standing]
        x = (each.since - begins).total_seconds() * unit
        width = (each.until - each.since).total_seconds() * unit
        told = _told(each, zone)
        bars.append(Bar(round(x, 2), round(max(width, 1), 2), y, height, each.standing, told))
    return bars


def outages(pieces: Iterable[Piece], hours: Sequence[Span], zone: ZoneInfo) -> list[str]:
    """Every time it was not available in these hours, as a line of text."""
    gone = (Standing.DOWN, Standing.MAINTENANCE)
    return [_told(each, zone) for each in clipped(pieces, hours) if each.standing in gone]


def ends_at(at: datetime, zone: ZoneInfo) -> str:
    """When a day's hours end: its last midnight is 24:00."""
    clock = _clock(at, zone)
    return "24:00" if clock == "00:00" else clock


def _told(piece: Piece, zone: ZoneInfo) -> str:
    why = f": {cause_words(piece.cause)}" if piece.cause else ""
    times = f"{_clock(piece.since, zone)}–{ends_at(piece.until, zone)}"
    return f"{times} {STANDINGS[piece.standing]}{why}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
