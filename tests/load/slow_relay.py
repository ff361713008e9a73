"""A server whose relays take turns of `TURN_S` each: what is measured must notice."""

import sys
import threading
import time
from typing import Any

from queue_server.__main__ import main
from queue_server.issuance.services.relay import Relay

TURN_S = 0.075


def slow_down() -> None:
    """Replace a relay's turn in this process."""
    turn, one_at_a_time = Relay.turn, threading.Lock()

    def slow_turn(self: Relay, **words: Any) -> bool:
        with one_at_a_time:
            time.sleep(TURN_S)
        return turn(self, **words)

    Relay.turn = slow_turn  # type: ignore[method-assign]


if __name__ == "__main__":
    slow_down()
    sys.exit(main())
