"""Who looked at whose data: an event for every look of staff at one person's record."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_

from queue_server.core.db import Database
from queue_server.core.tables import person_looks
from queue_server.core.unit_of_work import Actor, UnitOfWork

SEEN = "person.seen"
# A second look of the same person, at the same record, on the same page, is no event within this.
ONE_LOOK = timedelta(minutes=10)
REMEMBERED = 10_000
Record = tuple[str, str]
_L = person_looks


class Looks:
    """Records looks before what was read is shown; where it cannot, nothing is shown (503).

    `roles`: whose looks count. What this process remembers costs a reader nothing; the table knows
    of what other processes recorded.
    """

    def __init__(self, database: Database, roles: Collection[str]) -> None:
        self._database = database
        self._roles = frozenset(map(str, roles))
        self._remembered: OrderedDict[tuple[str, str, str, Record], datetime] = OrderedDict()

    async def seen(self, actor: Actor, page: str, looked: Collection[Record]) -> None:
        """`actor` is about to be shown the records `looked` (what, id) on `page`."""
        if actor.role not in self._roles:
            return
        now = self._database.clock.now()
        new = {each for each in looked if self._is_new(actor, page, each, now)}
        if not new:
            return
        await self._database.call(lambda uow: note_looks(uow, actor, page, new))
        for each in new:
            self._remembered[actor.site, actor.label, page, each] = now
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _is_new(self, actor: Actor, page: str, record: Record, now: datetime) -> bool:
        before = self._remembered.get((actor.site, actor.label, page, record))
        return before is None or not before <= now < before + ONE_LOOK


def note_looks(uow: UnitOfWork, actor: Actor, page: str, looked: Collection[Record]) -> None:
    """Record the looks that are not known yet; one event for all of them. Ids only."""
    uow.lock_site(actor.site)
    names = {f"{what}:{record}": (what, record) for what, record in looked}
    page = page[:60]
    known = (
        select(_L.c.record)
        .where(_L.c.site == actor.site, _L.c.actor == actor.label, _L.c.page == page)
        .where(_L.c.at > uow.now - ONE_LOOK, _L.c.record.in_(list(names)))
    )
    new = sorted(set(names) - set(uow.connection.execute(known).scalars()))
    if not new:
        return
    put = uow.upsert(_L)
    put = put.on_conflict_do_update(
        index_elements=[_L.c.site, _L.c.actor, _L.c.record, _L.c.page], set_={"at": uow.now}
    )
    keys = {"site": actor.site, "actor": actor.label, "page": page, "at": uow.now}
    uow.connection.execute(put, [{**keys, "record": each} for each in new])
    records: defaultdict[str, list[str]] = defaultdict(list)
    for each in new:
        what, record = names[each]
        records[what].append(record)
    uow.record(actor, SEEN, page=page, records=dict(records))


def forget_looks(uow: UnitOfWork, count: int = 1000) -> int:
    """Delete what no longer keeps a look from being an event; how many. The events stay."""
    keys = (_L.c.site, _L.c.actor, _L.c.record, _L.c.page)
    old = select(*keys).where(_L.c.at < uow.now - ONE_LOOK).limit(count)
    return uow.connection.execute(delete(_L).where(tuple_(*keys).in_(old))).rowcount
