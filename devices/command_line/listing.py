"""``list``: the models there are drivers for, and the ports of this machine."""

from devices.command_line.tables import table
from devices.ports import PortLister, system_ports
from devices.registry import MODELS, load_model


def list_all(lister: PortLister = system_ports) -> int:
    """Print both tables."""
    print(models())
    print()
    print(ports(lister))
    return 0


def models() -> str:
    """Model, kind, and options with their defaults."""
    rows: list[tuple[str, str, str]] = []
    for name in sorted(MODELS):
        try:
            model = load_model(name)
        except ImportError as missing:
            rows.append((name, "not installed", f"needs an extra package ({missing.name})"))
            continue
        options = {**model.link_options, **model.options}
        shown = " ".join(f"{option}={_shown(value)}" for option, value in options.items())
        rows.append((name, model.kind, shown))
    return table(("MODEL", "KIND", "OPTIONS"), rows)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def ports(lister: PortLister) -> str:
    """Path, what a configuration may call it, and what USB says of it."""
    rows = [
        (seen.path, seen.usb, f"usb-path:{seen.location}" if seen.location else "",
         seen.description)
        for seen in lister()
    ]  # fmt: skip
    if not rows:
        return "No serial port is there. Plug the device in; TCP and HTTP devices are not listed."
    return table(("PORT", "BY ADAPTER", "BY SOCKET", "DESCRIPTION"), rows)
