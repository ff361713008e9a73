"""Brings to an end what a crash or a lost reply left open: asks the terminal, tells the server."""

import structlog

from kiosk.journal import EffectState, Journal
from kiosk.journal.orders import OrderEntry
from kiosk.order import OrderState
from kiosk.performers.card import ask_terminal, note
from kiosk.performers.delivery import hand_over
from kiosk.performers.printer import Commands
from kiosk.queue_client import QueueClient

RECOVER_EVERY_S = 2.0

log = structlog.get_logger("recovery")


class Recovery:
    """Settles orders nobody is working on: never charges, only asks and hands over."""

    def __init__(self, journal: Journal, client: QueueClient, terminal: Commands | None) -> None:
        self._journal = journal
        self._client = client
        self._terminal = terminal

    def look(self) -> None:
        """Try once for every unsettled order."""
        for entry in self._journal.orders.unsettled():
            with self._journal.orders.claim(entry.application, wait=False) as mine:
                if mine:
                    self._settle(entry)

    def _settle(self, entry: OrderEntry) -> None:
        current = self._journal.orders.entry(entry.application)
        if current is None:
            return
        if current.state in (OrderState.PAYING, OrderState.UNKNOWN):
            current = self._ask(current)
        if current is not None and current.state is OrderState.PAID:
            taken = hand_over(self._client, self._journal.orders, current)
            log.info("order", application=str(entry.application), handed_over=taken)

    def _ask(self, entry: OrderEntry) -> OrderEntry | None:
        if entry.payment is None:
            return None
        result = ask_terminal(self._terminal, entry.payment, entry.amount_centimos)
        state = note(self._journal.orders, entry.application, result)
        log.info("payment", application=str(entry.application), state=state)
        if state is not OrderState.UNKNOWN:
            ended = EffectState.DONE if state is OrderState.PAID else EffectState.FAILED
            self._journal.effects.settle(entry.payment, ended, f"recovered: {state}")
        return self._journal.orders.entry(entry.application)
