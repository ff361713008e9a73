"""Puts a backup back: first all of it is opened and checked, then written aside, then put in place.

Whatever goes wrong before the last step leaves nothing behind.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import URL

from queue_server.backup.files import Bundle
from queue_server.backup.going_on import GoingOn, known_revisions, migrate
from queue_server.backup.model import About, Afterwards, BackupFault, Manifest
from queue_server.backup.of_sqlite import PART, put_back
from queue_server.backup.parts import Named, PartReader
from queue_server.backup.sealing import SealedReader, Secret
from queue_server.config import ServerConfig
from queue_server.core.db import open_engine
from queue_server.core.sqlite import empty_log


@dataclass(frozen=True)
class Restored:
    """What was put back, and what was set right at each site. `kept`: files that were there."""

    manifest: Manifest
    sites: tuple[Afterwards, ...]
    kept: tuple[Path, ...]


def read_through(file: Path, secret: Secret) -> Manifest:
    """Open and check every byte of a backup, writing nothing. Raises BackupFault, OSError."""
    with file.open("rb") as source:
        reader = PartReader(SealedReader(source, secret))
        for _ in reader.parts():
            pass
    assert reader.manifest is not None
    return reader.manifest


def restore(
    file: Path,
    secret: Secret,
    config: ServerConfig,
    url: URL,
    bundle: Bundle,
    going_on: GoingOn,
    *,
    over: bool = False,
) -> Restored:
    """Put the backup `file` back: rows into the database at `url`, files where `bundle` says.

    `over`: in place of what is there; a file is kept beside it, tables are dropped. Raises
    BackupFault, OSError; then nothing was written.
    """
    manifest = read_through(file, secret)
    _refuse(config, url, manifest.about)
    on_sqlite = url.get_backend_name() == "sqlite"
    source = _Source(file, secret, manifest)
    with bundle.staged():
        if on_sqlite:
            sites = _sqlite(source, Path(str(url.database)), bundle, going_on, over=over)
        else:
            sites = _postgresql(source, url, bundle, going_on, over=over)
    return Restored(manifest, sites, tuple(bundle.kept))


def _refuse(config: ServerConfig, url: URL, about: About) -> None:
    """Before anything is written. Raises BackupFault."""
    if about.site != config.site:
        words = f"it is of site {about.site}, the configuration of {config.site}"
        raise BackupFault(f"{words}; take the other file, or the other server.toml")
    kind = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
    if about.database != kind:
        raise BackupFault(
            f"it holds a {about.database} database, the configuration names {kind}; restore it "
            "where it came from"
        )
    if about.schema not in known_revisions():
        raise BackupFault(
            f"it was made by a newer build ({about.build}, schema {about.schema}); install that "
            "build first"
        )


@dataclass(frozen=True)
class _Source:
    """A backup that was read through once."""

    file: Path
    secret: Secret
    manifest: Manifest

    def parts(self) -> Iterator[tuple[Named, Iterator[bytes]]]:
        """The parts once more. Raises BackupFault when the file is another one by now."""
        with self.file.open("rb") as source:
            reader = PartReader(SealedReader(source, self.secret))
            yield from reader.parts()
        if reader.manifest != self.manifest:
            raise BackupFault("it was changed while it was read")


def _sqlite(
    source: _Source, place: Path, bundle: Bundle, going_on: GoingOn, *, over: bool
) -> tuple[Afterwards, ...]:
    there = [each for each in (place, Path(f"{place}-wal"), Path(f"{place}-shm")) if each.exists()]
    if there and not over:
        raise BackupFault(f"{there[0]}: a database is there; move it away first")
    aside = bundle.aside("database")
    for named, pieces in source.parts():
        if named.name == PART:
            put_back(pieces, aside)
        else:
            bundle.take(named.name, pieces)
    engine = open_engine(URL.create("sqlite", database=str(aside)))
    try:
        with engine.begin() as connection:
            sites = going_on.settle(connection, source.manifest.about, bundle)
        empty_log(engine)
    finally:
        engine.dispose()
    bundle.put_in_place()
    with _moved_aside(there):
        bundle.put_last(aside, place)
    return sites


@contextmanager
def _moved_aside(there: Sequence[Path]) -> Iterator[None]:
    """What is there is kept under another name; it comes back when the block fails."""
    number = next(n for n in count(1) if not any(_kept(each, n).exists() for each in there))
    for each in there:
        each.rename(_kept(each, number))
    try:
        yield
    except BaseException:
        for each in there:
            _kept(each, number).rename(each)
        raise


def _kept(path: Path, number: int) -> Path:
    return path.with_name(f"before-restore-{number}-{path.name}")


def _postgresql(
    source: _Source, url: URL, bundle: Bundle, going_on: GoingOn, *, over: bool
) -> tuple[Afterwards, ...]:
    from queue_server.backup import of_postgresql

    engine = open_engine(url)
    about = source.manifest.about
    try:
        with engine.begin() as connection:
            of_postgresql.with_patience(connection)
            if of_postgresql.tables(connection):
                if not over:
                    raise BackupFault("the database has tables already; make an empty one")
                of_postgresql.unmake(connection)
            migrate(connection, about.schema)
            loading = of_postgresql.Loading(connection)
            for named, pieces in source.parts():
                if named.name.startswith(of_postgresql.PREFIX):
                    loading.take(named, pieces)
                else:
                    bundle.take(named.name, pieces)
            loading.end()
            sites = going_on.settle(connection, about, bundle)
            bundle.put_in_place()
    finally:
        engine.dispose()
    return sites
