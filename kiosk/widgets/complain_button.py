"""The way to the complaint book, beside the way out of a result about money."""

from kiosk.widgets.verb_button import VerbButton


class ComplainButton(VerbButton):
    """Offered only where money is concerned."""
