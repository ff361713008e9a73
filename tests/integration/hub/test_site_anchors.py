"""The hub's heads of a site's audit chain: a tail cut at the site is found with them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from queue_server.__main__ import main
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.hub_link.services.events import head
from tests.integration.hub.conftest import Enrol
from tests.support.hub import SITE, Centre
from tests.support.site import Site
from tests.support.sites_at_hub import SiteHttp, batch, let_in

CLERK = Actor(SITE, "counter", "ana")
Line = Callable[[str], SiteHttp]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site")
    database = made.database()
    for number in range(20):
        database.run(lambda uow, each=number: uow.record(CLERK, "test.noted", number=each))
    database.close()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def token(hub: Centre) -> str:
    database = hub.database()
    try:
        return let_in(database, [SITE])[SITE]
    finally:
        database.close()


def test_a_tail_cut_at_the_site_is_found_with_what_the_hub_holds(
    hub: Centre, site: Site, token: str, line: Line, tmp_path: Path
) -> None:
    tell_head(site, line(token))
    anchors = tmp_path / "anchors.txt"
    anchors.write_text(hub.command("hub-anchors", SITE) + "\n")
    assert verified(site, anchors) == 0
    cut(site, 3)
    assert verified(site) == 0, "the site's own tables do not show it"
    assert verified(site, anchors) == 1


def test_of_a_site_that_told_none_it_is_said(hub: Centre, enrol: Enrol) -> None:
    code, _ = enrol()
    with pytest.raises(AssertionError, match=f"{code} has told this hub no head"):
        hub.command("hub-anchors", code)


def tell_head(site: Site, line: SiteHttp) -> None:
    database: Database = site.database()
    found = database.read(lambda uow: head(uow, SITE))
    database.close()
    assert found is not None
    told = batch(head={"id": found[0], "mac": found[1].hex()})
    assert line.tell(told).status_code == 200


def cut(site: Site, count: int) -> None:
    """What somebody with the file and without the key can do without leaving a trace in it."""
    with closing(sqlite3.connect(site.folder / "ventanilla.db")) as file:
        for name in ("events_no_update", "events_no_delete"):
            file.execute(f"DROP TRIGGER {name}")
        last = file.execute("SELECT last_id FROM event_counters").fetchone()[0] - count
        file.execute("DELETE FROM events WHERE id > ?", (last,))
        file.execute(
            "UPDATE event_counters SET last_id = ?, last_mac ="
            " (SELECT mac FROM events WHERE id = ?)",
            (last, last),
        )
        file.commit()


def verified(site: Site, *anchors: Path) -> int:
    words = ["--anchors", *map(str, anchors)] if anchors else []
    return main(["--config", str(site.folder / "server.toml"), "audit", "verify", *words])
