"""One screen back, where that is possible; otherwise it is not there at all."""

from kivy.properties import BooleanProperty

from kiosk.widgets.verb_button import VerbButton


class BackButton(VerbButton):
    """Takes no room while not `showing`."""

    showing = BooleanProperty(True)

    def on_showing(self, _button: object, showing: bool) -> None:
        """What had a width keeps it in a row, though nothing of it is seen."""
        if not showing:
            self.width = 0
