"""What a driver offers to its supervisor, and how a model describes itself to the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from devices.kinds.cash_acceptor import CreditBook
from devices.kinds.cash_dispenser import PayoutBook
from devices.link import Link, open_link
from devices.status import Completion, DeviceStatus

Options = Mapping[str, str | int | float | bool]
Capabilities = Mapping[str, str | int | bool]
Report = Callable[[object], None]


class Closable(Protocol):
    """A way to a device, of whatever sort: what a supervisor needs of it."""

    def close(self) -> None:
        """Give it back; closing twice is harmless."""
        ...


class Driver(Protocol):
    """The state machine of one device over one open link; used by one thread only.

    The exception are commands that their model lists as ``beside``: ``execute`` may get one on
    another thread while it is at work, and must not touch the driver's state for it.

    Every method may raise ``LinkLost``, upon which the supervisor closes the driver and later
    builds a new one over a new link.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this device can do, as far as it has said it yet; read after each poll."""
        ...

    @property
    def poll_interval_s(self) -> float:
        """Seconds between polls; 0 for a driver that listens inside ``poll``."""
        ...

    def probe(self) -> DeviceStatus:
        """Find out whether the device is there, right after the link was opened."""
        ...

    def poll(self) -> DeviceStatus:
        """Ask or listen once, report what came in, and return within about a second."""
        ...

    def execute(self, command: object, deadline: float) -> object:
        """Carry out ``command`` before ``deadline`` (monotonic seconds); return its result."""
        ...

    def close(self) -> None:
        """Give the link back; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a driver is connected to besides its link.

    ``report`` takes what the device brings by itself. The books are there where the kiosk handles
    cash; a driver that needs one raises ``BookMissing`` without it.
    """

    report: Report
    credit_book: CreditBook | None = None
    payout_book: PayoutBook | None = None


@dataclass(frozen=True, slots=True)
class NotRun:
    """A command never touched the device; for kinds without a result of their own."""

    completion: Completion
    status: DeviceStatus


def not_run(_command: object, completion: Completion, status: DeviceStatus) -> object:
    """Answer for a command of a kind that has no result dataclass."""
    return NotRun(completion, status)


SERIAL_OPTIONS: Options = {"baud": 9600, "parity": "N"}
SERIAL_CHOICES: Mapping[str, tuple[str, ...]] = {"parity": ("N", "E", "O")}

_NO_LIMITS: Mapping[str, tuple[float, float]] = {}


def open_bytes(port: str, options: Options) -> Link:
    """Open a serial line or a TCP connection as ``SERIAL_OPTIONS`` say."""
    return open_link(port, int(options["baud"]), str(options["parity"]))


@dataclass(frozen=True, slots=True)
class Model:
    """One model of device: its kind, its options with their defaults, and how to build it.

    ``options`` gives each option's default, whose type is the option's type; ``choices`` narrows
    an option to some values, ``limits`` a number to a range (lowest, highest). ``refuse`` makes the
    result of a command that never touched the device. ``open_link`` opens the way to it and takes
    ``link_options``; ``build`` gets what it returned. ``beside`` lists commands that must not wait
    for the one that is running. ``answers`` is False for a device that only sends: being there says
    nothing about which device it is. ``personal`` is False where nothing of a person passes, so
    that a technician may see the bytes. ``port_scheme`` is what its ports begin with where they are
    no byte stream (``"http"``).
    """

    kind: str
    options: Options
    build: Callable[[Any, Options, Wiring], Driver]
    choices: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _NO_LIMITS)
    refuse: Callable[[object, Completion, DeviceStatus], object] = not_run
    open_link: Callable[[str, Options], Closable] = open_bytes
    link_options: Options = field(default_factory=lambda: SERIAL_OPTIONS)
    beside: tuple[type, ...] = ()
    answers: bool = True
    port_scheme: str = ""
    personal: bool = True
