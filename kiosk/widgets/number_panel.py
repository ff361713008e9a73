"""The one thing to remember, as large as fits: a turn, an application's number, an amount."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class NumberPanel(BoxLayout):
    """`caption` says what `number` is; `detail` and `note` below it may be empty."""

    caption = StringProperty()
    number = StringProperty()
    detail = StringProperty()
    note = StringProperty()
