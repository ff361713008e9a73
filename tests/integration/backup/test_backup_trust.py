"""Paired kiosks after a restore: let in by their keys, or shut out because somebody asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.queue_client import Granted
from tests.integration.backup.copies import lose_the_database, make_backup, serve_again
from tests.support.site import Site, running_site
from tests.support.trust import Administrator, Newcomer, paired


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path / "site", tls=True) as running:
        yield running


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Callable[..., Newcomer]]:
    made: list[Newcomer] = []

    def make(*urls: str, code: str = "K01") -> Newcomer:
        made.append(Newcomer(tmp_path / f"kiosk{len(made)}", *urls, code=code))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_kiosk_that_renewed_its_token_since_is_let_in_again_by_its_key(
    site: Site, newcomer: Callable[..., Newcomer]
) -> None:
    admin = Administrator(site, site.staff("jefa", "administrator"))
    kiosk = paired(site, admin, newcomer, "K01")
    file = make_backup(site, "whole.bin", "--with-keys")
    kiosk.later(days=16).look()  # the copy does not know this token
    renewed = kiosk.trust
    lose_the_database(site)
    site.command("restore", str(file))
    serve_again(site)
    keeper = kiosk.later(days=16)
    kiosk.keeper = keeper
    kiosk.look_until(lambda: isinstance(kiosk.client.offer(), Granted))
    assert keeper.trust is not None, "nobody had to pair it"
    assert renewed is not None
    assert keeper.trust.authority == renewed.authority
    assert admin.http.get("/api/v1/pairings", follow_redirects=False).status_code in (303, 401)
    lose_the_database(site)
    site.command("restore", str(file), "--compromised")
    serve_again(site)
    shut_out = kiosk.later(days=16)
    kiosk.keeper = shut_out
    kiosk.look_until(lambda: kiosk.client.offer() and shut_out.trust is None)
