"""What is news of a state, and what only ticks."""

from typing import Any

import pytest

from queue_server.hub_link.model.digest import state_digest, whole_digest


def state(**other: Any) -> dict[str, Any]:
    kiosk = {
        "name": "K01",
        "heard_s": 1.5,
        "sequence": 7,
        "screen": "welcome",
        "presence": "online",
        "supplies": [{"name": "paper", "count": 80, "left": 80, "days_left": 3.2}],
        "counters": {"slips": 9},
    }
    return {
        "at": "2026-11-23T17:00:00Z",
        "line": {"waiting": 3, "longest_wait_s": 61},
        "monitor": {"server": {"now": "x", "event_id": 5, "build": "1"}, "kiosks": [kiosk]},
        **other,
    }


def kiosk(**other: Any) -> dict[str, Any]:
    found = state()
    found["monitor"]["kiosks"][0].update(other)
    return found


@pytest.mark.parametrize(
    "ticked",
    [
        state(at="2026-11-23T17:00:10Z"),
        state(line={"waiting": 3, "longest_wait_s": 71}),
        kiosk(heard_s=9.0, sequence=8, screen="pay", counters={"slips": 10}),
        kiosk(supplies=[{"name": "paper", "count": 79, "left": 79, "days_left": 3.1}]),
    ],
)
def test_what_ticks_is_no_news(ticked: dict[str, Any]) -> None:
    assert state_digest(ticked) == state_digest(state())


@pytest.mark.parametrize(
    "news",
    [
        state(line={"waiting": 4, "longest_wait_s": 61}),
        kiosk(presence="offline"),
        kiosk(supplies=[{"name": "paper", "count": 1, "left": 1, "days_left": 0.2}]),
        state(more=1),
    ],
)
def test_what_happened_is_news(news: dict[str, Any]) -> None:
    assert state_digest(news) != state_digest(state())


def test_the_digest_is_of_the_canonical_form() -> None:
    """Pinned: the hub keeps it, and another build must not make all states news."""
    assert state_digest({"b": [1], "a": "ñ"}) == state_digest({"a": "ñ", "b": (1,)})
    assert (
        whole_digest({"a": "ñ", "b": [1]})
        == "275ef172cc90e1ed9ad5c300c2d3ec968c0aa29c8e3848e6c2d2cb72b4702123"
    )
