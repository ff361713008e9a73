"""One server that speaks TLS, with an administrator who may pair kiosks."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.site import Site, running_site
from tests.support.trust import Administrator, Newcomer


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("trust"), tls=True) as running:
        yield running


@pytest.fixture(scope="session")
def admin(site: Site) -> Administrator:
    return Administrator(site, site.staff("jefa", "administrator"))


@pytest.fixture(autouse=True)
def _nobody_waits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Kiosks that a test left waiting take no room from those of the next."""
    yield
    site: Site | None = request.getfixturevalue("site") if "site" in request.fixturenames else None
    if site is not None and site.kind == "sqlite":
        with closing(sqlite3.connect(site.folder / "ventanilla.db", timeout=10)) as database:
            database.execute("DELETE FROM pairings")
            database.commit()


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Callable[..., Newcomer]]:
    """Makes kiosks that ask the servers at the given addresses."""
    made: list[Newcomer] = []

    def make(*urls: str, code: str = "K01") -> Newcomer:
        made.append(Newcomer(tmp_path / f"kiosk{len(made)}", *urls, code=code))
        return made[-1]

    yield make
    for each in made:
        each.close()
