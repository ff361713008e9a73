"""Takes a site's batch: one short transaction, and the same batch again changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from queue_server.core.prepared import Prepared, PreparedUpsert
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.hub import tables
from queue_server.hub.model.summary import summarised
from queue_server.hub.services import orders
from queue_server.hub.wire import BatchBody, DayBody, EventBody, HeadBody, OrderBody, StateBody

ANCHOR_EVERY = timedelta(hours=1)
_S, _E, _A, _D = tables.hub_sites, tables.hub_events, tables.hub_anchors, tables.hub_days
_NOBODY = ""
_LOCKED = Prepared(
    select(_S.c.last_event, _S.c.state_digest, _S.c.anchored_at)
    .where(_S.c.site == bindparam("of_site"))
    .with_for_update()
)
_FIRST = PreparedUpsert(_S, lambda put: put.on_conflict_do_nothing(index_elements=["site"]))
_HEARD = Prepared(
    update(_S)
    .where(_S.c.site == bindparam("of_site"))
    .values(
        heard_at=bindparam("heard", type_=_S.c.heard_at.type),
        last_event=bindparam("last"),
        clock_offset_ms=bindparam("offset"),
        anchored_at=bindparam("anchored", type_=_S.c.anchored_at.type),
    )
)
_NEWEST = select(func.max(_A.c.id)).where(_A.c.site == bindparam("of_site")).scalar_subquery()
_MOVE_ANCHOR = Prepared(
    update(_A)
    .where(_A.c.site == bindparam("of_site"), _A.c.id == _NEWEST, _A.c.id < bindparam("to_id"))
    .values(
        id=bindparam("to_id"),
        mac=bindparam("to_mac", type_=_A.c.mac.type),
        at=bindparam("heard", type_=_A.c.at.type),
    )
)


@dataclass(frozen=True)
class Received:
    """What the hub holds of the site now, and what it wants of it."""

    last_event: int
    wants_state: bool
    days: Sequence[date]
    orders: Sequence[OrderBody]


def receive(uow: UnitOfWork, site: Actor, batch: BatchBody) -> Received:
    """Keep what is new of it. `site`: the enrolled site, `site.name` its code.

    The site's row is locked, so that two batches of one site, in whichever workers, go one after
    the other.
    """
    held = _held(uow, site.name)
    last = _take_events(uow, site.name, held.last_event, batch)
    anchored = _take_head(uow, site.name, held.anchored_at, batch.head)
    offset = round((batch.sent_at - uow.now).total_seconds() * 1000)
    heard = {"heard": uow.now, "last": last, "offset": offset, "anchored": anchored}
    _HEARD.tell(uow.connection, {"of_site": site.name, **heard})
    if batch.state is not None:
        _keep_state(uow, site.name, batch.state, batch.state_digest)
    days = _keep_days(uow, site.name, batch.days)
    if batch.orders:
        orders.take_words(uow, site, batch.orders)
    wants = batch.state is None and held.state_digest != batch.state_digest
    return Received(last, wants, days, orders.handed_out(uow, site.name))


def _held(uow: UnitOfWork, site: str) -> Any:
    row = _LOCKED.one_or_none(uow.connection, {"of_site": site})
    if row is None:
        first = {
            "site": site,
            "heard_at": uow.now,
            "last_event": 0,
            "clock_offset_ms": 0,
            "state_digest": _NOBODY,
        }
        _FIRST.on(uow.connection).tell(uow.connection, first)
        row = _LOCKED.one_or_none(uow.connection, {"of_site": site})
    assert row is not None
    return row


def _take_events(uow: UnitOfWork, site: str, last: int, batch: BatchBody) -> int:
    """The id of the newest event held now.

    Ids may jump (a site that was restored goes on further up), so nothing here can see a gap: the
    site says after which event these come, and where the hub holds less it takes none of them.
    """
    if batch.after > last:
        return last
    fresh = _fresh(batch.events, last)
    if fresh:
        rows = [{"site": site, **each.model_dump()} for each in fresh]
        uow.connection.execute(insert(_E), rows)
        return fresh[-1].id
    return last


def _fresh(events: Iterable[EventBody], last: int) -> list[EventBody]:
    """What is not held yet, by id, each once."""
    new = {each.id: each for each in events if each.id > last}
    return [new[id] for id in sorted(new)]


def _take_head(uow: UnitOfWork, site: str, anchored: Any, head: HeadBody | None) -> Any:
    """When the last row of anchors began. The newest head always stands there; one of each hour
    stays."""
    if head is None or head.id == 0:
        return anchored
    if anchored is not None and uow.now - anchored < ANCHOR_EVERY:
        moved = {"to_id": head.id, "to_mac": bytes.fromhex(head.mac), "heard": uow.now}
        _MOVE_ANCHOR.tell(uow.connection, {"of_site": site, **moved})
        return anchored
    row = {"site": site, "id": head.id, "mac": bytes.fromhex(head.mac), "at": uow.now}
    # An id that is there already keeps its first MAC: a site cannot take back what it said.
    put = uow.upsert(_A).values(row).on_conflict_do_nothing(index_elements=["site", "id"])
    uow.connection.execute(put)
    return uow.now


def _keep_state(uow: UnitOfWork, site: str, state: StateBody, state_digest: str) -> None:
    before = uow.connection.execute(select(_S.c.summary).where(_S.c.site == site)).scalar()
    uow.connection.execute(
        update(_S)
        .where(_S.c.site == site)
        .values(
            state_digest=state_digest,
            state_at=state.at,
            summary=summarised(state, before),
            state=state.model_dump(mode="json"),
        )
    )


def _keep_days(uow: UnitOfWork, site: str, days: Iterable[DayBody]) -> list[date]:
    told = {each.day: each for each in days}
    for day, each in told.items():
        values = {
            "certificates": each.certificates_kiosk + each.certificates_window,
            "figures": each.model_dump(mode="json"),
            "told_at": uow.now,
        }
        put = uow.upsert(_D).values(site=site, day=day, **values)
        put = put.on_conflict_do_update(index_elements=["site", "day"], set_=values)
        uow.connection.execute(put)
    return list(told)
