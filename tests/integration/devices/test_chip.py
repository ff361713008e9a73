"""A chip end to end: supervisor, driver, a virtual reader's socket, a simulated document."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from devices.control import ask
from devices.control_page import page
from devices.kinds.chip_reader import KIND, ChipResult, ReadChip
from devices.pcsc_chip.card import FAULTS
from devices.pcsc_chip.simulator import SPECIMEN, ChipSimulator
from devices.pcsc_chip.vpcd import speaks_t0
from devices.registry import DeviceConfig, build
from devices.simulator import CommandRefused
from devices.status import Completion, DeviceState, MediaState
from tests.integration.devices.chips import (
    KEY,
    PATIENT_S,
    WAIT_S,
    Supervise,
    media_is,
    outcome,
    read_again,
    simulated_card,
    state_is,
    supervising,
)

OTHER = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)


@pytest.fixture
def card() -> Iterator[ChipSimulator]:
    with simulated_card() as simulator:
        yield simulator


@pytest.fixture
def supervise(card: ChipSimulator, recorder: Any) -> Iterator[Supervise]:
    with supervising(card, recorder) as begin:
        yield begin


@pytest.mark.parametrize("protocol", ["t0", "t1"])
def test_the_chip_of_a_configured_reader_is_read(
    card: ChipSimulator, recorder: Any, protocol: str
) -> None:
    card.obey(f"protocol {protocol}")
    supervisor = build(DeviceConfig("chip", "pcsc-chip", card.port), recorder)
    supervisor.start()
    assert recorder.wait_for(media_is(MediaState.PRESENT)).kind == KIND
    assert outcome(supervisor) == "read"
    assert supervisor.capabilities["verifies"] is False
    assert not any(entry.shown.strip(b"\0") for entry in supervisor.raw())
    assert supervisor.stop()


def test_cards_that_come_and_go_are_seen(
    card: ChipSimulator, supervise: Supervise, recorder: Any
) -> None:
    supervisor = supervise()
    for _ in range(2):
        assert recorder.wait_for(media_is(MediaState.PRESENT))
        card.obey("card out")
        assert recorder.wait_for(media_is(MediaState.NOT_PRESENT))
        assert outcome(supervisor) == "no_card"
        card.obey("card in")
    assert recorder.wait_for(media_is(MediaState.PRESENT))
    assert outcome(supervisor) == "read"


def test_another_document_needs_another_key(card: ChipSimulator, supervise: Supervise) -> None:
    supervisor = supervise()
    card.obey("document " + "|".join(OTHER))
    assert outcome(supervisor) == "key_refused"
    card.obey("forge " + "|".join(SPECIMEN))
    printed = ReadChip("D23145890", date(1974, 8, 12), date(2012, 4, 15))
    assert outcome(supervisor, printed) == "contradicts"
    card.obey("document " + "|".join(SPECIMEN))
    assert outcome(supervisor) == "read"


@pytest.mark.parametrize("fault", FAULTS)
def test_after_any_fault_the_next_reading_is_right(
    card: ChipSimulator, supervise: Supervise, fault: str
) -> None:
    supervisor = supervise()
    card.obey(f"fault {fault}")
    assert (outcome(supervisor) == "read") == (fault in ("none", "short"))
    card.obey("fault none")
    assert read_again(supervisor) == 1


def test_a_card_taken_away_at_every_command_is_read_when_it_is_back(
    card: ChipSimulator, supervise: Supervise
) -> None:
    supervisor = supervise()
    for boundary in range(1, 7):
        card.obey(f"remove at {boundary}")
        assert outcome(supervisor) == "removed"
        card.obey("card in")
        assert read_again(supervisor) == 1


def test_a_slow_card_is_read_and_one_slower_than_its_time_is_late(
    card: ChipSimulator, supervise: Supervise
) -> None:
    supervisor = supervise(reply_timeout_s=0.7)
    card.obey("slow 20")
    assert outcome(supervisor) == "read"
    card.obey("slow 1500")
    assert outcome(supervisor) == "time_out"
    card.obey("slow 0")
    assert read_again(supervisor)


def test_a_command_has_no_more_time_than_its_deadline(
    card: ChipSimulator, supervise: Supervise
) -> None:
    supervisor = supervise()
    card.obey("slow 200")
    assert outcome(supervisor, seconds=0.3) == "time_out"


def test_a_card_that_says_nothing_is_late_and_the_reader_is_opened_anew(
    card: ChipSimulator, supervise: Supervise, recorder: Any
) -> None:
    supervisor = supervise(reply_timeout_s=0.1)
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    card.obey("no reply on")
    assert outcome(supervisor) == "time_out"
    lost = recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    assert lost.status.action == "reset"
    assert "given up" in lost.status.detail
    card.obey("no reply off")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    assert read_again(supervisor)


def test_a_power_cycle_in_the_middle_of_a_reading_ends_it(
    card: ChipSimulator, supervise: Supervise, recorder: Any
) -> None:
    supervisor = supervise()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    card.obey("slow 100")
    future = supervisor.submit(KEY, PATIENT_S)
    while not card.obey("status")["commands"]:
        pass
    card.obey("power cycle")
    result = future.result(WAIT_S)
    assert isinstance(result, ChipResult)
    assert (result.outcome, result.completion) == ("unknown", Completion.COMMAND_ERROR_CODE)
    card.obey("slow 0")
    assert read_again(supervisor)


def test_a_reader_that_is_unplugged_comes_back(
    card: ChipSimulator, supervise: Supervise, recorder: Any
) -> None:
    supervisor = supervise()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    card.obey("unplug")
    assert recorder.wait_for(state_is(DeviceState.OFFLINE)).status.action == "configuration"
    assert outcome(supervisor, seconds=0.1) == "not_started"
    card.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    assert outcome(supervisor) == "read"


@pytest.mark.parametrize(
    ("atr", "t0"),
    [
        ("3B0445524B30", True),
        ("3B800181", False),
        ("3B80800101", True),
        ("3B8880010000000000000000", True),
        ("3BF81300008131FE454A434F5076323431B7", False),
        ("3B", True),
        ("", True),
    ],
)
def test_the_answer_to_reset_tells_the_protocol(atr: str, t0: bool) -> None:
    assert speaks_t0(bytes.fromhex(atr)) is t0


@pytest.mark.parametrize(
    "line",
    [
        "card",
        "card up",
        "document",
        "document A|B",
        "document " + "|".join((*SPECIMEN[:2], "SHORT")),
        "fault loud",
        "slow x",
        "no reply",
        "remove 3",
        "power off",
        "join here",
    ],
)
def test_the_simulator_refuses_words_it_does_not_know(card: ChipSimulator, line: str) -> None:
    with pytest.raises(CommandRefused):
        card.obey(line)


def test_every_button_of_the_simulator_works(card: ChipSimulator) -> None:
    for line in card.buttons:
        assert card.obey(line)
    assert "card out" in page("pcsc-chip", card)


def test_the_simulator_runs_by_itself_and_is_read(recorder: Any) -> None:
    words = ["simulate", "pcsc-chip", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "devices", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready, _, port, address = process.stdout.readline().split()[:4]
        assert ready == "ready"
        host, _, number = address.rpartition(":")
        assert ask((host, int(number)), "protocol t0")["protocol"] == "t0"
        supervisor = build(DeviceConfig("chip", "pcsc-chip", port), recorder)
        supervisor.start()
        assert outcome(supervisor) == "read"
        assert supervisor.stop()
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.communicate()
