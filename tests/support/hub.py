"""A hub that stands in for the real one, lines that fail, and a site's link without its process."""

import asyncio
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.tls import TlsFiles, create, server_context
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.adapters.alerts_file import alert_rules
from queue_server.hub.wire import BatchBody, OrderBody
from queue_server.hub_link.adapters.trust_file import TrustFile
from queue_server.hub_link.enrolment.desk import EnrolmentDesk
from queue_server.hub_link.enrolment.exchange import private_pem
from queue_server.hub_link.gathering import Gathering
from queue_server.hub_link.link import Hub, HubLink
from queue_server.hub_link.model.trust import Trust
from queue_server.hub_link.services.state import Probes
from queue_server.staff.model import Role, digest
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.credentials import Paired, admit
from queue_server.staff.services.passwords import new_password
from tests.support.second_factor import enrol
from tests.support.site import Kind, Site, StaffHttp
from tests.support.trust import Administrator

SITE, HUB = "PRUEBA", "CENTRO"
TOKEN = "abcd0123abcd0123.s3cret-of-a-test-that-nobody-holds"
CLERK = Actor(SITE, "counter", "ana")
AT_ONCE = 400
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class StandInHub:
    """Takes batches over real TLS by the words of `wire.py`; strict about them.

    `faults`: what befalls the next requests, one each: a status, `lost` (taken, and the answer
    never arrives), `cut` (not even taken), `garbage`.
    """

    def __init__(self, folder: Path) -> None:
        self._files = TlsFiles(folder)
        create(self._files, HUB, ["127.0.0.1"], datetime.now(UTC))
        self.authority = self._files.authority.read_text()
        self.faults: deque[int | str] = deque()
        self.tokens = {TOKEN}
        self.events: dict[int, dict[str, Any]] = {}
        self.last_event = 0
        self.batches: list[BatchBody] = []
        self.sizes: list[int] = []
        self.raw: list[bytes] = []
        self.state_digest = ""
        self.states: list[dict[str, Any]] = []
        self.days: dict[str, Any] = {}
        self.orders: list[OrderBody] = []
        self.said: list[tuple[str, str]] = []
        self.shown_tokens = 0
        # Status and word of the answer to a renewal, or `lost`: taken, and the answer is cut.
        self.answer_renewal: tuple[int, str] | str = (404, "unknown_credential")
        self.settled: list[str] = []
        self._next_hash = ""
        self._lock = threading.Lock()
        self._server = _Server(server_context(self._files), self)
        self.port: int = self._server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, token: str, content: bytes) -> tuple[int, bytes] | None:
        """Status and body; None: the line is cut."""
        with self._lock:
            self.shown_tokens += bool(token)
            fault = self.faults.popleft() if self.faults else None
            if fault == "cut":
                return None
            if isinstance(fault, int):
                return fault, _problem("told_to_refuse")
            if path == "/api/v1/credential-renewals":
                return self._renewed(json.loads(content))
            if token not in self.tokens and not self._is_next(token):
                return 401, _problem("unknown_device")
            if path == "/api/v1/credential-settlements":
                self.settled.append(token)
                return 200, b'{"settled": true}'
            self.raw.append(content)
            answer = self._taken(BatchBody.model_validate_json(content), len(content))
            if fault == "lost":
                return None
            return 200, b"][" if fault == "garbage" else answer

    def _renewed(self, asked: dict[str, str]) -> tuple[int, bytes] | None:
        if self.answer_renewal == "lost":
            return None
        status, word = self.answer_renewal
        if status != 200:
            return int(status), _problem(word)
        self._next_hash = asked["next_hash"]
        late = "2099-01-01T00:00:00+00:00"
        return 200, json.dumps({"expires_at": late, "renew_at": late}).encode()

    def _is_next(self, token: str) -> bool:
        return digest(token.partition(".")[2]).hex() == self._next_hash

    def _taken(self, batch: BatchBody, size: int) -> bytes:
        self.batches.append(batch)
        self.sizes.append(size)
        for event in batch.events if batch.after <= self.last_event else ():
            if event.id > self.last_event:
                self.events[event.id] = event.model_dump(mode="json")
                self.last_event = event.id
        if batch.state is not None:
            self.state_digest = batch.state_digest
            self.states.append(batch.state.model_dump(mode="json"))
        for day in batch.days:
            self.days[day.day.isoformat()] = day
        for word in batch.orders:
            self.said.append((word.id, word.state))
            self.orders = [each for each in self.orders if each.id != word.id]
        told = {
            "now": datetime.now(UTC).isoformat(),
            "last_event": self.last_event,
            "wants_state": self.state_digest != batch.state_digest,
            "days": [each.day.isoformat() for each in batch.days],
            "orders": [each.model_dump(mode="json") for each in self.orders],
        }
        return json.dumps(told).encode()


def _problem(kind: str) -> bytes:
    return json.dumps({"title": kind, "detail": "", "status": 0}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, hub: StandInHub) -> None:
        self.context, self.hub = context, hub
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):  # also a handshake that is cut: on the connection's own thread
            request.settimeout(20)
            with self.context.wrap_socket(request, server_side=True) as secured:
                self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A line that is cut is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        answer = self.server.hub.answer(self.path, token, content)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Guillotine:
    """A line to `port` that is cut once so many bytes (both ways together) went over it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.left: int | None = None
        self.cuts, self.passed = 0, 0
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port), 5)
                ends = (near, far)
                for source, target in (ends, ends[::-1]):
                    words = (source, target)
                    threading.Thread(target=self._carry, args=words, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                passed = self._allowed(len(content))
                target.sendall(content[:passed])
                if passed < len(content):
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _allowed(self, count: int) -> int:
        with self._lock:
            passed = count if self.left is None else min(count, self.left)
            self.passed += passed
            if self.left is not None:
                self.left -= passed
            self.cuts += passed < count
            return passed


def trust_of(site: Site) -> TrustFile:
    """Where a site keeps whom it trusts as its hub."""
    return TrustFile(site.folder / "tls" / "hub_trust.json")


class Bench:
    """A site's database and the link of its jobs process, turned by hand.

    `every_s` 0: it speaks at every turn. `clock_s`: its monotonic seconds, moved by hand.
    """

    def __init__(self, site: Site, url: str, authority: str, token: str = TOKEN) -> None:
        self.site = site
        self.database: Database = site.database()
        self.clock_s = 1000.0
        self.key = Ed25519PrivateKey.generate()
        self.file = trust_of(site)
        self.trust = Trust(
            hub=HUB,
            site=SITE,
            authority=authority,
            token=token,
            device_key=private_pem(Ed25519PrivateKey.generate()),
            expires_at="2099-01-01T00:00:00+00:00",
            renew_at="2099-01-01T00:00:00+00:00",
        )
        self.file.keep(self.trust)
        self.book = alert_rules(load_config(site.folder / "server.toml"))
        self.link = self.new_link(url)

    def new_link(self, url: str, link: Callable[..., HubLink] = HubLink) -> HubLink:
        """The link as another jobs process begins it."""
        gathering = Gathering(
            self.database, SITE, "Lima", 0.0, Probes(self.book), lambda: self.clock_s
        )
        return link(
            self.database,
            SITE,
            Hub(url, 0.0),
            self.file,
            gathering,
            sign=lambda: self.key.sign,
            monotonic=lambda: self.clock_s,
            chance=lambda: 0.0,
        )

    def later(self, seconds: float) -> None:
        self.clock_s += seconds

    def turn_until_told(self, most: int = 200) -> int:
        """Turn while there is more to tell; how many turns. Raises AssertionError."""
        for number in range(1, most + 1):
            if not self.link.turn():
                return number
        raise AssertionError(f"still more to tell after {most} turns")

    def happen(self, count: int) -> None:
        """So many things happen at the site, one event each; those that wait share a commit."""

        async def all_of_them() -> None:
            for first in range(0, count, AT_ONCE):
                numbers = range(first, min(count, first + AT_ONCE))
                await asyncio.gather(*(self.database.call(_happened(each)) for each in numbers))

        asyncio.run(all_of_them())

    def ids(self) -> list[int]:
        """Every event id of the site's log."""
        return self.database.read(
            lambda uow: [
                row[0]
                for row in uow.connection.exec_driver_sql(
                    f"SELECT id FROM events WHERE site = '{SITE}' ORDER BY id"
                )
            ]
        )

    def let_kiosk_in(self, kiosk: str) -> None:
        """A kiosk that was paired."""
        paired = Paired(
            Ed25519PrivateKey.generate().public_key().public_bytes_raw(),
            datetime(2099, 1, 1, tzinfo=UTC),
        )
        actor = Actor(SITE, "it", "rosa")
        secret = digest(f"secret of {kiosk} ")
        self.database.run(
            lambda uow: admit(
                uow, actor, Role.KIOSK, kiosk, f"00{kiosk.lower()}00ffff", secret, paired
            )
        )

    def close(self) -> None:
        self.link.stop()
        self.database.close()


def _happened(number: int) -> Callable[[UnitOfWork], object]:
    return lambda uow: uow.record(CLERK, "test.happened", number=number)


class Centre(Site):
    """The real hub in `folder`; it speaks TLS."""

    def __init__(self, folder: Path, database: Kind = "sqlite") -> None:
        super().__init__(folder, database=database, tls=True)
        config = folder / "server.toml"
        config.write_text(config.read_text().replace(f'"{SITE}"', f'"{HUB}"', 1))

    def begin(self) -> None:
        """Its processes, forked: as `hub` starts them."""
        for each in ("hub-jobs", "hub-web"):
            self.fork(each)
        self.wait_ready()

    def staff(self, name: str = "jefa", role: str = "administrator") -> StaffHttp:
        """Somebody of the hub, signed in."""
        password = new_password()
        new = NewAccount(name, name, Role(role), QUICK.hash(password), one_time=False)
        database = self.database()
        database.run(lambda uow: put_account(uow, Actor(HUB, "operator", "test"), new))
        app, _ = database.run(lambda uow: enrol(uow, Actor(HUB, role, name)))
        database.close()
        return StaffHttp(self.url, name, password, self.verify, app)

    def events_of(self, site: str) -> list[int]:
        """The ids of the events it holds, one for each row."""
        return self.rows(f"SELECT id FROM hub_events WHERE site = '{site}' ORDER BY id")

    def rows(self, words: str) -> list[Any]:
        """The first column of what a statement finds."""
        database = self.database()
        try:
            return database.read(lambda uow: list(uow.connection.exec_driver_sql(words).scalars()))
        finally:
            database.close()


def enrolled(centre: Centre, admin: Administrator, site: Site, code: str = SITE) -> Trust:
    """Let `site` in the way all are; what it trusts stands in its file."""

    def show(digits: str) -> None:
        assert admin.type(digits, code).status_code == 204

    desk = EnrolmentDesk(centre.url, code, show, lambda _: None, sleep=lambda _: time.sleep(0.02))
    trust = desk.enrol()
    trust_of(site).keep(trust)
    return trust


@contextmanager
def stand_in(folder: Path) -> Iterator[StandInHub]:
    """A stand-in that ends with the block."""
    hub = StandInHub(folder)
    try:
        yield hub
    finally:
        hub.close()
