"""What the machine under a kiosk says of itself: temperature, free disk, its clock."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

THERMAL = Path("/sys/class/thermal")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# An exchange that took longer says too little about where in it the server looked at its clock.
LONGEST_EXCHANGE_S = 2.0


def boot_id(file: Path = BOOT_ID) -> str | None:
    """The id of this boot of the machine (Linux: random(4)); None where there is none."""
    with suppress(OSError):
        return file.read_text().strip() or None
    return None


class ClockOffset:
    """How far this machine's clock is from the server's. Safe from any thread.

    `monotonic` measures the exchange, so that a clock set in the middle of it does no harm.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._offset: float | None = None  # of (wall clock - monotonic) to the server's clock

    def begin(self) -> float:
        """An exchange begins; hand the result to `ended`."""
        return self._monotonic()

    def ended(self, begun: float, server_now: datetime) -> None:
        """The server looked at its clock somewhere in the exchange: taken for its middle."""
        ends = self._monotonic()
        if ends - begun > LONGEST_EXCHANGE_S:
            return
        with self._lock:
            self._offset = server_now.timestamp() - (begun + ends) / 2

    @property
    def server_now(self) -> datetime | None:
        """What the server's clock shows now; None before the first exchange."""
        with self._lock:
            offset = self._offset
        return None if offset is None else datetime.fromtimestamp(self._monotonic() + offset, UTC)

    @property
    def ms(self) -> int | None:
        """This clock minus the server's in milliseconds, now: positive when it is ahead. A clock
        that was set since the last exchange shows at once. None before the first."""
        with self._lock:
            offset = self._offset
        if offset is None:
            return None
        return round((self._now().timestamp() - self._monotonic() - offset) * 1000)


class Vitals:
    """Reads what the heartbeat tells of the machine; nothing of it raises."""

    def __init__(self, disk: Path, clock: ClockOffset, thermal: Path = THERMAL) -> None:
        self._disk = disk
        self._clock = clock
        self._thermal = thermal

    def row(self) -> dict[str, Any]:
        """Temperature in °C, free disk in MB and percent, clock offset in ms."""
        free_mb, percent = self._room()
        return {
            "temperature_c": self._temperature_c(),
            "disk_free_mb": free_mb,
            "disk_percent": percent,
            "clock_offset_ms": self._clock.ms,
        }

    def _room(self) -> tuple[int | None, int | None]:
        """Free space where the journal lies."""
        with suppress(OSError):
            disk = os.statvfs(self._disk)
            if disk.f_blocks:
                free = disk.f_bavail * disk.f_frsize
                return free // 2**20, disk.f_bavail * 100 // disk.f_blocks
        return None, None

    def _temperature_c(self) -> float | None:
        """The hottest of what the kernel measures (sysfs-class-thermal: thousandths of a °C)."""
        return max((each for each in self._zones() if -50 < each < 150), default=None)

    def _zones(self) -> Iterator[float]:
        with suppress(OSError):
            for zone in sorted(self._thermal.glob("thermal_zone*/temp")):
                with suppress(OSError, ValueError):
                    yield int(zone.read_text()) / 1000
