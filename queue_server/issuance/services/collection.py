"""A certificate handed over at a window: who may print whose, once for each time it is allowed.

Staff print for the person they serve, who showed a document at a kiosk, or after typing the
document and the application's number, which only the person has together.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services import delivery
from queue_server.issuance.services.applications import document_index
from queue_server.turns.model.ticket import IdentityClaim
from queue_server.turns.services import queries as turns
from queue_server.turns.services.counters import desk
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.visits import document_for_operator, shown_at_kiosk

GRANT_LIVES = timedelta(seconds=60)
_GRANT = "collections.grant"

# Why there is nothing to print yet. Said only to who named the right document.
_NOT_YET = {
    ApplicationState.REGISTERED: "Esta solicitud todavía no está pagada.",
    ApplicationState.ACCEPTED: "La central aún no responde a esta solicitud; espere un momento.",
    ApplicationState.UNDER_REVIEW: "Esta solicitud está en revisión; la decide la central.",
    ApplicationState.REFUSED: "Esta solicitud no fue admitida: no hay certificado.",
}


@dataclass(frozen=True)
class Asked:
    """What staff want to print, at which counter.

    `document`: as typed, type and number; None for whoever is served there now. `again`: even if
    it was handed over before.
    """

    number: str
    counter: str
    document: tuple[str, str] | None = None
    again: bool = False


@dataclass(frozen=True)
class Taken:
    """A certificate that was opened at a window: by whom, at which counter, when."""

    person: str
    counter: str
    at: datetime


@dataclass(frozen=True)
class Grant:
    """The word that opens one file once, until `until`, and only for whom it was made."""

    word: str
    until: datetime


def collect(uow: UnitOfWork, actor: Actor, asked: Asked) -> Grant:
    """Let `actor` open a certificate once, within `GRANT_LIVES`, and write it down.

    Raises Problem 404 when no application of the site has this number and this document, whichever
    of the two is wrong; 409 when the counter is not the actor's, nobody with a document is served
    there, the certificate is not issued, or was handed over before; 410 when its file is gone.
    """
    uow.lock_site(actor.site)
    document = _whose(uow, actor, asked)
    row = _of_pair(uow, actor.site, asked.number, document)
    _check_file(uow, row)
    earlier = last_taken(uow, [row.id]).get(row.id)
    if earlier is not None and not asked.again:
        raise _handed_over(uow, actor.site, earlier)
    grant = _granted(uow, actor, row.id, asked.counter)
    uow.record(
        actor,
        "application.collected",
        application=row.id,
        number=row.number,
        counter=asked.counter,
        by="ticket" if asked.document is None else "document",
    )
    return grant


def open_file(uow: UnitOfWork, actor: Actor, number: str, word: str) -> bytes:
    """The PDF, for the one time that `word` opens it, which is written down.

    Raises Problem 404, 410.
    """
    grants, applications = tables.collections, tables.applications
    mine = select(applications.c.id).where(
        applications.c.site == actor.site, applications.c.number == number
    )
    taken = uow.connection.execute(
        update(grants)
        .where(
            grants.c.grant_index == uow.vault.index(_GRANT, word),
            grants.c.application == mine.scalar_subquery(),
            grants.c.person == actor.name,
            grants.c.taken_at.is_(None),
            grants.c.at > uow.now - GRANT_LIVES,
        )
        .values(taken_at=uow.now)
        .returning(grants.c.application, grants.c.counter)
    ).one_or_none()
    if taken is None:
        words = "Este permiso ya se usó o venció; imprima otra vez desde la consola."
        raise Problem(404, "no_such_grant", words)
    uow.record(actor, "application.printed", application=taken.application, counter=taken.counter)
    try:
        return delivery.pdf_of(uow, taken.application)
    except LookupError:
        raise _gone() from None


def last_taken(uow: UnitOfWork, applications: Sequence[str]) -> dict[str, Taken]:
    """Who last opened each of these at a window, by the application's id."""
    grants = tables.collections
    rows = uow.connection.execute(
        select(grants.c.application, grants.c.person, grants.c.counter, grants.c.taken_at)
        .where(grants.c.application.in_(applications), grants.c.taken_at.is_not(None))
        .order_by(grants.c.position)
    )
    return {row.application: Taken(row.person, row.counter, row.taken_at) for row in rows}


def _whose(uow: UnitOfWork, actor: Actor, asked: Asked) -> tuple[str, str]:
    """The document that must be the application's. Raises Problem 404, 409."""
    if desk(uow, actor.site, asked.counter).operator != actor.name:
        words = "Usted no atiende esta ventanilla; ábrala o tómela primero."
        raise Problem(409, "not_your_counter", words)
    if asked.document is not None:
        return asked.document
    served = _shown_by_served(uow, actor, asked.counter)
    if served is None:
        words = (
            "Nadie que mostró su documento en un quiosco está en atención aquí; escriba el "
            "documento y el número de solicitud de la persona."
        )
        raise Problem(409, "nobody_served", words)
    return served.type, served.number


def _shown_by_served(uow: UnitOfWork, actor: Actor, counter: str) -> IdentityClaim | None:
    """The document that whom `actor` serves at `counter` showed at a kiosk. One that staff typed
    does not count: they would choose whose certificate they see."""
    ticket = turns.open_at(uow, actor.site, counter)
    if ticket is None or not shown_at_kiosk(uow, ticket):
        return None
    return document_for_operator(uow, actor, ticket)


def _of_pair(uow: UnitOfWork, site: str, number: str, document: tuple[str, str]) -> Row[Any]:
    applications = tables.applications
    row = uow.connection.execute(
        select(applications).where(
            applications.c.site == site,
            applications.c.number == number,
            applications.c.document_index == document_index(uow, *document),
        )
    ).one_or_none()
    if row is None:
        words = "No hay en este módulo una solicitud con ese número y ese documento; revise ambos."
        raise Problem(404, "no_such_application", words)
    return row


def _check_file(uow: UnitOfWork, row: Row[Any]) -> None:
    if row.state != ApplicationState.ISSUED:
        raise Problem(409, "not_issued", _NOT_YET[ApplicationState(row.state)])
    if delivery.kept_until(uow, row.id) is None:
        raise _gone()


def _gone() -> Problem:
    words = (
        "El archivo de este certificado ya se borró: se guarda unos días. La persona puede pedirlo "
        "otra vez en un quiosco con su documento, sin pagar."
    )
    return Problem(410, "certificate_gone", words)


def _handed_over(uow: UnitOfWork, site: str, taken: Taken) -> Problem:
    rules = site_rules(uow, site)
    place = rules.counters.get(taken.counter)
    at = taken.at.astimezone(ZoneInfo(rules.zone))
    words = (
        f"Este certificado ya se entregó el {at:%d/%m/%Y} a las {at:%H:%M} en "
        f"{place.name if place else taken.counter}, por {taken.person}."
    )
    return Problem(409, "already_collected", words)


def _granted(uow: UnitOfWork, actor: Actor, application: str, counter: str) -> Grant:
    grants, word = tables.collections, secrets.token_urlsafe(24)
    count = uow.connection.execute(
        select(func.count()).where(grants.c.application == application)
    ).scalar_one()
    uow.connection.execute(
        insert(grants),
        {
            "application": application,
            "position": count + 1,
            "person": actor.name,
            "counter": counter,
            "at": uow.now,
            "grant_index": uow.vault.index(_GRANT, word),
        },
    )
    return Grant(word, uow.now + GRANT_LIVES)
