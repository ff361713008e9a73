"""`make bench-day`: one mall day of 800 people through the real API, in faster time.

The same people come twice. *Today*: one line, ten windows, 3 to 10 minutes each, everybody
stands. *Kiosks*: four kiosks, then seats: whoever has to see a person holds a turn, seven windows
call by the product's own rule. Routes, services and database are the product's; people, their
dexterity and the clock are made up. Writes `var/bench/day.json` and `var/bench/day.png`.
"""

import asyncio
import heapq
import json
import logging
import math
import random
import statistics
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from queue_server.config import load_config
from queue_server.reports.plots import Curve, standing
from queue_server.web.app import build_app
from tests.load.client import quantile
from tests.load.crowd import furnish, operators
from tests.load.day_model import LOG_MEAN, LOG_SPREAD, SHAPE
from tests.support.hall import LIMA, MovableClock
from tests.support.site import REPOSITORY, Site

PEOPLE, SEED = 800, 2026
PREFERENTIAL, CERTIFICATES, TO_REVIEW = 0.12, 0.60, 0.15
WINDOWS_TODAY, KIOSKS, WINDOWS = 10, 4, 7
OPENS = datetime(2026, 3, 4, 9, 0, tzinfo=LIMA)
# How long a person stands at a kiosk, s: the 5 % and 95 % quantiles of a lognormal.
CERTIFICATE_S, TURN_S = (60.0, 180.0), (15.0, 50.0)
TOUCH_EVERY, STAFF_STAY = timedelta(minutes=10), timedelta(minutes=595)


@dataclass(frozen=True)
class Person:
    """Somebody who comes that day, the same in both variants."""

    number: int
    arrives: datetime
    preferential: bool
    certificate: bool
    to_review: bool
    window_s: float
    kiosk_s: float


@dataclass
class Account:
    """What became of everybody: waits in minutes by class, and who stood when."""

    waits: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    standing: list[tuple[datetime, int]] = field(default_factory=list)
    at_windows: int = 0

    def stands(self, since: datetime, until: datetime) -> None:
        """One more person stood in a line for that time."""
        if until > since:
            self.standing += [(since, 1), (until, -1)]

    def waited(self, person: Person, seconds: float) -> None:
        """How long a person waited in all, standing or seated."""
        self.waits[person.preferential].append(seconds / 60)

    def curve(self) -> list[tuple[float, int]]:
        """(hour of the day, people standing) after each change."""
        level, points = 0, []
        for at, by in sorted(self.standing):
            level += by
            local = at.astimezone(LIMA)
            points.append((local.hour + local.minute / 60 + local.second / 3600, level))
        return points

    def most(self) -> int:
        """The longest line of the day."""
        return max((level for _, level in self.curve()), default=0)

    def mean(self) -> float:
        """People standing, on average over the opening hours."""
        seconds = sum(-by * (at - OPENS).total_seconds() for at, by in self.standing)
        return seconds / (len(SHAPE) * 3600)

    def everybody(self) -> list[float]:
        """Every wait, min."""
        return self.waits[False] + self.waits[True]


def people(seed: int) -> list[Person]:
    """The people of the day, in order of arrival."""
    chance = random.Random(seed)
    hours = chance.choices(range(len(SHAPE)), SHAPE, k=PEOPLE)
    arrivals = sorted(OPENS + timedelta(hours=hour + chance.random()) for hour in hours)
    made = []
    for number, arrives in enumerate(arrivals):
        certificate = chance.random() < CERTIFICATES
        made.append(
            Person(
                number,
                arrives,
                preferential=chance.random() < PREFERENTIAL,
                certificate=certificate,
                to_review=certificate and chance.random() < TO_REVIEW,
                window_s=math.exp(chance.gauss(LOG_MEAN, LOG_SPREAD)),
                kiosk_s=_between(chance, CERTIFICATE_S if certificate else TURN_S),
            )
        )
    return made


def _between(chance: random.Random, quantiles: tuple[float, float]) -> float:
    low, high = quantiles
    spread = math.log(high / low) / (2 * 1.6448536)
    return math.exp(chance.gauss(math.log(math.sqrt(low * high)), spread))


def today(everybody: list[Person]) -> Account:
    """One line before ten windows; whoever the law puts first is let through."""
    account = Account()
    line: dict[bool, deque[Person]] = {True: deque(), False: deque()}
    free = [OPENS] * WINDOWS_TODAY
    coming = deque(everybody)
    while coming or line[True] or line[False]:
        window_at = heapq.heappop(free)
        while coming and coming[0].arrives <= window_at:
            person = coming.popleft()
            line[person.preferential].append(person)
        if not line[True] and not line[False]:
            heapq.heappush(free, coming[0].arrives)
            continue
        person = (line[True] or line[False]).popleft()
        account.stands(person.arrives, window_at)
        account.waited(person, (window_at - person.arrives).total_seconds())
        account.at_windows += 1
        heapq.heappush(free, window_at + timedelta(seconds=person.window_s))
    return account


class Mall:
    """The day with kiosks: a discrete-event simulation that asks the real server for everything."""

    def __init__(self, clock: MovableClock, http: Callable[..., Awaitable[Any]]) -> None:
        self.clock, self.post = clock, http
        self.account = Account()
        self.line: dict[bool, deque[Person]] = {True: deque(), False: deque()}
        self.free_kiosks = list(range(KIOSKS))
        self.idle: list[int] = list(range(WINDOWS))
        self.holders: dict[str, Person] = {}
        self.kiosk_waits: dict[int, float] = {}
        self.events: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self.planned = 0

    async def run(self, everybody: list[Person]) -> Account:
        """Let the day pass; everybody's waits."""
        for person in everybody:
            self._plan(person.arrives, lambda person=person: self._arrive(person))
        for turn in range(int(STAFF_STAY / TOUCH_EVERY)):
            self._plan(OPENS + turn * TOUCH_EVERY, self._touch)
        while self.events:
            self.clock.at, _, happens = heapq.heappop(self.events)
            await happens()
        assert not self.holders, f"{len(self.holders)} people were never called"
        return self.account

    def _plan(self, at: datetime, happens: Callable[[], Awaitable[None]]) -> None:
        self.planned += 1
        heapq.heappush(self.events, (at, self.planned, happens))

    async def _arrive(self, person: Person) -> None:
        self.line[person.preferential].append(person)
        await self._to_kiosks()

    async def _to_kiosks(self) -> None:
        while self.free_kiosks and (self.line[True] or self.line[False]):
            person = (self.line[True] or self.line[False]).popleft()
            kiosk = self.free_kiosks.pop()
            self.account.stands(person.arrives, self.clock.at)
            self.kiosk_waits[person.number] = (self.clock.at - person.arrives).total_seconds()
            done = self.clock.at + timedelta(seconds=person.kiosk_s)
            self._plan(done, lambda p=person, k=kiosk: self._leave_kiosk(p, k))

    async def _leave_kiosk(self, person: Person, kiosk: int) -> None:
        self.free_kiosks.append(kiosk)
        if person.certificate and not person.to_review:
            self.account.waited(person, self.kiosk_waits[person.number])
        else:
            body = {
                "service": "review" if person.to_review else "information",
                "attention_class": "preferential" if person.preferential else "general",
            }
            ticket = await self.post("kiosk", kiosk, "/api/v1/tickets", body)
            self.holders[ticket["ticket_id"]] = person
            await self._to_windows()
        await self._to_kiosks()

    async def _to_windows(self) -> None:
        for window in sorted(self.idle):
            await self._call(window)

    async def _call(self, window: int) -> None:
        called = await self.post("staff", window, f"/api/v1/counters/W{window + 1}/call-next")
        if "ticket_id" not in called:
            if window not in self.idle:
                self.idle.append(window)
            return
        if window in self.idle:
            self.idle.remove(window)
        person = self.holders.pop(called["ticket_id"])
        issued = datetime.fromisoformat(called["arrived_at"])
        seated = (self.clock.at - issued).total_seconds()
        self.account.waited(person, self.kiosk_waits[person.number] + seated)
        self.account.at_windows += 1
        done = self.clock.at + timedelta(seconds=person.window_s)
        self._plan(done, lambda t=called["ticket_id"], w=window: self._finish(t, w))

    async def _finish(self, ticket_id: str, window: int) -> None:
        await self.post("staff", window, f"/api/v1/tickets/{ticket_id}/finish")
        await self._call(window)

    async def _touch(self) -> None:
        """Staff touch their keyboards now and then; only that keeps them signed in."""
        for window in range(WINDOWS):
            await self.post("staff", window, "/session/touch")


async def kiosks(everybody: list[Person], folder: Path) -> Account:
    """The same people with kiosks, turns and seven windows."""
    site = Site(folder)
    clock = MovableClock(OPENS)
    database = site.database()
    database.clock = clock
    furnish(database, "PRUEBA")
    app = build_app(load_config(folder / "server.toml"), database, None)
    tokens = [site.command("add-kiosk", f"K{number}") for number in range(KIOSKS)]
    headers = {
        "kiosk": [{"Authorization": f"Bearer {token}"} for token in tokens],
        "staff": [each.headers for each in operators(database, "PRUEBA", site.port)],
    }
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=site.url) as http:

        async def post(who: str, which: int, path: str, body: Any = None) -> Any:
            key = {"Idempotency-Key": uuid4().hex}
            answer = await http.post(path, json=body, headers=headers[who][which] | key)
            if not answer.is_success and answer.status_code != 404:
                raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            return answer.json() if answer.content else None

        account = await Mall(clock, post).run(everybody)
    database.close()
    site.remove()
    return account


def main() -> None:
    """Run both variants, print the figures, draw the two curves."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    everybody = people(SEED)
    now = today(everybody)
    with tempfile.TemporaryDirectory() as folder:
        then = asyncio.run(kiosks(everybody, Path(folder) / "site"))
    figures = {
        "standing_today": now.most(),
        "standing_kiosks": then.most(),
        "standing_mean_today": round(now.mean(), 1),
        "standing_mean_kiosks": round(then.mean(), 1),
        **_waits("today", now),
        **_waits("kiosks", then),
        "preferential_p95_min": round(quantile(then.waits[True], 0.95), 1),
        "served_at_windows_today": now.at_windows,
        "served_at_windows_kiosks": then.at_windows,
        "people": len(everybody),
        "seed": SEED,
    }
    assert len(now.everybody()) == len(then.everybody()) == PEOPLE
    folder = REPOSITORY / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    samples = {"today": now.waits, "kiosks": then.waits}
    (folder / "day.json").write_text(json.dumps({**figures, "samples": samples}, indent=1) + "\n")
    (folder / "day.png").write_bytes(_plot(now, then))
    for name, value in figures.items():
        print(f"bench: {name:28} {value}")


def _waits(name: str, account: Account) -> dict[str, float]:
    return {
        f"wait_p50_{name}_min": round(statistics.median(account.everybody()), 1),
        f"wait_p90_{name}_min": round(quantile(account.everybody(), 0.9), 1),
        f"wait_p90_general_{name}_min": round(quantile(account.waits[False], 0.9), 1),
        f"wait_p90_preferential_{name}_min": round(quantile(account.waits[True], 0.9), 1),
    }


def _plot(now: Account, then: Account) -> bytes:
    return standing(list(_curves(now, then)), "png")


def _curves(now: Account, then: Account) -> Iterator[Curve]:
    yield Curve("Hoy: una fila, diez ventanillas", now.curve())
    yield Curve("Con kioscos y siete ventanillas", then.curve())


if __name__ == "__main__":
    main()
