"""The reminder to take the change that came out; said only of coins the journal knows of."""

from kiosk.flow.facts import Order
from kiosk.widgets.localizer import Localizer
from kiosk.widgets.money import soles


def change_to_take(loc: Localizer, order: Order) -> str:
    """That change lies in the tray; empty where none came out."""
    change = order.change_centimos
    return loc._("change.take").format(amount=soles(change)) if change else ""
