"""A picture on a tinted disc, beside a sentence."""

from kivy.properties import StringProperty
from kivy.uix.anchorlayout import AnchorLayout


class Disc(AnchorLayout):
    """Smaller, and without the tint, where words need the room."""

    picture = StringProperty()
