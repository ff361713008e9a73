"""Which models there are and how one is built from configuration. Nothing is imported until then.

A model is a folder with ``driver.py`` (holding ``MODEL``) and ``simulator.py`` (holding
``build``, or ``listen`` for a device on the network), and one line in ``MODELS``.
"""

import difflib
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devices.driver import Closable, Driver, Model, Options, Report, Wiring
from devices.errors import BookMissing, InvalidOption, UnknownModel, UnknownOption
from devices.kinds import cash_acceptor, cash_dispenser
from devices.kinds.cash_acceptor import CreditBook
from devices.kinds.cash_dispenser import PayoutBook
from devices.link import RawRing
from devices.ports import PortLister, is_port, resolve, system_ports
from devices.supervisor import Publish, Supervisor

MODELS: Mapping[str, str] = {
    "cctalk-bill": "devices.cctalk_bill",
    "cctalk-coin": "devices.cctalk_coin",
    "cctalk-hopper": "devices.cctalk_hopper",
    "concert": "devices.concert",
    "escpos": "devices.escpos",
    "id003": "devices.id003",
    "navigation-keypad": "devices.navigation_keypad",
    "nexo": "devices.nexo",
    "pcsc-chip": "devices.pcsc_chip",
    "scanner-2d": "devices.scanner_2d",
    "serial-mrz": "devices.serial_mrz",
    "wedge-mrz": "devices.keyboard_wedge",
}

_LIMITS: Mapping[str, tuple[float, float]] = {
    "baud": (50, 4_000_000),
    "poll_interval_s": (0.01, 60),
    "reply_timeout_s": (0.01, 60),
}
_ANY_TIME_S = (0.0, 3600.0)


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device of a kiosk; units are the options'.

    ``port`` is a path, ``usb:VID:PID[:SERIAL]``, ``usb-path:SOCKET``, ``tcp://host:port``, or
    ``http://host:port`` where the model takes it.
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


def open_driver(config: DeviceConfig, wiring: Wiring, lister: PortLister = system_ports) -> Driver:
    """Open one configured device without a supervisor; the caller closes it.

    Raises ``ConfigurationError`` or ``LinkError``.
    """
    model = load_model(config.model)
    options = _checked(config, model)
    link = _open(model, resolve(config.port, lister), options)
    try:
        return model.build(link, options, wiring)
    except BaseException:
        link.close()
        raise


def build(
    config: DeviceConfig,
    publish: Publish,
    *,
    credit_book: CreditBook | None = None,
    payout_book: PayoutBook | None = None,
    lister: PortLister = system_ports,
) -> Supervisor:
    """Make the supervisor of one configured device, not started; raises ``ConfigurationError``."""
    model = load_model(config.model)
    options = _checked(config, model)
    _check_books(config.model, model, credit_book, payout_book)

    def open_port() -> Closable:
        return _open(model, resolve(config.port, lister), options)

    def build_driver(link: Any, report: Report) -> Driver:
        return model.build(link, options, Wiring(report, credit_book, payout_book))

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


def _open(model: Model, port: str, options: Options) -> Closable:
    link = model.open_link(port, options)
    ring = getattr(link, "raw", None)
    if isinstance(ring, RawRing) and not model.personal:
        ring.show_all()
    return link


def _check_books(
    name: str, model: Model, credit_book: CreditBook | None, payout_book: PayoutBook | None
) -> None:
    """Nothing that moves money runs before it can be written down."""
    if model.kind == cash_acceptor.KIND and credit_book is None:
        raise BookMissing(name, "credit book")
    if model.kind == cash_dispenser.KIND and payout_book is None:
        raise BookMissing(name, "payout book")


def _checked(config: DeviceConfig, model: Model) -> Options:
    if not is_port(config.port):
        wanted = "a path, an address, usb:VID:PID[:SERIAL] or usb-path:SOCKET"
        raise InvalidOption(config.name, "port", config.port, wanted)
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
        _check_range(config.name, name, value, _limits(model, name, defaults[name]))
    return {**defaults, **config.options}


def _limits(model: Model, name: str, default: object) -> tuple[float, float] | None:
    """The range of a number: the model's own, what holds for every one, or any time there is."""
    found = model.limits.get(name) or _LIMITS.get(name)
    return _ANY_TIME_S if found is None and isinstance(default, float) else found


def _check_range(
    device: str, name: str, value: str | float, limits: tuple[float, float] | None
) -> None:
    """``nan`` is in no range: TOML can write it, and no wait could end."""
    if limits is None or isinstance(value, str) or limits[0] <= value <= limits[1]:
        return
    raise InvalidOption(device, name, value, f"a number from {limits[0]} to {limits[1]}")


def _same_type(value: object, default: object) -> bool:
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _nearest(word: str, known: Iterable[str]) -> str | None:
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None
