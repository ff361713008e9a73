"""What a site and the hub say to each other: one request, `POST /api/v1/hub/batches`.

A site sends one batch at a time, every few seconds and after everything it had to catch up with.
Each part may be sent again and again: events by their ids, figures by their day, the state as a
whole, words on orders by the order's id. So a lost answer costs a repetition, nothing else.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from queue_server.fleet.actions.model import Kind

VERSION = 1
MOST_EVENTS = 1000
MOST_DAYS = 62
MOST_ORDERS = 50
LARGEST_BATCH = 4 * 1024 * 1024  # bytes of JSON
WAIT_EDGES_S = (60, 180, 300, 600, 900, 1200, 1800, 2700, 3600)
SITE_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$"
_DIGEST = r"^[0-9a-f]{64}$"

# Beyond these nobody counts and no log goes; a database could not hold it.
LARGEST_COUNT, LARGEST_ID = 10**9, 2**63 - 1
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]

Id = Annotated[str, Field(min_length=36, max_length=36)]
OrderState = Literal["relayed", "done", "failed", "refused", "expired"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventBody(_Body):
    """One row of the site's event log: ids and words only, never personal data."""

    id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    at: AwareDatetime
    kind: Annotated[str, Field(max_length=60)]
    actor: Annotated[str, Field(max_length=80)]
    body: dict[str, JsonValue]


class HeadBody(_Body):
    """The head of the site's audit chain: an anchor that stands outside the site."""

    id: Annotated[int, Field(ge=0, le=LARGEST_ID)]
    mac: Annotated[str, Field(pattern=_DIGEST)]


class AboutBody(_Body):
    """Which site this is, in words for people. `region`: the department, e.g. "Arequipa"."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    region: Annotated[str, Field(min_length=1, max_length=40)]
    zone: Annotated[str, Field(min_length=1, max_length=40)]
    build: Annotated[str, Field(max_length=60)]


class LineBody(_Body):
    """The queue now: people who wait, the longest wait in seconds, windows that attend."""

    open: bool
    waiting: Count
    longest_wait_s: Count
    counters_open: Count


class StateBody(_Body):
    """How the site stands. `monitor` and `alerts`: what the site's own pages are told (bodies
    `MonitorBody` and `AlertsBody` of the fleet), so that the hub draws what the site draws.

    `backend_up`: None where the site has no backend. `backlog`, `parked`: errands that wait, and
    those that need a person.
    """

    at: AwareDatetime
    about: AboutBody
    line: LineBody
    monitor: dict[str, JsonValue]
    alerts: dict[str, JsonValue]
    backend_up: bool | None
    backlog: Count
    parked: Count
    oldest_errand_s: Count


class JourneyDayBody(_Body):
    """Seconds of opening hours in which a journey could be finished somewhere at the site, in which
    it could not, and of which nothing is known; `""` is the site as a whole."""

    journey: Annotated[str, Field(max_length=40)]
    up_s: Count
    down_s: Count
    unknown_s: Count


class DayBody(_Body):
    """The figures of one local day. They may change later (a correction, a late merge): the day is
    then told again. `waits_s`: waits until the call, how many up to each of `WAIT_EDGES_S` and
    beyond the last."""

    day: date
    certificates_kiosk: Count
    certificates_window: Count
    tickets: Count
    attended: Count
    no_shows: Count
    waits_s: Annotated[list[Count], Field(max_length=len(WAIT_EDGES_S) + 1)]
    waited_s: Count
    availability: Annotated[list[JourneyDayBody], Field(max_length=20)]


class OrderWordBody(_Body):
    """How an order of the hub stands at the site. `relayed`: the site ordered it from its kiosk."""

    id: Id
    state: OrderState
    detail: Annotated[str, Field(max_length=400)]
    at: AwareDatetime


class BatchBody(_Body):
    """What a site tells. `state` is left out while the hub holds the one with `state_digest`
    (SHA-256 of its canonical JSON without `at` and clocks); `days` are those that changed. `after`:
    the event the site believes to be the hub's last; a hub that holds less takes none of `events`.
    """

    version: Literal[1] = 1
    sent_at: AwareDatetime
    after: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    events: Annotated[list[EventBody], Field(max_length=MOST_EVENTS)] = []
    head: HeadBody | None = None
    state_digest: Annotated[str, Field(pattern=_DIGEST)]
    state: StateBody | None = None
    days: Annotated[list[DayBody], Field(max_length=MOST_DAYS)] = []
    orders: Annotated[list[OrderWordBody], Field(max_length=MOST_ORDERS)] = []


class OrderBody(_Body):
    """Something a kiosk of the site shall do; the site orders it in its own name and signs it."""

    id: Id
    kiosk: Annotated[str, Field(max_length=40)]
    kind: Kind
    arguments: dict[str, Any]
    ordered_by: Annotated[str, Field(max_length=40)]
    valid_until: AwareDatetime


class AnswerBody(BaseModel):
    """What the hub holds now. The site's next events are those after `last_event`; `days` names
    each day that was kept by this batch; `orders` are to be carried out, or reported on again."""

    now: datetime
    last_event: int
    wants_state: bool
    days: list[date]
    orders: list[OrderBody]
