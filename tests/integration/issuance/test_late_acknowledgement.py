"""What the server took long ago, its answer lost and forgotten meanwhile, is no claim."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from kiosk.journal import Journal, load_key
from kiosk.order import Means, OrderState
from kiosk.performers.delivery import hand_over
from kiosk.queue_client import Granted, QueueClient
from queue_server.core.idempotency import forget_replies
from tests.support.issuing import FEE, extra

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

EVIDENCE = {
    "amount_centimos": FEE,
    "terminal_id": "T-LATE",
    "authorisation_code": "123456",
    "rrn": "000000000077",
    "stan": "000077",
    "masked_last4": "4242",
    "scheme": "visa",
    "paid_at": "2026-11-21T15:00:00+00:00",
}


def test_a_payment_taken_days_ago_is_accepted_and_owes_nobody(
    world: "World", tmp_path: Path
) -> None:
    application = UUID(world.desk.register(extra(23)).json()["id"])
    journal, payment = Journal(tmp_path / "j.db", load_key(tmp_path / "k")), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), FEE)
    journal.orders.begin(application, Means.CARD, payment)
    journal.orders.step(application, OrderState.PAID, EVIDENCE)
    client = QueueClient(world.site.url, world.desk.kiosk.token)
    body = {"payment_id": str(payment), **EVIDENCE}
    path = f"/api/v1/applications/{application}/card"
    assert isinstance(client.put(path, body, payment, 5.0), Granted)  # and the answer is lost
    database = world.site.database()
    database.run(lambda uow: forget_replies(uow, uow.now + timedelta(hours=1)))
    database.close()

    entry = journal.orders.entry(application)
    assert entry is not None
    assert hand_over(client, journal, entry)
    settled = journal.orders.entry(application)
    assert settled is not None
    assert settled.state is OrderState.ACCEPTED
    assert journal.claims.of_payment(payment) == []
    client.close()
    journal.close()
