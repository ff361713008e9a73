"""Runs the demo; stays up with a terminal attached, exits under `CI=true`."""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.demo import report
from deploy.demo.place import REPOSITORY, prepare
from deploy.demo.processes import DidNotStart
from deploy.demo.product import product
from deploy.demo.story import tell


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every part of the story came true."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "var" / "demo")
    folder = parser.parse_args(arguments).folder.resolve()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, _interrupt)
    began = time.monotonic()
    print(
        "demo: a kiosk, its server, its devices and the centre, each a process of its own",
        flush=True,
    )
    try:
        place = prepare(folder)
        with product(place) as processes:
            print(f"demo: everything is up after {time.monotonic() - began:.1f} s", flush=True)
            happened = tell(place, processes, lambda words: print(f"demo: {words}", flush=True))
            seconds = time.monotonic() - began
            report.write(place, happened, seconds)
            print(report.table(place, happened, seconds), flush=True)
            if sys.stdout.isatty() and not os.environ.get("CI"):
                print("demo: still running; Ctrl-C ends it", flush=True)
                print(report.places_to_look(place), flush=True)
                stop.wait()
    except KeyboardInterrupt:
        print("\ndemo: ended", flush=True)
    except DidNotStart as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _interrupt(*_: object) -> None:
    """Ctrl-C: the browser's event loop is torn in mid-step, and its complaints help nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
