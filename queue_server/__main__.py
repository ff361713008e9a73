"""Command line of the queue server. Each command imports what it needs, so that it answers fast."""

import argparse
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from queue_server.bootstrap import open_database
from queue_server.config import ConfigError, ServerConfig, load_config
from queue_server.core.problem import Problem, UnsafeDatabase
from queue_server.staff.model import PEOPLE, Role

if TYPE_CHECKING:
    from queue_server.core.unit_of_work import Actor, UnitOfWork

READY = "ready"
CERTIFICATE_SERVICE = "certificate"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 2 with one line on stderr when it could not."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # database, key and their copies are the server's own
    _log_plainly()
    try:
        return options.run(load_config(options.config), options) or 0
    except (ConfigError, UnsafeDatabase) as error:
        print(f"queue_server: {error}", file=sys.stderr)
    except Problem as problem:
        print(f"queue_server: {problem.detail}", file=sys.stderr)
    except OSError as error:
        print(f"queue_server: {error}", file=sys.stderr)
    return 2


def _log_plainly() -> None:
    """Log lines to stderr; a traceback never shows the values of variables (they may be names)."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m queue_server", description=__doc__)
    parser.add_argument(
        "--config", type=Path, default=Path("server.toml"), help="default: %(default)s"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., int | None], words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        return command

    add("init", _init, "make the data key and the database")
    site = add("load-site", _load_site, "load name, services and counters of the site")
    site.add_argument("file", type=Path)
    kiosk = add("add-kiosk", _add_kiosk, "create a kiosk's credential and print it once")
    kiosk.add_argument("name", help="the kiosk's code, e.g. K01")
    person = add("add-staff", _add_staff, "create an account and print its password once")
    person.add_argument("name")
    person.add_argument("--role", choices=[str(role) for role in PEOPLE], default="staff")
    add("serve", _serve, "run the web worker and the jobs process")
    add("web", _web, "run the web worker alone")
    add("jobs", _jobs, "migrate, then run the background jobs alone")
    return parser


def _init(config: ServerConfig, _: argparse.Namespace) -> None:
    from queue_server.core.crypto import create_key_file
    from queue_server.migrations import upgrade

    create_key_file(config.data_key_file)
    database = open_database(config)
    upgrade(database.engine)
    database.close()
    print(f"database {config.database} and data key {config.data_key_file} are ready")


def _load_site(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.payments.model import Fee
    from queue_server.payments.service import set_fees
    from queue_server.turns.services.site import load_site

    try:
        rows = tomllib.loads(options.file.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{options.file}: not valid TOML: {error}") from error
    try:
        fees = [Fee(row["valid_from"], row["amount_centimos"]) for row in rows.get("fees", [])]

        def load(uow: "UnitOfWork") -> None:
            load_site(uow, _operator(config), rows)
            set_fees(uow, _operator(config), CERTIFICATE_SERVICE, fees)

        _in_database(config, load)
    except KeyError as error:
        raise ConfigError(f"{options.file}: the key {error} is missing") from error


def _add_kiosk(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.staff import service as staff

    token = _in_database(
        config,
        lambda uow: staff.create_credential(uow, _operator(config), Role.KIOSK, options.name),
    )
    print(token)


def _add_staff(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.staff import service as staff

    password = secrets.token_urlsafe(9)
    role = Role(options.role)
    _in_database(
        config,
        lambda uow: staff.create_account(uow, _operator(config), options.name, role, password),
    )
    print(password)


def _operator(config: ServerConfig) -> "Actor":
    from queue_server.core.unit_of_work import Actor

    return Actor(config.site, "operator", os.environ.get("USER", "console"))


def _in_database(config: ServerConfig, work: Callable[..., object]) -> object:
    database = open_database(config)
    try:
        return database.run(work)
    finally:
        database.close()


def _web(config: ServerConfig, _: argparse.Namespace) -> None:
    from queue_server.bootstrap import run_web

    run_web(config, _listen(config))


def _listen(config: ServerConfig) -> socket.socket:
    """The listening socket, or ConfigError when the address is not ours to take."""
    try:
        listening = socket.create_server((config.host, config.port), backlog=512)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {config.host}:{config.port} ({error.strerror}); "
            "end the program that holds it or set another `port`"
        ) from error
    # Accepted sockets inherit it; without it each answer waits 40 ms for a delayed ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _jobs(config: ServerConfig, _: argparse.Namespace) -> None:
    from queue_server.jobs import run_jobs
    from queue_server.migrations import upgrade

    database = open_database(config)
    try:
        upgrade(database.engine)
        run_jobs(config, database, ready=lambda: print(READY, flush=True))
    finally:
        database.close()


def _serve(_: ServerConfig, options: argparse.Namespace) -> int:
    """Start jobs, wait until it has migrated, then the web worker; one ends, both end."""
    children: list[subprocess.Popen[str]] = []

    def end(*_: object) -> None:
        for child in children:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    jobs = _child(options, "jobs", stdout=subprocess.PIPE)
    children.append(jobs)
    assert jobs.stdout is not None
    if jobs.stdout.readline().strip() != READY:
        return jobs.wait() or 2
    web = _child(options, "web")
    children.append(web)
    codes = [_first_to_end(children)]
    end()
    codes += [child.wait() for child in children]
    return 0 if all(code in (0, -signal.SIGTERM, -signal.SIGINT) for code in codes) else 2


def _child(
    options: argparse.Namespace, command: str, stdout: int | None = None
) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "queue_server", "--config", str(options.config), command]
    return subprocess.Popen(words, text=True, stdout=stdout)


def _first_to_end(children: list[subprocess.Popen[str]]) -> int:
    pids = {child.pid: child for child in children}
    while True:
        pid, status = os.wait()
        if pid in pids:
            pids[pid].returncode = os.waitstatus_to_exitcode(status)
            return pids[pid].returncode


if __name__ == "__main__":
    sys.exit(main())
