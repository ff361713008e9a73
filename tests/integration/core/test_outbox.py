"""An errand has one holder: it renews its claim, and one that lost it can write nothing more."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import ClaimLost, Errand
from queue_server.core.tables import events
from queue_server.core.tables import outbox as rows
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import ACTOR, note


@pytest.fixture
def errand(database: Database) -> Errand:
    database.run(lambda uow: outbox.post(uow, ACTOR.site, "request", "a1"))
    claimed = database.run(outbox.claim)
    assert claimed is not None
    return claimed


def run_out(database: Database) -> None:
    """Time passes, and nobody renews."""
    database.run(
        lambda uow: uow.connection.execute(
            update(rows).values(claimed_until=uow.now - outbox.LEASE)
        )
    )


def test_while_it_is_held_nobody_else_gets_it(database: Database, errand: Errand) -> None:
    assert database.run(outbox.claim) is None
    run_out(database)
    database.run(lambda uow: outbox.renew(uow, errand))
    assert database.run(outbox.claim) is None


def test_of_a_holder_that_died_it_is_due_again(database: Database, errand: Errand) -> None:
    run_out(database)
    assert database.run(outbox.claim) == replace(errand, attempts=2)


@pytest.mark.parametrize("late", [outbox.done, outbox.renew])
def test_who_lost_the_claim_leaves_nothing(
    database: Database, errand: Errand, late: "object"
) -> None:
    run_out(database)
    assert database.run(outbox.claim) is not None

    def finish(uow: UnitOfWork) -> None:
        note(uow)
        late(uow, errand)  # type: ignore[operator]

    with pytest.raises(ClaimLost):
        database.run(finish)
    kinds = database.read(lambda uow: uow.connection.execute(select(events.c.kind)).scalars().all())
    assert "test.noted" not in kinds


def test_what_is_done_is_not_done_again(database: Database, errand: Errand) -> None:
    database.run(lambda uow: outbox.done(uow, errand))
    with pytest.raises(ClaimLost):
        database.run(lambda uow: outbox.put_off(uow, errand, "late", 1.0))


@pytest.mark.negative_control
def test_without_the_number_of_the_claim_a_late_holder_would_write(
    database: Database, errand: Errand
) -> None:
    run_out(database)
    again = database.run(outbox.claim)
    assert again is not None
    database.run(lambda uow: outbox.done(uow, replace(errand, attempts=again.attempts)))
