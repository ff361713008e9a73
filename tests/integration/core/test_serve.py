"""`serve`: what dies is started again, what cannot live is given up, all of it ends together."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from queue_server import serve as serve_module
from queue_server.__main__ import main
from queue_server.serve import DEATHS, Child
from tests.support.centre import eventually
from tests.support.site import START_DEADLINE_S, Site, running_site

pytestmark = pytest.mark.xdist_group("serve")  # one running site for all of them
BOTH = 8


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("serve")
    with running_site(folder, command="serve --workers 2", database="postgresql") as running:
        yield running


def children(site: Site, command: str) -> set[int]:
    """The process ids of the running children with this command."""
    with contextlib.suppress(psutil.NoSuchProcess):
        found = psutil.Process(site.processes[-1].pid).children()
        return {each.pid for each in found if command in each.cmdline()}
    return set()


def until(true: Callable[[], object]) -> None:
    """Looks now and then: the processes it waits for need the machine."""
    eventually(true, START_DEADLINE_S)


def healthy(site: Site) -> bool:
    return httpx.get(f"{site.url}/api/v1/health", trust_env=False, timeout=15).is_success


def test_a_killed_web_worker_comes_back_and_no_request_is_refused(site: Site) -> None:
    until(lambda: len(children(site, "web")) == 2)
    before = children(site, "web")
    os.kill(min(before), signal.SIGKILL)
    with ThreadPoolExecutor(BOTH) as pool:  # some of them fall to the socket of the dead one
        assert all(pool.map(healthy, [site] * (3 * BOTH)))
    until(lambda: len(children(site, "web")) == 2)
    assert len(children(site, "web") & before) == 1


def test_killed_jobs_come_back(site: Site) -> None:
    until(lambda: len(children(site, "jobs")) == 1)
    before = children(site, "jobs")
    os.kill(min(before), signal.SIGKILL)
    until(lambda: children(site, "jobs") - before)


def test_the_same_key_at_both_workers_has_one_effect(site: Site) -> None:
    kiosk = site.kiosk()
    with ThreadPoolExecutor(BOTH) as pool:
        clients = [httpx.Client(headers=kiosk.http.headers, trust_env=False) for _ in range(BOTH)]
        words = {"json": {"service": "information"}, "headers": {"Idempotency-Key": "both-at-once"}}
        url = f"{site.url}/api/v1/tickets"
        answers = list(pool.map(lambda client: client.post(url, timeout=15, **words), clients))
    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    replayed = [each for each in answers if each.headers.get("Idempotency-Replayed")]
    assert len(replayed) == BOTH - 1


def test_when_serve_is_killed_its_processes_end_too(site: Site) -> None:
    """And a new one takes the address at once."""
    until(lambda: len(children(site, "web")) == 2 and len(children(site, "jobs")) == 1)
    orphans = children(site, "web") | children(site, "jobs")
    os.kill(site.processes[-1].pid, signal.SIGKILL)
    site.processes[-1].wait(START_DEADLINE_S)
    until(lambda: not any(psutil.pid_exists(each) for each in orphans))
    site.start("serve", "--workers", "2")
    site.wait_ready()


def test_a_signal_ends_all_of_them_cleanly(site: Site) -> None:
    until(lambda: len(children(site, "web")) == 2)
    all_of_them = children(site, "queue_server")
    assert len(all_of_them) == 3
    site.processes[-1].terminate()
    assert site.processes[-1].wait(START_DEADLINE_S) == 0
    assert not any(psutil.pid_exists(each) for each in all_of_them)


def test_what_dies_again_and_again_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_module, "FIRST_PAUSE_S", 0.01)
    child, began = Child("web", ["--config", str(tmp_path / "missing.toml"), "web"]), 0

    async def keep() -> None:
        nonlocal began
        real = child.start

        async def counted() -> asyncio.subprocess.Process:
            nonlocal began
            began += 1
            return await real()

        monkeypatch.setattr(child, "start", counted)
        await asyncio.wait_for(child.keep(), START_DEADLINE_S)

    asyncio.run(keep())
    assert began == DEATHS


def test_several_workers_on_sqlite_are_refused_and_it_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(tmp_path)
    config = str(site.folder / "server.toml")
    assert main(["--config", config, "serve", "--workers", "2"]) == 2
    assert "on SQLite one process writes at a time" in capsys.readouterr().err
