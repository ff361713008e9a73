"""When was the DNI issued? Only whoever holds the card knows."""

from kiosk.widgets.typing_page import TypingPage


class TypeIssueScreen(TypingPage):
    """Day, month and year in figures; the picture says where they stand."""
