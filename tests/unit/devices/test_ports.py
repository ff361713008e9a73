"""Ports are found by what does not change: the adapter, or the socket it is plugged into."""

import errno
import termios

import pytest
from serial.tools import list_ports

from devices.errors import InvalidOption, LinkAmbiguous, LinkNotFound, LinkRefused
from devices.ports import PortSeen, is_port, resolve, scheme_of, system_ports
from devices.registry import DeviceConfig, build

READER = PortSeen("/dev/ttyUSB0", 0x067B, 0x2303, "A1", "1-1.4", "reader")
TWIN = PortSeen("/dev/ttyUSB1", 0x067B, 0x2303, "", "1-1.2", "printer")
PLAIN = PortSeen("/dev/ttyS0")


def plugged(*ports: PortSeen):
    return lambda: ports


@pytest.mark.parametrize(
    ("port", "path"),
    [
        ("usb:067b:2303:A1", "/dev/ttyUSB0"),
        ("usb:067B:2303:A1", "/dev/ttyUSB0"),
        ("usb-path:1-1.2", "/dev/ttyUSB1"),
        ("/dev/ttyS0", "/dev/ttyS0"),
        ("tcp://192.0.2.9:9100", "tcp://192.0.2.9:9100"),
    ],
)
def test_a_port_is_found_by_what_its_configuration_names(port: str, path: str) -> None:
    assert resolve(port, plugged(READER, TWIN, PLAIN)) == path


def test_an_adapter_keeps_its_port_when_its_number_changes() -> None:
    moved = PortSeen("/dev/ttyUSB7", READER.vid, READER.pid, "A1", "1-1.4")
    assert resolve("usb:067b:2303:A1", plugged(TWIN, moved)) == "/dev/ttyUSB7"
    assert resolve("usb-path:1-1.4", plugged(TWIN, moved)) == "/dev/ttyUSB7"


def test_two_adapters_alike_are_never_guessed_between() -> None:
    with pytest.raises(LinkAmbiguous, match=r"ttyUSB0, /dev/ttyUSB1.*serial number"):
        resolve("usb:067b:2303", plugged(READER, TWIN))


@pytest.mark.parametrize("port", ["usb:067b:2303:B2", "usb-path:9-9"])
def test_an_adapter_that_is_not_plugged_in_is_not_found(port: str) -> None:
    with pytest.raises(LinkNotFound, match="plug the device in"):
        resolve(port, plugged(READER, TWIN))


@pytest.mark.parametrize("cause", [TypeError("int() can't convert"), ValueError("invalid literal")])
def test_an_adapter_that_vanishes_while_it_is_looked_at_is_a_typed_refusal(
    monkeypatch: pytest.MonkeyPatch, cause: Exception
) -> None:
    def vanishing() -> list[object]:
        raise cause

    monkeypatch.setattr(list_ports, "comports", vanishing)
    with pytest.raises(OSError, match="look again"):
        system_ports()
    with pytest.raises(LinkRefused, match="look again"):
        resolve("usb:067b:2303", system_ports)


def test_what_a_lister_shows_is_what_a_configuration_takes() -> None:
    assert (READER.usb, TWIN.usb, PLAIN.usb) == ("usb:067b:2303:A1", "usb:067b:2303", "")
    assert is_port(READER.usb)


@pytest.mark.parametrize("port", ["", "usb:67b:2303", "usb-path:", "usb:zzzz:2303"])
def test_a_port_nobody_can_read_is_refused_with_the_forms_there_are(port: str) -> None:
    with pytest.raises(InvalidOption, match="usb:VID:PID"):
        build(DeviceConfig("reader", "serial-mrz", port), lambda _event: None)


def test_a_scheme_is_told_from_a_path_and_an_adapter() -> None:
    ports = ("http://192.0.2.7:80", "pcsc:0", "/dev/tty:1", "tcp://192.0.2.9:1", "usb:067b:2303")
    assert [scheme_of(port) for port in ports] == ["http", "pcsc", "", "", ""]


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "dialout"),
        (OSError(errno.EBUSY, "busy"), "end the other program"),
        (termios.error(errno.EINVAL, "Invalid argument"), "baud and parity"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "nothing listens"),
        (ValueError("?"), "its permissions and its line settings"),
    ],
)
def test_a_port_that_cannot_be_opened_says_what_to_do(cause: Exception, remedy: str) -> None:
    assert remedy in str(LinkRefused("/dev/ttyUSB0", cause))


def test_a_cause_a_library_wrapped_is_found_beneath() -> None:
    wrapped = RuntimeError("could not open port")
    wrapped.__context__ = PermissionError(errno.EACCES, "Permission denied")
    assert "dialout" in str(LinkRefused("/dev/ttyUSB0", wrapped))
