"""What every simulated device shares: its cable, its thread, and commands at run time."""

import queue
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from devices.errors import LinkError
from devices.faulty_links import BytewiseLink, DelayedLink, LossyLink
from devices.link import Link, PtyCable, open_pty_pair

Answer = dict[str, object]
Command = Callable[[str], Answer]

_TICK_S = 0.01
_READ_BYTES = 4096
_MAX_GARBAGE = 1_000_000
_GARBAGE_PIECE = 1024
_COMMAND_TIMEOUT_S = 5.0


class CommandRefused(ValueError):
    """A control line the simulator does not understand; its text says what it does."""


class Simulated(Protocol):
    """What runs a simulated device, on a cable or on the network."""

    @property
    def port(self) -> str:
        """Where a driver reaches it, once started: what its configuration calls ``port``."""
        ...

    def start(self) -> None:
        """Be there when this returns."""
        ...

    def stop(self) -> None:
        """Be gone when this returns."""
        ...

    def obey(self, line: str) -> Answer:
        """Carry out one command line; raises ``CommandRefused``."""
        ...

    def commands(self) -> Mapping[str, Command]:
        """Return the commands by their first word."""
        ...


def carry_out(commands: Mapping[str, Command], line: str) -> Answer:
    """Run the command that ``line`` begins with; raises ``CommandRefused``."""
    word, _, rest = line.strip().partition(" ")
    command = commands.get(word)
    if command is None:
        raise CommandRefused(f"no command {word!r}; one of {', '.join(commands)}")
    return command(rest.strip())


class Simulator:
    """The device's end of a cable, on one thread, obeying one-line commands.

    Subclasses give ``received`` (bytes from the driver) and ``commands``. Commands for all:
    ``plug``, ``unplug``, ``garbage N`` (random bytes) and ``link clean | bytewise |
    lossy PERCENT | delay MS`` (what the device sends is then split, lost or late).
    """

    def __init__(self, path: Path, seed: int = 0) -> None:
        self._path = path
        self._dice = random.Random(seed)
        self._spoil: Callable[[Link], Link] = _clean
        self._cable: PtyCable | None = None
        self._orders: queue.Queue[tuple[str, Future[Answer]]] = queue.Queue(maxsize=64)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    @property
    def port(self) -> str:
        """The path a driver opens."""
        return str(self._path)

    def start(self) -> None:
        """Lay the cable and start; the port is there when this returns."""
        self._cable = open_pty_pair(self._path)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Pull the cable, which removes the port, and end the thread."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def obey(self, line: str) -> Answer:
        """Carry out one command line, on the simulator's thread; raises ``CommandRefused``."""
        future: Future[Answer] = Future()
        self._orders.put((line, future), timeout=_COMMAND_TIMEOUT_S)
        return future.result(_COMMAND_TIMEOUT_S)

    def commands(self) -> Mapping[str, Command]:
        """Return the commands by their first word; each takes the rest of the line."""
        return {
            "plug": self._plug,
            "unplug": self._unplug,
            "garbage": self._garbage,
            "link": self._link,
        }

    def received(self, data: bytes) -> None:
        """Take bytes the driver sent."""
        raise NotImplementedError

    def tick(self) -> None:
        """Run on every turn of the loop, about 100 times a second."""

    def send(self, data: bytes) -> bool:
        """Send bytes to the driver; False when they went nowhere (unplugged, nobody reads)."""
        if self._cable is None:
            return False
        try:
            self._spoil(self._cable).write(data)
        except LinkError:
            return False
        return True

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._turn()
        finally:
            self._unplug("")

    def _turn(self) -> None:
        if self._cable is None:
            self._stopping.wait(_TICK_S)
        else:
            data = self._cable.read(_READ_BYTES, _TICK_S)
            if data:
                self.received(data)
        self.tick()
        while not self._orders.empty():
            self._carry_out(*self._orders.get())

    def _carry_out(self, line: str, future: Future[Answer]) -> None:
        try:
            future.set_result(carry_out(self.commands(), line))
        except (CommandRefused, LinkError) as refused:
            future.set_exception(refused)

    def _plug(self, _rest: str) -> Answer:
        if self._cable is None:
            self._cable = open_pty_pair(self._path)
        return {"plugged": True}

    def _unplug(self, _rest: str) -> Answer:
        cable, self._cable = self._cable, None
        if cable is not None:
            cable.close()
        return {"plugged": False}

    def _garbage(self, rest: str) -> Answer:
        left = number(rest, _MAX_GARBAGE)
        while left > 0 and self.send(self._dice.randbytes(min(left, _GARBAGE_PIECE))):
            left -= _GARBAGE_PIECE
        return {"sent": left <= 0}

    def _link(self, rest: str) -> Answer:
        manner, _, amount = rest.partition(" ")
        if manner == "clean":
            self._spoil = _clean
        elif manner == "bytewise":
            self._spoil = BytewiseLink
        elif manner == "lossy":
            share = number(amount, 100) / 100
            self._spoil = lambda inner: LossyLink(inner, share, self._dice)
        elif manner == "delay":
            seconds = number(amount, 10_000) / 1000
            self._spoil = lambda inner: DelayedLink(inner, seconds)
        else:
            raise CommandRefused("write: link clean | bytewise | lossy PERCENT | delay MS")
        return {"link": rest}


def number(text: str, limit: int) -> int:
    """Read a whole number 0..limit from a command line; raises ``CommandRefused``."""
    if not text.isascii() or not text.isdigit() or int(text) > limit:
        raise CommandRefused(f"write a whole number from 0 to {limit}, not {text!r}")
    return int(text)


def one_of(text: str, *choices: str) -> str:
    """Read one of some words from a command line; raises ``CommandRefused``."""
    if text not in choices:
        raise CommandRefused(f"write one of {', '.join(choices)}, not {text!r}")
    return text


def _clean(link: Link) -> Link:
    return link
