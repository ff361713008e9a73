"""Many paid applications at once, put into a site's database by the product's own services."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from kiosk.order import application_number
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.issuance.model import Applicant
from queue_server.issuance.services import applications
from queue_server.issuance.services.applications import NewApplication
from queue_server.payments.model.paid import CardPayment
from tests.support.centre import EXTRA_BIRTH, extra_number

FEE = 3770
PAID_AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
SITE = "PRUEBA"
# Nobody at the centre knows this document: the application is refused in the end.
STRANGER = "49999999"
TOGETHER = 16


def accepted(database: Database, code: str, numbers: range, stranger_every: int = 0) -> list[UUID]:
    """The `numbers`-th applications of kiosk `code`, registered and paid; their ids.

    Each is of a person of its own; with `stranger_every` some are of nobody the centre knows.
    """

    def one(number: int) -> UUID:
        is_stranger = stranger_every and number % stranger_every == 0
        return accepted_one(database, code, number, STRANGER if is_stranger else "")

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, numbers))


def accepted_one(database: Database, code: str, number: int, document: str = "") -> UUID:
    """One application, registered and paid by card; its id."""
    application, payment, actor = uuid4(), uuid4(), Actor(SITE, "kiosk", code)
    born = date.fromisoformat(EXTRA_BIRTH)
    who = Applicant("01", document or extra_number(number), born)
    new = NewApplication(application, application_number(code, number), who, None, FEE)
    paid = CardPayment(
        payment, FEE, code, "123456", payment.hex[:12], "1", "4242", "PRUEBA", PAID_AT
    )
    database.run(lambda uow: applications.register(uow, actor, new))
    database.run(lambda uow: applications.accept(uow, actor, application, paid))
    return application
