"""One running site that a monitoring system with a token reads."""

from collections.abc import Iterator

import pytest

from tests.integration.metrics.reading import TOKEN
from tests.support.site import Site, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    extra = f'metrics_token = "{TOKEN}"'
    with running_site(tmp_path_factory.mktemp("metrics"), extra) as running:
        yield running
