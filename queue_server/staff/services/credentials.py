"""Credentials of kiosks and displays: make, check, list, revoke."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Role, Token, digest

_CREDENTIAL = Prepared(
    select(tables.credentials).where(tables.credentials.c.id == bindparam("of_id"))
)


@dataclass(frozen=True)
class Device:
    """A device that holds a live credential."""

    name: str
    created_at: datetime


def new_token() -> Token:
    """A token nobody holds yet."""
    return Token(secrets.token_hex(8), secrets.token_urlsafe(32))


def create_credential(uow: UnitOfWork, actor: Actor, role: Role, name: str) -> Token:
    """A fresh token for device `name`; an earlier one of the same device is revoked."""
    token = new_token()
    admit(uow, actor, role, name, token.credential_id, digest(token.secret))
    return token


def admit(
    uow: UnitOfWork, actor: Actor, role: Role, name: str, credential_id: str, secret_hash: bytes
) -> None:
    """Make device `name` the holder of this secret, and of no other."""
    _revoke(uow, actor.site, role, name)
    uow.connection.execute(
        insert(tables.credentials),
        {
            "id": credential_id,
            "site": actor.site,
            "role": role,
            "name": name,
            "secret_hash": secret_hash,
            "created_at": uow.now,
        },
    )
    uow.record(actor, "credential.created", role=role, name=name, credential=credential_id)


def revoke_credential(uow: UnitOfWork, actor: Actor, role: Role, name: str) -> None:
    """Shut device `name` out. Raises Problem 404 when it holds no live credential."""
    credential_id = _revoke(uow, actor.site, role, name)
    if credential_id is None:
        raise Problem(404, "unknown_device", "Este equipo no tiene una credencial vigente.")
    uow.record(actor, "credential.revoked", role=role, name=name, credential=credential_id)


def _revoke(uow: UnitOfWork, site: str, role: Role, name: str) -> str | None:
    credentials = tables.credentials
    return uow.connection.execute(
        update(credentials)
        .where(
            credentials.c.site == site,
            credentials.c.role == role,
            credentials.c.name == name,
            credentials.c.revoked_at.is_(None),
        )
        .values(revoked_at=uow.now)
        .returning(credentials.c.id)
    ).scalar()


def device(uow: UnitOfWork, text: str, role: Role) -> Actor:
    """The device whose live token is `text`. Raises Problem 401, or 403 for another role."""
    token = Token.parse(text)
    row = None
    if token is not None:
        row = _CREDENTIAL.one_or_none(uow.connection, {"of_id": token.credential_id})
    if token is None or row is None or row.revoked_at is not None:
        raise unknown_device()
    if not hmac.compare_digest(row.secret_hash, digest(token.secret)):
        raise unknown_device()
    if row.role != role:
        raise Problem(403, "wrong_role", "Este equipo no puede hacer esto.")
    return Actor(row.site, row.role, row.name)


def devices(uow: UnitOfWork, site: str, role: Role) -> list[Device]:
    """The devices of `role` that hold a live credential, by name."""
    credentials = tables.credentials
    rows = uow.connection.execute(
        select(credentials.c.name, credentials.c.created_at)
        .where(
            credentials.c.site == site,
            credentials.c.role == role,
            credentials.c.revoked_at.is_(None),
        )
        .order_by(credentials.c.name)
    )
    return [Device(row.name, row.created_at) for row in rows]


def known_devices(uow: UnitOfWork, site: str, role: Role) -> list[str]:
    """The names of the devices of `role` that hold a live credential."""
    return [each.name for each in devices(uow, site, role)]


def unknown_device() -> Problem:
    """The refusal of a device that nobody admitted, or that was shut out."""
    return Problem(401, "unknown_device", "Este equipo no está registrado; avise a soporte.")
