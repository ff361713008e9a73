"""Processes that have something open on the disk: they die when the power goes."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

DIE_S = 5.0


class StillAlive(RuntimeError):
    """A process that was killed has not ended in time; it hangs in the kernel."""


def users(folder: Path, spared: set[int]) -> set[int]:
    """Processes with an open file or their working folder in `folder`, without `spared`."""
    numbers = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    return {number for number in numbers - spared if _uses(number, str(folder))}


def kill_users(folder: Path, spared: set[int], doomed: set[int]) -> set[int]:
    """SIGKILL `doomed`, every user, and users that were begun meanwhile; all that were killed."""
    killed: set[int] = set()
    while doomed:
        for process in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        killed |= doomed
        doomed = users(folder, spared) - killed
    return killed


def wait_dead(processes: set[int]) -> None:
    """Until none of them runs any more; its parent may still have to reap it."""
    ends = time.monotonic() + DIE_S
    while any(_runs(process) for process in processes):
        if time.monotonic() > ends:
            raise StillAlive(f"{processes}: not dead {DIE_S:.0f} s after SIGKILL")
        time.sleep(0.001)


def _uses(process: int, folder: str) -> bool:
    with contextlib.suppress(OSError):
        for path in _open_paths(process):
            if path == folder or path.startswith(f"{folder}/"):
                return True
    return False


def _open_paths(process: int) -> Iterator[str]:
    place = f"/proc/{process}"
    yield os.readlink(f"{place}/cwd")
    for name in os.listdir(f"{place}/fd"):
        with contextlib.suppress(OSError):
            yield os.readlink(f"{place}/fd/{name}")


def _runs(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"
