"""Migration 0021 goes down and up again on both databases, and no row of a person is lost."""

from alembic import command
from sqlalchemy import inspect, select, update

from queue_server.issuance import tables as issuance
from queue_server.migrations import alembic_config, upgrade
from queue_server.staff import tables as staff
from queue_server.staff.services import second_factor
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.test_retention import account
from tests.support.applied import Register

BEFORE, ADDED = "0019", {"data_keys", "job_leases"}


def go_back(room: Room) -> None:
    config = alembic_config(str(room.database.engine.url))
    with room.database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)


def tables(room: Room) -> set[str]:
    return set(inspect(room.database.engine).get_table_names())


def test_down_and_up_again_keeps_applications_and_begins_offers_anew(room: Room) -> None:
    applied = Register(room.database).apply("40100031", "issued")
    account(room)
    room.database.run(lambda uow: second_factor.offer(uow, "PRUEBA", "ana"))
    numbers = select(issuance.applications.c.id, issuance.applications.c.number)
    room.database.engine.dispose()
    go_back(room)
    assert not ADDED & tables(room)
    assert room.rows(numbers) == [(applied.id, applied.number)]
    upgrade(room.database.engine)
    assert tables(room) >= ADDED
    assert room.rows(numbers) == [(applied.id, applied.number)]
    assert room.rows(select(issuance.applications.c.erased_at)) == [(None,)]
    assert room.rows(select(staff.second_factors.c.offered)) == [(None,)]


def test_what_an_earlier_release_sealed_is_read_and_sealed_anew(room: Room) -> None:
    """Values of before had no key's name in front."""
    Register(room.database).apply("40100031", "issued")
    table = issuance.applications
    ((named,),) = room.rows(select(table.c.applicant))
    room.do(update(table).values(applicant=b"\x01" + named[5:]))
    assert "40100031" in room.site.command("person", "export", "--document", "01", "40100031")
    room.site.command("rotate-key")
    ((fresh,),) = room.rows(select(table.c.applicant))
    assert fresh.startswith(room.database.vault.mark)
    assert "40100031" in room.site.command("person", "export", "--document", "01", "40100031")
