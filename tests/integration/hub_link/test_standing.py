"""Who is let in tells; who was shut out tells nobody, and every other thing of the site goes on."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.fleet.api.views import CentreView
from queue_server.hub_link.adapters import line as line_module
from queue_server.hub_link.model.trust import Trust
from queue_server.hub_link.services.standing import Standing, centre_view, put_standing
from tests.integration.hub_link.conftest import BOTH
from tests.support.hub import SITE, TOKEN, Bench, StandInHub
from tests.support.trust import Middle


def word(bench: Bench) -> str:
    found = seen(bench)
    return found.standing


def seen(bench: Bench) -> CentreView:
    """What the monitor is told."""
    found = bench.database.read(lambda uow: centre_view(uow, SITE))
    assert found is not None
    return found


@BOTH
def test_the_monitor_says_how_the_line_stands(bench: Bench, hub: StandInHub) -> None:
    assert word(bench) == "not_enrolled"
    bench.happen(1)
    bench.turn_until_told()
    assert word(bench) == "told"
    hub.faults.extend(["cut"] * 3)  # a kept line is tried anew at once
    bench.later(1)
    bench.link.turn()
    first = seen(bench)
    assert first.standing == "away"
    bench.later(61)
    bench.link.turn()
    assert seen(bench) == first, "since when it has not been heard"
    bench.later(61)
    bench.turn_until_told()
    assert word(bench) == "told"
    hub.faults.append(422)
    bench.later(1)
    bench.link.turn()
    assert word(bench) == "refused"


def test_a_process_that_died_is_a_line_that_is_away(bench: Bench) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    bench.database.run(lambda uow: put_standing(uow, SITE, Standing("told", long_ago, 1)))
    found = seen(bench)
    assert (found.standing, found.since) == ("away", long_ago)


def test_while_it_catches_up_it_says_so(bench: Bench) -> None:
    bench.happen(1100)
    now = datetime.now(UTC)
    bench.database.run(lambda uow: put_standing(uow, SITE, Standing("told", now, 1)))
    assert word(bench) == "behind"


def test_who_was_shut_out_stops_and_says_so(bench: Bench, hub: StandInHub) -> None:
    bench.turn_until_told()
    hub.tokens.clear()
    hub.answer_renewal = (404, "unknown_credential")
    for _ in range(20):
        bench.later(61)
        bench.link.turn()
    assert word(bench) == "shut_out"
    shown = hub.shown_tokens
    for _ in range(20):
        bench.later(61)
        bench.link.turn()
    assert hub.shown_tokens == shown, "it still knocks"
    bench.happen(2)
    hub.tokens.add(TOKEN)
    bench.file.keep(bench.trust)  # as another enrolment does
    bench.later(1)
    bench.turn_until_told()
    assert word(bench) == "told"
    assert sorted(hub.events) == bench.ids()


def test_a_token_is_renewed_at_half_its_life_and_written_down_first(
    bench: Bench, hub: StandInHub
) -> None:
    bench.turn_until_told()
    hub.answer_renewal = "lost"
    bench.file.keep(due(bench))
    bench.later(61)
    bench.link.turn()
    kept = bench.file.read()
    assert kept is not None
    assert kept.next_token.partition(".")[0] == kept.credential
    hub.answer_renewal = (200, "")
    bench.later(61)
    bench.turn_until_told()
    after = bench.file.read()
    assert after is not None
    assert (after.token, after.next_token) == (kept.next_token, "")
    assert word(bench) == "told"
    assert hub.settled == [after.token]


def due(bench: Bench) -> Trust:
    """What is trusted, with a token that should be renewed."""
    return replace(bench.trust, renew_at="2020-01-01T00:00:00+00:00")


def test_a_token_that_ran_out_while_the_line_was_away_is_renewed(
    bench: Bench, hub: StandInHub
) -> None:
    bench.turn_until_told()
    hub.tokens.clear()
    hub.answer_renewal = (200, "")
    bench.happen(3)
    bench.later(61)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()


def test_the_credential_is_shown_to_nobody_else(
    bench: Bench, hub: StandInHub, tmp_path: Path
) -> None:
    assert led_astray(bench, hub, tmp_path) == (0, "away")


@pytest.mark.negative_control
def test_a_line_that_does_not_pin_is_caught(
    bench: Bench, hub: StandInHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "pinned", lambda _: line_module._unverified())
    heard, _ = led_astray(bench, hub, tmp_path)
    assert heard > 0


def led_astray(bench: Bench, hub: StandInHub, folder: Path) -> tuple[int, str]:
    """Somebody between with a certificate of their own; how many credentials they heard."""
    middle = Middle(folder / "stranger", hub.port)
    bench.happen(3)
    bench.link = bench.new_link(middle.url)
    for _ in range(5):
        bench.link.turn()
        bench.later(61)
    middle.close()
    return middle.credentials_heard(), word(bench)


def test_another_sites_file_and_a_broken_one_are_not_used(bench: Bench, hub: StandInHub) -> None:
    good = json.dumps({**asdict(bench.trust), "authority": "no certificate"})
    other = json.dumps({**asdict(bench.trust), "site": "OTRO"})
    for content in ("{", '{"hub": "X"}', good, other):
        bench.file.path.write_text(content)
        bench.later(61)
        assert not bench.link.turn()
        assert word(bench) == "not_enrolled"
    assert hub.shown_tokens == 0
