"""One transaction as the services see it: a connection, the instant, and at most one event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from queue_server.core.clock import Clock
from queue_server.core.crypto import Vault
from queue_server.core.prepared import Prepared, insert_that_may_conflict, settled
from queue_server.core.tables import event_counters, events

# A transaction-long lock, one a site. Not a row: it must also hold where a site has no row yet.
_LOCK_SITE = Prepared(text("SELECT pg_advisory_xact_lock(hashtextextended(:site, 0))"))
_ADVANCE = Prepared(
    update(event_counters)
    .where(event_counters.c.site == bindparam("of_site"))
    .values(last_id=event_counters.c.last_id + 1)
    .returning(event_counters.c.last_id)
)
_FIRST = insert(event_counters)
_APPEND = Prepared(insert(events))
_NEWEST = Prepared(select(func.max(events.c.id)).where(events.c.site == bindparam("site")))
# Both in one statement, a round trip less. SQLite has no such thing, and no trips to save.
_ADVANCE_AND_APPEND = Prepared(
    text(
        "WITH moved AS"
        " (UPDATE event_counters SET last_id = last_id + 1 WHERE site = :site RETURNING last_id)"
        " INSERT INTO events (site, id, key, request_hash, actor, kind, body, at)"
        " SELECT :site, last_id, :key, CAST(:request_hash AS bytea), :actor, :kind,"
        " CAST(:body AS json), CAST(:at AS timestamptz) FROM moved RETURNING id"
    )
    .bindparams(
        *(bindparam(name, type_=events.c[name].type) for name in ("request_hash", "body", "at"))
    )
    .columns(events.c.id)
)


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
    `event` is what `record` appended.
    """

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        now: datetime,
        memory: dict[str, Any] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.connection = connection
        self.vault = vault
        self._now = now
        self._late = False
        self._clock = clock
        self.memory: dict[str, Any] = {} if memory is None else memory
        self.seen: dict[str, Any] = {}
        self.event: Recorded | None = None
        self.key: str | None = None
        self.request_hash: bytes | None = None
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
        self.lock_site(actor.site)
        event_id = self._append(
            {
                "site": actor.site,
                "key": self.key or f"auto:{uuid4()}",
                "request_hash": self.request_hash,
                "actor": actor.label,
                "kind": kind,
                "body": body,
                "at": self.now,
            }
        )
        self.event = Recorded(actor.site, event_id, kind, body)
        return event_id

    def upsert(self, table: Any) -> Any:
        """An INSERT that can say ON CONFLICT, in the dialect of the database."""
        return insert_that_may_conflict(self.connection.dialect.name, table)

    def last_event_id(self, site: str) -> int:
        """The id of the newest event of `site`, 0 when there is none."""
        return _NEWEST.scalar(self.connection, {"site": site}) or 0

    def _append(self, row: dict[str, Any]) -> int:
        """Append `row` under the site's next id. The site is locked: nobody else takes it."""
        if self.connection.dialect.name == "postgresql":
            event_id = _ADVANCE_AND_APPEND.scalar(self.connection, row)
            return event_id or self._append_as(self._first_id(row["site"]), row)
        event_id = _ADVANCE.scalar(self.connection, {"of_site": row["site"]})
        return self._append_as(event_id or self._first_id(row["site"]), row)

    def _first_id(self, site: str) -> int:
        self.connection.execute(_FIRST, {"site": site, "last_id": 1})
        return 1

    def _append_as(self, event_id: int, row: dict[str, Any]) -> int:
        _APPEND.tell(self.connection, {**row, "id": event_id})
        return event_id
