"""A code to scan with a phone, beside the words that say so."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class QrPanel(BoxLayout):
    """Without a `link` it takes no room."""

    link = StringProperty()
    say = StringProperty()
    then = StringProperty()
