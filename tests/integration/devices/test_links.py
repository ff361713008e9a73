"""Real links: pseudo-terminals and sockets, their deadlines and their ends."""

import os
import shutil
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from devices.concert.seven_bits import with_parity
from devices.errors import LinkLost, LinkNotFound, LinkRefused, LinkTimeout
from devices.link import FdLink, PtyCable, RawRing, SerialLink, open_link, open_pty_pair
from tests.support.site import REPOSITORY

WAIT_S = 20.0


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[PtyCable]:
    laid = open_pty_pair(tmp_path / "port")
    yield laid
    laid.close()


@pytest.fixture
def line(cable: PtyCable) -> Iterator[FdLink]:
    opened = open_link(str(cable.path))
    yield opened
    opened.close()


def test_every_byte_passes_unchanged_in_both_directions(cable: PtyCable, line: FdLink) -> None:
    every = bytes(range(256))
    line.write(every)
    cable.write(every[::-1])
    received = b""
    while len(received) < 256:
        received += cable.read(256, WAIT_S)
    back = b""
    while len(back) < 256:
        back += line.read(256, WAIT_S)
    assert (received, back) == (every, every[::-1])


def test_reading_in_silence_returns_nothing_at_the_deadline(line: FdLink) -> None:
    assert line.read(10, 0.01) == b""


def test_writing_nothing_is_no_end_of_the_line(cable: PtyCable, line: FdLink) -> None:
    cable.write(b"")
    assert line.read(64, 0.1) == b""


def test_a_pulled_cable_is_a_lost_link_and_its_port_is_gone(cable: PtyCable, line: FdLink) -> None:
    cable.close()
    assert not os.path.lexists(cable.path)
    with pytest.raises(LinkLost, match="check the cable"):
        line.read(1, WAIT_S)


def test_a_device_that_takes_nothing_is_a_timeout_that_tells_how_much_went(line: FdLink) -> None:
    with pytest.raises(LinkTimeout) as caught:
        line.write(b"x" * 1_000_000, 0.05)
    assert 0 < caught.value.sent < 1_000_000


def test_a_port_is_opened_by_one_only(cable: PtyCable, line: FdLink) -> None:
    with pytest.raises(LinkRefused, match="end the other program"):
        SerialLink(str(cable.path))


def test_a_line_setting_the_port_refuses_is_a_typed_refusal(
    cable: PtyCable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some kernels refuse parity on a pseudo-terminal, with an error that is no OSError."""

    def refuse(*_args: object, **_options: object) -> None:
        raise termios.error(22, "Invalid argument")

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(LinkRefused, match="refuses the line settings"):
        SerialLink(str(cable.path), parity="E")


def test_a_missing_port_is_told_from_one_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(LinkNotFound):
        open_link(str(tmp_path / "none"))
    plain = tmp_path / "file"
    plain.write_text("no terminal")
    with pytest.raises(LinkRefused):
        open_link(str(plain))


def test_a_cable_never_replaces_a_file_that_is_not_a_port(tmp_path: Path) -> None:
    kept = tmp_path / "port"
    kept.write_text("precious")
    with pytest.raises(LinkRefused):
        open_pty_pair(kept)
    assert kept.read_text() == "precious"


def test_the_record_of_a_link_is_bounded_and_shows_no_personal_data(
    cable: PtyCable, line: FdLink
) -> None:
    for _ in range(200):
        line.write(b"\x02PRUEBA<<1980\r")
        cable.read(100, WAIT_S)
    entries = line.raw.entries()
    assert len(entries) == 64
    assert {entry.shown for entry in entries} == {b"\x02xxxxxx<<9999\r"}


def test_a_record_hides_which_digit_it_was_also_where_bytes_carry_their_parity() -> None:
    ring = RawRing()
    ring.add("rx", with_parity(b"\x020123456789\r"))
    [entry] = ring.entries()
    assert entry.shown[1:-1] == b"9" * 10


def test_a_record_shows_bytes_only_where_nothing_of_a_person_passes(
    cable: PtyCable, line: FdLink
) -> None:
    line.raw.show_all()
    line.write(b"\x28\x00\x01\xfe\xd9")
    assert [entry.shown for entry in line.raw.entries()] == [b"\x28\x00\x01\xfe\xd9"]


def test_a_closed_link_is_a_lost_link(line: FdLink) -> None:
    line.close()
    line.close()
    with pytest.raises(LinkLost, match="closed"):
        line.read(1, 0.0)
    with pytest.raises(LinkLost, match="closed"):
        line.write(b"x")


def test_a_network_device_is_reached_over_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(peer.recv(100))

        threading.Thread(target=echo, daemon=True).start()
        link = open_link(f"socket://127.0.0.1:{server.getsockname()[1]}")
        link.write(b"hello")
        assert link.read(100, WAIT_S) == b"hello"
        with pytest.raises(LinkLost):
            link.read(100, WAIT_S)
        link.close()


def test_a_network_device_that_refuses_is_a_typed_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkRefused):
        open_link(f"tcp://127.0.0.1:{port}")


def test_a_host_no_network_could_look_up_is_a_typed_refusal() -> None:
    for host in ("a..b", "x" * 80, "\0"):
        with pytest.raises(LinkRefused):
            open_link(f"tcp://{host}:9100")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this platform cannot watch")
def test_a_network_device_is_watched_while_nothing_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_link(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with socket.socket(fileno=os.dup(link._fd)) as seen:
            assert seen.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            names = ("TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
            values = [seen.getsockopt(socket.IPPROTO_TCP, getattr(socket, it)) for it in names]
        link.close()
    assert values == [4000, 2, 1, 3]


POWER_OFF = """
import socket, subprocess, sys, time
from devices.errors import LinkLost
from devices.link import TcpLink
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = socket.create_server(("127.0.0.1", 0))
link = TcpLink("127.0.0.1", server.getsockname()[1])
peer, _ = server.accept()
if sys.argv[1] == "unwatched":
    with socket.socket(fileno=socket.dup(link._fd)) as seen:
        seen.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)
subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
until = time.monotonic() + 12
try:
    while time.monotonic() < until:
        link.read(1, 1.0)
    print("never")
except LinkLost:
    print("noticed")
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("watch", "said"),
    [
        ("watched", "noticed"),
        pytest.param("unwatched", "never", marks=pytest.mark.negative_control),
    ],
)
def test_a_network_device_that_lost_its_power_is_noticed(watch: str, said: str) -> None:
    """In a network of its own, whose only wire is then taken away without a word."""
    alone = ["unshare", "-Urn"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"]).returncode:
        pytest.skip("this machine gives no network namespace: look at it in the field")
    command = [*alone, sys.executable, "-c", POWER_OFF, watch]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=REPOSITORY)
    assert run.stdout.strip() == said, run.stderr
