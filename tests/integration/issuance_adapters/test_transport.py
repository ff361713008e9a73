"""Every way a reply can go wrong, on real sockets: nothing outlives the deadline, nothing is told
to be unsent that may have arrived."""

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from zeep.transports import Transport

from queue_server.issuance.adapters import soap_transport
from queue_server.issuance.adapters.soap_transport import DeadlineTransport, NotSent, ReplyLost
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.raw_server import (
    Connection,
    RawServer,
    answering,
    http,
)

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"x"'}
DEADLINE_S = 0.3
CONNECT_S = 0.2
PATIENCE_S = 10.0  # with a busy machine; whoever misses the deadline waits much longer
XML = b"<ok/>"


def open_transport(url: str, deadline_s: float = DEADLINE_S) -> DeadlineTransport:
    return DeadlineTransport(url, None, deadline_s, CONNECT_S)


def ask(url: str, repeatable: bool = False) -> bytes:
    return open_transport(url).exchange(b"<q/>", HEADERS, repeatable=repeatable).content


def lost(*plays: Callable[[Connection], None]) -> str:
    """Why the reply of a server that plays `plays` is lost."""
    with RawServer(*plays) as server, pytest.raises(ReplyLost) as failure:
        ask(server.url)
    return failure.value.reason


def test_a_whole_reply_arrives() -> None:
    with RawServer(answering(http(XML))) as server:
        assert ask(server.url) == XML


def test_a_reply_in_pieces_arrives() -> None:
    body = b"3\r\n<ok\r\n2\r\n/>\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    with RawServer(answering(head + body)) as server:
        assert ask(server.url) == XML


def test_a_fault_with_status_500_is_handed_on_as_soap_1_1_wants() -> None:
    with RawServer(answering(http(XML, "500 Internal Server Error"))) as server:
        assert ask(server.url) == XML


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (http(b"<html>Bad Gateway</html>", "502 Bad Gateway", "text/html"), "http_502"),
        (http(b"<html>Bienvenido</html>", kind="text/html"), "not_xml"),
        (http(b"<error/>", "500 Internal Server Error", "text/html"), "http_500"),
        (http(b"<error/>", "503 Service Unavailable"), "http_503"),
        (http(b""), "empty"),
        (http(b" \r\n"), "empty"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + XML, "not_xml"),
        (http(XML, extra="Content-Encoding: gzip\r\n"), "not_xml"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed"),
        (b"HTTP/1.1 twohundred OK\r\n\r\n", "malformed"),
    ],
)
def test_what_is_no_answer_is_told_before_it_is_parsed(reply: bytes, reason: str) -> None:
    assert lost(answering(reply)) == reason


def once(reply: bytes) -> Callable[[Connection], None]:
    def play(connection: Connection) -> None:
        connection.request()
        connection.send(reply)

    return play


def test_a_reply_shorter_than_announced_is_lost() -> None:
    assert lost(once(http(XML * 10)[:-4])) == "truncated"


def test_a_chunked_reply_that_breaks_off_is_lost() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert lost(once(head + b"ff\r\n<ok")) == "truncated"


def test_a_connection_closed_without_a_word_is_a_lost_reply() -> None:
    assert lost(once(b"")) == "closed"


def test_a_redirect_is_not_followed() -> None:
    with RawServer(answering(http(XML))) as elsewhere:
        moved = http(b"", "307 Temporary Redirect", extra=f"Location: {elsewhere.url}\r\n")
        assert lost(answering(moved)) == "http_307"
        assert elsewhere.connections == 0


def test_a_reply_announced_as_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soap_transport, "MAX_REPLY_BYTES", 1000)
    assert lost(answering(http(b"x" * 1001))) == "too_large"


def test_a_reply_without_length_is_cut_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soap_transport, "MAX_REPLY_BYTES", 1000)
    monkeypatch.setattr(soap_transport, "MAX_HEAD_BYTES", 1000)
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + b"x" * 100_000
    assert lost(once(endless)) == "too_large"


def test_a_chunk_of_a_terabyte_reserves_no_memory() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert lost(once(head + b"ffffffffff\r\n<ok")) == "truncated"


def drip_reply(connection: Connection) -> None:
    connection.request()
    connection.drip(http(XML), 0.015)


def drip_body(connection: Connection) -> None:
    connection.request()
    connection.send(http(b"x" * 10_000)[:-10_000])
    connection.drip(b"x" * 10_000, 0.05)


def say_nothing(connection: Connection) -> None:
    connection.request()
    connection.silence()


@pytest.mark.parametrize("play", [drip_reply, drip_body, say_nothing])
def test_a_slow_server_is_left_at_the_deadline(play: Callable[[Connection], None]) -> None:
    began = monotonic()
    assert lost(play) == "timeout"
    assert DEADLINE_S * 0.9 < monotonic() - began < DEADLINE_S + PATIENCE_S


@pytest.mark.negative_control
def test_zeeps_own_transport_waits_far_beyond_its_timeout_on_a_dripping_server() -> None:
    with RawServer(drip_reply) as server:
        began = monotonic()
        Transport(operation_timeout=DEADLINE_S).post(server.url, b"<q/>", HEADERS)
        assert monotonic() - began > 2 * DEADLINE_S, "the trap is gone: is this still needed?"


def test_a_server_that_reads_nothing_is_left_at_the_deadline() -> None:
    with RawServer(Connection.silence) as server, pytest.raises(ReplyLost) as failure:
        open_transport(server.url).exchange(b"x" * 50_000_000, HEADERS, repeatable=False)
    assert failure.value.reason == "timeout"


def test_a_refused_connection_says_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent):
        ask(f"http://127.0.0.1:{port}/")


def test_an_unknown_name_says_that_nothing_was_sent() -> None:
    with pytest.raises(NotSent):
        ask("http://centre.invalid/")


def test_a_name_whose_resolver_is_silent_says_so_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def silent(*_: object, flags: int = 0, **__: object) -> list[object]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror
        released.wait(4 * PATIENCE_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    began = monotonic()
    with pytest.raises(NotSent):
        ask("http://centre.example/")
    assert monotonic() - began < PATIENCE_S
    released.set()


def test_a_full_backlog_says_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(busy.getsockname())
        with pytest.raises(NotSent):
            ask(f"http://127.0.0.1:{busy.getsockname()[1]}/")
        for each in waiting:
            each.close()


def test_plain_http_behind_an_https_address_says_that_nothing_was_sent() -> None:
    with RawServer(once(http(XML))) as server, pytest.raises(NotSent):
        ask(server.url.replace("http:", "https:"))


def test_neither_proxy_nor_credential_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with RawServer(answering(http(XML))) as server:
        assert ask(server.url) == XML


def test_questions_share_a_connection_and_requests_never_do() -> None:
    with RawServer(answering(http(XML))) as server:
        transport = open_transport(server.url)
        for _ in range(3):
            transport.exchange(b"<q/>", HEADERS, repeatable=True)
        assert server.connections == 1
        for _ in range(2):
            transport.exchange(b"<q/>", HEADERS, repeatable=False)
        assert server.connections == 3
        transport.close()


def close_at_the_second(connection: Connection) -> None:
    connection.request()
    connection.send(http(XML))
    connection.request()


def test_a_question_is_asked_again_when_the_kept_connection_was_just_closed() -> None:
    with RawServer(close_at_the_second, answering(http(XML))) as server:
        transport = open_transport(server.url)
        transport.exchange(b"<q/>", HEADERS, repeatable=True)
        assert transport.exchange(b"<q/>", HEADERS, repeatable=True).content == XML
        assert server.connections == 2
        transport.close()


def test_a_connection_on_which_more_arrives_than_was_asked_is_not_used_again() -> None:
    def babble(connection: Connection) -> None:
        connection.request()
        connection.send(http(XML))
        assert answered.wait(5)
        connection.send(http(b"<for-another/>"))
        babbled.set()
        connection.silence()

    answered, babbled = threading.Event(), threading.Event()
    with RawServer(babble, answering(http(XML))) as server:
        transport = open_transport(server.url)
        transport.exchange(b"<q/>", HEADERS, repeatable=True)
        answered.set()
        assert babbled.wait(5)
        assert transport.exchange(b"<q/>", HEADERS, repeatable=True).content == XML
        assert server.connections == 2
        transport.close()


def over_tls(authority: Authority, folder: Path, play: Callable[[Connection], None]) -> RawServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("127.0.0.1").write(folder))
    return RawServer(play, tls=context)


def test_a_server_of_the_configured_authority_is_believed_and_kept(tmp_path: Path) -> None:
    authority = Authority("CA de ensayo")
    with over_tls(authority, tmp_path, answering(http(XML))) as server:
        transport = DeadlineTransport(server.url, authority.write(tmp_path), 2.0, 1.0)
        for _ in range(2):
            assert transport.exchange(b"<q/>", HEADERS, repeatable=True).content == XML
        assert server.connections == 1
        transport.close()


def test_a_server_of_another_authority_is_told_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with over_tls(Authority("Otra"), tmp_path, lambda it: heard.append(it.request())) as server:
        trusted = Authority("CA de ensayo").write(tmp_path)
        with pytest.raises(NotSent):
            DeadlineTransport(server.url, trusted, 2.0, 1.0).exchange(
                b"<q/>", HEADERS, repeatable=False
            )
    assert heard in ([], [b""])
