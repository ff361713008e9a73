"""The second factor of an account: an app's codes (RFC 6238) and ten recovery codes on paper."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import (
    CODE_ALPHABET,
    CODE_LENGTH,
    RECOVERY_CODES,
    SECRET_BYTES,
    Proof,
    Role,
    digest,
    is_six_digits,
    matching_step,
    needs_code,
    shown_code,
    typed_code,
)
from queue_server.staff.services.sessions import end_sessions

SECRET, OFFERED = "second_factors.secret", "second_factors.offered"
OFFER_LASTS = timedelta(minutes=15)
OPERATORS_CODE_LASTS = timedelta(hours=24)

_F, _R = tables.second_factors, tables.recovery_codes


@dataclass(frozen=True)
class Standing:
    """How an account stands. `since`: when its app was confirmed; None without a second factor."""

    since: datetime | None
    recovery_codes: int


def standing(uow: UnitOfWork, site: str, account: str) -> Standing:
    """Whether the account has a second factor, and how many recovery codes are left."""
    row = _row(uow, site, account)
    left = uow.connection.execute(
        select(func.count()).select_from(_R).where(_R.c.site == site, _R.c.account == account)
    ).scalar_one()
    return Standing(row.confirmed_at if row else None, left)


def is_enrolled(uow: UnitOfWork, site: str, account: str) -> bool:
    """Whether the account signs in with a code."""
    row = _row(uow, site, account)
    return row is not None and row.confirmed_at is not None


def enrolled_accounts(uow: UnitOfWork, site: str) -> set[str]:
    """The names of the accounts that sign in with a code."""
    rows = uow.connection.execute(
        select(_F.c.account).where(_F.c.site == site, _F.c.confirmed_at.is_not(None))
    )
    return set(rows.scalars())


def offer(uow: UnitOfWork, site: str, account: str) -> str:
    """The base32 secret for the account's app, the same one until it is confirmed or gets old.

    One that is in use stays so until then: whoever changes telephones is never without.
    """
    row = _row(uow, site, account)
    if row is not None and row.offered is not None and row.offered_at > uow.now - OFFER_LASTS:
        return uow.vault.open_text(OFFERED, row.offered)
    secret = b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    fresh = {"offered": uow.vault.seal(OFFERED, secret), "offered_at": uow.now}
    put = uow.upsert(_F).values(site=site, account=account, last_step=0, **fresh)
    uow.connection.execute(
        put.on_conflict_do_update(index_elements=["site", "account"], set_=fresh)
    )
    return secret


def confirm(uow: UnitOfWork, actor: Actor, typed: str) -> list[str] | None:
    """Take the offered secret into use with its first code; the recovery codes, shown this once.

    None when the code is not the one of now. Raises Problem 409 when nothing is offered.
    """
    row = _row(uow, actor.site, actor.name)
    if row is None or row.offered is None or row.offered_at <= uow.now - OFFER_LASTS:
        words = "Este código QR ya venció; cargue la página otra vez y escanee el nuevo."
        raise Problem(409, "offer_expired", words)
    secret = uow.vault.open_text(OFFERED, row.offered)
    step = _step(uow, secret, 0, typed)
    if step is None:
        return None
    sealed = uow.vault.seal(SECRET, secret)  # no column's value opens in another
    taken = {"secret": sealed, "confirmed_at": uow.now, "last_step": step}
    _write(uow, actor, **taken, offered=None, offered_at=None)
    codes = _fresh_codes(uow, actor)
    uow.record(actor, "second_factor.enrolled", account=actor.name)
    return codes


def check(uow: UnitOfWork, site: str, account: str, typed: str) -> Proof | None:
    """What the typed code is: of the app, or one of the recovery codes, used up with this.

    None when it is neither, or a code of the app that was used before.
    """
    row = _row(uow, site, account)
    if row is None or row.confirmed_at is None:
        return None
    if is_six_digits(typed):
        secret = uow.vault.open_text(SECRET, row.secret)
        step = _step(uow, secret, row.last_step, typed)
        if step is None or not _use_step(uow, site, account, step):
            return None
        return Proof.CODE
    return Proof.RECOVERY_CODE if _use_recovery_code(uow, site, account, typed) else None


def new_recovery_codes(uow: UnitOfWork, actor: Actor) -> list[str]:
    """Ten fresh recovery codes of the actor's own; the earlier ones are void.

    Raises Problem 409 without a second factor.
    """
    if not is_enrolled(uow, actor.site, actor.name):
        raise Problem(409, "not_enrolled", "Active primero la verificación en dos pasos.")
    codes = _fresh_codes(uow, actor)
    uow.record(actor, "recovery_codes.made", account=actor.name)
    return codes


def give_up(uow: UnitOfWork, actor: Actor) -> None:
    """Take the actor's own second factor away. Raises Problem 409 for a role that needs one."""
    if needs_code(Role(actor.role)):
        words = "Su función exige la verificación en dos pasos; puede cambiar de teléfono."
        raise Problem(409, "second_factor_needed", words)
    _forget(uow, actor.site, actor.name)
    uow.record(actor, "second_factor.removed", account=actor.name)


def reset(uow: UnitOfWork, actor: Actor, account: str) -> None:
    """Take away the second factor another person lost, and end their sessions.

    Raises Problem 409 for one's own, and for an account without one.
    """
    if account == actor.name:
        words = "La suya se cambia en «Mi cuenta», con un código vigente."
        raise Problem(409, "own_second_factor", words)
    if not is_enrolled(uow, actor.site, account):
        words = "Esta cuenta no usa la verificación en dos pasos."
        raise Problem(409, "not_enrolled", words)
    _forget(uow, actor.site, account)
    end_sessions(uow, actor.site, account)
    uow.record(actor, "second_factor.reset", account=account)


# --- the way back of the last administrator -------------------------------------------------------
def operators_code(uow: UnitOfWork, actor: Actor, account: str) -> str:
    """A code from the server's command line that lets an administrator enrol again, once.

    It stands for the lost second factor only: the password is still asked for. Raises Problem 409
    when `account` is no administrator who may sign in.
    """
    found = tables.accounts
    role = uow.connection.execute(
        select(found.c.role).where(
            found.c.site == actor.site, found.c.name == account, found.c.disabled_at.is_(None)
        )
    ).scalar()
    if role != Role.ADMINISTRATOR:
        words = f"«{account}» no es una cuenta de administración vigente; revise el nombre."
        raise Problem(409, "no_administrator", words)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    row = {
        "code_hash": digest(code),
        "expires_at": uow.now + OPERATORS_CODE_LASTS,
        "wrong_tries": 0,
        "account": account,
    }
    put = uow.upsert(tables.administrator_codes).values(site=actor.site, **row)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site"], set_=row))
    uow.record(actor, "administrator_code.made", account=account)
    return shown_code(code)


def use_operators_code(uow: UnitOfWork, site: str, account: str, typed: str) -> bool:
    """Take the second factor away if `typed` is the code made for it; the code is used up."""
    codes = tables.administrator_codes
    gone = uow.connection.execute(
        delete(codes).where(
            codes.c.site == site,
            codes.c.account == account,
            codes.c.expires_at > uow.now,
            codes.c.code_hash == digest(typed_code(typed)),
        )
    ).rowcount
    if gone:
        _forget(uow, site, account)
    return bool(gone)


# --- rows -----------------------------------------------------------------------------------------
def _row(uow: UnitOfWork, site: str, account: str) -> Any:
    return uow.connection.execute(
        select(_F).where(_F.c.site == site, _F.c.account == account)
    ).one_or_none()


def _step(uow: UnitOfWork, secret: str, after: int, typed: str) -> int | None:
    if not is_six_digits(typed):
        return None
    return matching_step(secret, typed, uow.now, after)


def _use_step(uow: UnitOfWork, site: str, account: str, step: int) -> bool:
    """Conditional, so that of two who send the same code at once only one comes in."""
    done = uow.connection.execute(
        update(_F)
        .where(_F.c.site == site, _F.c.account == account, _F.c.last_step < step)
        .values(last_step=step)
    )
    return done.rowcount == 1


def _use_recovery_code(uow: UnitOfWork, site: str, account: str, typed: str) -> bool:
    wanted = digest(typed_code(typed))
    done = uow.connection.execute(
        delete(_R).where(_R.c.site == site, _R.c.account == account, _R.c.code_hash == wanted)
    )
    return done.rowcount == 1


def _fresh_codes(uow: UnitOfWork, actor: Actor) -> list[str]:
    made = [
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    ours = {"site": actor.site, "account": actor.name}
    uow.connection.execute(delete(_R).where(_R.c.site == actor.site, _R.c.account == actor.name))
    uow.connection.execute(insert(_R), [{**ours, "code_hash": digest(each)} for each in made])
    return [shown_code(each) for each in made]


def _write(uow: UnitOfWork, actor: Actor, **values: Any) -> None:
    uow.connection.execute(
        update(_F).where(_F.c.site == actor.site, _F.c.account == actor.name).values(**values)
    )


def _forget(uow: UnitOfWork, site: str, account: str) -> None:
    for table in (_F, _R):
        uow.connection.execute(
            delete(table).where(table.c.site == site, table.c.account == account)
        )
