"""A simulated nexo terminal: an HTTP server with a ledger, and a person with a card, on command."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from devices.nexo.members import MAX_MESSAGE_BYTES, MessageRefused
from devices.nexo.protocol import CONDITIONS, Message, Payment
from devices.nexo.terminal import Terminal
from devices.simulator import Answer, Command, CommandRefused, carry_out, number, one_of

LONGEST_SILENCE_S = 120.0
READ_TIMEOUT_S = 10.0
MAX_DELAY_MS = 600_000
FORBIDDEN = {
    "PAN": "4000001234567899",
    "CardNumber": "4000001234567899",
    "Track1": "B4000001234567899^PRUEBA/JUAN^30121010000000000",
    "Track2": "4000001234567899=30121010000000000",
    "ExpiryDate": "expires 12/30",
    "CVV": "cvv 987",
    "CardHolderName": "PRUEBA/JUAN",
}
"""Invented card data that no driver may let through; ``stuffed`` puts it into every reply."""

Respond = Callable[[bytes], tuple[int, bytes] | None]


class NexoSimulator:
    """A terminal at ``http://host:port``; what it did is in its ledger.

    The person: ``approve``, ``decline [ErrorCondition]``, ``authorise CENTIMOS|asked`` (another
    amount than asked), ``delay MS`` (takes that long), ``abort by customer`` (cancels the
    payment in progress), ``card stays [on|off]`` (forgets it in the terminal), ``card taken``.
    What becomes of payments, until ``approve`` or ``decline``: ``no reply [silent]`` (does it,
    then cuts the connection, or holds it), ``lose request [silent]`` (never books). Replies to
    payments: ``spoil none|cut|garbage|http`` (half of it, reversed bytes, status 500). All
    replies: ``mute on|off``, also ``no reply on|off`` (works, and holds every reply back),
    ``stuffed [on|off]`` (adds forbidden card data). The terminal: ``busy [on|off]``,
    ``unplug``, ``plug``, ``power cycle`` (ends sessions and the payment in progress, keeps the
    ledger), ``forget SERVICE_ID`` (its ledger loses a transaction), ``ledger``, ``status``.
    """

    buttons = (
        "approve",
        "decline",
        "busy on",
        "busy off",
        "no reply",
        "no reply silent",
        "lose request",
        "abort by customer",
        "card stays on",
        "card taken",
        "delay 4000",
        "delay 0",
        "power cycle",
        "unplug",
        "plug",
    )

    def __init__(self, address: tuple[str, int], spool: Path | None = None) -> None:
        self._address = address
        self._terminal = Terminal(spool)
        self._released = threading.Event()
        self._server: _Server | None = None

    @property
    def port(self) -> str:
        """Where a driver reaches it."""
        return f"http://{self._address[0]}:{self._address[1]}"

    def start(self) -> None:
        """Listen; raises ``OSError`` when the address is taken."""
        if self._server is None:
            self._released = threading.Event()
            self._server = _Server(self._address, self._respond)
            host, port = self._server.server_address[:2]
            self._address = (str(host), int(port))
            self._server.start()

    def stop(self) -> None:
        """Cut every connection and stop listening; a payment in progress goes on."""
        server, self._server = self._server, None
        self._released.set()
        if server is not None:
            server.stop()

    def obey(self, line: str) -> Answer:
        """Carry out one command line; raises ``CommandRefused``."""
        return carry_out(self.commands(), line)

    def commands(self) -> Mapping[str, Command]:
        """Return the commands by their first word."""
        return {
            "approve": lambda _rest: self._set(refuse_with="", fate="answer"),
            "decline": self._decline,
            "authorise": self._authorise,
            "delay": lambda rest: self._set(delay_ms=number(rest, MAX_DELAY_MS)),
            "abort": self._abort_by_customer,
            "card": self._card,
            "no": self._no_reply,
            "lose": lambda rest: self._set_fate("lose request", rest, "request"),
            "spoil": lambda rest: self._set(spoil=one_of(rest, "none", "cut", "garbage", "http")),
            "mute": lambda rest: self._set(mute=_is_on(rest)),
            "stuffed": lambda rest: self._set(stuffed=_is_on(rest)),
            "busy": lambda rest: self._set(busy=_is_on(rest)),
            "plug": self._plug,
            "unplug": self._unplug,
            "power": self._power_cycle,
            "forget": lambda rest: {"forgotten": self._terminal.forget(rest)},
            "ledger": lambda _rest: self._terminal.show(),
            "status": lambda _rest: self._set(),
        }

    def _set(self, **changes: Any) -> Answer:
        return asdict(self._terminal.behave(**changes))

    def _set_fate(self, fate: str, rest: str, word: str) -> Answer:
        choice = one_of(rest, word, f"{word} silent")
        return self._set(fate=fate, silent=choice != word)

    def _no_reply(self, rest: str) -> Answer:
        if rest in ("reply on", "reply off"):
            return self._set(mute=rest == "reply on")
        return self._set_fate("no reply", rest, "reply")

    def _decline(self, rest: str) -> Answer:
        return self._set(refuse_with=one_of(rest or "Refusal", *CONDITIONS), fate="answer")

    def _authorise(self, rest: str) -> Answer:
        return self._set(authorise=None if rest == "asked" else number(rest, 99_999_999))

    def _abort_by_customer(self, rest: str) -> Answer:
        one_of(rest, "by customer")
        return {"aborted": self._terminal.cancel()}

    def _card(self, rest: str) -> Answer:
        if rest == "taken":
            return {"taken": self._terminal.card_taken()}
        stays = one_of(rest, "stays", "stays on", "stays off")
        return self._set(card_stays=stays != "stays off")

    def _plug(self, _rest: str) -> Answer:
        try:
            self.start()
        except OSError as taken:
            raise CommandRefused(f"cannot listen at {self.port} ({taken})") from taken
        return {"plugged": True}

    def _unplug(self, _rest: str) -> Answer:
        self.stop()
        return {"plugged": False}

    def _power_cycle(self, rest: str) -> Answer:
        one_of(rest, "cycle")
        self.stop()
        self._terminal.lose_power()
        return self._plug("")

    def _respond(self, data: bytes) -> tuple[int, bytes] | None:
        """Answer on a connection's thread: status and content, or None to cut it without a word."""
        manners, released = self._terminal.manners, self._released
        try:
            message = Message.from_bytes(data)
        except MessageRefused as refused:
            return 400, str(refused).encode()
        paying = isinstance(message.body, Payment)
        if paying and manners.fate == "lose request":
            return _nothing(manners.silent, released)
        reply = self._terminal.answer(message)
        manners = self._terminal.manners
        if manners.mute or (paying and manners.fate == "no reply"):
            return _nothing(manners.mute or manners.silent, released)
        if reply is None:
            return 200, b""
        content = _stuffed(reply.to_bytes()) if manners.stuffed else reply.to_bytes()
        return _spoiled(content, manners.spoil if paying else "none")


class _Server(ThreadingHTTPServer):
    """Listens, answers each POST by ``respond``, and can cut every open connection at once."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], respond: Respond) -> None:
        self.respond = respond
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.02,), name="terminal", daemon=True
        )

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more and cut what is open."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it on a thread of its own."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a driver that hung up is no error of the terminal."""


class _Handler(BaseHTTPRequestHandler):
    timeout = READ_TIMEOUT_S

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_MESSAGE_BYTES:
            self.send_error(413)
            return
        answer = self.server.respond(self.rfile.read(int(length)))
        if answer is None:
            return
        status, content = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log: messages are the business of who sends them."""


def _is_on(rest: str) -> bool:
    return one_of(rest or "on", "on", "off") == "on"


def _nothing(silent: bool, released: threading.Event) -> None:
    """Give no answer: at once, or after holding the connection as long as it is there."""
    if silent:
        released.wait(LONGEST_SILENCE_S)


def _spoiled(content: bytes, manner: str) -> tuple[int, bytes]:
    if manner == "http":
        return 500, b"out of order"
    if manner == "cut":
        return 200, content[: len(content) // 2]
    return 200, bytes(reversed(content)) if manner == "garbage" else content


def _stuffed(content: bytes) -> bytes:
    """Add forbidden card data at every level of a message."""
    return json.dumps(_stuff(json.loads(content))).encode()


def _stuff(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {**FORBIDDEN, **{name: _stuff(value) for name, value in tree.items()}}
    return tree


def listen(address: tuple[str, int], spool: Path | None) -> NexoSimulator:
    """Make the simulator at ``address``, with its ledger on disk in ``spool`` if given."""
    return NexoSimulator(address, spool)
