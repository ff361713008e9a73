"""Where the certificate goes: the masked address, or what to do without one."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class EmailFact(BoxLayout):
    """`say` introduces `email`; without an address `otherwise` is said, perhaps nothing."""

    say = StringProperty()
    email = StringProperty()
    otherwise = StringProperty()
