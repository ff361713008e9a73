"""What a server process needs to start: one TOML file, unknown keys refused by name."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ConfigError(Exception):
    """The configuration file cannot be used; the message says which key and what to write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Discovery(_Section):
    """Zeroconf: whether this server advertises itself, and on which addresses (empty: all)."""

    enabled: bool = True
    interfaces: tuple[str, ...] = ()


class Backend(_Section):
    """The central issuance backend. The credential file is read anew for every call."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    credential_file: Path
    ruc: Annotated[str, Field(pattern=r"^\d{11}$")]
    operator_dni: Annotated[str, Field(pattern=r"^\d{8}$")]
    authority_file: Path
    ca_bundle: Path | None = None
    deadline_s: Annotated[float, Field(gt=0, le=30)] = 8.0
    link_days: Annotated[int, Field(ge=1, le=90)] = 7


class Mail(_Section):
    """The mail server that takes the certificates."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    starttls: bool = True


class ServerConfig(_Section):
    """One site's server. Paths are relative to the file's folder.

    `public_address` is where phones reach this server (https://…); without one no QR is offered.
    """

    site: Annotated[str, Field(pattern=r"^[A-Z0-9-]{2,20}$")]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    database: Path = Path("ventanilla.db")
    data_key_file: Path = Path("data.key")
    public_address: str | None = None
    discovery: Discovery = Discovery()
    backend: Backend | None = None
    mail: Mail | None = None


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
        }
    )
    return config.model_copy(
        update={
            "database": folder / config.database,
            "data_key_file": folder / config.data_key_file,
            "backend": backend,
        }
    )


def _first_fault(error: ValidationError) -> str:
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        return f"{where}: {fault['msg']}"
    near = difflib.get_close_matches(str(fault["loc"][-1]), _known_keys(fault["loc"]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {where!r}{hint}"


_SECTIONS: dict[str, type[BaseModel]] = {
    "discovery": Discovery,
    "backend": Backend,
    "mail": Mail,
}


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    section = _SECTIONS.get(str(location[0])) if len(location) > 1 else None
    return list((section or ServerConfig).model_fields)
