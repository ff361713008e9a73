"""The band at the top: whose kiosk this is, and where."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class Header(BoxLayout):
    """The institution's initials and name; `site` is the office's name, perhaps empty."""

    site = StringProperty()
