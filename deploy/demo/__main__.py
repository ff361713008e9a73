"""Runs the demo; stays up with a terminal attached, exits under `CI=true`."""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.demo import report
from deploy.demo.place import REPOSITORY, prepare
from deploy.demo.processes import DidNotStart, Processes
from deploy.demo.product import product
from deploy.demo.story import tell


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every part of the story came true."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "var" / "demo")
    folder = parser.parse_args(arguments).folder.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print(
        "demo: a kiosk, its server, its devices and the centre, each a process of its own",
        flush=True,
    )
    try:
        place = prepare(folder)
        with product(place) as processes, _ended_by_signals(processes):
            print(f"demo: everything is up after {time.monotonic() - began:.1f} s", flush=True)
            happened = tell(place, processes, lambda words: print(f"demo: {words}", flush=True))
            seconds = time.monotonic() - began
            report.write(place, happened, seconds)
            print(report.table(place, happened, seconds), flush=True)
            if sys.stdout.isatty() and not os.environ.get("CI"):
                print("demo: still running; Ctrl-C ends it", flush=True)
                print(report.places_to_look(place), flush=True)
                threading.Event().wait()
    except KeyboardInterrupt:
        print("\ndemo: ended", flush=True)
    except DidNotStart as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _ended_by_signals(processes: Processes) -> Iterator[None]:
    """Ctrl-C and SIGTERM end every process of the product, and then this one, at once.

    An exception out of the handler would tear the browser's event loop in mid-step, and what
    unwinds from there may wait for ever. The browser ends with the pipe that leads to it.
    """

    def end(number: int, _: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        processes.stop_all()
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\ndemo: ended\n")
        os._exit(0 if number == signal.SIGINT else 128 + number)

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


if __name__ == "__main__":
    sys.exit(main())
