"""A technician's bench: the devices this kiosk does not have, simulated, each tested by itself.

``python -m deploy.demo.workshop FOLDER`` writes ``FOLDER/workshop.json``: a row a model, with the
steps of its self-test. It takes no money and gives none.
"""

import importlib
import json
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from deploy.demo.arrivals import Unproven
from devices.command_line.target import supervise
from devices.driver import Options
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig, package_of
from devices.supervisor import Event, StatusChanged

SPARE = (
    "cctalk-bill",
    "cctalk-coin",
    "cctalk-hopper",
    "concert",
    "id003",
    "navigation-keypad",
    "scanner-2d",
)
OPTIONS: Mapping[str, Options] = {"id003": {"parity": "N"}}
"""Some kernels refuse parity on a pseudo-terminal."""
READY_S, TEST_S, PATIENCE_S = 20.0, 20.0, 30.0


def main(folder: Path) -> None:
    """Test every spare model, all at once."""
    bench = folder / "workshop"
    bench.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(len(SPARE)) as pool:
        rows = list(pool.map(lambda model: tested(model, bench), SPARE))
    written = folder / "workshop.json"
    written.with_suffix(".part").write_text(json.dumps(rows, indent=1))
    written.with_suffix(".part").replace(written)


def tested(model: str, bench: Path) -> Mapping[str, object]:
    """Plug a simulated device in, wait until it is on line, and let it test itself."""
    simulator = importlib.import_module(f"{package_of(model)}.simulator").build(
        bench / f"{model}.tty", bench / model
    )
    ready = threading.Event()

    def publish(event: Event) -> None:
        if isinstance(event, StatusChanged) and event.status.usable:
            ready.set()

    simulator.start()
    config = DeviceConfig(model, model, simulator.port, OPTIONS.get(model, {}))
    supervisor = supervise(config, publish)
    supervisor.start()
    try:
        ready.wait(READY_S)
        result = supervisor.submit(SelfTest(), TEST_S).result(TEST_S + 5)
    finally:
        supervisor.stop()
        simulator.stop()
    if not isinstance(result, SelfTestResult):
        return {"model": model, "passed": False, "steps": [], "status": str(result)}
    steps = [asdict(step) for step in result.steps]
    return {"model": model, "passed": all(step.passed for step in result.steps), "steps": steps}


def results(folder: Path) -> list[dict[str, object]]:
    """What the bench found. Raises ``Unproven`` when it did not come to an end."""
    written, ends = folder / "workshop.json", time.monotonic() + PATIENCE_S
    while not written.exists():
        if time.monotonic() > ends:
            raise Unproven("the technician's bench came to no end; see logs/workshop.log")
        time.sleep(0.1)
    return json.loads(written.read_text())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
