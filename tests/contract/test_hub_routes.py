"""Every route of the hub says which role it needs, and every other role is turned away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.config import ServerConfig
from queue_server.staff.model import Role
from queue_server.web.hub_app import build_hub_app
from queue_server.web.roles import UndeclaredAccess, route_access
from tests.contract.test_routes_and_roles import PUBLIC, SITE, Trial
from tests.support.callers import Callers
from tests.support.site import Site

# What a hub has of its own; the rest stands in the matrix of a site.
LOOKERS = {Role.IT, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR}
ORDERERS = {Role.IT, Role.ADMINISTRATOR}
OWN = {
    "POST /api/v1/hub/batches": {Role.SITE},
    "GET /api/v1/hub/country": LOOKERS,
    "GET /api/v1/hub/sites/{site}": LOOKERS,
    "GET /api/v1/hub/sites/{site}/events": LOOKERS,
    "GET /api/v1/hub/sites/{site}/orders": LOOKERS,
    "POST /api/v1/hub/sites/{site}/orders": ORDERERS,
    "POST /api/v1/hub/sites/{site}/orders/{order}/cancel": ORDERERS,
    "GET /country": LOOKERS,
    "GET /country/{site}": LOOKERS,
    "GET /country/months/certificates.csv": LOOKERS,
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield from try_at(tmp_path_factory.mktemp("roles"))


@pytest.fixture
def spoilt(tmp_path: Path) -> Iterator[Trial]:
    yield from try_at(tmp_path)


def try_at(folder: Path) -> Iterator[Trial]:
    database = Site(folder).database()
    app = build_hub_app(ServerConfig(site=SITE, plain_http=True), database)
    yield Trial(app, Callers(database))
    app.state.passwords.close()
    database.close()


def test_every_route_admits_its_roles_and_turns_every_other_away(trial: Trial) -> None:
    assert trial.faults(route_access(trial.app)) == []


def test_what_the_hub_adds_is_for_whom_it_should_be(trial: Trial) -> None:
    found = {f"{each.method} {each.path}": set(each.roles) for each in route_access(trial.app)}
    mine = {name: roles for name, roles in found.items() if "/hub/" in name or "/country" in name}
    assert mine == OWN


def test_nothing_but_batches_is_for_sites_alone(trial: Trial) -> None:
    """A site settles its token as a kiosk does; nothing that people look at is open to it."""
    for_sites = {
        f"{each.method} {each.path}" for each in route_access(trial.app) if Role.SITE in each.roles
    }
    assert for_sites == {"POST /api/v1/hub/batches", "POST /api/v1/credential-settlements"}


def test_every_public_route_is_public_at_a_site_as_well(trial: Trial) -> None:
    public = {f"{each.method} {each.path}" for each in route_access(trial.app) if each.public}
    assert public <= PUBLIC


@pytest.mark.negative_control
def test_a_batch_that_anybody_may_send_is_caught(spoilt: Trial) -> None:
    """As if the route had forgotten to ask who sends it."""

    @spoilt.app.post("/api/v1/hub/careless", dependencies=[])
    async def careless() -> None: ...

    with pytest.raises(UndeclaredAccess, match="/api/v1/hub/careless"):
        route_access(spoilt.app)
