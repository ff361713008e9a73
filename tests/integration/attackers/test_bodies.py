"""Bodies that are too large, too deep or endless are refused in words, and the server goes on."""

import socket
import time

import pytest

from queue_server.staff.model import Role
from queue_server.web.app import LARGEST_BODY
from tests.integration.attackers.target import Answer, Target, routes

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def check_refused_in_words(answer: Answer, what: str) -> None:
    """Raise AssertionError unless the answer is a refusal that was meant."""
    assert 400 <= answer.status < 500, f"{what}: {answer.status}"
    assert b"Traceback" not in answer.body, what


def test_every_route_refuses_a_body_that_is_too_large(target: Target) -> None:
    junk = b'{"a": "' + b"x" * LARGEST_BODY + b'"}'
    tried = 0
    for route in routes():
        if route.method == "GET":
            continue
        body, kind = (junk, JSON) if route.sample.form is None else (b"a=" + junk, FORM)
        answer = _ask_or_hung_up(target, route.method, route.sample.path, route.role, body, kind)
        if route.sample.json is not None or route.sample.form is not None:
            assert answer is None or answer.status in (413, 422, 303), str(route)
        tried += 1
    assert tried > 60
    assert target.alive()


def _ask_or_hung_up(
    target: Target, method: str, path: str, role: Role | None, body: bytes, kind: str
) -> Answer | None:
    """The answer; None when the server hung up before it had taken everything."""
    try:
        return target.ask(method, path, role, body, Content_Type=kind)
    except OSError:
        return None


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'{"name": "' + "\U0001f600".encode() * 60_000 + b'"}',
        b'{"name": ' + b"9" * 100_000 + b"}",
        b'{"name": 1e999999}',
        b"\xff\xfe\x00",
        b"",
        b"null",
    ],
    ids=[
        "deep list",
        "deep object",
        "long text",
        "long number",
        "infinite",
        "no text",
        "none",
        "null",
    ],
)
def test_strange_json_is_refused_in_words(target: Target, body: bytes) -> None:
    for path in ("/api/v1/admin/accounts", "/api/v1/displays/approve", "/api/v1/session/prove"):
        answer = target.ask("POST", path, Role.ADMINISTRATOR, body, Content_Type=JSON)
        check_refused_in_words(answer, path)
    assert target.alive()


@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"f%d=1" % number for number in range(5000)),
        b"name=" + b"%41" * 60_000,
        b"name=" + b"a" * 100_000 + b"&password=x",
        b"%ff%fe=%00",
    ],
    ids=["many fields", "long field, quoted", "long field", "no text"],
)
def test_strange_forms_are_refused_in_words(target: Target, body: bytes) -> None:
    answer = target.ask("POST", "/session", None, body, Content_Type=FORM)
    assert answer.status in (303, 400, 413, 422, 429)
    assert target.alive()


def test_a_body_without_end_is_cut_off(target: Target) -> None:
    """Chunked, with no length said before: the server counts what comes and hangs up."""
    with socket.create_connection(("127.0.0.1", target.site.port), timeout=20) as line:
        head = (
            f"POST /session HTTP/1.1\r\nHost: 127.0.0.1:{target.site.port}\r\n"
            f"Origin: {target.site.url}\r\nContent-Type: {FORM}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        line.sendall(head.encode())
        chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        sent, ends = 0, time.monotonic() + 10
        try:
            while time.monotonic() < ends and sent < 200:
                line.sendall(chunk)
                sent += 1
        except OSError:
            pass
        assert sent * 0x10000 < 200 * 0x10000 or _says(line).startswith(b"HTTP/1.1 413")
    assert target.alive()


def _says(line: socket.socket) -> bytes:
    try:
        return line.recv(100)
    except OSError:
        return b""


def test_headers_without_end_are_refused(target: Target) -> None:
    with socket.create_connection(("127.0.0.1", target.site.port), timeout=20) as line:
        line.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Long: ")
        try:
            for _ in range(64):
                line.sendall(b"a" * 65_536)
        except OSError:
            pass
        said = _says(line)
    assert said == b"" or said.startswith(b"HTTP/1.1 431")
    assert target.alive()
