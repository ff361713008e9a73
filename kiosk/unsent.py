"""Work that did not reach the server yet: how much, and since when the oldest waits."""

from datetime import UTC, datetime

from kiosk.journal import Journal
from kiosk.order import UNSETTLED

_OLDEST = """
SELECT min(at) FROM (
    SELECT min(put_at) AS at FROM outgoing
    UNION ALL SELECT min(given_at) FROM given_numbers WHERE told = ''
    UNION ALL SELECT min(steps.at) FROM order_steps AS steps JOIN orders USING (application)
        WHERE orders.state IN ({marks})
)
"""


def count(journal: Journal) -> int:
    """How many orders, pieces of news and numbers the server has yet to acknowledge."""
    orders = len(journal.orders.unsettled())
    return orders + journal.outgoing.count() + journal.blocks.untold()


def oldest_s(journal: Journal, now: datetime) -> int | None:
    """For how many seconds the oldest of them waits; None when there is none."""
    marks = ", ".join("?" * len(UNSETTLED))
    rows = journal.file.read(_OLDEST.format(marks=marks), tuple(UNSETTLED))
    if not rows or rows[0][0] is None:
        return None
    since = datetime.fromisoformat(rows[0][0])
    return max(0, round((now - since.astimezone(UTC)).total_seconds()))
