"""The demo's own site: folder, configuration, accounts; made fresh on every run."""

import io
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass, fields
from pathlib import Path

from deploy.demo.processes import free_ports
from queue_server.__main__ import main as queue_server

REPOSITORY = Path(__file__).resolve().parents[2]
KIOSK_CODE = "A01"
SITE = "MAC-LIMA-NORTE"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One free port for everything that listens."""

    web: int
    kiosk: int
    reader: int
    printer: int
    terminal: int
    terminal_control: int
    bills: int
    hopper_10: int
    hopper_100: int
    gateway: int
    backend: int
    smtp: int
    hub: int


@dataclass(frozen=True)
class Place:
    """Where the demo writes, and who may sign in. Paths are absolute."""

    folder: Path
    ports: Ports
    staff: tuple[str, str]
    administrator: tuple[str, str]
    it: tuple[str, str]
    central: tuple[str, str]

    @property
    def run(self) -> Path:
        """Databases, keys, configuration and cables of this run."""
        return self.folder / "run"

    @property
    def screens(self) -> Path:
        """The pictures of every screen that was passed."""
        return self.folder / "screens"

    @property
    def spool(self) -> Path:
        """What the printer put on paper, as bytes and as text."""
        return self.folder / "paper"

    @property
    def mailbox(self) -> Path:
        """The e-mails that arrived."""
        return self.folder / "mail"

    @property
    def url(self) -> str:
        """The queue server."""
        return f"https://{LOOPBACK}:{self.ports.web}"

    @property
    def hub_url(self) -> str:
        """The hub of all sites."""
        return f"https://{LOOPBACK}:{self.ports.hub}"

    @property
    def authority(self) -> Path:
        """The certificate of the site's authority: whom everybody here believes."""
        return self.run / "tls" / "ca.pem"

    @property
    def hub_authority(self) -> Path:
        """The certificate of the hub's authority: whom its staff believe."""
        return self.run / "hub" / "tls" / "ca.pem"

    @property
    def trust(self) -> Path:
        """What pairing left in the kiosk."""
        return self.run / "trust.json"


def prepare(folder: Path) -> Place:
    """Empty `folder` and put a complete site into it."""
    shutil.rmtree(folder, ignore_errors=True)
    run = folder / "run"
    for each in ("run", "screens", "paper", "mail"):
        (folder / each).mkdir(parents=True)
    ports = Ports(*free_ports(len(fields(Ports))))
    shutil.copy(REPOSITORY / "deploy" / "demo" / "backend.toml", run)
    (run / "hub").mkdir()
    (run / "hub" / "hub.toml").write_text(_hub_toml(ports))
    (run / "server.toml").write_text(_server_toml(ports))
    (run / "kiosk.toml").write_text(_kiosk_toml(ports, run))
    _command(run, "init")
    _command(run, "load-site", str(REPOSITORY / "deploy" / "site.toml"))
    staff = ("ana", _command(run, "add-staff", "ana"))
    admin = ("admin", _command(run, "add-staff", "admin", "--role", "administrator"))
    it = ("soporte", _command(run, "add-staff", "soporte", "--role", "it"))
    _command(run, "init", config="hub/hub.toml")
    added = _command(run, "add-staff", "central", "--role", "it", config="hub/hub.toml")
    return Place(folder, ports, staff, admin, it, ("central", added))


def _command(run: Path, *words: str, config: str = "server.toml") -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        code = queue_server(["--config", str(run / config), *words])
    if code != 0:
        raise RuntimeError(f"queue_server {words[0]} ended with {code}")
    return said.getvalue().strip()


def _server_toml(ports: Ports) -> str:
    return f"""\
site = "{SITE}"
port = {ports.web}
# What phones would reach through a reverse proxy; here the browser on this machine.
public_address = "https://{LOOPBACK}:{ports.web}"
[discovery]
interfaces = ["{LOOPBACK}"]
[backend]
url = "http://{LOOPBACK}:{ports.backend}/emision"
credential_file = "backend.toml"
ruc = "20000000001"
operator_dni = "10117410"
authority_file = "sandbox/ca.pem"
[mail]
host = "{LOOPBACK}"
port = {ports.smtp}
sender = "certificados@example.com"
starttls = false
[wallet]
url = "http://{LOOPBACK}:{ports.gateway}"
credential_file = "gateway/token"
[hub]
url = "https://{LOOPBACK}:{ports.hub}"
region = "Lima"
every_s = 1
"""


def _hub_toml(ports: Ports) -> str:
    return f"""\
site = "CENTRO"
port = {ports.hub}
[discovery]
enabled = false
"""


def _kiosk_toml(ports: Ports, run: Path) -> str:
    return f"""\
code = "{KIOSK_CODE}"
[discovery]
interfaces = ["{LOOPBACK}"]
[places]
reader = "El lector está a la derecha del teclado, a un palmo, a la altura del codo."
terminal = "El terminal está debajo del lector, inclinado hacia usted."
paper = "El papel sale debajo de la pantalla, al centro, a la altura de la cintura."
cash = "Los billetes entran a la izquierda, a la altura del pecho. La bandeja está debajo."
keypad = "Las flechas están debajo de la pantalla, al centro, junto a los audífonos."
[[devices]]
name = "reader"
model = "serial-mrz"
port = "{run / "reader.tty"}"
[[devices]]
name = "printer"
model = "escpos"
port = "{run / "printer.tty"}"
[[devices]]
name = "terminal"
model = "nexo"
port = "http://{LOOPBACK}:{ports.terminal}"
[[devices]]
name = "bills"
model = "cctalk-bill"
port = "{run / "bills.tty"}"
[[devices]]
name = "hopper10"
model = "cctalk-hopper"
port = "{run / "hopper10.tty"}"
options = {{ coin_centimos = 10 }}
[[devices]]
name = "hopper100"
model = "cctalk-hopper"
port = "{run / "hopper100.tty"}"
options = {{ coin_centimos = 100 }}
"""
