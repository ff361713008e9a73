"""A kiosk process like the program's own, at which one person after the other asks by themselves.

`python -m tests.crash.canary_child --config kiosk.toml` reads an e-mail address a line: a person
comes, pays by card and leaves. It prints every state it enters. `--careless` logs each, too.
"""

import argparse
import queue
import sys
import threading
from pathlib import Path
from uuid import uuid4

import structlog

import kiosk.__main__ as program
from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.states import State, Welcome
from kiosk.flow.touches import Start
from kiosk.flow.world import Part
from kiosk.headless import DRAIN_WAIT_S
from kiosk.notes import Notes
from kiosk.order import Means
from tests.support.persona import answer

NEEDED = (Part.READER, Part.PRINTER, Part.TERMINAL)

log = structlog.get_logger("careless")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--careless", action="store_true")
    options = parser.parse_args()
    notes = Notes()
    program._log_plainly(notes)
    kiosk = build_kiosk(load_config(options.config), notes.lines)
    stop = threading.Event()
    waiting: queue.Queue[str] = queue.Queue()
    person: list[str] = []
    seen: list[str] = []

    def look(state: State) -> None:
        name = type(state.at).__name__
        if seen[-1:] == [name]:
            return
        seen.append(name)
        print(name, flush=True)
        if options.careless:
            log.info("screen", at=state.at)

    def act(state: State) -> None:
        if isinstance(state.at, Welcome):
            if is_ready(state) and not waiting.empty():
                person[:] = [waiting.get_nowait()]
                kiosk.runner.post(Start(uuid4()))
        elif person and (event := answer(state, person[0], Means.CARD, started=True)) is not None:
            kiosk.runner.post(event)

    def listen() -> None:
        for line in sys.stdin:
            waiting.put(line.strip())
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    with kiosk:
        while not stop.is_set():
            changed = kiosk.runner.drain(DRAIN_WAIT_S)
            look(kiosk.runner.state)
            if changed or isinstance(kiosk.runner.state.at, Welcome):
                act(kiosk.runner.state)


def is_ready(state: State) -> bool:
    return state.world.backend and all(state.world.usable(part) for part in NEEDED)


if __name__ == "__main__":
    main()
