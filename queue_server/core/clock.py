"""The clock everybody is handed: aware UTC instants, and the local day of a site."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; tests and replays hand in their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day at `zone` (IANA name) when it is `instant`: the day a ticket belongs to."""
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight_after(day: date, zone: str) -> datetime:
    """The instant at which `day` ends at `zone` (IANA name)."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
