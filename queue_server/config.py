"""What a server process needs to start: one TOML file, unknown keys refused by name."""

import difflib
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_POSTGRESQL = r"^postgresql\+psycopg://[^\s]*$"
_TOKEN = r"^[\x21-\x7e]{24,200}$"
ONE_WORKER = (
    "`workers` is more than 1: on SQLite one process writes at a time and notices the others' "
    "commits by polling, so several web workers would only wait for each other; "
    "set `database_url` to a PostgreSQL, or leave it at 1"
)


ONLY_LOOPBACK = (
    "`plain_http`: passwords and personal data would cross the network; it is for a loopback "
    'address only (`host = "127.0.0.1"`). Remove the line and run `python -m queue_server init`, '
    "then this server speaks TLS"
)
_WHO_SIGNS = (
    "backend.wsse: say who signs the replies with `peer_certificate_file` or with `peer_ca_file`; "
    "if nobody does, `signed_replies = false` and neither of them"
)


class ConfigError(Exception):
    """The configuration file cannot be used; the message says which key and what to write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Discovery(_Section):
    """Zeroconf: whether this server advertises itself, and on which addresses (empty: all)."""

    enabled: bool = True
    interfaces: tuple[str, ...] = ()


class Wsse(_Section):
    """WS-Security, for a centre that asks for it. Every file is read anew when it changes.

    Replies must be signed by the certificates in `peer_certificate_file`, or under the common name
    `peer_name` by who is certified by those in `peer_ca_file`. A centre that signs nothing needs
    `signed_replies = false`. Without `credential_file` the backend's own counts.
    """

    username_token: Literal["digest", "text", "none"] = "digest"
    credential_file: Path | None = None
    key_file: Path | None = None
    certificate_file: Path | None = None
    signed_replies: bool = True
    peer_certificate_file: Path | None = None
    peer_ca_file: Path | None = None
    peer_name: str | None = None
    confirmation: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> "Wsse":
        if (self.key_file is None) != (self.certificate_file is None):
            raise ValueError("backend.wsse: `key_file` and `certificate_file` go together")
        if self.username_token == "none" and self.key_file is None:
            raise ValueError("backend.wsse: give a `username_token`, a `key_file`, or both")
        peers = [each for each in (self.peer_certificate_file, self.peer_ca_file) if each]
        if len(peers) != (1 if self.signed_replies else 0):
            raise ValueError(_WHO_SIGNS)
        if (self.peer_ca_file is None) != (self.peer_name is None):
            raise ValueError(
                "backend.wsse: `peer_ca_file` and `peer_name` (the common name) go together"
            )
        if self.confirmation and not self.signed_replies:
            raise ValueError("backend.wsse: `confirmation` needs signed replies")
        return self


class Backend(_Section):
    """The central issuance backend. The credential file is read anew for every call."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    credential_file: Path
    ruc: Annotated[str, Field(pattern=r"^\d{11}$")]
    operator_dni: Annotated[str, Field(pattern=r"^\d{8}$")]
    authority_file: Path
    ca_bundle: Path | None = None
    terminal: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    address: Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]{2,45}$")] = "127.0.0.1"
    probe_s: Annotated[float, Field(gt=0, le=2)] = 1.0
    deadline_s: Annotated[float, Field(gt=0, le=30)] = 8.0
    link_days: Annotated[int, Field(ge=1, le=90)] = 7
    voucher_wait_hours: Annotated[int, Field(ge=1, le=168)] = 72
    wsse: Wsse | None = None


class Mail(_Section):
    """The mail server that takes the letters. `login_file`: TOML with `user` and `password`."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    starttls: bool = True
    ca_file: Path | None = None
    login_file: Path | None = None

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> "Mail":
        if self.login_file is not None and not self.starttls:
            raise ValueError("mail: a password is not sent in the clear; set `starttls = true`")
        return self


class Wallet(_Section):
    """The wallets' gateway (Yape, Plin). The file holds its token, and is read for every call.

    `valid_s`: how long a code may be paid. `deadline_s`: of one call; `probe_s`: of "do you serve?"
    """

    url: Annotated[str, Field(pattern=r"^https?://")]
    credential_file: Path
    ca_bundle: Path | None = None
    valid_s: Annotated[int, Field(ge=30, le=600)] = 180
    deadline_s: Annotated[float, Field(gt=0, le=30)] = 8.0
    probe_s: Annotated[float, Field(gt=0, le=2)] = 1.0

    @model_validator(mode="after")
    def _no_token_in_the_clear(self) -> "Wallet":
        near = ("localhost", "127.0.0.1", "::1")
        if self.url.startswith("http://") and urlsplit(self.url).hostname not in near:
            raise ValueError("wallet: a token is not sent in the clear; write https://")
        return self


class Hub(_Section):
    """The hub of all sites, to which this site tells how it stands (docs/hub_link.md).

    `region`: the department, as the hub's page groups sites. `trust_file`: its name in the folder
    `[tls] folder`; `enrol` writes it. Only https://: a credential goes to nobody else.
    """

    url: Annotated[str, Field(pattern=r"^https://[0-9A-Za-z.:\[\]_-]+/?$")]
    region: Annotated[str, Field(min_length=1, max_length=40)]
    every_s: Annotated[float, Field(ge=0.05, le=60)] = 10.0
    trust_file: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,60}$")] = (
        "hub_trust.json"
    )


class Tls(_Section):
    """Where the site's authority and certificate are, and by which further `names` (host names,
    addresses) clients call this server. `credential_days`: how long a kiosk's credential lives; it
    renews it by itself after half of that.
    """

    folder: Path = Path("tls")
    names: tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z.:-]{1,253}$")], ...] = ()
    credential_days: Annotated[int, Field(ge=1, le=365)] = 30


class Audit(_Section):
    """Where the head of the audit chain is written down outside the database, every
    `anchor_every_s` seconds: the file `anchor_file`, and `syslog`: a socket (`/dev/log`),
    `host:port` (UDP), or nowhere (empty). `verify_every_s`: how often the whole chain is walked.
    """

    anchor_every_s: Annotated[float, Field(ge=1, le=3600)] = 300.0
    anchor_file: Path = Path("audit-anchors.log")
    syslog: Annotated[str, Field(pattern=r"^(|/.+|[0-9A-Za-z.:\[\]-]+:\d{1,5})$")] = ""
    verify_every_s: Annotated[float, Field(ge=1, le=86400)] = 3600.0


Days = Annotated[int, Field(ge=1, le=36500, strict=True)] | Literal["keep"]


class Retention(_Section):
    """How many days personal data of settled things is kept; "keep": until somebody decides.

    `application_days`, `voucher_days`, `wallet_days`, `claim_days`: see docs/personal_data.md.
    """

    application_days: Days = 120
    voucher_days: Days = 120
    wallet_days: Days = 30
    claim_days: Days = 1827


class ServerConfig(_Section):
    """One site's server. Paths are relative to the file's folder.

    It speaks TLS; `plain_http` is for a loopback address only (tests, a proxy on this machine).

    The database is the SQLite file `database`, or the PostgreSQL at `database_url`, whose password
    may stand in a file of its own. `workers`: web processes, more than one on PostgreSQL only.
    `media_folder` holds what displays show between calls. `public_address` is where phones reach
    this server (https://…); without one no QR is offered. `alerts_file`: the rules of alerts, if
    they are others than those it comes with. `metrics_token`: who bears it may read `/metrics`.
    """

    site: Annotated[str, Field(pattern=r"^[A-Z0-9-]{2,20}$")]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    plain_http: bool = False
    tls: Tls = Tls()
    audit: Audit = Audit()
    database: Path = Path("ventanilla.db")
    database_url: str | None = Field(default=None, pattern=_POSTGRESQL, repr=False)
    database_password_file: Path | None = None
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    data_key_file: Path = Path("data.key")
    audit_key_file: Path = Path("audit.key")
    public_address: str | None = None
    media_folder: Path | None = None
    discovery: Discovery = Discovery()
    backend: Backend | None = None
    mail: Mail | None = None
    wallet: Wallet | None = None
    alerts_file: Path | None = None
    metrics_token: str | None = Field(default=None, pattern=_TOKEN, repr=False)
    retention: Retention = Retention()
    hub: Hub | None = None

    @model_validator(mode="after")
    def _one_database(self) -> "ServerConfig":
        if self.database_url is not None and "database" in self.model_fields_set:
            raise ValueError("give `database` (a SQLite file) or `database_url`, not both")
        if self.database_url is None and self.database_password_file is not None:
            raise ValueError("`database_password_file` goes with `database_url`")
        if self.database_url is None and self.workers > 1:
            raise ValueError(ONE_WORKER)
        return self

    @model_validator(mode="after")
    def _nothing_in_the_clear(self) -> "ServerConfig":
        if self.plain_http and not is_loopback(self.host):
            raise ValueError(ONLY_LOOPBACK)
        return self

    @property
    def scheme(self) -> str:
        """What clients of this server speak."""
        return "http" if self.plain_http else "https"

    @property
    def database_name(self) -> str:
        """The database as a person may see it: no user, no password."""
        if self.database_url is None:
            return str(self.database)
        return "postgresql://" + self.database_url.rpartition("@")[2].partition("?")[0]


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine alone. A name is none: it may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load_config(path: Path) -> ServerConfig:
    """The configuration in `path`. Raises ConfigError, always with one line to act on."""
    try:
        raw = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; copy deploy/server.toml and edit it") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = ServerConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_fault(error)}") from error
    return _from_folder(config, path.parent)


def _from_folder(config: ServerConfig, folder: Path) -> ServerConfig:
    backend = config.backend and config.backend.model_copy(
        update={
            "credential_file": folder / config.backend.credential_file,
            "authority_file": folder / config.backend.authority_file,
            "ca_bundle": config.backend.ca_bundle and folder / config.backend.ca_bundle,
            "wsse": config.backend.wsse and _files_from(config.backend.wsse, folder),
        }
    )
    mail = config.mail and config.mail.model_copy(
        update={
            "ca_file": config.mail.ca_file and folder / config.mail.ca_file,
            "login_file": config.mail.login_file and folder / config.mail.login_file,
        }
    )
    wallet = config.wallet and config.wallet.model_copy(
        update={
            "credential_file": folder / config.wallet.credential_file,
            "ca_bundle": config.wallet.ca_bundle and folder / config.wallet.ca_bundle,
        }
    )
    return config.model_copy(
        update={
            "mail": mail,
            "wallet": wallet,
            "database": folder / config.database,
            "database_password_file": config.database_password_file
            and folder / config.database_password_file,
            "data_key_file": folder / config.data_key_file,
            "alerts_file": config.alerts_file and folder / config.alerts_file,
            "audit_key_file": folder / config.audit_key_file,
            "audit": config.audit.model_copy(
                update={"anchor_file": folder / config.audit.anchor_file}
            ),
            "tls": config.tls.model_copy(update={"folder": folder / config.tls.folder}),
            "media_folder": config.media_folder and folder / config.media_folder,
            "backend": backend,
        }
    )


def _files_from(section: Wsse, folder: Path) -> Wsse:
    files = {name: folder / value for name, value in section if isinstance(value, Path)}
    return section.model_copy(update=files)


def _first_fault(error: ValidationError) -> str:
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")
    if where == "database_url":
        return f"{where}: write postgresql+psycopg://user@host:5432/name"
    if where == "metrics_token":  # its value must not be repeated
        return f"{where}: write 24 to 200 letters, digits or signs without a space"
    if where == "hub.url":
        return f"{where}: write https://name:port, and no path; a credential goes to nobody else"
    if fault["loc"][0] == "retention" and fault["type"] != "extra_forbidden":
        return f'retention.{fault["loc"][1]}: write days (1 to 36500) or "keep"'
    if fault["type"] != "extra_forbidden":
        return f"{where}: {fault['msg']}"
    near = difflib.get_close_matches(str(fault["loc"][-1]), _known_keys(fault["loc"]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {where!r}{hint}"


_SECTIONS: dict[tuple[Any, ...], type[BaseModel]] = {
    ("discovery",): Discovery,
    ("backend",): Backend,
    ("backend", "wsse"): Wsse,
    ("tls",): Tls,
    ("audit",): Audit,
    ("retention",): Retention,
    ("mail",): Mail,
    ("wallet",): Wallet,
    ("hub",): Hub,
}


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    return list(_SECTIONS.get(location[:-1], ServerConfig).model_fields)
