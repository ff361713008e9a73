"""A link over a device file that is no terminal, as a USB printer's ``/dev/usb/lp0``."""

import errno
import fcntl
import os
import select
import stat
import time

from devices.errors import LinkLost, LinkNotFound, LinkRefused
from devices.link import LINK_FAILURES, FdLink

_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
_EMPTY_PAUSE_MS = 10


class FileLink(FdLink):
    """A character device, opened for reading and writing by one program only.

    A plain file, a pipe or a folder is refused: nothing would ever answer, and a file would fill.
    Some USB printers send empty packets, which reads as nothing; only a device that is gone ends
    the link. Raises ``LinkNotFound`` or ``LinkRefused``.
    """

    def __init__(self, port: str) -> None:
        fd = _opened(port)
        try:
            if not stat.S_ISCHR(os.fstat(fd).st_mode):
                raise OSError(errno.ENOTTY, "it is no device")
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            os.close(fd)
            raise LinkRefused(port, cause) from cause
        super().__init__(port, fd, lambda: os.close(fd))

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes, or ``b""`` after ``timeout_s`` seconds (``LinkLost``)."""
        deadline = time.monotonic() + timeout_s
        while True:
            data = self._read_once(max_bytes, deadline - time.monotonic())
            if data:
                self.raw.add("rx", data)
            if data or time.monotonic() >= deadline:
                return data

    def _read_once(self, max_bytes: int, timeout_s: float) -> bytes:
        try:
            if not self._wait(select.POLLIN, timeout_s):
                return b""
            data = os.read(self._fd, max_bytes)
            if data:
                return data
            poller = select.poll()
            poller.register(self._fd, select.POLLIN)
            gone = any(event & _GONE for _, event in poller.poll(0))
        except BlockingIOError:
            return b""
        except LINK_FAILURES as cause:
            raise LinkLost(self.port, cause) from cause
        if gone:
            raise LinkLost(self.port, "the device is gone")
        select.poll().poll(_EMPTY_PAUSE_MS)
        return b""


def _opened(port: str) -> int:
    try:
        return os.open(port, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as cause:
        raise LinkNotFound(port) from cause
    except OSError as cause:
        raise LinkRefused(port, cause) from cause
