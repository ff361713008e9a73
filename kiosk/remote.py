"""Lets a test or a demonstration touch the screen from another process; off unless asked for."""

from collections.abc import Mapping

from devices.control import ControlServer
from kiosk.touch import Touch

LOOPBACK = "127.0.0.1"


def remote_control(port: int) -> ControlServer:
    """A control port on the loopback address: `<verb> [<words>]` in, `{"answer": …}` out.

    Verbs are those of `kiosk.touch`. Nothing but this machine can reach it.
    """

    def obey(line: str) -> Mapping[str, object]:
        verb, _, words = line.partition(" ")
        try:
            return {"answer": Touch().ask(verb, *([words] if words else []))}
        except (LookupError, RuntimeError, TypeError) as refused:
            raise ValueError(str(refused)) from refused

    return ControlServer(LOOPBACK, port, obey)
