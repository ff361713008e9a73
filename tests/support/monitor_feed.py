"""The monitor's stream of events, as a page hears it."""

import time

from tests.support.site import StaffHttp


def last_event(it: StaffHttp) -> int:
    """The number of the newest event; what comes after it is news."""
    return it.http.get("/api/v1/monitor").json()["server"]["event_id"]


def next_event(it: StaffHttp, after: int, kind: str, *words: str, within_s: float = 60.0) -> float:
    """When (monotonic) the first event after `after` of `kind` that holds all `words` is heard.

    Raises AssertionError after `within_s`.
    """
    ends = time.monotonic() + within_s
    with it.http.stream("GET", f"/api/v1/monitor/feed?after={after}", timeout=within_s) as feed:
        heard = ""
        for line in feed.iter_lines():
            heard = line.removeprefix("event: ") if line.startswith("event: ") else heard
            told = line.startswith("data: ") and all(each in line for each in words)
            if heard == kind and told:
                return time.monotonic()
            assert time.monotonic() < ends, f"no {kind} of {words}"
    raise AssertionError("the feed ended")
