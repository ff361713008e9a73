"""A process that must not outlive the one that started it."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Let the kernel end this process (SIGTERM) when `parent`, which started it, is gone.

    The kernel looks at the thread that started it (prctl(2), PR_SET_PDEATHSIG): it must live on.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was gone already
        os.kill(os.getpid(), signal.SIGTERM)
