"""A log that a real server wrote, with anchors, as files to copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest

from queue_server.audit_command import reports_of
from queue_server.core.audit import Chain
from queue_server.core.audit_anchors import Anchors, read_anchors
from queue_server.core.audit_walk import Report
from queue_server.core.clock import SystemClock
from queue_server.core.crypto import Vault
from queue_server.core.db import Database, open_engine
from tests.integration.audit.tampering import SITE
from tests.support.site import Kind, Site, running_site


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which database, each in turn."""
    return request.param


@pytest.fixture
def site(kind: Kind, tmp_path: Path) -> Iterator[Site]:
    """A site that no process serves."""
    made = Site(tmp_path / "site", database=kind)
    yield made
    made.remove()


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    """Its database, opened here."""
    opened = site.database()
    yield opened
    opened.close()


@dataclass(frozen=True)
class Logged:
    """The files a server left: its database, the audit chain of its key, its anchors."""

    file: Path
    chain: Chain
    vault: Vault
    anchors: Path

    def copied(self, folder: Path) -> Path:
        """A copy of the database in `folder`."""
        return Path(copy(self.file, folder / "copy.db"))

    def reports(self, file: Path, chain: Chain | None = None) -> dict[str, Report]:
        """What `audit verify` finds in `file`, by site."""
        engine = open_engine(f"sqlite:///{file}")
        database = Database(engine, self.vault, SystemClock(), chain or self.chain)
        try:
            found = reports_of(database, read_anchors([self.anchors]))
            return {each.site: each for each in found}
        finally:
            database.close()


def anchor(site: Site, file: Path) -> None:
    """Write the heads down now, as the jobs process does."""
    database = site.database()
    Anchors(database, file).turn()
    database.close()


@pytest.fixture(scope="package")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    folder = tmp_path_factory.mktemp("logged")
    anchors = folder / "anchors.log"
    with running_site(folder / "site") as site:
        kiosk, staff = site.kiosk(), site.staff()
        for number in range(12):
            assert kiosk.issue("information").is_success
            called = staff.call_next()
            assert staff.finish(called.json()["ticket_id"]).is_success
            if number == 5:
                anchor(site, anchors)
        anchor(site, anchors)
        database = site.database()
        chain, vault = database.chain, database.vault
        database.close()
        assert chain is not None
        made = folder / "log.db"
        with (
            closing(sqlite3.connect(site.folder / "ventanilla.db")) as source,
            closing(sqlite3.connect(made)) as target,
        ):
            source.backup(target)
        yield Logged(made, chain, vault, anchors)


def first_of(reports: dict[str, Report]) -> str:
    """The first fault of our site, in words; for the message of a test that fails."""
    faults = reports[SITE].faults
    return "; ".join(map(str, faults)) or "sound"
