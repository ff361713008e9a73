"""One running site for the tests of the fleet; each test uses its own kiosk."""

from collections.abc import Iterator

import pytest

from tests.support.site import Site, StaffHttp, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture(scope="package")
def it(site: Site) -> StaffHttp:
    return site.staff("rosa", "it")
