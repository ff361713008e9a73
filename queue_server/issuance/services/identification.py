"""Who may be told of an application: whoever knows its number and something of its document.

Tries are counted by number before anything is compared, whether the number exists or not, and both
cost the same: what is answered, and how soon, tells nobody which numbers there are.
"""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Row, case, delete, or_, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant
from queue_server.issuance.services.applications import open_applicant, seal_applicant

TRIES, WAIT = 5, timedelta(minutes=15)
_NUMBER = re.compile(r"([A-Z]\d{2})(\d{5,9})([0-9A-Z])")
_NOT_A_SIGN = re.compile(r"[^0-9A-Z]")
# What hands write and eyes read for a digit.
_LOOKS_LIKE = str.maketrans("OQIL", "0011")
_NOBODY = Applicant("00", "00000000", date(1900, 1, 1))


def application_number(typed: str) -> str | None:
    """The number as it is kept (`A01-00042-K`), however it was typed; None when it is none.

    >>> application_number(" a01 00o42k")
    'A01-00042-K'
    """
    signs = _NOT_A_SIGN.sub("", typed.upper())
    signs = signs[:1] + signs[1:-1].translate(_LOOKS_LIKE) + signs[-1:]
    found = _NUMBER.fullmatch(signs)
    return "-".join(found.groups()) if found else None


def identified(
    uow: UnitOfWork,
    counted_at: str,
    sites: Collection[str],
    number: str,
    proves: Callable[[Applicant], bool],
) -> Row[Any] | None:
    """The application of one of `sites` with this number whose applicant `proves` accepts.

    None is a miss; it is counted at the site `counted_at`, so the unit must be committed. Raises
    Problem 429 with `retry_after_s` after `TRIES` misses, until `WAIT` has passed.
    """
    counted = uow.vault.index("tracking_misses.number", number).hex()[:4]
    count_try(uow, counted_at, counted)
    applications = tables.applications
    rows = uow.connection.execute(
        select(applications)
        .where(applications.c.number == number, applications.c.site.in_(sites))
        .order_by(applications.c.registered_at.desc())
    ).all()
    sealed = [row.applicant for row in rows] or [_sealed_nobody(uow)]
    accepted = [proves(open_applicant(uow, each)) for each in sealed]
    row = next((row for row, right in zip(rows, accepted, strict=False) if right), None)
    if row is not None:
        forgive(uow, counted_at, counted, every=all(accepted))
    return row


def count_try(uow: UnitOfWork, site: str, counted: str) -> None:
    """Counted before it is checked, so that a hundred at once are a hundred tries.

    Raises Problem 429 with `retry_after_s` after `TRIES` misses, until `WAIT` has passed.
    """
    misses = tables.tracking_misses
    over = misses.c.last_at <= uow.now - WAIT
    row = {"site": site, "number": counted, "misses": 1, "last_at": uow.now}
    put = uow.upsert(misses).values(row)
    tries = uow.connection.execute(
        put.on_conflict_do_update(
            index_elements=["site", "number"],
            set_={"misses": case((over, 1), else_=misses.c.misses + 1), "last_at": uow.now},
            where=or_(misses.c.misses < TRIES, over),
        ).returning(misses.c.misses)
    ).scalar()
    if tries is None:
        raise _too_many(uow, site, counted)


def _too_many(uow: UnitOfWork, site: str, counted: str) -> Problem:
    misses = tables.tracking_misses
    last = uow.connection.execute(
        select(misses.c.last_at).where(misses.c.site == site, misses.c.number == counted)
    ).scalar_one()
    wait_s = max(1, ceil((last + WAIT - uow.now).total_seconds()))
    words = (
        f"Hubo {TRIES} intentos con datos que no coinciden. Espere {ceil(wait_s / 60)} minutos "
        "antes de volver a consultar este número."
    )
    return Problem(429, "too_many_misses", words, retry_after_s=wait_s)


def forgive(uow: UnitOfWork, site: str, counted: str, *, every: bool) -> None:
    """The misses of a number; only this try, where `every` application of that number was not
    proven: whoever has the same number at another site must not wipe out guesses at this one."""
    misses = tables.tracking_misses
    mine = (misses.c.site == site) & (misses.c.number == counted)
    if every:
        uow.connection.execute(delete(misses).where(mine))
    else:
        uow.connection.execute(update(misses).where(mine).values(misses=misses.c.misses - 1))


def _sealed_nobody(uow: UnitOfWork) -> bytes:
    """To be opened where there is no application: then a number that is none takes as long."""
    known: bytes | None = uow.memory.get("issuance.nobody")
    if known is None:
        known = uow.memory["issuance.nobody"] = seal_applicant(uow, _NOBODY)
    return known
