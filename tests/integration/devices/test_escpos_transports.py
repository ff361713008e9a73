"""The ways to a printer: serial line, TCP, and a device file, each with a real other end.

A USB printer's device file is stood in for by a pseudo-terminal's, which shows that `FileLink`
opens, locks, reads, writes and notices the end as the kernel's character devices have it. What
only the kernel's printer driver does (empty packets, `EIO` on power loss) is imitated.
"""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices import file_link
from devices.errors import LinkLost, LinkNotFound, LinkRefused
from devices.escpos.driver import MODEL
from devices.escpos.print_server import PrintServer
from devices.escpos.simulator import EscposSimulator, listen
from devices.escpos.transport import open_printer
from devices.file_link import FileLink
from devices.link import FdLink, PtyCable, SerialLink, TcpLink, open_pty_pair
from devices.registry import DeviceConfig, build
from devices.simulator import CommandRefused
from devices.status import DeviceState
from devices.supervisor import Supervisor
from tests.integration.devices.printing import FAST, print_it, status_where, tickets, whole

WAIT_S = 5.0


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[PtyCable]:
    laid = open_pty_pair(tmp_path / "port")
    yield laid
    laid.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrintServer]:
    running = listen(("127.0.0.1", 0), tmp_path / "spool")
    running.start()
    yield running
    running.stop()


def connected(port: str, recorder: Any, **options: Any) -> Supervisor:
    made = build(DeviceConfig("slips", "escpos", port, {**FAST, **options}), recorder)
    made.start()
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    return made


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_a_printer_on_the_network_prints_and_proves_it(
    server: PrintServer, recorder: Any, tmp_path: Path, dialect: str
) -> None:
    server.obey(f"dialect {dialect}")
    supervisor = connected(server.port, recorder, dialect=dialect)
    assert print_it(supervisor, "J-001").evidence == "printed"
    assert supervisor.stop()
    assert [whole("J-001", text) for text in tickets(tmp_path / "spool")] == [True]


def test_a_network_printer_that_loses_its_printer_is_gone_and_comes_back(
    server: PrintServer, recorder: Any
) -> None:
    supervisor = connected(server.port, recorder)
    server.obey("unplug")
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE))
    server.obey("plug")
    assert recorder.wait_for(status_where(DeviceState.ONLINE), 10)
    assert print_it(supervisor, "J-002").evidence == "printed"
    assert supervisor.stop()


def test_a_print_server_that_answers_nothing_takes_slips_and_nothing_is_claimed(
    server: PrintServer, recorder: Any, tmp_path: Path
) -> None:
    server.obey("no reply on")
    supervisor = connected(server.port, recorder, dialect="none")
    assert print_it(supervisor, "J-003").evidence == "unknown"
    assert supervisor.stop()


def test_a_print_server_takes_one_line_of_commands_as_its_printer_does(
    server: PrintServer,
) -> None:
    assert server.obey("paper low")["paper"] == "low"
    assert {"paper", "dialect", "power"} <= set(server.commands())
    with pytest.raises(CommandRefused):
        server.obey("dance")


def test_the_simulator_listens_where_it_is_told(server: PrintServer) -> None:
    host, port = server.port.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), WAIT_S) as line:
        line.sendall(b"\x10\x04\x04")
        assert line.recv(10) == b"\x12"


def test_a_printer_behind_a_device_file_prints_and_proves_it(tmp_path: Path, recorder: Any) -> None:
    printer = EscposSimulator(tmp_path / "lp0", tmp_path / "spool")
    printer.start()
    supervisor = connected(printer.port, recorder, transport="file")
    assert print_it(supervisor, "J-001").evidence == "printed"
    printer.obey("unplug")
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE))
    printer.obey("plug")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert print_it(supervisor, "J-002").evidence == "printed"
    assert supervisor.stop()
    printer.stop()


def test_every_byte_passes_a_device_file_unchanged(cable: PtyCable) -> None:
    line = FileLink(str(cable.path))
    every = bytes(range(256))
    line.write(every)
    cable.write(every[::-1])
    received, back = b"", b""
    while len(received) < 256:
        received += cable.read(256, WAIT_S)
    while len(back) < 256:
        back += line.read(256, WAIT_S)
    assert (received, back) == (every, every[::-1])
    assert line.read(10, 0.01) == b""
    line.close()
    line.close()
    with pytest.raises(LinkLost, match="closed"):
        line.read(1, 0.0)


def test_a_device_file_that_is_gone_ends_the_link(cable: PtyCable) -> None:
    line = FileLink(str(cable.path))
    cable.close()
    with pytest.raises(LinkLost, match="check the cable"):
        line.read(1, WAIT_S)
    with pytest.raises(LinkLost):
        line.write(b"x")
    line.close()


def test_a_device_file_is_opened_by_one_only(cable: PtyCable) -> None:
    line = FileLink(str(cable.path))
    with pytest.raises(LinkRefused, match="end the other program"):
        FileLink(str(cable.path))
    line.close()
    FileLink(str(cable.path)).close()


def test_a_plain_file_a_pipe_and_a_folder_are_no_printer(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.write_text("precious")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (plain, pipe, tmp_path):
        with pytest.raises(LinkRefused):
            FileLink(str(path))
    assert plain.read_text() == "precious"
    with pytest.raises(LinkNotFound):
        FileLink(str(tmp_path / "none"))


def test_an_empty_packet_is_silence_and_not_the_end(
    cable: PtyCable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As usblp does for a printer that sends empty packets: ready, and nothing to read."""
    line = FileLink(str(cable.path))
    packets = [b"", b"", b"\x12"]

    def read(_fd: int, _size: int) -> bytes:
        return packets.pop(0)

    cable.write(b"\x12")
    monkeypatch.setattr(file_link.os, "read", read)
    assert line.read(10, WAIT_S) == b"\x12"
    monkeypatch.undo()
    line.close()


def test_a_power_cut_at_the_printer_is_a_lost_link(
    cable: PtyCable, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = FileLink(str(cable.path))

    def broken(_fd: int, _size: int) -> bytes:
        raise OSError(5, "Input/output error")

    cable.write(b"\x12")
    monkeypatch.setattr(file_link.os, "read", broken)
    with pytest.raises(LinkLost):
        line.read(10, WAIT_S)
    monkeypatch.undo()
    line.close()


def opened(port: str, transport: str = "auto") -> FdLink:
    return open_printer(port, {"baud": 9600, "parity": "N", "transport": transport})


def test_the_way_is_chosen_by_what_is_there(cable: PtyCable, server: PrintServer) -> None:
    ways = {
        str(cable.path): SerialLink,
        server.port: TcpLink,
        "/dev/null": FileLink,  # a character device that is no terminal, as /dev/usb/lp0
    }
    for port, kind in ways.items():
        line = opened(port)
        assert type(line) is kind
        line.close()


def test_the_way_can_be_told(cable: PtyCable, server: PrintServer) -> None:
    for port, transport, kind in (
        (str(cable.path), "serial", SerialLink),
        (str(cable.path), "file", FileLink),
        (server.port, "tcp", TcpLink),
        (server.port.removeprefix("tcp://"), "tcp", TcpLink),
    ):
        line = opened(port, transport)
        assert type(line) is kind
        line.close()
    with pytest.raises(LinkRefused, match="serial port"):
        opened("/dev/null", "serial")


def test_a_device_that_swallows_everything_is_no_printer(recorder: Any) -> None:
    """`/dev/null` takes every job and answers nothing: nothing may be claimed of it."""
    made = build(DeviceConfig("slips", "escpos", "/dev/null", FAST), recorder)
    made.start()
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE))
    assert print_it(made, "J-001", 0.5).evidence == "not_printed"
    assert made.stop()


def test_the_options_of_a_printer_are_told(tmp_path: Path) -> None:
    assert MODEL.choices["transport"] == ("auto", "serial", "tcp", "file")
    assert MODEL.choices["dialect"] == ("auto", "epson", "custom", "none")
    assert "KPM150" in MODEL.choices["profile"]


def test_an_unreachable_printer_is_refused_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(LinkRefused, match="nothing listens there"):
        opened(f"tcp://127.0.0.1:{port}")
    assert time.monotonic() - began < WAIT_S
