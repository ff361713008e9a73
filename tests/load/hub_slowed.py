"""The hub's web worker made worse on purpose for its bench: a batch costs `BUSY_S` more."""

import sys
import time
from typing import Any

from queue_server.__main__ import main
from queue_server.hub.services import receiving

BUSY_S = 0.012


def slow_down() -> None:
    """Replace what takes a batch, in this process."""
    receive = receiving.receive

    def busy(*words: Any) -> Any:
        ends = time.thread_time() + BUSY_S
        while time.thread_time() < ends:
            pass
        return receive(*words)

    receiving.receive = busy


if __name__ == "__main__":
    slow_down()
    sys.exit(main())
