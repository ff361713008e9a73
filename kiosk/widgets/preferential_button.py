"""The way in for those the law attends first: who they are, and that nothing is to be proved."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class PreferentialButton(Control):
    """A wide secondary button with pictures, a verb and the plain explanation `who`."""

    who = StringProperty()
    coat = ObjectProperty(DAY.secondary, rebind=True)
