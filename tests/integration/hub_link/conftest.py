"""A site on each database, and a hub that stands in for the real one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.hub import Bench, Centre, StandInHub, stand_in
from tests.support.site import Kind, Site
from tests.support.trust import Administrator


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[StandInHub]:
    with stand_in(tmp_path / "hub") as made:
        yield made


@pytest.fixture
def site_on(tmp_path: Path) -> Iterator[Callable[[Kind], Site]]:
    """Makes a site, configured and migrated, without a process."""
    made: list[Site] = []

    def make(kind: Kind = "sqlite") -> Site:
        made.append(Site(tmp_path / f"site{len(made)}", database=kind))
        return made[-1]

    yield make
    for each in made:
        each.remove()


@pytest.fixture(params=["sqlite"])
def bench(
    request: pytest.FixtureRequest, site_on: Callable[[Kind], Site], hub: StandInHub
) -> Iterator[Bench]:
    made = Bench(site_on(request.param), hub.url, hub.authority)
    yield made
    made.close()


BOTH = pytest.mark.parametrize("bench", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="package")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    made = Centre(tmp_path_factory.mktemp("centre"))
    try:
        made.begin()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="package")
def admin(centre: Centre) -> Administrator:
    return Administrator(centre, centre.staff())
