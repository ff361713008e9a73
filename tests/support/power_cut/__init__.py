"""A disk for tests that forgets, when power is cut, what nobody synced.

    test ── disk.py ══ socket ══▶ __main__.py (a process) ── answers.py ── tree.py, files.py
                                       ║                        power.py: the cut point, the room
    programs ── kernel ══ /dev/fuse ═══╝                        kernel.py: its bytes

It speaks to the kernel by itself: no library, no compiler, no package. Needs root and /dev/fuse.
Where these are missing `write_log` asks the same question of a log of writes that strace keeps.
"""

from tests.support.power_cut.disk import DiskLost, PowerCutDisk, sync_files, sync_folder
from tests.support.power_cut.mounts import CannotMount, why_not

__all__ = ["CannotMount", "DiskLost", "PowerCutDisk", "sync_files", "sync_folder", "why_not"]
