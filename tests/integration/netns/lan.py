"""Hosts on one switch, each a network namespace of its own: own cards, own routes, own loopback.

    kiosk  eth0 ─┐
    server eth0 ─┼─ bridge, in a namespace that is the switch
    other  eth0 ─┘

Nothing of it touches this machine's own network. Needs root and `ip`.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000  # setns(2)
IP_S = 10.0
NAMESPACES = Path("/run/netns")
_LIBC = ctypes.CDLL(None, use_errno=True)
_NAMES = itertools.count()


def missing() -> str | None:
    """Why no hosts can be made here; None when they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "needs ip: apt-get install iproute2"
    probe = f"vt{os.getpid()}-probe"
    made = subprocess.run(
        ["ip", "netns", "add", probe], capture_output=True, text=True, timeout=IP_S
    )
    if made.returncode != 0:
        return f"no network namespaces here: {made.stderr.strip()}"
    ip("netns", "del", probe)
    return None


def ip(*words: str) -> None:
    """Run `ip`. Raises CalledProcessError, TimeoutExpired."""
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=IP_S)


def left_behind() -> list[str]:
    """Our namespaces whose process is no more: it was killed."""
    owned = {each.name: each.name[2:].partition("-")[0] for each in NAMESPACES.glob("vt*-*")}
    return sorted(
        name for name, pid in owned.items() if pid.isdigit() and not Path("/proc", pid).exists()
    )


def sweep() -> None:
    """Remove what is left behind."""
    for each in left_behind():
        with contextlib.suppress(subprocess.SubprocessError):  # another run does the same
            ip("netns", "del", each)


class Host:
    """One host. `address`: its only one besides loopback; `namespace`: as `ip netns` names it."""

    def __init__(self, namespace: str, address: str) -> None:
        self.namespace = namespace
        self.address = address

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Within it this thread is on the host: sockets it opens, and processes and threads it
        starts, are the host's for good."""
        with Path("/proc/thread-self/ns/net").open() as here:
            with (NAMESPACES / self.namespace).open() as there:
                _enter(there.fileno())
            try:
                yield
            finally:
                _enter(here.fileno())

    def pull_the_cable(self) -> None:
        """Nothing comes or goes any more."""
        self.ip("link", "set", "eth0", "down")

    def plug_in(self) -> None:
        """The cable is back; the address was never away."""
        self.ip("link", "set", "eth0", "up")

    def ip(self, *words: str) -> None:
        """Run `ip` on the host."""
        ip("-n", self.namespace, *words)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Lan:
    """The switch, and the hosts that are plugged into it; all gone with the block."""

    def __init__(self) -> None:
        self._prefix = f"vt{os.getpid()}-{next(_NAMES)}"
        self._made: list[str] = []
        self.switch = ""

    def __enter__(self) -> "Lan":
        sweep()
        try:
            self.switch = self._namespace("switch")
            ip("-n", self.switch, "link", "add", "lan", "type", "bridge")
            ip("-n", self.switch, "link", "set", "lan", "up")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def host(self, name: str) -> Host:
        """One more host, with its cable in the switch. `name`: at most 15 characters."""
        host = Host(self._namespace(name), f"10.77.0.{len(self._made)}")
        there = ("netns", self.switch)
        ip("link", "add", "eth0", "netns", host.namespace, "type", "veth", "peer", name, *there)
        ip("-n", self.switch, "link", "set", name, "master", "lan", "up")
        host.ip("link", "set", "lo", "up")
        host.ip("address", "add", f"{host.address}/24", "dev", "eth0")
        host.ip("link", "set", "eth0", "up")
        return host

    def _namespace(self, name: str) -> str:
        made = f"{self._prefix}-{name}"
        ip("netns", "add", made)
        self._made.append(made)
        return made

    def _remove(self) -> None:
        """With a namespace go its cards, and with a card the other end of its cable."""
        for each in reversed(self._made):
            with contextlib.suppress(subprocess.SubprocessError):
                ip("netns", "del", each)
        self._made.clear()
