"""A kiosk without a screen that says what would be on it.

`python -m tests.integration.netns.kiosk_process --config kiosk.toml` prints a line a state: its
name and, while the kiosk belongs to nobody, how many servers were reached and the code.
"""

import argparse
import signal
import threading
from pathlib import Path

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.pairing import NotPaired
from kiosk.flow.states import State
from kiosk.headless import run_headless


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    config = load_config(parser.parse_args().config)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    said = ""

    def say(state: State) -> None:
        nonlocal said
        line = words_of(state)
        if line != said:
            said = line
            print(line, flush=True)

    run_headless(build_kiosk(config), stop, say)


def words_of(state: State) -> str:
    """`Welcome`, or `NotPaired 1 12345678`."""
    match state.at:
        case NotPaired(pairing) if pairing.code:
            return f"NotPaired {pairing.servers} {pairing.code}"
        case at:
            return type(at).__name__


if __name__ == "__main__":
    main()
