"""What is no terminal at the terminal's address: other web servers, floods; and the self-test."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from devices.driver import NotRun
from devices.kinds.card_terminal import CardResult, Pay
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.link import HttpLink
from devices.nexo.driver import MODEL, NexoDriver
from devices.nexo.simulator import NexoSimulator
from devices.status import Action, Completion, DeviceState, DeviceStatus
from tests.support.card import booked

FEE = 3770
WAIT_S = 5.0
PAGE = b"<!doctype html><title>Router</title>"
MAX_TAKEN = 8 * 1024 * 1024
"""What a driver may let a flood push: a few socket buffers, far from all of it."""


class WebServer(BaseHTTPRequestHandler):
    """A web server that shows its one page, or refuses to be posted to."""

    status = 200

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Refusing(WebServer):
    status = 405


@contextlib.contextmanager
def serving(kind: type[WebServer]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("kind", "device", "action"),
    [
        (WebServer, DeviceState.NO_DEVICE, Action.CONFIGURATION),
        (Refusing, DeviceState.OFFLINE, Action.RESET),
    ],
)
def test_another_web_server_is_never_paid_at_and_the_technician_is_told(
    kind: type[WebServer], device: DeviceState, action: Action
) -> None:
    with serving(kind) as port:
        driver = NexoDriver(HttpLink(port), reply_timeout_s=0.5)
        status = driver.probe()
        assert (status.device, status.action) == (device, action)
        assert "address" in status.detail
        result = driver.execute(Pay("PAY1", "order-1", FEE), time.monotonic() + WAIT_S)
    assert isinstance(result, CardResult)
    assert (result.outcome, result.reason) == ("not_started", status.detail)


@pytest.fixture
def flood() -> Iterator[Callable[[bytes, bytes], tuple[str, Callable[[], int]]]]:
    """Answer every connection with a beginning and then one piece for ever, until hung up on."""
    servers: list[socket.socket] = []

    def begin(beginning: bytes, piece: bytes) -> tuple[str, Callable[[], int]]:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        taken = [0]

        def drown(peer: socket.socket) -> None:
            with peer, contextlib.suppress(OSError):
                peer.sendall(beginning)
                while taken[0] <= 4 * MAX_TAKEN:
                    peer.sendall(piece)
                    taken[0] += len(piece)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = server.accept()
                    threading.Thread(target=drown, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}", lambda: taken[0]

    yield begin
    for server in servers:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"", b"\x93\x00garbage" * 500),
        (OK, b"X-Garbage: 1\r\n" * 300),
        (OK + b"\r\n", b"[" * 4096),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"[" * 4096 + b"\r\n"),
    ],
    ids=["noise", "headers", "body", "chunks"],
)
def test_a_flood_is_left_before_it_fills_anything(
    flood: Callable[[bytes, bytes], tuple[str, Callable[[], int]]], beginning: bytes, piece: bytes
) -> None:
    port, taken = flood(beginning, piece)
    link = HttpLink(port)
    driver = NexoDriver(link, reply_timeout_s=1.0)
    status = driver.probe()
    assert (status.usable, status.device) == (False, DeviceState.OFFLINE)
    result = driver.execute(Pay("PAY1", "order-1", FEE), time.monotonic() + WAIT_S)
    assert isinstance(result, CardResult)
    assert result.outcome == "not_started"
    assert taken() < MAX_TAKEN
    assert all(len(entry.shown) <= 256 for entry in link.raw.entries())


@pytest.fixture
def terminal() -> Iterator[NexoSimulator]:
    simulator = NexoSimulator(("127.0.0.1", 0))
    simulator.start()
    yield simulator
    simulator.stop()


def self_test(terminal: NexoSimulator) -> SelfTestResult:
    driver = NexoDriver(HttpLink(terminal.port), reply_timeout_s=0.3)
    result = driver.execute(SelfTest(), time.monotonic() + WAIT_S)
    assert isinstance(result, SelfTestResult)
    return result


def test_a_self_test_logs_in_diagnoses_and_takes_no_money(terminal: NexoSimulator) -> None:
    result = self_test(terminal)
    assert (result.completion, result.status.device) == (Completion.SUCCESS, DeviceState.ONLINE)
    assert [(step.name.partition(" (")[0], step.passed) for step in result.steps] == [
        ("session", True),
        ("health", True),
        ("lost replies", True),
    ]
    assert booked(terminal) == []


@pytest.mark.parametrize(
    ("trouble", "failed"),
    [("mute on", "session"), ("no reply on", "session"), ("unplug", "session"), ("busy", "health")],
)
def test_a_self_test_names_the_step_that_failed(
    terminal: NexoSimulator, trouble: str, failed: str
) -> None:
    terminal.obey(trouble)
    result = self_test(terminal)
    assert result.completion is Completion.HARDWARE_ERROR
    assert [step.name.partition(" (")[0] for step in result.steps if not step.passed] == [failed]
    assert all(step.found for step in result.steps)


def test_a_self_test_that_never_reached_the_terminal_says_so() -> None:
    away = DeviceStatus(DeviceState.NO_DEVICE)
    refused = MODEL.refuse(SelfTest(), Completion.DEVICE_NOT_READY, away)
    assert refused == NotRun(Completion.DEVICE_NOT_READY, away)


def test_a_terminal_out_of_order_is_asked_more_often() -> None:
    driver = NexoDriver(HttpLink("http://127.0.0.1:9"), poll_interval_s=30.0)
    assert driver.poll_interval_s <= 1.0
