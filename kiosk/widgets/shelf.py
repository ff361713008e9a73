"""Cards one under another; what does not fit waits on the next page, behind a button."""

from kivy.clock import Clock
from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.widgets.verb_button import VerbButton


class Shelf(BoxLayout):
    """Shows `cards` from the top; `more_label` is the verb of the button to the next page."""

    cards = ListProperty()
    more_label = StringProperty()
    page = NumericProperty(0)

    def __init__(self, **properties: object) -> None:
        self._arrange = Clock.create_trigger(self._lay_out, -1)
        super().__init__(orientation="vertical", **properties)
        self._more = VerbButton(name="more", variant="secondary", after="chevron")
        self._more.bind(on_release=self._turn_page)
        self.bind(more_label=self._more.setter("label"))
        for name in ("page", "size", "spacing"):
            self.fbind(name, self._arrange)
        self._more.fbind("height", self._arrange)

    def on_cards(self, _shelf: Widget, cards: list[Widget]) -> None:
        """New cards: back to the first page."""
        for card in cards:
            card.fbind("height", self._arrange)
        self.page = 0
        self._arrange()

    def _turn_page(self, _button: Widget) -> None:
        self.page += 1

    def _lay_out(self, _dt: float) -> None:
        pages = self._pages()
        shown = [*pages[self.page % len(pages)], *([self._more] if len(pages) > 1 else [])]
        for card in (*self.cards, self._more):
            card.width = self.width
        self.clear_widgets()
        for widget in (*shown, Widget()):
            self.add_widget(widget)

    def _pages(self) -> list[list[Widget]]:
        if self._tall(self.cards) <= self.height:
            return [list(self.cards)]
        pages: list[list[Widget]] = [[]]
        for card in self.cards:
            if pages[-1] and self._tall([*pages[-1], card, self._more]) > self.height:
                pages.append([])
            pages[-1].append(card)
        return pages

    def _tall(self, widgets: list[Widget]) -> float:
        return sum(each.height + self.spacing for each in widgets)
