"""The web worker made slow on purpose: what is measured must notice.

Every unit of work takes `UNIT_S` longer, every listener of the feed wakes `WAKE_S` later.
"""

import asyncio
import sys
import time
from typing import Any

from queue_server.__main__ import main
from queue_server.core.db import Database
from queue_server.core.feed import Feed

UNIT_S, WAKE_S = 0.012, 0.08


def slow_down() -> None:
    """Replace the two in this process."""
    carry_out, stream = Database._carry_out, Feed.stream

    def slow_unit(self: Database, *words: Any, **named: Any) -> None:
        time.sleep(UNIT_S)
        carry_out(self, *words, **named)

    async def slow_stream(self: Feed, *words: Any, **named: Any) -> Any:
        async for piece in stream(self, *words, **named):
            await asyncio.sleep(WAKE_S)
            yield piece

    Database._carry_out = slow_unit
    Feed.stream = slow_stream  # type: ignore[method-assign]


if __name__ == "__main__":
    slow_down()
    sys.exit(main())
