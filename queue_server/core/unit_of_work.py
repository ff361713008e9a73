"""One transaction as the services see it: a connection, the instant, and at most one event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from queue_server.core.audit import GENESIS, Chain, RawEvent, body_text, instant_text
from queue_server.core.clock import Clock
from queue_server.core.crypto import Vault
from queue_server.core.prepared import Prepared, insert_that_may_conflict, settled
from queue_server.core.tables import event_counters, events

# A transaction-long lock, one a site. Not a row: it must also hold where a site has no row yet.
_LOCK_SITE = Prepared(text("SELECT pg_advisory_xact_lock(hashtextextended(:site, 0))"))
_HEAD = Prepared(
    select(event_counters.c.last_id, event_counters.c.last_mac).where(
        event_counters.c.site == bindparam("of_site")
    )
)
_MOVE_HEAD = Prepared(
    update(event_counters)
    .where(event_counters.c.site == bindparam("of_site"))
    .values(last_id=bindparam("to_id"), last_mac=bindparam("to_mac"))
)
_FIRST_HEAD = Prepared(insert(event_counters))
# Body and instant are text already: what the MAC was made of is what is stored.
_INSERT = (
    "INSERT INTO events (site, id, key, request_hash, actor, kind, body, at, mac)"
    " VALUES (:site, :id, :key, :request_hash, :actor, :kind, :body, :at, :mac)"
)
_BYTES = [bindparam(each, type_=events.c[each].type) for each in ("request_hash", "mac")]
_APPEND = Prepared(text(_INSERT).bindparams(*_BYTES))
# Both in one statement. SQLite has no such thing, and no trips to save.
_APPEND_AND_MOVE_HEAD = Prepared(
    text(
        "WITH moved AS"
        " (UPDATE event_counters SET last_id = :id, last_mac = :mac WHERE site = :site)"
        f" {_INSERT}"
    ).bindparams(*_BYTES)
)
_NEWEST = Prepared(select(func.max(events.c.id)).where(events.c.site == bindparam("site")))


class ChainNotBegun(Exception):
    """The site has events from before there was an audit chain, and nobody has closed them yet.

    Run `python -m queue_server init`, or start the jobs process: both do it.
    """


class Head(NamedTuple):
    """Where the log of a site ends: its last id and that event's MAC; `new`: it has no event."""

    id: int
    mac: bytes
    new: bool = False


@dataclass(frozen=True)
class Actor:
    """Who acts: at which site, in which role, under which name (`kiosk:K01`, `staff:ana`)."""

    site: str
    role: str
    name: str

    @property
    def label(self) -> str:
        """How the event log names this actor."""
        return f"{self.role}:{self.name}"


@dataclass(frozen=True)
class Recorded:
    """The event a unit appended: its place in the log of `site`, its kind, its body."""

    site: str
    id: int
    kind: str
    body: dict[str, Any]


class UnitOfWork:
    """What a service works in. It never commits; whoever opened the unit does.

    `now` is the one instant of the whole unit, aware UTC: when it had the site for itself.
    `memory` outlives the unit: what a process may remember of slow-changing rows, each entry with
    the version it was read at; `seen` ends with the unit.
    `event` is what `record` appended, linked to the one before it by `chain` (the audit chain; None
    where nothing is recorded). `beginning`: this unit closes what was recorded before the chain.
    """

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        now: datetime,
        memory: dict[str, Any] | None = None,
        clock: Clock | None = None,
        chain: Chain | None = None,
    ) -> None:
        self.connection = connection
        self.vault = vault
        self.chain = chain
        self.beginning = False
        self._now = now
        self._late = False
        self._clock = clock
        self.memory: dict[str, Any] = {} if memory is None else memory
        self.seen: dict[str, Any] = {}
        self.event: Recorded | None = None
        self.key: str | None = None
        self.request_hash: bytes | None = None
        self.looked: set[tuple[str, str]] = set()
        self._locked: str | None = None

    @property
    def now(self) -> datetime:
        """The one instant of the unit. Who waited for the site is later than who had it before."""
        if self._late:
            settled(self.connection)
            self._late = False
            if self._clock is not None:
                self._now = self._clock.now()
        return self._now

    @property
    def recorded(self) -> int | None:
        """The id of the event this unit appended, None before."""
        return self.event and self.event.id

    def lock_site(self, site: str) -> None:
        """Let no other unit change `site` until this one ends; waits at most 5 s (Problem 503).

        Call it before reading what a decision rests on: PostgreSQL shows a statement what was
        committed when the statement began, so what is read afterwards is what the last unit left.
        (There the lock goes out with the next question, ahead of it.)
        SQLite's BEGIN IMMEDIATE has done it already. A unit belongs to one site: another site is
        a programming error (RuntimeError), and would let two units wait for each other.
        """
        if self._locked == site:
            return
        if self._locked is not None:
            raise RuntimeError(f"this unit belongs to {self._locked}, not to {site}")
        if self.connection.dialect.name == "postgresql":
            _LOCK_SITE.tell(self.connection, {"site": site})
            self._late = True
        self._locked = site

    def record(self, actor: Actor, kind: str, **body: Any) -> int:
        """Append the unit's event and return its id. `body`: ids and words, no personal data.

        One event a unit: a second call is a programming error (RuntimeError).
        """
        if self.event is not None:
            raise RuntimeError(f"this unit already recorded an event, second kind: {kind}")
        if self.chain is None:
            raise RuntimeError(f"{kind}: the database was opened without the audit key")
        self.lock_site(actor.site)
        head = self._head(actor.site)  # on PostgreSQL the lock goes out with it
        key, written = self.key or f"auto:{uuid4()}", body_text(body)
        at = instant_text(self.now)
        event = RawEvent(
            actor.site.encode(),
            head.id + 1,
            key.encode(),
            self.request_hash,
            actor.label.encode(),
            kind.encode(),
            written.encode(),
            at.encode(),
        )
        mac = self.chain.mac(head.mac, event)
        self._append(
            head,
            {
                "site": actor.site,
                "id": event.id,
                "key": key,
                "request_hash": self.request_hash,
                "actor": actor.label,
                "kind": kind,
                "body": written,
                "at": at,
                "mac": mac,
            },
        )
        self.event = Recorded(actor.site, event.id, kind, body)
        return event.id

    def looked_at(self, what: str, record: str) -> None:
        """What this unit reads shows somebody one person's data: a record of the sort `what`
        (`application`, `visit`) with the id `record`. Whoever opened the unit sees to the event."""
        self.looked.add((what, record))

    def upsert(self, table: Any) -> Any:
        """An INSERT that can say ON CONFLICT, in the dialect of the database."""
        return insert_that_may_conflict(self.connection.dialect.name, table)

    def last_event_id(self, site: str) -> int:
        """The id of the newest event of `site`, 0 when there is none."""
        return _NEWEST.scalar(self.connection, {"site": site}) or 0

    def _head(self, site: str) -> Head:
        """The site is locked: nobody else appends. Raises ChainNotBegun."""
        row = _HEAD.one_or_none(self.connection, {"of_site": site})
        if row is None:
            return Head(0, GENESIS, new=True)
        if row.last_mac is not None:
            return Head(row.last_id, bytes(row.last_mac))
        if row.last_id and not self.beginning:
            raise ChainNotBegun(f"{site}: {row.last_id} events; {ChainNotBegun.__doc__}")
        return Head(row.last_id, GENESIS)

    def _append(self, head: Head, row: dict[str, Any]) -> None:
        """Append `row` and make it the head. Nobody waits for either before the commit."""
        if not head.new and self.connection.dialect.name == "postgresql":
            _APPEND_AND_MOVE_HEAD.tell(self.connection, row)
            return
        _APPEND.tell(self.connection, row)
        if head.new:
            first = {"site": row["site"], "last_id": row["id"], "last_mac": row["mac"]}
            _FIRST_HEAD.tell(self.connection, first)
        else:
            moved = {"of_site": row["site"], "to_id": row["id"], "to_mac": row["mac"]}
            _MOVE_HEAD.tell(self.connection, moved)
