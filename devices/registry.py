"""Which models there are and how one is built from configuration. Nothing is imported until then.

A model is a folder with ``driver.py`` (holding ``MODEL``) and ``simulator.py`` (holding
``build``, or ``listen`` for a device on the network), and one line in ``MODELS``.
"""

import difflib
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devices.driver import Closable, Driver, Model, Options, Report
from devices.errors import InvalidOption, UnknownModel, UnknownOption
from devices.supervisor import Publish, Supervisor

MODELS: Mapping[str, str] = {
    "escpos": "devices.escpos",
    "nexo": "devices.nexo",
    "serial-mrz": "devices.serial_mrz",
}


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device of a kiosk; units are the options'.

    ``port`` is a path, ``tcp://host:port``, or ``http://host:port`` where the model takes it.
    """

    name: str
    model: str
    port: str
    options: Options = field(default_factory=dict)


def package_of(model: str) -> str:
    """Return the dotted path of a model's folder; raises ``UnknownModel`` naming the nearest."""
    try:
        return MODELS[model]
    except KeyError:
        known = tuple(sorted(MODELS))
        raise UnknownModel(model, _nearest(model, known), known) from None


def load_model(model: str) -> Model:
    """Import a model's driver and return its description."""
    found: Model = importlib.import_module(f"{package_of(model)}.driver").MODEL
    return found


def build(config: DeviceConfig, publish: Publish) -> Supervisor:
    """Make the supervisor of one configured device, not started; raises ``ConfigurationError``."""
    model = load_model(config.model)
    options = _checked(config, model)

    def open_port() -> Closable:
        return model.open_link(config.port, options)

    def build_driver(link: Any, report: Report) -> Driver:
        return model.build(link, options, report)

    return Supervisor(
        device=config.name,
        kind=model.kind,
        model=config.model,
        open_link=open_port,
        build_driver=build_driver,
        publish=publish,
        refuse=model.refuse,
        beside=model.beside,
    )


def _checked(config: DeviceConfig, model: Model) -> Options:
    defaults = {**model.link_options, **model.options}
    for name, value in config.options.items():
        if name not in defaults:
            raise UnknownOption(config.name, name, _nearest(name, defaults), sorted(defaults))
        choices = model.choices.get(name)
        if choices is not None and value not in choices:
            raise InvalidOption(config.name, name, value, f"one of {', '.join(choices)}")
        if not _same_type(value, defaults[name]):
            wanted = type(defaults[name]).__name__
            raise InvalidOption(config.name, name, value, f"a value of type {wanted}")
    return {**defaults, **config.options}


def _same_type(value: object, default: object) -> bool:
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _nearest(word: str, known: Iterable[str]) -> str | None:
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None
