"""Gathers what the heartbeat tells: devices, journeys, supplies, the machine and unsent work."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devices.kinds import receipt_printer
from devices.supervisor import Event, StatusChanged, Supervisor
from kiosk.box_watch import BoxWatch
from kiosk.cash.boxes import Sort
from kiosk.config import KioskConfig
from kiosk.device_news import heartbeat_rows
from kiosk.heartbeat import Beating, Heartbeat, Rest, Urgent
from kiosk.journal import Journal
from kiosk.journal.health import JournalWatch
from kiosk.journeys import journey_rows
from kiosk.paper_roll import PaperRoll, slips_printed
from kiosk.queue_client import QueueClient
from kiosk.runner import Runner
from kiosk.staff.closure import ClosureBook
from kiosk.staff.kept import KeptFile
from kiosk.unsent import count, oldest_s
from kiosk.vitals import ClockOffset, Vitals

_COUNTED = {
    "slips": "print_slip",
    "turns": "issue_ticket",
    "numbers": "take_number",
    "certificates": "deliver_order",
    "sent_again": "send_again",
}
_COUNT = "SELECT kind, count(*) FROM effects WHERE state = 'done' GROUP BY kind"


class Pulse:
    """Reads everything that a heartbeat tells, at the moment it is told. `kept`: the folder of the
    files that outlive the program."""

    def __init__(
        self,
        runner: Runner,
        journal: Journal,
        devices: Sequence[Supervisor],
        boxes: BoxWatch,
        health: JournalWatch,
        closure: ClosureBook,
        kept: Path,
        config: KioskConfig,
        notes: Callable[[], tuple[str, ...]],
    ) -> None:
        self._runner = runner
        self._journal = journal
        self._devices = devices
        self._boxes = boxes
        self._health = health
        self._closure = closure
        self._notes = notes
        self._clock = ClockOffset()
        self._vitals = Vitals(kept, self._clock)
        self._beating = Beating()
        capacity = {each.name: each.capacity for each in config.devices}
        printed = slips_printed(journal)
        self._rolls = {
            each.device: PaperRoll(
                KeptFile(kept / f"paper-{each.device}.json"), printed, capacity.get(each.device)
            )
            for each in devices
            if each.kind == receipt_printer.KIND
        }

    @property
    def clock(self) -> ClockOffset:
        """How far this machine's clock is from the server's."""
        return self._clock

    def hear(self, news: Event) -> None:
        """A device told something: the heartbeat looks at once."""
        if isinstance(news, StatusChanged):
            roll = self._rolls.get(news.device)
            if roll is not None:
                roll.hear(news)
            self._beating.nudge()

    def beating(self, client: QueueClient, build: str) -> Beating:
        """The thread that tells the server; not started."""
        beating = self._beating
        heartbeat = Heartbeat(
            client,
            self.urgent,
            self.rest,
            build,
            self._clock,
            wait=beating.wait,
            listen=beating.listen,
        )
        return beating.of(heartbeat)

    def urgent(self) -> Urgent:
        """Devices with their boxes and the journal, and what can be finished with them."""
        devices = self._boxes.marked(heartbeat_rows(self._devices))
        rows = (*devices, self._health.row(), *self._closure.rows())
        return Urgent(rows, journey_rows(self._runner.state.world))

    def rest(self) -> Rest:
        """Everything else."""
        return Rest(
            screen=type(self._runner.state.at).__name__,
            unsent=count(self._journal),
            oldest_unsent_s=oldest_s(self._journal, datetime.now(UTC)),
            supplies=tuple(self._supplies()),
            counters=self._counters(),
            vitals=self._vitals.row(),
            notes=self._notes(),
        )

    def _supplies(self) -> list[Mapping[str, Any]]:
        boxes = self._boxes.rows(self._journal.boxes.in_place())
        return [
            *(roll.row(device) for device, roll in self._rolls.items()),
            *map(box_supply, boxes),
        ]

    def _counters(self) -> dict[str, int]:
        done = {row[0]: row[1] for row in self._journal.file.read(_COUNT)}
        return {name: done[kind] for name, kind in _COUNTED.items() if kind in done}


def box_supply(row: Mapping[str, Any]) -> dict[str, Any]:
    """PURE: a cash box as a supply: what takes money fills up, a hopper runs out. A hopper that
    nobody counted does not know."""
    fills = row["sort"] == Sort.ACCEPTOR
    pieces = row["pieces"]
    return {
        "device": row["device"],
        "name": "box" if fills else "coins",
        "unit": "pieces",
        "count": sum(pieces.values()) if fills or pieces else None,
        "capacity": row["capacity"],
        "fills": fills,
    }
