"""A tinted box with a picture, a sentence in heavy type and what to do about it."""

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.theme import DAY


class Panel(BoxLayout):
    """`say` is what happened, `then` what to do. With nothing to say it takes no room.

    `first`: something else, on a line of its own above, with its picture.

    `heard_say`, `heard_then`: keys of the sentences that are said aloud in place of either.
    `then_gives_way`: when the second sentence goes, where words need the room.
    """

    coat = ObjectProperty(DAY.notice, rebind=True)
    picture = StringProperty()
    first = StringProperty()
    first_picture = StringProperty()
    say = StringProperty()
    then = StringProperty()
    then_gives_way = NumericProperty(0)
    heard_say = StringProperty()
    heard_then = StringProperty()
    busy = BooleanProperty(False)
