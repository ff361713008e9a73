"""A simulated printer of any dialect, and a supervisor on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.escpos.simulator import EscposSimulator
from devices.registry import DeviceConfig, build
from devices.supervisor import Supervisor
from tests.integration.devices.printing import (
    FAST,
    Make,
)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def printer(tmp_path: Path, spool: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(tmp_path / "printer", spool, seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def connect(printer: EscposSimulator, recorder: Any) -> Iterator[Make]:
    """A supervisor on the printer, which speaks the same dialect unless told otherwise."""
    made: list[Supervisor] = []

    def connected(dialect: str, spoken: str = "", **options: Any) -> Supervisor:
        printer.obey(f"dialect {spoken or dialect}")
        config = DeviceConfig(
            "slips", "escpos", printer.port, {**FAST, "dialect": dialect} | options
        )
        made.append(build(config, recorder))
        made[-1].start()
        return made[-1]

    yield connected
    for each in made:
        assert each.stop()
