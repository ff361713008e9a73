"""The state a site tells is what its own pages are told, and ticks are no news of it."""

from typing import Any
from uuid import uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.fleet.api.heartbeat import HeartbeatBody
from queue_server.fleet.services import heartbeats
from queue_server.hub.model.summary import summarised
from queue_server.hub.wire import StateBody
from queue_server.hub_link import gathering
from tests.support.hub import SITE, Bench, StandInHub

K01 = Actor(SITE, "kiosk", "K01")
BOOT, RUN = str(uuid4()), str(uuid4())


def beat(bench: Bench, sequence: int, paper: str = "full", **more: Any) -> None:
    printer = {
        "name": "printer",
        "kind": "receipt_printer",
        "model": "escpos",
        "device": "online",
        "parts": {"paper": paper},
        "action": None,
        "detail": "",
    }
    body = HeartbeatBody.model_validate(
        {
            "boot_id": BOOT,
            "session": RUN,
            "sequence": sequence,
            "build": "0.1.0",
            "screen": "Welcome",
            "devices": [printer],
            "unsent": 0,
            "journeys": [{"journey": "certificate", "obstacle": ""}],
            **more,
        }
    )
    bench.database.run(lambda uow: heartbeats.record_heartbeat(uow, K01, body.heartbeat()))


def test_heartbeats_and_customers_are_no_news_a_fault_is(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    beat(bench, 1)
    bench.turn_until_told()
    assert len(hub.states) == 1
    for sequence in range(2, 8):
        beat(
            bench,
            sequence,
            screen="Pay" if sequence % 2 else "Welcome",
            counters={"slips": sequence},
        )
        bench.later(10)
        bench.turn_until_told()
    assert len(hub.states) == 1, "a state for every heartbeat"
    beat(bench, 8, paper="out")
    bench.later(10)
    bench.turn_until_told()
    assert len(hub.states) == 2
    (kiosk,) = hub.states[-1]["monitor"]["kiosks"]
    assert kiosk["devices"][0]["parts"][0]["word"] == "out"


def test_the_hub_can_sum_up_what_a_real_site_tells(bench: Bench, hub: StandInHub) -> None:
    bench.let_kiosk_in("K01")
    beat(bench, 1)
    bench.turn_until_told()
    told = StateBody.model_validate(hub.states[-1])
    assert summarised(told, None)["kiosks"]


@pytest.mark.parametrize("fault", [Problem(503, "site_not_loaded", ""), ValueError("too long")])
def test_a_state_that_cannot_be_made_holds_nothing_back(
    bench: Bench, hub: StandInHub, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(gathering, "state_of", broken)
    bench.happen(3)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    assert (hub.states, len(hub.days)) == ([], 1)
