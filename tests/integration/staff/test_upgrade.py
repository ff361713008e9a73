"""An administrator of an earlier release is signed out by the upgrade and enrols."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.migrations import alembic_config, upgrade
from queue_server.staff.model import PEOPLE, Role
from queue_server.staff.services import sessions, sign_in
from queue_server.staff.services.accounts import NewAccount, put_account
from tests.support.site import OPERATOR, Kind, Site

SITE, BEFORE = OPERATOR.site, "0014"
NEW_TABLES = {"half_sessions", "second_factors", "recovery_codes"}


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    kind: Kind = request.param
    made = Site(tmp_path, database=kind)
    yield made
    made.remove()


@contextmanager
def opened(site: Site) -> Iterator[Database]:
    """The database as a process that starts now finds it."""
    database = site.database()
    try:
        yield database
    finally:
        database.close()


def go_back(database: Database) -> None:
    """The database as it was before the second factor."""
    config = alembic_config(str(database.engine.url))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)


def test_down_and_up_again_keeps_accounts_and_asks_administrators_for_a_code(site: Site) -> None:
    values: dict[str, str] = {}
    with opened(site) as database:
        for name, role in (("ana", Role.COUNTER), ("jefa", Role.ADMINISTRATOR)):
            new = NewAccount(name, name, role, "a hash", one_time=False)
            database.run(lambda uow, new=new: put_account(uow, OPERATOR, new))
            values[name] = (
                database.run(
                    lambda uow, name=name: sessions.open_session(uow, SITE, name, "a hash")
                )
                or ""
            )
    with opened(site) as database:
        go_back(database)
        assert not NEW_TABLES & set(inspect(database.engine).get_table_names())
    with opened(site) as database:
        upgrade(database.engine)
        assert set(inspect(database.engine).get_table_names()) >= NEW_TABLES
    with opened(site) as database:
        ana = database.read(lambda uow: sessions.person(uow, values["ana"], PEOPLE))
        assert ana.name == "ana"
        with pytest.raises(Problem) as refused:
            database.read(lambda uow: sessions.person(uow, values["jefa"], PEOPLE))
        assert refused.value.kind == "signed_out"
        step = database.run(
            lambda uow: sign_in.after_password(uow, SITE, "jefa", "a hash", sessions.Where())
        )
    assert step is not None
    assert step.next is sign_in.Next.ENROL
