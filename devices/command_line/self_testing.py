"""``self-test``: what a device proves of itself without a person or money."""

import threading
import time
from concurrent.futures import TimeoutError as NotInTime

from devices.command_line.tables import table
from devices.command_line.target import supervise
from devices.command_line.words import parts_of, what_to_do
from devices.errors import DeviceError
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig
from devices.status import Completion, DeviceState
from devices.supervisor import Event, StatusChanged, Supervisor

START_S = 10.0
TEST_S = 30.0
_WAITING = (DeviceState.STARTING, DeviceState.NO_DEVICE)


def self_test(config: DeviceConfig) -> int:
    """Run it and print the steps; 0 when every one passed."""
    settled = threading.Event()

    def publish(event: Event) -> None:
        if isinstance(event, StatusChanged) and event.status.device not in _WAITING:
            settled.set()

    print(f"{config.name} ({config.model}) at {config.port}", flush=True)
    supervisor = supervise(config, publish)
    supervisor.start()
    try:
        settled.wait(START_S)
        return _run(supervisor)
    finally:
        supervisor.stop()


def _run(supervisor: Supervisor) -> int:
    status = supervisor.status
    print(f"device {status.device}  {parts_of(status)}  {what_to_do(status)}".rstrip())
    print(" ".join(f"{name}={value}" for name, value in supervisor.capabilities.items()))
    began = time.monotonic()
    try:
        result = supervisor.submit(SelfTest(), TEST_S).result(TEST_S + 5)
    except (DeviceError, NotInTime) as failed:
        print(f"\nThe self-test did not end: {failed or type(failed).__name__}")
        return 1
    if not isinstance(result, SelfTestResult):
        print("\nThis device was not tested: it is not ready, or has no self-test.")
        return 1
    rows = [(step.name, "passed" if step.passed else "FAILED", step.found) for step in result.steps]
    print(f"\n{table(('STEP', 'RESULT', 'FOUND'), rows)}\n")
    passed = result.completion is Completion.SUCCESS
    print(f"{'passed' if passed else 'FAILED'} in {time.monotonic() - began:.1f} s")
    return 0 if passed else 1
