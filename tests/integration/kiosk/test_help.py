"""A call for help, from the touch to somebody at a console, through the real server."""

from uuid import uuid4

import pytest

from kiosk.flow.facts import HelpState
from kiosk.flow.states import OutOfService, ReadDocument, Welcome
from kiosk.flow.touches import CallHelp, Cancel, Start
from kiosk.flow.world import Part
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, StaffHttp, running_site


def call_of(staff: StaffHttp) -> list[dict[str, str]]:
    answer = staff.http.get("/api/v1/console")
    assert answer.status_code == 200, answer.text
    return answer.json()["help"]


def acknowledge(staff: StaffHttp, call: str) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    answer = staff.http.post(f"/api/v1/help/{call}/acknowledge", headers=headers)
    assert answer.status_code == 200, answer.text


def until(bench: Bench, standing: HelpState) -> None:
    bench.until(lambda state: state.help is standing)


def test_a_call_is_shown_at_the_console_and_its_acknowledgement_on_the_kiosk(
    bench: Bench, site: Site
) -> None:
    staff = site.staff()
    bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.READER))
    bench.post(Start(uuid4()))
    bench.post(CallHelp())
    bench.post(CallHelp())
    until(bench, HelpState.CALLED)
    (call,) = call_of(staff)
    bench.post(CallHelp())
    bench.live.runner.drain(0.1)
    assert call_of(staff) == [call], "touched three times, one call"
    assert call["place"] == "A01"
    acknowledge(staff, call["id"])
    until(bench, HelpState.COMING)
    assert call_of(staff) == []
    bench.until_at(ReadDocument)
    bench.post(Cancel())
    bench.until_at(Welcome)
    assert bench.state.help is HelpState.NOT_CALLED


@pytest.mark.negative_control
def test_a_kiosk_that_never_asks_would_go_on_saying_that_nobody_has_answered(
    bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant does not follow its call; the test above would wait in vain."""
    monkeypatch.setattr("kiosk.help_line.HelpLine._hear", lambda *_: None)
    staff = site.staff()
    bench.until_at(Welcome)
    bench.post(CallHelp())
    until(bench, HelpState.CALLED)
    acknowledge(staff, call_of(staff)[0]["id"])
    with pytest.raises(TimeoutError):
        bench.until(lambda state: state.help is HelpState.COMING, 2.5)


def test_a_kiosk_that_was_switched_off_finds_its_call_again_and_without_a_server_says_so(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.help_line.CALL_DEADLINE_S", 0.5)
    folder = tmp_path_factory.mktemp("help")
    with running_site(folder / "site") as site:
        with switched_on(Bench(folder / "before", site)) as bench:
            bench.until_at(Welcome)
            bench.post(CallHelp())
            until(bench, HelpState.CALLED)
        with switched_on(Bench(folder / "after", site)) as bench:
            until(bench, HelpState.CALLED)
            staff = site.staff()
            acknowledge(staff, call_of(staff)[0]["id"])
            until(bench, HelpState.COMING)
            bench.post(Start(uuid4()))
            bench.until(lambda state: not isinstance(state.at, Welcome))
            bench.post(Cancel())
            until(bench, HelpState.NOT_CALLED)
            site.kill(site.processes.pop())
            bench.until_at(OutOfService)
            bench.post(CallHelp())
            until(bench, HelpState.NO_ANSWER)
