"""Fifty strangers say on the LAN that they are our server: none of them hears a credential."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

from kiosk.pairing.desk import MAX_TRIES
from kiosk.pairing.finder import MAX_SERVERS, SERVER_TYPE, OnTheLan, server_urls
from kiosk.queue_client import Granted
from queue_server.config import Discovery, ServerConfig
from queue_server.core.tls import TlsFiles, create, server_context
from queue_server.fleet.adapters.zeroconf import advertisement
from tests.support.centre import eventually
from tests.support.site import Site
from tests.support.trust import Administrator, Newcomer

Make = Callable[..., Newcomer]
STRANGERS = 50
_ASKED = {"id": "ab" * 16, "site": "PRUEBA", "authority": "00" * 32, "expires_at": "x"}
_GUESS = {"state": "answered", "message": "42" + "01" + "00" * 31, "confirmation": "00" * 32}


class Strangers:
    """Fifty addresses with one certificate behind them; what they answer depends on the address.

    `guess`: they also act as if the code had been typed there.
    """

    def __init__(self, folder: Path, *, guess: bool) -> None:
        files = TlsFiles(folder)
        create(files, "PRUEBA", ["127.0.0.1"], datetime.now(UTC))
        self._context = server_context(files)
        self.guess = guess
        self.heard = bytearray()
        self.visited: set[str] = set()
        self._listening = socket.create_server(("0.0.0.0", 0))
        port = self._listening.getsockname()[1]
        self.urls = [f"https://127.0.1.{number}:{port}" for number in range(1, STRANGERS + 1)]
        threading.Thread(target=self._serve, daemon=True).start()

    def credentials_heard(self) -> int:
        return bytes(self.heard).lower().count(b"authorization:")

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(accepted,), daemon=True).start()

    def _talk(self, accepted: socket.socket) -> None:
        address = accepted.getsockname()[0]
        self.visited.add(address)
        kind = int(address.rpartition(".")[2]) % 5
        with contextlib.suppress(OSError, ValueError), accepted:
            if kind == 0 and not self.guess:
                return  # hangs up
            with self._context.wrap_socket(accepted, server_side=True) as line:
                line.settimeout(10)
                while request := line.recv(65536):
                    self.heard += request
                    line.sendall(self._answer(kind, request))

    def _answer(self, kind: int, request: bytes) -> bytes:
        if kind == 1 and not self.guess:
            return b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
        if kind == 2 and not self.guess:
            return b"\x00\xff not HTTP at all\r\n\r\n"
        if kind == 3 and not self.guess:
            return _json({"id": "../../offer", "site": "<b>", "authority": 7})
        if request.startswith(b"POST /api/v1/pairings HTTP"):
            return _json(_ASKED)
        return _json(_GUESS if self.guess else {"state": "waiting"})


def _json(body: object) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)


@pytest.fixture(params=[False, True], ids=["talk", "guess"])
def strangers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Strangers]:
    made = Strangers(tmp_path / "strangers", guess=request.param)
    yield made
    made.close()


def test_no_stranger_hears_a_credential(
    site: Site, admin: Administrator, newcomer: Make, strangers: Strangers
) -> None:
    """Whatever they answer. While they use up the code no pairing is possible, and none is made."""
    kiosk = newcomer(*strangers.urls, site.url, code="R01")
    first = kiosk.wait_shown() if not strangers.guess else ""
    if first:
        kiosk.look_until(lambda: admin.rows("R01"))
        assert admin.type(first, "R01").status_code == 204
        kiosk.look_until(lambda: kiosk.trust)
        assert isinstance(kiosk.client.offer(), Granted)
    else:
        kiosk.look_until(lambda: kiosk.shown and not kiosk.digits)  # five uses, then a pause
        assert kiosk.trust is None
        assert 0 < bytes(strangers.heard).count(b"/refusal HTTP") <= MAX_TRIES
    assert len(strangers.visited) == STRANGERS
    assert strangers.credentials_heard() == 0
    assert b"/confirmation HTTP" not in strangers.heard


@pytest.mark.negative_control
def test_a_kiosk_that_shows_its_token_to_whom_it_finds_is_caught(tmp_path: Path) -> None:
    made = Strangers(tmp_path / "strangers", guess=False)
    token = {"Authorization": "Bearer x.y"}
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(made.urls[3], headers=token, verify=False, trust_env=False)
    assert made.credentials_heard() == 1
    made.close()


def heard(name: str, port: int, **properties: str) -> ServiceInfo:
    return ServiceInfo(
        SERVER_TYPE,
        f"{name}.{SERVER_TYPE}",
        parsed_addresses=["127.0.0.1"],
        port=port,
        properties=properties,
        server=f"{name}.local.",
    )


@pytest.mark.parametrize(
    "info",
    [
        heard("plain", 80, scheme="http"),
        heard("none", 80),
        heard("nowhere", 0, scheme="https"),
        ServiceInfo(SERVER_TYPE, f"x.{SERVER_TYPE}", port=1, properties={"scheme": "https"}),
        ServiceInfo(
            SERVER_TYPE,
            f"x.{SERVER_TYPE}",
            parsed_addresses=["224.0.0.1", "0.0.0.0", "169.254.1.1", "::"],
            port=1,
            properties={"scheme": "https"},
        ),
    ],
    ids=["plain", "none", "nowhere", "no address", "bad addresses"],
)
def test_an_advertisement_that_leads_nowhere_safe_is_not_followed(info: ServiceInfo) -> None:
    assert server_urls(info) == []


def test_servers_on_the_lan_are_found_and_a_flood_of_them_is_bounded() -> None:
    config = ServerConfig(site="PRUEBA", port=8443, discovery=Discovery(interfaces=("127.0.0.1",)))
    ours = advertisement(config)
    assert ours is not None
    with contextlib.closing(Zeroconf(["127.0.0.1"])) as lan, OnTheLan(["127.0.0.1"]) as finder:
        lan.register_service(ours)
        lan.register_service(heard("stranger", 9000, scheme="https"))
        eventually(lambda: len(finder.urls()) == 2, 15)
        assert "https://127.0.0.1:8443" in finder.urls()
        for number in range(2 * MAX_SERVERS):
            name = f"flood{number}.{SERVER_TYPE}"
            finder.hear(lan, SERVER_TYPE, name, ServiceStateChange.Added)
        assert finder.known == MAX_SERVERS
