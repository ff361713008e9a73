"""The real hub: PostgreSQL, two workers, TLS; and somebody who administers it."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.support.hub import Centre
from tests.support.site import StaffHttp
from tests.support.sites_at_hub import SiteHttp, let_in

Enrol = Callable[[], tuple[str, str]]


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    centre = Centre(tmp_path_factory.mktemp("hub"), "postgresql")
    try:
        centre.start("hub", "--workers", "2")
        centre.wait_ready()
        yield centre
    finally:
        centre.remove()


@pytest.fixture(scope="package")
def boss(hub: Centre) -> StaffHttp:
    return hub.staff()


@pytest.fixture(scope="package")
def enrol(hub: Centre) -> Enrol:
    """Lets another site in: its code and its token."""
    numbers = count(1)

    def new() -> tuple[str, str]:
        code = f"M{next(numbers):03d}"
        database = hub.database()
        try:
            return code, let_in(database, [code])[code]
        finally:
            database.close()

    return new


@pytest.fixture
def line(hub: Centre) -> Iterator[Callable[[str], SiteHttp]]:
    """A connection of its own to the hub, with a token."""
    made: list[SiteHttp] = []

    def new(token: str) -> SiteHttp:
        made.append(SiteHttp(hub.url, token, hub.verify))
        return made[-1]

    yield new
    for each in made:
        each.http.close()
