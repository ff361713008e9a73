"""Gives an application its number, also when the journal forgot which numbers it gave."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import structlog

from kiosk.journal.orders import OrderBook
from kiosk.order import application_number, counter_of
from kiosk.queue_client import Answer, QueueClient, Refused

log = structlog.get_logger("numbering")


def put_numbered(
    client: QueueClient,
    orders: OrderBook,
    kiosk: str,
    path: str,
    body: Mapping[str, Any],
    key: UUID,
    deadline_s: float,
) -> tuple[str, Answer]:
    """POST `body` of the application `body["id"]` with its number; the number, and the answer.

    A kiosk whose journal was lost with its disk begins at 1 again: where the server has that number
    already, it says the last one, and the counter goes on from there, once.
    """
    application = UUID(body["id"])
    number = application_number(kiosk, orders.counter(application))
    answer = client.put(path, {**body, "number": number}, key, deadline_s)
    match answer:
        case Refused(409, "number_taken", _, {"last_number": str(last)}):
            counter = counter_of(kiosk, last)
            if counter is None:
                return number, answer
            log.warning("numbers go on from what the server knows", last=last)
            number = application_number(kiosk, orders.count_on_from(counter, application))
            again = uuid5(key, number)
            return number, client.put(path, {**body, "number": number}, again, deadline_s)
        case _:
            return number, answer
