"""A server whose relay takes `CLAIM_S` longer for every claim: what is measured must notice."""

import sys
import time
from typing import Any

from queue_server.__main__ import main
from queue_server.core import outbox

CLAIM_S = 0.075


def slow_down() -> None:
    """Replace the claim in this process."""
    claim = outbox.claim

    def slow_claim(*words: Any, **named: Any) -> Any:
        time.sleep(CLAIM_S)
        return claim(*words, **named)

    outbox.claim = slow_claim


if __name__ == "__main__":
    slow_down()
    sys.exit(main())
