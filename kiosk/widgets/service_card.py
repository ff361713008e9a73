"""One service to choose: its name on a card."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class ServiceCard(Control):
    """A card as tall as its words need; touching it chooses the service.

    `note` stands under the name; a disabled card shows its reason there.
    """

    note = StringProperty()
    coat = ObjectProperty(DAY.secondary, rebind=True)
