"""A kiosk process whose applicant walks through the certificate by itself; made to be killed.

`python -m tests.support.persona --config kiosk.toml --email a@example.com` prints the name of
every state it enters; the document comes from the reader's simulator.
"""

import argparse
import signal
import threading
from pathlib import Path
from uuid import uuid4

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.events import Event
from kiosk.flow.states import (
    ChooseService,
    ConfirmName,
    GiveEmail,
    ReadyToPay,
    State,
    Terms,
    Welcome,
)
from kiosk.flow.step import is_busy
from kiosk.flow.touches import Accept, Choose, Confirm, Finish, GaveEmail, Pay, Start
from kiosk.flow.turn import person_of
from kiosk.flow.world import Part
from kiosk.headless import run_headless
from kiosk.order import Means


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--means", type=Means, default=Means.CARD)
    options = parser.parse_args()
    kiosk = build_kiosk(load_config(options.config))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    seen: list[str] = []

    def walk(state: State) -> None:
        name = type(state.at).__name__
        if not seen or seen[-1] != name:
            seen.append(name)
            print(name, flush=True)
        event = answer(state, options.email, options.means, started="ReadDocument" in seen)
        if event is not None:
            kiosk.runner.post(event)

    run_headless(kiosk, stop, walk)


def answer(state: State, email: str, means: Means, *, started: bool) -> Event | None:
    """What the applicant does on this screen; None: wait."""
    match state.at:
        case Welcome() if not started and state.world.backend and _all_up(state, means):
            return Start(uuid4())
        case ChooseService():
            return Choose("certificate")
        case Terms():
            return Accept()
        case ConfirmName():
            return Confirm()
        case GiveEmail():
            return GaveEmail(email)
        case ReadyToPay(problem=None):
            return Pay(means)
        case at if person_of(at) is not None and "print_state" in vars(at) and not is_busy(at):
            return Finish()
        case _:
            return None


def _all_up(state: State, means: Means) -> bool:
    till = Part.ACCEPTOR if means is Means.CASH else Part.TERMINAL
    return all(state.world.usable(part) for part in (Part.READER, Part.PRINTER, till))


if __name__ == "__main__":
    main()
