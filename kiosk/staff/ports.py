"""Which device is at which port, where staff found it elsewhere than the configuration says."""

from collections.abc import Callable, Sequence
from threading import Event as Signal
from typing import Any

import structlog

from devices.ports import PortSeen
from devices.supervisor import Event, Publish, StatusChanged, Supervisor
from kiosk.config import Device, KioskConfig
from kiosk.flow.staff.states import PlacedPart
from kiosk.staff.kept import KeptFile

ANSWER_S = 12.0
"""How long a device may take to answer at another port."""

log = structlog.get_logger("staff")


class PortBook:
    """The ports staff chose, by a device's name; the configuration's own file stays as it is."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def placed(self, config: KioskConfig) -> KioskConfig:
        """`config` with the devices where staff found them."""
        chosen = self._chosen()
        devices = tuple(_at(each, chosen.get(each.name, each.port)) for each in config.devices)
        return config.model_copy(update={"devices": devices})

    def keep(self, name: str, port: str) -> None:
        """From the next start on, `name` is at `port`. Raises OSError."""
        self._file.keep({**self._chosen(), name: port})

    def _chosen(self) -> dict[str, str]:
        read: Any = self._file.read()
        return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}


class PortDesk:
    """Looks for devices at other ports. `build` makes a supervisor that is not started yet."""

    def __init__(
        self,
        config: KioskConfig,
        kinds: Callable[[str], str],
        book: PortBook,
        build: Callable[[Device, Publish], Supervisor],
        lister: Callable[[], Sequence[PortSeen]],
    ) -> None:
        self._config = config
        self._kinds = kinds
        self._book = book
        self._build = build
        self._lister = lister

    def parts(self) -> tuple[PlacedPart, ...]:
        """The devices at a serial port, as configured now."""
        serial = (each for each in self._config.devices if "://" not in each.port)
        return tuple(PlacedPart(each.name, self._kinds(each.name), each.port) for each in serial)

    def ports(self) -> tuple[str, ...]:
        """The ports of this machine, by what does not change where there is such a thing."""
        try:
            seen = self._lister()
        except OSError as error:
            log.error("the ports could not be listed", why=str(error))
            return ()
        return tuple(dict.fromkeys(each.usb or each.path for each in seen))

    def move(self, name: str, port: str) -> bool:
        """Whether the device `name` answers at `port`; only then is that kept. Raises OSError."""
        device = next((each for each in self._config.devices if each.name == name), None)
        if device is None or not self._answers(_at(device, port)):
            return False
        self._book.keep(name, port)
        return True

    def _answers(self, device: Device) -> bool:
        there = Signal()

        def publish(news: Event) -> None:
            if isinstance(news, StatusChanged) and news.status.usable:
                there.set()

        supervisor = self._build(device, publish)
        supervisor.start()
        try:
            return there.wait(ANSWER_S)
        finally:
            supervisor.stop()


def _at(device: Device, port: str) -> Device:
    return device.model_copy(update={"port": port})
