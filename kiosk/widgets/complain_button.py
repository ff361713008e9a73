"""The way to the complaint book, beside the way out of a result about money."""

from kiosk.widgets.verb_button import VerbButton


class ComplainButton(VerbButton):
    """Where no money is concerned it is taken off the screen."""

    def offer(self, row: object, *, offered: bool) -> None:
        """First in `row` exactly while it is offered. Whoever calls holds this widget."""
        there = self.parent is not None
        if offered and not there:
            row.add_widget(self, len(row.children))  # pyright: ignore[reportAttributeAccessIssue]
        elif there and not offered:
            row.remove_widget(self)  # pyright: ignore[reportAttributeAccessIssue]
