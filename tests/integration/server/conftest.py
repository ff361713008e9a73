"""One running site a database for the tests of the server's API: each runs on both of them.

Each test uses its own counter or service.
"""

from collections.abc import Iterator

import pytest

from tests.support.site import KioskHttp, Site, StaffHttp, running_site


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), database=request.param) as running:
        yield running


@pytest.fixture(scope="package")
def kiosk(site: Site) -> KioskHttp:
    return site.kiosk()


@pytest.fixture(scope="package")
def staff(site: Site) -> StaffHttp:
    return site.staff()


@pytest.fixture
def empty_queue(site: Site, staff: StaffHttp) -> None:
    """Serve whoever is left, so that a test begins with nobody waiting."""
    for counter in ("V1", "V2"):
        while (answer := staff.call_next(counter)).status_code != 404:
            body = answer.json()
            staff.finish(body["ticket"] if answer.status_code == 409 else body["ticket_id"])
