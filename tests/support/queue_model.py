"""The queue in its simplest form: a dict of tickets. What the databases do is compared with it.

Written without looking at the services: no SQL, no heads, no counts, no chain of periods.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SERVES = {
    "V1": {"certificate", "review", "conduct", "release", "information"},
    "V2": {"certificate", "review", "information"},
}
SERIES = {"information": "I", "review": "R", "conduct": "C"}
NO_SHOW_RETURNS, NO_SHOW_DELAY = 1, timedelta(minutes=5)


class Refused(Exception):
    """The operation does not fit; the message is the kind of problem."""


@dataclass
class Person:
    """One ticket."""

    label: str
    service: str
    preferential: bool
    state: str
    arrived: datetime
    due: datetime | None
    then: tuple[str, ...] = ()
    aim: str = ""
    counter: str = ""
    missed: int = 0
    back: tuple[str, str, str, datetime] | None = None  # state, counter, service before; when


@dataclass
class QueueModel:
    """Who stands where. Times are handed in."""

    people: dict[str, Person] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)

    def issue(self, service: str, preferential: bool, then: tuple[str, ...], now: datetime) -> str:
        self.given[service] = self.given.get(service, 0) + 1
        label = f"{SERIES[service]}-{self.given[service]:03d}"
        self.people[label] = Person(label, service, preferential, "waiting", now, now, then)
        return label

    def call(self, counter: str, now: datetime) -> str | None:
        if self.at(counter) is not None:
            raise Refused("counter_busy")
        due = [
            each
            for each in self.people.values()
            if each.state in ("waiting", "transferred", "on_hold")
            and each.due is not None
            and each.due <= now
            and (each.aim == counter if each.aim else each.service in SERVES[counter])
        ]
        if not due:
            return None
        person = min(due, key=lambda each: (not each.preferential, each.due))
        person.back = (person.state, "", person.service, now)
        person.state, person.counter = "called", counter
        return person.label

    def at(self, counter: str) -> Person | None:
        serving = ("called", "serving")
        here = (p for p in self.people.values() if p.counter == counter and p.state in serving)
        return next(here, None)

    def start(self, label: str, now: datetime) -> None:
        person = self._in(label, "called")
        person.state, person.back = "serving", None

    def finish(self, label: str, now: datetime) -> None:
        person = self._in(label, "called", "serving")
        person.back = (person.state, person.counter, person.service, now)
        if person.then:
            person.service, person.then = person.then[0], person.then[1:]
            person.state, person.due, person.counter = "transferred", person.arrived, ""
            person.aim = ""
        else:
            person.state = "finished"

    def no_show(self, label: str, now: datetime) -> None:
        person = self._in(label, "called")
        person.back = (person.state, person.counter, person.service, now)
        person.missed += 1
        if person.missed <= NO_SHOW_RETURNS:
            person.state, person.due, person.counter = "waiting", now + NO_SHOW_DELAY, ""
        else:
            person.state = "no_show"

    def hold(self, label: str, minutes: int | None, now: datetime) -> None:
        person = self._in(label, "waiting", "transferred", "on_hold", "called", "serving")
        person.due = None if minutes is None else now + timedelta(minutes=minutes)
        person.state, person.counter, person.back = "on_hold", "", None

    def resume(self, label: str, now: datetime) -> None:
        person = self._in(label, "on_hold", "no_show")
        person.due = person.arrived if person.state == "on_hold" else now
        person.state, person.counter, person.back = "waiting", "", None

    def transfer(self, label: str, service: str, counter: str, now: datetime) -> None:
        person = self._in(label, "waiting", "transferred", "on_hold", "called", "serving")
        person.service = service or person.service
        person.aim, person.due = counter, person.arrived
        person.state, person.counter, person.back = "transferred", "", None

    def cancel(self, label: str, now: datetime) -> None:
        person = self._in(label, "waiting", "transferred", "on_hold", "called", "serving")
        person.state, person.back = "cancelled", None

    def reclassify(self, label: str, preferential: bool, now: datetime) -> None:
        self._in(label, "waiting", "transferred", "on_hold", "called", "serving")
        self.people[label].preferential = preferential

    def undo(self, label: str, now: datetime) -> None:
        person = self.people[label]
        if person.back is None:
            raise Refused("nothing_to_undo")
        state, counter, service, when = person.back
        if now - when > timedelta(seconds=60):
            raise Refused("too_late")
        if counter and self.at(counter) is not None:
            raise Refused("counter_busy")
        if person.state == "transferred":
            person.then, state = (person.service, *person.then), "called"
        if person.state == "no_show" or (person.state == "waiting" and state == "called"):
            person.missed -= 1
        person.state, person.counter, person.service = state, counter, service
        person.back = None

    def counts(self) -> dict[tuple[str, bool], int]:
        """How many wait in each line."""
        found: dict[tuple[str, bool], int] = {}
        for person in self.people.values():
            if person.state in ("waiting", "transferred"):
                line = (person.service, person.preferential)
                found[line] = found.get(line, 0) + 1
        return found

    def _in(self, label: str, *states: str) -> Person:
        person = self.people[label]
        if person.state not in states:
            raise Refused("does not fit")
        return person
