"""The people, services, orders and tickets the states are made of."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.flow.facts import (
    Doubt,
    InForce,
    Offer,
    Order,
    Owed,
    Ticket,
    Wait,
)
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.world import Part, PartState, Service, ServiceKind, ServiceWords, World

SITE = Path(__file__).resolve().parents[4] / "deploy" / "site.toml"


def service(row: dict[str, Any]) -> Service:
    """One service of a site's file, with its words in every language they have there."""
    words = tuple(ServiceWords(code, **said) for code, said in row.get("words", {}).items())
    kind = ServiceKind(row.get("kind", "turn"))
    return Service(row["code"], row["name"], row["series"], kind, row.get("needs", ""), words)


SERVICES = tuple(map(service, tomllib.loads(SITE.read_text("utf-8"))["services"]))[:5]
"""Those of a new site: certificate, review, conduct, release, information."""
WORLD = World(
    site="MAC Lima Norte",
    server=True,
    backend=True,
    services=SERVICES,
    fee_centimos=3770,
    public_address=True,
    wallet=True,
    today=date(2026, 11, 22),
    complaints="Libro de Reclamaciones en el mostrador y en www.example.pe/reclamos",
    parts=tuple((part, PartState(True)) for part in Part),
)
PERSON = Person(
    UUID(int=7),
    AttentionClass.PREFERENTIAL,
    Document("01", "10203040", date(1990, 2, 3), "PRADO QUISPE", "JUAN CARLOS"),
)
TICKET = Ticket(
    "t-1",
    "J-042",
    SERVICES[0].name,
    AttentionClass.PREFERENTIAL,
    7,
    Wait(105, 118),
)
OFFER = Offer("PR**** JUAN", 3770)
IN_FORCE = InForce(SERVICES[0], date(2027, 9, 30))
ORDER = Order(UUID(int=8), "A01-00042-K", 3770, "carmen@example.com")
NO_EMAIL = replace(ORDER, email=None)
FREE = replace(ORDER, amount_centimos=0)
DOUBT = Doubt("juan@outlok.com", "juan@outlook.com")
LONG_EMAIL = replace(
    ORDER, email="maria.del.rosario.quispe@alumnos.universidad-nacional-mayor.example.com"
)
CHANGE = replace(ORDER, change_centimos=230)
OWED = replace(ORDER, owed=(Owed("C-7KQ2-M9XT-9", 2010),))
OWED_TWICE = replace(ORDER, owed=(*OWED.owed, Owed("C-2QX4-H8RV-3", 500)))
WALLET_CODE = (
    "00020101021226280010pe.example0110012345678952049399530360454053"
    "7.705802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
REFUSED = "Hoy este trámite se atiende solo por la tarde."
"""A sentence of the server alone: it comes in Spanish, with a reason the kiosk does not know."""
