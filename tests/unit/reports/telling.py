"""Event rows as the log has them, told in a few words."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from queue_server.reports.model.deeds import Logged, deeds
from queue_server.reports.model.stages import Story, after

NINE = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # 09:00 in Lima


def at(minute: float) -> datetime:
    """So many minutes after nine."""
    return NINE + timedelta(minutes=minute)


def event(minute: float, kind: str, **body: Any) -> Logged:
    """An event of one ticket, `t1` unless told otherwise; what it does not name is usual."""
    usual: dict[str, Any] = {
        "ticket": "t1",
        "number": "J-001",
        "service": "certificate",
        "attention_class": "general",
        "counter": "V1",
    }
    if kind == "ticket.issued":
        usual |= {"arrived_at": at(minute).isoformat(), "route": "kiosk"}
    if kind == "ticket.finished":
        usual |= {"served_s": 300, "then": ""}
    if kind == "ticket.no_show":
        usual |= {"returns_at": ""}
    if kind == "ticket.held":
        usual |= {"return_at": ""}
    if kind == "ticket.transferred":
        usual |= {"to_service": "review"}
    whole = body if kind.startswith(("tickets.", "day.")) else {**usual, **body}
    return Logged(0, "counter:ana", kind, whole, at(minute))


def fold(events: Iterable[Logged]) -> dict[str, Story | None]:
    """The stories of all tickets."""
    stories: dict[str, Story | None] = {}
    for each in events:
        for deed in deeds(each):
            stories[deed.ticket] = after(stories.get(deed.ticket), deed)
    return stories


def told(*events: tuple[Any, ...] | Logged) -> Story:
    """The story of `t1`. An event: (minute, kind) or (minute, kind, body)."""
    rows: Sequence[Logged] = [
        each if isinstance(each, Logged) else event(each[0], each[1], **dict(*each[2:]))
        for each in events
    ]
    story = fold(rows)["t1"]
    assert story is not None
    return story
