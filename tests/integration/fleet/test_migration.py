"""The fleet's tables come and go on both databases, and what a kiosk had told stays."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from queue_server.core.schema import metadata
from queue_server.migrations import alembic_config
from tests.support.site import Kind, Site

BEAT = (
    "INSERT INTO heartbeats (site, kiosk, received_at, boot_id, sequence, build, screen, devices,"
    " unsent) VALUES ('PRUEBA', 'A01', '2026-03-02 15:00:00.000000', 'b', 7, '1', 'Welcome', '[]',"
    " 0)"
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_back_before_the_fleet_and_forward_again(tmp_path: Path, kind: Kind) -> None:
    site = Site(tmp_path, database=kind)
    database = site.database()
    config = alembic_config(str(database.engine.url))

    def move(connection: Connection, how: Any, where: str) -> None:
        config.attributes["connection"] = connection
        how(config, where)

    with database.engine.begin() as connection:
        move(connection, command.downgrade, "0016")
        connection.execute(text(BEAT))
    with database.engine.begin() as connection:
        move(connection, command.upgrade, "head")
        row = connection.execute(text("SELECT * FROM heartbeats")).one()
        assert (row.sequence, row.session, bool(row.online)) == (7, "", True)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()
    site.remove()
