"""Alembic: the database's own history; `upgrade` runs it from inside the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

# One migration at a time, whoever starts first; the others wait and find nothing to do.
_MIGRATING = 0x56454E54
_PATIENCE_S = 120


def alembic_config(url: str) -> Config:
    """An Alembic configuration without an ini file, for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database of `engine` to the newest revision, in one transaction."""
    config = alembic_config(str(engine.url))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            _take_turns(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _take_turns(connection: Connection) -> None:
    """What BEGIN IMMEDIATE is on SQLite. A migration may take longer than a unit of work may."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
