"""A navigation keypad end to end: recorded events through a pipe, and a simulated keypad."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.driver import Wiring
from devices.input_events import EV_KEY, packet_bytes
from devices.kinds.keypad import JackChanged, Key, KeyPressed
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.navigation_keypad.driver import MODEL, KeypadDriver
from devices.navigation_keypad.simulator import KeypadSimulator
from devices.registry import DeviceConfig, build
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor
from tests.integration.devices.cut_cable import CutCable, opener, supervise

BY_KEYS = {"keys": "185=jack_in 186=jack_out"}


def reported(event: Any) -> bool:
    return isinstance(event, Reported)


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


def jack_is(word: str) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.parts.get("jack") == word


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[KeypadSimulator]:
    simulator = KeypadSimulator(tmp_path / "event0", seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def options() -> dict[str, str | bool]:
    return {}


@pytest.fixture
def supervisor(
    pad: KeypadSimulator, recorder: Any, options: dict[str, str | bool]
) -> Iterator[Supervisor]:
    made = build(DeviceConfig("pad", "navigation-keypad", pad.port, options), recorder)
    made.start()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    yield made
    assert made.stop()


@pytest.mark.parametrize(
    "link",
    ["clean", "bytewise", "delay 60", pytest.param("delay 300", marks=pytest.mark.thorough)],
)
def test_each_key_is_told_once(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any, link: str
) -> None:
    pad.obey(f"link {link}")
    for key in (Key.UP, Key.ENTER, Key.VOLUME_DOWN):
        pad.obey(f"key {key}")
        event = recorder.wait_for(reported)
        assert (event.kind, event.payload) == ("keypad", KeyPressed(key))
    assert not any(map(reported, recorder.events()))


def test_headphones_are_told_when_they_are_plugged_in_and_out(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    assert supervisor.status.parts == {"jack": "unknown"}
    pad.obey("jack in")
    assert recorder.wait_for(reported).payload == JackChanged(inserted=True)
    assert recorder.wait_for(jack_is("inserted"))
    pad.obey("jack out")
    assert recorder.wait_for(reported).payload == JackChanged(inserted=False)
    assert recorder.wait_for(jack_is("removed"))


def test_lost_events_leave_the_jack_unknown_and_report_nothing(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("jack in")
    assert recorder.wait_for(jack_is("inserted"))
    pad.obey("drop")
    assert recorder.wait_for(jack_is("unknown"))
    assert not any(map(reported, recorder.events()))
    pad.obey("jack in")
    assert recorder.wait_for(reported).payload == JackChanged(inserted=True)


@pytest.mark.parametrize("options", [BY_KEYS])
def test_a_pad_that_tells_its_jack_by_keys_is_configured_so(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("jack_by keys")
    pad.obey("jack in")
    assert recorder.wait_for(reported).payload == JackChanged(inserted=True)
    pad.obey("jack out")
    assert recorder.wait_for(reported).payload == JackChanged(inserted=False)


def test_a_key_held_down_does_not_flood(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("hold down 1000")
    pad.obey("key enter")
    told = 0
    while (event := recorder.wait_for(reported)).payload != KeyPressed(Key.ENTER):
        assert event.payload.key is Key.DOWN
        told += 1
    assert told == 21


def test_lost_writes_lose_keys_and_never_make_others(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("link lossy 20")
    for _ in range(40):
        pad.obey("key left")
    pad.obey("link clean")
    pad.obey("key enter")
    told = 0
    while (event := recorder.wait_for(reported)).payload != KeyPressed(Key.ENTER):
        assert event.payload == KeyPressed(Key.LEFT)
        told += 1
    assert 0 < told < 40


def test_after_a_flood_of_garbage_the_next_keys_are_told(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    assert pad.obey("garbage 60000")["sent"]
    pad.obey("key home")
    pad.obey("key help")
    assert recorder.wait_for(
        lambda event: reported(event) and event.payload == KeyPressed(Key.HELP)
    )


def test_an_unplugged_pad_comes_back_with_its_jack_unknown(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("jack in")
    assert recorder.wait_for(jack_is("inserted"))
    pad.obey("power cycle")
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    assert recorder.wait_for(jack_is("unknown"))
    pad.obey("key back")
    assert recorder.wait_for(reported).payload == KeyPressed(Key.BACK)


UP = packet_bytes(1, (EV_KEY, 103, 1)) + packet_bytes(2, (EV_KEY, 103, 0))
ENTER = packet_bytes(3, (EV_KEY, 28, 1))


def assert_cuts_are_survived(tmp_path: Path, recorder: Any, positions: list[int]) -> None:
    """Each time the pad goes away after so many bytes of a key; then Enter is pressed."""
    pipe = tmp_path / "event0"
    os.mkfifo(pipe)
    cable = CutCable(opener("navigation-keypad", str(pipe)), lambda: None)
    made = supervise("navigation-keypad", cable, recorder)
    made.start()
    try:
        for position in positions:
            whole = [KeyPressed(Key.UP)] if position >= len(ENTER) else []
            for keys, told in ((UP[:position], whole), (ENTER, [KeyPressed(Key.ENTER)])):
                assert recorder.wait_for(state_is(DeviceState.ONLINE))
                with pipe.open("wb", buffering=0) as device:
                    device.write(keys)
                seen: list[object] = []
                while reported(event := recorder.wait_for(_reported_or_gone)):
                    seen.append(event.payload)
                assert seen == told
    finally:
        assert made.stop()


def _reported_or_gone(event: Any) -> bool:
    return reported(event) or state_is(DeviceState.NO_DEVICE)(event)


def test_a_pad_unplugged_at_any_byte_of_a_key_tells_the_next_key(
    tmp_path: Path, recorder: Any
) -> None:
    assert_cuts_are_survived(tmp_path, recorder, [0, 1, 24, 47, 48, 72, 95])


@pytest.mark.thorough
def test_fifty_unpluggings_are_survived(tmp_path: Path, recorder: Any) -> None:
    dice = random.Random(8)
    assert_cuts_are_survived(tmp_path, recorder, [dice.randrange(len(UP)) for _ in range(50)])


def test_keys_configured_wrong_are_a_status_that_says_what_to_write(
    pad: KeypadSimulator, recorder: Any
) -> None:
    config = DeviceConfig("pad", "navigation-keypad", pad.port, {"keys": "183=banana"})
    made = build(config, recorder)
    made.start()
    try:
        status = recorder.wait_for(state_is(DeviceState.OFFLINE)).status
        assert status.action is Action.CONFIGURATION
        assert "CODE=WORD" in status.detail
    finally:
        assert made.stop()


def test_a_self_test_says_what_was_pressed(
    supervisor: Supervisor, pad: KeypadSimulator, recorder: Any
) -> None:
    pad.obey("key up")
    recorder.wait_for(reported)
    tested = supervisor.submit(SelfTest(), 5).result(5)
    assert isinstance(tested, SelfTestResult)
    assert tested.completion is Completion.SUCCESS
    assert [step.found for step in tested.steps][1:] == [
        "unknown; plug headphones in and out",
        "1 keys since it was opened",
    ]


class AskedLink:
    """An event file whose jack can be asked for, as a kernel lets one."""

    grabbed, note = True, ""

    def __init__(self, inserted: bool) -> None:
        self.inserted = inserted
        self.sent = b""
        self.asked = 0

    def switch(self, code: int) -> bool:
        assert code == 2
        self.asked += 1
        return self.inserted

    def read(self, _max_bytes: int, _timeout_s: float) -> bytes:
        sent, self.sent = self.sent, b""
        return sent

    def close(self) -> None:
        pass


def test_the_jack_is_asked_for_at_the_start_and_after_lost_events_only() -> None:
    told: list[object] = []
    link = AskedLink(inserted=True)
    driver = MODEL.build(link, {"keys": ""}, Wiring(told.append))
    assert isinstance(driver, KeypadDriver)
    assert driver.probe().parts == {"jack": "inserted"}
    link.inserted = False
    link.sent = packet_bytes(1, (0, 3, 0))
    assert driver.poll().parts == {"jack": "removed"}
    driver.poll()
    assert told == [JackChanged(inserted=True), JackChanged(inserted=False)]
    assert link.asked == 2
