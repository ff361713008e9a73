"""Runs the demo; stays up with a terminal attached, exits under `CI=true`."""

import os
import signal
import sys
import threading
import time

from deploy.demo import report
from deploy.demo.place import REPOSITORY, prepare
from deploy.demo.processes import DidNotStart
from deploy.demo.product import product
from deploy.demo.story import tell


def main() -> int:
    """0 when every part of the story came true."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print(
        "demo: a kiosk, its server, its devices and the centre, each a process of its own",
        flush=True,
    )
    try:
        place = prepare(REPOSITORY / "var" / "demo")
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


if __name__ == "__main__":
    sys.exit(main())
