"""The turn itself: a number to be read from two steps away, and what it is for."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class TicketPanel(BoxLayout):
    """`number` as the server wrote it, with the service and the class of attention."""

    number = StringProperty()
    service = StringProperty()
    attention = StringProperty()
