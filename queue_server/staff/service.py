"""Use cases of access: create and check device credentials, accounts and sessions."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Role, Token

SESSION_LASTS = timedelta(hours=12)
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash nobody has: verified for unknown names, so that the time taken tells nothing."""
    return _hasher.hash(secrets.token_hex(16))


def create_credential(uow: UnitOfWork, actor: Actor, role: Role, name: str) -> Token:
    """A fresh token for device `name`; an earlier one of the same device is revoked."""
    token = Token(secrets.token_hex(8), secrets.token_urlsafe(32))
    credentials = tables.credentials
    uow.connection.execute(
        update(credentials)
        .where(
            credentials.c.site == actor.site,
            credentials.c.role == role,
            credentials.c.name == name,
            credentials.c.revoked_at.is_(None),
        )
        .values(revoked_at=uow.now)
    )
    uow.connection.execute(
        insert(credentials),
        {
            "id": token.credential_id,
            "site": actor.site,
            "role": role,
            "name": name,
            "secret_hash": _digest(token.secret),
            "created_at": uow.now,
        },
    )
    uow.record(actor, "credential.created", role=role, name=name, credential=token.credential_id)
    return token


def device(uow: UnitOfWork, text: str, role: Role) -> Actor:
    """The device whose live token is `text`. Raises Problem 401, or 403 for another role."""
    token = Token.parse(text)
    row = None
    if token is not None:
        row = uow.connection.execute(
            select(tables.credentials).where(tables.credentials.c.id == token.credential_id)
        ).one_or_none()
    if token is None or row is None or row.revoked_at is not None:
        raise _unknown_device()
    if not hmac.compare_digest(row.secret_hash, _digest(token.secret)):
        raise _unknown_device()
    if row.role != role:
        raise Problem(403, "wrong_role", "Este equipo no puede hacer esto.")
    return Actor(row.site, row.role, row.name)


def known_devices(uow: UnitOfWork, site: str, role: Role) -> list[str]:
    """The names of the devices of `role` that hold a live credential."""
    rows = uow.connection.execute(
        select(tables.credentials.c.name)
        .where(
            tables.credentials.c.site == site,
            tables.credentials.c.role == role,
            tables.credentials.c.revoked_at.is_(None),
        )
        .order_by(tables.credentials.c.name)
    )
    return list(rows.scalars())


def create_account(uow: UnitOfWork, actor: Actor, name: str, role: Role, password: str) -> None:
    """An account of module staff or IT; an existing one gets the new role and password."""
    put = uow.upsert(tables.accounts).values(
        site=actor.site, name=name, role=role, password_hash=_hasher.hash(password)
    )
    changes = {"role": role, "password_hash": put.excluded.password_hash}
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site", "name"], set_=changes))
    uow.record(actor, "account.created", name=name, role=role)


def password_hash(uow: UnitOfWork, site: str, name: str) -> str:
    """The stored hash of account `name`; the hash of nobody when there is no such account."""
    stored = uow.connection.execute(
        select(tables.accounts.c.password_hash).where(
            tables.accounts.c.site == site, tables.accounts.c.name == name
        )
    ).scalar()
    return stored or _nobody()


def verify_password(stored: str, password: str) -> bool:
    """True when `password` belongs to `stored` (argon2id); takes tens of milliseconds."""
    try:
        return _hasher.verify(stored, password)
    except VerifyMismatchError:
        return False


def open_session(uow: UnitOfWork, site: str, name: str) -> str:
    """A new session of account `name`; the cookie's value, kept here only as a hash."""
    value = secrets.token_urlsafe(32)
    uow.connection.execute(delete(tables.sessions).where(tables.sessions.c.expires_at <= uow.now))
    uow.connection.execute(
        insert(tables.sessions),
        {
            "token_hash": _digest(value),
            "site": site,
            "account": name,
            "expires_at": uow.now + SESSION_LASTS,
        },
    )
    uow.record(Actor(site, Role.STAFF, name), "session.opened", account=name)
    return value


def close_session(uow: UnitOfWork, value: str) -> None:
    """End the session of this cookie; an unknown one is no error."""
    uow.connection.execute(
        delete(tables.sessions).where(tables.sessions.c.token_hash == _digest(value))
    )


def person(uow: UnitOfWork, value: str, allowed: tuple[Role, ...]) -> Actor:
    """The member of staff this session belongs to. Raises Problem 401, 403."""
    sessions, accounts = tables.sessions, tables.accounts
    row = uow.connection.execute(
        select(accounts.c.site, accounts.c.name, accounts.c.role)
        .join(
            sessions, (sessions.c.site == accounts.c.site) & (sessions.c.account == accounts.c.name)
        )
        .where(sessions.c.token_hash == _digest(value), sessions.c.expires_at > uow.now)
    ).one_or_none()
    if row is None:
        raise Problem(401, "signed_out", "Su sesión terminó; ingrese otra vez.")
    if Role(row.role) not in allowed:
        raise Problem(403, "wrong_role", "Su cuenta no tiene permiso para esto.")
    return Actor(row.site, row.role, row.name)


def _unknown_device() -> Problem:
    return Problem(401, "unknown_device", "Este equipo no está registrado; avise a soporte.")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
