"""The one thing to remember, as large as fits: a turn, an application's number, an amount."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout


class NumberPanel(BoxLayout):
    """`caption` says what `number` is; `detail` and `note` below it may be empty.

    `one_of_several`: others like it stand beside it, and leave it less room. `modest`: with large
    text it leaves some of its own to what is longer than usual.
    """

    caption = StringProperty()
    number = StringProperty()
    detail = StringProperty()
    note = StringProperty()
    one_of_several = BooleanProperty(False)
    modest = BooleanProperty(False)
