"""Which device a technician means: one of a kiosk's file, or a model at a port."""

import argparse
import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devices.command_line.books import NoCredits, NoPayouts
from devices.command_line.words import BadArgument
from devices.driver import Options
from devices.registry import DeviceConfig, build, load_model
from devices.supervisor import Publish, Supervisor

DEFAULT_CONFIG = Path("kiosk.toml")


def add_target(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a device."""
    parser.add_argument("device", help="its name in the kiosk's file, or a model with --port")
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, help="the kiosk's file (kiosk.toml)"
    )
    parser.add_argument("--port", help="then DEVICE is a model and no file is read")
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of a model: ``--option baud=19200``."""
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the model"
    )


def target(arguments: argparse.Namespace) -> DeviceConfig:
    """The device that is meant. Raises ``BadArgument`` or ``ConfigurationError``."""
    if arguments.port:
        name = arguments.device
        return DeviceConfig(name, name, arguments.port, options(name, arguments.option))
    rows = _rows(arguments.config)
    row = rows.get(arguments.device)
    if row is None:
        near = difflib.get_close_matches(arguments.device, rows, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(rows) or 'none'}."
        raise BadArgument(f"{arguments.config} has no device {arguments.device!r}: {hint}")
    where = f"{arguments.config}: {arguments.device}"
    model, port, chosen = row.get("model"), row.get("port"), row.get("options", {})
    for name, value in (("model", model), ("port", port)):
        if not isinstance(value, str):
            raise BadArgument(f'{where}: write {name} = "…" with a text.')
    if not isinstance(chosen, dict):
        raise BadArgument(f"{where}: write its options as [devices.options] or options = {{ … }}.")
    return DeviceConfig(arguments.device, str(model), str(port), chosen)


def options(model: str, words: list[str]) -> Options:
    """``NAME=VALUE`` words as the model's types. Raises ``BadArgument``, ``UnknownModel``."""
    described = load_model(model)
    defaults = {**described.link_options, **described.options}
    found: dict[str, str | int | float | bool] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadArgument(f"--option: write NAME=VALUE, not {word!r}.")
        found[name] = _typed(name, value, defaults.get(name, ""))
    return found


def _typed(name: str, value: str, default: str | int | float | bool) -> str | int | float | bool:
    if isinstance(default, bool):
        if value not in ("true", "false"):
            raise BadArgument(f"--option {name}: write true or false, not {value!r}.")
        return value == "true"
    try:
        return type(default)(value)
    except ValueError:
        wanted = "a whole number" if isinstance(default, int) else "a number"
        raise BadArgument(f"--option {name}: write {wanted}, not {value!r}.") from None


def _rows(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadArgument(
            f"{path}: no such file; name the kiosk's file with --config, or give a model and --port"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadArgument(f"{path}: not valid TOML: {error}") from None
    rows: Any = read.get("devices", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadArgument(f"{path}: write each device as a table of its own, under [[devices]].")
    return {str(row.get("name", "")): row for row in rows}


def supervise(config: DeviceConfig, publish: Publish) -> Supervisor:
    """The device's supervisor, not started; where it handles cash, it has nowhere to book it."""
    return build(config, publish, credit_book=NoCredits(), payout_book=NoPayouts())
