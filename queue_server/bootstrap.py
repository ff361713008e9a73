"""Puts the server's processes together: the only module that builds adapters.

Imports are late on purpose: pyHanko loads in the jobs process only, FastAPI in the web worker,
and the command line answers without either.
"""

import gc
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from queue_server.config import Backend, ConfigError, ServerConfig, Wsse

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext
    from types import FrameType

    from fastapi import FastAPI
    from sqlalchemy import URL

    from queue_server.core.clock import Clock
    from queue_server.core.db import Database
    from queue_server.core.mail import Mailer
    from queue_server.core.tls import TlsFiles
    from queue_server.core.unit_of_work import UnitOfWork
    from queue_server.fleet.api.views import CentreView
    from queue_server.fleet.model.alert_rules import RuleBook
    from queue_server.fleet.services.alerting import Alerting
    from queue_server.hub_link.link import HubLink
    from queue_server.issuance.adapters.guarded import GuardedBackend
    from queue_server.issuance.adapters.soap import EnvelopeSecurity
    from queue_server.issuance.services.relay import Relay
    from queue_server.issuance.services.wallet_watch import WalletWatch
    from queue_server.payments.adapters.gateway import WatchedGateway


# Longer than a kiosk keeps one itself: none is closed while a request is on its way.
IDLE_CONNECTION_S = 15


def open_database(config: ServerConfig, clock: "Clock | None" = None) -> "Database":
    """The site's database, vault and audit chain. Raises ConfigError when a key is missing."""
    from queue_server.core.audit import load_chain
    from queue_server.core.clock import SystemClock
    from queue_server.core.crypto import load_vault
    from queue_server.core.db import Database, open_engine

    try:
        vault = load_vault(config.data_key_file)
    except FileNotFoundError:
        raise ConfigError(
            f"{config.data_key_file}: no data key; run `python -m queue_server init` first"
        ) from None
    except ValueError as error:
        raise ConfigError(f"{config.data_key_file}: {error}") from error
    try:
        chain = load_chain(config.audit_key_file)
    except FileNotFoundError:
        raise ConfigError(
            f"{config.audit_key_file}: no audit key; run `python -m queue_server init`, "
            "or put back the one that belongs to this database"
        ) from None
    except ValueError as error:
        raise ConfigError(f"{config.audit_key_file}: {error}") from error
    return Database(open_engine(database_url(config)), vault, clock or SystemClock(), chain)


def database_url(config: ServerConfig) -> "URL":
    """Where the database is. Raises ConfigError when its password cannot be read."""
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if config.database_url is None:
        return URL.create("sqlite", database=str(config.database))
    try:
        url = make_url(config.database_url)
    except (ArgumentError, ValueError):
        words = "database_url: write postgresql+psycopg://user@host:5432/name"
        raise ConfigError(words) from None
    if config.database_password_file is None:
        return url
    try:
        return url.set(password=config.database_password_file.read_text().strip())
    except OSError as error:
        raise ConfigError(f"{config.database_password_file}: {error.strerror}") from error


def tls_files(config: ServerConfig) -> "TlsFiles | None":
    """What this server shows its clients; None where it speaks plain HTTP to this machine alone.

    Raises ConfigError when it is not there.
    """
    from queue_server.core.tls import TlsFiles

    if config.plain_http:
        return None
    files = TlsFiles(config.tls.folder)
    if missing := files.missing():
        raise ConfigError(f"{missing[0]}: no such file; run `python -m queue_server init` first")
    return files


def run_web(config: ServerConfig, listening: socket) -> None:
    """Serve a site's HTTPS (plain HTTP: see `tls_files`) on `listening` until SIGTERM or SIGINT."""
    from sqlalchemy.exc import SQLAlchemyError

    from queue_server.core.problem import Problem
    from queue_server.turns.services.rules import remember_sites
    from queue_server.web.app import build_app

    def made(database: "Database") -> "FastAPI":
        app = build_app(config, database, build_backend(config), build_wallet(config))
        if config.hub is not None:
            app.state.centre = _centre(config)
        with suppress(Problem, SQLAlchemyError):  # each request will say what is wrong
            database.read(remember_sites)
        return app

    _run(config, listening, made)


def run_hub_web(config: ServerConfig, listening: socket) -> None:
    """Serve the hub's HTTPS on `listening` until SIGTERM or SIGINT."""
    from queue_server.web.hub_app import build_hub_app

    _run(config, listening, lambda database: build_hub_app(config, database))


def _run(config: ServerConfig, listening: socket, made: "Callable[[Database], FastAPI]") -> None:
    import uvicorn

    from queue_server.core.bounded_http import BoundedHttp
    from queue_server.core.tls import Reloading

    class Server(uvicorn.Server):
        """Ends the endless answers first: otherwise ending waits for them."""

        def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
            app.state.feed.end_streams()
            super().handle_exit(sig, frame)

    files = tls_files(config)
    context = _tls_context(files) if files else None
    gc.freeze()  # the modules stay: no need to look at them again and again
    gc.set_threshold(10_000, 20, 20)  # a request leaves few cycles and makes many objects
    with ExitStack() as held:
        database = held.enter_context(closing(open_database(config)))
        app = made(database)
        settings = uvicorn.Config(
            app,
            loop="uvloop",
            http=BoundedHttp,
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=IDLE_CONNECTION_S,
            ssl_context_factory=(lambda *_: context) if context else None,
        )
        if files and context:
            held.enter_context(Reloading(context, files))
        Server(settings).run(sockets=[listening])


def _centre(config: ServerConfig) -> "Callable[[UnitOfWork, str], CentreView | None]":
    """What the monitor of the enrolled site says of its hub."""
    from queue_server.hub_link.services.standing import centre_view

    return lambda uow, site: centre_view(uow, site) if site == config.site else None


def _tls_context(files: "TlsFiles") -> "SSLContext":
    from queue_server.core.tls import TlsFault, server_context

    try:
        return server_context(files)
    except TlsFault as fault:
        raise ConfigError(str(fault)) from fault


def build_backend(config: ServerConfig) -> "GuardedBackend | None":
    """The client of the central backend; None where the site has none. Raises ConfigError.

    It guards nothing until it is started.
    """
    if config.backend is None:
        return None
    from queue_server.issuance.adapters.guarded import GuardedBackend
    from queue_server.issuance.adapters.soap import BackendSettings, SoapBackend, credential_file
    from queue_server.issuance.adapters.timed import TimedBackend
    from queue_server.issuance.call_times.service import CallTimes

    settings: Backend = config.backend
    client = SoapBackend(
        BackendSettings(
            url=settings.url,
            credential=credential_file(settings.credential_file),
            ruc=settings.ruc,
            operator_dni=settings.operator_dni,
            site=config.site,
            terminal=settings.terminal or config.site,
            address=settings.address,
            ca_bundle=settings.ca_bundle,
            deadline_s=settings.deadline_s,
            probe_s=settings.probe_s,
            security=settings.wsse and build_security(settings.wsse, settings.credential_file),
        )
    )
    times = CallTimes(config.site)
    return GuardedBackend(TimedBackend(client, times), times=times)


def build_security(settings: Wsse, credential: Path) -> "EnvelopeSecurity":
    """WS-Security for the client's envelopes. Raises ConfigError without its library."""
    from queue_server.issuance.adapters.soap import credential_file

    try:
        from queue_server.issuance.adapters import wsse, wsse_keys
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "signxml":
            raise
        words = "[backend.wsse] needs a package that is not there: pip install 'ventanilla[wsse]'"
        raise ConfigError(words) from None

    has_token = settings.username_token != "none"
    pinned, authorities = settings.peer_certificate_file, settings.peer_ca_file
    peer = wsse_keys.pinned_file(pinned) if pinned else None
    if authorities and settings.peer_name:
        peer = wsse_keys.authority_file(authorities, settings.peer_name)
    key, certificate = settings.key_file, settings.certificate_file
    return wsse.WsSecurity(
        wsse.SecuritySettings(
            account=credential_file(settings.credential_file or credential) if has_token else None,
            password="text" if settings.username_token == "text" else "digest",
            signer=wsse_keys.signer_files(key, certificate) if key and certificate else None,
            peer=peer,
            confirmation=settings.confirmation,
        )
    )


def build_relays(
    config: ServerConfig, database: "Database", backend: "GuardedBackend | None"
) -> "tuple[Relay, Relay] | None":
    """The relays of the jobs process, to the centre and to the mail server; None where the site has
    no backend. A mail server that hangs keeps nobody at a kiosk waiting."""
    if config.backend is None or backend is None:
        return None
    from queue_server.fleet.services.alerts import KINDS as ALERT_KINDS
    from queue_server.issuance.adapters.pdf_process import IsolatedVerifier
    from queue_server.issuance.services.at_the_centre import CentreErrands
    from queue_server.issuance.services.mailing import MailErrands
    from queue_server.issuance.services.relay import Relay
    from queue_server.issuance.services.vouchers import VoucherErrands

    verifier = IsolatedVerifier(config.backend.authority_file)
    verifier.start()
    centre = CentreErrands(database, backend, verifier, config.backend.link_days)
    vouchers = VoucherErrands(database, backend)
    letters = MailErrands(database, build_mailer(config), config.public_address).carriers()
    to_the_centre = Relay(
        database,
        {**centre.carriers(), **vouchers.carriers()},
        without=(*letters, *ALERT_KINDS),
        serves=lambda: backend.available,
    )
    return to_the_centre, Relay(database, letters, only=tuple(letters))


def build_alert_relay(config: ServerConfig, database: "Database", book: "RuleBook") -> "Relay":
    """Who carries word of alerts to people."""
    from queue_server.fleet.adapters.webhook import Webhooks
    from queue_server.fleet.services.alerts import KINDS
    from queue_server.fleet.services.telling import AlertErrands
    from queue_server.issuance.services.relay import Relay

    keys = {each.webhook: Path(each.key_file) for each in book.routes.values() if each.webhook}
    errands = AlertErrands(database, book, build_mailer(config), Webhooks(keys))
    return Relay(database, errands.carriers(), only=KINDS)


def build_alerting(
    config: ServerConfig,
    database: "Database",
    book: "RuleBook",
    backend: "GuardedBackend | None",
    sites: "Callable[[UnitOfWork], list[str]]",
) -> "Alerting":
    """Who looks whether people have to know something."""
    from queue_server.fleet.adapters.server_certificate import certificate_until
    from queue_server.fleet.services.alerting import Alerting, Probes

    probes = Probes(
        backend_up=lambda: None if backend is None else backend.up,
        certificate_until=certificate_until(config),
    )
    return Alerting(database, book, sites, probes)


def build_hub_link(
    config: ServerConfig,
    database: "Database",
    book: "RuleBook",
    backend: "GuardedBackend | None",
) -> "HubLink | None":
    """Who tells the hub of all sites; None where none is configured."""
    if config.hub is None:
        return None
    from queue_server.core.tls import TlsFiles, actions_signer
    from queue_server.fleet.adapters.server_certificate import certificate_until
    from queue_server.hub_link.enrolment.command import trust_file
    from queue_server.hub_link.gathering import Gathering
    from queue_server.hub_link.link import Hub, HubLink
    from queue_server.hub_link.services.state import Probes

    probes = Probes(
        book=book,
        backend_up=lambda: None if backend is None else backend.up,
        certificate_until=certificate_until(config),
    )
    every_s = config.hub.every_s
    return HubLink(
        database,
        config.site,
        Hub(config.hub.url, every_s),
        trust_file(config),
        Gathering(database, config.site, config.hub.region, every_s, probes),
        sign=lambda: None if config.plain_http else actions_signer(TlsFiles(config.tls.folder)),
    )


def build_wallet(config: ServerConfig) -> "WatchedGateway | None":
    """The client of the wallets' gateway; None where the site has none. It probes nothing until it
    is started."""
    if config.wallet is None:
        return None
    from queue_server.payments.adapters.gateway import WatchedGateway, token_file
    from queue_server.payments.adapters.json_http import JsonHttp

    settings = config.wallet
    return WatchedGateway(
        JsonHttp(settings.url, settings.ca_bundle),
        token_file(settings.credential_file),
        settings.deadline_s,
        settings.probe_s,
    )


def build_wallet_watch(config: ServerConfig, database: "Database") -> "WalletWatch | None":
    """What follows the wallets' charges in the jobs process; None where the site has no gateway."""
    gateway = build_wallet(config)
    if config.wallet is None or gateway is None:
        return None
    from queue_server.issuance.services.wallet_watch import WalletWatch

    return WalletWatch(database, gateway, config.wallet.valid_s)


def build_mailer(config: ServerConfig) -> "Mailer | None":
    """Who hands letters to the mail server; None where none is configured."""
    if config.mail is None:
        return None
    from queue_server.core.mail import Mailer
    from queue_server.issuance.adapters.soap import CredentialUnreadable, credential_file

    mail = config.mail
    account = mail.login_file and credential_file(mail.login_file)

    def login() -> tuple[str, str]:
        assert account is not None
        try:
            given = account()
        except CredentialUnreadable as error:
            raise OSError(str(error)) from None  # like a server away: the letter waits
        return given.user, given.password

    return Mailer(
        mail.host,
        mail.port,
        mail.sender,
        starttls=mail.starttls,
        ca_file=mail.ca_file,
        login=login if account else None,
    )
