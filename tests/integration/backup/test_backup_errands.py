"""What was sent in the lost time is asked about, not sent again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.backup import afterwards
from tests.integration.backup.copies import lose_the_database, make_backup, rows, serve_again
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.issuing import CLEAN, Desk
from tests.support.site import Site


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    with running(made):
        yield made


@pytest.fixture
def site(centre: Centre, tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site", backend_toml(centre, Mailbox(tmp_path)))
    yield made
    made.remove()


def asked_after_a_restore(centre: Centre, site: Site) -> int:
    """How often the centre was asked for one certificate: once before, and once after?"""
    serve_again(site)
    desk = Desk(site)
    application = desk.apply(CLEAN)
    file = make_backup(site)
    assert rows(site, "SELECT attempts FROM outbox") == [(0,)], "nothing was sent yet"
    site.fork("jobs")
    desk.until(application, "issued")
    lose_the_database(site)
    site.command("restore", str(file))
    serve_again(site, "jobs", "web")
    desk.until(application, "issued")
    assert len(centre.certificates(application)) == 1
    return centre.ledger()["requests"][application]["asked"]


def test_the_centre_is_not_asked_twice_for_one_certificate(centre: Centre, site: Site) -> None:
    assert asked_after_a_restore(centre, site) == 1


@pytest.mark.thorough
@pytest.mark.negative_control
def test_an_errand_that_counts_as_fresh_is_sent_twice(
    centre: Centre, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afterwards, "_ask_before_sending", lambda *_: 0)
    assert asked_after_a_restore(centre, site) == 2
