"""Applications on their way to the person, put straight into a site's database, under a clock that
is set by hand."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Row, select, update

from kiosk.order import application_number
from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import (
    Applicant,
    ApplicationState,
    LetterKind,
    LetterState,
    Refusal,
)
from queue_server.issuance.services import applications, delivery, letters
from queue_server.issuance.services.applications import NewApplication
from tests.support.site import Site

SITE = "PRUEBA"
KIOSK = Actor(SITE, "kiosk", "K07")
BORN = date(1985, 7, 28)
LINK_DAYS = 7
PDF = b"%PDF-1.7\n% certificado de prueba\n%%EOF\n"
WAY = {
    "registered": (),
    "accepted": ("accepted",),
    "under_review": ("accepted", "under_review"),
    "issued": ("accepted", "issued"),
    "refused": ("accepted", "refused"),
}


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        """Move on by `days`, `minutes`, `seconds`…"""
        self.instant += timedelta(**by)


def database_at(site: Site, clock: HandClock) -> Database:
    """The site's database as a process with this clock opens it."""
    return open_database(load_config(site.folder / "server.toml"), clock)


@dataclass(frozen=True)
class Given:
    """An application that stands in the database: what its person knows, and its link's secret."""

    id: str
    number: str
    who: Applicant
    token: str

    @property
    def ending(self) -> str:
        """The last four of the document."""
        return self.who.document_number[-4:]


class Shelf:
    """Writes applications of one kiosk, each with the next number."""

    def __init__(self, database: Database, kiosk: str = "K07") -> None:
        self.database = database
        self._kiosk = kiosk
        self._count = 0

    def put(
        self,
        state: str = "issued",
        *,
        email: str | None = "ana@example.com",
        letter: LetterState | None = None,
        kind: LetterKind = LetterKind.CERTIFICATE,
        refusal: Refusal = Refusal.NOT_ACCEPTED,
        pdf: bytes = PDF,
    ) -> Given:
        """An application in `state`; an issued one with its file. `letter`: one of `kind` is owed
        and stands so."""
        self._count += 1
        number = application_number(self._kiosk, self._count)
        who = Applicant("01", f"2000{self._count:04}", BORN)
        id_ = uuid4()

        def write(uow: UnitOfWork) -> str:
            new = NewApplication(id_, number, who, email, 3770)
            applications.write_down(uow, KIOSK, new)
            for step in WAY[state]:
                to = ApplicationState(step)
                reason = refusal if to is ApplicationState.REFUSED else None
                applications.move(uow, KIOSK, _row(uow, id_), to, reason)
            if state == "issued":
                _issue(uow, id_, number, pdf)
            if letter is not None:
                _write_letter(uow, id_, kind, letter)
            return delivery.link_token(uow, str(id_)) or ""

        return Given(str(id_), number, who, self.database.run(write))

    def certificate(self, given: Given) -> Row[tuple[object, ...]]:
        """The row of its certificate."""
        query = select(tables.certificates).where(tables.certificates.c.application == given.id)
        return self.database.read(lambda uow: uow.connection.execute(query).one())

    def letters(self, given: Given) -> list[Row[tuple[object, ...]]]:
        """The letters it ever owed, in order."""
        rows = tables.letters
        query = select(rows).where(rows.c.application == given.id).order_by(rows.c.position)
        return self.database.read(lambda uow: list(uow.connection.execute(query)))

    def views(self, given: Given, what: str) -> list[int]:
        """The positions of the views that are kept."""
        rows = tables.link_views
        query = (
            select(rows.c.position)
            .where(rows.c.application == given.id, rows.c.what == what)
            .order_by(rows.c.position)
        )
        return self.database.read(lambda uow: list(uow.connection.execute(query).scalars()))

    def events(self, kind: str, given: Given) -> list[dict[str, object]]:
        """The bodies of its events of a kind."""
        query = select(events.c.body).where(events.c.kind == kind).order_by(events.c.id)
        found = self.database.read(lambda uow: list(uow.connection.execute(query).scalars()))
        return [body for body in found if body["application"] == given.id]


def _row(uow: UnitOfWork, id_: UUID) -> Row[tuple[object, ...]]:
    return applications.find(uow, SITE, str(id_))


def _issue(uow: UnitOfWork, id_: UUID, number: str, pdf: bytes) -> None:
    uow.connection.execute(
        update(tables.applications)
        .where(tables.applications.c.id == str(id_))
        .values(certificate_number=f"PRUEBA-{number[4:9]}")
    )
    digest = hashlib.sha256(pdf).hexdigest()
    delivery.store(uow, _row(uow, id_), pdf, digest, "CN=prueba", LINK_DAYS)


def _write_letter(uow: UnitOfWork, id_: UUID, kind: LetterKind, state: LetterState) -> None:
    letters.owe(uow, _row(uow, id_), kind)
    owed = letters.newest(uow, str(id_), kind)
    if owed is not None and state is not LetterState.WAITING:
        letters.settled(uow, owed.id, state)
