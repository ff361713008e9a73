"""A site in a few words, whatever its state looks like."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.hub.model.summary import summarised
from queue_server.hub.wire import StateBody
from tests.support.country import Told, state_of

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
PAPER = ("warning", "Papel por acabarse", "A01, printer")
DOWN = ("critical", "Dispositivo averiado", "A02, printer")


def with_monitor(**more: Any) -> StateBody:
    state = state_of(Told("M001"), NOW)
    return state.model_copy(update={"monitor": {**state.monitor, **more}})


def test_what_the_country_needs_is_read_off_a_site_that_serves_partly() -> None:
    told = Told(
        "M001", "MAC Tacna", "Tacna", "some", kiosks=3, up=2, why="no_device", alerts=[PAPER, DOWN]
    )
    summary = summarised(state_of(told, NOW))
    assert summary["verdict"] == "some"
    assert (summary["kiosks"], summary["up"], summary["serving"]) == (3, 3, 2)
    assert summary["missing"] == [
        {"journey": "certificate", "name": "", "at": 2, "not_at": 1, "why": "no_device"}
    ]
    assert (summary["broken"], summary["critical"], summary["warning"]) == (1, 1, 1)
    alerts = summary["alerts"]
    assert isinstance(alerts, list)
    first = alerts[0]
    assert isinstance(first, dict)
    assert first["title"] == "Dispositivo averiado", "the gravest first"
    assert summary["builds"] == {"1.4.0": 3}
    assert datetime.fromisoformat(str(summary["certificate_until"])) > NOW


def test_since_when_stays_while_the_verdict_does() -> None:
    earlier = (NOW - timedelta(hours=3)).isoformat()
    same = summarised(state_of(Told("M1"), NOW), {"verdict": "all", "since": earlier})
    assert same["since"] == earlier
    state = state_of(Told("M1", verdict="none", up=0), NOW)
    fallen = summarised(state, {"verdict": "all", "since": earlier})
    assert fallen["since"] == state.at.isoformat()


def test_it_is_small_whatever_a_site_tells() -> None:
    long = "x" * 100_000
    kiosks = [{"name": f"A{n}", "build": f"{n}{long}", "devices": [{}] * 30} for n in range(2000)]
    journeys = [
        {"journey": f"{n}{long}", "at": [], "missing": [{"kiosk": "A", "why": long}]}
        for n in range(500)
    ]
    glance = {"word": "some", "serving": 1, "journeys": journeys}
    state = with_monitor(kiosks=kiosks, glance=glance)
    state.alerts["alerts"] = [{"title": long, "severity": "critical"} for _ in range(900)]
    assert len(json.dumps(summarised(state))) < 8000


KEYS = ("glance", "kiosks", "devices", "journeys", "missing", "at", "word", "builds", "severity")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(glance=JSON, kiosks=JSON, server=JSON, alerts=JSON)
def test_a_state_of_any_shape_is_summarised(
    glance: Any, kiosks: Any, server: Any, alerts: Any
) -> None:
    state = with_monitor(glance=glance, kiosks=kiosks, server=server)
    state.alerts["alerts"] = alerts
    summary = summarised(state)
    assert summary["verdict"] in ("all", "some", "none", "empty")
    assert json.loads(json.dumps(summary)) == summary


@pytest.mark.negative_control
def test_trusting_the_shape_would_break_on_a_strange_build() -> None:
    def trusting(state: StateBody) -> Any:
        monitor: Any = state.monitor
        return monitor["glance"]["word"]

    with pytest.raises(TypeError):
        trusting(with_monitor(glance=None))
