"""With the hub away, silent or hostile the site does what it does, and grows nothing."""

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.core.tls import TlsFiles, create
from queue_server.hub_link.adapters import line as line_module
from queue_server.hub_link.model.trust import Trust
from tests.support.hub import Bench, StandInHub, trust_of
from tests.support.office import PERSON, Office
from tests.support.site import Site, StaffHttp, free_port

DEADLINE_S = 20.0


@pytest.fixture
def silent() -> Iterator[str]:
    """Somebody who takes every connection and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=200)
    yield f"https://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


def test_eighty_failures_leave_no_thread_and_no_handle_behind(
    bench: Bench, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "CONNECT_S", 0.02)
    refused = f"https://127.0.0.1:{free_port()}"
    for url in (silent, refused):
        bench.link.stop()
        bench.link = bench.new_link(url)
        bench.link.turn()
        threads, open_before = threading.active_count(), handles()
        for _ in range(40):
            bench.later(61)
            assert not bench.link.turn()
        assert threading.active_count() <= threads
        assert handles() <= open_before


def handles() -> int:
    """What is held open, without what earlier tests left to be collected."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_hub_that_is_away_keeps_nobody_waiting_at_the_site(tmp_path: Path) -> None:
    """The real processes, side by side: one site whose hub is away, one that has none."""
    files = TlsFiles(tmp_path / "hub")
    create(files, "CENTRO", ["127.0.0.1"], datetime.now(UTC))
    authority, gone = files.authority.read_text(), f"https://127.0.0.1:{free_port()}"
    extra = f'[hub]\nurl = "{gone}"\nregion = "Lima"\nevery_s = 0.05\n'
    took = {}
    for name, words in (("with", extra), ("without", "")):
        site = Site(tmp_path / name, words)
        try:
            trust_of(site).keep(Trust("CENTRO", "PRUEBA", authority, "aa.bb", "", LATE, LATE))
            for each in ("jobs", "web"):
                site.fork(each)
            site.wait_ready()
            took[name], people = served(site), site.staff("rosa", "supervisor")
            if name == "with":
                until(lambda people=people: centre(people) == "away")
                took[name] = min(took[name], served(site))
            else:
                assert centre(people) is None
        finally:
            site.remove()
    assert took["with"] < 3 * took["without"] + 0.05


DNI = PERSON.document_number
LATE = "2099-01-01T00:00:00+00:00"


def served(site: Site) -> float:
    """Seconds of the middle one of thirty turns given out."""
    kiosk = site.kiosk()
    times = []
    for _ in range(30):
        began = time.monotonic()
        assert kiosk.issue().status_code == 201
        times.append(time.monotonic() - began)
    return sorted(times)[15]


def centre(people: StaffHttp) -> str | None:
    """What the monitor says of the hub."""
    told = people.http.get("/api/v1/monitor").json()["server"]["centre"]
    return told and told["standing"]


def until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_no_personal_data_crosses(bench: Bench, hub: StandInHub) -> None:
    office = Office(bench.site)
    application = office.register("juana.perez@correo.example")
    office.pay_by_card(application)
    office.database.close()
    bench.turn_until_told()
    told = b"".join(hub.raw)
    assert str(application).encode() in told, "the events were told"
    for secret in (DNI, "juana", "perez", "1980-01-01", "80-01-01"):
        assert secret.encode() not in told.lower()
