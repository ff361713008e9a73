"""A device is looked for at another port before anything is kept: real simulators on real ptys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.ports import PortSeen
from devices.registry import DeviceConfig, build
from devices.supervisor import Publish, Supervisor
from kiosk.config import Device, KioskConfig
from kiosk.staff import ports
from kiosk.staff.kept import KeptFile
from kiosk.staff.ports import PortBook, PortDesk
from tests.support.hardware import Hardware


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[str]:
    """Where a printer answers."""
    folder = tmp_path / "hardware"
    folder.mkdir()
    hardware = Hardware(folder)
    hardware.start()
    yield str(folder / "printer.tty")
    hardware.stop()


def desk(folder: Path, book: PortBook) -> PortDesk:
    config = KioskConfig.model_validate(
        {
            "code": "A01",
            "server": {"url": "http://127.0.0.1:1", "credential_file": "c"},
            "devices": [
                {"name": "printer", "model": "escpos", "port": str(folder / "nowhere")},
                {"name": "terminal", "model": "nexo", "port": "http://127.0.0.1:1"},
            ],
        }
    )

    def make(device: Device, publish: Publish) -> Supervisor:
        return build(DeviceConfig(device.name, device.model, device.port), publish)

    seen = (PortSeen("/dev/ttyUSB7", 0x0403, 0x6001, "A1"), PortSeen("/dev/ttyS0"))
    return PortDesk(config, lambda _: "receipt_printer", book, make, lambda: seen)


def test_a_device_that_answers_elsewhere_is_kept_there(tmp_path: Path, printer: str) -> None:
    book = PortBook(KeptFile(tmp_path / "ports.json"))
    moves = desk(tmp_path, book)
    assert [each.name for each in moves.parts()] == ["printer"], "no port, nothing to move"
    assert moves.ports() == ("usb:0403:6001:A1", "/dev/ttyS0")
    assert moves.move("printer", printer)
    assert KeptFile(tmp_path / "ports.json").read() == {"printer": printer}


@pytest.mark.negative_control
def test_a_port_where_nothing_answers_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk that kept it anyway would leave the kiosk without its printer."""
    monkeypatch.setattr(ports, "ANSWER_S", 0.5)
    book = PortBook(KeptFile(tmp_path / "ports.json"))
    assert not desk(tmp_path, book).move("printer", str(tmp_path / "nothing-here"))
    assert not desk(tmp_path, book).move("nobody", "/dev/x")
    assert KeptFile(tmp_path / "ports.json").read() is None
