"""Applications put straight into a site's database, as far along as a test needs them."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update

from kiosk.order import application_number
from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.tables import outbox as errands
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant, ApplicationState, LetterKind, Refusal
from queue_server.issuance.services import applications, delivery, letters
from queue_server.issuance.services.applications import NewApplication
from queue_server.payments.model.vouchers import Voucher
from queue_server.payments.services.vouchers import hold_voucher

KIOSK = Actor("PRUEBA", "kiosk", "A01")
RELAY = Actor("PRUEBA", "jobs", "relay")
# One empty page; readers find its parts again by themselves.
PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
    b"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
    b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>> endobj\n"
    b"trailer <</Root 1 0 R>>\n%%EOF\n"
)
BORN = date(1980, 1, 1)
STEPS = {
    "registered": (),
    "accepted": ("accepted",),
    "under_review": ("accepted", "under_review"),
    "issued": ("accepted",),
    "refused": ("accepted", "refused"),
}


@dataclass(frozen=True)
class Applied:
    """One application: its id and the number its person keeps."""

    id: str
    number: str


class Register:
    """Writes applications of `site`'s database, each with the next number."""

    def __init__(self, database: Database, kiosk: str = "A01") -> None:
        self.database = database
        self._kiosk = kiosk
        self._count = 0

    def apply(self, document: str, state: str = "issued") -> Applied:
        """An application of the DNI `document` in `state`; an issued one with its file."""
        self._count += 1
        applied = Applied(str(uuid4()), application_number(self._kiosk, self._count))
        self.database.run(lambda uow: _write(uow, applied, document, state))
        return applied

    def letter(self, applied: Applied) -> str:
        """The certificate's letter, which is owed from now on; its id."""

        def work(uow: UnitOfWork) -> str:
            row = applications.find(uow, KIOSK.site, applied.id)
            letters.owe(uow, row, LetterKind.CERTIFICATE)
            owed = letters.newest(uow, applied.id, LetterKind.CERTIFICATE)
            assert owed is not None
            return owed.id

        return self.database.run(work)

    def voucher(self, applied: Applied, document: str) -> str:
        """A bank's voucher presented for it; its id."""
        voucher, id_ = Voucher("01", document, "000123", date(2026, 11, 20)), uuid4()
        wait = timedelta(days=1)
        self.database.run(
            lambda uow: hold_voucher(uow, KIOSK, UUID(applied.id), id_, voucher, wait)
        )
        return str(id_)

    def issue(self, applied: Applied) -> None:
        """What the relay writes once the certificate is here, event and all."""

        def work(uow: UnitOfWork) -> None:
            _issued(uow, applied.id)
            uow.record(RELAY, "application.issued", application=applied.id)

        self.database.run(work)

    def expire(self, applied: Applied) -> None:
        """As if the days were over for which the certificate is kept."""
        row = tables.certificates
        self.database.run(
            lambda uow: uow.connection.execute(
                update(row)
                .where(row.c.application == applied.id)
                .values(pdf=None, link=None, forgotten_at=uow.now, expires_at=uow.now)
            )
        )

    def park(self, kind: str, subject: str, reason: str) -> int:
        """An errand that came to a stop ten tries ago; its id."""

        def work(uow: UnitOfWork) -> int:
            outbox.post(uow, KIOSK.site, kind, subject)
            values = {"state": "parked", "reason": reason, "attempts": 10}
            uow.record(RELAY, "errand.parked", errand=kind, subject=subject)
            put = update(errands).where(errands.c.subject == subject, errands.c.kind == kind)
            return uow.connection.execute(put.values(values).returning(errands.c.id)).scalar_one()

        return self.database.run(work)


def _write(uow: UnitOfWork, applied: Applied, document: str, state: str) -> None:
    who, address = Applicant("01", document, BORN), f"{document}@example.com"
    new = NewApplication(UUID(applied.id), applied.number, who, address, 3770)
    applications.write_down(uow, KIOSK, new)
    for step in STEPS[state]:
        row = applications.find(uow, KIOSK.site, applied.id)
        refusal = Refusal.NOT_ACCEPTED if step == "refused" else None
        applications.move(uow, RELAY, row, ApplicationState(step), refusal)
    if state == "issued":
        _issued(uow, applied.id)


def _issued(uow: UnitOfWork, application: str) -> None:
    row = applications.find(uow, KIOSK.site, application)
    applications.move(uow, RELAY, row, ApplicationState.ISSUED)
    delivery.store(uow, row, PDF, "0" * 64, "CN=prueba", link_days=7)


def backdate_grants(database: Database, by: timedelta) -> None:
    """As if every permission to open a file had been given so much earlier."""
    grants = tables.collections

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute(update(grants).values(at=uow.now - by))

    database.run(work)
