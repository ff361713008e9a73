"""E-mail against real servers: what arrives, and the answer to every way it can fail."""

import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from queue_server.core.mail import Attachment, Mail, Mailer, Permanent, Sent, Temporary
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.raw_server import Connection, RawServer
from tests.support.site import free_port

PDF = b"%PDF-1.7\r\n\x00\xff.\r\n.\r\n%%EOF\n"
TO = "ana.ensayo@example.org"
ID = "<solicitud-1@prueba.example>"
TEXT = "Señor(a): su certificado está listo.\n.\nInstitución Ñandú\n"
MAIL = Mail(ID, TO, "Su certificado — n.º 1", TEXT, [Attachment("certificado.pdf", PDF)])


class Keeper:
    """Takes every message, unless told what to say to a recipient or to the data."""

    def __init__(self, to_recipient: str = "", to_data: str = "") -> None:
        self._to_recipient = to_recipient
        self._to_data = to_data
        self.kept: list[bytes] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self._to_recipient:
            return self._to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.kept.append(envelope.content)
        return self._to_data or "250 OK"


@contextmanager
def serving(keeper: Keeper, **options: object) -> Iterator[int]:
    controller = Controller(keeper, "127.0.0.1", free_port(), **options)  # pyright: ignore[reportArgumentType]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mailer(port: int, timeout_s: float = 5.0, **options: object) -> Mailer:
    return Mailer("127.0.0.1", port, "no-responder@prueba.example", timeout_s=timeout_s, **options)  # pyright: ignore[reportArgumentType]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_text_and_pdf_arrive_as_they_were_given() -> None:
    keeper = Keeper()
    with serving(keeper) as port:
        assert mailer(port).send(MAIL) == Sent()
    message = parsed(keeper.kept[0])
    assert (message["To"], message["Message-ID"], message["Subject"]) == (TO, ID, MAIL.subject)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == TEXT
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (
        "certificado.pdf",
        "application/pdf",
    )
    assert attached.get_content() == PDF


def test_a_message_sent_again_has_the_same_message_id() -> None:
    keeper = Keeper()
    with serving(keeper) as port:
        for _ in range(2):
            assert mailer(port).send(MAIL) == Sent()
    assert [parsed(each)["Message-ID"] for each in keeper.kept] == [ID, ID]


@pytest.mark.parametrize(
    ("keeper", "expected"),
    [
        (Keeper("550 5.1.1 no such user"), Permanent(550, "5.1.1 no such user")),
        (Keeper("553 name not allowed"), Permanent(553, "name not allowed")),
        (Keeper("450 4.2.1 mailbox busy"), Temporary(450, "4.2.1 mailbox busy")),
        (Keeper("421 closing"), Temporary(421, "closing")),
        (Keeper(to_data="552 too big"), Permanent(552, "too big")),
        (Keeper(to_data="451 local error"), Temporary(451, "local error")),
    ],
)
def test_the_code_decides_whether_to_try_again(keeper: Keeper, expected: object) -> None:
    with serving(keeper) as port:
        assert mailer(port).send(MAIL) == expected


def test_the_address_does_not_come_back_in_the_words_of_the_server() -> None:
    with serving(Keeper(f"550 <{TO}>: user {TO.upper()} unknown")) as port:
        answer = mailer(port).send(MAIL)
    assert isinstance(answer, Permanent)
    assert "ensayo" not in answer.words.lower()
    assert "ensayo" not in repr(MAIL)


@pytest.mark.parametrize(
    "mail",
    [
        Mail(ID, f"{TO}\r\nBcc: otro@example.org", "s", "t"),
        Mail(ID, f"{TO}, otro@example.org", "s", "t"),
        Mail(ID, TO, "s\r\nBcc: otro@example.org", "t"),
        Mail(f"{ID}\r\nBcc: otro@example.org", TO, "s", "t"),
        Mail(ID, TO, "s", "t", [Attachment("a\r\nX: y.pdf", PDF)]),
        Mail(ID, TO, "s", "\ud800"),
    ],
)
def test_what_would_add_a_header_or_a_recipient_is_never_sent(mail: Mail) -> None:
    keeper = Keeper()
    with serving(keeper) as port:
        answer = mailer(port).send(mail)
    assert isinstance(answer, Permanent)
    assert answer.code == 0
    assert keeper.kept == []


def until_data(then: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """A server that says yes until the whole message is there, and then does `then`."""

    def play(connection: Connection) -> None:
        connection.send(b"220 prueba\r\n")
        for word in (b"EHLO", b"MAIL", b"RCPT"):
            assert connection.line().upper().startswith(word)
            connection.send(b"250 OK\r\n")
        connection.line()
        connection.send(b"354 go on\r\n")
        while connection.line() not in (b".\r\n", b""):
            pass
        then(connection)

    return play


def test_a_cut_after_the_data_is_tried_again_because_it_may_have_arrived() -> None:
    with RawServer(until_data(lambda _: None)) as server:
        answer = mailer(server.port).send(MAIL)
    assert isinstance(answer, Temporary)
    assert answer.code == 0


def test_a_server_that_never_says_goodbye_has_taken_the_message_all_the_same() -> None:
    def accept(connection: Connection) -> None:
        connection.send(b"250 taken\r\n")
        assert connection.line() == b"quit\r\n"

    with RawServer(until_data(accept)) as server:
        assert mailer(server.port).send(MAIL) == Sent()


def drip(connection: Connection) -> None:
    connection.send(b"220-")
    connection.drip(b"x" * 10_000, 0.02)


def flood(connection: Connection) -> None:
    while True:
        connection.send(b"220-more\r\n" * 1000)


@pytest.mark.parametrize(
    "play", [Connection.silence, drip, flood, until_data(Connection.silence), lambda _: None]
)
def test_a_server_that_does_not_come_to_the_point_is_left_at_the_deadline(
    play: Callable[[Connection], None],
) -> None:
    began = monotonic()
    with RawServer(play) as server:
        answer = mailer(server.port, timeout_s=0.3).send(MAIL)
    assert isinstance(answer, Temporary)
    assert monotonic() - began < 15


@pytest.mark.parametrize("greeting", [b"554 not today\r\n", b"nonsense\r\n", b"\r\n"])
def test_a_server_that_does_not_want_us_is_no_fault_of_the_address(greeting: bytes) -> None:
    with RawServer(lambda it: it.send(greeting)) as server:
        assert isinstance(mailer(server.port).send(MAIL), Temporary)


def test_nobody_listening_is_tried_again() -> None:
    assert mailer(free_port()).send(MAIL) == Temporary(0, "no connection: ConnectionRefusedError")


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    authority = Authority("CA de ensayo")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("127.0.0.1").write(tmp_path))
    return context, authority.write(tmp_path)


def test_with_starttls_the_server_must_be_of_the_configured_authority(
    tls: tuple[ssl.SSLContext, Path], tmp_path: Path
) -> None:
    context, ca_file = tls
    other = Authority("Otra").write(tmp_path)
    keeper = Keeper()
    with serving(keeper, tls_context=context, require_starttls=True) as port:
        assert mailer(port, starttls=True, ca_file=ca_file).send(MAIL) == Sent()
        assert mailer(port, starttls=True, ca_file=other).send(MAIL) == Temporary(
            0, "no connection: SSLCertVerificationError"
        )
        assert isinstance(mailer(port).send(MAIL), Temporary)  # 530: it wants STARTTLS
    assert len(keeper.kept) == 1


def test_without_the_starttls_that_was_asked_for_nothing_is_sent() -> None:
    keeper = Keeper()
    with serving(keeper) as port:
        answer = mailer(port, starttls=True).send(MAIL)
    assert answer == Temporary(0, "SMTPNotSupportedError")
    assert keeper.kept == []


@pytest.mark.negative_control
def test_a_timeout_of_the_socket_alone_outlives_itself_on_a_dripping_server() -> None:
    with RawServer(drip) as server, socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.settimeout(0.1)
        began = monotonic()
        while monotonic() - began < 0.3:
            assert sock.recv(1), "the trap is gone: is a deadline still needed?"


def test_the_mailbox_of_the_demo_keeps_each_message_and_ends_when_asked(tmp_path: Path) -> None:
    port = free_port()
    words = ["-m", "deploy.demo.mailbox", "--port", str(port), "--folder", str(tmp_path / "in")]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready {port}\n".encode()
        for _ in range(2):
            assert mailer(port).send(MAIL) == Sent()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    kept = sorted((tmp_path / "in").iterdir())
    assert [each.name for each in kept] == ["001.eml", "002.eml"]
    assert parsed(kept[1].read_bytes())["Message-ID"] == ID
