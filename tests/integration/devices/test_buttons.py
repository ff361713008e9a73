"""Every button of every simulator's page does something the simulator understands."""

import contextlib
import importlib
import threading
from pathlib import Path

import pytest

from devices.errors import LinkError
from devices.link import Link, open_link
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
    if hasattr(module, "build"):  # what is never read blocks the device's end of the cable
        link = open_link(simulator.port)
        threading.Thread(target=read_on, args=(link,), daemon=True).start()
    try:
        for line in simulator.buttons:
            simulator.obey(line)
    finally:
        simulator.stop()


def read_on(link: Link) -> None:
    """Take whatever the device sends, until its cable is pulled."""
    with contextlib.suppress(LinkError), contextlib.closing(link):
        while True:
            link.read(4096, 1.0)
