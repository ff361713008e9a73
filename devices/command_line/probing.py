"""``probe``: which of the models answers at a port."""

import contextlib

from devices.command_line.books import wiring
from devices.command_line.tables import table
from devices.command_line.target import options as chosen_options
from devices.command_line.words import BadArgument, parts_of, what_to_do
from devices.driver import Model
from devices.errors import LinkError
from devices.ports import scheme_of
from devices.registry import MODELS, DeviceConfig, load_model, open_driver
from devices.status import DeviceState

_THERE = (
    DeviceState.ONLINE,
    DeviceState.OFFLINE,
    DeviceState.DEVICE_BUSY,
    DeviceState.HARDWARE_ERROR,
    DeviceState.FRAUD_ATTEMPT,
    DeviceState.POTENTIAL_FRAUD,
)


def probe(port: str, only: str | None, options: list[str]) -> int:
    """Print what each model that can be asked found; 0 when at least one answered.

    ``options`` are those of the model ``only``, as ``NAME=VALUE``. Raises ``BadArgument``.
    """
    if options and only is None:
        raise BadArgument("--option belongs to one model: name it with --model.")
    chosen = chosen_options(only, options) if only else {}
    print(f"Probing {port}; a kiosk that uses it must be stopped. One line a model:")
    rows: list[tuple[str, str, str, str]] = []
    answered = False
    for name in (only,) if only else sorted(MODELS):
        with contextlib.suppress(ImportError):
            if fits(load_model(name), port):
                row, there = _try(DeviceConfig(name, name, port, chosen))
                rows.append(row)
                answered = answered or there
    print(table(("MODEL", "DEVICE", "PARTS", "WHAT TO DO"), rows))
    if not answered:
        print("\nNo model answered: check power, cable and line settings (--model and --option).")
        print("Readers and keypads only send; watch them with `monitor MODEL --port PORT`.")
    return 0 if answered else 1


def fits(model: Model, port: str) -> bool:
    """Whether a device of this model could be at a port written like this."""
    return model.answers and scheme_of(port) == model.port_scheme


def _try(config: DeviceConfig) -> tuple[tuple[str, str, str, str], bool]:
    """A row of the table, and whether a device of this model is there."""
    name = config.model
    try:
        driver = open_driver(config, wiring(lambda _payload: None))
    except LinkError as refused:
        return (name, "", "", str(refused)), False
    try:
        status = driver.probe()
    except LinkError as lost:
        return (name, "", "", str(lost)), False
    finally:
        driver.close()
    shown = (name, str(status.device), parts_of(status), what_to_do(status))
    return shown, status.device in _THERE
