"""A server that takes a little longer for people with a record: the measurement must notice.

In the tests' register these are the people whose document number is odd.
"""

import sys
import time
from typing import Any

from queue_server.__main__ import main
from queue_server.issuance.services import before_money

LONGER_S = 0.002


def tell() -> None:
    """Replace the question before money in this process."""
    ask = before_money.ask

    def telling(backend: Any, applicant: Any) -> Any:
        if int(applicant.document_number) % 2:
            time.sleep(LONGER_S)
        return ask(backend, applicant)

    before_money.ask = telling


if __name__ == "__main__":
    tell()
    sys.exit(main())
