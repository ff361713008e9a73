"""Staff closed this kiosk: remembered across restarts, told to the server with the heartbeat."""

from collections.abc import Mapping
from typing import Any

from devices.status import Action, DeviceState
from kiosk.flow.world import Closure
from kiosk.staff.kept import KeptFile


class ClosureBook:
    """Whether the kiosk is closed, and why."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file
        self.closure = _closure(file.read())

    def keep(self, closure: Closure | None) -> None:
        """From now on, also after a restart. Raises OSError."""
        self._file.keep(str(closure) if closure is not None else "")
        self.closure = closure

    def rows(self) -> list[Mapping[str, Any]]:
        """A row among the kiosk's devices while it is closed, as the heartbeat carries them."""
        if self.closure is None:
            return []
        return [
            {
                "name": "service",
                "kind": "service",
                "model": "staff",
                "device": DeviceState.OFFLINE,
                "parts": {},
                "action": Action.MAINTENANCE,
                "detail": f"staff closed this kiosk: {self.closure}; open it at its own menu",
            }
        ]


def _closure(read: Any) -> Closure | None:
    return Closure(read) if read in set(Closure) else None
