"""Two real jobs processes on one PostgreSQL: each periodic job is held by one of them."""

import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from queue_server.core.db import Database
from queue_server.core.tables import job_leases
from tests.support.site import Site

DEADLINE_S = 30.0
SOME = {"retention", "forget visit documents", "seal anew", "close past days", "alerts"}


def leases(database: Database) -> dict[str, str]:
    found = select(job_leases.c.job, job_leases.c.holder)
    rows = database.read(lambda uow: list(uow.connection.execute(found)))
    return {row.job: row.holder for row in rows}


def until_all_are_held(database: Database) -> dict[str, str]:
    ends = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends:
        held = leases(database)
        if held.keys() >= SOME:
            return held
        time.sleep(0.05)
    raise TimeoutError(f"held so far: {sorted(leases(database))}")


@pytest.mark.thorough  # two whole processes start and end
def test_each_job_is_one_process_and_is_given_back_at_its_end(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", database="postgresql")
    database = site.database()
    try:
        first, second = site.fork("jobs"), site.fork("jobs")
        held = until_all_are_held(database)
        assert len(set(held.values())) <= 2
        assert not [each for each in held if each.startswith(("relay", "postman", "teller"))]
        for process in (first, second):
            process.terminate()
        for process in (first, second):
            assert process.wait(20) in (0, -signal.SIGTERM)
        count = select(func.count()).select_from(job_leases)
        assert database.read(lambda uow: uow.connection.execute(count).scalar_one()) == 0
    finally:
        database.close()
        site.remove()
