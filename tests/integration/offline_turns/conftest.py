"""One running site for a file of these tests; each leaves it running."""

from collections.abc import Iterator

import pytest

from tests.support.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running
