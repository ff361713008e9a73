"""The machines a cash payment needs: acceptors that let money in, hoppers that give coins out."""

import queue
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol, TypeVar

from devices.errors import DeviceError
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    CashResult,
    KeepNote,
    Report,
    ReturnNote,
)
from devices.kinds.cash_dispenser import Dispense, DispenseResult, QueryDispense
from devices.status import DeviceState, DeviceStatus
from devices.supervisor import Reported
from kiosk.cash.gate import CashGate
from kiosk.cash.rules import MAX_COINS, Stock

START_DEADLINE_S = 10.0
ROUTE_DEADLINE_S = 20.0
END_DEADLINE_S = 30.0
DISPENSE_DEADLINE_S = 60.0
SLACK_S = 5.0
REPORT_PLACES = 200
# Below its low mark nobody knows how many coins a hopper still has: no note is kept on its word.
_FILLED = ("ok", "high", "full")
_AWAY = (DeviceState.NO_DEVICE, DeviceState.POWER_OFF, DeviceState.STARTING)
Result = TypeVar("Result", CashResult, DispenseResult)


class Machine(Protocol):
    """The part of a device supervisor that the till uses."""

    device: str

    @property
    def status(self) -> DeviceStatus:
        """The health last published."""
        ...

    @property
    def capabilities(self) -> Any:
        """What the device said it can do."""
        ...

    def submit(self, command: object, deadline_s: float) -> Future[object]:
        """Queue a command; a future of its kind's result."""
        ...


class Till:
    """Acceptors and hoppers of one kiosk. One thread at a time works with it; any may `hear`."""

    def __init__(
        self,
        acceptors: Sequence[Machine],
        hoppers: Sequence[Machine],
        gate: CashGate | None = None,
    ) -> None:
        self.gate = gate or CashGate()
        self._acceptors = {each.device: each for each in acceptors}
        self._hoppers = tuple(hoppers)
        self._reports: queue.Queue[tuple[str, Report]] = queue.Queue(REPORT_PLACES)

    def hear(self, news: object) -> None:
        """What a device published; reports of acceptors are kept for `next_report`."""
        if isinstance(news, Reported) and news.device in self._acceptors:
            payload = news.payload
            if isinstance(payload, Report):
                try:
                    self._reports.put_nowait((news.device, payload))
                except queue.Full:  # the books know what was missed
                    return

    def next_report(self, wait_s: float) -> tuple[str, Report] | None:
        """The oldest report nobody took, and its device; None when none came in time."""
        try:
            return self._reports.get(timeout=wait_s)
        except queue.Empty:
            return None

    def can_take(self) -> bool:
        """Whether some acceptor serves now."""
        return bool(self._open())

    def taken(self) -> tuple[int, ...]:
        """The denominations that acceptors which serve now take, in céntimos."""
        return tuple(sorted({each for machine in self._open() for each in _takes(machine)}))

    def start(self, session: str, accept: tuple[int, ...]) -> bool:
        """Let `accept` (céntimos) in for `session`; False when no acceptor does."""
        while self.next_report(0.0) is not None:
            pass  # of an earlier session; the books hold what matters
        return self.let_in(session, accept)

    def let_in(self, session: str, accept: tuple[int, ...]) -> bool:
        """From now on only `accept`; False when no acceptor does."""
        command = CashInStart(session, accept)
        asked = [each.submit(command, START_DEADLINE_S) for each in self._open()]
        results = [_answer(future, CashResult, START_DEADLINE_S) for future in asked]
        return any(result is not None and result.outcome == "done" for result in results)

    def _open(self) -> list[Machine]:
        known = self._acceptors.values()
        return [each for each in known if each.status.usable and self.gate.admits(each.device)]

    def keep(self, device: str, session: str) -> None:
        """Have the note in escrow stacked; what became of it is reported."""
        self._route(device, KeepNote(session))

    def give_back(self, device: str, session: str) -> None:
        """Have the note in escrow returned."""
        self._route(device, ReturnNote(session))

    def _route(self, device: str, command: KeepNote | ReturnNote) -> None:
        future = self._acceptors[device].submit(command, ROUTE_DEADLINE_S)
        _answer(future, CashResult, ROUTE_DEADLINE_S)

    def end(self, session: str) -> None:
        """Let nothing more in; a note in escrow goes back. Whoever is away is not waited for.

        A device whose cash-in has ended says so in its book.
        """
        here = [each for each in self._acceptors.values() if each.status.device not in _AWAY]
        asked = [each.submit(CashInEnd(session), END_DEADLINE_S) for each in here]
        for future in asked:
            _answer(future, CashResult, END_DEADLINE_S)

    def stocks(self) -> tuple[Stock, ...]:
        """The coins hoppers can give now, as far as their levels say."""
        found = [(_coin(each), _level(each)) for each in self._hoppers if each.status.usable]
        return tuple(Stock(coin, coins) for coin, coins in found if coin and coins)

    def dispense(self, payout_id: str, coin_centimos: int, coins: int) -> DispenseResult | None:
        """Give `coins` coins of `coin_centimos`, once under this id; None when not known."""
        for hopper in self._hoppers:
            if _coin(hopper) == coin_centimos and hopper.status.usable:
                future = hopper.submit(Dispense(payout_id, coins), DISPENSE_DEADLINE_S)
                return _answer(future, DispenseResult, DISPENSE_DEADLINE_S)
        return None

    def ask_payouts(self, coin_centimos: int, payout_id: str) -> None:
        """Let the hopper that began a payout look what became of it; the book then knows."""
        for hopper in self._hoppers:
            if _coin(hopper) == coin_centimos and hopper.status.usable:
                future = hopper.submit(QueryDispense(payout_id), START_DEADLINE_S)
                _answer(future, DispenseResult, START_DEADLINE_S)


def _answer(future: Future[object], kind: type[Result], deadline_s: float) -> Result | None:
    try:
        result = future.result(deadline_s + SLACK_S)
    except (TimeoutError, CancelledError, DeviceError):
        return None
    return result if isinstance(result, kind) else None


def _takes(acceptor: Machine) -> tuple[int, ...]:
    """What it says it takes; before it was ever connected nothing."""
    return tuple(int(each) for each in str(acceptor.capabilities.get("takes", "")).split())


def _coin(hopper: Machine) -> int:
    """What one coin of it is worth, in céntimos; 0 before it was ever connected."""
    value = hopper.capabilities.get("coin_centimos", 0)
    return value if isinstance(value, int) else 0


def _level(hopper: Machine) -> int:
    return MAX_COINS if hopper.status.parts.get("bins") in _FILLED else 0
