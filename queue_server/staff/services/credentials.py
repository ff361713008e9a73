"""Credentials of kiosks and displays: make, check, list, revoke."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import PAIRED, Role, Token, digest

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


@dataclass(frozen=True)
class Paired:
    """What makes a kiosk's credential more than a token: its device's public key (Ed25519, 32
    bytes), and until when the token is good unless it is renewed."""

    device_key: bytes
    expires_at: datetime


@dataclass(frozen=True)
class Renewable:
    """A live credential whose holder can prove to hold `device_key`."""

    actor: Actor
    device_key: bytes


def create_credential(uow: UnitOfWork, actor: Actor, role: Role, name: str) -> Token:
    """A fresh token for device `name`; an earlier one of the same device is revoked.

    A kiosk's is a development token: a server with TLS refuses it.
    """
    token = new_token()
    admit(uow, actor, role, name, token.credential_id, digest(token.secret))
    return token


def admit(
    uow: UnitOfWork,
    actor: Actor,
    role: Role,
    name: str,
    credential_id: str,
    secret_hash: bytes,
    paired: Paired | None = None,
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
            "device_key": paired and paired.device_key,
            "expires_at": paired and paired.expires_at,
        },
    )
    kept = {"role": role, "name": name, "credential": credential_id, "paired": paired is not None}
    uow.record(actor, "credential.created", **kept)


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


def device(uow: UnitOfWork, text: str, *roles: Role, paired_only: bool = False) -> Actor:
    """The device whose live token is `text`. Raises Problem 401, or 403 for none of these roles.

    `paired_only`: a development token opens nothing.
    """
    token = Token.parse(text)
    row = None
    if token is not None:
        row = _CREDENTIAL.one_or_none(uow.connection, {"of_id": token.credential_id})
    if token is None or row is None or row.revoked_at is not None:
        raise unknown_device()
    if not _opens(row, digest(token.secret), uow.now):
        raise unknown_device()
    if paired_only and row.role in PAIRED and row.device_key is None:
        raise unknown_device()
    if row.role not in roles:
        raise Problem(403, "wrong_role", "Este equipo no puede hacer esto.")
    return Actor(row.site, row.role, row.name)


def _opens(row: Any, secret_hash: bytes, now: datetime) -> bool:
    """Whether this secret is the credential's, or the one it was renewed to, and still good."""
    if hmac.compare_digest(row.secret_hash, secret_hash):
        return row.expires_at is None or now < row.expires_at
    if row.next_hash is None or not hmac.compare_digest(row.next_hash, secret_hash):
        return False
    return now < row.next_expires_at


def renewable(uow: UnitOfWork, credential_id: str) -> Renewable | None:
    """The live credential `credential_id` if its token can be renewed; expired ones can."""
    row = _CREDENTIAL.one_or_none(uow.connection, {"of_id": credential_id})
    if row is None or row.revoked_at is not None or row.device_key is None:
        return None
    return Renewable(Actor(row.site, row.role, row.name), row.device_key)


def paired_kiosks(uow: UnitOfWork, site: str) -> list[str]:
    """The kiosks that were let in with a code, by name."""
    rows = tables.credentials
    found = select(rows.c.name).where(
        rows.c.site == site,
        rows.c.role == Role.KIOSK,
        rows.c.revoked_at.is_(None),
        rows.c.device_key.is_not(None),
    )
    return list(uow.connection.execute(found.order_by(rows.c.name)).scalars())


def device_key(uow: UnitOfWork, site: str, kiosk: str) -> bytes | None:
    """The public key (Ed25519) of a kiosk that is paired; None for any other."""
    rows = tables.credentials
    found = uow.connection.execute(
        select(rows.c.device_key).where(
            rows.c.site == site,
            rows.c.role == Role.KIOSK,
            rows.c.name == kiosk,
            rows.c.revoked_at.is_(None),
        )
    ).scalar()
    return None if found is None else bytes(found)


def prepare(uow: UnitOfWork, credential_id: str, next_hash: bytes, expires_at: datetime) -> None:
    """From now on the secret behind `next_hash` is good as well, until `expires_at`."""
    changed = {"next_hash": next_hash, "next_expires_at": expires_at}
    _change(uow, tables.credentials.c.id == credential_id, **changed)


def settle(uow: UnitOfWork, actor: Actor) -> bool:
    """The device uses its next token: the one before it opens nothing any more.

    False when it has none.
    """
    credentials = tables.credentials
    mine = (
        (credentials.c.site == actor.site)
        & (credentials.c.role == actor.role)
        & (credentials.c.name == actor.name)
        & credentials.c.revoked_at.is_(None)
        & credentials.c.next_hash.is_not(None)
    )
    return bool(
        _change(
            uow,
            mine,
            secret_hash=credentials.c.next_hash,
            expires_at=credentials.c.next_expires_at,
            next_hash=None,
            next_expires_at=None,
        )
    )


def _change(uow: UnitOfWork, which: Any, **values: Any) -> int:
    return uow.connection.execute(update(tables.credentials).where(which).values(**values)).rowcount


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
