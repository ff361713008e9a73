"""Applications of one site without HTTP: each call is one committed unit of work."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from kiosk.order import application_number
from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.tables import outbox as errands
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import Applicant
from queue_server.issuance.services import applications, vouchers
from queue_server.issuance.services.applications import NewApplication
from queue_server.issuance.services.vouchers import Shown
from queue_server.payments.model.paid import CardPayment
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.services.vouchers import payment_standing
from tests.support.hall import MovableClock
from tests.support.site import Site

KIOSK = Actor("PRUEBA", "kiosk", "A01")
PERSON = Applicant("01", "10117410", date(1980, 1, 1))
FEE, PAID_ON = 3770, date(2026, 11, 20)
NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
WAIT = timedelta(hours=72)


class Office:
    """What kiosks and relays do to applications, on a clock that is moved by hand."""

    def __init__(self, site: Site, at: datetime = NOON) -> None:
        self.clock = MovableClock(at)
        self.site = site
        self._count = 0
        self.database = self.another_process()

    def another_process(self) -> Database:
        """The site's database as one more process has it."""
        database = self.site.database()
        database.clock = self.clock
        return database

    def register(self, email: str | None = None, who: Applicant = PERSON) -> UUID:
        """An application before money."""
        self._count += 1
        number = application_number("T01", self._count)
        new = NewApplication(uuid4(), number, who, email, FEE)
        self.database.run(lambda uow: applications.register(uow, KIOSK, new))
        return new.id

    def present(self, application: UUID, sequence: str, wait: timedelta = WAIT) -> str:
        """Present a voucher that is kept for `wait`; its id."""
        shown = Shown(uuid4(), sequence, PAID_ON)
        self.database.run(lambda uow: vouchers.present(uow, KIOSK, application, shown, wait))
        return str(shown.id)

    def pay_by_card(self, application: UUID) -> None:
        """Hand a charged card over."""
        payment = uuid4()
        card = CardPayment(
            payment, FEE, "T-1", "1", str(payment)[:12], "1", "4242", "PRUEBA", self.clock.now()
        )
        self.database.run(lambda uow: applications.accept(uow, KIOSK, application, card))

    def errand(self, subject: str) -> Errand:
        """Claim what is due until it is the errand of `subject`."""
        while (errand := self.database.run(outbox.claim)) is not None:
            if errand.subject == subject:
                return errand
        raise AssertionError(f"no errand of {subject} is due")

    def waiting(self, subject: str) -> Any:
        """The errand of `subject` as its row says."""
        rows = select(errands).where(errands.c.subject == subject)
        return self.database.read(lambda uow: uow.connection.execute(rows).one())

    def standing(self, application: UUID) -> PaymentStanding:
        """How its payment stands."""
        return self.database.read(lambda uow: payment_standing(uow, str(application)))

    def state(self, application: UUID) -> str:
        """Where it stands."""
        return self.database.read(
            lambda uow: applications.find(uow, "PRUEBA", str(application)).state
        )

    def rows(self, statement: Any) -> list[Any]:
        """What a statement finds."""

        def read(uow: UnitOfWork) -> list[Any]:
            return list(uow.connection.execute(statement))

        return self.database.read(read)

    def close(self) -> None:
        """Let go of the database and remove it."""
        self.database.close()
        self.site.remove()
