"""The books of a day as they are compared: the server's own rows, and what it was told."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Row, Select, exists, or_, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import ClaimState, Maker
from queue_server.payments.model.day_books import (
    CentreBook,
    CentreState,
    CentreTaking,
    DayBooks,
    Held,
    ServerPayment,
)
from queue_server.payments.model.day_close import kiosks_of
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import OPEN as GOING_BACK
from queue_server.payments.model.returns import ReturnState
from queue_server.payments.model.wallet import ChargeState
from queue_server.payments.services import day_reports
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from queue_server.turns.services import queries as turns

_payments, _claims, _returns = tables.payments, tables.claims, tables.returns
_charges, _pieces, _vouchers = tables.wallet_charges, tables.cash_pieces, tables.vouchers
_takings, _belongs = tables.centre_takings, tables.day_payments
_WITH_MONEY = (ChargeState.TO_REFUND, ChargeState.REFUNDED, ChargeState.REFUND_REFUSED)
_AT_ONCE = 500


def books_of(uow: UnitOfWork, site: str, day: date) -> DayBooks:
    """All five books of `day` at `site`."""
    zone = turns.site_zone(uow, site)
    begins, ends = day_reports.bounds(day, zone)
    told = day_reports.of_day(uow, site, day)
    payments = _server(uow, site, day, begins, ends)
    devices = credentials.devices(uow, site, Role.KIOSK)
    expected = [each.name for each in devices if each.created_at < ends]
    reports = {kiosk: report for kiosk, (report, _) in told.items()}
    return DayBooks(
        day,
        kiosks_of(expected, reports, payments),
        reports,
        payments,
        _centre(uow, site, day, begins, ends, payments),
    )


def _server(
    uow: UnitOfWork, site: str, day: date, begins: datetime, ends: datetime
) -> tuple[ServerPayment, ...]:
    ids = day_reports.began_on(uow, site, day) | _of_no_report(uow, site, begins, ends)
    paid = _by(uow, ids, select(_payments), _payments.c.id)
    back = _by(uow, ids, select(_returns), _returns.c.payment)
    charged = _by(uow, ids, select(_charges), _charges.c.id)
    claimed = defaultdict[str, list[Row[Any]]](list)
    for some in _slices(ids):
        for row in uow.connection.execute(select(_claims).where(_claims.c.payment.in_(some))):
            claimed[row.payment].append(row)
    taken = _cash_taken(uow, ids, claimed)
    made = (
        _payment(id_, paid.get(id_), back.get(id_), charged.get(id_), claimed[id_], taken)
        for id_ in sorted(ids)
    )
    return tuple(each for each in made if each is not None)


def _of_no_report(uow: UnitOfWork, site: str, begins: datetime, ends: datetime) -> set[str]:
    """Payments of the day of which no kiosk said when they began: by the day they were paid, a
    voucher's by the day it was presented, a claim's by the day it was made."""

    def between(table: Any, column: Any, id_: Any, *more: Any) -> Select[Any]:
        told = exists().where(_belongs.c.site == site, _belongs.c.payment == id_)
        return select(id_).where(
            table.c.site == site, column >= begins, column < ends, ~told, *more
        )

    queries = (
        between(_payments, _payments.c.paid_at, _payments.c.id, _payments.c.means != Means.VOUCHER),
        between(
            _vouchers,
            _vouchers.c.presented_at,
            _vouchers.c.id,
            exists().where(_payments.c.id == _vouchers.c.id),
        ),
        between(_charges, _charges.c.opened_at, _charges.c.id, _charges.c.state.in_(_WITH_MONEY)),
        between(
            _claims,
            _claims.c.made_at,
            _claims.c.payment,
            _claims.c.payment.is_not(None),
            ~exists().where(_payments.c.id == _claims.c.payment),
        ),
    )
    return {row[0] for query in queries for row in uow.connection.execute(query)}


def _payment(
    id_: str,
    paid: Row[Any] | None,
    back: Row[Any] | None,
    charge: Row[Any] | None,
    claims: Collection[Row[Any]],
    taken: dict[str, int],
) -> ServerPayment | None:
    """What is held of one payment; None where the server knows nothing of it."""
    has_money = charge is not None and charge.state in _WITH_MONEY
    row = paid or (charge if has_money else None) or next(iter(claims), None)
    if row is None:
        return None
    means = Means(row.means) if row is not charge else Means.WALLET
    price = paid.amount_centimos if paid else charge.paid_centimos if charge and has_money else 0
    of_kiosk = [each for each in claims if each.maker == Maker.KIOSK]
    live = [each for each in of_kiosk if each.state != ClaimState.WITHDRAWN]
    of_staff = [
        each for each in claims if each.maker == Maker.STAFF and each.state != ClaimState.WITHDRAWN
    ]
    return ServerPayment(
        id_,
        row.application,
        row.kiosk,
        means,
        _held(paid, back, charge if has_money else None, bool(live or of_staff)),
        price or 0,
        taken.get(id_, 0) if means is Means.CASH and paid else None,
        sum(each.amount_centimos for each in live),
        sum(each.amount_centimos for each in of_kiosk if each not in live),
        sum(each.amount_centimos for each in of_staff),
        paid.reference if paid else "",
    )


def _held(
    paid: Row[Any] | None, back: Row[Any] | None, charge: Row[Any] | None, claimed: bool
) -> Held:
    if charge is not None:
        if charge.state == ChargeState.REFUNDED:
            return Held.BACK
        return Held.CLAIMED if claimed else Held.GOES_BACK
    if paid is None:
        return Held.NOTHING
    if back is not None:
        return Held.GOES_BACK if back.state in GOING_BACK else _ENDED[ReturnState(back.state)]
    return Held.SERVES if paid.returned_at is None else Held.BACK


_ENDED = {ReturnState.RETURNED: Held.BACK, ReturnState.CLAIMED: Held.CLAIMED}


def _cash_taken(
    uow: UnitOfWork, ids: Collection[str], claimed: dict[str, list[Row[Any]]]
) -> dict[str, int]:
    """What the pieces of each payment and of its claims are worth; each piece once."""
    payment_of = {id_: id_ for id_ in ids}
    payment_of |= {each.id: each.payment for id_ in ids for each in claimed[id_]}
    worth = defaultdict[str, dict[str, int]](dict)
    for some in _slices(payment_of):
        for row in uow.connection.execute(select(_pieces).where(_pieces.c.owner.in_(some))):
            worth[payment_of[row.owner]][row.id] = row.amount_centimos
    return {id_: sum(pieces.values()) for id_, pieces in worth.items()}


def _centre(
    uow: UnitOfWork,
    site: str,
    day: date,
    begins: datetime,
    ends: datetime,
    payments: Collection[ServerPayment],
) -> CentreBook:
    days = tables.centre_days
    asked = uow.connection.execute(
        select(days.c.asked_at).where(days.c.site == site, days.c.day == day)
    ).scalar()
    ours = {each.application for each in payments if each.application}
    here = select(_takings).where(_takings.c.site == site)
    of_ours = _by(uow, ours, here, _takings.c.application)
    nobodys = uow.connection.execute(
        select(_takings).where(
            _takings.c.site == site,
            or_(
                (_takings.c.paid_at >= begins) & (_takings.c.paid_at < ends),
                # What was paid at the bank counts on the day it was presented, and recorded.
                (_takings.c.means == Means.VOUCHER) & (_takings.c.day == day),
            ),
            ~exists().where(_payments.c.application == _takings.c.application),
        )
    ).all()
    found = [*of_ours.values(), *nobodys]
    return CentreBook(asked, {row.application: _taking(row) for row in found})


def _taking(row: Row[Any]) -> CentreTaking:
    return CentreTaking(
        row.application,
        Means(row.means),
        row.amount_centimos,
        row.reference,
        row.paid_at,
        CentreState(row.state),
    )


def _by(
    uow: UnitOfWork, ids: Collection[str], query: Select[Any], key: Column[str]
) -> dict[str, Row[Any]]:
    """The rows of `query` whose `key` is one of `ids`, by it."""
    return {
        getattr(row, key.name): row
        for some in _slices(ids)
        for row in uow.connection.execute(query.where(key.in_(some)))
    }


def _slices(ids: Iterable[str]) -> Iterable[list[str]]:
    """So many at once that no database refuses the question."""
    every = sorted(ids)
    return (every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE))


def days_before(day: date, count: int) -> list[date]:
    """`count` days up to and with `day`, the newest first."""
    return [day - timedelta(days=back) for back in range(count)]
