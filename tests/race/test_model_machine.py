"""Any sequence of operations does the same on SQLite, on PostgreSQL and in the simplest model."""

import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from queue_server.core.problem import Problem
from queue_server.turns.model.ticket import AttentionClass, TicketState
from queue_server.turns.services import attend, line, queries
from queue_server.turns.services.undo import undo
from tests.support.hall import MORNING, Hall
from tests.support.queue_model import QueueModel, Refused

EXAMPLES = int(os.environ.get("RACE_EXAMPLES", "5"))
STEPS = 40
KINDS = ("sqlite", "postgresql")
CLASSES = {False: AttentionClass.GENERAL, True: AttentionClass.PREFERENTIAL}
services = st.sampled_from(["information", "review", "conduct"])
counters = st.sampled_from(["V1", "V2"])


class ThreeQueues(RuleBasedStateMachine):
    """The same operation is asked of both halls and of the model; all three must agree."""

    tickets = Bundle("tickets")
    halls: tuple[Hall, ...] = ()

    @initialize()
    def begin(self) -> None:
        self.model = QueueModel()
        self.ids: dict[str, tuple[str, ...]] = {}
        self.now = MORNING + timedelta(days=self.day())
        self._set_clocks()
        for hall in self.halls:
            _clear(hall)

    @classmethod
    def day(cls) -> int:
        """Each run has a day of its own in the same databases."""
        cls.days = getattr(cls, "days", 0) + 1
        return cls.days

    @rule(
        target=tickets,
        service=services,
        preferential=st.booleans(),
        then=st.lists(services, max_size=1),
    )
    def issue(self, service: str, preferential: bool, then: list[str]) -> str:
        self._tick()
        label = self.model.issue(service, preferential, tuple(then), self.now)
        issued = [
            hall.issue(service, CLASSES[preferential], then=tuple(then)) for hall in self.halls
        ]
        assert [each.label for each in issued] == [label] * len(issued)
        self.ids[label] = tuple(each.id for each in issued)
        return label

    @rule(counter=counters)
    def call(self, counter: str) -> None:
        self._tick()
        self._agree(
            lambda: self.model.call(counter, self.now),
            lambda hall: getattr(hall.call(counter), "label", None),
        )

    @rule(label=tickets)
    def start(self, label: str) -> None:
        self._both(label, self.model.start, attend.start)

    @rule(label=tickets)
    def finish(self, label: str) -> None:
        self._both(label, self.model.finish, attend.finish)

    @rule(counter=counters)
    def finish_at(self, counter: str) -> None:
        person = self.model.at(counter)
        if person is not None:
            self._both(person.label, self.model.finish, attend.finish)

    @rule(label=tickets)
    def no_show(self, label: str) -> None:
        self._both(label, self.model.no_show, attend.no_show)

    @rule(label=tickets, minutes=st.sampled_from([None, 1, 30]))
    def hold(self, label: str, minutes: int | None) -> None:
        self._tick()
        back = None if minutes is None else self.now + timedelta(minutes=minutes)
        self._agree(
            lambda: self.model.hold(label, minutes, self.now),
            lambda hall: self._act(hall, attend.hold, label, "aparte", back),
        )

    @rule(label=tickets)
    def resume(self, label: str) -> None:
        self._both(label, self.model.resume, line.resume)

    @rule(label=tickets, service=services, counter=st.sampled_from(["", "V2"]))
    def transfer(self, label: str, service: str, counter: str) -> None:
        self._tick()
        self._agree(
            lambda: self.model.transfer(label, service, counter, self.now),
            lambda hall: self._act(hall, line.transfer, label, service, counter or None, None),
        )

    @rule(label=tickets)
    def cancel(self, label: str) -> None:
        self._tick()
        self._agree(
            lambda: self.model.cancel(label, self.now),
            lambda hall: self._act(hall, line.cancel, label, "staff"),
        )

    @rule(label=tickets, preferential=st.booleans())
    def reclassify(self, label: str, preferential: bool) -> None:
        self._tick()
        self._agree(
            lambda: self.model.reclassify(label, preferential, self.now),
            lambda hall: self._act(hall, line.change_class, label, CLASSES[preferential], ""),
        )

    @rule(label=tickets)
    def take_back(self, label: str) -> None:
        self._both(label, self.model.undo, undo)

    @rule(minutes=st.sampled_from([2, 10]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_lines_are_the_same(self) -> None:
        if not hasattr(self, "model"):
            return
        expected = self.model.counts()
        for hall in self.halls:
            counted = {
                (service, name == "preferential"): people
                for service, classes in hall.in_line().items()
                for name, people in classes.items()
            }
            assert counted == expected

    def _both(self, label: str, model: Callable[..., None], service: Callable[..., Any]) -> None:
        self._tick()
        self._agree(lambda: model(label, self.now), lambda hall: self._act(hall, service, label))

    def _act(self, hall: Hall, service: Callable[..., Any], label: str, *words: Any) -> None:
        ticket_id = self.ids[label][self.halls.index(hall)]
        ticket = hall.do(hall.ana, service, ticket_id, *words)
        if ticket.state is not TicketState.CANCELLED or ticket.id != ticket_id:
            assert ticket.label == label

    def _agree(self, model: Callable[[], Any], real: Callable[[Hall], Any]) -> None:
        expected = _outcome(model)
        for hall in self.halls:
            got = _outcome(lambda hall=hall: real(hall))
            if expected == DOES_NOT_FIT:
                assert str(got).startswith("refused: "), got
            elif expected is not None:
                assert got == expected
            else:
                assert not str(got).startswith("refused: "), got
        self._compare()

    def _compare(self) -> None:
        for label, person in self.model.people.items():
            for hall, ticket_id in zip(self.halls, self.ids[label], strict=True):
                ticket = hall.look(lambda uow, i=ticket_id: _ticket(uow, i))
                assert (ticket.state, ticket.service) == (person.state, person.service), label
                assert ticket.due_at == person.due or person.state not in WAITS, label

    def _tick(self) -> None:
        self.now += timedelta(seconds=1, microseconds=1)
        self._set_clocks()

    def _set_clocks(self) -> None:
        for hall in self.halls:
            hall.clock.at = self.now


DOES_NOT_FIT = "refused: does not fit"


def _outcome(operation: Callable[[], Any]) -> Any:
    """What it answers, or the kind of its refusal."""
    try:
        return operation()
    except Refused as refused:
        return f"refused: {refused}"
    except Problem as problem:
        return f"refused: {problem.kind}"


def _clear(hall: Hall) -> None:
    """Leave nobody at a counter: an example that failed may have."""
    for counter in ("V1", "V2"):
        ticket = hall.look(lambda uow, counter=counter: queries.open_at(uow, "PRUEBA", counter))
        if ticket is not None:
            hall.do(hall.ana, line.cancel, ticket.id, "staff")


WAITS = ("waiting", "transferred", "on_hold")


def _ticket(uow, ticket_id: str):
    from queue_server.turns.services.change import known

    return known(uow, "PRUEBA", ticket_id)


@pytest.fixture(scope="module")
def halls():
    with tempfile.TemporaryDirectory() as folder:
        opened = tuple(Hall(Path(folder) / kind, kind) for kind in KINDS)
        for hall in opened:
            hall.configure(no_show_returns=1, no_show_delay_min=5)
        yield opened
        for hall in opened:
            hall.close()


def run(machine: type[ThreeQueues], halls: tuple[Hall, ...], examples: int) -> None:
    machine.halls = halls
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            print_blob=True,
        ),
    )


def test_both_databases_do_what_the_model_does(halls: tuple[Hall, ...]) -> None:
    run(ThreeQueues, halls, EXAMPLES)


class ForgetsTheClass(ThreeQueues):
    """A model that serves in plain arrival order: the databases must not agree with it."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        model = self.model
        call = model.call

        def arrival_only(counter: str, now):
            classes = {label: person.preferential for label, person in model.people.items()}
            for person in model.people.values():
                person.preferential = False
            try:
                return call(counter, now)
            finally:
                for label, preferential in classes.items():
                    model.people[label].preferential = preferential

        model.call = arrival_only  # type: ignore[method-assign]


@pytest.mark.negative_control
@pytest.mark.parametrize("machine", [ThreeQueues, ForgetsTheClass])
def test_a_model_without_preferential_attention_is_told_apart(
    halls: tuple[Hall, ...], machine: type[ThreeQueues]
) -> None:
    machine.halls = halls
    queues = machine()
    queues.begin()
    for preferential in (False, True):
        queues.issue("information", preferential, [])
    if machine is ThreeQueues:
        queues.call("V1")
    else:
        with pytest.raises(AssertionError):
            queues.call("V1")
