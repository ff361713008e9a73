"""What is wrong with an errand itself is counted, then parked for a person; nothing is lost."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.tables import outbox as rows
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.issuance.services.relay import PARK_AFTER, Relay
from tests.support.site import Site


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    site = Site(tmp_path_factory.mktemp("site"))
    database = site.database()
    yield database
    database.close()
    site.remove()


def turns(database: Database, carrier: Carrier, count: int) -> list[str]:
    """The state of one errand after each of `count` turns, time being made to pass."""
    database.run(lambda uow: outbox.post(uow, "PRUEBA", "request", str(uuid4())))
    relay = Relay(database, {"request": carrier}, serves=lambda: True)
    states = []
    for _ in range(count):
        relay.turn()
        states.append(
            database.read(lambda uow: uow.connection.execute(select(rows.c.state)).scalar())
        )
        database.run(lambda uow: uow.connection.execute(update(rows).values(not_before=uow.now)))
    return states


def falls(errand: Errand) -> Finish:
    raise ValueError("nobody foresaw this")


def cannot_be_written(errand: Errand) -> Finish:
    def finish(uow: UnitOfWork) -> None:
        outbox.done(uow, errand)
        raise LookupError("nobody foresaw this either")

    return finish


def odd(errand: Errand) -> Again:
    return Again("contradiction", stumble=True)


@pytest.mark.parametrize("carrier", [falls, cannot_be_written, odd])
def test_after_some_stumbles_a_person_must_look(database: Database, carrier: Carrier) -> None:
    states = turns(database, carrier, PARK_AFTER + 1)
    assert states == ["waiting"] * (PARK_AFTER - 1) + ["parked", "parked"]


def test_an_outage_parks_nothing_however_long_it_lasts(database: Database) -> None:
    states = turns(database, lambda _: Again("no_connection"), 3 * PARK_AFTER)
    assert set(states) == {"waiting"}


@pytest.mark.negative_control
def test_if_every_failure_counted_an_outage_would_park_everything(database: Database) -> None:
    states = turns(database, lambda _: Again("no_connection", stumble=True), 3 * PARK_AFTER)
    assert states[-1] == "parked"
