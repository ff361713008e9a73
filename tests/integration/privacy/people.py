"""Somebody applied, came, paid and was served: rows in every table that holds a person's data."""

from uuid import uuid4

from sqlalchemy import insert

from queue_server.core.db import Database
from queue_server.core.idempotency import Reply, once, request_hash
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables as money
from queue_server.payments.model.claims import ClaimReason, Given
from queue_server.payments.model.vouchers import VoucherRefusal
from queue_server.payments.services import claims, told
from queue_server.payments.services.vouchers import refuse_voucher
from queue_server.turns.model.ticket import IdentityClaim, Wish
from queue_server.turns.services.issue import issue
from tests.support.applied import KIOSK, Applied, Register
from tests.support.owed import CASHIER, new_claim
from tests.support.site import OPERATOR


def come(database: Database, number: str, kiosk: Actor = KIOSK) -> str:
    """Take a turn with a document, under a key whose answer is kept; the visit's id."""
    wish, identity = Wish("information"), IdentityClaim("01", number)

    def work(uow: UnitOfWork) -> str:
        visit = ""

        def served() -> Reply:
            nonlocal visit
            visit = issue(uow, kiosk, wish, identity).visit
            return Reply(201, {"document": number})

        once(uow, kiosk, str(uuid4()), request_hash(kiosk, "POST", number), served)
        return visit

    return database.run(work)


def refused_voucher(database: Database, register: Register, applied: Applied, number: str) -> str:
    """A voucher that did not pay; its id."""
    voucher = register.voucher(applied, number)
    reason = next(iter(VoucherRefusal))
    database.run(lambda uow: refuse_voucher(uow, voucher, reason))
    return voucher


def expired_charge(database: Database, applied: Applied, code: str) -> str:
    """A wallet's code that nobody paid; its id."""

    def work(uow: UnitOfWork) -> str:
        row = {
            "id": str(uuid4()), "site": "PRUEBA", "application": applied.id, "kiosk": "A01",
            "amount_centimos": 3770, "reference": "R1", "came_from": "waiting", "state": "expired",
            "payload": uow.vault.seal("wallet_charges.payload", code), "opened_at": uow.now,
            "changed_at": uow.now,
        }  # fmt: skip
        uow.connection.execute(insert(money.wallet_charges), row)
        return row["id"]

    return database.run(work)


def owed_claim(database: Database, applied: Applied | None = None) -> str:
    """A claim that waits for whoever has its code; the code."""
    more = {} if applied is None else {"application": applied.id}
    new = new_claim(reason=ClaimReason.NOT_REGISTERED, **more)
    database.run(lambda uow: told.make(uow, KIOSK, new))
    return new.code


def redeem(database: Database, code: str) -> None:
    """Its money was given."""
    database.run(
        lambda uow: claims.redeem(uow, CASHIER, code, "V1", Given.CASH, document_shown=True)
    )


def noted(database: Database) -> None:
    """Something else happened at the site."""
    database.run(lambda uow: uow.record(OPERATOR, "test.noted"))
