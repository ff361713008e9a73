"""Money that needs a person: doubts, returns, claims and the wallets', with who did what last."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Table, and_, func, select

from queue_server.core.tables import events
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import LIVE, Claim, ClaimState
from queue_server.payments.model.doubts import SHOWN_AFTER, Doubt
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import NeedsPerson, Return
from queue_server.payments.services import box_counts, claims, doubts, returns, wallet_claims

LISTED = 200


class Sort(StrEnum):
    """What waits for a person."""

    DOUBT = "doubt"
    RETURN = "return"
    CLAIM = "claim"
    WALLET = "wallet"
    BOX = "box"


@dataclass(frozen=True)
class LastAction:
    """The newest event about a thing: its kind, who did it (`supervisor:rosa`), when."""

    what: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Unresolved:
    """One sum of money that needs a person. `id`: of its payment, or of the claim.

    `reason`: the closed word that says why it stands here. `now`: whether somebody should see to it
    now; a claim waits for whoever has its code, and a kiosk may still be giving back by itself.
    """

    sort: Sort
    id: str
    since: datetime
    kiosk: str
    application: str | None
    means: Means
    amount_centimos: int
    state: str
    reason: str
    now: bool
    finding: str | None = None
    last: LastAction | None = None


@dataclass(frozen=True)
class Counts:
    """How much needs a person now, and how many claims wait for whoever has their code."""

    now: int
    claims: int


def unresolved(uow: UnitOfWork, site: str) -> list[Unresolved]:
    """What needs a person at `site`: of each sort the oldest first, at most `LISTED` of it."""
    found = [*_doubts(uow, site), *_returns(uow, site), *_claims(uow, site)]
    return [*_with_last(uow, site, found), *_of_wallets(uow, site), *_of_boxes(uow, site)]


def counted(uow: UnitOfWork, site: str) -> Counts:
    """How much of it there is."""
    claim = tables.claims.c
    waiting = select(func.count()).where(claim.site == site, claim.state.in_(LIVE))
    of_now = [
        *_doubts(uow, site),
        *_returns(uow, site),
        *_claims(uow, site),
        *_of_wallets(uow, site),
        *_of_boxes(uow, site),
    ]
    return Counts(sum(each.now for each in of_now), uow.connection.execute(waiting).scalar_one())


def _doubts(uow: UnitOfWork, site: str) -> list[Unresolved]:
    return [
        Unresolved(
            Sort.DOUBT,
            each.payment,
            each.since,
            each.kiosk,
            each.application,
            each.means,
            each.amount_centimos,
            _state_of(each),
            each.why,
            now=True,
            finding=each.finding,
        )
        for each in doubts.for_staff(uow, site)
    ]


def _state_of(doubt: Doubt) -> str:
    if doubt.contradicted:
        return "contradicted"
    return "open" if doubt.ended is None else str(doubt.ended)


def _returns(uow: UnitOfWork, site: str) -> list[Unresolved]:
    return [_return(of, needs) for of, needs in returns.open_at(uow, site)]


def _return(of: Return, needs: NeedsPerson | None) -> Unresolved:
    return Unresolved(
        Sort.RETURN,
        of.payment,
        of.owed_at,
        of.kiosk,
        of.application,
        of.means,
        of.amount_centimos,
        of.state,
        str(needs or "kiosk_returns"),
        now=needs is not None,
    )


def _claims(uow: UnitOfWork, site: str) -> list[Unresolved]:
    claim = tables.claims
    rows = uow.connection.execute(
        select(claim)
        .where(claim.c.site == site, claim.c.state.in_(LIVE))
        .order_by(claim.c.made_at)
        .limit(LISTED)
    )
    return [
        Unresolved(
            Sort.CLAIM,
            of.id,
            of.made_at,
            of.kiosk,
            of.application,
            of.means,
            of.amount_centimos,
            of.state,
            of.reason,
            now=of.state is ClaimState.IN_DOUBT and _known_since(of) <= uow.now - SHOWN_AFTER,
        )
        for of in (claims.opened(row) for row in rows)
    ]


def _known_since(of: Claim) -> datetime:
    """By its kiosk's clock or by this one, whichever is earlier."""
    return min(of.made_at, of.changed_at)


def _of_wallets(uow: UnitOfWork, site: str) -> list[Unresolved]:
    return [
        Unresolved(
            Sort.WALLET,
            str(each.payment),
            each.since,
            each.kiosk,
            each.application,
            Means.WALLET,
            each.amount_centimos,
            each.state,
            each.reason,
            now=True,
        )
        for each in wallet_claims.troubles(uow, site)
    ]


def _of_boxes(uow: UnitOfWork, site: str) -> list[Unresolved]:
    """Counts of cash boxes that differ; they are explained on the page of boxes."""
    return [
        Unresolved(
            Sort.BOX,
            of.id,
            of.counted_at or of.asked_at,
            of.kiosk,
            None,
            Means.CASH,
            abs(difference),
            of.state,
            "short" if difference < 0 else "over" if difference else "pieces",
            now=True,
        )
        for of, difference in box_counts.differing(uow, site)
    ]


_KEPT_IN: dict[Sort, tuple[Table, str]] = {
    Sort.DOUBT: (tables.doubts, "payment"),
    Sort.RETURN: (tables.returns, "payment"),
    Sort.CLAIM: (tables.claims, "id"),
}


def _with_last(uow: UnitOfWork, site: str, found: Iterable[Unresolved]) -> list[Unresolved]:
    """The same, each with the newest event about it."""
    found = list(found)
    last = {sort: _last_of(uow, site, sort, found) for sort in _KEPT_IN}
    return [replace(each, last=last[each.sort].get(each.id)) for each in found]


def _last_of(
    uow: UnitOfWork, site: str, sort: Sort, found: Iterable[Unresolved]
) -> dict[str, LastAction]:
    ids = [each.id for each in found if each.sort is sort]
    if not ids:
        return {}
    table, key = _KEPT_IN[sort]
    about = and_(events.c.site == table.c.site, events.c.id == table.c.last_event)
    rows = uow.connection.execute(
        select(table.c[key].label("about"), events.c.kind, events.c.actor, events.c.at)
        .join(events, about)
        .where(table.c.site == site, table.c[key].in_(ids))
    )
    return {row.about: LastAction(row.kind, row.actor, row.at) for row in rows}
