"""PURE: an alert in words: the letter and the webhook's body. Nothing of a person is in either."""

import json
from datetime import datetime
from typing import Protocol

from queue_server.fleet.model.alert_rules import RuleBook

_WHAT = {"opened": "ABIERTA", "unstable": "INESTABLE", "resolved": "RESUELTA"}


_KINDS = {
    "receipt_printer": "impresora",
    "document_reader": "lector de documentos",
    "cash_acceptor": "aceptador de efectivo",
    "cash_dispenser": "dispensador de monedas",
    "card_terminal": "terminal de tarjetas",
    "chip_reader": "lector de chip",
    "keypad": "teclado",
    "journal": "diario del quiosco",
}
_STATES = {
    "offline": "conectado, pero no trabaja",
    "powerOff": "apagado",
    "noDevice": "no se encuentra",
    "hardwareError": "falla del equipo",
    "userError": "espera que alguien lo despeje",
    "fraudAttempt": "intento de fraude",
    "potentialFraud": "posible manipulación",
}
_PARTS = {
    ("paper", "low"): "poco papel",
    ("paper", "out"): "sin papel",
    ("paper", "jammed"): "papel atascado",
    ("bins", "high"): "caja casi llena",
    ("bins", "full"): "caja llena",
    ("bins", "low"): "pocas monedas",
    ("bins", "empty"): "sin monedas",
    ("bins", "missing"): "caja retirada",
}
_PLACES = {
    "network": "todo el módulo",
    "outbox": "servidor",
    "backend": "la central",
    "certificate": "servidor",
    "audit": "servidor",
}


def device_words(kind: str, state: str) -> str:
    """A device and what it says, in Spanish."""
    return f"{_KINDS.get(kind, kind)}: {_STATES.get(state, state)}"


def part_words(part: str, word: str) -> str:
    """A part and what it says, in Spanish."""
    return _PARTS.get((part, word), f"{part}: {word}")


class AnAlert(Protocol):
    """What of an alert is told."""

    @property
    def id(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def resolved_at(self) -> datetime | None: ...


def title_of(rule: str, book: RuleBook) -> str:
    """What people call the rule."""
    known = book.rule(rule)
    return known.title if known else rule


def place_of(subject: str) -> str:
    """`A01/printer` as `A01, printer`; what is the site's own by its Spanish name."""
    if not subject.startswith("@"):
        return subject.replace("/", ", ")
    what, _, name = subject[1:].partition(" ")
    if name:
        return f"{'pantalla' if what == 'display' else 'código'} {name}"
    return _PLACES.get(what, what)


def letter(site: str, what: str, alert: AnAlert, book: RuleBook) -> tuple[str, str]:
    """Subject and text."""
    title, place = title_of(alert.rule, book), place_of(alert.subject)
    subject = f"[{site}] {_WHAT.get(what, what)}: {title} ({place})"
    lines = [
        f"Módulo: {site}",
        f"Alerta: {title}",
        f"Dónde: {place}",
        f"Detalle: {alert.detail}",
        f"Desde: {alert.opened_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    if alert.resolved_at is not None:
        lines.append(f"Resuelta: {alert.resolved_at:%Y-%m-%d %H:%M:%S} UTC")
    lines += ["", "Vea el monitor del módulo, página Alertas. No responda a este correo.", ""]
    return subject, "\n".join(lines)


def payload(notice: str, site: str, what: str, alert: AnAlert, book: RuleBook) -> bytes:
    """The webhook's JSON; `notice` is the same on every retry."""
    body = {
        "notice": notice,
        "site": site,
        "change": what,
        "alert": alert.id,
        "rule": alert.rule,
        "title": title_of(alert.rule, book),
        "subject": alert.subject,
        "severity": str(alert.severity),
        "detail": alert.detail,
        "opened_at": alert.opened_at.isoformat(),
        "resolved_at": alert.resolved_at and alert.resolved_at.isoformat(),
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
