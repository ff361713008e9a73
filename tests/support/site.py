"""A real site for tests: own folder, own database, a real server process on a free port."""

import atexit
import contextlib
import io
import itertools
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx
import structlog
from argon2 import PasswordHasher

from queue_server.__main__ import main
from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.staff.model import Role, needs_code
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.credentials import create_credential
from queue_server.staff.services.passwords import new_password
from tests.support.nursery import REPOSITORY, Child, end_with_parent, shared_nursery
from tests.support.postgres import postgres_server
from tests.support.second_factor import App, enrol

START_DEADLINE_S = 60.0  # of a real command line on a busy machine; most take a second
Kind = Literal["sqlite", "postgresql"]
OPERATOR = Actor("PRUEBA", "operator", "test")
# The same argon2id with little work: a hash says how much, and nobody guesses these passwords.
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


# Below those that the system gives to whoever asks for any: between looking and listening, nobody
# else's line gets the port.
_FIRST_PORT, _PORTS = 20_000, 12_000
_asked = itertools.count()


def free_port() -> int:
    """A TCP port nobody listens on now, and that nobody gets by chance."""
    while True:
        port = _FIRST_PORT + (os.getpid() * 97 + next(_asked)) % _PORTS
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def run_command(config: Path, *words: str) -> str:
    """Run one server command in this process; its output. Raises AssertionError."""
    said, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaint):
        code = main(["--config", str(config), *words])
    structlog.reset_defaults()  # the command line logs to what is its stderr
    assert code == 0, complaint.getvalue()
    return said.getvalue().strip()


@dataclass(frozen=True)
class Template:
    """What `init` and `load-site` left: files to copy and, on PostgreSQL, a database to copy."""

    folder: Path
    database: str | None = None


@cache
def _template(kind: Kind) -> Template:
    """A site as it is after `init` and `load-site`, run once for all sites of this process."""
    folder = Path(tempfile.mkdtemp(prefix="site-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = postgres_server().create() if kind == "postgresql" else None
    config = folder / "server.toml"
    config.write_text('site = "PRUEBA"\nplain_http = true\n' + _where(database))
    run_command(config, "init")
    run_command(config, "load-site", str(REPOSITORY / "deploy" / "site.toml"))
    return Template(folder, database)


def _where(database: str | None) -> str:
    """The line of server.toml that names the database; none for the SQLite file."""
    return f'database_url = "{postgres_server().url(database)}"\n' if database else ""


class Site:
    """The server of one site in `folder`. `extra` is TOML appended to server.toml.

    `database`: which kind it keeps its rows in; on PostgreSQL each site has one of its own.
    `tls`: whether it speaks TLS as in the field, with an authority of its own.
    """

    def __init__(
        self, folder: Path, extra: str = "", database: Kind = "sqlite", *, tls: bool = False
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.verify: ssl.SSLContext | bool = True
        self.processes: list[subprocess.Popen[str] | Child] = []
        self.kind = database
        template = _template(database)
        name = template.database and postgres_server().create(template.database)
        self.database_name = name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.toml").write_text(
            f'site = "PRUEBA"\nport = {self.port}\n'
            + ("" if tls else "plain_http = true\n")
            + f"{_where(name)}{extra}\n"
            + ("" if "[discovery]" in extra else "[discovery]\nenabled = false\n")
        )
        for made in template.folder.iterdir():
            if made.name != "server.toml":
                shutil.copy(made, folder)
        if tls:
            self.command("init")
            self.verify = ssl.create_default_context(cafile=str(folder / "tls" / "ca.pem"))

    def command(self, *words: str) -> str:
        """Run one server command in this process; its output. Raises AssertionError."""
        return run_command(self.folder / "server.toml", *words)

    def start(self, *command: str, module: str = "queue_server") -> subprocess.Popen[str]:
        """Start a long-running command (`serve`, `web`, `jobs`) in a process group of its own.

        `module`: what to run in the server's place, a variant made worse on purpose.
        """
        config = str(self.folder / "server.toml")
        words = [sys.executable, "-m", module, "--config", config, *command]
        process = subprocess.Popen(
            words, text=True, start_new_session=True, preexec_fn=end_with_parent
        )
        self.processes.append(process)
        return process

    def fork(self, command: str) -> Child:
        """Start `web` or `jobs` without reading their modules anew: four times as fast."""
        config = str(self.folder / "server.toml")
        process = shared_nursery().start("queue_server", "--config", config, command)
        self.processes.append(process)
        return process

    def wait_ready(self) -> None:
        """Until the web worker answers. Raises TimeoutError, ChildProcessError when it ended."""
        ends = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < ends:
            if self.processes and self.processes[-1].poll() is not None:
                raise ChildProcessError(f"the server ended: {self.processes[-1].returncode}")
            with contextlib.suppress(httpx.HTTPError):
                asked = f"{self.url}/api/v1/health"
                if httpx.get(asked, trust_env=False, verify=self.verify).is_success:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"the server did not answer within {START_DEADLINE_S} s")

    def kill(self, process: "subprocess.Popen[str] | Child") -> None:
        """`kill -9` for the whole group of `process`: what a power cut looks like to it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def kill_all(self) -> None:
        """`kill -9` for everything started here."""
        while self.processes:
            self.kill(self.processes.pop())

    def stop(self) -> None:
        """End everything started here."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def database(self) -> Database:
        """The site's database, to look at what really stands in it."""
        return open_database(load_config(self.folder / "server.toml"))

    def remove(self) -> None:
        """End everything and give back the database."""
        self.stop()
        if self.database_name is not None:
            postgres_server().drop(self.database_name)

    def kiosk(self, name: str = "A01") -> "KioskHttp":
        """An HTTP client that holds a fresh credential of kiosk `name`."""
        return KioskHttp(self.url, self.command("add-kiosk", name))

    def display_cookie(self, name: str = "sala") -> str:
        """The cookie (`DISPLAY_COOKIE`) of a display that a supervisor has just approved."""
        database = self.database()
        token = database.run(lambda uow: create_credential(uow, OPERATOR, Role.DISPLAY, name))
        database.close()
        return str(token)

    def staff(self, name: str = "ana", role: str = "counter") -> "StaffHttp":
        """An HTTP client signed in as a member of staff, through the form."""
        password = new_password()
        new = NewAccount(name, name, Role(role), _QUICK.hash(password), one_time=False)
        database = self.database()
        database.run(lambda uow: put_account(uow, OPERATOR, new))
        person, app = Actor(OPERATOR.site, role, name), None
        if needs_code(Role(role)):
            app, _ = database.run(lambda uow: enrol(uow, person))
        database.close()
        return StaffHttp(self.url, name, password, self.verify, app)


class KioskHttp:
    """The kiosk's side of the API, without a kiosk."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=15
        )

    def issue(self, service: str = "information", key: str = "", **body: object) -> httpx.Response:
        """Ask for a turn, with a fresh key unless one is given."""
        return self.http.post(
            "/api/v1/tickets",
            json={"service": service, **body},
            headers={"Idempotency-Key": key or str(uuid4())},
        )


class StaffHttp:
    """The console's side of the API, without a browser."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        verify: ssl.SSLContext | bool = True,
        app: App | None = None,
    ) -> None:
        self.password, self.app = password, app
        # A browser names the page's own origin with every request that changes something.
        self.http = httpx.Client(
            base_url=url, headers={"Origin": url}, trust_env=False, timeout=15, verify=verify
        )
        answer = self.http.post("/session", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        assert "wrong" not in answer.headers["location"], "the password was refused"
        if app is not None:
            answer = self.http.post("/sign-in/code", data={"code": app.code()})
            assert answer.status_code == 303, answer.text

    def call_next(self, counter: str = "V1", key: str = "") -> httpx.Response:
        """Call whoever is next for `counter`."""
        return self._post(f"/api/v1/counters/{counter}/call-next", key)

    def finish(self, ticket_id: str, key: str = "") -> httpx.Response:
        """Finish a called turn."""
        return self._post(f"/api/v1/tickets/{ticket_id}/finish", key)

    def _post(self, path: str, key: str) -> httpx.Response:
        return self.http.post(path, headers={"Idempotency-Key": key or str(uuid4())})


@contextlib.contextmanager
def running_site(
    folder: Path,
    extra: str = "",
    command: str = "web",
    database: Kind = "sqlite",
    *,
    tls: bool = False,
) -> Iterator[Site]:
    """A site whose server answers; everything ends with the block.

    `command`: `web`, `jobs web`, or the words of a real command line (`serve --workers 2`).
    """
    site = Site(folder, extra, database, tls=tls)
    try:
        if set(command.split()) <= {"web", "jobs"}:
            for each in command.split():
                site.fork(each)
        else:
            site.start(*command.split())
        site.wait_ready()
        yield site
    finally:
        site.remove()
