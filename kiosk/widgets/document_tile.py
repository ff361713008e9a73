"""One kind of document to choose: its picture over its name."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class DocumentTile(Control):
    """Half as wide as the screen; touching it chooses the kind. Where words need room they win."""

    picture = StringProperty()
    coat = ObjectProperty(DAY.secondary, rebind=True)
