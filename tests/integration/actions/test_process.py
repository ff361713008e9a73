"""The real program is told to restart and to change its configuration, and goes back by itself."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.watch import OFFER_EVERY_S
from queue_server.fleet.actions.model import State
from queue_server.fleet.actions.tables import kiosk_actions
from tests.support.ordering import Orders, Watched, configured, let_in
from tests.support.site import Site
from tests.support.trust import Administrator

VARIANTS = "tests.integration.actions.variants"
ARRIVES_WITHIN_S = 8.0  # a heartbeat would take ten
HURRIED = f"{VARIANTS}:hurried:3"


def settings(folder: Path) -> dict[str, object]:
    return json.loads((folder / "settings.json").read_text())


def test_a_kiosk_that_asks_each_second_restarts_and_the_program_that_follows_says_so(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    assert OFFER_EVERY_S <= 1.0
    let_in(site, admin, tmp_path, "K11")
    with Watched(configured(site, tmp_path, "K11")) as kiosk:
        assert it.until(it.ordered("K11", "in_service"))["state"] == "done"
        begun = time.monotonic()
        action = it.ordered("K11", "restart")
        it.until(action, "taken", "running", "done")
        assert time.monotonic() - begun <= ARRIVES_WITHIN_S
        assert it.until(action)["state"] == "done"
        assert kiosk.codes == [0]


def test_a_program_that_is_killed_in_the_middle_says_so_and_does_not_begin_again(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K17")
    with Watched(configured(site, tmp_path, "K17"), (f"{VARIANTS}:stuck:60",)) as kiosk:
        action = it.ordered("K17", "test_print")
        it.until(action, "running")
        kiosk.kill()
        ended = it.until(action)
        assert (ended["state"], kiosk.codes) == ("failed", [-9])
        assert "a mitad" in ended["detail"]


@pytest.mark.thorough
def test_a_change_that_works_stays(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K12")
    with Watched(configured(site, tmp_path, "K12")) as kiosk:
        first = it.ordered("K12", "configure", changes={"offline.numbers": 7})
        assert it.until(first)["detail"] == "Funciona con la versión 1."
        second = it.ordered("K12", "configure", changes={"offline.numbers": 8})
        assert it.until(second)["configuration"] == 2
        assert kiosk.codes == [0, 0]
    assert settings(tmp_path)["trial"] is None


@pytest.mark.parametrize(
    ("code", "variant"),
    [pytest.param("K13", "deaf", marks=pytest.mark.thorough), ("K14", "dying")],
)
def test_a_change_that_does_not_work_is_taken_back_by_the_kiosk_itself(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path, code: str, variant: str
) -> None:
    let_in(site, admin, tmp_path, code)
    broken = (HURRIED, f"{VARIANTS}:{variant}:13")
    with Watched(configured(site, tmp_path, code), broken):
        action = it.ordered(code, "configure", changes={"offline.numbers": 13})
        ended = it.until(action)
        assert ended["state"] == "failed"
        assert "Volvió a la versión 0." in ended["detail"]
        assert it.until(it.ordered(code, "in_service"))["state"] == "done"
    kept = settings(tmp_path)
    assert (kept["versions"], kept["trial"], kept["fell_back"]) == ([], None, None)


@pytest.mark.thorough
def test_what_a_kiosk_that_is_off_was_told_is_given_up_by_the_jobs(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K16")
    action = it.ordered("K16", "restart")
    assert it.order("K16", "restart").status_code == 409
    database = site.database()
    ends = time.monotonic() + 75
    stands: Any = State.ORDERED
    while stands == State.ORDERED and time.monotonic() < ends:
        time.sleep(0.5)
        stands = database.read(
            lambda uow: uow.connection.execute(
                select(kiosk_actions.c.state).where(kiosk_actions.c.id == action)
            ).scalar_one()
        )
    database.close()
    assert stands == State.EXPIRED
    with Watched(configured(site, tmp_path, "K16")) as kiosk:
        assert it.until(it.ordered("K16", "in_service"))["state"] == "done"
        assert kiosk.codes == []


@pytest.mark.thorough
@pytest.mark.negative_control
def test_a_kiosk_without_a_way_back_is_not_heard_again(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K15")
    broken = (HURRIED, f"{VARIANTS}:deaf:13", f"{VARIANTS}:never_back:")
    with Watched(configured(site, tmp_path, "K15"), broken):
        action = it.ordered("K15", "configure", changes={"offline.numbers": 13})
        with pytest.raises(TimeoutError):
            it.until(action, deadline_s=6.0)
