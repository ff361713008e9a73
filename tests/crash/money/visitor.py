"""A kiosk without a screen, and a visitor who touches it as told on stdin, line by line.

Prints each state as one JSON line. A line `{"means": …, "email": …, "leaves": …}` is one visitor;
`leaves` says that they stop while they pay. End it with SIGTERM, or as power would.
"""

import argparse
import json
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.events import Event
from kiosk.flow.states import (
    ChooseService,
    ConfirmName,
    GiveEmail,
    PayingByCash,
    PayingByWallet,
    ReadDocument,
    ReadyToPay,
    State,
    Terms,
    Welcome,
)
from kiosk.flow.step import is_busy
from kiosk.flow.touches import Accept, Cancel, Choose, Confirm, Finish, GaveEmail, Pay, Start
from kiosk.flow.turn import person_of
from kiosk.flow.world import Part, World, ways_to_pay
from kiosk.headless import DRAIN_WAIT_S
from kiosk.order import Means


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    kiosk = build_kiosk(load_config(parser.parse_args().config))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    visitors: queue.Queue[dict[str, Any]] = queue.Queue(10)
    threading.Thread(target=_listen, args=(visitors,), daemon=True).start()
    hands = Hands(visitors)

    with kiosk:
        while not stop.is_set():
            changed = kiosk.runner.drain(DRAIN_WAIT_S)
            state = kiosk.runner.state
            if changed:
                _tell(state)
            if changed or isinstance(state.at, Welcome):  # where the next one may come any time
                event = hands.touch(state)
                if event is not None:
                    kiosk.runner.post(event)


def _listen(visitors: "queue.Queue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        visitors.put(json.loads(line))


def _tell(state: State) -> None:
    at = state.at
    order = getattr(at, "order", None)
    row = {
        "at": type(at).__name__,
        "ready": _is_ready(state.world),
        "order": order.number if order else None,
        "application": str(order.application) if order else None,
        "inserted": getattr(at, "inserted_centimos", None),
        "shown": getattr(at, "payload", None) is not None,
    }
    print(json.dumps(row), flush=True)


def _is_ready(world: World) -> bool:
    parts = (Part.READER, Part.PRINTER, Part.TERMINAL, Part.ACCEPTOR)
    return world.backend and all(world.usable(part) for part in parts) and world.wallet


class Hands:
    """What the visitor of the moment does on each screen; one try to pay, then they go."""

    def __init__(self, visitors: "queue.Queue[dict[str, Any]]") -> None:
        self._visitors = visitors
        self._who: dict[str, Any] = {}
        self._paid = False

    def touch(self, state: State) -> Event | None:
        """The next touch; None: wait."""
        match state.at:
            case Welcome() if _is_ready(state.world) and not self._visitors.empty():
                self._who, self._paid = self._visitors.get(), False
                return Start(uuid4())
            case ReadDocument():
                return None
            case ChooseService():
                return Choose("certificate")
            case Terms():
                return Accept()
            case ConfirmName():
                return Confirm()
            case GiveEmail():
                return GaveEmail(self._who["email"])
            case ReadyToPay():
                return self._pay(state.world)
            case PayingByCash(inserted_centimos=inserted, stopping=False) if (
                self._who["leaves"] and inserted
            ):
                return Cancel()
            case PayingByWallet(payload=str(), stopping=False) if self._who["leaves"]:
                return Cancel()
            case at if person_of(at) is not None and not is_busy(at) and not _takes_money(at):
                return Finish()
            case _:
                return None

    def _pay(self, world: World) -> Event:
        means = Means(self._who["means"])
        if self._paid or means not in ways_to_pay(world):
            return Finish()
        self._paid = True
        return Pay(means)


def _takes_money(at: object) -> bool:
    return isinstance(at, PayingByCash | PayingByWallet)


if __name__ == "__main__":
    main()
