"""Every button of every simulator's page does something the simulator understands."""

import importlib
from pathlib import Path

import pytest

from devices.registry import MODELS, package_of


@pytest.mark.parametrize("model", sorted(MODELS))
def test_every_button_is_a_command_its_simulator_obeys(model: str, tmp_path: Path) -> None:
    module = importlib.import_module(f"{package_of(model)}.simulator")
    if hasattr(module, "build"):
        simulator = module.build(tmp_path / "port", tmp_path / "spool")
    else:
        simulator = module.listen(("127.0.0.1", 0), tmp_path / "spool")
    assert simulator.buttons, f"a person cannot press anything on a simulated {model}"
    simulator.start()
    try:
        for line in simulator.buttons:
            simulator.obey(line)
    finally:
        simulator.stop()
