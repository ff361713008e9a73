"""Links to Linux input devices (keyboards, keypads): event files, read and taken for ourselves.

Source: Linux ``include/uapi/linux/input.h`` (``EVIOCGRAB``, ``EVIOCGSW``,
``EVIOCGBIT``, ``EVIOCSCLOCKID``).
"""

import errno
import fcntl
import os
import stat
import struct
import time
from collections.abc import Callable

from devices.blind_ring import BlindRing
from devices.errors import LinkNotFound, LinkRefused
from devices.link import FdLink

EVIOCGRAB = 0x40044590
EVIOCSCLOCKID = 0x400445A0
EVIOCGSW_2 = 0x8002451B
EVIOCGBIT_SW_2 = 0x80024525

# What says "this is no input device" of a pipe or a pseudo-terminal, as a test has it.
_NO_INPUT_DEVICE = (errno.ENOTTY, errno.EINVAL, errno.ENOSYS)
NOT_GRABBED = "its keys also reach the screen: it was not taken for this program alone"


class InputLink(FdLink):
    """An event file that is only read. Its record keeps lengths only: key codes are what is typed.

    ``grabbed`` tells whether its events come here alone; where they do not, they also reach the
    screen as typed text.
    """

    def __init__(self, port: str, fd: int, *, grabbed: bool) -> None:
        super().__init__(port, fd, lambda: os.close(fd))
        self.raw = BlindRing()
        self.grabbed = grabbed
        self._input_fd = fd

    @property
    def note(self) -> str:
        """What staff should know of it; ``""`` where it was grabbed."""
        return "" if self.grabbed else NOT_GRABBED

    def switch(self, code: int) -> bool | None:
        """Whether switch ``code`` (0..15) is on now; None where it has none or cannot be asked."""
        if not self._bits(EVIOCGBIT_SW_2) >> code & 1:
            return None
        return bool(self._bits(EVIOCGSW_2) >> code & 1)

    def _bits(self, request: int) -> int:
        """The 16 bits a request answers with; 0 of what is no input device."""
        answer = bytearray(2)
        try:
            fcntl.ioctl(self._input_fd, request, answer)
        except (OSError, ValueError):
            return 0
        return int.from_bytes(answer, "little")

    def close(self) -> None:
        """Give the device back; closing twice is harmless."""
        self._input_fd = -1
        super().close()


def open_input(port: str, grab: bool = True) -> InputLink:
    """Open the event file at ``port`` (``/dev/input/by-id/…``), by default for ourselves alone.

    A pipe or a pseudo-terminal (a test, a demonstration) takes no grab; the link then says so.
    Raises ``LinkNotFound`` or ``LinkRefused``, also where another program holds the device.
    """
    try:
        fd = os.open(port, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except FileNotFoundError as cause:
        raise LinkNotFound(port) from cause
    except OSError as cause:
        raise LinkRefused(port, cause) from cause
    try:
        _must_stream(fd)
        _use_monotonic_time(fd)
        return InputLink(port, fd, grabbed=grab and _grab(fd))
    except OSError as cause:
        os.close(fd)
        raise LinkRefused(port, cause) from cause


def _must_stream(fd: int) -> None:
    mode = os.fstat(fd).st_mode
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
        raise OSError(errno.ENODEV, "it is no input device")


def _grab(fd: int) -> bool:
    return _did(lambda: fcntl.ioctl(fd, EVIOCGRAB, 1))


def _use_monotonic_time(fd: int) -> None:
    """So that a corrected wall clock does not look like a pause between two keys."""
    _did(lambda: fcntl.ioctl(fd, EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC)))


def _did(request: Callable[[], object]) -> bool:
    """Whether the device took a request; False where it is no input device, else ``OSError``."""
    try:
        request()
    except OSError as refused:
        if refused.errno in _NO_INPUT_DEVICE:
            return False
        raise
    return True
