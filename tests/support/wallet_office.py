"""Wallets' charges of one site without HTTP: each call is one committed unit of work."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from queue_server.core.db import Database
from queue_server.core.tables import outbox
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services import wallets
from queue_server.payments import tables
from queue_server.payments.model.wallet import Answer, Charge, Opened, Paid, WalletTrouble
from queue_server.payments.services import wallet
from tests.support.office import FEE, KIOSK, Office

CODE = "00020101021252049399"


class WalletOffice:
    """What kiosks ask for and the gateway says, at an `Office`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def opening(self, application: UUID | None = None, database: Database | None = None) -> Charge:
        """A charge that was written down and of which the gateway has not spoken."""
        of, id_ = application or self.office.register(), uuid4()
        (database or self.office.database).run(
            lambda uow: wallets.open_charge(uow, KIOSK, of, id_, FEE)
        )
        return self.charge(id_)

    def waiting(self, application: UUID | None = None) -> Charge:
        """A charge that can be paid for three minutes."""
        charge = self.opening(application)
        until = self.office.clock.now() + timedelta(minutes=3)
        return self.say(charge, Opened(CODE, until))

    def say(self, charge: Charge, answer: Answer, database: Database | None = None) -> Charge:
        """Let the gateway say something; the charge as it then stands."""
        (database or self.office.database).run(lambda uow: wallets.settled(uow, charge, answer))
        return self.charge(charge.id)

    def cancel(self, charge: Charge) -> Charge:
        """Give a charge up."""
        self.office.database.run(
            lambda uow: wallets.cancel(uow, KIOSK, UUID(charge.application), charge.id)
        )
        return self.charge(charge.id)

    def charge(self, id_: UUID) -> Charge:
        """A charge as its row says."""
        return self.office.database.read(lambda uow: wallet.charge(uow, "PRUEBA", str(id_)))

    def money(self, amount: int = FEE, reference: str = "") -> Paid:
        """Somebody has paid at this moment."""
        return Paid(reference or f"BIL-{uuid4().hex[:20]}", amount, self.office.clock.now())

    def payments(self, charge: Charge) -> list[tuple[str, Any]]:
        """What paid for its application: means, and when that was given back."""
        payments = tables.payments.c
        rows = select(payments.means, payments.returned_at).where(
            payments.application == charge.application
        )
        return [(row.means, row.returned_at) for row in self.office.rows(rows)]

    def requests(self, charge: Charge) -> int:
        """How many errands to the centre its application left."""
        count = select(func.count()).where(
            outbox.c.subject == charge.application, outbox.c.kind == "request"
        )
        return self.office.rows(count)[0][0]

    def open_charges(self, application: UUID) -> int:
        """How many charges of an application could be paid."""
        charges = tables.wallet_charges.c
        is_open = charges.state.in_(("opening", "waiting", "canceling"))
        count = select(func.count()).where(charges.application == str(application), is_open)
        return self.office.rows(count)[0][0]

    def troubles(self) -> list[WalletTrouble]:
        """What staff must see to."""

        def read(uow: UnitOfWork) -> list[WalletTrouble]:
            return wallet.wallet_troubles(uow, "PRUEBA")

        return self.office.database.read(read)
