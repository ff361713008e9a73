"""Accounts of people: create, change, disable, reset; the last administrator always stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Role, is_account_name
from queue_server.staff.services.sessions import end_sessions
from queue_server.staff.services.sign_in_limits import forget_browsers

_FULL_NAME = "accounts.full_name"


@dataclass(frozen=True)
class NewAccount:
    """An account to make. `one_time`: its person must replace the password first."""

    name: str
    full_name: str
    role: Role
    password_hash: str
    one_time: bool


@dataclass(frozen=True)
class Account:
    """An account as an administrator sees it."""

    name: str
    full_name: str
    role: Role
    one_time: bool
    disabled: bool


def accounts(uow: UnitOfWork, site: str) -> list[Account]:
    """Every account of the site, by name."""
    table = tables.accounts
    rows = uow.connection.execute(select(table).where(table.c.site == site).order_by(table.c.name))
    return [_account(uow, row) for row in rows]


def account(uow: UnitOfWork, site: str, name: str) -> Account:
    """One account. Raises Problem 404."""
    return _account(uow, _row(uow, site, name))


def stored_hash(uow: UnitOfWork, site: str, name: str) -> str | None:
    """The password's hash of an account that may sign in; None for any other."""
    table = tables.accounts
    return uow.connection.execute(
        select(table.c.password_hash).where(
            table.c.site == site, table.c.name == name, table.c.disabled_at.is_(None)
        )
    ).scalar()


def has_administrator(uow: UnitOfWork, site: str) -> bool:
    """Whether somebody can administer the site now."""
    return bool(_administrators(uow, site))


def create_account(uow: UnitOfWork, actor: Actor, new: NewAccount) -> None:
    """Make an account. Raises Problem 422 for its names, 409 when there is one of this name."""
    _insert(uow, actor.site, new)
    uow.record(actor, "account.created", account=new.name, role=new.role)


def put_account(uow: UnitOfWork, actor: Actor, new: NewAccount) -> None:
    """`create_account`, or give an existing account this role and password and enable it."""
    if _find(uow, actor.site, new.name) is None:
        return create_account(uow, actor, new)
    if new.role is not Role.ADMINISTRATOR:
        _keep_an_administrator(uow, actor.site, new.name)
    values = {
        "role": new.role,
        "password_hash": new.password_hash,
        "one_time": new.one_time,
        "disabled_at": None,
    }
    return _change(uow, actor, new.name, values, what="role and password", role=new.role)


def change_account(
    uow: UnitOfWork, actor: Actor, name: str, role: Role | None, full_name: str | None
) -> None:
    """Give an account another role or shown name; None leaves it. A new role ends its sessions.

    Raises Problem 404, 409 for the last administrator, 422 for the shown name.
    """
    before = account(uow, actor.site, name)
    if full_name is not None:
        _check_full_name(full_name)
    if role is not None and role is not before.role:
        if before.role is Role.ADMINISTRATOR:
            _keep_an_administrator(uow, actor.site, name)
        values: dict[str, Any] = {"role": role}
        if full_name is not None:
            values["full_name"] = uow.vault.seal(_FULL_NAME, full_name)
        _change(uow, actor, name, values, what="role", role=role)
    elif full_name is not None and full_name != before.full_name:
        _write(uow, actor.site, name, {"full_name": uow.vault.seal(_FULL_NAME, full_name)})
        uow.record(actor, "account.changed", account=name, what="shown name")


def disable_account(uow: UnitOfWork, actor: Actor, name: str) -> None:
    """Let nobody in with this account and end its sessions; done twice it is done once.

    Raises Problem 404, 409 for the last administrator.
    """
    if account(uow, actor.site, name).disabled:
        return
    _keep_an_administrator(uow, actor.site, name)
    _write(uow, actor.site, name, {"disabled_at": uow.now})
    end_sessions(uow, actor.site, name)
    forget_browsers(uow, actor.site, name)
    uow.record(actor, "account.disabled", account=name)


def enable_account(uow: UnitOfWork, actor: Actor, name: str) -> None:
    """Let a disabled account in again. Raises Problem 404."""
    if account(uow, actor.site, name).disabled:
        _write(uow, actor.site, name, {"disabled_at": None})
        uow.record(actor, "account.enabled", account=name)


def reset_password(uow: UnitOfWork, actor: Actor, name: str, password_hash: str) -> None:
    """Give an account a one-time password, end its sessions and forget its browsers.

    Raises Problem 404.
    """
    _row(uow, actor.site, name)
    forget_browsers(uow, actor.site, name)
    values = {"password_hash": password_hash, "one_time": True}
    _change(uow, actor, name, values, what="one-time password")


def change_own_password(uow: UnitOfWork, actor: Actor, password_hash: str, keep: str) -> None:
    """Set the password `actor` chose; their other sessions end, that of the cookie `keep` stays."""
    values = {"password_hash": password_hash, "one_time": False}
    _change(uow, actor, actor.name, values, keep, what="password")


def _change(
    uow: UnitOfWork,
    actor: Actor,
    name: str,
    values: Mapping[str, Any],
    keep: str = "",
    **body: str,
) -> None:
    """What may do more or less than before ends the sessions that were opened before."""
    _write(uow, actor.site, name, values)
    end_sessions(uow, actor.site, name, keep)
    uow.record(actor, "account.changed", account=name, **body)


def _write(uow: UnitOfWork, site: str, name: str, values: Mapping[str, Any]) -> None:
    table = tables.accounts
    uow.connection.execute(
        update(table).where(table.c.site == site, table.c.name == name).values(**values)
    )


def _check_full_name(full_name: str) -> None:
    """No control characters, and none that turn the order of letters around: a name is read."""
    if not full_name.isprintable():
        words = "El nombre tiene caracteres que no se pueden imprimir; bórrelos."
        raise Problem(422, "bad_full_name", words)


def _insert(uow: UnitOfWork, site: str, new: NewAccount) -> None:
    _check_full_name(new.full_name)
    if not is_account_name(new.name):
        raise Problem(
            422,
            "bad_account_name",
            "El usuario lleva de 1 a 40 letras minúsculas, números, puntos o guiones.",
        )
    if _find(uow, site, new.name) is not None:
        raise Problem(409, "account_exists", "Ya hay una cuenta con este usuario; elija otro.")
    uow.connection.execute(
        insert(tables.accounts),
        {
            "site": site,
            "name": new.name,
            "role": new.role,
            "full_name": uow.vault.seal(_FULL_NAME, new.full_name),
            "password_hash": new.password_hash,
            "one_time": new.one_time,
        },
    )


def _find(uow: UnitOfWork, site: str, name: str) -> Any:
    table = tables.accounts
    return uow.connection.execute(
        select(table).where(table.c.site == site, table.c.name == name)
    ).one_or_none()


def _row(uow: UnitOfWork, site: str, name: str) -> Any:
    row = _find(uow, site, name)
    if row is None:
        raise Problem(404, "unknown_account", "Esta cuenta no existe.")
    return row


def _account(uow: UnitOfWork, row: Any) -> Account:
    full_name = uow.vault.open(_FULL_NAME, row.full_name).decode()
    return Account(row.name, full_name, Role(row.role), row.one_time, row.disabled_at is not None)


def _administrators(uow: UnitOfWork, site: str) -> set[str]:
    """Who can administer the site; the rows are locked, so two cannot remove each other at once."""
    table = tables.accounts
    rows = uow.connection.execute(
        select(table.c.name)
        .where(
            table.c.site == site,
            table.c.role == Role.ADMINISTRATOR,
            table.c.disabled_at.is_(None),
        )
        .order_by(table.c.name)
        .with_for_update()
    )
    return set(rows.scalars())


def _keep_an_administrator(uow: UnitOfWork, site: str, name: str) -> None:
    """Raise Problem 409 if `name` is the only one who can administer the site."""
    if _administrators(uow, site) == {name}:
        raise Problem(
            409,
            "last_administrator",
            "Es la única cuenta de administración; dé primero este rol a otra persona.",
        )
