"""``list``: the models there are drivers for, one model's options, and this machine's ports."""

from devices.command_line.tables import table
from devices.driver import Model
from devices.ports import PortLister, system_ports
from devices.registry import MODELS, load_model

MOST_CHOICES = 6


def list_all(lister: PortLister = system_ports) -> int:
    """Print the models and the ports."""
    print(models())
    print("\nOptions of one: python -m devices list MODEL\n")
    print(ports(lister))
    return 0


def list_one(name: str) -> int:
    """Print what one model can be told; raises ``UnknownModel``."""
    model = load_model(name)
    print(f"{name}: {model.kind}, {_reached(model)}\n")
    options = {**model.link_options, **model.options}
    rows = [
        (option, _shown(value), ", ".join(_choices(model, option)))
        for option, value in options.items()
    ]
    print(table(("OPTION", "DEFAULT", "ONE OF"), rows) if rows else "It has no options.")
    return 0


def models() -> str:
    """Model, kind, how it is reached, and whether it can be asked (and so probed)."""
    rows: list[tuple[str, str, str, str]] = []
    for name in sorted(MODELS):
        model = load_model(name)
        rows.append((name, model.kind, _reached(model), "yes" if model.answers else "only sends"))
    return table(("MODEL", "KIND", "REACHED BY", "ANSWERS"), rows)


def _reached(model: Model) -> str:
    if model.port_scheme:
        return {"http": "http://", "pcsc": "pcsc:"}.get(model.port_scheme, model.port_scheme)
    return "serial, tcp" if "baud" in model.link_options else "event file"


def _choices(model: Model, option: str) -> tuple[str, ...]:
    """The words an option takes; a long list is cut, as printers' profiles are."""
    choices = model.choices.get(option, ())
    return choices if len(choices) <= MOST_CHOICES else (*choices[:MOST_CHOICES], "…")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def ports(lister: PortLister) -> str:
    """Path, what a configuration may call it, and what USB says of it."""
    rows = [
        (
            seen.path,
            seen.usb,
            f"usb-path:{seen.location}" if seen.location else "",
            seen.description,
        )
        for seen in lister()
    ]
    if not rows:
        return "No serial port is there. Plug the device in; TCP and HTTP devices are not listed."
    return table(("PORT", "BY ADAPTER", "BY SOCKET", "DESCRIPTION"), rows)
