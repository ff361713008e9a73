"""The language of the screen: functions that are properties, so that a change redraws words."""

from datetime import date
from gettext import NullTranslations

from kivy.event import EventDispatcher
from kivy.properties import ObjectProperty

from kiosk.texts import days
from kiosk.texts.catalogue import FIRST_LANGUAGE


class Localizer(EventDispatcher):
    """`_(key)` is the sentence; `plural(key, count)` the one for that many, with {count} filled;
    `day(date)` a day in full.

    `language` is the code of the language they speak.

    All are properties: rules in .kv that use them are worked out again by `speak`, which
    changes `_` last.
    """

    _ = ObjectProperty()
    plural = ObjectProperty()
    day = ObjectProperty()
    language = FIRST_LANGUAGE

    def __init__(self, catalogue: NullTranslations) -> None:
        super().__init__()
        self.speak(catalogue)

    def speak(self, catalogue: NullTranslations) -> None:
        """Change the language now."""

        def plural(key: str, count: int) -> str:
            return catalogue.ngettext(key, key, count).format(count=count)

        language = catalogue.info().get("language") or FIRST_LANGUAGE
        self.language = language

        def day(which: date) -> str:
            return days.said(which, language)

        self.plural, self.day = plural, day
        self._ = catalogue.gettext
