"""Mounting and unmounting without any library or program, and what earlier runs left mounted."""

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterator
from pathlib import Path

DEVICE = Path("/dev/fuse")
_SOURCE = "power-cut-disk-"  # then the process that answers for it
_DETACH = 2
_NO_SUID, _NO_DEVICES = 2, 4
_LIBC = ctypes.CDLL(None, use_errno=True)


class CannotMount(RuntimeError):
    """This machine offers no /dev/fuse, or only root may mount; nothing was changed."""


def why_not() -> str | None:
    """Why no disk can be mounted here, None where one can."""
    if not DEVICE.exists():
        return f"there is no {DEVICE} here"
    if os.geteuid() != 0:
        return "only root may mount a file system"
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except OSError as error:
        return f"{DEVICE}: {error.strerror}"
    return None


def mount(folder: Path) -> int:
    """Mount a file system over `folder`; the open /dev/fuse its requests come from."""
    device = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    options = f"fd={device},rootmode={stat.S_IFDIR:o},user_id=0,group_id=0"
    options += ",default_permissions,allow_other"
    answer = _LIBC.mount(
        f"{_SOURCE}{os.getpid()}".encode(),
        os.fsencode(folder),
        b"fuse.power_cut",
        ctypes.c_ulong(_NO_SUID | _NO_DEVICES),
        options.encode(),
    )
    if answer != 0:
        error = os.strerror(ctypes.get_errno())
        os.close(device)
        raise CannotMount(f"{folder}: {error}")
    return device


def unmount(folder: Path) -> None:
    """Take it away at once, whoever still has something open there."""
    _LIBC.umount2(os.fsencode(folder), _DETACH)


def unmount_stale() -> None:
    """Take away what a killed run left: disks whose process is gone."""
    for folder, process in mounted():
        if not _is_one_of_us(process):
            unmount(folder)


def mounted() -> Iterator[tuple[Path, str]]:
    """Where disks of ours are mounted, and the process that answers for each."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place, _, rest = line.partition(" - ")
        source = rest.split(" ")[1]
        if source.startswith(_SOURCE):
            where = place.split(" ")[4].encode().decode("unicode_escape")  # blanks are \040
            yield Path(where), source.removeprefix(_SOURCE)


def _is_one_of_us(process: str) -> bool:
    """False also when it is dead but not reaped, or when its number is another's by now."""
    try:
        return b"power_cut" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def unmount_if_ours(folder: Path) -> None:
    """Take away a disk of ours that is still mounted over `folder`, once for each."""
    with contextlib.suppress(OSError):
        for where, _ in mounted():
            if where == folder:
                unmount(where)
