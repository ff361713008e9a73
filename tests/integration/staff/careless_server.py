"""A server made worse on purpose: whoever listens once may listen for ever."""

import sys
from collections.abc import Awaitable, Callable

from queue_server.__main__ import main
from queue_server.core.desk import Desk, Identify


def _always(self: Desk, who: Identify) -> Callable[[], Awaitable[bool]]:
    async def yes() -> bool:
        return True

    return yes


if __name__ == "__main__":
    Desk.still = _always
    sys.exit(main())
