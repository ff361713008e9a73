"""What goes of settled payments: what a bank's voucher said, wallets' codes, codes of claims.

The rows, their amounts and their states stay: they are the books. While money of an application is
open nothing of it goes.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select, union, update

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import LIVE
from queue_server.payments.model.returns import OPEN as OPEN_RETURNS
from queue_server.payments.model.vouchers import OPEN as OPEN_VOUCHERS
from queue_server.payments.model.vouchers import Voucher
from queue_server.payments.model.wallet import UNRESOLVED, ChargeState
from queue_server.payments.services.claims import sealed_code
from queue_server.payments.services.vouchers import sealed_voucher

AT_ONCE = 50  # a claim takes a statement of its own, and others wait
_D, _R, _C = tables.doubts, tables.returns, tables.claims
_V, _W = tables.vouchers, tables.wallet_charges
_NOT_SETTLED = (*UNRESOLVED, ChargeState.REFUND_REFUSED)
_NOTHING = Voucher("", "", "", date.min)


def with_open_money(site: str) -> Select[Any]:
    """The applications of `site` whose money is not settled: a payment in doubt, a return or a
    claim that is owed, a voucher or a wallet's code that still waits."""
    found = [
        (_D, or_(_D.c.ended.is_(None), _D.c.contradicted)),
        (_R, _R.c.state.in_(list(OPEN_RETURNS))),
        (_C, _C.c.state.in_(list(LIVE))),
        (_V, _V.c.state.in_(list(OPEN_VOUCHERS))),
        (_W, _W.c.state.in_(list(_NOT_SETTLED))),
    ]
    each = [
        select(rows.c.application).where(
            rows.c.site == site, rows.c.application.is_not(None), is_open
        )
        for rows, is_open in found
    ]
    together = union(*each).subquery()
    return select(together.c.application)


# --- by age ---------------------------------------------------------------------------------------
def vouchers_due(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether a voucher settled before `before` still says who paid where and when."""
    return _is_there(uow, _V, _settled_vouchers(site, before))


def forget_vouchers(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Erase at most `AT_ONCE` of them; how many. Their digests stay: each pays once only."""
    return _erase_vouchers(uow, _some(_V, _settled_vouchers(site, before)))


def charges_due(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether a wallet's charge settled before `before` still has its code."""
    return _is_there(uow, _W, _settled_charges(site, before))


def forget_charges(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Erase the codes of at most `AT_ONCE` of them; how many."""
    return _erase_charges(uow, _some(_W, _settled_charges(site, before)))


def claims_due(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether a claim settled before `before` still has its code."""
    return _is_there(uow, _C, _settled_claims(site, before))


def forget_claims(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Erase the codes of at most `AT_ONCE` of them; how many."""
    return _erase_claims(uow, _some(_C, _settled_claims(site, before)))


# --- of one person --------------------------------------------------------------------------------
def erase_of(uow: UnitOfWork, site: str, applications: Collection[str]) -> dict[str, int]:
    """Erase what the settled payments of these applications say of a person: table -> rows."""
    return {
        "vouchers": _erase_vouchers(
            uow, and_(_V.c.erased_at.is_(None), _of(_V, site, applications))
        ),
        "wallet_charges": _erase_charges(
            uow, and_(_W.c.payload.is_not(None), _of(_W, site, applications))
        ),
        "claims": _erase_claims(uow, and_(_C.c.erased_at.is_(None), _of(_C, site, applications))),
    }


# --- parts ----------------------------------------------------------------------------------------
def _of(rows: Table, site: str, applications: Collection[str]) -> ColumnElement[bool]:
    return and_(rows.c.site == site, rows.c.application.in_(list(applications)))


def _settled_vouchers(site: str, before: datetime) -> ColumnElement[bool]:
    is_open = _V.c.state.in_(list(OPEN_VOUCHERS))
    return and_(_V.c.erased_at.is_(None), ~is_open, _quiet(_V, site, before))


def _settled_charges(site: str, before: datetime) -> ColumnElement[bool]:
    is_open = _W.c.state.in_(list(_NOT_SETTLED))
    return and_(_W.c.payload.is_not(None), ~is_open, _quiet(_W, site, before))


def _settled_claims(site: str, before: datetime) -> ColumnElement[bool]:
    is_open = _C.c.state.in_(list(LIVE))
    return and_(_C.c.erased_at.is_(None), ~is_open, _quiet(_C, site, before))


def _quiet(rows: Table, site: str, before: datetime) -> ColumnElement[bool]:
    """Unchanged since `before`, and nothing else of its application is open."""
    application = rows.c.application
    settled = or_(application.is_(None), application.not_in(with_open_money(site)))
    return and_(rows.c.site == site, rows.c.changed_at < before, settled)


def _is_there(uow: UnitOfWork, rows: Table, which: ColumnElement[bool]) -> bool:
    return uow.connection.execute(select(rows.c.id).where(which).limit(1)).first() is not None


def _some(rows: Table, which: ColumnElement[bool]) -> ColumnElement[bool]:
    return rows.c.id.in_(select(rows.c.id).where(which).limit(AT_ONCE))


def _erase_vouchers(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    gone = {"voucher": sealed_voucher(uow, _NOTHING), "erased_at": uow.now}
    return uow.connection.execute(update(_V).where(which).values(gone)).rowcount


def _erase_charges(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    return uow.connection.execute(update(_W).where(which).values(payload=None)).rowcount


def _erase_claims(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    ids = list(uow.connection.execute(select(_C.c.id).where(which)).scalars())
    for each in ids:  # one by one: the digest of a code is unique
        code, index = sealed_code(uow, f"erased {each}")
        gone = {"code": code, "code_index": index, "erased_at": uow.now}
        uow.connection.execute(update(_C).where(_C.c.id == each).values(gone))
    return len(ids)
