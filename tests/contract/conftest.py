"""Who asks, and over what: for every test that sends any request to a running `site`."""

from collections.abc import Iterator

import pytest
import requests

from tests.support.callers import Callers
from tests.support.site import Site


@pytest.fixture(scope="module")
def callers(site: Site) -> Iterator[Callers]:
    """One caller of every role at the module's own `site`."""
    database = site.database()
    try:
        yield Callers(database, origin=site.url)
    finally:
        database.close()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for thousands of requests."""
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened
