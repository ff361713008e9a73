"""The stand-in of the centre as a process of its own, and how it is told to misbehave."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from queue_server.issuance.adapters.soap import BackendSettings, Credential, SoapBackend
from tests.support.nursery import shared_nursery

CREDENTIAL = Credential("KIOSKO-PRUEBA", "clave-de-prueba-0001")


def settings(
    url: str, deadline_s: float = 5.0, credential: Credential = CREDENTIAL
) -> BackendSettings:
    """Settings of a site that asks the service at `url`."""
    return BackendSettings(
        url=url,
        credential=lambda: credential,
        ruc="20000000001",
        operator_dni="10117410",
        site="PRUEBA",
        terminal="A01",
        deadline_s=deadline_s,
        connect_s=1.0,
    )


class SandboxProcess:
    """One running sandbox."""

    def __init__(self, folder: Path) -> None:
        options = ["--port", "0", "--state", str(folder), "--fast"]
        self._process = shared_nursery().start("queue_server.issuance.sandbox", *options)
        word, _, self.home = self._process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the sandbox did not start"
        self.url = f"{self.home}/emision"
        self.ca = folder / "ca.pem"

    def tell(self, **order: object) -> None:
        """Arm a fault, clear them, or decide a review."""
        answer = httpx.post(f"{self.home}/control", json=order, trust_env=False)
        assert answer.is_success, answer.text

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        assert self._process.wait(10) == 0
        self._process.close()


@pytest.fixture(scope="package")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    yield process
    process.close()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[SandboxProcess]:
    """The sandbox, well-behaved before and after each test."""
    yield sandbox_process
    sandbox_process.tell(fault="none")


@pytest.fixture
def backend(sandbox: SandboxProcess) -> Iterator[SoapBackend]:
    client = SoapBackend(settings(sandbox.url))
    yield client
    client.close()
