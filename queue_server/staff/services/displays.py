"""A display signs in once: it shows a code, a supervisor approves it, its cookie then lasts."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Role, Token, digest
from queue_server.staff.services import credentials

REQUEST_LASTS = timedelta(minutes=10)
MAX_REQUESTS = 20
CODE_DIGITS = 6


class DisplayState(StrEnum):
    """Where a display's request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    EXPIRED = "expired"


@dataclass(frozen=True)
class DisplayRequest:
    """What a display learns of its own request; the code only while it waits."""

    state: DisplayState
    code: str | None = None
    expires_at: datetime | None = None


def request_display(uow: UnitOfWork, site: str) -> tuple[str, str]:
    """The code a new display shows for ten minutes, and the value of its cookie.

    Raises Problem 429 when `MAX_REQUESTS` displays of the site wait already. Records no event:
    nobody was admitted yet.
    """
    requests = tables.display_requests
    uow.connection.execute(delete(requests).where(requests.c.expires_at <= uow.now))
    taken = set(
        uow.connection.execute(select(requests.c.code).where(requests.c.site == site)).scalars()
    )
    if len(taken) >= MAX_REQUESTS:
        raise Problem(
            429,
            "displays_waiting",
            "Demasiadas pantallas esperan aprobación; inténtelo otra vez en diez minutos.",
        )
    code, token = _free_code(taken), credentials.new_token()
    uow.connection.execute(
        insert(requests),
        {
            "id": token.credential_id,
            "site": site,
            "code": code,
            "secret_hash": digest(token.secret),
            "expires_at": uow.now + REQUEST_LASTS,
        },
    )
    return code, str(token)


def _free_code(taken: set[str]) -> str:
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if code not in taken:
            return code


def display_request(uow: UnitOfWork, cookie: str) -> DisplayRequest:
    """How the request behind this cookie stands; an unknown cookie counts as expired."""
    row = _waiting(uow, cookie)
    if row is not None:
        return DisplayRequest(DisplayState.PENDING, row.code, row.expires_at)
    try:
        credentials.device(uow, cookie, Role.DISPLAY)
    except Problem:
        return DisplayRequest(DisplayState.EXPIRED)
    return DisplayRequest(DisplayState.APPROVED)


def _waiting(uow: UnitOfWork, cookie: str) -> Any:
    requests, token = tables.display_requests, Token.parse(cookie)
    if token is None:
        return None
    row = uow.connection.execute(
        select(requests).where(
            requests.c.id == token.credential_id, requests.c.expires_at > uow.now
        )
    ).one_or_none()
    ours = row is not None and hmac.compare_digest(row.secret_hash, digest(token.secret))
    return row if ours else None


def approve_display(uow: UnitOfWork, actor: Actor, code: str, name: str) -> None:
    """Admit the display that shows `code` as `name`; an earlier display of that name is shut out.

    Raises Problem 404 when no display of the site shows this code now.
    """
    requests = tables.display_requests
    row = uow.connection.execute(
        delete(requests)
        .where(
            requests.c.site == actor.site,
            requests.c.code == code,
            requests.c.expires_at > uow.now,
        )
        .returning(requests.c.id, requests.c.secret_hash)
    ).one_or_none()
    if row is None:
        raise Problem(
            404, "unknown_code", "Ninguna pantalla muestra este código ahora; léalo otra vez."
        )
    credentials.admit(uow, actor, Role.DISPLAY, name, row.id, row.secret_hash)


def waiting_displays(uow: UnitOfWork, site: str) -> int:
    """How many displays of the site show a code now."""
    requests = tables.display_requests
    return uow.connection.execute(
        select(func.count()).where(requests.c.site == site, requests.c.expires_at > uow.now)
    ).scalar_one()
