"""The fee of the day changes at the site's midnight, not at Greenwich's, and may be set before."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import applications
from queue_server.payments.model.fees import Fee
from queue_server.payments.services.fees import fee_of, set_fees
from tests.support.office import FEE, Office
from tests.support.site import Kind, Site

OPERATOR = Actor("PRUEBA", "operator", "test")
NEW_FEE, CHANGES = 3540, date(2026, 12, 1)
# Lima is five hours behind Greenwich.
LAST_OLD, FIRST_NEW = (
    datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC),
    datetime(2026, 12, 1, 5, 0, 0, tzinfo=UTC),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind: Kind = request.param
    office = Office(Site(tmp_path_factory.mktemp("site"), database=kind))
    fees = [Fee(CHANGES, NEW_FEE)]
    office.database.run(lambda uow: set_fees(uow, OPERATOR, "certificate", fees))
    yield office
    office.close()


def fee_at(office: Office, at: datetime) -> int | None:
    office.clock.at = at
    return office.database.read(lambda uow: applications.fee_today(uow, "PRUEBA"))


def test_it_changes_at_local_midnight(office: Office) -> None:
    assert fee_at(office, LAST_OLD) == FEE
    assert fee_at(office, FIRST_NEW) == NEW_FEE


@pytest.mark.negative_control
def test_by_greenwichs_day_it_would_change_five_hours_early(office: Office) -> None:
    office.clock.at = LAST_OLD

    def of_greenwich(uow: UnitOfWork) -> int | None:
        return fee_of(uow, "PRUEBA", "certificate", local_day(uow.now, "UTC"))

    assert office.database.read(of_greenwich) == NEW_FEE


def test_who_read_the_old_fee_before_midnight_is_told_the_new_one(office: Office) -> None:
    office.clock.at = LAST_OLD
    office.register()
    office.clock.at = FIRST_NEW
    with pytest.raises(Problem) as told:
        office.register()
    assert (told.value.kind, told.value.extra) == ("fee_changed", {"fee_centimos": NEW_FEE})


def test_a_change_is_an_event_also_when_only_the_fees_change(office: Office) -> None:
    kinds = office.rows(select(events.c.kind, events.c.body).where(events.c.kind == "site.changed"))
    changed = [row.body["what"] for row in kinds]
    assert changed[-1] == "fees"
    assert "site" in changed, "load-site writes one event for all it changed"
