"""Every way in which no answer arrives, for every question: nobody is refused, nothing is taken
for done, and only what is free to repeat is ever sent twice."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from queue_server.issuance.adapters import soap_transport
from queue_server.issuance.adapters.soap import SoapBackend, credential_file
from queue_server.issuance.model import Found, TryLater
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import (
    Connection,
    Play,
    RawServer,
    answering,
    http,
)
from tests.integration.issuance_adapters.replies import (
    ASK,
    CLOSED_SET,
    FAULT,
    GOOD,
    OTHER,
    WHO,
    file,
    record,
    reply,
    word,
)

PAGE = b"<html><head><title>x</title></head><body>Bienvenido</body></html>"
OTHER_OPERATION = {
    "consultarTitular": "consultarSolicitud",
    "validarPago": "consultarTitular",
    "solicitarCertificado": "consultarSolicitud",
    "consultarSolicitud": "solicitarCertificado",
    "obtenerCertificado": "consultarSolicitud",
    "estadoServicio": "validarPago",
}


def good(operation: str) -> bytes:
    return reply(operation, "0000", GOOD[operation])


def once(content: bytes) -> Play:
    """One reply, then the connection ends."""

    def play(connection: Connection) -> None:
        connection.request()
        connection.send(content)

    return play


def dripping(content: bytes) -> Play:
    def play(connection: Connection) -> None:
        connection.request()
        connection.drip(content, 0.05)

    return play


def silent(connection: Connection) -> None:
    connection.request()
    connection.silence()


# What the server does with a question, and the reason that is told.
WAYS: Mapping[str, tuple[Callable[[str], Play], str]] = {
    "a gateway's page": (
        lambda _: answering(http(PAGE, "502 Bad Gateway", "text/html")),
        "http_502",
    ),
    "a page": (lambda _: answering(http(PAGE, kind="text/html")), "not_xml"),
    "a page that says it is XML": (lambda _: answering(http(PAGE)), "malformed"),
    "another type": (lambda it: answering(http(good(it), kind="application/json")), "not_xml"),
    "SOAP with attachments": (
        lambda it: answering(http(good(it), kind='multipart/related; boundary="x"')),
        "not_xml",
    ),
    "nothing in it": (lambda _: answering(http(b"")), "empty"),
    "cut short": (lambda it: once(http(good(it))[:-40]), "truncated"),
    "cut short with its length": (lambda it: answering(http(good(it)[:-40])), "malformed"),
    "a redirect": (
        lambda _: answering(http(b"", "302 Found", extra="Location: http://127.0.0.1:1/\r\n")),
        "http_302",
    ),
    "compressed": (
        lambda it: answering(http(gzip.compress(good(it)), extra="Content-Encoding: gzip\r\n")),
        "not_xml",
    ),
    "compressed and not said": (lambda it: answering(http(gzip.compress(good(it)))), "malformed"),
    "closed without a word": (lambda _: once(b""), "closed"),
    "a fault": (lambda _: answering(http(FAULT, "500 Internal Server Error")), "fault"),
    "a fault with 200": (lambda _: answering(http(FAULT)), "fault"),
    "an answer with 500": (
        lambda it: answering(http(good(it), "500 Internal Server Error")),
        "fault",
    ),
    "another operation's answer": (
        lambda it: answering(http(good(OTHER_OPERATION[it]))),
        "another_answer",
    ),
    "silence": (lambda _: silent, "timeout"),
    "a byte now and then": (lambda it: dripping(http(good(it))), "timeout"),
    "too much": (lambda it: answering(http(good(it) + b" " * 20_000)), "too_large"),
}


@pytest.mark.parametrize("way", WAYS)
def test_without_an_answer_every_question_says_so(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soap_transport, "MAX_REPLY_BYTES", 20_000)
    behave, reason = WAYS[way]
    for operation, ask in ASK.items():
        with RawServer(behave(operation)) as server:
            client = SoapBackend(settings(server.url, 0.1 if reason == "timeout" else 5.0))
            got = ask(client)
            client.close()
        assert isinstance(got, CLOSED_SET[operation])
        expected = {"estadoServicio": "false", "validarPago": f"later:{reason}"}
        assert word(got) == expected.get(operation, f"unknown:{reason}"), operation


@pytest.mark.parametrize(
    ("operation", "more", "reason"),
    [
        ("solicitarCertificado", record("EMITIDO", of=OTHER, issued=True), "another_application"),
        ("consultarSolicitud", record("EMITIDO", of=OTHER, issued=True), "another_application"),
        ("obtenerCertificado", file(number="CAJ-0000002"), "another_certificate"),
    ],
)
def test_the_answer_to_somebody_elses_question_is_nobodys(
    operation: str, more: str, reason: str
) -> None:
    with RawServer(answering(http(reply(operation, "0000", more)))) as server:
        assert word(ASK[operation](SoapBackend(settings(server.url)))) == f"unknown:{reason}"


@pytest.mark.parametrize("operation", ASK)
def test_on_a_connection_just_closed_a_question_goes_again_and_a_request_never_twice(
    operation: str,
) -> None:
    """The first connection answers one question, reads the next and closes on it."""
    heard: list[bytes] = []

    def close_on_the_second(connection: Connection) -> None:
        heard.append(connection.request())
        connection.send(http(good("estadoServicio")))
        heard.append(connection.request())

    def answer(connection: Connection) -> None:
        while question := connection.request():
            heard.append(question)
            connection.send(http(good(operation)))

    with RawServer(close_on_the_second, answer) as server:
        client = SoapBackend(settings(server.url))
        assert client.healthy()
        got = ASK[operation](client)
        client.close()
    assert word(got) in ("done", "true")
    asked = [each for each in heard if f":{operation}".encode() in each]
    probes = 1 if operation == "estadoServicio" else 0
    assert len(asked) - probes == (1 if operation == "solicitarCertificado" else 2)


def test_a_request_whose_connection_closes_is_not_sent_again() -> None:
    with RawServer(once(b""), answering(http(good("solicitarCertificado")))) as server:
        got = ASK["solicitarCertificado"](SoapBackend(settings(server.url)))
        assert (word(got), server.connections) == ("unknown:closed", 1)


@pytest.mark.parametrize(
    "content", [b"", b"user = ", b'user = "x"', b"\xff\xfe", b'[user]\npassword = "x"\n', None]
)
def test_a_credential_that_cannot_be_read_means_later_and_nothing_is_sent(
    tmp_path: Path, content: bytes | None
) -> None:
    """None: a folder stands where the file should be. Once it is mended the next call counts."""
    path = tmp_path / "account.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with RawServer(answering(http(good("consultarTitular")))) as server:
        client = SoapBackend(replace(settings(server.url), credential=credential_file(path)))
        for operation, ask in ASK.items():
            expected = "false" if operation == "estadoServicio" else "later:backend"
            assert word(ask(client)) == expected
        assert server.connections == 0
        if content is None:
            path.rmdir()
        path.write_text('user = "KIOSKO-PRUEBA"\npassword = "otra"\n')
        assert isinstance(client.holder(WHO), Found)
        assert client.holder(WHO) != TryLater("backend")
        client.close()


def test_each_call_carries_the_credential_that_stands_in_the_file_now(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def play(connection: Connection) -> None:
        while question := connection.request():
            heard.append(question)
            connection.send(http(good("consultarTitular")))

    path = tmp_path / "account.toml"
    with RawServer(play) as server:
        client = SoapBackend(replace(settings(server.url), credential=credential_file(path)))
        for password in ("una-clave", "otra-clave"):
            path.write_text(f'user = "KIOSKO-PRUEBA"\npassword = "{password}"\n')
            client.holder(WHO)
        client.close()
    assert [b"una-clave" in each for each in heard] == [True, False]
    assert [b"otra-clave" in each for each in heard] == [False, True]
