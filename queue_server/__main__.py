"""Command line of the queue server. Each command imports what it needs, so that it answers fast."""

import argparse
import logging
import os
import socket
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from queue_server.backup.options import add_commands as add_backup_commands
from queue_server.bootstrap import open_database
from queue_server.config import ONE_WORKER, ConfigError, ServerConfig, load_config
from queue_server.core.problem import Problem, UnsafeDatabase
from queue_server.privacy.options import person_options, rotation_options
from queue_server.staff.model import PEOPLE, Role

if TYPE_CHECKING:
    from queue_server.core.db import Database
    from queue_server.core.unit_of_work import Actor, UnitOfWork

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

    add("init", _init, "make data key, TLS and database, print the first administrator's code")
    code = add("admin-code", _admin_code, "print a new code for the first administrator")
    code.add_argument("--account", help="an administrator who lost telephone and recovery codes")
    site = add("load-site", _load_site, "load name, services and counters of the site")
    site.add_argument("file", type=Path)
    kiosk = add("add-kiosk", _add_kiosk, "a kiosk's development token; with TLS kiosks are paired")
    kiosk.add_argument("name", help="the kiosk's code, e.g. K01")
    person = add("add-staff", _add_staff, "create an account and print its password once")
    person.add_argument("name")
    person.add_argument("--role", choices=[str(role) for role in PEOPLE], default=str(Role.COUNTER))
    person.add_argument("--full-name", help="as colleagues see it; default: the name")
    serve = add("serve", _serve, "run the web workers and the jobs process")
    serve.add_argument("--workers", type=int, help="web workers; default: `workers` of the file")
    hub = add("hub", _hub, "run the hub of all sites: its web workers and its jobs process")
    hub.add_argument("--workers", type=int, help="web workers; default: `workers` of the file")
    anchors = add("hub-anchors", _hub_anchors, "at the hub: the heads of a site's audit chain")
    anchors.add_argument("site", help="the site's code; the lines are for `audit verify --anchors`")
    audit = add("audit", _audit, "verify: walk the audit chain of every site")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument(
        "--anchors",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="further files of anchors, e.g. of the host that keeps the syslog",
    )
    words = "export or delete what is held of one person; affected: whose data was touched"
    person_options(add("person", _person, words))
    words = "a new data key: everything is sealed anew while the server runs"
    rotation_options(add("rotate-key", _rotate_key, words))
    add_backup_commands(add)
    enrol = add("enrol", _enrol, "show a code, so that the hub lets this site in")
    enrol.add_argument("--again", action="store_true", help="also where it is enrolled already")
    web = add("web", _web, "run one web worker alone")
    jobs = add("jobs", _jobs, "migrate, then run the background jobs alone")
    web.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    hub_web = add("hub-web", _hub_web, "run one web worker of the hub alone")
    hub_jobs = add("hub-jobs", _hub_jobs, "migrate, then run the hub's jobs alone")
    hub_web.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    for each in (web, jobs, hub_web, hub_jobs):
        each.add_argument("--child-of", type=int, metavar="PID", help=argparse.SUPPRESS)
    return parser


def _init(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.core.audit_rows import begin_chains, has_chain
    from queue_server.core.crypto import create_key_file
    from queue_server.migrations import upgrade
    from queue_server.staff.services.accounts import has_administrator

    create_key_file(config.data_key_file)
    is_new = create_key_file(config.audit_key_file)
    if not config.plain_http:
        _make_tls(config)
    database = open_database(config)
    upgrade(database.engine)
    if is_new and database.read(has_chain):
        config.audit_key_file.unlink()
        raise ConfigError(
            f"{config.audit_key_file}: the event log was linked with another key; put that file "
            "back from its copy: docs/audit.md"
        )
    begin_chains(database)
    administered = database.read(lambda uow: has_administrator(uow, config.site))
    database.close()
    print(f"database {config.database_name} and data key {config.data_key_file} are ready")
    if not administered:
        print("the code for the page /first-administrator, good once and for 24 hours:")
        _admin_code(config, options)


def _make_tls(config: ServerConfig) -> None:
    from queue_server.core.clock import SystemClock
    from queue_server.core.tls import TlsFault, TlsFiles, authority, create, fingerprint, own_names

    files = TlsFiles(config.tls.folder)
    try:
        names = own_names(config.host, config.site, config.tls.names)
        create(files, config.site, names, SystemClock().now())
        print(f"clients trust {files.authority}, SHA-256 {fingerprint(authority(files)).hex(':')}")
    except TlsFault as fault:
        raise ConfigError(str(fault)) from fault


def _admin_code(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.staff.services.first_administrator import new_code
    from queue_server.staff.services.second_factor import operators_code

    account: str | None = getattr(options, "account", None)  # `init` has no such option
    if account is None:
        print(_in_database(config, lambda uow: new_code(uow, _operator(config))))
    else:
        print(_in_database(config, lambda uow: operators_code(uow, _operator(config), account)))


def _load_site(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.payments.model.fees import Fee
    from queue_server.payments.services.fees import set_fees
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
    from queue_server.staff.services.credentials import create_credential

    if not config.plain_http:
        raise ConfigError(
            "add-kiosk: its token travels on paper, so a server that speaks TLS refuses "
            "it; start the kiosk, read its code, and type that under Equipos"
        )
    token = _in_database(
        config,
        lambda uow: create_credential(uow, _operator(config), Role.KIOSK, options.name),
    )
    print(token)


def _add_staff(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.staff.services.accounts import NewAccount, put_account
    from queue_server.staff.services.passwords import hash_password, new_password

    password = new_password()
    full_name = options.full_name or options.name
    password_hash = hash_password(password)
    new = NewAccount(options.name, full_name, Role(options.role), password_hash, one_time=False)
    _in_database(config, lambda uow: put_account(uow, _operator(config), new))
    print(password)


def _audit(config: ServerConfig, options: argparse.Namespace) -> int:
    from queue_server.audit_command import verify

    database = open_database(config)
    try:
        return verify(database, config.audit.anchor_file, options.anchors)
    finally:
        database.close()


def _person(config: ServerConfig, options: argparse.Namespace) -> int:
    from queue_server.privacy_command import person

    database = open_database(config)
    try:
        return person(database, _operator(config), options)
    finally:
        database.close()


def _rotate_key(config: ServerConfig, options: argparse.Namespace) -> int:
    from queue_server.privacy_command import rotate

    database = open_database(config)
    try:
        return rotate(database, _operator(config), config.data_key_file, options)
    finally:
        database.close()


def _enrol(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.hub_link.enrolment.command import enrol

    enrol(
        config,
        lambda: open_database(config),
        _operator(config),
        again=options.again,
        say=lambda words: print(words, flush=True),
    )


def _operator(config: ServerConfig) -> "Actor":
    from queue_server.core.unit_of_work import Actor

    return Actor(config.site, "operator", os.environ.get("USER", "console"))


def _in_database(config: ServerConfig, work: Callable[..., object]) -> object:
    database = open_database(config)
    try:
        return database.run(work)
    finally:
        database.close()


def _web(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.bootstrap import run_web

    _follow_parent(options)
    run_web(config, _listening(config, options))


def _hub_web(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.bootstrap import run_hub_web

    _follow_parent(options)
    run_hub_web(config, _listening(config, options))


def _listening(config: ServerConfig, options: argparse.Namespace) -> socket.socket:
    if options.socket is not None:
        return socket.socket(fileno=options.socket)
    from queue_server.listening import listen

    return listen(config.host, config.port)[0]


def _jobs(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.jobs import run_jobs

    _migrated(config, options, run_jobs)


def _hub_jobs(config: ServerConfig, options: argparse.Namespace) -> None:
    from queue_server.hub_jobs import run_hub_jobs

    _migrated(config, options, run_hub_jobs)


def _migrated(
    config: ServerConfig,
    options: argparse.Namespace,
    run: "Callable[[ServerConfig, Database, Callable[[], None]], None]",
) -> None:
    from queue_server.core.audit_rows import begin_chains
    from queue_server.migrations import upgrade
    from queue_server.serve import READY

    _follow_parent(options)
    database = open_database(config)
    try:
        upgrade(database.engine)
        begin_chains(database)
        run(config, database, lambda: print(READY, flush=True))
    finally:
        database.close()


def _follow_parent(options: argparse.Namespace) -> None:
    if options.child_of is not None:
        from queue_server.core.parentage import end_with_parent

        end_with_parent(options.child_of)


def _serve(config: ServerConfig, options: argparse.Namespace) -> int:
    return _all_processes(config, options, "jobs", "web")


def _hub(config: ServerConfig, options: argparse.Namespace) -> int:
    return _all_processes(config, options, "hub-jobs", "hub-web")


def _all_processes(config: ServerConfig, options: argparse.Namespace, jobs: str, web: str) -> int:
    import asyncio

    from queue_server.bootstrap import tls_files
    from queue_server.listening import listen
    from queue_server.serve import serve

    tls_files(config)
    workers = config.workers if options.workers is None else options.workers
    if workers < 1:
        raise ConfigError("--workers: at least 1")
    if workers > 1 and config.database_url is None:
        raise ConfigError(ONE_WORKER)
    sockets = listen(config.host, config.port, workers)
    return asyncio.run(serve(options.config, sockets, jobs, web))


def _hub_anchors(config: ServerConfig, options: argparse.Namespace) -> int:
    from queue_server.hub.services.keeping import anchor_lines

    database = open_database(config)
    try:
        lines = database.read(lambda uow: anchor_lines(uow, options.site))
    finally:
        database.close()
    if not lines:
        raise ConfigError(f"the site {options.site} has told this hub no head of its chain")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
