"""The language of the screen: functions that are properties, so that a change redraws words."""

from gettext import NullTranslations

from kivy.event import EventDispatcher
from kivy.properties import ObjectProperty


class Localizer(EventDispatcher):
    """`_(key)` is the sentence; `plural(key, count)` the one for that many, with {count} filled.

    Both are properties: rules in .kv that use them are worked out again by `speak`, which
    changes `_` last.
    """

    _ = ObjectProperty()
    plural = ObjectProperty()

    def __init__(self, catalogue: NullTranslations) -> None:
        super().__init__()
        self.speak(catalogue)

    def speak(self, catalogue: NullTranslations) -> None:
        """Change the language now."""

        def plural(key: str, count: int) -> str:
            return catalogue.ngettext(key, key, count).format(count=count)

        self.plural = plural
        self._ = catalogue.gettext
