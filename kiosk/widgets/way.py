"""How something is had: a picture, its name, what it takes. No frame, for nothing is touched."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout


class Way(BoxLayout):
    """With nothing to say it takes no room; `then_gives_way` says when its second sentence goes."""

    picture = StringProperty()
    say = StringProperty()
    then = StringProperty()
    then_gives_way = NumericProperty(0)
