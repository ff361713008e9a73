"""The hub as it is installed: one command, its own site code, its own accounts and audit chain."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.integration.hub.conftest import Enrol
from tests.support.hub import HUB, Centre
from tests.support.site import StaffHttp, free_port, run_command
from tests.support.sites_at_hub import SiteHttp, batch

WITHIN_S = 20.0


def test_whoever_types_only_the_address_is_led_to_the_country(boss: StaffHttp) -> None:
    answer = boss.http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/country")
    assert boss.http.get("/country").status_code == 200


def test_who_is_signed_out_is_asked_to_sign_in_first(hub: Centre) -> None:
    with httpx.Client(base_url=hub.url, verify=hub.verify, trust_env=False) as stranger:
        assert stranger.get("/").headers["location"] == "/sign-in"
        assert stranger.get("/country").headers["location"].startswith("/sign-in?after=")
        page = stranger.get("/sign-in")
    assert page.status_code == 200
    assert "Centro de control" in page.text


@pytest.mark.parametrize("page", ["/account", "/sessions", "/audit", "/country"])
def test_the_pages_of_its_people_answer(boss: StaffHttp, page: str) -> None:
    assert boss.http.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/monitor", "/console", "/supervisor", "/api/v1/tickets"])
def test_what_belongs_to_a_site_is_not_there(boss: StaffHttp, page: str) -> None:
    assert boss.http.get(page).status_code in (404, 405)


def test_its_own_audit_chain_is_sound(hub: Centre, boss: StaffHttp, enrol: Enrol) -> None:
    code, _ = enrol()
    assert boss.http.post(f"/api/v1/kiosks/{code}/revoke").status_code == 204
    said = hub.command("audit", "verify")
    assert f"events of site {HUB}" in said
    assert "BROKEN" not in said
    row = "SELECT body FROM events WHERE kind = 'credential.revoked' ORDER BY id DESC LIMIT 1"
    assert hub.rows(row)[0]["name"] == code


def test_a_worker_that_dies_is_started_again_and_nothing_is_lost(
    hub: Centre, enrol: Enrol, line: Callable[[str], SiteHttp]
) -> None:
    code, token = enrol()
    assert line(token).tell(batch(0, range(1, 11))).json()["last_event"] == 10
    before = workers(hub)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(workers(hub)) == len(before) and before[0] not in workers(hub))
    hub.wait_ready()
    assert line(token).tell(batch(10, [11])).json()["last_event"] == 11
    assert hub.events_of(code) == list(range(1, 12))


def workers(hub: Centre) -> list[int]:
    """The web workers among the children of the command."""
    parent = hub.processes[0].pid
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    words = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in found}
    return [pid for pid, each in words.items() if "hub-web" in each]


def until(done: Callable[[], object]) -> None:
    ends = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_hub_is_made_with_two_commands(tmp_path: Path) -> None:
    """`init` and `hub`, nothing else: no services, no windows; then the first administrator."""
    centre = Centre.__new__(Centre)
    centre.folder, centre.processes, centre.database_name = tmp_path, [], None
    centre.port = free_port()
    centre.url, centre.verify = f"http://127.0.0.1:{centre.port}", True
    config = tmp_path / "server.toml"
    config.write_text(f'site = "{HUB}"\nport = {centre.port}\nplain_http = true\n')
    code = run_command(config, "init").splitlines()[-1]
    try:
        for each in ("hub-jobs", "hub-web"):
            centre.fork(each)
        centre.wait_ready()
        page = httpx.get(f"{centre.url}/first-administrator", trust_env=False)
        assert page.status_code == 200
        assert "Centro de control" in page.text
        assert len(code) > 10
    finally:
        centre.stop()


def test_several_workers_need_postgresql(tmp_path: Path) -> None:
    config = tmp_path / "server.toml"
    config.write_text(f'site = "{HUB}"\nport = {free_port()}\nplain_http = true\n')
    run_command(config, "init")
    with pytest.raises(AssertionError, match="PostgreSQL"):
        run_command(config, "hub", "--workers", "2")
