"""A tinted box with a picture, a sentence in heavy type and what to do about it."""

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.theme import DAY


class Panel(BoxLayout):
    """`say` is what happened, `then` what to do. With nothing to say it takes no room."""

    coat = ObjectProperty(DAY.notice, rebind=True)
    picture = StringProperty()
    say = StringProperty()
    then = StringProperty()
    busy = BooleanProperty(False)
