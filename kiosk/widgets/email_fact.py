"""Where the certificate goes: the masked address, or what to do without one."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout


class EmailFact(BoxLayout):
    """`say` introduces `email`; without an address `otherwise` is said, perhaps nothing.

    `large`: where nothing matters as much as every letter of it.
    """

    say = StringProperty()
    email = StringProperty()
    otherwise = StringProperty()
    large = BooleanProperty(False)
