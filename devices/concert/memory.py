"""What became of the latest payments, as far as this connection has heard."""

from collections import OrderedDict

from devices.concert.verdict import Asked, Verdict

REMEMBERED = 16


class Memory:
    """Verdicts by service id, the latest 16; and the one payment whose answer may still come.

    A terminal answers only while it and we stay connected, and serves one payment at a time: an
    answer that comes late belongs to the payment asked for last.
    """

    def __init__(self) -> None:
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()
        self.unanswered: Asked | None = None

    def begin(self, asked: Asked) -> None:
        """This payment is about to be sent; one before it can no longer be told apart."""
        self.unanswered = asked

    def answered(self) -> None:
        """An answer came, or none can come any more."""
        self.unanswered = None

    def settle(self, service_id: str, verdict: Verdict) -> None:
        """Keep a verdict."""
        self._verdicts[service_id] = verdict
        self._verdicts.move_to_end(service_id)
        while len(self._verdicts) > REMEMBERED:
            self._verdicts.popitem(last=False)

    def of(self, service_id: str) -> Verdict | None:
        """The verdict on a payment, None if it was not asked for in this connection."""
        return self._verdicts.get(service_id)
