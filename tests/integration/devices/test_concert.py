"""A Concert E terminal end to end: supervisor, driver, pseudo-terminal, simulated terminal."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from devices.concert.simulator import ConcertSimulator
from devices.concert.terminal import CARD_NUMBER
from devices.driver import NotRun
from devices.kinds.card_terminal import Abort, CardResult, Pay, QueryPayment, Reverse
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig, build
from devices.status import Action, Completion, DeviceState
from devices.supervisor import StatusChanged, Supervisor

FEE = 3770
WAIT_S = 20.0
OPTIONS: dict[str, str | int | float | bool] = {
    "reply_timeout_s": 0.25,
    "settle_s": 0.6,
    "session_s": 0.05,
    "poll_interval_s": 0.1,
    "terminal_id": "SIM00001",
}
Start = Callable[..., Supervisor]


def state_is(device: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is device


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[ConcertSimulator]:
    simulator = ConcertSimulator(tmp_path / "terminal", tmp_path, seed=5)
    simulator.start()
    simulator.obey("session 300")
    yield simulator
    simulator.stop()


@pytest.fixture
def start(terminal: ConcertSimulator, recorder: Any) -> Iterator[Start]:
    made: list[Supervisor] = []

    def begin(**options: str | int | float | bool) -> Supervisor:
        config = DeviceConfig("card", "concert", terminal.port, {**OPTIONS, **options})
        made.append(build(config, recorder))
        made[-1].start()
        assert recorder.wait_for(state_is(DeviceState.ONLINE))
        return made[-1]

    yield begin
    for supervisor in made:
        assert supervisor.stop()


@pytest.fixture
def supervisor(start: Start) -> Supervisor:
    return start()


def carried_out(supervisor: Supervisor, command: object, deadline_s: float = 4.0) -> CardResult:
    result = supervisor.submit(command, deadline_s).result(deadline_s + WAIT_S)
    assert isinstance(result, CardResult)
    return result


def pay(supervisor: Supervisor, service_id: str = "PAY1", deadline_s: float = 4.0) -> CardResult:
    return carried_out(supervisor, Pay(service_id, f"order-{service_id}", FEE), deadline_s)


def states(terminal: ConcertSimulator) -> list[str]:
    rows: Any = terminal.obey("ledger")["payments"]
    return [row["state"] for row in rows]


def wait_until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + WAIT_S
    tick = threading.Event()
    while not done():
        assert time.monotonic() < ends
        tick.wait(0.01)


def with_a_person(terminal: ConcertSimulator) -> bool:
    return terminal.obey("status")["phase"] == "PERSON"


@pytest.mark.parametrize(
    ("answer", "last4", "characters"),
    [("short", "", "8N1"), ("long", "7899", "8N1"), ("long", "7899", "7E1")],
)
def test_an_approved_payment_brings_its_evidence(
    start: Start, terminal: ConcertSimulator, tmp_path: Path, answer: str, last4: str,
    characters: str,
) -> None:  # fmt: skip
    terminal.obey(f"characters {characters}")
    result = pay(start(answer=answer, characters=characters))
    assert (result.outcome, result.completion) == ("approved", Completion.SUCCESS)
    evidence = result.evidence
    assert evidence is not None
    assert (evidence.service_id, evidence.amount_centimos) == ("PAY1", FEE)
    assert (evidence.terminal_id, evidence.masked_last4) == ("SIM00001", last4)
    assert (evidence.stan, evidence.authorisation_code, evidence.rrn) == ("N000000001", "", "")
    assert evidence.at.tzinfo is not None
    [row] = json.loads((tmp_path / "ledger.json").read_text())
    assert (row["state"], row["authorised_centimos"]) == ("approved", FEE)


def test_a_card_number_leaves_the_driver_nowhere(
    start: Start, terminal: ConcertSimulator, recorder: Any
) -> None:
    with capture_logs() as logs:
        supervisor = start(answer="long")
        result = pay(supervisor)
        terminal.obey("bad lrc on")
        spoiled = pay(supervisor, "PAY2", 2.5)
        kept = (result, spoiled, supervisor.raw(), supervisor.status, recorder.events())
        assert supervisor.stop()
    assert (result.outcome, spoiled.outcome) == ("approved", "unknown")
    shown = repr((kept, logs))
    assert CARD_NUMBER not in shown
    assert CARD_NUMBER[4:] not in shown


def test_a_declined_payment_took_nothing(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("decline")
    result = pay(supervisor)
    assert (result.outcome, result.completion) == ("declined", Completion.COMMAND_ERROR_CODE)
    assert result.evidence is None
    assert states(terminal) == ["declined"]


def test_a_person_who_cancels_or_pays_ends_the_payment(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("delay 60000")
    for number, (act, outcome) in enumerate(
        [("abort by customer", "declined"), ("insert", "approved")]
    ):
        future = supervisor.submit(Pay(f"PAY{number}", "order", FEE), 4.0)
        wait_until(lambda: with_a_person(terminal))
        terminal.obey(act)
        result = future.result(WAIT_S)
        assert isinstance(result, CardResult)
        assert result.outcome == outcome


def test_an_abort_stops_the_payment_that_runs_and_no_other(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    assert carried_out(supervisor, Abort("PAY1")).outcome == "not_started"
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 6.0)
    wait_until(lambda: with_a_person(terminal))
    assert carried_out(supervisor, Abort("PAY2")).outcome == "not_started"
    assert carried_out(supervisor, Abort("PAY1")).outcome == "in_progress"
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert (result.outcome, result.completion) == ("aborted", Completion.CANCELED)
    assert states(terminal) == ["aborted"]


def test_a_person_who_takes_too_long_is_stopped_and_pays_nothing(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("delay 60000")
    assert pay(supervisor, deadline_s=1.2).outcome == "aborted"
    assert states(terminal) == ["aborted"]


def test_a_terminal_that_cannot_be_stopped_leaves_it_unknown_until_its_answer_comes(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("stoppable off")
    terminal.obey("delay 60000")
    result = pay(supervisor, deadline_s=0.9)
    assert (result.outcome, result.completion) == ("unknown", Completion.TIME_OUT)
    asked = carried_out(supervisor, QueryPayment("PAY1", FEE))
    assert (asked.outcome, asked.completion) == ("unknown", Completion.UNSUPPORTED_COMMAND)
    busy = pay(supervisor, "PAY2", 2.0)
    assert busy.outcome == "not_started"
    terminal.obey("insert")
    wait_until(lambda: terminal.obey("status")["phase"] == "IDLE")
    known = carried_out(supervisor, QueryPayment("PAY1", FEE))
    assert (known.outcome, known.evidence is not None) == ("approved", True)
    assert carried_out(supervisor, QueryPayment("PAY1", FEE + 1)).outcome == "unknown"
    assert carried_out(supervisor, QueryPayment("PAY2", FEE)).outcome == "unknown"
    assert states(terminal) == ["approved"]


def test_a_terminal_gone_silent_leaves_the_outcome_unknown_for_good(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 1.2)
    wait_until(lambda: with_a_person(terminal))
    terminal.obey("no reply on")
    terminal.obey("insert")
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert (result.outcome, result.evidence) == ("unknown", None)
    wait_until(lambda: terminal.obey("status")["phase"] == "IDLE")
    terminal.obey("no reply off")
    assert carried_out(supervisor, QueryPayment("PAY1", FEE)).outcome == "unknown"
    assert pay(supervisor).outcome == "unknown"
    assert states(terminal) == ["approved"]


@pytest.mark.parametrize("trouble", ["bad lrc on", "result 9"])
def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    supervisor: Supervisor, terminal: ConcertSimulator, trouble: str
) -> None:
    terminal.obey(trouble)
    assert pay(supervisor, deadline_s=2.5).outcome == "unknown"
    assert states(terminal) == ["approved"]


def test_another_amount_than_asked_is_never_approved(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    terminal.obey("authorise 3700")
    result = pay(supervisor)
    assert (result.outcome, result.completion) == ("unknown", Completion.INVALID_DATA)
    assert result.evidence is not None
    assert result.evidence.amount_centimos == 3700


@pytest.mark.parametrize(
    ("trouble", "reason"), [("nak on", "settings"), ("busy on", "serves somebody")]
)
def test_a_request_that_was_refused_was_not_started(
    supervisor: Supervisor, terminal: ConcertSimulator, trouble: str, reason: str
) -> None:
    terminal.obey(trouble)
    result = pay(supervisor)
    assert (result.outcome, result.completion) == ("not_started", Completion.DEVICE_NOT_READY)
    assert reason in result.reason
    assert states(terminal) == []


def test_power_lost_while_the_person_pays_is_unknown_and_the_terminal_is_back_in_time(
    start: Start, terminal: ConcertSimulator, recorder: Any
) -> None:
    terminal.obey("echo on")
    supervisor = start(echoes_private=True)
    terminal.obey("delay 60000")
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: with_a_person(terminal))
    terminal.obey("power cycle")
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert result.outcome == "unknown"
    assert recorder.wait_for(state_is(DeviceState.ONLINE), 5.0)
    terminal.obey("delay 0")
    assert pay(supervisor, "PAY2").outcome == "approved"
    assert states(terminal) == ["aborted", "approved"]


@pytest.mark.parametrize(
    ("attentive_s", "outcome", "booked"),
    [
        (300.0, "not_started", ["approved"]),
        pytest.param(0.0, "approved", ["approved"] * 2, marks=pytest.mark.negative_control),
    ],
)
def test_no_payment_begins_while_the_answer_to_another_may_come(
    start: Start,
    terminal: ConcertSimulator,
    monkeypatch: pytest.MonkeyPatch,
    attentive_s: float,
    outcome: str,
    booked: list[str],
) -> None:
    """It could pass for the second one's: nothing in an answer says whose it is."""
    monkeypatch.setattr("devices.concert.driver.ATTENTIVE_S", attentive_s)
    supervisor = start()
    terminal.obey("bad lrc on")
    assert pay(supervisor, deadline_s=2.5).outcome == "unknown"
    terminal.obey("bad lrc off")
    result = pay(supervisor, "PAY2")
    assert result.outcome == outcome
    assert ("of before" in result.reason) is (outcome == "not_started")
    assert states(terminal) == booked


def test_an_earlier_connections_answer_is_known_where_the_terminal_echoes_our_id(
    start: Start, terminal: ConcertSimulator
) -> None:
    terminal.obey("echo on")
    terminal.obey("delay 60000")
    supervisor = start(echoes_private=True)
    future = supervisor.submit(Pay("PAY1", "order-1", FEE), 4.0)
    wait_until(lambda: with_a_person(terminal))
    terminal.obey("unplug")
    result = future.result(WAIT_S)
    assert isinstance(result, CardResult)
    assert result.outcome == "unknown"
    terminal.obey("plug")
    wait_until(lambda: supervisor.status.device is DeviceState.DEVICE_BUSY)
    terminal.obey("insert")
    wait_until(lambda: supervisor.status.usable)
    assert carried_out(supervisor, QueryPayment("PAY1", FEE)).outcome == "approved"
    assert carried_out(supervisor, QueryPayment("PAY1", FEE + 1)).outcome == "unknown"


def test_a_service_id_used_again_tells_of_the_first_payment(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    assert pay(supervisor).outcome == "approved"
    assert pay(supervisor).outcome == "approved"
    assert states(terminal) == ["approved"]


def test_what_the_protocol_cannot_do_is_said_and_nothing_is_sent(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    evidence = pay(supervisor).evidence
    assert evidence is not None
    back = carried_out(supervisor, Reverse("REV1", evidence))
    assert (back.outcome, back.completion) == ("not_started", Completion.UNSUPPORTED_COMMAND)
    assert supervisor.capabilities["reverse"] is False
    other = supervisor.submit("dance", 1.0).result(WAIT_S)
    assert isinstance(other, NotRun)
    assert len(states(terminal)) == 1


@pytest.mark.parametrize(
    "command",
    [
        Pay("", "order-1", FEE),
        Pay("ELEVENCHARS", "order-1", FEE),
        Pay("PAY1", "order-1", 0),
        Pay("PAY1", "order-1", 10**8),
        Pay("PAY1", "order-1", FEE, "USD"),
    ],
)
def test_a_payment_no_terminal_would_take_is_not_sent(
    supervisor: Supervisor, terminal: ConcertSimulator, command: Pay
) -> None:
    result = carried_out(supervisor, command)
    assert (result.outcome, result.completion) == ("not_started", Completion.INVALID_DATA)
    assert states(terminal) == []


def test_a_self_test_calls_twice_and_takes_no_money(
    supervisor: Supervisor, terminal: ConcertSimulator
) -> None:
    for trouble, passed in (("busy off", [True, True]), ("busy on", [False])):
        terminal.obey(trouble)
        result = supervisor.submit(SelfTest(), 4.0).result(WAIT_S)
        assert isinstance(result, SelfTestResult)
        assert [step.passed for step in result.steps] == passed
    assert states(terminal) == []


@pytest.mark.parametrize(
    ("trouble", "device", "action"),
    [
        ("no reply on", DeviceState.NO_DEVICE, Action.MAINTENANCE),
        ("busy on", DeviceState.DEVICE_BUSY, None),
        ("unplug", DeviceState.NO_DEVICE, Action.MAINTENANCE),
    ],
)
def test_a_terminal_in_trouble_has_a_status_and_comes_back(
    supervisor: Supervisor, terminal: ConcertSimulator, recorder: Any, trouble: str,
    device: DeviceState, action: Action | None,
) -> None:  # fmt: skip
    terminal.obey(trouble)
    wait_until(lambda: (supervisor.status.device, supervisor.status.action) == (device, action))
    assert supervisor.status.detail
    for remedy in ("no reply off", "busy off", "plug"):
        terminal.obey(remedy)
    wait_until(lambda: supervisor.status.usable)
    assert pay(supervisor).outcome == "approved"


def test_the_record_of_a_line_of_seven_bits_keeps_lengths_only(
    start: Start, terminal: ConcertSimulator
) -> None:
    terminal.obey("characters 7E1")
    supervisor = start(characters="7E1", answer="long")
    assert pay(supervisor).outcome == "approved"
    entries = supervisor.raw()
    assert entries
    assert {entry.shown.strip(b"\0") for entry in entries} == {b""}
