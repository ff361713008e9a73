"""One server that speaks TLS, its jobs, an administrator, and IT."""

from collections.abc import Iterator

import pytest

from tests.support.ordering import Orders
from tests.support.site import Site, running_site
from tests.support.trust import Administrator


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("actions")
    with running_site(folder, command="jobs web", tls=True) as running:
        yield running


@pytest.fixture(scope="package")
def admin(site: Site) -> Administrator:
    return Administrator(site, site.staff("jefa", "administrator"))


@pytest.fixture(scope="package")
def it(site: Site) -> Orders:
    return Orders(site.staff("rosa", "it").http)
