"""The rules of alerts as a TOML file: unknown keys and words are refused with what to write."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devices.status import DeviceState
from queue_server.config import ConfigError, ServerConfig
from queue_server.core.mail import is_address
from queue_server.fleet.model.alert_rules import (
    Condition,
    Flapping,
    Route,
    Rule,
    RuleBook,
    Severity,
)
from queue_server.staff.model import PEOPLE

DEFAULT = Path(__file__).with_name("alerts.toml")
_NEAR = ("localhost", "127.0.0.1", "::1")


class AlertsFileError(Exception):
    """The file cannot be used; the message says which key and what to write."""


def load(path: Path = DEFAULT) -> RuleBook:
    """The rules in `path`. Raises AlertsFileError, always with one line to act on."""
    try:
        raw = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise AlertsFileError(f"{path}: no such file; copy deploy/alerts.toml") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AlertsFileError(f"{path}: {error}") from error
    try:
        return _book(raw, path.parent)
    except ValueError as error:
        raise AlertsFileError(f"{path}: {error}") from error


def alert_rules(config: ServerConfig) -> RuleBook:
    """The rules this server goes by. Raises ConfigError."""
    try:
        return load(config.alerts_file or DEFAULT)
    except AlertsFileError as error:
        raise ConfigError(str(error)) from error


def _book(raw: Mapping[str, Any], folder: Path) -> RuleBook:
    _known("", raw, ("rules", "flapping", "routes"))
    rules = tuple(_rule(name, row) for name, row in raw.get("rules", {}).items())
    if not rules:
        raise ValueError("there is no rule; write at least one [rules.<name>]")
    flapping = raw.get("flapping", {})
    _known("flapping", flapping, [each.name for each in fields(Flapping)])
    routes = {role: _route(role, row, folder) for role, row in raw.get("routes", {}).items()}
    return RuleBook(rules, Flapping(**flapping), routes)


def _rule(name: str, row: Mapping[str, Any]) -> Rule:
    where = f"rules.{name}"
    _known(where, row, [each.name for each in fields(Rule) if each.name != "name"])
    for key in ("condition", "severity", "title"):
        if key not in row:
            raise ValueError(f"{where}: `{key}` is missing")
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    given["condition"] = _word(f"{where}.condition", row["condition"], Condition)
    given["severity"] = _word(f"{where}.severity", row["severity"], Severity)
    given["states"] = tuple(
        _word(f"{where}.states", each, DeviceState) for each in given.get("states", ())
    )
    given["roles"] = tuple(_role(f"{where}.roles", each) for each in given.get("roles", ()))
    return Rule(name=name[:40], **given)


def _route(role: str, row: Mapping[str, Any], folder: Path) -> Route:
    where = f"routes.{_role('routes', role)}"
    _known(where, row, [each.name for each in fields(Route)])
    emails, webhook = tuple(row.get("emails", ())), row.get("webhook", "")
    for each in emails:
        if not is_address(each):
            raise ValueError(f"{where}.emails: {each!r} is not an e-mail address")
    if webhook:
        target = urlsplit(webhook)
        if target.scheme != "https" and target.hostname not in _NEAR:
            raise ValueError(f"{where}.webhook: write https://; nothing is told in the clear")
        if not row.get("key_file"):
            raise ValueError(f"{where}.key_file: name the file whose content signs the webhook")
    key = row.get("key_file", "")
    return Route(emails, webhook, str(folder / key) if key else "")


def _known(where: str, row: Mapping[str, Any], keys: Any) -> None:
    for key in row:
        if key not in keys:
            near = difflib.get_close_matches(key, list(keys), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"unknown key {f'{where}.{key}'.lstrip('.')!r}{hint}")


def _word(where: str, word: str, words: type[StrEnum]) -> Any:
    try:
        return words(word)
    except ValueError:
        known = ", ".join(words)
        raise ValueError(f"{where}: {word!r} is not one of {known}") from None


def _role(where: str, word: str) -> str:
    if word not in set(PEOPLE):
        raise ValueError(f"{where}: {word!r} is not one of {', '.join(PEOPLE)}")
    return word
