"""E-mail out (RFC 5321): one message, one recipient, one deadline; every end has its own answer."""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from queue_server.core.clock import Clock, SystemClock
from queue_server.core.wire import Deadline, TimedReader, connect

MAX_REPLY_BYTES = 64 * 1024
MAX_WORDS = 200
FAREWELL_S = 1.0
# RFC 5321 §4.5.3.1.1 and .3: 64 and 254 octets. Only the unquoted ASCII form is accepted.
MAX_ADDRESS = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_MESSAGE_ID = re.compile(rf"<{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*>")
_ANY_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
NO_CODE = 0


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message. `media_type`: `application/pdf`."""

    filename: str
    content: bytes = field(repr=False)
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Mail:
    """One message to one address.

    `message_id` (`<…@…>`) is made once by whoever asks for the message and kept for every retry:
    by it a second delivery is recognised as the same message.
    """

    message_id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Sent:
    """The mail server has taken the message over."""


@dataclass(frozen=True)
class Permanent:
    """This message will not reach this address; offer to correct it.

    `code`: the server's reply code, 0 when it was not asked. `words` name no address.
    """

    code: int
    words: str


@dataclass(frozen=True)
class Temporary:
    """Send it again later with the same Message-ID; it may even have arrived.

    `code`: the server's reply code, 0 when there was none. `words` name no address.
    """

    code: int
    words: str


Answer = Sent | Permanent | Temporary


class Mailer:
    """Hands messages to one mail server; safe to use from many threads, keeps no connection.

    `timeout_s` bounds a whole delivery, however slowly the server speaks. With `starttls` nothing
    is said in the clear but EHLO, and `ca_file` replaces the system's authorities. `login` gives
    user and password, asked each time; it needs `starttls`. Raises ValueError for a bad `sender`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        starttls: bool = False,
        timeout_s: float = 30.0,
        connect_s: float = 5.0,
        ca_file: Path | None = None,
        login: Callable[[], tuple[str, str]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not is_address(sender):
            raise ValueError(f"the sender is not an e-mail address: {sender!r}")
        if login and not starttls:
            raise ValueError("a password is not sent in the clear: set starttls")
        self._host = host
        self._port = port
        self._sender = sender
        self._starttls = starttls
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._ca_file = ca_file
        self._login = login
        self._clock = clock or SystemClock()

    def send(self, mail: Mail) -> Answer:
        """Deliver `mail`. Never raises for what it holds or for what the server does."""
        if not is_address(mail.to):
            return Permanent(NO_CODE, "not one e-mail address")
        if not _MESSAGE_ID.fullmatch(mail.message_id):
            return Permanent(NO_CODE, "not a Message-ID")
        try:
            message = self._compose(mail)
        except ValueError:
            return Permanent(NO_CODE, "not a message that can be sent")
        try:
            return self._deliver(message, mail.to)
        except smtplib.SMTPServerDisconnected:
            return Temporary(NO_CODE, "the connection was cut, or too slow")
        except smtplib.SMTPException as error:
            return Temporary(NO_CODE, type(error).__name__)
        except (OSError, ValueError) as error:
            return Temporary(NO_CODE, f"no connection: {type(error).__name__}")

    def _deliver(self, message: EmailMessage, to: str) -> Answer:
        deadline = Deadline(self._timeout_s)
        with _session(self._host, deadline, self._connect_s) as session:
            try:
                code, words = session.connect(self._host, self._port)
                if code != 220:
                    return _ours(code, words)
                self._introduce(session)
                session.send_message(message, self._sender, [to])
            except smtplib.SMTPRecipientsRefused as refused:
                return _theirs(*refused.recipients[to])
            except smtplib.SMTPDataError as refused:
                return _theirs(refused.smtp_code, refused.smtp_error)
            except smtplib.SMTPResponseException as refused:
                return _ours(refused.smtp_code, refused.smtp_error)
            return Sent()

    def _introduce(self, session: "_Session") -> None:
        if self._starttls:
            session.starttls(context=ssl.create_default_context(cafile=self._ca_file))
        if self._login:
            user, password = self._login()
            session.login(user, password)

    def _compose(self, mail: Mail) -> EmailMessage:
        """Raises ValueError for a line break in a header, or text that is not Unicode."""
        message = EmailMessage(SMTP)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Message-ID"] = mail.message_id
        message["Date"] = format_datetime(self._clock.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
        for each in mail.attachments:
            kind, _, subtype = each.media_type.partition("/")
            message.add_attachment(
                each.content, maintype=kind, subtype=subtype, filename=each.filename
            )
        return message


class _Session(smtplib.SMTP):
    """smtplib's conversation with every wait inside one deadline."""

    def __init__(self, host: str, deadline: Deadline, connect_s: float) -> None:
        # The name is for EHLO; left empty, smtplib would ask the DNS for it.
        super().__init__(local_hostname="[127.0.0.1]")
        self._host = host  # whose certificate STARTTLS expects
        self._deadline = deadline
        self._connect_s = connect_s

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's signature
        sock = connect(host, port, self._deadline.at_most(self._connect_s))
        own = sock.getsockname()[0]
        self.local_hostname = f"[IPv6:{own}]" if ":" in own else f"[{own}]"
        return sock

    def send(self, s: Any) -> None:
        try:
            if self.sock:
                self.sock.settimeout(self._deadline.remaining())
        except TimeoutError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected("the deadline has passed") from error
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        # smtplib forgets `file` when the socket becomes a TLS one.
        if self.sock and self.file is None:
            self.file = BufferedReader(TimedReader(self.sock, self._deadline, MAX_REPLY_BYTES))
        return super().getreply()

    def farewell(self) -> None:
        """QUIT, for at most a moment: the message is already decided."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._deadline = self._deadline.at_most(FAREWELL_S)
            self.file = None
            self.quit()


@contextlib.contextmanager
def _session(host: str, deadline: Deadline, connect_s: float) -> Iterator[_Session]:
    session = _Session(host, deadline, connect_s)
    try:
        yield session
        session.farewell()
    finally:
        session.close()


def is_address(text: str) -> bool:
    """Whether `text` is exactly one e-mail address, ASCII, with a domain that has a dot."""
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def _theirs(code: int, words: bytes | str) -> Permanent | Temporary:
    """The server's answer to this recipient or this message (RFC 5321 §4.2.1)."""
    kind = Permanent if 500 <= code <= 599 else Temporary
    return kind(max(code, NO_CODE), _without_addresses(words))


def _ours(code: int, words: bytes | str) -> Temporary:
    """The server's answer to us: greeting, STARTTLS, password, sender. Staff mend it."""
    return Temporary(max(code, NO_CODE), f"the mail server refuses us: {_without_addresses(words)}")


def _without_addresses(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    printable = "".join(each if each.isprintable() else " " for each in text[: MAX_WORDS * 2])
    return _ANY_ADDRESS.sub("…", printable)[:MAX_WORDS]
