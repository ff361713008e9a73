"""Runs the demo; stays up with a terminal attached, exits under `CI=true`."""

import os
import signal
import sys
import threading
import time

from deploy.demo import report
from deploy.demo.place import REPOSITORY, prepare
from deploy.demo.processes import DidNotStart
from deploy.demo.story import product, tell


def main() -> int:
    """0 when every part of the story came true."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print("demo: un kiosco, su servidor y sus equipos, como procesos reales", flush=True)
    try:
        place = prepare(REPOSITORY / "var" / "demo")
        with product(place) as processes:
            print(f"demo: todo arrancó en {time.monotonic() - began:.1f} s", flush=True)
            happened = tell(place, processes)
            seconds = time.monotonic() - began
            report.write(place, happened, seconds)
            print(report.table(place, happened, seconds), flush=True)
            if sys.stdout.isatty() and not os.environ.get("CI"):
                print("demo: sigue en marcha; Ctrl-C para terminar", flush=True)
                print(report.places_to_look(place), flush=True)
                stop.wait()
    except KeyboardInterrupt:
        print("\ndemo: terminado", flush=True)
    except DidNotStart as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
