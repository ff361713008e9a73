"""Reads event rows as their bytes stand in the database, and closes what was before the chain."""

from collections.abc import Iterator

from sqlalchemy import Connection, select, text

from queue_server.core.audit import BEGUN, RawEvent, digest_of
from queue_server.core.audit_walk import LOWEST_ID, Counter, Linked
from queue_server.core.db import Database
from queue_server.core.tables import event_counters
from queue_server.core.unit_of_work import Actor, UnitOfWork

PAGE = 2000
# Blobs: also bytes that are no text any more are read. The order is that of the ids.
_SQLITE = (
    "SELECT CAST(site AS BLOB), id, CAST(key AS BLOB), request_hash, CAST(actor AS BLOB),"
    " CAST(kind AS BLOB), CAST(body AS BLOB), CAST(at AS BLOB), mac FROM events"
    " WHERE site = :site AND id > :after AND typeof(id) = 'integer' ORDER BY id LIMIT :count"
)
_STRAYS = "SELECT count(*) FROM events WHERE site = :site AND typeof(id) <> 'integer'"
_SITES = "SELECT {0} FROM event_counters UNION SELECT DISTINCT {0} FROM events ORDER BY 1"
_POSTGRESQL = (
    "SELECT convert_to(site, 'UTF8'), id, convert_to(key, 'UTF8'), request_hash,"
    " convert_to(actor, 'UTF8'), convert_to(kind, 'UTF8'), convert_to(body::text, 'UTF8'),"
    " convert_to(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), 'UTF8'), mac"
    " FROM events WHERE site = :site AND id > :after ORDER BY id LIMIT :count"
)


def page(connection: Connection, site: str, after: int, count: int = PAGE) -> list[Linked]:
    """The next `count` events of `site` with ids above `after`, by id."""
    words = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    rows = connection.execute(text(words), {"site": site, "after": after, "count": count})
    return [_linked(tuple(row)) for row in rows]


def _linked(row: tuple[object, ...]) -> Linked:
    of_site, number, key, hashed, actor, kind, body, at, mac = row
    event = RawEvent(
        _bytes(of_site),
        number if isinstance(number, int) else -1,
        _bytes(key),
        None if hashed is None else _bytes(hashed),
        _bytes(actor),
        _bytes(kind),
        _bytes(body),
        _bytes(at),
    )
    return Linked(event, None if mac is None else _bytes(mac))


def _bytes(value: object) -> bytes:
    """Whatever a cell holds: one that was written past the program may hold anything."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode(errors="surrogateescape")


def all_rows(connection: Connection, site: str, up_to: int | None = None) -> Iterator[Linked]:
    """Every event of `site` by id, up to and with `up_to`; read page by page."""
    after = LOWEST_ID
    while found := page(connection, site, after):
        for each in found:
            if up_to is not None and each.event.id > up_to:
                return
            yield each
        after = found[-1].event.id


def sites(connection: Connection) -> list[str]:
    """Every site that has a counter or an event. (A name that is no text is missing where it
    belongs.)"""
    if connection.dialect.name == "postgresql":
        return [row[0] for row in connection.execute(text(_SITES.format("site")))]
    found = connection.execute(text(_SITES.format("CAST(site AS BLOB)")))
    return [_bytes(row[0]).decode(errors="replace") for row in found]


def counted_sites(connection: Connection) -> list[str]:
    """Every site that has a counter."""
    return list(connection.execute(select(event_counters.c.site)).scalars())


def strays(connection: Connection, site: str) -> int:
    """How many rows of `site` have an id that is no number (only SQLite lets anybody do that)."""
    if connection.dialect.name == "postgresql":
        return 0
    return connection.execute(text(_STRAYS), {"site": site}).scalar_one()


def counter(connection: Connection, site: str) -> Counter | None:
    """The site's counter; None where it has none."""
    words = text("SELECT last_id, last_mac FROM event_counters WHERE site = :site")
    found = connection.execute(words, {"site": site}).one_or_none()
    if found is None:
        return None
    last_id = found.last_id if isinstance(found.last_id, int) else -1
    return Counter(last_id, None if found.last_mac is None else _bytes(found.last_mac))


def has_chain(uow: UnitOfWork) -> bool:
    """Whether any site's events are linked already."""
    linked = select(event_counters.c.site).where(event_counters.c.last_mac.is_not(None))
    return uow.connection.execute(linked.limit(1)).first() is not None


def not_begun(uow: UnitOfWork) -> list[str]:
    """The sites whose earlier events no chain holds yet."""
    found = uow.connection.execute(
        select(event_counters.c.site).where(
            event_counters.c.last_mac.is_(None), event_counters.c.last_id > 0
        )
    )
    return list(found.scalars())


def begin_chain(uow: UnitOfWork, site: str) -> int:
    """Close what `site` recorded before there was a chain: its first chained event holds how many
    there were, the last id, and SHA-256 over their canonical forms. The event's id.
    """
    uow.lock_site(site)
    earlier = (each.event for each in all_rows(uow.connection, site))
    count, last, digest = digest_of(earlier)
    uow.beginning = True
    actor = Actor(site, "operator", "audit")
    return uow.record(actor, BEGUN, count=count, last=last, sha256=digest)


def begin_chains(database: Database) -> None:
    """`begin_chain` at every site that needs it; for a start, before anything else is recorded."""
    for site in database.read(not_begun):
        database.run(lambda uow, site=site: begin_chain(uow, site))
