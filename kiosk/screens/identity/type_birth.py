"""When were you born?"""

from kiosk.widgets.typing_page import TypingPage


class TypeBirthScreen(TypingPage):
    """Day, month and year in figures."""
