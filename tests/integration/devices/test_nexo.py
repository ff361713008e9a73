"""A card terminal end to end: supervisor, driver, HTTP on real sockets, simulated terminal."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devices.kinds.card_terminal import Abort, CardResult, Pay, QueryPayment, Reverse
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver
from devices.nexo.simulator import NexoSimulator
from devices.registry import DeviceConfig, build
from devices.status import Completion, DeviceState
from devices.supervisor import StatusChanged, Supervisor
from tests.support.card import booked, check_paid_at_most_once

FEE = 3770
OPTIONS = {"reply_timeout_s": 0.2, "settle_s": 1.5, "poll_interval_s": 0.05}
WAIT_S = 20.0
LOCAL = ("127.0.0.1", 0)


def state_is(device: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is device


@pytest.fixture
def terminal() -> Iterator[NexoSimulator]:
    simulator = NexoSimulator(LOCAL)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def supervisor(terminal: NexoSimulator, recorder: Any) -> Iterator[Supervisor]:
    made = build(DeviceConfig("card", "nexo", terminal.port, OPTIONS), recorder)
    made.start()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    yield made
    assert made.stop()


def carried_out(supervisor: Supervisor, command: object, deadline_s: float = 4.0) -> CardResult:
    """Carry out `command`; it must end by its deadline."""
    began = time.monotonic()
    result = supervisor.submit(command, deadline_s).result(deadline_s + WAIT_S)
    assert time.monotonic() - began < deadline_s + 5.0
    assert isinstance(result, CardResult)
    return result


def pay(supervisor: Supervisor, service_id: str = "PAY1", deadline_s: float = 4.0) -> CardResult:
    return carried_out(supervisor, Pay(service_id, f"order-{service_id}", FEE), deadline_s)


def wait_until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + WAIT_S
    tick = threading.Event()
    while not done():
        assert time.monotonic() < ends
        tick.wait(0.01)


def test_an_approved_payment_brings_its_evidence(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    result = pay(supervisor)
    assert (result.outcome, result.completion) == ("approved", Completion.SUCCESS)
    assert result.status.device is DeviceState.ONLINE
    evidence = result.evidence
    assert evidence is not None
    assert (evidence.service_id, evidence.amount_centimos) == ("PAY1", FEE)
    assert (evidence.terminal_id, evidence.authorisation_code) == ("SIM00001", "000001")
    assert (evidence.rrn, evidence.stan) == ("000000000001", "SIM-000001")
    assert (evidence.masked_last4, evidence.scheme) == ("4242", "visa")
    assert evidence.at.tzinfo is not None
    assert [row["state"] for row in booked(terminal)] == ["approved"]


@pytest.mark.parametrize(
    ("condition", "outcome", "completion"),
    [
        ("Refusal", "declined", Completion.COMMAND_ERROR_CODE),
        ("WrongPIN", "declined", Completion.COMMAND_ERROR_CODE),
        ("Cancel", "aborted", Completion.CANCELED),
    ],
)
def test_a_failed_payment_says_why(
    supervisor: Supervisor,
    terminal: NexoSimulator,
    condition: str,
    outcome: str,
    completion: Completion,
) -> None:
    terminal.obey(f"decline {condition}")
    result = pay(supervisor)
    assert (result.outcome, result.reason) == (outcome, condition)
    assert (result.completion, result.evidence) == (completion, None)


@pytest.mark.parametrize(
    "trouble", ["no reply", "no reply silent", "spoil cut", "spoil garbage", "spoil http"]
)
def test_a_payment_whose_reply_was_lost_is_found_and_booked_once(
    supervisor: Supervisor, terminal: NexoSimulator, trouble: str
) -> None:
    terminal.obey(trouble)
    result = pay(supervisor, deadline_s=4.0)
    assert (result.outcome, result.completion) == ("approved", Completion.SUCCESS)
    assert result.evidence is not None
    assert result.evidence.service_id == "PAY1"
    assert len(booked(terminal)) == 1
    check_paid_at_most_once(terminal)


def test_a_decline_whose_reply_was_lost_is_found_too(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("decline InvalidCard")
    terminal.obey("no reply")
    result = pay(supervisor)
    assert (result.outcome, result.reason) == ("declined", "InvalidCard")


@pytest.mark.parametrize("manner", ["lose request", "lose request silent"])
def test_a_payment_that_never_arrived_is_not_found(
    supervisor: Supervisor, terminal: NexoSimulator, manner: str
) -> None:
    terminal.obey(manner)
    assert pay(supervisor, deadline_s=5.0).outcome == "not_found"
    assert booked(terminal) == []


def test_a_terminal_gone_silent_leaves_the_outcome_unknown_at_the_deadline(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("mute on")
    result = pay(supervisor, deadline_s=1.2)
    assert (result.outcome, result.completion) == ("unknown", Completion.TIME_OUT)
    assert result.evidence is None
    assert len(booked(terminal)) <= 1
    check_paid_at_most_once(terminal)
    terminal.obey("mute off")
    assert carried_out(supervisor, QueryPayment("PAY1")).outcome == "approved"


def test_a_person_who_takes_too_long_is_stopped_and_pays_nothing(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("delay 60000")
    result = pay(supervisor, deadline_s=3.0)
    assert (result.outcome, result.reason) == ("aborted", "Aborted")
    assert [row["state"] for row in booked(terminal)] == ["aborted"]


def test_a_person_who_cancels_ends_the_payment(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: terminal.obey("abort by customer")["aborted"] is True)
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert (result.outcome, result.reason) == ("aborted", "Cancel")


def test_an_abort_passes_beside_the_running_payment(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: bool(booked(terminal)))
    assert carried_out(supervisor, Abort("PAY1")).outcome == "in_progress"
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert (result.outcome, result.reason) == ("aborted", "Aborted")


def test_another_amount_than_asked_is_never_approved(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("authorise 3700")
    result = pay(supervisor)
    assert (result.outcome, result.completion) == ("unknown", Completion.INVALID_DATA)
    assert result.evidence is not None
    assert result.evidence.amount_centimos == 3700
    asked = carried_out(supervisor, QueryPayment("PAY1", FEE))
    assert asked.outcome == "unknown"
    assert carried_out(supervisor, QueryPayment("PAY1", 3700)).outcome == "approved"


def test_an_unplugged_terminal_starts_nothing_and_says_so_at_once(
    supervisor: Supervisor, terminal: NexoSimulator, recorder: Any
) -> None:
    terminal.obey("unplug")
    began = time.monotonic()
    result = pay(supervisor, deadline_s=30.0)
    assert time.monotonic() - began < 10.0
    assert (result.outcome, result.completion) == ("not_started", Completion.DEVICE_NOT_READY)
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    terminal.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    assert pay(supervisor, "PAY2").outcome == "approved"
    assert len(booked(terminal)) == 1


def test_a_deadline_that_passed_in_the_queue_starts_nothing(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("delay 200")
    first = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: bool(booked(terminal)))
    late = supervisor.submit(Pay("PAY2", "order-2", FEE), 0.01)
    query = supervisor.submit(QueryPayment("PAY1"), 0.01)
    assert isinstance(first.result(WAIT_S), CardResult)
    result, asked = late.result(WAIT_S), query.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert isinstance(asked, CardResult)
    assert (result.outcome, result.completion) == ("not_started", Completion.TIME_OUT)
    assert asked.outcome == "unknown"
    assert [row["service_id"] for row in booked(terminal)] == ["PAY1"]


def test_a_terminal_cut_off_while_the_person_pays_is_asked_when_it_is_back(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    terminal.obey("delay 150")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: bool(booked(terminal)))
    terminal.obey("unplug")
    wait_until(lambda: booked(terminal)[0]["state"] == "approved")
    terminal.obey("plug")
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert result.outcome == "approved"
    check_paid_at_most_once(terminal)


def test_power_lost_while_the_person_pays_is_an_aborted_payment(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    """The session is lost too: the driver logs in again before it asks."""
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: bool(booked(terminal)))
    terminal.obey("power cycle")
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert result.outcome == "aborted"


def test_a_query_tells_progress_absence_and_approval_apart(
    supervisor: Supervisor, terminal: NexoSimulator, recorder: Any
) -> None:
    assert carried_out(supervisor, QueryPayment("NEVER")).outcome == "not_found"
    terminal.obey("delay 400")
    supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: bool(booked(terminal)))
    other = NexoDriver(HttpLink(terminal.port), reply_timeout_s=0.2)
    running = other.execute(QueryPayment("PAY1"), time.monotonic() + 1.0)
    assert isinstance(running, CardResult)
    assert running.outcome == "in_progress"
    done = carried_out(supervisor, QueryPayment("PAY1", FEE))
    assert (done.outcome, done.completion) == ("approved", Completion.SUCCESS)


def test_a_service_id_used_again_tells_the_truth_about_the_first_payment(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    assert pay(supervisor).outcome == "approved"
    assert pay(supervisor).outcome == "approved"
    assert len(booked(terminal)) == 1
    assert terminal.obey("ledger")["duplicates"] == 1


def test_a_busy_terminal_shows_it_and_starts_nothing(
    supervisor: Supervisor, terminal: NexoSimulator, recorder: Any
) -> None:
    terminal.obey("busy")
    assert recorder.wait_for(state_is(DeviceState.DEVICE_BUSY))
    result = pay(supervisor)
    assert (result.outcome, result.reason) == ("not_started", "Busy")
    terminal.obey("busy off")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))


def test_a_silent_terminal_is_offline_not_missing(
    supervisor: Supervisor, terminal: NexoSimulator, recorder: Any
) -> None:
    terminal.obey("mute on")
    assert recorder.wait_for(state_is(DeviceState.OFFLINE))


def test_an_approved_payment_can_be_reversed_once(
    supervisor: Supervisor, terminal: NexoSimulator
) -> None:
    evidence = pay(supervisor).evidence
    assert evidence is not None
    back = carried_out(supervisor, Reverse("REV1", evidence))
    assert back.outcome == "approved"
    assert back.evidence is not None
    assert (back.evidence.service_id, back.evidence.amount_centimos) == ("REV1", FEE)
    assert [row["state"] for row in booked(terminal)] == ["reversed"]
    again = carried_out(supervisor, Reverse("REV2", evidence))
    assert (again.outcome, again.reason) == ("declined", "NotFound")


@pytest.mark.parametrize(
    "command",
    [
        Pay("", "order-1", FEE),
        Pay("ELEVENCHARS", "order-1", FEE),
        Pay("PAY1", "order-1", 0),
        Pay("PAY1", "order-1", -1),
        Pay("PAY1", "order-1", 10**8),
        Pay("PAY1", "order 1\n", FEE),
        Pay("PAY1", "order-1", FEE, "soles"),
    ],
)
def test_a_payment_no_terminal_would_take_is_not_sent(
    supervisor: Supervisor, terminal: NexoSimulator, command: Pay
) -> None:
    result = carried_out(supervisor, command)
    assert (result.outcome, result.completion) == ("not_started", Completion.INVALID_DATA)
    assert booked(terminal) == []
