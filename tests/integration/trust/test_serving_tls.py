"""The server speaks TLS by default, and in the clear to its own machine alone."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kiosk.config import ConfigError as KioskConfigError
from kiosk.config import load_config as load_kiosk_config
from kiosk.queue_client import QueueClient
from kiosk.trust import UnsafeServer
from queue_server.__main__ import main
from queue_server.config import ConfigError, load_config
from queue_server.core import tls
from queue_server.core.tls import Reloading, TlsFiles, server_context
from tests.support.centre import eventually
from tests.support.site import Site


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.10", "localhost", "turnos.example.pe"])
def test_plain_http_is_refused_on_anything_but_a_loopback_address(
    tmp_path: Path, host: str
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f'site = "PRUEBA"\nhost = "{host}"\nplain_http = true\n')
    with pytest.raises(ConfigError, match=r"run `python -m queue_server init`"):
        load_config(file)


@pytest.mark.parametrize("command", ["serve", "web"])
def test_without_its_certificates_a_server_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    Site(tmp_path)
    config = tmp_path / "server.toml"
    config.write_text(config.read_text().replace("plain_http = true\n", ""))
    assert main(["--config", str(config), command]) == 2
    assert "run `python -m queue_server init`" in capsys.readouterr().err


def test_a_development_token_is_not_printed_for_a_server_with_tls(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(site.folder / "server.toml"), "add-kiosk", "A01"]) == 2
    said = capsys.readouterr()
    assert "refuses it" in said.err
    assert said.out == ""


def test_tls_below_1_2_is_refused_and_1_3_is_spoken(site: Site) -> None:
    assert spoken(site.port, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert spoken(site.port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(OSError):
        spoken(site.port, ssl.TLSVersion.TLSv1_1)


def test_plain_http_gets_no_answer_where_tls_is_spoken(site: Site) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{site.port}/api/v1/health", trust_env=False)


def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    files = TlsFiles(tmp_path / "tls")
    tls.create(files, "PRUEBA", ["127.0.0.1"], datetime.now(UTC))
    context = server_context(files)
    with listening(context) as port, Reloading(context, files, every_s=0.02) as watch:
        before = shown(port)
        assert tls.renew(files, ["127.0.0.1"], datetime.now(UTC) + timedelta(days=390))
        eventually(lambda: shown(port) != before, 10)
        good = shown(port)
        files.server.write_text("no certificate at all")
        eventually(lambda: watch.noticed, 10)
        assert shown(port) == good, "a broken file must not take the server down"


@pytest.mark.parametrize("url", ["http://192.0.2.10:8080", "http://localhost:8080", "ftp://x"])
def test_a_client_with_a_credential_refuses_an_address_where_it_is_overheard(url: str) -> None:
    with pytest.raises(UnsafeServer):
        QueueClient(url, "secret.token")
    with pytest.raises(UnsafeServer):
        QueueClient("https://127.0.0.1:1", "secret.token")


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ('url = "http://192.0.2.10:8080"\ncredential_file = "c"', "write https://"),
        ('url = "http://127.0.0.1:8080"', "what `add-kiosk` printed"),
        ('url = "https://192.0.2.10"\ncredential_file = "c"', "remove the line"),
    ],
)
def test_a_kiosk_is_told_how_to_reach_its_server(tmp_path: Path, server: str, words: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'code = "A01"\n[server]\n{server}\n')
    with pytest.raises(KioskConfigError, match=words):
        load_kiosk_config(file)


def spoken(port: int, version: ssl.TLSVersion) -> str | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.maximum_version = version
    with socket.create_connection(("127.0.0.1", port), 5) as line, context.wrap_socket(line) as own:
        return own.version()


def shown(port: int) -> bytes:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=5).encode()


@contextlib.contextmanager
def listening(context: ssl.SSLContext) -> Iterator[int]:
    """Somebody who shakes hands with whoever comes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), accepted:
                context.wrap_socket(accepted, server_side=True).close()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()
