"""A kiosk process with one person at it, that loses power at a named point of their turn.

`python -m tests.integration.offline_turns.dying --config kiosk.toml --at POINT`. With `--careless`
it writes a number down only once its paper is known to be out: a variant made worse on purpose.
"""

import argparse
import os
import signal
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.effects import IssueTicket
from kiosk.flow.events import DocumentTaken, Event
from kiosk.flow.person import Document
from kiosk.flow.states import ChooseService, ReadDocument, State, Welcome
from kiosk.flow.touches import Choose, Start
from kiosk.flow.world import Part
from kiosk.headless import run_headless
from kiosk.journal.blocks import BlockBook, PaperState
from kiosk.performers.ticket import TicketDesk
from kiosk.runner import Outcome
from tests.integration.offline_turns.room import SERVICE

DOCUMENT = Document("01", "10117410", date(1980, 1, 1), "PRUEBA", "JUAN CARLOS")


def main() -> None:
    """Give one turn, as far as it goes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--at", choices=POINTS, required=True)
    parser.add_argument("--careless", action="store_true")
    options = parser.parse_args()
    if options.careless:
        _forget_until_printed()
    POINTS[options.at]()
    kiosk = build_kiosk(load_config(options.config))

    def walk(state: State) -> None:
        if isinstance(state.at, Welcome) and state.world.server != (options.at == ASKED):
            return
        event = _touch(state)
        if event is not None:
            kiosk.runner.post(event)

    run_headless(kiosk, threading.Event(), walk)


def _touch(state: State) -> Event | None:
    match state.at:
        case Welcome() if state.world.usable(Part.READER):
            return Start(uuid4())
        case ReadDocument():
            return DocumentTaken(DOCUMENT)
        case ChooseService():
            return Choose(SERVICE)
        case _:
            return None


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    whole: Any = getattr(BlockBook, name)

    def dies(self: BlockBook, *words: Any) -> Any:
        result = whole(self, *words)
        if when(*words):
            _die()
        return result

    setattr(BlockBook, name, dies)


def _before(name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    whole: Any = getattr(BlockBook, name)

    def dies(self: BlockBook, *words: Any) -> Any:
        if when(*words):
            _die()
        return whole(self, *words)

    setattr(BlockBook, name, dies)


def _is(state: PaperState) -> Callable[..., bool]:
    return lambda _ticket, now: now is state


def _after_asking() -> None:
    whole = TicketDesk.perform

    def dies(self: TicketDesk, effect: IssueTicket) -> Outcome:
        whole(self, effect)
        _die()
        raise AssertionError("it lives")

    TicketDesk.perform = dies  # type: ignore[method-assign]


ASKED = "turn issued"  # by the server, and power goes before anybody is told
POINTS: dict[str, Callable[[], None]] = {
    "number asked for": lambda: _before("take"),
    "number taken": lambda: _after("take"),
    "before printing": lambda: _after("paper_is", _is(PaperState.PRINTING)),
    "paper out": lambda: _before("paper_is", _is(PaperState.PRINTED)),
    "paper noted": lambda: _after("paper_is", _is(PaperState.PRINTED)),
    ASKED: _after_asking,
    "server told": lambda: _before("told"),
}


def _forget_until_printed() -> None:
    """Numbers are given from memory, and written down late."""
    whole_take, whole_paper = BlockBook.take, BlockBook.paper_is
    given: dict[str, tuple[Any, ...]] = {}

    def take(self: BlockBook, ticket: Any, service: str, *words: Any) -> Any:
        given[str(ticket)] = (ticket, service, *words)
        for block, left in self.left(words[2]):
            if block.service == service and left:
                return block, block.last - left + 1
        return None

    def paper_is(self: BlockBook, ticket: str, state: PaperState) -> None:
        if state is PaperState.PRINTED:
            whole_take(self, *given[ticket])
        whole_paper(self, ticket, state)

    BlockBook.take, BlockBook.paper_is = take, paper_is  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
