"""The site's event log as the hub is told it: what comes after an id, by the primary key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from queue_server.core.clock import local_day
from queue_server.core.json_text import json_text
from queue_server.core.prepared import Prepared
from queue_server.core.tables import event_counters, events
from queue_server.core.unit_of_work import UnitOfWork

MOST_BYTES = 1024 * 1024
LARGEST_EVENT = 256 * 1024
_NEXT = Prepared(
    select(events.c.id, events.c.at, events.c.kind, events.c.actor, events.c.body)
    .where(events.c.site == bindparam("of_site"), events.c.id > bindparam("mark"))
    .order_by(events.c.id)
    .limit(bindparam("count"))
)
_HEAD = Prepared(
    select(event_counters.c.last_id, event_counters.c.last_mac).where(
        event_counters.c.site == bindparam("of_site")
    )
)
_FIRST = Prepared(
    select(events.c.at).where(events.c.site == bindparam("of_site")).order_by(events.c.id).limit(1)
)


@dataclass(frozen=True)
class Told:
    """Events as JSON texts (`wire.EventBody`), the id of the last of them (0: there are none),
    and whether more may follow."""

    texts: Sequence[str]
    last: int
    more: bool


def next_events(uow: UnitOfWork, site: str, after: int, count: int) -> Told:
    """The next events of `site` after the id `after`: at most `count`, and `MOST_BYTES` of JSON
    (one is always told)."""
    rows = _NEXT.all(uow.connection, {"of_site": site, "mark": after, "count": count})
    texts: list[str] = []
    size, last = 0, 0
    for row in rows:
        text = _text(row.id, row.at, row.kind, row.actor, row.body)
        size += len(text.encode())
        if texts and size > MOST_BYTES:
            break
        texts.append(text)
        last = row.id
    return Told(texts, last, len(texts) < len(rows) or len(rows) == count)


def head(uow: UnitOfWork, site: str) -> tuple[int, bytes] | None:
    """The last id of the log and that event's MAC; None before the first linked event."""
    row = _HEAD.one_or_none(uow.connection, {"of_site": site})
    return None if row is None or row.last_mac is None else (row.last_id, bytes(row.last_mac))


def first_day(uow: UnitOfWork, site: str, zone: str) -> date | None:
    """The local day of the site's first event; None while there is none."""
    at = _FIRST.scalar(uow.connection, {"of_site": site})
    return None if at is None else local_day(at, zone)


def _text(number: int, at: object, kind: str, actor: str, body: object) -> str:
    """What is too large for any batch (no event of ours is) is told without its body."""
    told = {"id": number, "at": at, "kind": kind, "actor": actor, "body": body}
    text = json_text(told)
    if len(text) <= LARGEST_EVENT:
        return text
    return json_text({**told, "body": {"left_out_characters": len(text)}})
