"""``monitor``: what one device says, as it happens."""

import dataclasses
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from devices.command_line.target import supervise
from devices.command_line.words import parts_of, what_to_do
from devices.registry import DeviceConfig
from devices.supervisor import Event, Reported, StatusChanged, Supervisor

LOOK_S = 0.5
SHOWN_FIELDS = 12
HIDDEN = "…"


def monitor(config: DeviceConfig, stop: threading.Event, seconds: float, *, raw: bool) -> int:
    """Print events until ``stop`` or ``seconds`` (0: no end); 0 when the device was usable."""
    print(f"{config.name} ({config.model}) at {config.port}; Ctrl-C ends", flush=True)
    seen_usable = threading.Event()

    def publish(event: Event) -> None:
        if isinstance(event, StatusChanged) and event.status.usable:
            seen_usable.set()
        _say(line_of(event))

    supervisor = supervise(config, publish)
    supervisor.start()
    try:
        _watch(stop, seconds, _RawTail(supervisor) if raw else None)
    finally:
        supervisor.stop()
    return 0 if seen_usable.is_set() else 1


def line_of(event: Event) -> str:
    """One line of an event. What a person's document says is named, never shown."""
    if isinstance(event, Reported):
        return f"report  {type(event.payload).__name__} {_fields(event.payload)}".rstrip()
    status = event.status
    return f"status  {status.device}  {parts_of(status)}  {what_to_do(status)}".rstrip()


def _fields(payload: object) -> str:
    """The payload's plain fields: numbers, words of a closed set; texts only by their length."""
    if not dataclasses.is_dataclass(payload):
        return ""
    named = [(field.name, getattr(payload, field.name)) for field in dataclasses.fields(payload)]
    return " ".join(f"{name}={_plain(value)}" for name, value in named[:SHOWN_FIELDS])


def _plain(value: object) -> str:
    if isinstance(value, StrEnum) or value is None or isinstance(value, (bool, int)):
        return str(value)
    return f"<{len(value)} characters>" if isinstance(value, str) else HIDDEN


def _watch(stop: threading.Event, seconds: float, each: Callable[[], None] | None) -> None:
    ends = time.monotonic() + seconds if seconds else float("inf")
    while not stop.wait(min(LOOK_S, max(0.0, ends - time.monotonic()))):
        if each is not None:
            each()
        if time.monotonic() >= ends:
            return


class _RawTail:
    """Prints the masked transfers of a device's link, each once."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._shown_s = 0.0

    def __call__(self) -> None:
        for entry in self._supervisor.raw():
            if entry.at_s > self._shown_s:
                self._shown_s = entry.at_s
                _say(f"{entry.direction}  {entry.length:4}  {entry.shown.hex(' ')}")


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)
