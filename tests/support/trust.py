"""Pairing in tests: the kiosk's own code, the administrator who types, a man in the middle."""

import itertools
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from kiosk.flow.pairing import Pairing, PairingChanged
from kiosk.pairing.desk import PairingDesk
from kiosk.pairing.finder import Configured, Finder
from kiosk.pairing.keeper import TrustKeeper
from kiosk.queue_client import QueueClient
from kiosk.trust import Trust, TrustFile
from queue_server.core.tls import TlsFiles, create, server_context
from tests.support.site import Site, StaffHttp

DEADLINE_S = 20.0


class Fixed(Configured):
    """Several servers, as a network might show them."""

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__("")
        self._all = tuple(urls)

    def urls(self) -> Sequence[str]:
        return self._all


class Newcomer:
    """A kiosk that is to be paired, without its screen: what it shows, and what it then trusts."""

    def __init__(self, folder: Path, *urls: str, code: str = "K01") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.code = code
        self.file = TrustFile(folder / "trust.json")
        self.client = QueueClient()
        self.shown: Pairing | None = None
        self.finder: Callable[[], Finder] = lambda: Fixed(urls)
        self.desk = self.new_desk(self.finder)
        self.keeper = TrustKeeper(self.file, self.file.read(), self.client, self.desk, self.finder)

    def new_desk(self, finder: Callable[[], Finder]) -> PairingDesk:
        return PairingDesk(self.code, finder, self._show)

    def _show(self, change: PairingChanged) -> None:
        self.shown = change.pairing

    def look_until(self, done: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        """Do the kiosk's part until `done()`. Raises TimeoutError."""
        ends = time.monotonic() + deadline_s
        while not done():
            if time.monotonic() > ends:
                raise TimeoutError(f"still showing {self.shown}")
            self.keeper.look()
            time.sleep(0.01)

    def later(self, **by: float) -> TrustKeeper:
        """The kiosk as it goes on after so long (a timedelta's words)."""
        return TrustKeeper(
            self.file,
            self.file.read(),
            self.client,
            self.desk,
            self.finder,
            now=lambda: datetime.now(UTC) + timedelta(**by),
        )

    @property
    def digits(self) -> str:
        assert self.shown is not None
        return self.shown.code

    @property
    def trust(self) -> Trust | None:
        return self.file.read()

    def wait_shown(self) -> str:
        """Until a server has us in its list; the code on the screen."""
        self.look_until(lambda: self.shown is not None and self.shown.servers)
        return self.digits

    def close(self) -> None:
        self.keeper.close()
        self.client.close()


class Administrator:
    """Types codes into the monitor's list."""

    def __init__(self, site: Site, staff: StaffHttp) -> None:
        self.site = site
        self.http = staff.http

    def rows(self, kiosk: str = "K01") -> list[dict[str, object]]:
        found = self.http.get("/api/v1/pairings").json()["pairings"]
        return [each for each in found if each["kiosk"] == kiosk]

    def type(self, code: str, kiosk: str = "K01") -> httpx.Response:
        """Type `code` in the newest row of `kiosk`."""
        row = self.rows(kiosk)[-1]
        return self.http.post(f"/api/v1/pairings/{row['id']}/code", json={"code": code})


def another(code: str) -> str:
    """Eight digits that are not `code`."""
    return f"{(int(code) + 1) % 10**8:08}"


class Middle:
    """Somebody between kiosk and server: takes TLS with a certificate of their own (and a whole
    authority that looks like the site's), passes every byte on, and reads all of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self._turn = itertools.count(2)
        files = TlsFiles(folder)
        create(files, "PRUEBA", ["127.0.0.1"], datetime.now(UTC))
        self._context = server_context(files)
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listening.getsockname()[1]}"
        self.heard = bytearray()
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def credentials_heard(self) -> int:
        """How many requests carried one."""
        return bytes(self.heard).lower().count(b"authorization:")

    def confirmations_heard(self) -> int:
        """How often the kiosk proved itself."""
        return bytes(self.heard).count(b"/confirmation HTTP/1.1")

    def asked(self) -> int:
        """How many pairings were relayed."""
        return bytes(self.heard).count(b"POST /api/v1/pairings HTTP/1.1")

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(accepted,), daemon=True).start()

    def _relay(self, accepted: socket.socket) -> None:
        behind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        behind.check_hostname, behind.verify_mode = False, ssl.CERT_NONE
        try:
            with (
                self._context.wrap_socket(accepted, server_side=True) as kiosk,
                # Each time from another address, so that no limit for one of them stops it.
                socket.create_connection(("127.0.0.1", self._port), 5, self._source()) as line,
                behind.wrap_socket(line) as server,
            ):
                self._pass_on(kiosk, server)
        except OSError:
            accepted.close()

    def _source(self) -> tuple[str, int]:
        turn = next(self._turn)
        return f"127.0.{turn // 250 % 250}.{turn % 250 + 2}", 0

    def _hear(self, content: bytes) -> None:
        with self._lock:
            self.heard += content

    def _pass_on(self, kiosk: ssl.SSLSocket, server: ssl.SSLSocket) -> None:
        """Every byte, on one thread: an SSLSocket is not for two at once."""
        while True:
            ready = [each for each in (kiosk, server) if each.pending()]
            for source in ready or select.select((kiosk, server), (), (), 30)[0]:
                source.settimeout(0)
                try:
                    content = source.recv(65536)
                except ssl.SSLWantReadError:
                    continue  # a record of TLS itself, or half of one
                finally:
                    source.settimeout(30)
                if not content:
                    return
                if source is kiosk:
                    self._hear(content)
                (server if source is kiosk else kiosk).sendall(content)


def paired(
    site: Site, admin: Administrator, newcomer: Callable[..., Newcomer], code: str
) -> Newcomer:
    """A kiosk that was paired the way all are."""
    kiosk = newcomer(site.url, code=code)
    admin.type(kiosk.wait_shown(), code)
    kiosk.look_until(lambda: kiosk.trust)
    return kiosk
