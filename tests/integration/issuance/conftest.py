"""A site with its jobs, the backend sandbox and a mail server, all running."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.issuing import Desk
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
    folder = tmp_path_factory.mktemp("issuing")
    centre, mailbox = Centre(folder), Mailbox(folder)
    extra = backend_toml(centre, mailbox, "https://turnos.example.pe")
    with running(centre, mailbox), running_site(folder / "site", extra, "jobs web") as site:
        yield World(site, centre, mailbox, Desk(site))


@pytest.fixture(autouse=True)
def healthy(world: World) -> Iterator[None]:
    yield
    world.centre.order(fault="none")
