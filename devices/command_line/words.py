"""How statuses and errors read in a terminal. Pure."""

from devices.status import DeviceStatus


def parts_of(status: DeviceStatus) -> str:
    """``paper low, cover closed``."""
    return ", ".join(f"{name} {state}" for name, state in sorted(status.parts.items()))


def what_to_do(status: DeviceStatus) -> str:
    """The XFS action and the sentence that goes with it."""
    action = f"[{status.action}] " if status.action is not None else ""
    return f"{action}{status.detail}"


def is_host(text: str) -> bool:
    """Whether a network could look it up at all: not empty, no odd characters, no endless part."""
    try:
        return bool(text.encode("idna")) and text.isprintable()
    except UnicodeError:
        return False


class BadArgument(ValueError):
    """A word on the command line that cannot be followed; its text says what to write."""
