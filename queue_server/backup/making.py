"""Makes a backup while the server runs: one snapshot, sealed as it is read."""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, text

from queue_server.backup import files
from queue_server.backup.afterwards import heads_of
from queue_server.backup.model import About, BackupFault, Manifest
from queue_server.backup.of_sqlite import PART, snapshot
from queue_server.backup.parts import Named, PartWriter, pieces_of
from queue_server.backup.restoring import read_through
from queue_server.backup.sealing import SealedWriter, Secret
from queue_server.config import ServerConfig

_READING = {"ventanilla_reading": True}
_Parts = Iterator[tuple[Named, Iterator[bytes | bytearray | memoryview]]]


def build() -> str:
    """The version of this program."""
    try:
        return version("ventanilla")
    except PackageNotFoundError:
        return "unknown"


def make(
    config: ServerConfig,
    settings: Path,
    engine: Engine,
    file: Path,
    secret: Secret,
    now: datetime,
    *,
    with_keys: bool,
) -> Manifest:
    """Write a backup of the server to `file`, which is not there yet, and read it back.

    `settings`: the server.toml of `config`. `with_keys`: keys, certificates and credentials go
    along, inside the seal. Memory stays bounded whatever the size. Raises BackupFault, OSError;
    then there is no `file`.
    """
    if file.exists():
        raise BackupFault(f"{file}: it is there already; name another file")
    aside = file.with_name(file.name + ".partial")
    aside.unlink(missing_ok=True)  # what a backup that died left
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            sealed = SealedWriter(target, secret)
            with _database(config, engine) as (connection, pieces):
                writer = PartWriter(sealed, _about(config, connection, now))
                for named, rows in pieces:
                    writer.put(named, rows)
            for name, path in _beside(config, settings, with_keys=with_keys):
                with path.open("rb") as each:
                    writer.put(Named(name), pieces_of(each))
            manifest = writer.end()
            target.flush()
            os.fsync(target.fileno())
        if read_through(aside, secret) != manifest:
            raise BackupFault(f"{file}: what was written does not read back; look at the disk")
        aside.rename(file)
        files.settle_folder(file.absolute().parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return manifest


@contextlib.contextmanager
def _database(config: ServerConfig, engine: Engine) -> Iterator[tuple[Connection, _Parts]]:
    """A connection that sees the snapshot, and the snapshot's parts."""
    if config.database_url is None:
        with snapshot(config.database) as copy:
            reader = create_engine(URL.create("sqlite", database=str(copy)))
            try:
                with reader.connect() as connection:
                    yield connection, _file(copy)
            finally:
                reader.dispose()
        return
    from queue_server.backup import of_postgresql

    with engine.connect().execution_options(**_READING) as connection, connection.begin():
        of_postgresql.with_patience(connection)
        yield connection, of_postgresql.dump(connection)


def _file(copy: Path) -> _Parts:
    with copy.open("rb") as file:
        yield Named(PART), pieces_of(file)


def _about(config: ServerConfig, connection: Connection, now: datetime) -> About:
    kind = "sqlite" if config.database_url is None else "postgresql"
    schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    heads = heads_of(connection)
    return About(now.isoformat(), config.site, build(), kind, schema, heads)


def _beside(config: ServerConfig, settings: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    """Part and place of every file that goes along."""
    yield files.CONFIGURATION, settings
    if config.audit.anchor_file.is_file():
        yield files.ANCHORS, config.audit.anchor_file
    if with_keys:
        for each in files.keys_and_settings(config):
            yield files.PREFIX + each.role, each.path
