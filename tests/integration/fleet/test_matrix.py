"""Every state of a device, from its simulator through a whole kiosk to monitor and metrics.

No simulator says `starting`: it is a supervisor's word before it has opened its device.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devices.id003.simulator import Id003Simulator
from devices.status import DeviceState, DeviceStatus
from devices.supervisor import Supervisor
from kiosk.heartbeat import Heartbeat
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, StaffHttp

SOON_S = 5.0
"""From a device's change to the monitor where the machine is busy, and half of what a heartbeat
that tells no change would take. The promise is three seconds: `make bench-fleet`."""
DEADLINE_S = 20.0


@dataclass(frozen=True)
class Provoked:
    """A command for a simulator, the one that undoes it, and what its driver then says."""

    device: str
    command: str
    undo: str
    state: DeviceState
    part: tuple[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.device}: {self.command}"


ONE_A_STATE = (
    Provoked("printer", "paper low", "paper full", DeviceState.ONLINE, ("paper", "low")),
    Provoked("printer", "paper out", "paper full", DeviceState.OFFLINE, ("paper", "out")),
    Provoked("printer", "memory failed", "memory ok", DeviceState.HARDWARE_ERROR),
    Provoked("terminal", "busy on", "busy off", DeviceState.DEVICE_BUSY),
    Provoked("terminal", "unplug", "plug", DeviceState.NO_DEVICE),
    Provoked("vault", "pause on", "pause off", DeviceState.USER_ERROR),
    Provoked("vault", "cheat on", "cheat off", DeviceState.FRAUD_ATTEMPT),
    Provoked("vault", "no reply on", "no reply off", DeviceState.POWER_OFF),
    Provoked("hopper10", "blocked on", "blocked off", DeviceState.POTENTIAL_FRAUD),
)
THE_REST = (
    Provoked("printer", "paper jammed", "paper full", DeviceState.HARDWARE_ERROR),
    Provoked("printer", "cover open", "cover closed", DeviceState.OFFLINE, ("cover", "open")),
    Provoked("printer", "cutter jammed", "cutter ok", DeviceState.HARDWARE_ERROR),
    Provoked("printer", "temperature high", "temperature ok", DeviceState.HARDWARE_ERROR),
    Provoked("printer", "voltage wrong", "voltage ok", DeviceState.HARDWARE_ERROR),
    Provoked("printer", "error on", "error off", DeviceState.HARDWARE_ERROR),
    Provoked("printer", "feed pressed", "feed released", DeviceState.DEVICE_BUSY),
    Provoked("bills", "stacker removed", "stacker ok", DeviceState.OFFLINE, ("bins", "missing")),
    Provoked("bills", "stacker full", "stacker ok", DeviceState.OFFLINE, ("bins", "full")),
    Provoked("bills", "stacker faulty", "stacker ok", DeviceState.HARDWARE_ERROR),
    Provoked("hopper10", "fraud on", "fraud off", DeviceState.FRAUD_ATTEMPT),
    Provoked("vault", "stacker full", "stacker ok", DeviceState.OFFLINE, ("bins", "full")),
    Provoked("vault", "stacker removed", "stacker ok", DeviceState.OFFLINE, ("bins", "missing")),
)


class Machine(Bench):
    """A kiosk with every kind of device that can fail, and a person at the monitor."""

    def __init__(self, folder: Path, site: Site, it: StaffHttp) -> None:
        super().__init__(folder, site, "M01", cash=True)
        self.vault = Id003Simulator(folder / "vault.tty", folder / "vault")
        self.it = it
        self.said: dict[str, tuple[DeviceStatus, float]] = {}

    def configure(self) -> Path:
        path = super().configure()
        row = f'[[devices]]\nname = "vault"\nmodel = "id003"\nport = "{self.vault.port}"\n'
        path.write_text(
            path.read_text() + row + "options = { poll_interval_s = 0.05, fraud_pause_s = 0.5 }\n"
        )
        return path

    def obey(self, device: str, command: str) -> None:
        till = self.hardware.till
        assert till is not None
        simulators: dict[str, Any] = {
            "printer": self.printer,
            "terminal": self.terminal,
            "vault": self.vault,
            "bills": till.bills,
            **{f"hopper{coin}": each for coin, each in till.hoppers.items()},
        }
        simulators[device].obey(command)

    def supervisor(self, device: str) -> Supervisor:
        return next(each for each in self.live.devices if each.device == device)

    def on_monitor(self) -> dict[str, dict[str, Any]]:
        kiosks = self.it.http.get("/api/v1/monitor").json()["kiosks"]
        kiosk = next(each for each in kiosks if each["name"] == "M01")
        return {each["name"]: each for each in kiosk["devices"]}

    def in_metrics(self, what: Provoked) -> bool:
        """Whether `/metrics` tells it: of all states this one alone, and the word of the part."""
        told = {
            (each.name, tuple(each.labels[name] for name in sorted(each.labels.keys() - {"kind"})))
            for family in text_string_to_metric_families(self.it.http.get("/metrics").text)
            for each in family.samples
            if each.value == 1 and each.labels.get("kiosk") == "M01"
        }
        states = {
            labels[-1]
            for name, labels in told
            if name == "ventanilla_device_state" and labels[0] == what.device
        }
        part = (what.device, "M01", what.part[0], "PRUEBA", what.part[1]) if what.part else None
        shown = part is None or ("ventanilla_device_part", part) in told
        return states == {str(what.state)} and shown

    def wait(self, done: Callable[[], bool], deadline_s: float = DEADLINE_S) -> float:
        """Serve the kiosk until `done`; how many seconds that took. Raises AssertionError."""
        begun = time.monotonic()
        while not done():
            assert time.monotonic() - begun < deadline_s, "it did not come"
            self.live.runner.drain(0.02)
        return time.monotonic() - begun

    def provoke(self, what: Provoked, soon_s: float = SOON_S) -> float:
        """Bring it about and see it on the monitor; seconds from the driver's word to the API."""
        supervisor = self.supervisor(what.device)
        self.obey(what.device, what.command)
        self.wait(lambda: _is(supervisor.status, what))
        took = self.wait(lambda: _shows(self.on_monitor()[what.device], what), soon_s)
        assert self.in_metrics(what), "the metrics tell something else"
        self.obey(what.device, what.undo)
        self.wait(lambda: supervisor.status.usable and not _is(supervisor.status, what))
        self.wait(lambda: self.on_monitor()[what.device]["device"] == "online")
        return took


def _is(status: DeviceStatus, what: Provoked) -> bool:
    part = what.part is None or status.parts.get(what.part[0]) == what.part[1]
    return status.device is what.state and part


def _shows(row: dict[str, Any], what: Provoked) -> bool:
    parts = {each["name"]: each["word"] for each in row["parts"]}
    part = what.part is None or parts.get(what.part[0]) == what.part[1]
    return row["device"] == what.state and part


@pytest.fixture(scope="module")
def machine(
    tmp_path_factory: pytest.TempPathFactory, site: Site, it: StaffHttp
) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("matrix"), site, it)
    made.vault.start()
    try:
        with switched_on(made):
            made.wait(lambda: all(each.status.usable for each in made.live.devices))
            made.wait(lambda: {each.device for each in made.live.devices} <= set(made.on_monitor()))
            made.wait(
                lambda: all(each["device"] == "online" for each in made.on_monitor().values())
            )
            yield made
    finally:
        made.vault.stop()


@pytest.mark.parametrize("what", ONE_A_STATE, ids=str)
def test_each_state_is_on_the_monitor_soon(machine: Machine, what: Provoked) -> None:
    assert machine.provoke(what) <= SOON_S


@pytest.mark.thorough
@pytest.mark.parametrize("what", THE_REST, ids=str)
def test_every_fault_of_every_simulator_is_on_the_monitor(machine: Machine, what: Provoked) -> None:
    assert machine.provoke(what) <= SOON_S


def test_the_states_provoked_are_all_there_are() -> None:
    assert {each.state for each in ONE_A_STATE} == set(DeviceState) - {DeviceState.STARTING}


def test_what_a_fault_makes_impossible_shows_with_its_reason(
    machine: Machine, it: StaffHttp
) -> None:
    def obstacle(journey: str) -> str:
        kiosks = it.http.get("/api/v1/monitor").json()["kiosks"]
        rows = next(each for each in kiosks if each["name"] == "M01")["journeys"]
        return next((each["obstacle"] for each in rows if each["journey"] == journey), "not told")

    machine.wait(lambda: obstacle("turn:information") == "")
    before = obstacle("pay:card")
    machine.obey("terminal", "unplug")
    machine.wait(lambda: obstacle("pay:card") in ("no_device", "backend_away"))
    assert before in ("", "backend_away")
    machine.obey("terminal", "plug")
    machine.wait(lambda: machine.supervisor("terminal").status.usable)


@pytest.mark.thorough
@pytest.mark.negative_control
def test_a_heartbeat_that_only_keeps_time_would_come_too_late(
    machine: Machine, it: StaffHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def when_due(self: Heartbeat) -> None:
        if self._monotonic() >= self._next:
            original(self)

    def sequence() -> int:
        kiosks = it.http.get("/api/v1/monitor").json()["kiosks"]
        return next(each for each in kiosks if each["name"] == "M01")["sequence"]

    original = Heartbeat.beat
    monkeypatch.setattr(Heartbeat, "beat", when_due)
    before = sequence()
    machine.wait(lambda: sequence() > before)
    with pytest.raises(AssertionError, match="it did not come"):
        machine.provoke(Provoked("printer", "cover open", "cover closed", DeviceState.OFFLINE))
    monkeypatch.undo()
    machine.obey("printer", "cover closed")
    machine.wait(lambda: machine.on_monitor()["printer"]["device"] == "online")
