"""The staff's own menu at a whole kiosk: real server, real devices' simulators, real files."""

import json
from uuid import uuid4

import pytest

from kiosk.bootstrap import Kiosk
from kiosk.flow.facts import PrintState
from kiosk.flow.staff.events import ChoseChore, ChoseClosure, OpenStaff, TypedCode
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    CodeProblem,
    StaffClosing,
    StaffCode,
    StaffMenu,
    StaffTested,
    TestEnd,
)
from kiosk.flow.states import OutOfService, Welcome
from kiosk.flow.touches import Back, Cancel
from kiosk.flow.world import Closure, Obstacle, Part
from kiosk.staff.kept import KeptFile
from tests.support.kiosk import Bench
from tests.support.site import Site


def code_for(site: Site, kiosk: str = "A01") -> str:
    answer = site.staff().http.post("/api/v1/kiosk-codes", json={"kiosk": kiosk})
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def ready(bench: Bench) -> None:
    bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.PRINTER))


def enter(bench: Bench, site: Site) -> StaffMenu:
    bench.post(OpenStaff(uuid4()))
    bench.until_at(StaffCode)
    bench.post(TypedCode(code_for(site)))
    return bench.until_at(StaffMenu)


def test_a_code_opens_the_menu_and_every_device_tests_itself(bench: Bench, site: Site) -> None:
    ready(bench)
    menu = enter(bench, site)
    assert {Chore.PAPER, Chore.SELF_TEST, Chore.SERVICE} <= set(menu.visit.chores)
    bench.post(ChoseChore(Chore.SELF_TEST))
    tested = bench.until_at(StaffTested, deadline_s=60)
    ends = {each.name: each.end for each in tested.parts}
    assert set(ends) == {each.device for each in bench.live.devices}
    assert ends["printer"] is TestEnd.PASSED, tested.parts
    assert tested.report is PrintState.PRINTED
    assert any("PRUEBA DE EQUIPOS" in slip for slip in bench.slips())
    bench.post(Back())
    bench.until_at(StaffMenu)
    bench.post(ChoseChore(Chore.PAPER))
    bench.until_at(StaffMenu, lambda at: at.news is ChoreNews.PAPER_WELL)
    bench.post(Cancel())
    bench.until_at(Welcome)
    bench.until(lambda _: not bench.live.journal.outgoing.count())
    assert bench.live.journal.outgoing.refusals() == [], "the server takes what was done"


def test_a_closed_kiosk_says_why_and_stays_closed_until_staff_open_it(
    bench: Bench, site: Site
) -> None:
    ready(bench)
    enter(bench, site)
    bench.post(ChoseChore(Chore.SERVICE))
    bench.until_at(StaffClosing)
    bench.post(ChoseClosure(Closure.REPAIR))
    bench.until_at(StaffMenu, lambda at: at.news is ChoreNews.CLOSED)
    bench.post(Cancel())
    assert bench.until_at(OutOfService).reason is Obstacle.REPAIR
    kept = json.loads((bench.folder / "closure.json").read_text())
    assert kept[-1] == "repair", "what the next start reads"
    enter(bench, site)
    bench.post(ChoseChore(Chore.SERVICE))
    bench.until_at(StaffMenu, lambda at: at.news is ChoreNews.OPENED)
    bench.post(Cancel())
    bench.until_at(Welcome)


def test_a_wrong_code_opens_nothing(bench: Bench, site: Site) -> None:
    ready(bench)
    good = code_for(site)
    bench.post(OpenStaff(uuid4()))
    bench.post(TypedCode(f"{(int(good) + 1) % 10**6:06}"))
    bench.until_at(StaffCode, lambda at: at.problem is CodeProblem.WRONG)
    bench.post(TypedCode(good))
    bench.until_at(StaffMenu)
    bench.post(Cancel())
    bench.until_at(Welcome)


def test_a_closure_outlives_the_program(bench: Bench) -> None:
    KeptFile(bench.folder / "closure.json").keep("cleaning")
    again = rebuilt(bench)
    again.runner.drain(1.0)
    assert again.runner.state.world.closure is Closure.CLEANING
    again.journal.close()


@pytest.mark.negative_control
def test_a_closure_that_is_not_kept_is_caught(bench: Bench) -> None:
    """The broken variant writes nothing down; the next start serves people."""
    again = rebuilt(bench)
    again.runner.drain(0.2)
    with pytest.raises(AssertionError):
        assert again.runner.state.world.closure is Closure.CLEANING
    again.journal.close()


def rebuilt(bench: Bench) -> Kiosk:
    """The kiosk of the next start, on a journal of its own beside the same files."""
    from kiosk.bootstrap import build_kiosk
    from kiosk.config import load_config

    path = bench.folder / "again.toml"
    text = (bench.folder / "kiosk.toml").read_text()
    path.write_text('journal = "again.db"\njournal_key_file = "again.key"\n' + text)
    return build_kiosk(load_config(path))
