"""PURE: what of the state is news: everything but clocks, ages and what counts all day long."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# What changes while nothing happens, or with every person served. It is told with the next state,
# at the latest after five minutes.
_TICKS = frozenset(
    {
        "at",
        "now",
        "event_id",
        "listeners",
        "heard_s",
        "sequence",
        "screen",
        "oldest_unsent_s",
        "oldest_errand_s",
        "longest_wait_s",
        "counters",
        "vitals",
        "count",
        "left",
        "last_seen",
    }
)
_ROUNDED = frozenset({"days_left"})


def state_digest(state: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of the canonical JSON of `state` without what ticks."""
    text = json.dumps(_still(state), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def whole_digest(value: Any) -> str:
    """SHA-256 (hexadecimal) of the canonical JSON of all of `value`."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _still(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _still(round(each) if key in _ROUNDED and isinstance(each, float) else each)
            for key, each in value.items()
            if key not in _TICKS
        }
    if isinstance(value, list | tuple):
        return [_still(each) for each in value]
    return value
