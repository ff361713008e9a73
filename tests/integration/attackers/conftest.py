"""One real server process with something to steal, and somebody of every role to ask it."""

from collections.abc import Iterator

import pytest

from tests.integration.attackers.target import Target
from tests.support.site import running_site

MEDIA = 'media_folder = "media"'


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacked")
    media = folder / "media"
    media.mkdir()
    (media / "plain.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with running_site(folder, MEDIA) as site:
        (media / "key.svg").symlink_to(folder / "data.key")
        made = Target(site)
        yield made
        made.end()
