"""One service to choose: its name on a card."""

from kivy.properties import ObjectProperty, OptionProperty, StringProperty

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class ServiceCard(Control):
    """A card as tall as its words need; touching it chooses the service.

    `note` stands under the name; a disabled card shows its reason there. `variant` primary is the
    one most people come for. `series`: the letter of its turns, written on the picture.
    """

    note = StringProperty()
    series = StringProperty()
    picture = StringProperty()
    variant = OptionProperty("secondary", options=["primary", "secondary"])
    coat = ObjectProperty(DAY.secondary, rebind=True)
