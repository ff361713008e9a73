"""A running sandbox process, a strict zeep client of its contract, and its control."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from zeep.transports import Transport

from queue_server.issuance.wsdl import WSDL

END_S = 30.0
LIMA = timezone(timedelta(hours=-5))
BINDING = "{urn:x-ventanilla:emision:1}EmisionBinding"
CREDENTIAL = {"usuario": "KIOSKO-PRUEBA", "clave": "clave-de-prueba-0001", "ruc": "20000000001"}
BORN = {
    "10117410": date(1980, 1, 1),
    "10117428": date(1975, 6, 30),
    "10117436": date(1990, 3, 15),
    "10117444": date(2015, 5, 5),
    "10117479": date(1969, 2, 28),
    "10117487": date(1958, 10, 9),
    "900117451": date(1988, 11, 2),
    "900117500": date(1985, 4, 18),
    "XA0117460": date(1992, 8, 24),
    "800117495": date(1996, 12, 7),
}


@dataclass
class Caller:
    """Speaks the contract as an honest client would."""

    service: Any
    client: zeep.Client

    def head(self) -> dict[str, Any]:
        """Credential and audit fields of a request sent now."""
        audit = {"usuarioDni": "10000001", "equipo": "K01", "ip": "127.0.0.1", "sede": "MAC-PRUEBA"}
        now = datetime.now(UTC).astimezone(LIMA)
        return {"credencial": dict(CREDENTIAL), "auditoria": audit | {"fechaHora": now}}

    def holder(self, kind: str, number: str, born: date | None = None) -> Any:
        """`consultarTitular`, with the right birth date unless another is given."""
        return self.service.consultarTitular(
            **self.head(),
            documento={"tipo": kind, "numero": number},
            fechaNacimiento=born or BORN.get(number, date(1980, 1, 1)),
        )

    def request(self, number: str = "10117410", kind: str = "01", **other: Any) -> dict[str, Any]:
        """The fields of a new `solicitarCertificado`, paid with a payment of its own."""
        paid = datetime(2026, 11, 21, 10, 0, tzinfo=LIMA)
        payment = {
            "medio": "EFECTIVO",
            "montoCentimos": 3770,
            "referencia": uuid.uuid4().hex,
            "fechaHora": paid,
        }
        return {
            "idSolicitud": str(uuid.uuid4()),
            "solicitante": {
                "documento": {"tipo": kind, "numero": number},
                "fechaNacimiento": BORN.get(number, date(1980, 1, 1)),
            },
            "pago": payment | other,
        }

    def send(self, request: dict[str, Any]) -> Any:
        """`solicitarCertificado`."""
        return self.service.solicitarCertificado(**self.head(), **request)

    def inquire(self, id: str) -> Any:
        """`consultarSolicitud`."""
        return self.service.consultarSolicitud(**self.head(), idSolicitud=id)

    def validate(
        self, sequence: str, payer: str = "10117410", kind: str = "01", **evidence: Any
    ) -> Any:
        """`validarPago` for a voucher of 2026-11-20, unless `fecha` says another day."""
        return self.service.validarPago(
            **self.head(),
            pagador={"tipo": kind, "numero": payer},
            voucher={"secuencia": sequence, "fecha": date(2026, 11, 20)} | evidence,
        )

    def fetch(self, number: str) -> Any:
        """`obtenerCertificado`."""
        return self.service.obtenerCertificado(**self.head(), numeroCertificado=number)


@dataclass
class Running:
    """One sandbox process."""

    process: subprocess.Popen[str]
    url: str
    state: Path
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def caller(self) -> Caller:
        """A new client with its own connections."""
        transport = Transport(timeout=5, operation_timeout=10)
        transport.session.trust_env = False
        client = zeep.Client(str(WSDL), transport=transport)
        return Caller(client.create_service(BINDING, f"{self.url}/emision"), client)

    def control(self, **request: Any) -> httpx.Response:
        """Ask the control for something."""
        return self.http.post(f"{self.url}/control", json=request)

    def ledger(self) -> dict[str, Any]:
        """What the sandbox itself says happened."""
        return self.http.get(f"{self.url}/ledger").json()

    def armed(self) -> dict[str, dict[str, Any]]:
        """The faults armed now, by name."""
        told = self.http.get(f"{self.url}/control").json()["armed"]
        return {fault["name"]: fault for fault in told}

    def summary(self) -> dict[str, Any]:
        """The short form of it."""
        return self.http.get(f"{self.url}/ledger/summary").json()

    def post(self, content: bytes, **headers: str) -> httpx.Response:
        """Send raw bytes to the SOAP address."""
        kept = {"Content-Type": "text/xml; charset=utf-8"} | headers
        return self.http.post(f"{self.url}/emision", content=content, headers=kept)


def start(*arguments: str) -> subprocess.Popen[str]:
    """A sandbox process on a free port unless told otherwise."""
    command = [sys.executable, "-m", "queue_server.issuance.sandbox", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def running(state: Path, *arguments: str) -> Running:
    """A sandbox that said it is ready."""
    process = start("--port", "0", "--state", str(state), *arguments)
    assert process.stdout is not None
    word, _, url = process.stdout.readline().strip().partition(" ")
    assert word == "ready", process.communicate(timeout=END_S)
    return Running(process, url, state)


def stop(process: subprocess.Popen[str], number: int) -> None:
    """End a process by a signal; it must end cleanly and have had nothing to complain about."""
    process.send_signal(number)
    assert (process.communicate(timeout=END_S)[1], process.returncode) == ("", 0)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One process for all tests that leave nothing behind but rows of their own."""
    sandbox = running(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    stop(sandbox.process, signal.SIGTERM)


@pytest.fixture
def sandbox(shared: Running) -> Iterator[Running]:
    """The shared process, behaving."""
    yield shared
    assert shared.control(fault="none").status_code == 200


@pytest.fixture(scope="session")
def shared_caller(shared: Running) -> Caller:
    """One client for all tests: reading the contract takes longer than most of them."""
    return shared.caller()


@pytest.fixture
def caller(sandbox: Running, shared_caller: Caller) -> Caller:
    """A client of the shared process."""
    return shared_caller


@pytest.fixture
def start_another(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts processes of the test's own, one state folder for all; Ctrl-C ends them cleanly."""
    started: list[Running] = []

    def another(*arguments: str) -> Running:
        started.append(running(tmp_path, *arguments))
        return started[-1]

    yield another
    for sandbox in started:
        if sandbox.process.poll() is None:
            stop(sandbox.process, signal.SIGINT)


@pytest.fixture
def run_to_end() -> Callable[..., tuple[int, str]]:
    """Runs a sandbox that is expected not to start; its exit status and stderr."""

    def run(*arguments: str) -> tuple[int, str]:
        process = start(*arguments)
        _, words = process.communicate(timeout=END_S)
        return process.returncode, words

    return run
