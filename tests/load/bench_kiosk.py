"""One kiosk's devices in a process of their own: supervisors here, simulators elsewhere.

``python -m tests.load.bench_kiosk DEVICES.json`` reads ``[[name, model, port, options]…]``, waits
until every device is on line, and obeys lines on standard input: ``cpu SECONDS`` answers with the
processor time this process took meanwhile; ``watch NAME`` answers with the instant (monotonic
seconds) at which that device's next change of status was published.
"""

import json
import logging
import queue
import sys
import time
from pathlib import Path

import structlog

from devices.command_line.target import supervise
from devices.registry import DeviceConfig
from devices.supervisor import Event, StatusChanged, Supervisor

START_S = 30.0
CHANGE_S = 20.0


class Host:
    """The supervisors of one kiosk and what they published."""

    def __init__(self, configs: list[DeviceConfig]) -> None:
        self._changes: queue.Queue[tuple[float, str]] = queue.Queue()
        self._devices: list[Supervisor] = [supervise(config, self._publish) for config in configs]

    def _publish(self, event: Event) -> None:
        if isinstance(event, StatusChanged):
            self._changes.put((time.monotonic(), event.device))

    def start(self) -> None:
        """Until every device is on line; raises ``TimeoutError`` naming those that are not."""
        for device in self._devices:
            device.start()
        ends = time.monotonic() + START_S
        while not all(device.status.usable for device in self._devices):
            if time.monotonic() > ends:
                away = [f"{each.device}: {each.status}" for each in self._devices
                        if not each.status.usable]  # fmt: skip
                raise TimeoutError("; ".join(away))
            time.sleep(0.05)

    def watch(self, name: str) -> float:
        """When ``name`` changed next; what came before this question does not count."""
        asked = time.monotonic()
        while True:
            at, device = self._changes.get(timeout=CHANGE_S)
            if device == name and at >= asked:
                return at


def main() -> None:
    """Obey standard input until it ends."""
    # Standard output is for answers: what devices log is not measured here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rows = json.loads(Path(sys.argv[1]).read_text())
    host = Host([DeviceConfig(name, model, port, options) for name, model, port, options in rows])
    host.start()
    print("ready", flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "cpu":
            began = time.process_time()
            time.sleep(float(rest))
            print(time.process_time() - began, flush=True)
        elif word == "watch":
            print("watching", flush=True)
            print(host.watch(rest), flush=True)


if __name__ == "__main__":
    main()
