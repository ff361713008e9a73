"""A site with its jobs, the issuance centre and the wallets' gateway, all running."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.gateway import Gateway, WalletDesk
from tests.support.issuing import Desk
from tests.support.site import Site, running_site


@dataclass
class World:
    """Everything a wallet's payment meets."""

    site: Site
    centre: Centre
    gateway: Gateway
    desk: Desk
    wallet: WalletDesk


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("wallet")
    centre, gateway = Centre(folder), Gateway(folder)
    # Nobody listens where the mail server should be: letters wait.
    extra = backend_toml(centre, Mailbox(folder)) + gateway.toml()
    with running(centre, gateway), running_site(folder / "site", extra, "jobs web") as site:
        desk = Desk(site)
        yield World(site, centre, gateway, desk, WalletDesk(desk))


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway alone."""
    started = Gateway(tmp_path_factory.mktemp("gateway"))
    with running(started):
        yield started


@pytest.fixture(autouse=True)
def healthy(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "gateway" in request.fixturenames:
        request.getfixturevalue("gateway").order(fault="none")
    if "world" in request.fixturenames:
        world: World = request.getfixturevalue("world")
        world.gateway.order(fault="none")
        world.centre.order(fault="none")
