"""What is known of a site's audit chain: last anchor, last walk, and whether it was sound."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from queue_server.core.audit_walk import Anchor, Report
from queue_server.core.tables import audit_states, events
from queue_server.core.unit_of_work import UnitOfWork

_S = audit_states


@dataclass(frozen=True)
class ChainState:
    """`anchored_…`: the head that was last written down outside. `verified_…`: up to where the
    whole chain was last walked, and when. `fault`: what that found first; None: it is sound."""

    anchored_at: datetime | None = None
    anchored_id: int | None = None
    verified_at: datetime | None = None
    verified_id: int | None = None
    fault: str | None = None


def chain_state(uow: UnitOfWork, site: str) -> ChainState:
    """The state of the chain of `site`."""
    columns = (_S.c.anchored_at, _S.c.anchored_id, _S.c.verified_at, _S.c.verified_id, _S.c.fault)
    row = uow.connection.execute(select(*columns).where(_S.c.site == site)).one_or_none()
    return ChainState(*row) if row else ChainState()


def anchor_age(uow: UnitOfWork, site: str) -> timedelta | None:
    """How long ago the head was last written down outside; None: never. Above
    `audit_anchors.LATE` somebody should look."""
    at = chain_state(uow, site).anchored_at
    return None if at is None else uow.now - at


def begun_at(uow: UnitOfWork, site: str) -> datetime | None:
    """When the first event of `site` that is linked was recorded; None before there is one."""
    first = select(events.c.at).where(events.c.site == site, events.c.mac.is_not(None))
    return uow.connection.execute(first.order_by(events.c.id).limit(1)).scalar()


def anchored(uow: UnitOfWork, anchor: Anchor, at: datetime) -> None:
    """`anchor` was written down at `at`."""
    _keep(uow, anchor.site, anchored_at=at, anchored_id=anchor.id)


def verified(uow: UnitOfWork, report: Report) -> None:
    """The whole chain was walked; this is what was found."""
    fault = None if report.sound else str(report.faults[0])[:300]
    _keep(uow, report.site, verified_at=uow.now, verified_id=report.head[0], fault=fault)


def _keep(uow: UnitOfWork, site: str, **known: Any) -> None:
    put = uow.upsert(_S).values(site=site, **known)
    uow.connection.execute(put.on_conflict_do_update(index_elements=[_S.c.site], set_=known))
