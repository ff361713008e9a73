"""One idea on a line of its own: a picture and a sentence."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets.making_room import GivesWay


class Fact(GivesWay, BoxLayout):
    """With nothing to say it takes no room. `dense` is for where much has to be said."""

    picture = StringProperty()
    say = StringProperty()
    heavy = BooleanProperty(False)
    dense = BooleanProperty(False)
