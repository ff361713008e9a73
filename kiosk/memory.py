"""How the process stays small: without a graphics card the picture alone takes 130 MB."""

import ctypes
import gc
from typing import Any

ONE_BY_ONE_FROM = 64 * 1024
"""Bytes; what is larger goes back to the system by itself, not only when all above it is free."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)


def settle() -> None:
    """Have large pieces go back to the system as soon as they are free, and no thread keep a heap
    of its own (mallopt(3)). Call it before any other thread begins."""
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, ONE_BY_ONE_FROM)
        libc.mallopt(_TRIM_THRESHOLD, 2 * ONE_BY_ONE_FROM)


def give_back() -> None:
    """Free what nobody refers to any more, the last person's screens above all (malloc_trim(3))."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def _libc() -> Any:
    """glibc; None where it is another."""
    try:
        libc: Any = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return libc if hasattr(libc, "malloc_trim") else None
