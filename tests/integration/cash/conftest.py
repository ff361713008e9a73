"""A site with its jobs, the centre's sandbox, and a kiosk with a till."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.issuing import Desk
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, running_site


@dataclass
class World:
    """Everything an application meets."""

    site: Site
    centre: Centre
    mailbox: Mailbox
    desk: Desk


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("cash")
    centre, mailbox = Centre(folder), Mailbox(folder)
    extra = backend_toml(centre, mailbox)
    with running(centre, mailbox), running_site(folder / "site", extra, "jobs web") as site:
        yield World(site, centre, mailbox, Desk(site))


@pytest.fixture(scope="package")
def bench(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("kiosk")
    with switched_on(Bench(folder, world.site, "K02", cash=True)) as ready:
        yield ready
