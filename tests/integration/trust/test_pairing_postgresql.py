"""The same pairing where the site's rows are in a PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest

from kiosk.queue_client import Granted
from tests.support.site import Site, running_site
from tests.support.trust import Administrator, Newcomer, another


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("trust-postgresql")
    with running_site(folder, tls=True, database="postgresql") as running:
        yield running


def test_a_kiosk_is_paired_renewed_and_shut_out(
    site: Site, newcomer: Callable[..., Newcomer]
) -> None:
    admin = Administrator(site, site.staff("jefa", "administrator"))
    kiosk = newcomer(site.url)
    code = kiosk.wait_shown()
    admin.type(another(code))
    kiosk.look_until(lambda: admin.rows()[-1]["tries_left"] == 4)
    admin.type(code)
    kiosk.look_until(lambda: kiosk.trust)
    before = kiosk.trust
    assert before is not None
    kiosk.later(days=16).look()
    assert kiosk.trust is not None
    assert kiosk.trust.token != before.token
    assert isinstance(kiosk.client.offer(), Granted)
    assert admin.http.post("/api/v1/kiosks/K01/revoke").status_code == 204
    assert not isinstance(kiosk.client.offer(), Granted)
