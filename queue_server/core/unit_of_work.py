"""One transaction as the services see it: a connection, the instant, and at most one event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_upsert

from queue_server.core import tables
from queue_server.core.crypto import Vault


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


class UnitOfWork:
    """What a service works in. It never commits; whoever opened the unit does.

    `now` is the one instant of the whole unit, aware UTC.
    """

    def __init__(self, connection: Connection, vault: Vault, now: datetime) -> None:
        self.connection = connection
        self.vault = vault
        self.now = now
        self.recorded: int | None = None
        self.key: str | None = None
        self.request_hash: bytes | None = None

    def record(self, actor: Actor, kind: str, **body: Any) -> int:
        """Append the unit's event and return its id. `body`: ids and words, no personal data.

        One event a unit: a second call is a programming error (RuntimeError).
        """
        if self.recorded is not None:
            raise RuntimeError(f"this unit already recorded an event, second kind: {kind}")
        event_id = self._next_event_id(actor.site)
        self.connection.execute(
            insert(tables.events),
            {
                "site": actor.site,
                "id": event_id,
                "key": self.key or f"auto:{uuid4()}",
                "request_hash": self.request_hash,
                "actor": actor.label,
                "kind": kind,
                "body": body,
                "at": self.now,
            },
        )
        self.recorded = event_id
        return event_id

    def upsert(self, table: Any) -> Any:
        """An INSERT that can say ON CONFLICT, in the dialect of the database."""
        if self.connection.dialect.name == "sqlite":
            return sqlite_upsert(table)
        from sqlalchemy.dialects.postgresql import insert as pg_upsert  # 0.1 s of start-up

        return pg_upsert(table)

    def last_event_id(self, site: str) -> int:
        """The id of the newest event of `site`, 0 when there is none."""
        newest = select(func.max(tables.events.c.id)).where(tables.events.c.site == site)
        return self.connection.execute(newest).scalar() or 0

    def _next_event_id(self, site: str) -> int:
        counter = tables.event_counters
        advance = (
            update(counter)
            .where(counter.c.site == site)
            .values(last_id=counter.c.last_id + 1)
            .returning(counter.c.last_id)
        )
        advanced = self.connection.execute(advance).scalar()
        if advanced is not None:
            return advanced
        first = self.upsert(counter).values(site=site, last_id=1)
        first = first.on_conflict_do_update(
            index_elements=["site"], set_={"last_id": counter.c.last_id + 1}
        ).returning(counter.c.last_id)
        return self.connection.execute(first).scalar_one()
