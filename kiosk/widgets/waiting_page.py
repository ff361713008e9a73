"""A page on which nothing is to be done: what the kiosk is doing, and a line that moves."""

from kivy.properties import StringProperty

from kiosk.widgets.page import Page


class WaitingPage(Page):
    """Leaving is not possible now; `reason` says why. `detail` below `caption` may be empty."""

    picture = StringProperty()
    title = StringProperty()
    lead = StringProperty()
    caption = StringProperty()
    detail = StringProperty()
    reason = StringProperty()
