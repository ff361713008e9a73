"""Watches how full the cash boxes are: tells the server, marks the heartbeat, bars what is full."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog

from devices.kinds import cash_acceptor, cash_dispenser
from devices.status import Action, DeviceState
from devices.supervisor import Supervisor
from kiosk.box_news import box_row, is_closing
from kiosk.cash.boxes import Box, Level, Sort, level, usual_capacity
from kiosk.cash.gate import FULL, CashGate
from kiosk.journal import Journal
from kiosk.journal.boxes import Place
from kiosk.queue_client import Granted, QueueClient, Refused

# Also when nothing changed, so that the page knows how old its news are.
TELL_EVERY_S = 30.0
TELL_DEADLINE_S = 2.0
_SORTS = {cash_acceptor.KIND: Sort.ACCEPTOR, cash_dispenser.KIND: Sort.HOPPER}
_WORDS = {
    Level.HIGH: "its box is nearly full: empty it soon",
    Level.FULL: FULL,
    Level.LOW: "few coins are left: fill it",
    Level.EMPTY: "no coins are left: fill it",
}

log = structlog.get_logger("boxes")


class BoxWatch:
    """Knows which device holds which box. One thread calls `meet` and `look`.

    `capacities`: pieces that a device's box holds, by the device's name, where it is configured.
    """

    def __init__(
        self,
        journal: Journal,
        client: QueueClient,
        devices: Iterable[Supervisor],
        gate: CashGate,
        capacities: Mapping[str, int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._client = client
        self._devices = tuple(each for each in devices if each.kind in _SORTS)
        self._gate = gate
        self._capacities = capacities
        self._monotonic = monotonic
        self._levels: Mapping[str, Level] = {}
        self._told: list[dict[str, Any]] = []
        self._tell_at = 0.0
        self._alike: set[str] = set()

    @property
    def has_cash(self) -> bool:
        """Whether this kiosk has any device that holds money."""
        return bool(self._devices)

    def device_of(self, serial: str) -> Supervisor | None:
        """The device whose book is kept under `serial`; None while it was never connected."""
        return next((each for each in self._devices if _serial(each) == serial), None)

    def meet(self, last_number: int) -> None:
        """Begin the boxes of devices that have none, with numbers above `last_number`."""
        known = {each.serial: each.device for each in self._journal.boxes.in_place()}
        for device in self._devices:
            serial = _serial(device)
            if serial and serial not in known:
                known[serial] = device.device
                place = Place(serial, device.device, _SORTS[device.kind], _coin(device))
                self._journal.boxes.open_first(place, last_number)
            elif serial and known[serial] != device.device and self._has(known[serial]):
                self._warn(device.device, known[serial])

    def look(self) -> None:
        """See how full the boxes are, and tell the server when it changed or is long ago.

        Where it must still hear that boxes ended, it hears that first.
        """
        rows = self.rows(self._journal.boxes.in_place())
        self._levels = {row["device"]: row["level"] for row in rows}
        self._gate.full([each for each, word in self._levels.items() if word is Level.FULL])
        due = rows != self._told or self._monotonic() >= self._tell_at
        if rows and due and not self._must_hear_first():
            self._tell(rows)

    def _must_hear_first(self) -> bool:
        return any(is_closing(each) for each in self._journal.outgoing.waiting())

    def rows(self, boxes: Sequence[Box]) -> list[dict[str, Any]]:
        """These boxes as the server is told of them."""
        return [self._row(box) for box in boxes]

    def marked(self, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The heartbeat's rows of devices, with what is known of their boxes."""
        barred = self._gate.barred()
        return [_marked(each, self._levels.get(each["name"]), barred) for each in rows]

    def _has(self, name: str) -> bool:
        return any(each.device == name for each in self._devices)

    def _warn(self, device: str, other: str) -> None:
        """Two devices that call themselves alike cannot be told apart in the book."""
        if device not in self._alike:
            self._alike.add(device)
            log.error("not counted: it has the serial of another", device=device, other=other)

    def _row(self, box: Box) -> dict[str, Any]:
        contents = self._journal.boxes.contents(box)
        capacity = self._capacities.get(box.device) or usual_capacity(box.serial)
        return box_row(box, contents, capacity, level(box.sort, contents, capacity))

    def _tell(self, rows: list[dict[str, Any]]) -> None:
        answer = self._client.put("/api/v1/boxes", {"boxes": rows}, uuid4(), TELL_DEADLINE_S)
        if isinstance(answer, Refused) and rows != self._told:
            log.error("the server will not take the boxes", answer=answer.kind)
        if isinstance(answer, Granted | Refused):
            self._told, self._tell_at = rows, self._monotonic() + TELL_EVERY_S


def _marked(
    row: Mapping[str, Any], word: Level | None, barred: Mapping[str, str]
) -> Mapping[str, Any]:
    """What the device itself says of its box comes first; its book adds what it cannot see."""
    if row["name"] in barred and row["device"] == DeviceState.ONLINE:
        row = {**row, "device": DeviceState.OFFLINE, "detail": barred[row["name"]]}
    if word is None or word is Level.OK or row["parts"].get("bins", "ok") != "ok":
        return row
    parts = {**row["parts"], "bins": str(word)}
    return {**row, "parts": parts, "action": Action.MAINTENANCE, "detail": _WORDS[word]}


def _serial(device: Supervisor) -> str:
    return str(device.capabilities.get("serial", ""))


def _coin(device: Supervisor) -> int:
    return int(device.capabilities.get("coin_centimos", 0))
