"""A kiosk's side of issuance without a kiosk: checks, registers, pays, follows."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from kiosk.order import application_number
from queue_server.core.tables import outbox
from tests.support.centre import EXTRA_BIRTH, eventually, extra_number
from tests.support.site import KioskHttp, Site

FEE = 3770
PAID_ON = "2026-11-20"
CLEAN = {"type": "01", "number": "10117410", "birth_date": "1980-01-01"}
WITH_RECORD = {"type": "01", "number": "10117428", "birth_date": "1975-06-30"}
HOMONYM = {"type": "01", "number": "10117436", "birth_date": "1990-03-15"}
MINOR = {"type": "01", "number": "10117444", "birth_date": "2015-05-05"}
ALREADY = {"type": "01", "number": "10117479", "birth_date": "1969-02-28"}
NOT_IN_FORCE = {"type": "04", "number": "900117500", "birth_date": "1985-04-18"}
UNKNOWN = {"type": "01", "number": "49999999", "birth_date": "1980-01-01"}
FOREIGNER = {"type": "04", "number": "900117451", "birth_date": "1988-11-02"}
SINGLE_SURNAME = {"type": "01", "number": "10117487", "birth_date": "1958-10-09"}


def extra(index: int) -> dict[str, str]:
    """The `index`-th of the ordinary people the tests add to the register."""
    return {"type": "01", "number": extra_number(index), "birth_date": EXTRA_BIRTH}


def hurry(site: Site, subject: str) -> None:
    """Make the errand of `subject` that waits due now."""
    database = site.database()
    database.run(
        lambda uow: uow.connection.execute(
            outbox.update()
            .where(outbox.c.subject == subject, outbox.c.state == "waiting")
            .values(not_before=uow.now)
        )
    )
    database.close()


class Desk:
    """One kiosk's credential, used by hand. Each application gets the next number."""

    def __init__(self, site: Site, code: str = "T01") -> None:
        self.kiosk: KioskHttp = site.kiosk(code)
        self._code = code
        self._count = 0

    def next_number(self) -> str:
        """The short number of this kiosk's next application."""
        self._count += 1
        return application_number(self._code, self._count)

    def check(self, document: dict[str, str]) -> dict[str, Any]:
        """The question before money."""
        answer = self.kiosk.http.post("/api/v1/applicants/check", json=document)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def register(
        self, document: dict[str, str], email: str | None = None, amount: int = FEE
    ) -> httpx.Response:
        """Write an application down; its id is in the answer."""
        body = {
            "id": str(uuid4()),
            "number": self.next_number(),
            "document": document,
            "email": email,
            "amount_centimos": amount,
        }
        return self.post("/api/v1/applications", body)

    def pay(self, application: str, payment: str = "", **changes: Any) -> httpx.Response:
        """Hand a charged card over; the payment's id is the key."""
        payment = payment or str(uuid4())
        body = {
            "payment_id": payment,
            "amount_centimos": FEE,
            "terminal_id": "T-1",
            "authorisation_code": "123456",
            "rrn": payment[-12:],
            "stan": "1",
            "masked_last4": "4242",
            "scheme": "PRUEBA",
            "paid_at": datetime(2026, 11, 21, 15, 0, tzinfo=UTC).isoformat(),
            **changes,
        }
        return self.post(f"/api/v1/applications/{application}/card", body, payment)

    def present(self, application: str, sequence: str, **changes: Any) -> httpx.Response:
        """Present a bank's voucher of `PAID_ON`; its id is the key."""
        voucher = changes.pop("voucher_id", None) or str(uuid4())
        body = {
            "voucher_id": voucher,
            "sequence": sequence,
            "paid_on": PAID_ON,
            **changes,
        }
        return self.post(f"/api/v1/applications/{application}/voucher", body, voucher)

    def until_payment(self, application: str, payment: str) -> dict[str, Any]:
        """Wait until the payment of an application stands like this."""

        def reached() -> dict[str, Any] | None:
            body = self.state(application)
            return body if body["payment"] == payment else None

        return eventually(reached)

    def apply(self, document: dict[str, str], email: str | None = None) -> str:
        """Register and pay; the application's id."""
        application = self.register(document, email).json()["id"]
        answer = self.pay(application)
        assert answer.status_code == 202, answer.text
        return application

    def state(self, application: str) -> dict[str, Any]:
        """Where an application stands."""
        return self.kiosk.http.get(f"/api/v1/applications/{application}").json()

    def until(self, application: str, state: str, deadline_s: float = 40.0) -> dict[str, Any]:
        """Wait until an application is in `state`."""

        def reached() -> dict[str, Any] | None:
            body = self.state(application)
            return body if body["state"] == state else None

        return eventually(reached, deadline_s)

    def post(self, path: str, body: dict[str, Any], key: str = "") -> httpx.Response:
        """POST with an idempotency key."""
        return self.kiosk.http.post(
            path, json=body, headers={"Idempotency-Key": key or str(uuid4())}
        )
