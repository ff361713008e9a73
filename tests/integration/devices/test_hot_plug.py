"""A device is opened when its adapter appears, under whatever name, not at the next attempt."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.hot_plug import HotPlug, waking
from devices.ports import PortSeen
from devices.registry import DeviceConfig, build
from devices.serial_mrz.simulator import SerialMrzSimulator
from devices.status import DeviceState
from devices.supervisor import StatusChanged, Supervisor

LONG_S = 600.0


class Adapters:
    """The USB adapters of a machine whose cables a test plugs; two simulated readers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.readers: list[SerialMrzSimulator] = []
        self.ports: tuple[PortSeen, ...] = ()

    def __call__(self) -> tuple[PortSeen, ...]:
        return self.ports

    def plug(self, name: str) -> None:
        reader = SerialMrzSimulator(self._folder / name)
        reader.start()
        self.readers.append(reader)
        self.ports = (PortSeen(str(self._folder / name), 0x067B, 0x2303, "A1", "1-1.4"),)

    def unplug(self) -> None:
        self.ports = ()
        self.readers.pop().stop()


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = Adapters(tmp_path)
    yield made
    for reader in made.readers:
        reader.stop()


def supervised(adapters: Adapters, recorder: Any) -> Supervisor:
    config = DeviceConfig("mrz", "serial-mrz", "usb:067b:2303:A1")
    made = build(config, recorder, lister=adapters)
    made._backoff_first_s = made._backoff_last_s = LONG_S
    made.start()
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    return made


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


def test_a_device_is_opened_when_its_adapter_appears_and_again_under_another_name(
    adapters: Adapters, recorder: Any
) -> None:
    supervisor = supervised(adapters, recorder)
    watch = HotPlug(waking([supervisor]), adapters, look_every_s=0.02)
    watch.start()
    try:
        for name in ("ttyUSB0", "ttyUSB1"):
            adapters.plug(name)
            assert recorder.wait_for(state_is(DeviceState.ONLINE))
            adapters.unplug()
            assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    finally:
        watch.stop()
        assert supervisor.stop()


@pytest.mark.negative_control
def test_without_a_watch_over_the_ports_nothing_is_opened_before_its_time(
    adapters: Adapters, recorder: Any
) -> None:
    supervisor = supervised(adapters, recorder)
    adapters.plug("ttyUSB0")
    assert recorder.wait_for(state_is(DeviceState.ONLINE), 0.3) is None
    supervisor.wake()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    assert supervisor.stop()


@pytest.mark.parametrize("failure", [OSError("sysfs went away"), TypeError("int()"), ValueError()])
def test_a_lister_that_fails_is_survived(
    adapters: Adapters, recorder: Any, failure: Exception
) -> None:
    supervisor = supervised(adapters, recorder)
    asked = 0

    def failing() -> tuple[PortSeen, ...]:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise failure
        return adapters.ports

    watch = HotPlug(waking([supervisor]), failing, look_every_s=0.02)
    adapters.plug("ttyUSB0")
    watch.start()
    try:
        assert recorder.wait_for(state_is(DeviceState.ONLINE))
    finally:
        watch.stop()
        assert supervisor.stop()


def test_a_listener_that_fails_hears_of_the_next_port_too(adapters: Adapters) -> None:
    told = threading.Semaphore(0)

    def failing() -> None:
        told.release()
        raise RuntimeError("listener")

    watch = HotPlug(failing, adapters, look_every_s=0.02)
    watch.start()
    try:
        for name in ("ttyUSB0", "ttyUSB1"):
            adapters.plug(name)
            assert told.acquire(timeout=5.0)
    finally:
        watch.stop()
